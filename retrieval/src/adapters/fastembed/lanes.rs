//! The queue before the sessions: two lanes, and what is urgent always goes first.
//!
//! Knows nothing of models: it carries tasks of any kind to whoever takes them, and ends when it is closed. It has no
//! bound of its own; callers await their replies and so never have more waiting than they asked for at once.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

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
    closed: bool,
}

impl<T> Lanes<T> {
    pub(super) fn new() -> Self {
        let waiting = Waiting { urgent: VecDeque::new(), patient: VecDeque::new(), closed: false };
        Self { waiting: Mutex::new(waiting), arrived: Condvar::new() }
    }

    /// Put tasks at the end of a lane, in order. In a closed queue they are dropped.
    pub(super) fn push(&self, lane: Lane, tasks: impl IntoIterator<Item = T>) {
        let mut waiting = self.lock();
        if waiting.closed {
            return;
        }
        match lane {
            Lane::Urgent => waiting.urgent.extend(tasks),
            Lane::Patient => waiting.patient.extend(tasks),
        }
        self.arrived.notify_all();
    }

    /// The next task, urgent ones first; waits for one, and is `None` once the queue is closed.
    pub(super) fn take(&self) -> Option<T> {
        let mut waiting = self.lock();
        loop {
            if waiting.closed {
                return None;
            }
            if let Some(task) = waiting.urgent.pop_front() {
                return Some(task);
            }
            if let Some(task) = waiting.patient.pop_front() {
                return Some(task);
            }
            waiting = self.arrived.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
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
        let order: Vec<_> = (0..5).filter_map(|_| lanes.take()).collect();
        assert_eq!(order, ["question 1", "question 2", "passage 1", "passage 2", "passage 3"]);
    }

    #[test]
    fn closing_drops_what_waits_and_takes_nothing_more() {
        let lanes = Lanes::new();
        lanes.push(Lane::Patient, [1, 2]);
        lanes.close();
        lanes.push(Lane::Urgent, [3]);
        assert_eq!(lanes.take(), None);
    }
}
