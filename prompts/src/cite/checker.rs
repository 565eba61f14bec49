//! The checker: a model's text goes in as it comes, what may be shown comes out, and a verdict on every sentence.
//!
//! A marker is judged when it is read, against what was said before it in its sentence, and is shown only if its source
//! says the same. One that stands before its claim ("According to [1] ...") waits for the sentence to end, and what
//! comes behind it waits with it. Where the text was cut into pieces makes no difference. Nothing is attributed that the
//! text does not attribute.

use std::ops::Range;

use super::align;
use super::grammar::{Lexer, Token};
use super::judge::{Evidence, LEAST, Refusal, judge};
use super::notation;
use super::source::{Source, is_abbreviation};
use super::verdict::{Checked, Event, Lists};
use super::words::words;

/// Stands for a marker that vanished inside a bracket or behind a backtick: what is left around it might make a new one.
const STOPGAP: &str = "\u{2026}";
/// A sentence that does not end is ended, so that what is held back stays bounded.
const LONGEST: usize = 1_200;

#[derive(Debug)]
pub struct Checker {
    sources: Vec<Source>,
    lexer: Lexer,
    /// Bytes shown so far.
    shown: usize,
    sentence: Sentence,
    events: Vec<Event>,
    cited: Vec<bool>,
    used: Vec<bool>,
}

/// The sentence that is being said.
#[derive(Debug, Default)]
struct Sentence {
    start: usize,
    /// Without its markers.
    text: String,
    /// Where the claim of the next marker begins.
    claim_from: usize,
    last_claim: Range<usize>,
    /// A stop was read, and a space behind it.
    ended: bool,
    held: Option<Vec<Held>>,
    supported: Vec<Evidence>,
    refused: Vec<Refusal>,
    /// A marker vanished where the line begins: so does the space behind it.
    skips_space: bool,
}

#[derive(Debug)]
enum Held {
    Text(String),
    Mark { before: String, n: usize, is_inside: bool },
}

impl Checker {
    /// The alias of the first source is 1.
    pub fn new(sources: Vec<Source>) -> Self {
        let many = sources.len();
        Self {
            sources,
            lexer: Lexer::default(),
            shown: 0,
            sentence: Sentence::default(),
            events: Vec::new(),
            cited: vec![false; many],
            used: vec![false; many],
        }
    }

    pub fn feed(&mut self, piece: &str) -> Vec<Event> {
        for token in self.lexer.feed(piece) {
            self.take(token);
        }
        std::mem::take(&mut self.events)
    }

    /// The text ends here, also when it was cut off.
    pub fn finish(mut self) -> (Vec<Event>, Lists) {
        for token in std::mem::take(&mut self.lexer).finish() {
            self.take(token);
        }
        self.close();
        let mut lists = Lists::default();
        for (at, (cited, used)) in self.cited.iter().zip(&self.used).enumerate() {
            let list = match (cited, used) {
                (true, _) => &mut lists.cited,
                (false, true) => &mut lists.used,
                (false, false) => &mut lists.unused,
            };
            list.push(at + 1);
        }
        (self.events, lists)
    }

    fn take(&mut self, token: Token) {
        match token {
            Token::Text(c) => self.text(c),
            Token::Code(code) => {
                self.go_on(&code);
                self.sentence.text.push_str(&code);
                self.show(&code);
            }
            Token::Block(c) => {
                self.close();
                self.show(c.encode_utf8(&mut [0; 4]));
                self.sentence.start = self.shown;
            }
            Token::Marks { before, numbers } => self.marks(&before, &numbers),
        }
    }

    fn text(&mut self, c: char) {
        if c == ' ' && std::mem::take(&mut self.sentence.skips_space) {
            return;
        }
        let said = c.encode_utf8(&mut [0; 4]).to_owned();
        self.go_on(&said);
        let sentence = &mut self.sentence;
        sentence.ended |= c.is_whitespace() && has_stopped(&sentence.text);
        sentence.text.push(c);
        self.show(&said);
        if c == '\n' || self.sentence.text.len() > LONGEST {
            self.close();
        }
    }

    /// A sentence that had ended is closed when another begins.
    fn go_on(&mut self, said: &str) {
        let begins = said.chars().next().filter(|c| !c.is_whitespace());
        match begins {
            Some(c) if self.sentence.ended && c.is_lowercase() => self.sentence.ended = false,
            Some(_) if self.sentence.ended => self.close(),
            _ => {}
        }
    }

