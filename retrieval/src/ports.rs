//! The places where a part can be swapped: an index, an embedder, a reranker, the shelf of texts.
//!
//! Each port names the swap it is for. None of them knows SQL, HTTP or files; adapters do. Whatever returns ids, counts
//! or text asks for a `&Clearance`.

use std::sync::Arc;

use async_trait::async_trait;

use crate::access::{AccessLabel, Clearance};
use crate::model::{DocumentId, Passage, PointId, VersionId};
use crate::rerank::signals::Signals;

/// A dense vector of length one.
pub type Embedding = Arc<[f32]>;

/// A chunk as it goes into the index: ids, label, vector, and the text that the sparse encoder reads (it is not kept).
#[derive(Clone, Debug)]
pub struct Point {
    pub id: PointId,
    pub document: DocumentId,
    pub version: VersionId,
    pub label: AccessLabel,
    pub dense: Embedding,
    pub text: String,
}

/// Which of the two rankings to use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    Dense,
    Sparse,
    Hybrid,
}

/// A question as an index understands it.
#[derive(Clone, Debug)]
pub struct Query {
    /// Not looked at when only keywords are searched.
    pub dense: Embedding,
    pub text: String,
    pub mode: Mode,
    /// How much of a fused score is nearness in meaning, from 0 to 1; the rest is keywords.
    pub dense_share: f32,
    /// How many each ranking contributes before fusion.
    pub candidates: usize,
    pub limit: usize,
}

/// Where one ranking has put a point.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Place {
    /// From 0; `None` where the point was not among the ranking's candidates and only its score was looked up.
    pub rank: Option<usize>,
    /// The cosine, or the BM25 score.
    pub score: f32,
}

/// What an index believes to be near; nothing that a reader sees until SQL has agreed.
#[derive(Clone, PartialEq, Debug)]
pub struct Candidate {
    pub point: PointId,
    pub document: DocumentId,
    pub version: VersionId,
    /// Of the fusion, or of the only ranking that was asked.
    pub score: f32,
    /// A hybrid search knows it of every candidate: the cosine of one that keywords alone have found is looked up.
    pub dense: Option<Place>,
    pub sparse: Option<Place>,
}

/// A point as `scroll` reports it, for reconciling the index with SQL.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredPoint {
    pub id: PointId,
    pub document: DocumentId,
    pub version: VersionId,
    pub label: AccessLabel,
}

/// Why an index could not serve, split by what the caller does next.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// Try again: the index is busy, restarting or out of reach.
    #[error("the index cannot be reached: {0}")]
    Unavailable(String),
    /// Make room: nothing was written, and what is there can still be read.
    #[error("the disk is full: free some space, nothing was lost")]
    DiskFull,
    /// Rebuild it from SQL: it will not open or contradicts itself.
    #[error("the index is damaged: {0}")]
    Damaged(String),
    /// Fix the caller: the request itself is wrong.
    #[error("the index refused the request: {0}")]
    Refused(String),
    /// The clearance is for another workspace than the index.
    #[error("the clearance is for another workspace")]
    OtherWorkspace,
}

/// One index of one workspace and generation. Swapped between memory (tests), embedded Qdrant and a Qdrant cluster.
///
/// Writes are durable after [`flush`](Self::flush), not before. Nothing becomes visible to a reader by being here.
#[async_trait]
pub trait VectorIndex: Send + Sync {
    /// The nearest points that this clearance may see, best first, at most `query.limit`.
    async fn search(&self, clearance: &Clearance, query: &Query) -> Result<Vec<Candidate>, IndexError>;

    /// How many points this clearance may see.
    async fn count(&self, clearance: &Clearance) -> Result<u64, IndexError>;

    /// The points of one version that this clearance may see, in no order.
    async fn points_of(&self, clearance: &Clearance, version: VersionId) -> Result<Vec<PointId>, IndexError>;

    /// Up to `limit` points in the order of their ids, after `after`. A short page is the last one.
    async fn scroll(
        &self,
        clearance: &Clearance,
        after: Option<PointId>,
        limit: usize,
    ) -> Result<Vec<StoredPoint>, IndexError>;

    /// Write points; one with an id that exists replaces it.
    async fn upsert(&self, points: Vec<Point>) -> Result<(), IndexError>;

