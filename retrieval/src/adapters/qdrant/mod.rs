//! The index in a Qdrant cluster, over gRPC: one collection per workspace and generation.
//!
//! Every read carries the clearance as a filter, each ranking that is fused included; every write waits until the cluster says
//! `Completed`, because "acknowledged" may still be lost. Knows Qdrant; does not know SQL, and does not know which
//! generation is live (the alias that [`Cluster::make_live`] moves is for people and tools that look at the cluster).

mod cluster;
mod errors;
mod points;
mod query;
mod schema;
mod version;

use std::sync::Arc;

use async_trait::async_trait;
use qdrant_client::Qdrant;
use qdrant_client::qdrant as wire;

use self::errors::{completed, index_error};
pub use cluster::{ApiKey, Cluster, ClusterAddress};

use super::bm25::Bm25;
use super::condition::Condition;
use super::layout;
use crate::access::{AccessLabel, Clearance};
use crate::model::{DocumentId, PointId, VersionId, WorkspaceId};
use crate::ports::{Candidate, IndexError, Point, Query, StoredPoint, VectorIndex};

/// Points per upsert: a few megabytes at the widest embeddings, under the limits of the proxies people put in front.
const UPSERT_BATCH: usize = 256;
/// Ids per delete.
const DELETE_BATCH: usize = 1_000;
/// Points per page of a scroll.
const PAGE: usize = 1_000;

/// One generation of one workspace in a cluster. Made by [`Cluster::open`].
pub struct QdrantIndex {
    client: Qdrant,
    collection: String,
    workspace: WorkspaceId,
    dimensions: usize,
    bm25: Arc<Bm25>,
}

#[async_trait]
impl VectorIndex for QdrantIndex {
    async fn search(&self, clearance: &Clearance, query: &Query) -> Result<Vec<Candidate>, IndexError> {
        let readable = self.readable(clearance)?;
        layout::check_query(query, self.dimensions)?;
        let asked = query::Asked::new(&self.collection, &readable, &self.bm25, query);
        let Some(request) = asked.request() else { return Ok(Vec::new()) };
        let answers = self.client.query_batch(request).await.map_err(index_error)?.result;
        let found = asked.answered(query, answers)?;
        let cosines = match found.cosines(&self.collection, &readable, query) {
            Some(request) => self.client.query(request).await.map_err(index_error)?.result,
            None => Vec::new(),
        };
        found.candidates(&cosines)
    }

    async fn count(&self, clearance: &Clearance) -> Result<u64, IndexError> {
        let request = wire::CountPoints {
            collection_name: self.collection.clone(),
            filter: Some(self.readable(clearance)?.to_wire_filter()),
            exact: Some(true),
            ..Default::default()
        };
        let reply = self.client.count(request).await.map_err(index_error)?;
        reply.result.map(|result| result.count).ok_or_else(|| IndexError::Damaged("a count came back empty".to_owned()))
    }

    async fn points_of(&self, clearance: &Clearance, version: VersionId) -> Result<Vec<PointId>, IndexError> {
        let wanted = self.readable(clearance)?.and(Condition::of_versions(&[version]));
        let found = self.pages(&wanted, None, usize::MAX, &[]).await?;
        found.iter().map(|point| points::id(point.id.as_ref())).collect()
    }

    async fn scroll(
        &self,
        clearance: &Clearance,
        after: Option<PointId>,
        limit: usize,
    ) -> Result<Vec<StoredPoint>, IndexError> {
        let readable = self.readable(clearance)?;
        let found = self.pages(&readable, after, limit, &points::STORED_FIELDS).await?;
        found.iter().map(points::stored).collect()
    }

    async fn upsert(&self, points: Vec<Point>) -> Result<(), IndexError> {
        points.iter().try_for_each(|point| layout::check_vector(&point.dense, self.dimensions))?;
        for batch in points.chunks(UPSERT_BATCH) {
            let points = self.encode(batch.to_vec()).await?;
            let request = wire::UpsertPoints {
                collection_name: self.collection.clone(),
                wait: Some(true),
                points,
                ..Default::default()
            };
            completed(self.client.upsert_points(request).await)?;
        }
        Ok(())
    }

