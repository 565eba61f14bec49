//! Questions to the engine: both rankings, counting, paging; each with the reader's filter on everything it asks.
//!
//! Synchronous, for a thread that may block. Knows the engine's requests and the layout of a point; the condition comes
//! ready-made, and nothing here can widen it.

use std::collections::HashMap;

use qdrant_edge::{
    CountRequest, EdgeShard, Filter, JsonPath, NamedQuery, Payload, PayloadSelector, PayloadSelectorInclude, QueryEnum,
    QueryRequest, Record, ScoringQuery, ScrollRequest, SparseVector, VectorInternal, VectorStructInternal,
    WithPayloadInterface, WithVector,
};
use serde_json::Value;
use uuid::Uuid;

use super::contain::failure;
use super::settings::Probe;
use super::shard::engine_id;
use crate::adapters::bm25::TermWeights;
use crate::adapters::condition::Condition;
use crate::adapters::layout::{self, Depths};
use crate::fuse::{self, Fused, Ranking};
use crate::model::{DocumentId, PointId, VersionId};
use crate::ports::{Candidate, IndexError, Mode, Place, Query, StoredPoint};

/// Passages of the same keyword score at the end of a ranking: which of them the engine leaves out depends on when each was
/// written, so that an index built anew would rank otherwise. With so many more at hand the ids decide.
const TIES: usize = 64;

/// The best points for `query` among those that fit `readable`.
pub(super) fn search(
    engine: &EdgeShard,
    readable: &Condition,
    query: &Query,
    terms: &TermWeights,
    probe: Probe,
) -> Result<Vec<Candidate>, IndexError> {
    let rankings = Rankings { engine, filter: filter(readable)?, probe };
    let depths = Depths::of(query);
    let dense = rankings.dense(&query.dense, depths.dense)?;
    let sparse = rankings.sparse(terms, depths.sparse)?;
    let mut found = fuse::order(query, dense, sparse);
    found.truncate(query.limit);
    candidates(engine, query, found)
}

pub(super) fn count(engine: &EdgeShard, readable: &Condition) -> Result<u64, IndexError> {
    let request = CountRequest { filter: Some(filter(readable)?), exact: true };
    engine.count(request).map(|count| count as u64).map_err(failure)
}

/// The ids of every point that fits.
pub(super) fn ids(engine: &EdgeShard, readable: &Condition) -> Result<Vec<PointId>, IndexError> {
    let records = scroll(engine, readable, None, usize::MAX, WithPayloadInterface::Bool(false))?;
    records.iter().map(|record| point_id(&record.id)).collect()
}

/// Which of these points there are.
pub(super) fn present(engine: &EdgeShard, points: &[PointId]) -> Result<Vec<PointId>, IndexError> {
    let ids: Vec<_> = points.iter().copied().map(engine_id).collect();
    let (payload, vector) = (WithPayloadInterface::Bool(false), WithVector::Bool(false));
    let records = engine.retrieve(&ids, Some(payload), Some(vector)).map_err(failure)?;
    records.iter().map(|record| point_id(&record.id)).collect()
}

/// A page in the order of ids.
pub(super) fn page(
    engine: &EdgeShard,
    readable: &Condition,
    after: Option<PointId>,
    limit: usize,
) -> Result<Vec<StoredPoint>, IndexError> {
    // The engine's offset is the first id of the page, ours the last of the one before.
    let from = match after {
        None => None,
        Some(PointId(last)) => match last.as_u128().checked_add(1) {
            None => return Ok(Vec::new()),
            Some(next) => Some(Uuid::from_u128(next)),
        },
    };
    if limit == 0 {
        return Ok(Vec::new());
    }
    let records = scroll(engine, readable, from, limit, WithPayloadInterface::Bool(true))?;
    records.iter().map(stored_point).collect()
}

/// A condition as the engine reads it.
pub(super) fn filter(condition: &Condition) -> Result<Filter, IndexError> {
    serde_json::from_value(condition.to_rest_filter()).map_err(|error| IndexError::Refused(error.to_string()))
}

/// The two rankings of the engine, each under the reader's filter.
struct Rankings<'a> {
    engine: &'a EdgeShard,
    filter: Filter,
    probe: Probe,
}

impl Rankings<'_> {
    fn dense(&self, vector: &[f32], depth: usize) -> Result<Ranking, IndexError> {
        self.nearest(vector.to_vec().into(), layout::DENSE, depth)
    }

    fn sparse(&self, terms: &TermWeights, depth: usize) -> Result<Ranking, IndexError> {
        let TermWeights { indices, values } = terms.clone();
        // A question of stop words alone has no sparse side.
        if terms.is_empty() || depth == 0 {
            return Ok(Ranking::new());
        }
        let query = VectorInternal::Sparse(SparseVector { indices, values });
        let mut ranking = self.nearest(query, layout::SPARSE, depth.saturating_add(TIES))?;
        ranking.sort_by(|(a_id, a), (b_id, b)| b.total_cmp(a).then(a_id.cmp(b_id)));
        ranking.truncate(depth);
        Ok(ranking)
    }

    fn nearest(&self, query: VectorInternal, using: &str, depth: usize) -> Result<Ranking, IndexError> {
        if depth == 0 {
            return Ok(Ranking::new());
        }
        let nearest = NamedQuery { query, using: Some(using.to_owned()) };
        let request = QueryRequest {
            prefetches: Vec::new(),
            query: Some(ScoringQuery::Vector(QueryEnum::Nearest(nearest))),
            filter: Some(self.filter.clone()),
            score_threshold: None,
            limit: depth,
            offset: 0,
            params: Some(self.probe.to_params()),
            with_vector: WithVector::Bool(false),
            with_payload: WithPayloadInterface::Bool(false),
        };
        let found = self.engine.query(request).map_err(failure)?;
        found.iter().map(|point| Ok((point_id(&point.id)?, point.score))).collect()
    }
}

