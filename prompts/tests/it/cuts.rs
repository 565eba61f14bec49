//! Properties of the checker over any text, cut anywhere: the same result, exact quotes, no forged marker.

use prompts::cite::{Checked, Checker, Event, Lexer, Lists, Source, Token};
use proptest::prelude::*;

const TEXTS: [(&str, &str); 3] = [
    ("Refunds", "Refunds take up to 10 business days to reach your account. We cannot send them to another card."),
    (
        "Handling",
        "Refunds take 4 business days to reach the account by card.\n\n| Plan | Price |\n|---|---|\n| Solo | \u{a3}24 |",
    ),
    ("Urlaub", "Im Jahr 2026 sind es 27 Tage. \u{dc}bertrag bis zum 31. M\u{e4}rz."),
];

fn run<'a>(pieces: impl Iterator<Item = &'a str>) -> (String, Vec<Checked>, Lists) {
    let mut checker = Checker::new(TEXTS.iter().map(|(title, text)| Source::new(title, text)).collect());
    let mut events: Vec<Event> = pieces.flat_map(|piece| checker.feed(piece)).collect();
    let (rest, lists) = checker.finish();
    events.extend(rest);
    let (mut shown, mut checked) = (String::new(), Vec::new());
    for event in events {
        match event {
            Event::Delta(delta) => shown.push_str(&delta),
            Event::Checked(verdict) => {
                assert!(verdict.range.end <= shown.len(), "a verdict comes after what it is about");
                checked.push(verdict);
            }
        }
    }
    (shown, checked, lists)
}

/// Every number that a marker outside code names.
fn named(text: &str) -> Vec<usize> {
    let mut lexer = Lexer::default();
    let mut tokens = lexer.feed(text);
    tokens.extend(lexer.finish());
    let marks = tokens
        .into_iter()
        .filter_map(|token| if let Token::Marks { numbers, .. } = token { Some(numbers) } else { None });
    marks.flatten().collect()
}

/// Pieces of which answers are made, whole ones and broken ones.
fn answers() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("Refunds take up to 10 business days".to_owned()),
        Just("Refunds reach the account in 4 business days".to_owned()),
        Just(". ".to_owned()),
        Just("\n".to_owned()),
        Just("\n\n".to_owned()),
        Just("```\n".to_owned()),
        "`{1,3}",
        "~{1,4}",
        Just("According to ".to_owned()),
        "\\[\\[?[0-9]{1,4}(, ?[0-9]|-[0-9]{1,3})?\\]?\\]?",
        "\\((see )?[Ss]ources? [0-9]\\)?",
        "\u{3010}[0-9](\u{2020}L[0-9])?\u{3011}",
        "\\]?\\((http://x\\.example|<a b>|a b)\\)?",
        "[a-z]{1,6}[ .,!?]",
        "\\PC{0,6}",
        "[\\[\\]\\\\(): \u{200b}1-9]{1,5}",
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_cut_makes_no_difference(answer in answers(), cuts in prop::collection::vec(0usize..400, 0..12)) {
        let whole = run(std::iter::once(answer.as_str()));
        let mut at: Vec<usize> = cuts.into_iter().filter(|at| answer.is_char_boundary(*at)).chain([0, answer.len()]).collect();
        at.sort_unstable();
        prop_assert_eq!(&run(at.windows(2).map(|pair| &answer[pair[0]..pair[1]])), &whole);
        let letters: Vec<String> = answer.chars().map(String::from).collect();
        prop_assert_eq!(&run(letters.iter().map(String::as_str)), &whole);
    }

    #[test]
    fn no_marker_names_what_is_not_there(answer in answers()) {
        let (shown, checked, lists) = run(std::iter::once(answer.as_str()));
        let named = named(&shown);
        prop_assert!(named.iter().all(|n| lists.cited.contains(n)), "{:?} in {:?} of {:?}", named, shown, answer);
        let supported: Vec<usize> = checked.iter().flat_map(|checked| checked.supported.iter().map(|found| found.n)).collect();
        prop_assert!(lists.cited.iter().all(|n| supported.contains(n)));
        prop_assert_eq!(lists.cited.len() + lists.used.len() + lists.unused.len(), TEXTS.len());
    }

    #[test]
    fn a_quote_is_a_stretch_of_its_source(answer in answers()) {
        let (shown, checked, _) = run(std::iter::once(answer.as_str()));
        for verdict in &checked {
            prop_assert!(shown.get(verdict.range.clone()).is_some());
            for found in &verdict.supported {
                let quote = TEXTS[found.n - 1].1.get(found.quote.clone());
                prop_assert!(quote.is_some_and(|quote| !quote.trim().is_empty() && quote == quote.trim()));
            }
            for range in verdict.refused.iter().filter_map(|refused| Some((refused.n, refused.otherwise.clone()?))) {
                prop_assert!(TEXTS[range.0 - 1].1.get(range.1).is_some());
            }
        }
    }
}

#[test]
fn a_long_answer_is_never_held_back_for_long() {
    let mut checker = Checker::new(TEXTS.iter().map(|(title, text)| Source::new(title, text)).collect());
    let (mut fed, mut shown) = (0, 0);
    for piece in ["[1] ", "word ", "(source ", "`code ", "[1](", "\\["].iter().cycle().take(6_000) {
        fed += piece.len();
        for event in checker.feed(piece) {
            shown += if let Event::Delta(delta) = event { delta.len() } else { 0 };
        }
        assert!(fed - shown < fed / 2 + 3_000, "{shown} of {fed}");
    }
}
