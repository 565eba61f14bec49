//! Whether questions can be answered now, and if not, why.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use super::error::ApiError;

/// Where the house stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// The index is being filled from the catalog: answers would miss what is not back yet.
    Rebuilding,
    Ready,
    /// Shutting down: finish what runs, take nothing new.
    Draining,
}

/// Shared between the server and what prepares or ends it.
#[derive(Clone, Debug)]
pub struct Readiness(Arc<AtomicU8>);

impl Readiness {
    pub fn new(state: State) -> Self {
        Self(Arc::new(AtomicU8::new(state as u8)))
    }

    pub fn set(&self, state: State) {
        self.0.store(state as u8, Ordering::SeqCst);
    }

    pub fn state(&self) -> State {
        match self.0.load(Ordering::SeqCst) {
            0 => State::Rebuilding,
            1 => State::Ready,
            _ => State::Draining,
        }
    }
}

impl Readiness {
    /// Whether a question may be answered: "I don't know" must not mean "not yet".
    pub fn to_answer(&self) -> Result<(), ApiError> {
        match self.state() {
            State::Ready | State::Draining => Ok(()),
            rebuilding @ State::Rebuilding => Err(ApiError::not_ready(rebuilding.sentence())),
        }
    }
}

impl State {
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Rebuilding => "the index is being rebuilt from the catalog",
            Self::Ready => "ready",
            Self::Draining => "shutting down",
        }
    }
}
