//! Finding passages: embed -> hybrid -> verify -> compare -> rerank -> arrange; or recall -> verify -> arrange.
//!
//! The clearance is the first thing in and stays to the last: the index filters by it, the shelf checks every hit
//! against the truth, and only then does anything read text. Does not know which engine, model or database serves the
//! ports, nor what becomes of the passages.

pub mod context;
mod recall;
pub mod trail;

use std::collections::HashMap;
use std::sync::Arc;

use crate::access::Clearance;
use crate::model::{Passage, PointId};
use crate::pace::{Watch, aside};
use crate::ports::{
    Candidate, EmbedError, Embedder, Embedding, IndexError, Mode, Purpose, Query, Reranked, Reranker, Scored, Shelf,
    ShelfError, VectorIndex,
};
use crate::rerank::below;
use crate::rerank::confidence::confidence;
use crate::rerank::signals::{Signals, signals};
use crate::rerank::weights::Weights;
pub use recall::Memory;
use recall::Ranked;
use trail::{Timings, Trail};

/// Each ranking contributes this many before fusion.
pub const CANDIDATES: usize = 100;
/// This many fused hits are looked at again by the reranker.
const RERANKED: usize = 50;
/// How much of a fused score is nearness in meaning, where the embedder knows the question's language. Measured over the
/// development sets; the curve is flat around it.
const SHARE_KNOWN: f32 = 0.6;
/// And where it does not: enough to put in order what shares no word with the question.
const SHARE_UNKNOWN: f32 = 0.05;

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
    /// Everything: hybrid, reranked, without copies, neighbours joined.
    Full,
}

/// What was found, and how it went.
#[derive(Clone, Debug)]
pub struct Found {
    pub passages: Vec<Scored>,
    /// The probability that they answer the question; 0 where they were only measured.
    pub confidence: f64,
    /// The question's vector, for whoever weighs sentences next. Empty when only keywords were searched.
    pub question: Embedding,
    /// Every candidate that this reader may know of, and what became of it.
    pub trail: Trail,
}

