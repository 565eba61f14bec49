//! What is told of an answer on its way. The last event is `done`, with the shape of an answer in one piece, or `failed`,
//! with that of an error.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{AskRequest, Cited, Viewer, place};
use crate::answer::{Checked, Source, standing_name};
use crate::conversation::Looked;

/// The event `sources`: before a word of the answer.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct SourcesEvent {
    /// For coming back to this answer: `/api/v1/streams/STREAM`.
    pub stream: String,
    /// What was searched for, if not the question as it was typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_as: Option<String>,
    /// What the answer may rest on.
    pub sources: Vec<SourceLine>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct SourceLine {
    pub document_id: String,
    pub title: String,
    pub url: String,
    pub page: Option<u32>,
    pub heading: String,
    /// When its author says that the document was last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dated: Option<String>,
}

/// The event `delta`: more words of the answer.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct WordsEvent {
    pub text: String,
}

/// The event `checked`: a sentence that was told, and what bears it out.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct CheckedEvent {
    /// In bytes of all the words that were told.
    pub start: usize,
    pub end: usize,
    /// `supported`; `conflict` where another source gives other figures; `unsupported` where what it cited does not say so,
    /// and the marker is gone; `uncited` where it cites nothing.
    pub standing: String,
    pub citations: Vec<Cited>,
}

/// What a client sends over a socket: one of these, with a word of its own that comes back with everything about it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SocketRequest {
    pub tag: Option<String>,
    pub ask: Option<AskRequest>,
    pub resume: Option<Resume>,
    /// The stream of which enough was heard.
    pub stop: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resume {
    pub stream: String,
    /// The number of the last event that arrived.
    #[serde(default)]
    pub after: u64,
}

impl SourcesEvent {
    pub fn new(stream: String, asked_as: Option<String>, sources: Vec<Source>, viewer: Viewer) -> Self {
        let sources = sources.into_iter().map(|source| SourceLine::new(source, viewer)).collect();
        Self { stream, asked_as, sources }
    }
}

impl CheckedEvent {
    pub fn new(checked: Checked, viewer: Viewer) -> Self {
        let Checked { range, standing, citations } = checked;
        let citations = citations.into_iter().map(|citation| Cited::new(citation, viewer)).collect();
        Self { start: range.start, end: range.end, standing: standing_name(standing).to_owned(), citations }
    }
}

impl SourceLine {
    /// A document, as it is called now.
    pub fn of(looked: Looked, viewer: Viewer) -> Self {
        let Looked { document, title, origin, dated } = looked;
        Self {
            document_id: document.to_string(),
            title,
            url: place(origin, viewer),
            page: None,
            heading: String::new(),
            dated,
        }
    }

    fn new(source: Source, viewer: Viewer) -> Self {
        let Source { document, title, origin, page, heading, dated } = source;
        Self { document_id: document.to_string(), title, url: place(origin, viewer), page, heading, dated }
    }
}