    fn marks(&mut self, before: &str, numbers: &[usize]) {
        let mut known: Vec<usize> = Vec::new();
        for n in numbers.iter().filter(|n| (1..=self.sources.len()).contains(*n)) {
            if !known.contains(n) {
                known.push(*n);
            }
        }
        let mut before = before;
        let mut shown = false;
        for n in known {
            shown |= self.mark(before, n);
            before = if shown { "" } else { before };
        }
        if !shown && would_join(&self.sentence.text) {
            self.show(STOPGAP);
        }
        self.sentence.skips_space = !shown && self.sentence.text.trim().is_empty();
    }

    /// Whether anything was shown, or may be later.
    fn mark(&mut self, before: &str, n: usize) -> bool {
        let Some(claim) = self.claim() else {
            let is_inside = would_join(&self.sentence.text);
            self.sentence.held.get_or_insert_default().push(Held::Mark { before: before.to_owned(), n, is_inside });
            return true;
        };
        let holds = self.judged(claim, n);
        if holds {
            self.show(&format!("{before}[{n}]"));
        }
        holds
    }

    /// What the next marker claims: all since the last one, or what that one claimed when nothing was said in between.
    fn claim(&mut self) -> Option<Range<usize>> {
        let sentence = &mut self.sentence;
        let own = sentence.claim_from..sentence.text.len();
        let said = &sentence.text[own.clone()];
        if !said.contains(char::is_alphanumeric) && !sentence.last_claim.is_empty() {
            return Some(sentence.last_claim.clone());
        }
        let all = 0..sentence.text.len();
        let enough = |range: &Range<usize>| align::content(&words(&sentence.text[range.clone()])) >= LEAST;
        let claim = [own, all].into_iter().find(enough)?;
        sentence.claim_from = sentence.text.len();
        sentence.last_claim = claim.clone();
        Some(claim)
    }

    fn judged(&mut self, claim: Range<usize>, n: usize) -> bool {
        let sentence = &mut self.sentence;
        if sentence.supported.iter().any(|evidence| evidence.n == n) && claim == sentence.last_claim {
            return false; // Once is enough.
        }
        match judge(sentence.text[claim].trim(), n, &self.sources[n - 1]) {
            Ok(evidence) => {
                self.cited[n - 1] = true;
                sentence.supported.push(evidence);
                true
            }
            Err(refusal) => {
                sentence.refused.push(refusal);
                false
            }
        }
    }

    fn show(&mut self, said: &str) {
        match (&mut self.sentence.held, self.events.last_mut()) {
            (Some(held), _) => held.push(Held::Text(said.to_owned())),
            (None, Some(Event::Delta(delta))) => {
                delta.push_str(said);
                self.shown += said.len();
            }
            (None, _) => {
                self.events.push(Event::Delta(said.to_owned()));
                self.shown += said.len();
            }
        }
    }

    fn close(&mut self) {
        let mut skips_space = false;
        for held in self.sentence.held.take().into_iter().flatten() {
            match held {
                Held::Text(said) if std::mem::take(&mut skips_space) && said == " " => {}
                Held::Text(said) => self.show(&said),
                Held::Mark { before, n, is_inside } => {
                    let all = 0..self.sentence.text.len();
                    match self.judged(all, n) {
                        true => self.show(&format!("{before}[{n}]")),
                        false if is_inside => self.show(STOPGAP),
                        false => skips_space = self.sentence.start == self.shown,
                    }
                }
            }
        }
        let sentence = std::mem::take(&mut self.sentence);
        self.sentence.start = self.shown;
        if sentence.text.contains(char::is_alphanumeric) || !sentence.refused.is_empty() {
            self.note_use(&sentence);
            let range = sentence.start..self.shown;
            let (supported, refused) = (sentence.supported, sentence.refused);
            self.events.push(Event::Checked(Checked { range, supported, refused }));
        }
    }

    fn note_use(&mut self, sentence: &Sentence) {
        if !sentence.supported.is_empty() || align::content(&words(&sentence.text)) < LEAST {
            return;
        }
        for (at, (source, used)) in self.sources.iter().zip(&mut self.used).enumerate() {
            *used = *used || judge(sentence.text.trim(), at + 1, source).is_ok();
        }
    }
}

/// Whether what comes behind a text might become a marker, or code, by standing right behind it.
fn would_join(text: &str) -> bool {
    notation::is_open(text) || text.ends_with(['`', '~'])
}

/// Whether a text ends with a stop that ends a sentence, and what may stand behind one.
fn has_stopped(text: &str) -> bool {
    let text = text.trim_end_matches(['"', '\'', ')', '*', '_', '\u{201d}', '\u{2019}']);
    let full = text.strip_suffix('.').is_some_and(|before| !is_abbreviation(before));
    full || text.ends_with(['!', '?', '\u{2026}', '\u{3002}', '\u{ff01}', '\u{ff1f}'])
}

