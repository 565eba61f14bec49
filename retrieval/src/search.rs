//! Finding passages: embed -> hybrid -> verify -> rerank -> diversify.
//!
//! The clearance is the first thing in and stays to the last: the index filters by it, the shelf checks every hit
//! against the truth, and only then does anything read text. Does not know which engine, model or database serves the
//! ports, nor what becomes of the passages.

use std::collections::HashMap;
use std::sync::Arc;

use crate::access::Clearance;
use crate::model::PointId;
use crate::ports::{
    Candidate, EmbedError, Embedder, Embedding, IndexError, Mode, Purpose, Query, Reranker, Scored, Shelf, ShelfError,
    VectorIndex,
};

/// Each ranking contributes this many before fusion.
const CANDIDATES: usize = 100;
/// At least this many fused hits are looked at again by the reranker.
const VERIFIED: usize = 50;
/// A document fills at most this many places, so that one long page does not crowd out the rest.
const PER_DOCUMENT: usize = 3;

/// Why nothing was found that should have been.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    #[error(transparent)]
    Index(#[from] IndexError),
    #[error(transparent)]
    Embed(#[from] EmbedError),
    #[error(transparent)]
    Shelf(#[from] ShelfError),
}

/// How to search.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Depth {
    /// One or both rankings of the index, as fused: for measuring.
    Raw(Mode),
    /// Everything: hybrid, reranked, diversified.
    Full,
}

/// What was found, and how it went.
#[derive(Clone, Debug)]
pub struct Found {
    pub passages: Vec<Scored>,
    /// The index's own order, with those that verification or diversity dropped: for the answer record.
    pub candidates: Vec<Candidate>,
    /// The question's vector, for whoever weighs sentences next. Empty when only keywords were searched.
    pub question: Embedding,
}

/// The read path up to passages.
#[derive(Clone)]
pub struct Searcher {
    pub index: Arc<dyn VectorIndex>,
    pub embedder: Arc<dyn Embedder>,
    pub reranker: Arc<dyn Reranker>,
    pub shelf: Arc<dyn Shelf>,
}

impl Searcher {
    /// At most `limit` passages that this clearance may read, best first.
    pub async fn search(
        &self,
        clearance: &Clearance,
        question: &str,
        depth: Depth,
        limit: usize,
    ) -> Result<Found, SearchError> {
        let query = self.query(question, depth, limit).await?;
        let candidates = self.index.search(clearance, &query).await?;
        let verified = self.verify(clearance, &candidates).await?;
        let mut passages = match depth {
            Depth::Raw(_) => verified,
            Depth::Full => diversify(self.reranker.rerank(question, verified).await?),
        };
        passages.truncate(limit);
        Ok(Found { passages, candidates, question: query.dense })
    }

    async fn query(&self, question: &str, depth: Depth, limit: usize) -> Result<Query, SearchError> {
        let mode = match depth {
            Depth::Raw(mode) => mode,
            Depth::Full => Mode::Hybrid,
        };
        let dense = match mode {
            Mode::Sparse => Embedding::from([]),
            Mode::Dense | Mode::Hybrid => self.embed(question).await?,
        };
        // Some of it is dropped by the second check.
        let limit = match depth {
            Depth::Raw(_) => limit.saturating_mul(2),
            Depth::Full => limit.saturating_mul(2).max(VERIFIED),
        };
        Ok(Query { dense, text: question.to_owned(), mode, candidates: CANDIDATES.max(limit), limit })
    }

    async fn embed(&self, question: &str) -> Result<Embedding, EmbedError> {
        let vectors = self.embedder.embed(Purpose::Question, vec![question.to_owned()]).await?;
        vectors.into_iter().next().ok_or_else(|| EmbedError::Failed("no vector for the question".into()))
    }

    /// The second check: what the index believes becomes a passage only if SQL agrees now.
    async fn verify(&self, clearance: &Clearance, candidates: &[Candidate]) -> Result<Vec<Scored>, SearchError> {
        let points: Vec<PointId> = candidates.iter().map(|candidate| candidate.point).collect();
        let scores: HashMap<PointId, f32> = candidates.iter().map(|hit| (hit.point, hit.score)).collect();
        let passages = self.shelf.passages(clearance, &points).await?;
        let scored = passages.into_iter().map(|passage| Scored { score: scores[&passage.point], passage });
        Ok(scored.collect())
    }
}

/// Keep the order, but let no document take more than its share while others wait; what was held back follows.
fn diversify(passages: Vec<Scored>) -> Vec<Scored> {
    let mut taken: HashMap<_, usize> = HashMap::new();
    let (mut kept, mut held_back) = (Vec::new(), Vec::new());
    for scored in passages {
        let places = taken.entry(scored.passage.document).or_default();
        *places += 1;
        if *places <= PER_DOCUMENT { kept.push(scored) } else { held_back.push(scored) }
    }
    kept.append(&mut held_back);
    kept
}
