//! Documents, their versions and the chunks of a version: what the write path makes and the index points at.
//!
//! Knows nothing of where a document came from, of files, or of how it is stored.

use std::ops::Range;

use super::ids::{DocumentId, GenerationId, PointId, VersionId, WorkspaceId};
use crate::access::AccessLabel;

/// A document as the catalog knows it; which of its versions is seen is SQL's to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    pub id: DocumentId,
    pub workspace: WorkspaceId,
    pub title: String,
    /// A path or a URL, as the person who put it in would name it.
    pub origin: String,
    pub label: AccessLabel,
    pub live_version: Option<VersionId>,
}

/// One immutable state of a document's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub id: VersionId,
    pub document: DocumentId,
    pub title: String,
    /// The cleaned text that byte ranges point into.
    pub text: String,
    pub content_hash: ContentHash,
}

/// BLAKE3 of a normalised text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ContentHash(pub [u8; 32]);

/// A span of a version's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Position among the chunks of its version, from 0.
    pub ordinal: u32,
    /// `version.text[bytes]` is `text`, exactly.
    pub bytes: Range<usize>,
    pub page: Option<u32>,
    /// The headings above the chunk, outermost first, joined by ` > `; where it begins within a table, with the columns:
    /// `Guide > Prices (name | price)`. Context for the embedder, never quoted.
    pub heading: String,
    pub text: String,
}

impl Chunk {
    pub fn text_in_context(&self, title: &str) -> String {
        text_in_context(title, &self.heading, &self.text)
    }
}

/// What the embedder and the keyword index read: title and headings give a chunk the words its text leaves out.
pub fn text_in_context(title: &str, heading: &str, text: &str) -> String {
    match (title.is_empty(), heading.is_empty()) {
        (true, true) => text.to_owned(),
        (false, true) => format!("{title}\n\n{text}"),
        (true, false) => format!("{heading}\n\n{text}"),
        (false, false) if heading.starts_with(title) => format!("{heading}\n\n{text}"),
        (false, false) => format!("{title} > {heading}\n\n{text}"),
    }
}

/// One build of the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generation {
    pub id: GenerationId,
    pub workspace: WorkspaceId,
    /// Name of the embedding model; part of the key of every cached vector.
    pub embedder: String,
    pub dimensions: usize,
    /// Of the keyword index: its stop words and its stemmer.
    pub language: String,
    /// Of the texts that it holds.
    pub cut: Cut,
}

/// One way in which the texts of a workspace were cut into chunks. Each has a range of ordinals of its own: chunks of one
/// text, cut in two ways, stand side by side, and none is taken for a neighbour of another way's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Cut(u32);

impl Cut {
    /// No version has as many chunks.
    pub const SPAN: u32 = 1 << 20;

    /// From 0; `None` where ordinals end.
    pub fn new(number: u32) -> Option<Self> {
        (number < u32::MAX / Self::SPAN).then_some(Self(number))
    }

    pub fn number(self) -> u32 {
        self.0
    }

    /// Of the first chunk of a version.
    pub fn first_ordinal(self) -> u32 {
        self.0 * Self::SPAN
    }
}

/// A chunk that passed verification for this reader, with its text; or a hit joined with its neighbours, which still is
/// one stretch of its version's text.
#[derive(Clone, Debug, PartialEq)]
pub struct Passage {
    /// Of the hit itself, as the ordinal is, when neighbours were joined to it.
    pub point: PointId,
    pub document: DocumentId,
    /// The document that stands for this one and its near-duplicates; itself when it is like no other.
    pub family: DocumentId,
    pub version: VersionId,
    pub ordinal: u32,
    pub title: String,
    pub origin: String,
    pub label: AccessLabel,
    pub page: Option<u32>,
    pub heading: String,
    pub text: String,
    /// `version.text[bytes]` is `text`, exactly.
    pub bytes: Range<usize>,
    /// What stands between the chunk before and this one, empty where they overlap; `None` where it is not known.
    pub gap: Option<String>,
    /// When its author says that it was last changed, as ISO 8601 writes it, at times only a year.
    pub dated: Option<String>,
    /// When this text was taken in.
    pub taken_in_ms: i64,
}

/// Where the samples of the tests stand.
#[cfg(test)]
pub(crate) const SAMPLE_WORKSPACE: WorkspaceId = WorkspaceId(uuid::Uuid::from_u128(7));

#[cfg(test)]
impl Passage {
    /// Chunk `ordinal` of the document of this number, for everybody; where it stands in the text is nobody's concern.
    pub(crate) fn sample(number: u128, ordinal: u32, text: &str) -> Self {
        let (document, version) = (DocumentId(uuid::Uuid::from_u128(number)), VersionId(uuid::Uuid::from_u128(number)));
        Self {
            point: PointId::of(SAMPLE_WORKSPACE, document, version, ordinal),
            document,
            family: document,
            version,
            ordinal,
            title: "Title".into(),
            origin: "a.md".into(),
            label: AccessLabel::tier(crate::access::AccessTier::Public),
            page: None,
            heading: String::new(),
            text: text.into(),
            bytes: 0..text.len(),
            gap: None,
            dated: None,
            taken_in_ms: 0,
        }
    }
}
