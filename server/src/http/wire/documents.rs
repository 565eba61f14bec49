//! What crosses the wire about documents as their readers see them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Viewer, place};
use crate::library::{ChunkLine, DocumentLine, DocumentRead};

#[derive(Serialize, Deserialize, Default, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DocumentsQuery {
    pub after: Option<String>,
    pub limit: Option<usize>,
    pub tier: Option<String>,
    pub group: Option<String>,
    pub source: Option<String>,
    /// In the title or in where it came from.
    pub q: Option<String>,
    /// Only those of which something was lost or guessed on the way in; for editors.
    pub problems: Option<bool>,
    /// Only those of which something was lost or guessed in words that begin so; for editors.
    pub problem: Option<String>,
    /// `ready`, `waiting` (something newer was handed in) or `failed` (it could not be read); for editors.
    pub state: Option<String>,
    /// `newest`, which is the default, or `title`.
    pub sort: Option<String>,
}

#[derive(Serialize, Deserialize, Default, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    pub after: Option<String>,
    pub limit: Option<usize>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct DocumentLineReply {
    pub document_id: String,
    pub title: String,
    /// Where it came from last: an address, or the name of a file.
    pub url: String,
    pub tier: String,
    pub groups: Vec<String>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub language: Option<String>,
    pub dated: Option<String>,
    /// Milliseconds since 1970.
    pub updated_ms: i64,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Documents {
    pub documents: Vec<DocumentLineReply>,
    /// Where the list goes on; none at its end.
    pub next: Option<String>,
    /// Of all that the viewer may read; for editors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<usize>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct DocumentReply {
    pub document_id: String,
    pub title: String,
    pub origins: Vec<String>,
    pub tier: String,
    pub groups: Vec<String>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub language: Option<String>,
    pub author: Option<String>,
    pub dated: Option<String>,
    /// Milliseconds since 1970.
    pub updated_ms: i64,
    /// What was lost on the way in; for editors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problems: Option<Vec<String>>,
    /// For editors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chunks: Option<usize>,
}

/// Other readers for a document; what is left out stays.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Relabel {
    pub tier: Option<String>,
    pub groups: Option<Vec<String>>,
}

/// A part of a document's text, from `start` to `end` in bytes.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct PassageReply {
    pub start: usize,
    pub end: usize,
    pub page: Option<u32>,
    pub heading: String,
    pub text: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Chunks {
    pub chunks: Vec<PassageReply>,
    pub next: Option<String>,
}

impl DocumentLineReply {
    pub fn new(line: DocumentLine, viewer: Viewer) -> Self {
        Self {
            document_id: line.document.to_string(),
            title: line.title,
            url: place(line.origins.into_iter().next().unwrap_or_default(), viewer),
            tier: line.label.tier.to_string(),
            groups: line.label.groups.iter().map(ToString::to_string).collect(),
            kind: line.kind,
            language: line.language,
            dated: line.dated,
            updated_ms: line.updated_ms,
        }
    }
}

impl DocumentReply {
    pub fn new(read: DocumentRead, viewer: Viewer) -> Self {
        let DocumentRead { line, author, problems, chunks, version: _ } = read;
        let is_editor = viewer == Viewer::Editor;
        Self {
            document_id: line.document.to_string(),
            title: line.title,
            origins: line.origins.into_iter().map(|origin| place(origin, viewer)).collect(),
            tier: line.label.tier.to_string(),
            groups: line.label.groups.iter().map(ToString::to_string).collect(),
            kind: line.kind,
            language: line.language,
            author,
            dated: line.dated,
            updated_ms: line.updated_ms,
            problems: is_editor.then_some(problems),
            chunks: is_editor.then_some(chunks),
        }
    }
}

impl From<ChunkLine> for PassageReply {
    fn from(chunk: ChunkLine) -> Self {
        let ChunkLine { bytes, page, heading, text, ordinal: _ } = chunk;
        Self { start: bytes.start, end: bytes.end, page, heading, text }
    }
}
