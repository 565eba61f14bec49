//! An index that stops working after so many writes: everything else about it is the real one below.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use retrieval::access::{AccessLabel, Clearance};
use retrieval::model::{DocumentId, PointId, VersionId};
use retrieval::ports::{Candidate, IndexError, Point, Query, StoredPoint, VectorIndex};

pub struct Faulty {
    below: Arc<dyn VectorIndex>,
    /// Writes that still succeed.
    left: AtomicI64,
}

impl Faulty {
    pub fn after(writes: i64, below: Arc<dyn VectorIndex>) -> Self {
        Self { below, left: AtomicI64::new(writes) }
    }

    fn write(&self) -> Result<(), IndexError> {
        match self.left.fetch_sub(1, Ordering::SeqCst) {
            left if left > 0 => Ok(()),
            _ => Err(IndexError::Unavailable("the cable was pulled".into())),
        }
    }
}

#[async_trait]
impl VectorIndex for Faulty {
    async fn search(&self, clearance: &Clearance, query: &Query) -> Result<Vec<Candidate>, IndexError> {
        self.below.search(clearance, query).await
    }

    async fn count(&self, clearance: &Clearance) -> Result<u64, IndexError> {
        self.below.count(clearance).await
    }

    async fn points_of(&self, clearance: &Clearance, version: VersionId) -> Result<Vec<PointId>, IndexError> {
        self.below.points_of(clearance, version).await
    }

    async fn scroll(
        &self,
        clearance: &Clearance,
        after: Option<PointId>,
        limit: usize,
    ) -> Result<Vec<StoredPoint>, IndexError> {
        self.below.scroll(clearance, after, limit).await
    }

    async fn upsert(&self, points: Vec<Point>) -> Result<(), IndexError> {
        self.write()?;
        self.below.upsert(points).await
    }

    async fn relabel(&self, document: DocumentId, label: &AccessLabel) -> Result<(), IndexError> {
        self.write()?;
        self.below.relabel(document, label).await
    }

    async fn delete_versions(&self, versions: &[VersionId]) -> Result<(), IndexError> {
        self.write()?;
        self.below.delete_versions(versions).await
    }

    async fn delete_points(&self, points: &[PointId]) -> Result<(), IndexError> {
        self.write()?;
        self.below.delete_points(points).await
    }

    async fn flush(&self) -> Result<(), IndexError> {
        self.write()?;
        self.below.flush().await
    }

    async fn optimize(&self) -> Result<(), IndexError> {
        self.below.optimize().await
    }
}

/// An index that holds everything and finds nothing.
pub struct Deaf(pub Arc<dyn VectorIndex>);

#[async_trait]
impl VectorIndex for Deaf {
    async fn search(&self, _: &Clearance, _: &Query) -> Result<Vec<Candidate>, IndexError> {
        Ok(Vec::new())
    }

    async fn count(&self, clearance: &Clearance) -> Result<u64, IndexError> {
        self.0.count(clearance).await
    }

    async fn points_of(&self, clearance: &Clearance, version: VersionId) -> Result<Vec<PointId>, IndexError> {
        self.0.points_of(clearance, version).await
    }

    async fn scroll(
        &self,
        clearance: &Clearance,
        after: Option<PointId>,
        limit: usize,
    ) -> Result<Vec<StoredPoint>, IndexError> {
        self.0.scroll(clearance, after, limit).await
    }

    async fn upsert(&self, points: Vec<Point>) -> Result<(), IndexError> {
        self.0.upsert(points).await
    }

    async fn relabel(&self, document: DocumentId, label: &AccessLabel) -> Result<(), IndexError> {
        self.0.relabel(document, label).await
    }

    async fn delete_versions(&self, versions: &[VersionId]) -> Result<(), IndexError> {
        self.0.delete_versions(versions).await
    }

    async fn delete_points(&self, points: &[PointId]) -> Result<(), IndexError> {
        self.0.delete_points(points).await
    }

    async fn flush(&self) -> Result<(), IndexError> {
        self.0.flush().await
    }

    async fn optimize(&self) -> Result<(), IndexError> {
        self.0.optimize().await
    }
}