#[cfg(test)]
mod tests {
    use super::super::verdict::Standing;
    use super::*;

    const REFUNDS: &str =
        "Refunds take up to 10 business days to reach your account. We cannot send them to another card.";
    const HANDLING: &str = "Refunds take 4 business days to reach the account by card.";

    fn checker() -> Checker {
        Checker::new(vec![Source::new("Refunds", REFUNDS), Source::new("Handling", HANDLING)])
    }

    fn run(text: &str) -> (String, Vec<Checked>, Lists) {
        let mut checker = checker();
        let mut events = checker.feed(text);
        let (rest, lists) = checker.finish();
        events.extend(rest);
        let mut shown = String::new();
        let mut verdicts = Vec::new();
        for event in events {
            match event {
                Event::Delta(delta) => shown.push_str(&delta),
                Event::Checked(checked) => verdicts.push(checked),
            }
        }
        (shown, verdicts, lists)
    }

    #[track_caller]
    fn check(text: &str, expected: &str, standings: &[Standing]) {
        let (shown, verdicts, _) = run(text);
        assert_eq!(shown, expected);
        assert_eq!(verdicts.iter().map(Checked::standing).collect::<Vec<_>>(), standings, "{text}: {verdicts:#?}");
    }

    #[test]
    fn a_marker_is_shown_when_its_source_says_so() {
        use Standing::{Supported, Uncited, Unsupported};
        check(
            "Refunds reach your account within 10 business days [1].",
            "Refunds reach your account within 10 business days [1].",
            &[Supported],
        );
        check(
            "Refunds reach your account within 12 business days [1].",
            "Refunds reach your account within 12 business days.",
            &[Unsupported],
        );
        check(
            "Refunds reach your account in 10 business days. [1] Good.",
            "Refunds reach your account in 10 business days. [1] Good.",
            &[Supported, Uncited],
        );
        check("Whales sing in the sea [1][7]. And [9].", "Whales sing in the sea. And.", &[Unsupported, Uncited]);
        check("No marker here at all.", "No marker here at all.", &[Uncited]);
        check("", "", &[]);
    }

    #[test]
    fn a_marker_before_its_claim_waits() {
        check(
            "According to [1], refunds take up to 10 business days.",
            "According to [1], refunds take up to 10 business days.",
            &[Standing::Supported],
        );
        check("[1] says that refunds take 3 weeks.\n", "says that refunds take 3 weeks.\n", &[Standing::Unsupported]);
        let mut checker = checker();
        assert_eq!(checker.feed("According to [1], ref"), [Event::Delta("According to".into())]);
    }

    #[test]
    fn each_marker_answers_for_its_own_claim() {
        check(
            "Refunds take up to 10 business days [1] and are sent to another card [1].",
            "Refunds take up to 10 business days [1] and are sent to another card.",
            &[Standing::Supported],
        );
        check(
            "Refunds take up to 10 business days to reach your account [1][2].",
            "Refunds take up to 10 business days to reach your account [1].",
            &[Standing::Conflict],
        );
    }

    #[test]
    fn what_is_left_around_a_marker_makes_no_other() {
        check("Odd [0[0]] and [source [7]1].", "Odd [0\u{2026}] and [source\u{2026}1].", &[Standing::Uncited]);
        check("Odd (see [7]).", "Odd (see\u{2026}).", &[Standing::Uncited]);
    }

    #[test]
    fn three_lists_are_kept_apart() {
        let (_, _, lists) = run("Refunds take up to 10 business days to reach your account [1].");
        assert_eq!((lists.cited, lists.used, lists.unused), (vec![1], vec![], vec![2]));
        let (_, _, lists) = run("Refunds take 4 business days to reach the account by card.");
        assert_eq!((lists.cited, lists.used, lists.unused), (vec![], vec![2], vec![1]));
    }

    #[test]
    fn the_range_is_that_of_what_was_shown() {
        let text = "Hello there. Refunds take up to 10 business days [1]. Bye.";
        let (shown, verdicts, _) = run(text);
        assert_eq!(shown, text);
        let ranges: Vec<&str> = verdicts.iter().map(|checked| shown[checked.range.clone()].trim()).collect();
        assert_eq!(ranges, ["Hello there.", "Refunds take up to 10 business days [1].", "Bye."]);
        assert_eq!(
            &REFUNDS[verdicts[1].supported[0].quote.clone()],
            "Refunds take up to 10 business days to reach your account."
        );
    }
}
