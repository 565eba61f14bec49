//! Where the time of a run goes, stage by stage. Sums over concurrent work, so shares matter, not totals.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A stage of the write path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    Read,
    Parse,
    Chunk,
    Embed,
    Index,
    Settle,
}

impl Stage {
    pub const ALL: [Self; 6] = [Self::Read, Self::Parse, Self::Chunk, Self::Embed, Self::Index, Self::Settle];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Parse => "parse",
            Self::Chunk => "clean and chunk",
            Self::Embed => "embed",
            Self::Index => "index and flush",
            Self::Settle => "catalog",
        }
    }
}

/// Time spent per stage, and how often.
#[derive(Debug, Default)]
pub struct Timings {
    nanos: [AtomicU64; Stage::ALL.len()],
    times: [AtomicU64; Stage::ALL.len()],
}

impl Timings {
    /// Wait for `work` and put its time on the account of `stage`.
    pub async fn time<T>(&self, stage: Stage, work: impl Future<Output = T>) -> T {
        let start = Instant::now();
        let done = work.await;
        let nanos = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.nanos[stage as usize].fetch_add(nanos, Ordering::Relaxed);
        self.times[stage as usize].fetch_add(1, Ordering::Relaxed);
        done
    }

    pub fn spent(&self, stage: Stage) -> Duration {
        Duration::from_nanos(self.nanos[stage as usize].load(Ordering::Relaxed))
    }

    /// How often work of this stage has ended.
    pub fn times(&self, stage: Stage) -> usize {
        usize::try_from(self.times[stage as usize].load(Ordering::Relaxed)).unwrap_or(usize::MAX)
    }
}
