//! The people behind the assistant, and when a conversation is theirs.
//!
//! Whether anybody is there at this moment is not known here, nor what becomes of a conversation that is passed on.

use super::manners::{Handoff, Triggers, handoff, wants_human};
use super::{Answer, Question};

/// Who takes over where the assistant should not go on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Team {
    /// As it stands in a sentence: "the support team".
    pub name: String,
    /// When they are there: "on weekdays from 9 to 17".
    pub hours: Option<String>,
    /// What they see in any case.
    pub matters: Triggers,
    /// So many answers in a row that were none are enough; never, when it is 0.
    pub failures: usize,
}

/// Why a conversation is passed on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Concern {
    /// They asked for a person.
    Asked,
    /// Nothing was found, again.
    Failures,
    Frustration,
    Matter(String),
}

impl Team {
    /// Whether nothing is to be looked up: it is a person that they want.
    pub fn is_wanted(&self, question: &Question) -> bool {
        wants_human(question.as_str())
    }

    /// Why this question should be seen by a person, if it should. `failed` is how many answers before it were none.
    pub fn concern(&self, question: &str, answer: &Answer, failed: usize) -> Option<Concern> {
        let failures = || {
            let is_enough = self.failures > 0 && answer.declined && failed + 1 >= self.failures;
            is_enough.then_some(Concern::Failures)
        };
        let said = handoff(question, &self.matters).map(|said| match said {
            Handoff::AskedForAHuman => Concern::Asked,
            Handoff::Frustration => Concern::Frustration,
            Handoff::Matter(matter) => Concern::Matter(matter),
        });
        said.or_else(failures)
    }
}

impl Concern {
    /// As it is kept, and shown.
    pub fn named(&self) -> (&'static str, &str) {
        match self {
            Self::Asked => ("asked", ""),
            Self::Failures => ("failures", ""),
            Self::Frustration => ("frustration", ""),
            Self::Matter(matter) => ("matter", matter),
        }
    }
}
