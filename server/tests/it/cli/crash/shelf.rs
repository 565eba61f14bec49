//! The model in memory: what may be true of every document, by what was acknowledged and what is still open.
//!
//! Knows no server. A document is told by its number; each edition of it has a number of its own.

use std::collections::{BTreeMap, BTreeSet};

/// Who may read a document: everybody, or those within.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Tier {
    Public,
    Internal,
}

impl Tier {
    pub fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Internal => "internal",
        }
    }
}

/// An edition and its readers; absent is `None`.
pub type State = Option<(u64, Tier)>;

/// What was asked for, and how far it was acknowledged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Step {
    state: State,
    /// It will be so once the jobs are done, unless a later step is.
    is_accepted: bool,
}

/// What is known of one document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Known {
    /// The last that was certain, and what was asked for since. Never empty.
    steps: Vec<Step>,
    /// Raised by whatever is asked for.
    pub changes: u64,
    /// The jobs that its editions wait in.
    pub waits_in: Vec<String>,
}

impl Known {
    /// While anything is open.
    pub fn may_be(&self) -> BTreeSet<State> {
        self.steps.iter().map(|step| step.state).collect()
    }

    /// Once nothing is worked on any more: what was accepted last, or what was asked for after it.
    pub fn must_be(&self) -> BTreeSet<State> {
        let last = self.steps.iter().rposition(|step| step.is_accepted).unwrap_or(0);
        self.steps[last..].iter().map(|step| step.state).collect()
    }

    /// What it certainly is.
    pub fn is_certainly(&self) -> Option<State> {
        (self.steps.len() == 1).then(|| self.steps[0].state)
    }
}

#[derive(Clone, Debug, Default)]
pub struct Shelf(BTreeMap<u32, Known>);

impl Shelf {
    pub fn known(&self, document: u32) -> Known {
        let absent = Step { state: None, is_accepted: true };
        let unknown = || Known { steps: vec![absent], changes: 0, waits_in: Vec::new() };
        self.0.get(&document).cloned().unwrap_or_else(unknown)
    }

    /// It is asked for, and may be done or not.
    pub fn may(&mut self, document: u32, state: State) {
        self.change(document, |known| known.steps.push(Step { state, is_accepted: false }));
    }

    /// What was asked for last was refused, and did nothing.
    pub fn was_not(&mut self, document: u32) {
        self.change(document, |known| {
            known.steps.pop();
        });
    }

    /// What was asked for last will be done, by this job.
    pub fn will(&mut self, document: u32, job: String) {
        self.change(document, |known| {
            known.waits_in.push(job);
            if let Some(last) = known.steps.last_mut() {
                last.is_accepted = true;
            }
        });
    }

    /// It is so; nothing is open any more.
    pub fn is(&mut self, document: u32, state: State) {
        self.change(document, |known| {
            known.steps = vec![Step { state, is_accepted: true }];
            known.waits_in.clear();
        });
    }

    fn change(&mut self, document: u32, change: impl FnOnce(&mut Known)) {
        let mut known = self.known(document);
        change(&mut known);
        known.changes += 1;
        self.0.insert(document, known);
    }
}
