//! Seats: how many jobs of a kind run at once in this process. Knows no job.

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::store::JobKind;

/// Who has a seat works; the next one waits for it, in the order in which they came.
pub struct Seats {
    /// The embedder is the bottleneck, and two jobs would only take turns; comparing the index with the catalog is work for
    /// the same disk.
    index: Semaphore,
    /// Two crawls would only share the line.
    crawls: Semaphore,
    upkeep: Semaphore,
    /// Beside everything else: it writes to an index that nobody asks yet.
    builds: Semaphore,
    /// Two backups would only share the disk.
    backups: Semaphore,
}

impl Default for Seats {
    fn default() -> Self {
        let one = || Semaphore::new(1);
        Self { index: one(), crawls: one(), upkeep: one(), builds: one(), backups: one() }
    }
}

impl Seats {
    pub(super) async fn of(&self, kind: JobKind) -> SemaphorePermit<'_> {
        let seats = match kind {
            JobKind::Ingest | JobKind::Reconcile => &self.index,
            JobKind::Crawl => &self.crawls,
            JobKind::Expire => &self.upkeep,
            JobKind::Reindex => &self.builds,
            JobKind::Backup => &self.backups,
        };
        seats.acquire().await.expect("nobody closes the semaphore")
    }
}