/// The read path up to passages.
#[derive(Clone)]
pub struct Searcher {
    pub index: Arc<dyn VectorIndex>,
    pub embedder: Arc<dyn Embedder>,
    pub reranker: Arc<dyn Reranker>,
    pub shelf: Arc<dyn Shelf>,
    /// What the confidence is made with.
    pub weights: Arc<Weights>,
    /// What was found before; without it every search begins anew.
    pub memory: Option<Memory>,
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
        let mut watch = Watch::start();
        let key = self.key(clearance, question, depth, limit).await?;
        if let Some(ranked) = self.recall(clearance, key.as_ref()).await? {
            let timings = Timings { verify_ms: watch.lap(), ..Timings::default() };
            return self.give(clearance, question, ranked, limit, timings).await;
        }
        let recall_ms = watch.lap();
        let known = self.known(question).await?;
        let query = self.query(question, known, depth, limit).await?;
        let embedding_ms = watch.lap();
        let candidates = self.index.search(clearance, &query).await?;
        let index_ms = watch.lap();
        let verified = self.verify(clearance, candidates).await?;
        let verify_ms = recall_ms + watch.lap();
        let timings = Timings { embedding_ms, index_ms, verify_ms, ..Timings::default() };
        let question_vector = Arc::clone(&query.dense);
        match depth {
            Depth::Raw(_) => {
                let trail = Trail::measured(&verified, limit, timings);
                let passages = verified.into_iter().take(limit).collect();
                Ok(Found { passages, confidence: 0.0, question: question_vector, trail })
            }
            Depth::Full => {
                let (passages, instead) = self.rank(question, known, verified).await?;
                let confidence = self.confidence(&passages);
                let ranked = Ranked { passages, confidence, question: question_vector, instead, remembered: false };
                self.remember(key, &ranked);
                let timings = Timings { rerank_ms: watch.lap(), ..timings };
                self.give(clearance, question, ranked, limit, timings).await
            }
        }
    }

    /// Arrange what was ranked or remembered for this reader.
    async fn give(
        &self,
        clearance: &Clearance,
        question: &str,
        ranked: Ranked,
        limit: usize,
        timings: Timings,
    ) -> Result<Found, SearchError> {
        let mut watch = Watch::start();
        let Ranked { passages, confidence, question: question_vector, instead, remembered } = ranked;
        let (asked, copied) = (question.to_owned(), passages.clone());
        let collapsed = aside(move || context::collapse(&asked, copied)).await?;
        let arranged = context::arrange(&*self.shelf, clearance, collapsed, limit).await?;
        let timings = Timings { context_ms: watch.lap(), ..timings };
        let trail = Trail { remembered, ..Trail::of(&passages, &arranged, instead, timings) };
        Ok(Found { passages: arranged.passages, confidence, question: question_vector, trail })
    }

    /// The candidates of a question in their fused order with their signals: what `rerank::train` learns from.
    pub async fn compared(&self, clearance: &Clearance, question: &str) -> Result<Vec<Scored>, SearchError> {
        let known = self.known(question).await?;
        let query = self.query(question, known, Depth::Full, RERANKED).await?;
        let candidates = self.index.search(clearance, &query).await?;
        let mut verified = self.verify(clearance, candidates).await?;
        verified.truncate(RERANKED);
        self.compare(question, known, verified).await
    }

    /// How well the embedder knows the question's language; a long question is a millisecond's work.
    async fn known(&self, question: &str) -> Result<f32, EmbedError> {
        let (embedder, question) = (Arc::clone(&self.embedder), question.to_owned());
        aside(move || embedder.knows(&question)).await
    }

    async fn query(&self, question: &str, known: f32, depth: Depth, limit: usize) -> Result<Query, SearchError> {
        let mode = match depth {
            Depth::Raw(mode) => mode,
            Depth::Full => Mode::Hybrid,
        };
        let dense = match mode {
            Mode::Sparse => Embedding::from([]),
            Mode::Dense | Mode::Hybrid => self.embed(question).await?,
        };
        // Some of it is dropped by the second check. However many are asked for, the first are the same.
        let (limit, candidates) = match depth {
            Depth::Raw(_) => (limit.saturating_mul(2), CANDIDATES.max(limit.saturating_mul(2))),
            Depth::Full => (fused(limit), CANDIDATES.max(limit / 2)),
        };
        let dense_share = SHARE_UNKNOWN.max(SHARE_KNOWN * known);
        Ok(Query { dense, text: question.to_owned(), mode, dense_share, candidates, limit })
    }

    async fn embed(&self, question: &str) -> Result<Embedding, EmbedError> {
        let vectors = self.embedder.embed(Purpose::Question, vec![question.to_owned()]).await?;
        vectors.into_iter().next().ok_or_else(|| EmbedError::Failed("no vector for the question".into()))
    }

    /// The second check: what the index believes becomes a passage only if SQL agrees now.
    async fn verify(&self, clearance: &Clearance, candidates: Vec<Candidate>) -> Result<Vec<Scored>, SearchError> {
        let points: Vec<PointId> = candidates.iter().map(|candidate| candidate.point).collect();
        let mut candidates: HashMap<PointId, Candidate> =
            candidates.into_iter().map(|candidate| (candidate.point, candidate)).collect();
        let passages = self.shelf.passages(clearance, &points).await?;
        let scored = |passage: Passage| Some(Scored::new(passage.clone(), candidates.remove(&passage.point)?));
        Ok(passages.into_iter().filter_map(scored).collect())
    }

    /// The better order, and why it is not the best one if it is not. What is too far down for a second look follows.
    async fn rank(
        &self,
        question: &str,
        known: f32,
        mut verified: Vec<Scored>,
    ) -> Result<(Vec<Scored>, Option<String>), SearchError> {
        let rest = verified.split_off(verified.len().min(RERANKED));
        let compared = self.compare(question, known, verified).await?;
        let Reranked { mut passages, instead } = self.reranker.rerank(question, compared).await?;
        let least = passages.last().map_or(0.0, |last| last.score);
        passages.extend(below(least, rest));
        Ok((passages, instead))
    }

    /// Read the passages against the question: milliseconds of work that no async worker should do.
    async fn compare(&self, question: &str, known: f32, mut verified: Vec<Scored>) -> Result<Vec<Scored>, SearchError> {
        let question = question.to_owned();
        let reading = aside(move || {
            let found = signals(&question, known, &verified);
            verified.iter_mut().zip(found).for_each(|(scored, signals)| scored.signals = signals);
            verified
        });
        Ok(reading.await?)
    }

    /// Learned on the order of the signals, and so made from it, whoever has the last word in the list.
    fn confidence(&self, ranked: &[Scored]) -> f64 {
        let mut signals: Vec<Signals> = ranked.iter().take(RERANKED).map(|scored| scored.signals).collect();
        signals.sort_by(|a, b| self.weights.score(b).total_cmp(&self.weights.score(a)));
        confidence(&self.weights, &signals)
    }
}

/// How many fused candidates a search for `limit` passages looks at.
fn fused(limit: usize) -> usize {
    limit.saturating_mul(2).max(RERANKED)
}
