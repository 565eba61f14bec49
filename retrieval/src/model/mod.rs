//! The nouns that every room shares. No behaviour beyond what the words themselves mean, no serialisation, no storage.

mod document;
mod ids;

#[cfg(test)]
pub(crate) use document::SAMPLE_WORKSPACE;
pub use document::{Chunk, ContentHash, Cut, Document, Generation, Passage, Version, text_in_context};
pub use ids::{
    ConversationId, DocumentId, GenerationId, GuestId, JobId, KeyId, PersonId, PointId, RecordId, SignInId, SourceId,
    VersionId, WorkspaceId,
};
