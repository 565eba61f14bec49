//! An index that flushes and optimises after every write, so that each check meets points in every state they can be in.

use async_trait::async_trait;
use retrieval::access::{AccessLabel, Clearance};
use retrieval::model::{DocumentId, PointId, VersionId};
use retrieval::ports::{Candidate, IndexError, Point, Query, StoredPoint, VectorIndex};

pub struct Restless<I>(pub I);

impl<I: VectorIndex> Restless<I> {
    async fn settle(&self, written: Result<(), IndexError>) -> Result<(), IndexError> {
        written?;
        self.0.flush().await?;
        self.0.optimize().await
    }
}

#[async_trait]
impl<I: VectorIndex> VectorIndex for Restless<I> {
    async fn search(&self, clearance: &Clearance, query: &Query) -> Result<Vec<Candidate>, IndexError> {
        self.0.search(clearance, query).await
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
        self.settle(self.0.upsert(points).await).await
    }

    async fn relabel(&self, document: DocumentId, label: &AccessLabel) -> Result<(), IndexError> {
        self.settle(self.0.relabel(document, label).await).await
    }

    async fn delete_versions(&self, versions: &[VersionId]) -> Result<(), IndexError> {
        self.settle(self.0.delete_versions(versions).await).await
    }

    async fn delete_points(&self, points: &[PointId]) -> Result<(), IndexError> {
        self.settle(self.0.delete_points(points).await).await
    }

    async fn flush(&self) -> Result<(), IndexError> {
        self.0.flush().await
    }

    async fn optimize(&self) -> Result<(), IndexError> {
        self.0.optimize().await
    }
}
