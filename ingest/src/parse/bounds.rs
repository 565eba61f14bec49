//! Bounds: what of a reading goes on its way, whatever the file made of it.
//!
//! A reading is handed from the process that may die to the one that may not, which holds it in memory more than once
//! on the way. So no text, problem or date is longer than the program has a use for. Knows nothing of formats.

use super::{Parsed, Part, zipped};

/// What cleaning would cut away. A book has one or two megabytes. Counted as it goes on its way, where some characters
/// take more than their own bytes.
const LONGEST_BYTES: usize = 20_000_000;
/// What a control character takes.
const MOST_CHAR_BYTES: usize = 6;
const MOST_PROBLEMS: usize = 100;
const LONGEST_PROBLEM_CHARS: usize = 500;
/// The longest dates and tags of languages that mean something are about half of it.
const LONGEST_TAG_BYTES: usize = 64;

pub(super) fn bound(parsed: &mut Parsed) {
    let mut left = LONGEST_BYTES;
    let mut is_cut = cut(&mut parsed.markdown, &mut left);
    for page in &mut parsed.pages {
        is_cut |= cut(&mut page.text, &mut left);
    }
    parsed.dated.take_if(|dated| dated.len() > LONGEST_TAG_BYTES);
    parsed.language.take_if(|language| language.len() > LONGEST_TAG_BYTES);
    bound_problems(&mut parsed.problems);
    parsed.problems.extend(is_cut.then(|| "too long: the rest is left out".to_owned()));
}

pub(super) fn bound_problems(problems: &mut Vec<String>) {
    let surplus = problems.len().saturating_sub(MOST_PROBLEMS);
    problems.truncate(MOST_PROBLEMS);
    for problem in problems.iter_mut() {
        if let Some((end, _)) = problem.char_indices().nth(LONGEST_PROBLEM_CHARS) {
            problem.truncate(end);
        }
    }
    problems.extend((surplus > 0).then(|| format!("more problems: {surplus}")));
}

/// Under a name that can be shown.
pub(super) fn named(part: Part) -> Part {
    let name = Some(zipped::clean_name(&part.name)).filter(|name| !name.is_empty());
    Part { name: name.unwrap_or_else(|| "attachment".to_owned()), ..part }
}

/// Whether something was cut off.
fn cut(text: &mut String, left: &mut usize) -> bool {
    let weight = |c: char| match c {
        '\n' | '\r' | '\t' | '"' | '\\' => 2,
        c if c.is_ascii_control() => MOST_CHAR_BYTES,
        c => c.len_utf8(),
    };
    // Nearly every text is short, and needs no counting.
    if text.len() * MOST_CHAR_BYTES <= LONGEST_BYTES && text.len() <= *left {
        *left -= text.len();
        return false;
    }
    let end = text.char_indices().find(|(_, c)| {
        let is_over = *left < weight(*c);
        *left = left.saturating_sub(weight(*c));
        is_over
    });
    if let Some((end, _)) = end {
        text.truncate(end);
        text.shrink_to_fit();
        *left = 0;
    }
    end.is_some()
}

#[cfg(test)]
mod tests {
    use super::super::Page;
    use super::*;

    fn check(text: &str, count: usize, expected_bytes: usize) {
        let mut parsed = Parsed { markdown: text.repeat(count), ..Parsed::default() };
        bound(&mut parsed);
        assert_eq!(
            (parsed.markdown.len(), parsed.problems.len()),
            (expected_bytes, usize::from(expected_bytes < text.len() * count))
        );
    }

    #[test]
    fn texts_are_cut_and_told() {
        check("word ", 1_000_000, 5_000_000);
        check("word ", 10_000_000, LONGEST_BYTES);
        check("\u{1}", 10_000_000, LONGEST_BYTES / MOST_CHAR_BYTES);
        check("\n", 20_000_000, LONGEST_BYTES / 2);
        check("\u{4e2d}", 10_000_000, LONGEST_BYTES / 3 * 3);
    }

    #[test]
    fn pages_share_the_bound() {
        let page = |number| Page { number, text: "x".repeat(15_000_000) };
        let mut parsed = Parsed { pages: vec![page(1), page(2), page(3)], ..Parsed::default() };
        bound(&mut parsed);
        let lengths: Vec<usize> = parsed.pages.iter().map(|page| page.text.len()).collect();
        assert_eq!(lengths, [15_000_000, 5_000_000, 0]);
    }

    #[test]
    fn what_is_said_is_short() {
        let mut parsed =
            Parsed { problems: vec!["p".repeat(10_000); 200], dated: Some("2".repeat(99)), ..Parsed::default() };
        bound(&mut parsed);
        assert_eq!((parsed.problems.len(), parsed.problems[0].len(), parsed.dated), (101, 500, None));
    }

    #[test]
    fn names_of_parts_are_no_paths() {
        let check =
            |name: &str, expected| assert_eq!(named(Part { name: name.to_owned(), bytes: vec![] }).name, expected);
        check("Re: Refunds/../a.txt", "Re: Refunds/a.txt");
        check("..", "attachment");
    }
}
