//! What a checker says: text that may be shown, verdicts on sentences, and what became of the sources.

use std::ops::Range;

use super::judge::{Evidence, Refusal};

#[derive(Clone, PartialEq, Debug)]
pub enum Event {
    /// To be shown behind what was shown.
    Delta(String),
    Checked(Checked),
}

/// A sentence, and what its citations are worth.
#[derive(Clone, PartialEq, Debug)]
pub struct Checked {
    /// Within all that was shown, its markers included.
    pub range: Range<usize>,
    pub supported: Vec<Evidence>,
    /// These markers were not shown.
    pub refused: Vec<Refusal>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    Uncited,
    Supported,
    Unsupported,
    /// One cited source says so, and another gives other figures for the same.
    Conflict,
}

impl Checked {
    pub fn standing(&self) -> Standing {
        let otherwise = self.refused.iter().any(|refusal| refusal.otherwise.is_some());
        match (self.supported.is_empty(), self.refused.is_empty()) {
            (false, _) if otherwise => Standing::Conflict,
            (false, _) => Standing::Supported,
            (true, false) => Standing::Unsupported,
            (true, true) => Standing::Uncited,
        }
    }
}

/// What became of the sources, by their aliases; each is in one list.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Lists {
    pub cited: Vec<usize>,
    /// Said without a marker that held. For the record, never shown as a citation.
    pub used: Vec<usize>,
    pub unused: Vec<usize>,
}
