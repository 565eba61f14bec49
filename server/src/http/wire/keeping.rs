//! What crosses the wire about looking after documents: syncing folders, inspecting.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::library::{AskedQuestion, InspectedChunk, Inspection, Likeness, Synced, bare_origin};

/// A folder as it is now: what came from below it and is not `present` leaves.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SyncRequest {
    pub folder: String,
    pub present: HashSet<String>,
    /// However much is gone.
    #[serde(default)]
    pub confirmed: bool,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct SyncReply {
    pub retired: Vec<String>,
    /// Too many at once: still there, until the request is sent again with `confirmed`.
    pub held: Vec<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct InspectReply {
    pub document_id: String,
    pub title: String,
    pub tier: String,
    pub groups: Vec<String>,
    /// What its file is, in the words of `extract --type`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub language: Option<String>,
    pub author: Option<String>,
    pub dated: Option<String>,
    /// Milliseconds since 1970.
    pub indexed_ms: i64,
    pub origins: Vec<String>,
    pub problems: Vec<String>,
    pub near_duplicate_of: Option<LikenessReply>,
    pub near_duplicates: Vec<LikenessReply>,
    pub questions: Vec<QuestionReply>,
    pub chunks: Vec<ChunkReply>,
    pub text: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct LikenessReply {
    pub document_id: String,
    pub title: String,
    pub origin: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct QuestionReply {
    pub question: String,
    pub cited: bool,
    pub asked_ms: i64,
}

/// `text` from `start` to `end`, in bytes.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ChunkReply {
    pub start: usize,
    pub end: usize,
    pub page: Option<u32>,
    pub heading: String,
}

impl From<Synced> for SyncReply {
    fn from(Synced { retired, held }: Synced) -> Self {
        Self { retired, held }
    }
}

impl From<Likeness> for LikenessReply {
    fn from(Likeness { document, title, origin }: Likeness) -> Self {
        Self { document_id: document.to_string(), title, origin: bare_origin(&origin).to_owned() }
    }
}

impl From<Inspection> for InspectReply {
    fn from(found: Inspection) -> Self {
        let question = |asked: AskedQuestion| QuestionReply {
            question: asked.question,
            cited: asked.cited,
            asked_ms: asked.asked_ms,
        };
        let chunk = |chunk: InspectedChunk| ChunkReply {
            start: chunk.bytes.start,
            end: chunk.bytes.end,
            page: chunk.page,
            heading: chunk.heading,
        };
        Self {
            document_id: found.document.to_string(),
            title: found.title,
            tier: found.label.tier.to_string(),
            groups: found.label.groups.iter().map(ToString::to_string).collect(),
            kind: found.kind,
            language: found.language,
            author: found.author,
            dated: found.dated,
            indexed_ms: found.indexed_ms,
            origins: found.origins.iter().map(|origin| bare_origin(origin).to_owned()).collect(),
            problems: found.problems,
            near_duplicate_of: found.near_of.map(LikenessReply::from),
            near_duplicates: found.stands_for.into_iter().map(LikenessReply::from).collect(),
            questions: found.questions.into_iter().map(question).collect(),
            chunks: found.chunks.into_iter().map(chunk).collect(),
            text: found.text,
        }
    }
}
