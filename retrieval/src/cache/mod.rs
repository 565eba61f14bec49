//! What was found out before: the vectors of questions, and the order in which passages answered them.
//!
//! Never a text, and nothing across clearances: what is remembered of a search is ids and numbers under a key that names who
//! may read what, and every one of them is asked for again at the shelf before anybody sees it. Lives in memory and dies with
//! the process. Knows neither index nor model nor SQL.

mod bounded;
mod rankings;
mod vectors;

pub use bounded::Counts;
pub use rankings::{AGE, Kept, Key, Ranking, Rankings};
pub use vectors::Remembering;

use std::sync::Arc;

/// What one process remembers of what it was asked; each is there unless it is turned off.
#[derive(Clone, Default)]
pub struct Caches {
    pub questions: Option<Arc<Remembering>>,
    pub results: Option<Arc<Rankings>>,
}

impl Caches {
    /// How often each had what it was asked for, by the name that it has in metrics.
    pub fn counts(&self) -> Vec<(&'static str, Counts)> {
        let questions = self.questions.as_ref().map(|cache| ("embedding", cache.counts()));
        let results = self.results.as_ref().map(|cache| ("results", cache.counts()));
        questions.into_iter().chain(results).collect()
    }
}