/// Look up document and version of what was found, and the vector where only keywords have found it; what has been
/// deleted since is left out.
fn candidates(engine: &EdgeShard, query: &Query, found: Vec<Fused>) -> Result<Vec<Candidate>, IndexError> {
    let (vectorless, placed): (Vec<&Fused>, Vec<&Fused>) =
        found.iter().partition(|fused| query.mode == Mode::Hybrid && fused.dense.is_none());
    let mut records = retrieve(engine, &placed, WithVector::Bool(false))?;
    records.extend(retrieve(engine, &vectorless, WithVector::Selector(vec![layout::DENSE.to_owned()]))?);
    let candidate = |mut fused: Fused| {
        let record = records.get(&fused.point)?;
        fused.dense = fused.dense.or_else(|| looked_up(record, &query.dense));
        let payload = record.payload.as_ref();
        let document = uuid(payload, layout::DOCUMENT).map(DocumentId);
        let version = uuid(payload, layout::VERSION).map(VersionId);
        Some(document.and_then(|document| Ok(fused.candidate(document, version?))))
    };
    found.iter().copied().filter_map(candidate).collect()
}

fn retrieve(
    engine: &EdgeShard,
    found: &[&Fused],
    with_vector: WithVector,
) -> Result<HashMap<PointId, Record>, IndexError> {
    if found.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<_> = found.iter().map(|fused| engine_id(fused.point)).collect();
    let records = engine.retrieve(&ids, Some(ids_only()?), Some(with_vector)).map_err(failure)?;
    records.into_iter().map(|record| Ok((point_id(&record.id)?, record))).collect()
}

/// The cosine of a point that was not among the nearest. The engine has made its vector one of length one.
fn looked_up(record: &Record, question: &[f32]) -> Option<Place> {
    let VectorStructInternal::Named(vectors) = record.vector.as_ref()? else { return None };
    let VectorInternal::Dense(vector) = vectors.get(layout::DENSE)? else { return None };
    let score = vector.iter().zip(question).map(|(a, b)| a * b).sum();
    Some(Place { rank: None, score })
}

fn ids_only() -> Result<WithPayloadInterface, IndexError> {
    let path =
        |name: &str| name.parse::<JsonPath>().map_err(|()| IndexError::Refused(format!("{name} names no field")));
    let include = vec![path(layout::DOCUMENT)?, path(layout::VERSION)?];
    Ok(WithPayloadInterface::Selector(PayloadSelector::Include(PayloadSelectorInclude { include })))
}

fn scroll(
    engine: &EdgeShard,
    readable: &Condition,
    from: Option<Uuid>,
    limit: usize,
    with_payload: WithPayloadInterface,
) -> Result<Vec<Record>, IndexError> {
    let request = ScrollRequest {
        offset: from.map(qdrant_edge::PointId::Uuid),
        limit: Some(limit),
        filter: Some(filter(readable)?),
        with_payload: Some(with_payload),
        with_vector: WithVector::Bool(false),
        order_by: None,
    };
    engine.scroll(request).map(|(records, _)| records).map_err(failure)
}

fn stored_point(record: &Record) -> Result<StoredPoint, IndexError> {
    let payload = record.payload.as_ref();
    let id = point_id(&record.id)?;
    let unlabelled = || IndexError::Damaged(format!("point {id} carries no label"));
    let tier = field(payload, layout::TIER).and_then(Value::as_i64).ok_or_else(unlabelled)?;
    let groups = field(payload, layout::GROUPS).and_then(Value::as_array).ok_or_else(unlabelled)?;
    let label = layout::stored_label(tier, groups.iter().filter_map(Value::as_str)).ok_or_else(unlabelled)?;
    let (document, version) =
        (DocumentId(uuid(payload, layout::DOCUMENT)?), VersionId(uuid(payload, layout::VERSION)?));
    Ok(StoredPoint { id, document, version, label })
}

fn point_id(id: &qdrant_edge::PointId) -> Result<PointId, IndexError> {
    match id {
        qdrant_edge::PointId::Uuid(id) => Ok(PointId(*id)),
        qdrant_edge::PointId::NumId(id) => Err(IndexError::Damaged(format!("point {id} is not ours"))),
    }
}

fn uuid(payload: Option<&Payload>, name: &str) -> Result<Uuid, IndexError> {
    let stored = field(payload, name).and_then(Value::as_str).and_then(|text| Uuid::parse_str(text).ok());
    stored.ok_or_else(|| IndexError::Damaged(format!("a point has no {name}")))
}

fn field<'a>(payload: Option<&'a Payload>, name: &str) -> Option<&'a Value> {
    payload?.0.get(name)
}
