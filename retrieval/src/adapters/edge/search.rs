//! Questions to the engine: hybrid search, counting, paging; each with the reader's filter on everything it asks.
//!
//! Synchronous, for a thread that may block. Knows the engine's requests and the layout of a point; the condition comes
//! ready-made, and nothing here can widen it.

use std::collections::HashMap;

use qdrant_edge::{
    CountRequest, EdgeShard, Filter, Fusion, JsonPath, NamedQuery, Payload, PayloadSelector, PayloadSelectorInclude,
    Prefetch, QueryEnum, QueryRequest, Record, ScoredPoint, ScoringQuery, ScrollRequest, SparseVector, VectorInternal,
    WithPayloadInterface, WithVector,
};
use serde_json::Value;
use uuid::Uuid;

use super::contain::failure;
use super::settings::Probe;
use crate::adapters::bm25::TermWeights;
use crate::adapters::condition::Condition;
use crate::adapters::layout;
use crate::model::{DocumentId, PointId, VersionId};
use crate::ports::{Candidate, IndexError, Mode, Query, StoredPoint};

/// The best points for `query` among those that fit `readable`.
pub(super) fn search(
    engine: &EdgeShard,
    readable: &Condition,
    query: &Query,
    terms: &TermWeights,
    probe: Probe,
) -> Result<Vec<Candidate>, IndexError> {
    let rankings = Rankings { filter: filter(readable)?, query, terms, probe };
    let Some(request) = rankings.request() else { return Ok(Vec::new()) };
    let mut found = engine.query(request).map_err(failure)?;
    // The engine leaves equal scores in any order; the same question shall have the same answer.
    found.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.id.cmp(&b.id)));
    found.truncate(query.limit);
    with_ids(engine, found)
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

/// One question on its way to the engine.
struct Rankings<'a> {
    filter: Filter,
    query: &'a Query,
    terms: &'a TermWeights,
    probe: Probe,
}

impl Rankings<'_> {
    /// `None` where nothing can be found: nothing is asked for, or only words that no index holds.
    fn request(&self) -> Option<QueryRequest> {
        let limit = self.query.limit.min(layout::MAX_CANDIDATES);
        let candidates = self.query.candidates.min(layout::MAX_CANDIDATES);
        let request = match self.query.mode {
            // The walk ends the later the more is asked of it: the best ten shall be the same whether ten were asked for
            // or a hundred.
            Mode::Dense => self.alone(self.dense(), limit.max(candidates)),
            Mode::Sparse => self.alone(self.sparse()?, limit),
            Mode::Hybrid if candidates == 0 => return None,
            Mode::Hybrid => {
                let rankings = [Some(self.dense()), self.sparse()].into_iter().flatten();
                self.fused(rankings.map(|query| self.prefetch(query, candidates)).collect(), 2 * candidates)
            }
        };
        (limit > 0).then_some(request)
    }

    fn dense(&self) -> ScoringQuery {
        nearest(self.query.dense.to_vec().into(), layout::DENSE)
    }

    fn sparse(&self) -> Option<ScoringQuery> {
        let TermWeights { indices, values } = self.terms.clone();
        let terms = SparseVector { indices, values };
        (!self.terms.is_empty()).then(|| nearest(VectorInternal::Sparse(terms), layout::SPARSE))
    }

    fn prefetch(&self, query: ScoringQuery, limit: usize) -> Prefetch {
        Prefetch {
            prefetches: Vec::new(),
            query: Some(query),
            limit,
            params: Some(self.probe.to_params()),
            filter: Some(self.filter.clone()),
            score_threshold: None,
        }
    }

    /// The fused query needs no filter of its own: it only orders what the prefetches were allowed to find.
    fn fused(&self, prefetches: Vec<Prefetch>, limit: usize) -> QueryRequest {
        let fusion = ScoringQuery::Fusion(Fusion::Rrf { k: layout::RRF_K as usize, weights: None });
        QueryRequest { prefetches, query: Some(fusion), filter: None, params: None, ..bare(limit) }
    }

    fn alone(&self, query: ScoringQuery, limit: usize) -> QueryRequest {
        let (filter, params) = (Some(self.filter.clone()), Some(self.probe.to_params()));
        QueryRequest { query: Some(query), filter, params, ..bare(limit) }
    }
}

fn bare(limit: usize) -> QueryRequest {
    QueryRequest {
        prefetches: Vec::new(),
        query: None,
        filter: None,
        score_threshold: None,
        limit,
        offset: 0,
        params: None,
        with_vector: WithVector::Bool(false),
        with_payload: WithPayloadInterface::Bool(false),
    }
}

fn nearest(query: VectorInternal, using: &str) -> ScoringQuery {
    ScoringQuery::Vector(QueryEnum::Nearest(NamedQuery { query, using: Some(using.to_owned()) }))
}

/// Look up document and version of what was found; what has been deleted since is left out.
fn with_ids(engine: &EdgeShard, found: Vec<ScoredPoint>) -> Result<Vec<Candidate>, IndexError> {
    let ids: Vec<_> = found.iter().map(|point| point.id).collect();
    let records = engine.retrieve(&ids, Some(ids_only()?), Some(WithVector::Bool(false))).map_err(failure)?;
    let payloads: HashMap<_, _> = records.into_iter().map(|record| (record.id, record.payload)).collect();
    let candidate = |point: &ScoredPoint| {
        let payload = payloads.get(&point.id)?.as_ref();
        Some(point_id(&point.id).and_then(|id| {
            let (document, version) =
                (DocumentId(uuid(payload, layout::DOCUMENT)?), VersionId(uuid(payload, layout::VERSION)?));
            Ok(Candidate { point: id, document, version, score: point.score })
        }))
    };
    found.iter().filter_map(candidate).collect()
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