    async fn relabel(&self, document: DocumentId, label: &AccessLabel) -> Result<(), IndexError> {
        let request = wire::SetPayloadPoints {
            collection_name: self.collection.clone(),
            wait: Some(true),
            payload: points::label_fields(label).collect(),
            points_selector: Some(self.all_where(Condition::of_document(document))),
            ..Default::default()
        };
        completed(self.client.set_payload(request).await)
    }

    async fn delete_versions(&self, versions: &[VersionId]) -> Result<(), IndexError> {
        for batch in versions.chunks(DELETE_BATCH) {
            self.delete(self.all_where(Condition::of_versions(batch))).await?;
        }
        Ok(())
    }

    async fn delete_points(&self, points: &[PointId]) -> Result<(), IndexError> {
        for batch in points.chunks(DELETE_BATCH) {
            let ids: Vec<wire::PointId> = batch.iter().map(|id| id.to_string().into()).collect();
            self.delete(ids.into()).await?;
        }
        Ok(())
    }

    /// Nothing to do: a write returns once the cluster has it in its log and applied (`wait=true`, `Completed`).
    async fn flush(&self) -> Result<(), IndexError> {
        Ok(())
    }

    /// Nothing to do: the cluster builds its fast structures by itself, in the background.
    async fn optimize(&self) -> Result<(), IndexError> {
        Ok(())
    }
}

impl QdrantIndex {
    /// The filter of this clearance, or the refusal of one that was given for another workspace.
    fn readable(&self, clearance: &Clearance) -> Result<Condition, IndexError> {
        match clearance.workspace() == self.workspace {
            true => Ok(Condition::readable(clearance)),
            false => Err(IndexError::OtherWorkspace),
        }
    }

    /// The sparse vectors of 256 passages take some ten milliseconds: too long for an async worker.
    async fn encode(&self, batch: Vec<Point>) -> Result<Vec<wire::PointStruct>, IndexError> {
        let (bm25, workspace) = (Arc::clone(&self.bm25), self.workspace);
        let encode = move || batch.iter().map(|point| points::to_wire(workspace, &bm25, point)).collect();
        tokio::task::spawn_blocking(encode).await.map_err(|e| IndexError::Unavailable(format!("encoding stopped: {e}")))
    }

    fn all_where(&self, condition: Condition) -> wire::PointsSelector {
        Condition::in_workspace(self.workspace).and(condition).to_wire_filter().into()
    }

    async fn delete(&self, points: wire::PointsSelector) -> Result<(), IndexError> {
        let request = wire::DeletePoints {
            collection_name: self.collection.clone(),
            wait: Some(true),
            points: Some(points),
            ..Default::default()
        };
        completed(self.client.delete_points(request).await)
    }

    /// Points in the order of their ids. Page after page until `limit` is reached, whatever it is: a caller takes a short
    /// answer for the end.
    async fn pages(
        &self,
        condition: &Condition,
        after: Option<PointId>,
        limit: usize,
        fields: &[&str],
    ) -> Result<Vec<wire::RetrievedPoint>, IndexError> {
        let mut found = Vec::new();
        let mut next = match after.map(points::successor) {
            None => None,
            Some(Some(first)) => Some(first),
            Some(None) => return Ok(found),
        };
        while found.len() < limit {
            let page = (limit - found.len()).min(PAGE);
            let request = wire::ScrollPoints {
                collection_name: self.collection.clone(),
                filter: Some(condition.to_wire_filter()),
                offset: next,
                limit: Some(page as u32),
                with_payload: Some(points::only(fields)),
                ..Default::default()
            };
            let reply = self.client.scroll(request).await.map_err(index_error)?;
            found.extend(reply.result);
            next = reply.next_page_offset;
            if next.is_none() {
                break;
            }
        }
        Ok(found)
    }
}
