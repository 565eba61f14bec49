//! Manners: what is said to somebody that no search should answer, or not a search alone.
//!
//! Small talk, and the wish for a human being. Pure: words in, a judgement out. Knows neither how it is worded nor who asks.

mod handoff;
mod language;
mod smalltalk;

pub use handoff::{Handoff, Triggers, handoff, wants_human};
pub use language::language;
pub use smalltalk::{Kind, Language, Smalltalk, smalltalk};

/// The words of a question as manners are compared: lower-cased, apostrophes left out, so that "what's" is one word.
pub(super) fn words(text: &str) -> Vec<String> {
    let text: String = text.chars().filter(|c| !matches!(c, '\'' | '\u{2019}')).collect();
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// Whether the words of a phrase stand side by side among these.
pub(super) fn holds(words: &[String], phrase: &str) -> bool {
    let phrase: Vec<&str> = phrase.split(' ').collect();
    words.windows(phrase.len()).any(|window| window.iter().zip(&phrase).all(|(word, other)| word == other))
}
