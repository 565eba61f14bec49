//! What the write path needs from outside: a catalog that says what is visible, and a parser that may die.
//!
//! `Catalog` is swapped between the server's SQL store and a map in tests; `Parse` between a child process and a call
//! in place. Neither knows the pipeline.

use async_trait::async_trait;
use retrieval::access::AccessLabel;
use retrieval::model::{Chunk, ContentHash, DocumentId, VersionId};
use retrieval::ports::Embedding;

use crate::dedupe::Standing;
use crate::parse::Parsed;

/// One thing to ingest, as accepted: its ids are fixed before any work, so that a replay writes the same points.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Item {
    /// Position in its job.
    pub ordinal: u32,
    /// A path or a URL, as the person who put it in would name it.
    pub origin: String,
    /// The name under which the original's bytes are kept.
    pub original: String,
    pub label: AccessLabel,
    /// The document this becomes if its origin and text are new.
    pub document: DocumentId,
    pub version: VersionId,
}

/// How an item ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    Indexed { document: DocumentId, chunks: usize },
    Unchanged { document: DocumentId, chunks: usize },
    Relabelled { document: DocumentId, chunks: usize },
    Duplicate { document: DocumentId },
    Failed { reason: String },
}

/// A text on its way to being visible: everything SQL needs for the flip.
#[derive(Clone, Debug)]
pub struct Draft {
    pub document: DocumentId,
    pub version: VersionId,
    pub label: AccessLabel,
    pub title: String,
    pub language: Option<String>,
    pub text: String,
    pub content_hash: ContentHash,
    pub problems: Vec<String>,
    pub chunks: Vec<Chunk>,
    /// One per chunk, with the key under which it is cached.
    pub vectors: Vec<(ContentHash, Embedding)>,
}

/// What becomes of one item at the flip.
#[derive(Clone, Debug)]
pub enum Change {
    /// Make this draft what readers see; what it replaces leaves through the outbox.
    Publish(Box<Draft>),
    /// Let the item's origin lead to a document that is there already.
    Join(DocumentId),
    /// Nothing to change in the catalog.
    None,
}

/// An item's end: the change and the line the person reads.
#[derive(Clone, Debug)]
pub struct Settlement {
    pub item: Item,
    pub change: Change,
    pub outcome: Outcome,
}

/// Why the catalog did not do as asked, split by what the caller does next.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// Stop: another worker has this job now. Nothing was written.
    #[error("the job was taken over by another worker")]
    LeaseLost,
    /// Give up on this item: its bytes are gone, or closed to us.
    #[error("its original cannot be read: {0}")]
    Lost(#[source] std::io::Error),
    /// Try the job again later; what was settled stays settled.
    #[error("the catalog cannot be used: {0}")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The truth about documents, as one leased job sees it. Every write carries the lease's fencing number.
#[async_trait]
pub trait Catalog: Send + Sync {
    /// The bytes that were accepted for this item.
    async fn original(&self, item: &Item) -> Result<Vec<u8>, CatalogError>;

    /// What is known about this origin, and whether the same text stands under the same label already.
    async fn standing(&self, item: &Item, content_hash: ContentHash) -> Result<Standing, CatalogError>;

    /// How many chunks a live document has.
    async fn chunk_count(&self, document: DocumentId) -> Result<usize, CatalogError>;

    /// The cached vectors of these texts for this model, in order.
    async fn vectors(&self, model: &str, keys: &[ContentHash]) -> Result<Vec<Option<Embedding>>, CatalogError>;

    /// Change a document's readers, from this commit on; the index hears of it afterwards, again if need be.
    async fn relabel(&self, document: DocumentId, label: &AccessLabel) -> Result<(), CatalogError>;

    /// The flip: in one transaction, make the changes, write the outcomes, queue the deletions, keep the lease.
    async fn settle(&self, model: &str, settlements: &[Settlement]) -> Result<(), CatalogError>;
}

/// Why a parser returned nothing.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ParseFault {
    /// The input is not something we read; the sentence is for the person who sent it.
    #[error("{0}")]
    Refused(String),
    /// The parser crashed, hung or ate its memory; the next input gets a fresh one.
    #[error("the parser stopped on this file: {0}")]
    Crashed(String),
}

/// Turns bytes into Markdown, out of harm's way.
#[async_trait]
pub trait Parse: Send + Sync {
    /// `name` is the origin: its extension settles what the bytes leave open.
    async fn parse(&self, name: &str, bytes: Vec<u8>) -> Result<Parsed, ParseFault>;
}
