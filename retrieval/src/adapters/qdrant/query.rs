//! A question on the wire, and its answer.
//!
//! The filter stands on every ranking, because nobody asks further before they are fused. Does not know whose filter it
//! is, nor how rankings are fused.

use std::collections::HashMap;

use qdrant_client::qdrant as wire;

use super::points;
use super::{Condition, layout};
use crate::adapters::bm25::Bm25;
use crate::adapters::layout::Depths;
use crate::fuse::{self, Fused, Ranking};
use crate::model::{DocumentId, PointId, VersionId};
use crate::ports::{Candidate, IndexError, Mode, Place, Query};

/// Candidates kept while walking the graph. The same as the embedded engine's, where it was measured.
const EFFORT: u64 = 128;

/// The rankings that a question asks, in one request.
pub(super) struct Asked {
    collection: String,
    /// Dense before sparse; either may be missing.
    rankings: Vec<(Side, wire::QueryPoints)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Dense,
    Sparse,
}

impl Asked {
    pub(super) fn new(collection: &str, readable: &Condition, bm25: &Bm25, query: &Query) -> Self {
        let depths = Depths::of(query);
        let nearest = |vector, using, depth: usize| wire::QueryPoints {
            limit: Some(depth as u64),
            params: Some(wire::SearchParams { hnsw_ef: Some(EFFORT), ..Default::default() }),
            with_payload: Some(points::only(&points::CANDIDATE_FIELDS)),
            ..ranking(collection, readable.to_wire_filter(), vector, using)
        };
        let mut rankings = Vec::new();
        if depths.dense > 0 {
            let vector = wire::VectorInput::new_dense(query.dense.to_vec());
            rankings.push((Side::Dense, nearest(vector, layout::DENSE, depths.dense)));
        }
        let terms = bm25.question(&query.text);
        // A question of stop words alone has no sparse side.
        if depths.sparse > 0 && !terms.is_empty() {
            let vector = wire::VectorInput::new_sparse(terms.indices, terms.values);
            rankings.push((Side::Sparse, nearest(vector, layout::SPARSE, depths.sparse)));
        }
        Self { collection: collection.to_owned(), rankings }
    }

    /// The request; `None` where the answer is empty whatever the cluster holds.
    pub(super) fn request(&self) -> Option<wire::QueryBatchPoints> {
        let query_points: Vec<_> = self.rankings.iter().map(|(_, ranking)| ranking.clone()).collect();
        (!query_points.is_empty()).then(|| wire::QueryBatchPoints {
            collection_name: self.collection.clone(),
            query_points,
            ..Default::default()
        })
    }

    /// The answer to [`request`](Self::request), fused and cut.
    pub(super) fn answered(&self, query: &Query, answers: Vec<wire::BatchResult>) -> Result<Found, IndexError> {
        let (mut dense, mut sparse, mut homes) = (Ranking::new(), Ranking::new(), HashMap::new());
        for ((side, _), answer) in self.rankings.iter().zip(answers) {
            for point in answer.result {
                let id = points::id(point.id.as_ref())?;
                homes.insert(id, points::document_and_version(id, &point.payload)?);
                match side {
                    Side::Dense => dense.push((id, point.score)),
                    Side::Sparse => sparse.push((id, point.score)),
                }
            }
        }
        let mut fused = fuse::order(query, dense, sparse);
        fused.truncate(query.limit);
        Ok(Found { fused, homes })
    }
}

/// What was found, before the last of it is known.
pub(super) struct Found {
    fused: Vec<Fused>,
    homes: HashMap<PointId, (DocumentId, VersionId)>,
}

impl Found {
    /// Asks for the cosines of what keywords alone have found; `None` where there is no such point.
    pub(super) fn cosines(&self, collection: &str, readable: &Condition, query: &Query) -> Option<wire::QueryPoints> {
        let lacking = self.fused.iter().filter(|fused| query.mode == Mode::Hybrid && fused.dense.is_none());
        let ids: Vec<wire::PointId> = lacking.map(|fused| fused.point.to_string().into()).collect();
        let limit = Some(ids.len() as u64);
        let mut filter = readable.to_wire_filter();
        filter.must.push(wire::Condition::has_id(ids.clone()));
        let vector = wire::VectorInput::new_dense(query.dense.to_vec());
        (!ids.is_empty()).then(|| wire::QueryPoints {
            limit,
            params: Some(wire::SearchParams { exact: Some(true), ..Default::default() }),
            with_payload: Some(points::only(&[])),
            ..ranking(collection, filter, vector, layout::DENSE)
        })
    }

    /// Best first. `cosines` is the answer to [`cosines`](Self::cosines).
    pub(super) fn candidates(self, cosines: &[wire::ScoredPoint]) -> Result<Vec<Candidate>, IndexError> {
        let place = |point: &wire::ScoredPoint| Place { rank: None, score: point.score };
        let places = cosines.iter().map(|point| Ok((points::id(point.id.as_ref())?, place(point))));
        let places = places.collect::<Result<HashMap<_, _>, IndexError>>()?;
        let candidate = |fused: Fused| {
            let (document, version) = *self.homes.get(&fused.point)?;
            let dense = fused.dense.or_else(|| places.get(&fused.point).copied());
            Some(Fused { dense, ..fused }.candidate(document, version))
        };
        Ok(self.fused.into_iter().filter_map(candidate).collect())
    }
}

fn ranking(collection: &str, filter: wire::Filter, vector: wire::VectorInput, using: &str) -> wire::QueryPoints {
    wire::QueryPoints {
        collection_name: collection.to_owned(),
        query: Some(wire::Query::new_nearest(vector)),
        using: Some(using.to_owned()),
        filter: Some(filter),
        ..Default::default()
    }
}