    /// Give every point of a document a new label.
    async fn relabel(&self, document: DocumentId, label: &AccessLabel) -> Result<(), IndexError>;

    /// Remove every point of these versions. Versions that have none are no error.
    async fn delete_versions(&self, versions: &[VersionId]) -> Result<(), IndexError>;

    /// Remove these points. Points that are not there are no error.
    async fn delete_points(&self, points: &[PointId]) -> Result<(), IndexError>;

    /// Return once everything written so far survives a power cut.
    async fn flush(&self) -> Result<(), IndexError>;

    /// Put recent points into the fast structures. Slow, never needed for correctness; searches go on meanwhile.
    async fn optimize(&self) -> Result<(), IndexError>;
}

/// Why a text has no vector.
#[derive(Debug, thiserror::Error)]
pub enum EmbedError {
    /// Try again: the model's threads are gone or its server is out of reach.
    #[error("the embedding model is not available: {0}")]
    Unavailable(String),
    /// Give up on this text or this model.
    #[error("the embedding model failed: {0}")]
    Failed(String),
}

/// What the vector is for. Where a person waits it overtakes the passages that are being indexed, and some models prefix
/// questions and passages differently.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    Question,
    /// A piece of a passage that may answer a question now.
    Evidence,
    Passage,
}

/// Turns text into vectors. Swapped between ONNX models and a hash of words (tests that need no meaning).
///
/// The same text gives the same bits, whatever is embedded beside it.
#[async_trait]
pub trait Embedder: Send + Sync {
    /// Stable name of model and weights; part of the key of every cached vector.
    fn name(&self) -> &str;

    fn dimensions(&self) -> usize;

    /// How well the model knows the language of a text, from 0 to 1: how far its vector is to be trusted beside keywords.
    fn knows(&self, text: &str) -> f32;

    /// One vector per text, in order.
    async fn embed(&self, purpose: Purpose, texts: Vec<String>) -> Result<Vec<Embedding>, EmbedError>;
}

/// A passage with what retrieval thinks of it.
#[derive(Clone, PartialEq, Debug)]
pub struct Scored {
    pub passage: Passage,
    pub score: f32,
    /// As the index found it.
    pub candidate: Candidate,
    /// What speaks for it; nothing until the passages of a search were compared.
    pub signals: Signals,
    /// The copies and former versions that it stands for; empty until near duplicates were collapsed.
    pub instead_of: Vec<Replaced>,
}

/// A document whose passage is not shown, because one that is nearly the same stands for it. This reader may open both.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Replaced {
    pub document: DocumentId,
    pub title: String,
    /// When its author says that it was last changed.
    pub dated: Option<String>,
    /// Whether it is a former version of what stands for it, and not a mere copy.
    pub older: bool,
}

impl Scored {
    /// As the index scored it.
    pub fn new(passage: Passage, candidate: Candidate) -> Self {
        Self { passage, score: candidate.score, candidate, signals: Signals::default(), instead_of: Vec::new() }
    }
}

/// Passages in a better order, and what kept it from being the best one.
#[derive(Clone, PartialEq, Debug)]
pub struct Reranked {
    pub passages: Vec<Scored>,
    /// Why a lesser order stands: a model that failed, or took too long.
    pub instead: Option<String>,
}

/// Puts verified passages in a better order. Swapped between weighed signals and a cross-encoder.
#[async_trait]
pub trait Reranker: Send + Sync {
    async fn rerank(&self, question: &str, passages: Vec<Scored>) -> Result<Reranked, EmbedError>;
}

/// Why the shelf could not answer.
#[derive(Debug, thiserror::Error)]
#[error("the catalog cannot be read: {0}")]
pub struct ShelfError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Where the texts are, and the second check: SQL in the server, a map in tests.
#[async_trait]
pub trait Shelf: Send + Sync {
    /// The passages of those points that are live and readable under this clearance *now*, in the order asked for.
    /// Anything stale, re-labelled, deleted or foreign is left out without a word.
    async fn passages(&self, clearance: &Clearance, points: &[PointId]) -> Result<Vec<Passage>, ShelfError>;

    /// Which state of the clearance's workspace is seen now. Another number after everything that changes what is visible
    /// or how it is ranked, from the same moment on; and again once the index has heard of it, where it hears later.
    async fn version(&self, clearance: &Clearance) -> Result<u64, ShelfError>;
}
