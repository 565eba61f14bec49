//! A breaker: a model that failed often in a row is left alone for a while.
//!
//! Then one call in that while finds out whether it is back. Time is an argument; what a failure is, is not known here.

use std::sync::{Mutex, MutexGuard, PoisonError};

const MOST_FAILURES: u32 = 5;
const REST_MS: i64 = 30_000;

/// How a model has been doing.
#[derive(Default)]
pub struct Breaker(Mutex<State>);

#[derive(Default)]
struct State {
    /// Since it last worked.
    failures: u32,
    rests_until_ms: i64,
}

impl Breaker {
    /// Whether the model may be asked now.
    pub fn lets_through(&self, now_ms: i64) -> bool {
        let mut state = self.state();
        // A clock that was set back must not prolong the rest.
        let rests = now_ms < state.rests_until_ms && state.rests_until_ms - now_ms <= REST_MS;
        if state.failures < MOST_FAILURES || !rests {
            // Where this one comes in its rest, it comes alone; should it never say how it went, the next comes after as long.
            state.rests_until_ms = now_ms.saturating_add(REST_MS);
            return true;
        }
        false
    }

    pub fn worked(&self) {
        self.state().failures = 0;
    }

    /// Whether it rests from now on.
    pub fn failed(&self, now_ms: i64) -> bool {
        let mut state = self.state();
        state.failures = state.failures.saturating_add(1);
        state.rests_until_ms = now_ms.saturating_add(REST_MS);
        state.failures >= MOST_FAILURES
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Numbers are never half written.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed_often(now_ms: i64) -> Breaker {
        let breaker = Breaker::default();
        for at in 1..=MOST_FAILURES {
            assert!(breaker.lets_through(now_ms));
            assert_eq!(breaker.failed(now_ms), at == MOST_FAILURES);
        }
        breaker
    }

    #[test]
    fn a_model_that_fails_in_a_row_rests() {
        let breaker = failed_often(1_000);
        assert!(!breaker.lets_through(1_000) && !breaker.lets_through(1_000 + REST_MS - 1));
    }

    #[test]
    fn one_call_finds_out_whether_it_is_back() {
        let breaker = failed_often(1_000);
        let then = 1_000 + REST_MS;
        assert!(breaker.lets_through(then));
        assert!(!breaker.lets_through(then), "while that one is on its way");
        assert!(breaker.failed(then + 10));
        assert!(!breaker.lets_through(then + REST_MS));
        assert!(breaker.lets_through(then + 10 + REST_MS));
        breaker.worked();
        assert!(breaker.lets_through(then + 10 + REST_MS) && breaker.lets_through(then + 10 + REST_MS));
        assert!(!breaker.failed(then + 10 + REST_MS), "the count began anew");
    }

    #[test]
    fn a_call_that_never_says_how_it_went_locks_nobody_out() {
        let breaker = failed_often(0);
        assert!(breaker.lets_through(REST_MS) && !breaker.lets_through(REST_MS + 1));
        assert!(breaker.lets_through(2 * REST_MS));
    }

    #[test]
    fn failures_between_which_it_worked_do_not_count_together() {
        let breaker = Breaker::default();
        for _ in 0..10 * MOST_FAILURES {
            assert!(!breaker.failed(7));
            breaker.worked();
        }
        assert!(breaker.lets_through(7));
    }

    #[test]
    fn a_clock_that_was_set_back_prolongs_no_rest() {
        assert!(failed_often(1_000_000).lets_through(1));
    }
}
