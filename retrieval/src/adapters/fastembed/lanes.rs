//! The queue before the sessions: two lanes, and what is urgent always goes first.
//!
//! Knows nothing of models: it carries tasks of any kind to whoever takes them, and ends when it is closed. It has no
//! bound of its own; callers await their replies and so never have more waiting than they asked for at once.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Which line to stand in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Lane {
    /// A person waits.
    Urgent,
    /// Work that may take its time.
    Patient,
}

pub(super) struct Lanes<T> {
    waiting: Mutex<Waiting<T>>,
    arrived: Condvar,
}

struct Waiting<T> {
    urgent: VecDeque<T>,
    patient: VecDeque<T>,
    /// Who waits for a task.
    takers: usize,
    closed: bool,
}

impl<T> Waiting<T> {
    fn len(&self) -> usize {
        self.urgent.len() + self.patient.len()
    }
}

impl<T> Lanes<T> {
    pub(super) fn new() -> Self {
        let waiting = Waiting { urgent: VecDeque::new(), patient: VecDeque::new(), takers: 0, closed: false };
        Self { waiting: Mutex::new(waiting), arrived: Condvar::new() }
    }

    /// Put tasks at the end of a lane, in order; returns how many now wait for whom nobody does. In a closed queue they
    /// are dropped.
    pub(super) fn push(&self, lane: Lane, tasks: impl IntoIterator<Item = T>) -> usize {
        let mut waiting = self.lock();
        if waiting.closed {
            return 0;
        }
        match lane {
            Lane::Urgent => waiting.urgent.extend(tasks),
            Lane::Patient => waiting.patient.extend(tasks),
        }
        self.arrived.notify_all();
        waiting.len().saturating_sub(waiting.takers)
    }

    /// The next task, urgent ones first. `None` when the queue is closed, or when none has come for as long as
    /// `patience` lasts.
    pub(super) fn take(&self, patience: Option<Duration>) -> Option<T> {
        let idle = |waiting: &mut Waiting<T>| waiting.len() == 0 && !waiting.closed;
        let mut waiting = self.lock();
        waiting.takers += 1;
        let mut waiting = match patience {
            None => self.arrived.wait_while(waiting, idle).unwrap_or_else(PoisonError::into_inner),
            Some(patience) => {
                let waited = self.arrived.wait_timeout_while(waiting, patience, idle);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
        };
        waiting.takers -= 1;
        waiting.urgent.pop_front().or_else(|| waiting.patient.pop_front())
    }

    /// Drop what waits and send every taker home.
    pub(super) fn close(&self) {
        let mut waiting = self.lock();
        waiting.closed = true;
        waiting.urgent.clear();
        waiting.patient.clear();
        self.arrived.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting<T>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_overtake_passages_and_each_lane_keeps_its_order() {
        let lanes = Lanes::new();
        lanes.push(Lane::Patient, ["passage 1", "passage 2"]);
        lanes.push(Lane::Urgent, ["question 1"]);
        lanes.push(Lane::Patient, ["passage 3"]);
        lanes.push(Lane::Urgent, ["question 2"]);
        let order: Vec<_> = (0..5).filter_map(|_| lanes.take(None)).collect();
        assert_eq!(order, ["question 1", "question 2", "passage 1", "passage 2", "passage 3"]);
    }

    #[test]
    fn patience_ends_where_nothing_comes() {
        let lanes = Lanes::new();
        assert_eq!(lanes.push(Lane::Patient, [1]), 1);
        assert_eq!(lanes.take(Some(Duration::ZERO)), Some(1));
        assert_eq!(lanes.take(Some(Duration::ZERO)), None);
    }

    #[test]
    fn closing_drops_what_waits_and_takes_nothing_more() {
        let lanes = Lanes::new();
        lanes.push(Lane::Patient, [1, 2]);
        lanes.close();
        lanes.push(Lane::Urgent, [3]);
        assert_eq!(lanes.take(None), None);
    }
}
