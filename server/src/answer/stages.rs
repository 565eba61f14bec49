//! How long each step of an answer took. They follow each other: together they are the whole.

use std::time::{Duration, Instant};

use retrieval::search::trail::Timings;

use crate::store::Stages;

/// What was measured on the way to an answer that has just been made.
pub struct Course {
    /// Until the question stood alone.
    pub rewriting: Duration,
    pub search: Timings,
    /// When passages had been found, or none.
    pub found: Instant,
    /// When somebody was told the first of it; nobody may have been.
    pub first_word: Option<Instant>,
}

impl Course {
    /// As the record keeps it.
    pub fn stages(&self) -> Stages {
        let Timings { embedding_ms, index_ms, verify_ms, rerank_ms, context_ms } = self.search;
        let ended = Instant::now();
        let first_word = self.first_word.unwrap_or(ended).max(self.found);
        Stages([
            whole(self.rewriting.as_secs_f64() * 1e3),
            whole(embedding_ms),
            whole(index_ms + verify_ms),
            whole(rerank_ms + context_ms),
            whole(first_word.duration_since(self.found).as_secs_f64() * 1e3),
            whole(ended.duration_since(first_word).as_secs_f64() * 1e3),
        ])
    }
}

fn whole(ms: f64) -> i64 {
    ms.round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_measured_becomes_whole_milliseconds() {
        let search = Timings { embedding_ms: 4.6, index_ms: 1.2, verify_ms: 1.2, rerank_ms: 0.2, context_ms: 0.2 };
        let found = Instant::now();
        let course = |first_word| Course { rewriting: Duration::from_micros(2_500), search, found, first_word };
        let Stages(told) = course(Some(found + Duration::from_millis(7))).stages();
        assert_eq!(told[..4], [3, 5, 2, 0]);
        // Whoever was told before anything was found heard a greeting; nothing takes less than no time.
        let early = found.checked_sub(Duration::from_secs(1)).unwrap_or(found);
        let Stages(told) = course(Some(early)).stages();
        assert_eq!((told[4], told[5] >= 0), (0, true));
        let Stages(told) = course(None).stages();
        assert_eq!((told[4] >= 0, told[5]), (true, 0));
    }
}
