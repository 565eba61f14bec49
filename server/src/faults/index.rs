//! An index that may fail between the steps of the write protocol, which are taken where no step of ours can be named.
//!
//! Nothing stands before the index unless a fault was asked for.

use std::sync::Arc;

use async_trait::async_trait;
use retrieval::access::{AccessLabel, Clearance};
use retrieval::model::{DocumentId, PointId, VersionId};
use retrieval::ports::{Candidate, IndexError, Point, Query, StoredPoint, VectorIndex};

use super::{Step, at, is_armed};

/// The index as the write path sees it.
pub fn watched(index: Arc<dyn VectorIndex>) -> Arc<dyn VectorIndex> {
    if is_armed() { Arc::new(Watched(index)) } else { index }
}

struct Watched(Arc<dyn VectorIndex>);

fn step(step: Step) -> Result<(), IndexError> {
    at(step).map_err(|error| IndexError::Unavailable(error.to_string()))
}

#[async_trait]
impl VectorIndex for Watched {
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
        step(Step::Embedded)?;
        self.0.upsert(points).await?;
        step(Step::Upserted)
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
        self.0.flush().await?;
        step(Step::Flushed)
    }

    async fn optimize(&self) -> Result<(), IndexError> {
        self.0.optimize().await
    }
}
