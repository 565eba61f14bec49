//! What crosses the wire about documents that left.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::library::{Erased, Findings, Receipt};

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Receipts {
    /// The newest first.
    pub receipts: Vec<ReceiptReply>,
    pub next: Option<String>,
}

/// That a document left, what left with it, and what was found of it afterwards.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ReceiptReply {
    pub document_id: String,
    /// Who could read it.
    pub tier: String,
    pub groups: Vec<String>,
    /// `removed` by somebody, `vanished` where it came from, or `expired`.
    pub why: String,
    /// Milliseconds since 1970.
    pub removed_ms: i64,
    /// When it was looked for and not found; `null` until then.
    pub proven_ms: Option<i64>,
    pub erased: ErasedReply,
    /// What the last look has found; `null` before the first.
    pub found: Option<FindingsReply>,
}

/// What left with a document.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ErasedReply {
    pub versions: u64,
    pub passages: u64,
    /// Of its passages, those that no other passage has.
    pub vectors: u64,
    /// Records of answers that rested on it: their words are gone.
    pub answers: u64,
    /// Answers in conversations that rested on it: their words are gone.
    pub turns: u64,
    pub summaries: u64,
}

/// What was found of a document after it had left.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct FindingsReply {
    /// How many indexes were asked for its points,
    pub indexes: usize,
    /// and how many points they had.
    pub points: usize,
    /// Rows of the catalog that still told of it.
    pub rows: usize,
    /// Its files, where nothing else needs them.
    pub originals: usize,
    /// How many pieces of its text were asked for again,
    pub probes: usize,
    /// and how often it came up.
    pub came_up: usize,
    /// Backups in the folder of backups: they hold it until they are replaced.
    pub backups: usize,
}

impl From<Receipt> for ReceiptReply {
    fn from(receipt: Receipt) -> Self {
        let Receipt { document, label, why, erased, found, removed_ms, proven_ms } = receipt;
        let Erased { versions, passages, vectors, answers, turns, summaries } = erased;
        Self {
            document_id: document.to_string(),
            tier: label.tier.as_str().to_owned(),
            groups: label.groups.iter().map(|group| group.as_str().to_owned()).collect(),
            why,
            removed_ms,
            proven_ms,
            erased: ErasedReply { versions, passages, vectors, answers, turns, summaries },
            found: found.map(FindingsReply::from),
        }
    }
}

impl From<Findings> for FindingsReply {
    fn from(found: Findings) -> Self {
        let Findings { indexes, points, rows, originals, probes, came_up, backups } = found;
        Self { indexes, points, rows, originals, probes, came_up, backups }
    }
}
