//! What the write path needs from outside: a catalog that says what is visible, and a parser that may die.
//!
//! `Catalog` is swapped between the server's SQL store and a map in tests; `Parse` between a child process and a call
//! in place. Neither knows the pipeline. What a crawl needs stands with it, in `crawl::ports`.

use async_trait::async_trait;
use retrieval::access::AccessLabel;
use retrieval::model::{Chunk, ContentHash, DocumentId, VersionId};
use retrieval::ports::Embedding;

use crate::dedupe::{Fingerprint, Standing};
use crate::parse::{Kind, PageRules, Parsed, Part};

/// No file is larger, whether it was handed in, fetched or found inside another.
pub const LARGEST_FILE_BYTES: usize = 50 * 1024 * 1024;

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
    Indexed {
        document: DocumentId,
        chunks: usize,
    },
    Unchanged {
        document: DocumentId,
        chunks: usize,
    },
    Relabelled {
        document: DocumentId,
        chunks: usize,
    },
    Duplicate {
        document: DocumentId,
    },
    /// Nothing to read by itself, but files inside, each of which is an item of its own now.
    Opened {
        parts: usize,
    },
    Failed {
        reason: String,
    },
}

/// A text on its way to being visible: everything SQL needs for the flip.
#[derive(Clone, Debug)]
pub struct Draft {
    pub document: DocumentId,
    pub version: VersionId,
    pub label: AccessLabel,
    /// What its file is.
    pub kind: Kind,
    pub title: String,
    pub language: Option<String>,
    pub author: Option<String>,
    pub dated: Option<String>,
    pub text: String,
    /// Each page with the byte of the text at which it begins; empty where there are none.
    pub pages: Vec<(u32, usize)>,
    pub content_hash: ContentHash,
    /// For finding near-duplicates; too short a text has none.
    pub fingerprint: Option<Fingerprint>,
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
    /// The files that were found inside it, which become items of the same job; those of an earlier time that are not
    /// among them leave. `None` for what has no inside, or could not be opened: then what came out before stays.
    pub inside: Option<Vec<Inside>>,
}

/// A file that was found inside an item, its bytes kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Inside {
    /// The outer origin, `!/`, and the name within.
    pub origin: String,
    pub original: String,
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

    /// Keep the bytes of a file that was found inside another; returns the name to find them by.
    async fn keep(&self, bytes: Vec<u8>) -> Result<String, CatalogError>;

    /// What is known about this origin, and whether the same text stands under the same label already.
    async fn standing(&self, item: &Item, content_hash: ContentHash) -> Result<Standing, CatalogError>;

    /// How many chunks a live document has.
    async fn chunk_count(&self, document: DocumentId) -> Result<usize, CatalogError>;

    /// The cached vectors of these texts for this model, in order.
    async fn vectors(&self, model: &str, keys: &[ContentHash]) -> Result<Vec<Option<Embedding>>, CatalogError>;

    /// Change a document's readers, from this commit on; the index hears of it afterwards, again if need be.
    async fn relabel(&self, document: DocumentId, label: &AccessLabel) -> Result<(), CatalogError>;

    /// The flip: in one transaction, make the changes, write the outcomes, queue the deletions, keep the lease. Returns
    /// the items that came to the job, for what was found inside others.
    async fn settle(&self, model: &str, settlements: &[Settlement]) -> Result<Vec<Item>, CatalogError>;
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

/// Takes the files that a parser finds inside another, one at a time, so that no more than one is in memory.
#[async_trait]
pub trait TakeParts: Send {
    async fn take(&mut self, part: Part);

    /// The parser died and another begins again: what was taken so far comes once more.
    fn start_over(&mut self);
}

/// For those who want only the document itself.
pub struct NoParts;

#[async_trait]
impl TakeParts for NoParts {
    async fn take(&mut self, _: Part) {}

    fn start_over(&mut self) {}
}

/// Turns bytes into Markdown, out of harm's way.
#[async_trait]
pub trait Parse: Send + Sync {
    /// `name` is the origin: its extension settles what the bytes leave open, and links are relative to it when it is an
    /// address.
    async fn parse(
        &self,
        name: &str,
        bytes: Vec<u8>,
        rules: &PageRules,
        parts: &mut dyn TakeParts,
    ) -> Result<Reading, ParseFault>;
}

/// What was read of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// What the file is. Of a kind that has others inside, those were handed out.
    pub kind: Kind,
    pub parsed: Parsed,
}
