//! An index that flushes and optimises while it is written, so that each check meets points in every state they can be in.

use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use retrieval::access::{AccessLabel, Clearance};
use retrieval::model::{DocumentId, PointId, VersionId};
use retrieval::ports::{Candidate, IndexError, Point, Query, StoredPoint, VectorIndex};

/// After each of the first writes, then after every eighth: building takes a fifth of a second.
pub struct Restless<I> {
    index: I,
    writes: AtomicUsize,
}

impl<I: VectorIndex> Restless<I> {
    pub fn new(index: I) -> Self {
        Self { index, writes: AtomicUsize::new(0) }
    }

    async fn settle(&self, written: Result<(), IndexError>) -> Result<(), IndexError> {
        written?;
        match self.writes.fetch_add(1, Ordering::Relaxed) {
            writes if writes > 3 && writes % 8 != 0 => Ok(()),
            _ => {
                self.index.flush().await?;
                self.index.optimize().await
            }
        }
    }
}

#[async_trait]
impl<I: VectorIndex> VectorIndex for Restless<I> {
    async fn search(&self, clearance: &Clearance, query: &Query) -> Result<Vec<Candidate>, IndexError> {
        self.index.search(clearance, query).await
    }

    async fn count(&self, clearance: &Clearance) -> Result<u64, IndexError> {
        self.index.count(clearance).await
    }

    async fn points_of(&self, clearance: &Clearance, version: VersionId) -> Result<Vec<PointId>, IndexError> {
        self.index.points_of(clearance, version).await
    }

    async fn scroll(
        &self,
        clearance: &Clearance,
        after: Option<PointId>,
        limit: usize,
    ) -> Result<Vec<StoredPoint>, IndexError> {
        self.index.scroll(clearance, after, limit).await
    }

    async fn upsert(&self, points: Vec<Point>) -> Result<(), IndexError> {
        self.settle(self.index.upsert(points).await).await
    }

    async fn relabel(&self, document: DocumentId, label: &AccessLabel) -> Result<(), IndexError> {
        self.settle(self.index.relabel(document, label).await).await
    }

    async fn delete_versions(&self, versions: &[VersionId]) -> Result<(), IndexError> {
        self.settle(self.index.delete_versions(versions).await).await
    }

    async fn delete_points(&self, points: &[PointId]) -> Result<(), IndexError> {
        self.settle(self.index.delete_points(points).await).await
    }

    async fn flush(&self) -> Result<(), IndexError> {
        self.index.flush().await
    }

    async fn optimize(&self) -> Result<(), IndexError> {
        self.index.optimize().await
    }
}
