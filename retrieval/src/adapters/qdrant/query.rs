//! A question on the wire, and its answer.
//!
//! The filter stands on every ranking, because the cluster fuses what the rankings give it and asks no further. Does not
//! know whose filter it is.

use qdrant_client::qdrant as wire;

use super::points;
use super::{Condition, layout};
use crate::adapters::bm25::Bm25;
use crate::ports::{Candidate, IndexError, Mode, Query};

/// Candidates kept while walking the graph. The same as the embedded engine's, where it was measured.
const EFFORT: u64 = 128;

/// One ranking: the nearest to a vector under one name.
struct Ranking {
    vector: wire::VectorInput,
    using: &'static str,
}

/// The request; `None` where the answer is empty whatever the cluster holds.
pub(super) fn request(collection: &str, readable: &Condition, bm25: &Bm25, query: &Query) -> Option<wire::QueryPoints> {
    let candidates = query.candidates.min(layout::MAX_CANDIDATES) as u64;
    let limit = query.limit.min(layout::MAX_CANDIDATES) as u64;
    if limit == 0 {
        return None;
    }
    let dense = || Ranking { vector: wire::VectorInput::new_dense(query.dense.to_vec()), using: layout::DENSE };
    let frame = wire::QueryPoints {
        collection_name: collection.to_owned(),
        with_payload: Some(points::only(&points::CANDIDATE_FIELDS)),
        ..Default::default()
    };
    match query.mode {
        Mode::Dense => Some(alone(frame, dense(), readable, limit)),
        Mode::Sparse => Some(alone(frame, sparse(bm25, query)?, readable, limit)),
        Mode::Hybrid if candidates == 0 => None,
        Mode::Hybrid => {
            let rankings = [Some(dense()), sparse(bm25, query)].into_iter().flatten();
            let prefetch = rankings.map(|ranking| prefetch(ranking, readable, candidates)).collect();
            Some(fused(frame, prefetch, 2 * candidates))
        }
    }
}

/// Best first. Equal scores are put in the order of ids, so that the same question gives the same answer: the cluster
/// leaves ties to its hash maps.
pub(super) fn candidates(found: Vec<wire::ScoredPoint>, limit: usize) -> Result<Vec<Candidate>, IndexError> {
    let mut candidates = found.iter().map(points::candidate).collect::<Result<Vec<_>, _>>()?;
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.point.cmp(&b.point)));
    candidates.truncate(limit);
    Ok(candidates)
}

fn sparse(bm25: &Bm25, query: &Query) -> Option<Ranking> {
    let terms = bm25.question(&query.text);
    // A question of stop words alone has no sparse side.
    (!terms.is_empty())
        .then(|| Ranking { vector: wire::VectorInput::new_sparse(terms.indices, terms.values), using: layout::SPARSE })
}

fn alone(frame: wire::QueryPoints, ranking: Ranking, readable: &Condition, limit: u64) -> wire::QueryPoints {
    wire::QueryPoints {
        query: Some(wire::Query::new_nearest(ranking.vector)),
        using: Some(ranking.using.to_owned()),
        filter: Some(readable.to_wire_filter()),
        params: Some(effort()),
        limit: Some(limit),
        ..frame
    }
}

fn prefetch(ranking: Ranking, readable: &Condition, candidates: u64) -> wire::PrefetchQuery {
    wire::PrefetchQuery {
        query: Some(wire::Query::new_nearest(ranking.vector)),
        using: Some(ranking.using.to_owned()),
        filter: Some(readable.to_wire_filter()),
        params: Some(effort()),
        limit: Some(candidates),
        ..Default::default()
    }
}

fn effort() -> wire::SearchParams {
    wire::SearchParams { hnsw_ef: Some(EFFORT), ..Default::default() }
}

/// Everything that was fused is asked for, and cut here: a cut among equal scores would be the cluster's throw of dice.
fn fused(frame: wire::QueryPoints, prefetch: Vec<wire::PrefetchQuery>, limit: u64) -> wire::QueryPoints {
    let rrf = wire::Rrf { k: Some(layout::RRF_K), weights: Vec::new() };
    wire::QueryPoints { prefetch, query: Some(wire::Query::new_rrf(rrf)), limit: Some(limit), ..frame }
}
