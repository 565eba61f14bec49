//! Rankings: which points a question found, in which order and why, for one kind of reader in one state of the catalog.
//!
//! Why none of them can show too much: it holds no text. Whoever finds one asks the shelf for its points again, under the
//! asker's own clearance. Nor is one found by somebody who may read something else, because the key holds the fingerprint
//! of a clearance.
//!
//! Why none of them can hide too much: the key holds the catalog's version, which is read before the index is asked, and
//! which SQL raises in the transaction that changes what is seen. A document is in the index before the transaction
//! that makes it visible, so whoever reads that version or a later one asks an index that has it. Where the index hears
//! of a change after SQL (a label, a removal, a repair), the version is raised once more when it has heard.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::bounded::{Bounded, Counts};
use crate::access::Fingerprint;
use crate::model::GenerationId;
use crate::ports::{Candidate, Embedding};
use crate::rerank::signals::Signals;

/// The version alone keeps rankings true. This bounds what a replica of an index that lags behind the others can do.
pub const AGE: Duration = Duration::from_secs(300);
/// A ranking of so many points takes some 30 KB; longer ones are for programs that list everything.
const MOST_POINTS: usize = 200;
const LONGEST_BYTES: usize = 4_000;

/// Which ranking. Everything that decides what a search finds, except what cannot change while a process runs.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Key {
    /// Workspace and reach.
    pub reader: Fingerprint,
    pub generation: GenerationId,
    /// As the shelf said before the index was asked.
    pub version: u64,
    /// How many fused candidates were asked for: limits that lead to the same number share a ranking.
    pub depth: usize,
    pub question: String,
}

/// A passage's place in a ranking.
#[derive(Clone, PartialEq, Debug)]
pub struct Kept {
    pub candidate: Candidate,
    pub score: f32,
    pub signals: Signals,
}

/// The order before anything is made of it for a reader.
#[derive(Clone, PartialEq, Debug)]
pub struct Ranking {
    pub kept: Vec<Kept>,
    pub confidence: f64,
    pub question: Embedding,
}

type Clock = Box<dyn Fn() -> Instant + Send + Sync>;

/// The rankings of this process.
pub struct Rankings {
    held: Bounded<Key, (Arc<Ranking>, Instant)>,
    clock: Clock,
}

impl Rankings {
    /// At most so many.
    pub fn new(entries: usize) -> Self {
        Self::by_clock(entries, Box::new(Instant::now))
    }

    fn by_clock(entries: usize, clock: Clock) -> Self {
        Self { held: Bounded::new(entries), clock }
    }

    pub fn find(&self, key: &Key) -> Option<Arc<Ranking>> {
        let now = (self.clock)();
        let is_young = |(_, since): &(Arc<Ranking>, Instant)| now.saturating_duration_since(*since) < AGE;
        self.held.get(key, is_young).map(|(ranking, _)| ranking)
    }

    pub fn keep(&self, key: Key, ranking: Ranking) {
        if ranking.kept.len() <= MOST_POINTS && key.question.len() <= LONGEST_BYTES {
            self.held.put(key, (Arc::new(ranking), (self.clock)()));
        }
    }

    /// One that turned out to be wrong.
    pub fn forget(&self, key: &Key) {
        self.held.forget(key);
    }

    pub fn counts(&self) -> Counts {
        self.held.counts()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use uuid::Uuid;

    use super::*;
    use crate::access::{AccessLabel, AccessTier, Principal};
    use crate::model::{DocumentId, PointId, VersionId, WorkspaceId};

    fn reader(workspace: u128, tier: AccessTier) -> Fingerprint {
        let operator = Principal::operator(WorkspaceId(Uuid::from_u128(workspace)));
        operator.seeing_as(AccessLabel::tier(tier)).unwrap().clearance().unwrap().fingerprint()
    }

    fn key() -> Key {
        let generation = GenerationId(Uuid::from_u128(1));
        let reader = reader(1, AccessTier::Internal);
        Key { reader, generation, version: 1, depth: 50, question: "refund".into() }
    }

    fn ranking(points: u128) -> Ranking {
        let kept = |number| {
            let (document, version) = (DocumentId(Uuid::from_u128(number)), VersionId(Uuid::from_u128(number)));
            let point = PointId(Uuid::from_u128(number));
            let candidate = Candidate { point, document, version, score: 0.5, dense: None, sparse: None };
            Kept { candidate, score: 0.25, signals: Signals::default() }
        };
        Ranking { kept: (0..points).map(kept).collect(), confidence: 0.75, question: Embedding::from([1.0]) }
    }

    #[test]
    fn every_part_of_the_key_parts() {
        let rankings = Rankings::new(10);
        rankings.keep(key(), ranking(3));
        assert_eq!(rankings.find(&key()).as_deref(), Some(&ranking(3)));
        for other in [
            Key { reader: reader(1, AccessTier::Customer), ..key() },
            Key { reader: reader(1, AccessTier::Restricted), ..key() },
            Key { reader: reader(2, AccessTier::Internal), ..key() },
            Key { generation: GenerationId(Uuid::from_u128(2)), ..key() },
            Key { version: 0, ..key() },
            Key { version: 2, ..key() },
            Key { depth: 100, ..key() },
            Key { question: "refund ".into(), ..key() },
            Key { question: "Refund".into(), ..key() },
        ] {
            assert_eq!(rankings.find(&other), None, "{other:?}");
        }
        rankings.forget(&key());
        assert_eq!(rankings.find(&key()), None);
        assert_eq!(rankings.counts(), Counts { hits: 1, misses: 10 });
    }

    #[test]
    fn none_grows_old() {
        let (begun, passed) = (Instant::now(), Arc::new(AtomicU64::new(0)));
        let dial = Arc::clone(&passed);
        let clock = move || begun + Duration::from_millis(dial.load(Ordering::SeqCst));
        let rankings = Rankings::by_clock(10, Box::new(clock));
        rankings.keep(key(), ranking(1));
        let age_ms = AGE.as_millis() as u64;
        for (at, expected) in [(age_ms - 1, true), (age_ms - 1, true), (age_ms, false), (0, false)] {
            passed.store(at, Ordering::SeqCst);
            assert_eq!(
                rankings.find(&key()).is_some(),
                expected,
                "after {at} ms; being asked for makes nothing younger"
            );
        }
    }

    #[test]
    fn what_would_fill_the_memory_is_not_kept() {
        let rankings = Rankings::new(10);
        rankings.keep(key(), ranking(1_000));
        assert_eq!(rankings.find(&key()), None);
        let long = Key { question: "refund ".repeat(1_000), ..key() };
        rankings.keep(long.clone(), ranking(1));
        assert_eq!(rankings.find(&long), None);
    }
}
