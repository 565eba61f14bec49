//! Questions to begin with.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::Suggestion;

#[derive(Serialize, Deserialize, ToSchema)]
pub struct SuggestionsReply {
    /// At most five; none where no document that the asker reads asks a question.
    pub suggestions: Vec<SuggestionLine>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct SuggestionLine {
    /// As a document has it.
    pub question: String,
    pub document_id: String,
    pub title: String,
}

impl From<Vec<Suggestion>> for SuggestionsReply {
    fn from(suggested: Vec<Suggestion>) -> Self {
        let line = |Suggestion { question, document, title }: Suggestion| SuggestionLine {
            question,
            document_id: document.to_string(),
            title,
        };
        Self { suggestions: suggested.into_iter().map(line).collect() }
    }
}
