//! Follow-ups: a question in a conversation, made to stand alone by rules.
//!
//! Text in, text out: knows no index, no model, no clock. A question that leans on what was said before ("what about
//! ...", "is it ...", "why?") gets the words that it leans on in front of it; every other stays as it was typed, to the
//! byte, and so does one in a language that is not known here. The caller answers for it that the history is the asker's
//! to read.

mod english;
mod history;
mod language;
mod need;
#[cfg(test)]
mod tests;
mod topic;
mod vocabulary;
mod words;

pub use history::{Line, Role, turns};
pub use need::Need;

use topic::Topic;
use words::Word;

/// Older turns have been left behind.
const REMEMBERED: usize = 6;

/// A question and the answer it got.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Turn {
    pub question: String,
    pub answer: String,
    /// Titles of what the answer was taken from, best first.
    pub sources: Vec<String>,
}

/// A question that can be asked on its own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StandAlone {
    /// As it was typed when nothing was carried.
    pub text: String,
    /// What was carried into it.
    pub carried: Vec<String>,
    /// Why something was; `None` for a question that stands alone as it is.
    pub need: Option<Need>,
}

pub fn stand_alone(question: &str, history: &[Turn]) -> StandAlone {
    let recent = &history[history.len().saturating_sub(REMEMBERED)..];
    let topic = recent.iter().fold(Topic::default(), Topic::after);
    let asked = words::words(question);
    let leaning = topic.leaning(&asked).map(|need| (need, carried(&topic, &asked)));
    match leaning {
        Some((need, carried)) if !carried.is_empty() => {
            StandAlone { text: format!("{}: {}", carried.join(", "), question.trim()), carried, need: Some(need) }
        }
        _ => StandAlone { text: question.to_owned(), carried: Vec::new(), need: None },
    }
}

fn carried(topic: &Topic, asked: &[Word]) -> Vec<String> {
    let subject = topic.carried_to(asked);
    let source = topic.source_for(asked, &subject);
    let written = |words: &[Word]| words.iter().map(|word| word.written.as_str()).collect::<Vec<_>>().join(" ");
    [written(&source), written(&subject)].into_iter().filter(|text| !text.is_empty()).collect()
}
