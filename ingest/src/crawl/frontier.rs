//! The frontier: what waits to be asked for, per origin, the most promising first.
//!
//! Knows nothing of politeness or robots: it hands out what it is asked for.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use tokio::time::Instant;

use super::address::Address;
use super::ledger::Via;

/// Something to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Task {
    pub address: Address,
    pub depth: u32,
    pub via: Via,
    pub kind: Kind,
    /// Redirects that led here.
    pub hops: u32,
    /// How often it was asked for in vain.
    pub attempts: u32,
    /// Whether the page is taken even if it names another one as the real one.
    pub own: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Page,
    /// How many indexes led to it.
    Sitemap(u32),
}

/// Smaller is sooner.
pub(super) type Rank = (u8, u32);

#[derive(Debug, Default)]
pub(super) struct Frontier {
    origins: BTreeMap<String, Queue>,
    pushed: u64,
}

#[derive(Debug, Default)]
struct Queue {
    ready: BinaryHeap<Reverse<Ranked>>,
    later: Vec<(Instant, Task)>,
}

#[derive(Debug)]
struct Ranked {
    rank: Rank,
    /// Equal ranks: first come, first served.
    turn: u64,
    task: Task,
}

impl Task {
    pub fn page(address: Address, depth: u32, via: Via) -> Self {
        Self { address, depth, via, kind: Kind::Page, hops: 0, attempts: 0, own: false }
    }

    pub fn sitemap(address: Address, level: u32) -> Self {
        Self { kind: Kind::Sitemap(level), ..Self::page(address, 0, Via::Sitemap) }
    }
}

impl Frontier {
    pub fn push(&mut self, task: Task, rank: Rank) {
        self.pushed += 1;
        let ranked = Ranked { rank, turn: self.pushed, task };
        self.queue(&ranked.task.address.clone()).ready.push(Reverse(ranked));
    }

    /// Not before a moment; then before everything else, since it has waited.
    pub fn push_later(&mut self, task: Task, at: Instant) {
        self.queue(&task.address.clone()).later.push((at, task));
    }

    /// One address of each origin that has something waiting.
    pub fn origins(&self) -> Vec<Address> {
        let one = |queue: &Queue| {
            let ready = queue.ready.peek().map(|Reverse(ranked)| &ranked.task);
            ready.or(queue.later.first().map(|(_, task)| task)).map(|task| task.address.clone())
        };
        self.origins.values().filter_map(one).collect()
    }

    /// When the origin has something to hand out.
    pub fn ready_at(&self, origin: &str, now: Instant) -> Option<Instant> {
        let queue = self.origins.get(origin)?;
        if queue.ready.is_empty() { queue.later.iter().map(|(at, _)| *at).min() } else { Some(now) }
    }

    pub fn pop(&mut self, origin: &str, now: Instant) -> Option<Task> {
        let queue = self.origins.get_mut(origin)?;
        if let Some(due) = queue.later.iter().position(|(at, _)| *at <= now) {
            return Some(queue.later.swap_remove(due).1);
        }
        queue.ready.pop().map(|Reverse(ranked)| ranked.task)
    }

    /// Everything of an origin, since nothing of it will be asked for.
    pub fn drain(&mut self, origin: &str) -> Vec<Task> {
        let queue = self.origins.remove(origin).unwrap_or_default();
        let later = queue.later.into_iter().map(|(_, task)| task);
        queue.ready.into_iter().map(|Reverse(ranked)| ranked.task).chain(later).collect()
    }

    pub fn len(&self) -> usize {
        self.origins.values().map(|queue| queue.ready.len() + queue.later.len()).sum()
    }

    fn queue(&mut self, address: &Address) -> &mut Queue {
        self.origins.entry(address.origin().to_owned()).or_default()
    }
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.turn == other.turn
    }
}

impl Eq for Ranked {}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.rank, self.turn).cmp(&(other.rank, other.turn))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn task(path: &str) -> Task {
        Task::page(Address::parse(&format!("https://acme.example{path}")).unwrap(), 0, Via::Link)
    }

    #[test]
    fn ranks_then_turns_and_what_waited_comes_first() {
        let (mut frontier, now) = (Frontier::default(), Instant::now());
        let second = Duration::from_secs(1);
        for (path, rank) in [("/c", (2, 1)), ("/a", (0, 5)), ("/b", (2, 0)), ("/d", (2, 1))] {
            frontier.push(task(path), rank);
        }
        frontier.push_later(task("/late"), now + second);
        let mut pop = |at| frontier.pop("https://acme.example", at).map(|task| task.address.url().path().to_owned());
        assert_eq!([pop(now), pop(now)].map(Option::unwrap), ["/a", "/b"]);
        assert_eq!([pop(now + second), pop(now), pop(now)].map(Option::unwrap), ["/late", "/c", "/d"]);
        assert_eq!(pop(now), None);
        frontier.push_later(task("/late"), now + second);
        assert_eq!(frontier.ready_at("https://acme.example", now), Some(now + second));
        assert_eq!(frontier.len(), 1);
        assert_eq!(frontier.drain("https://acme.example").len(), 1);
    }
}
