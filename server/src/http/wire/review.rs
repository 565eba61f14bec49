//! Feedback and answer records, as they cross the wire.

use retrieval::access::Reach;
use retrieval::model::GenerationId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::review::{FeedbackLine, KeptRecord};

/// What an asker thinks of an answer.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FeedbackRequest {
    pub helpful: bool,
    /// `wrong`, `outdated`, `incomplete`, `unclear` or `other`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// At most 2,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// Which feedback is asked for.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FeedbackQuery {
    pub helpful: Option<bool>,
    /// Where the reply before ended: its `next`.
    pub after: Option<String>,
    pub limit: Option<usize>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct FeedbackReply {
    pub feedback: Vec<FeedbackEntry>,
    /// For `after`, when there may be more.
    pub next: Option<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct FeedbackEntry {
    /// The answer that it is about: `/api/v1/answers/RECORD`.
    pub record_id: String,
    pub question: String,
    pub declined: bool,
    pub helpful: bool,
    pub reason: String,
    pub comment: String,
    pub given_ms: i64,
}

/// How an answer came about.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct RecordReply {
    pub record_id: String,
    pub generation_id: String,
    /// The generation that answers now.
    pub live_generation_id: String,
    /// `person ID tier=... groups=...`, and so on.
    pub asker: String,
    /// As far as they could read, in the words of `as`; nothing for everything.
    #[serde(rename = "as")]
    pub as_label: Option<String>,
    pub question: String,
    /// Nothing when a document that was found for it is not readable any more.
    pub answer: Option<String>,
    pub declined: bool,
    pub mode: String,
    pub model: String,
    pub took_ms: i64,
    pub created_ms: i64,
    /// The documents that were found, as far as they are readable.
    pub documents: Vec<RecordedDocument>,
    /// Candidates with their scores, the citations and what else is known of how it came about.
    pub trace: Option<Value>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct RecordedDocument {
    pub document_id: String,
    pub title: String,
    pub cited: bool,
}

impl FeedbackReply {
    pub fn new(found: Vec<FeedbackLine>, limit: usize) -> Self {
        let next = found.last().filter(|_| found.len() == limit).map(|last| last.record.to_string());
        Self { feedback: found.into_iter().map(FeedbackEntry::from).collect(), next }
    }
}

impl From<FeedbackLine> for FeedbackEntry {
    fn from(line: FeedbackLine) -> Self {
        let FeedbackLine { record, question, is_declined, feedback, given_ms } = line;
        Self {
            record_id: record.to_string(),
            question,
            declined: is_declined,
            helpful: feedback.is_helpful,
            reason: feedback.reason,
            comment: feedback.comment,
            given_ms,
        }
    }
}

impl RecordReply {
    pub fn new(record: KeptRecord, live: GenerationId) -> Self {
        let (answer, trace) = record.answer.unzip();
        Self {
            record_id: record.id.to_string(),
            generation_id: record.generation.to_string(),
            live_generation_id: live.to_string(),
            as_label: spelt(&record.reach),
            asker: record.asker,
            question: record.question,
            answer,
            declined: record.is_declined,
            mode: record.mode,
            model: record.model,
            took_ms: record.took_ms,
            created_ms: record.created_ms,
            documents: record
                .documents
                .into_iter()
                .map(|(document, title, cited)| RecordedDocument { document_id: document.to_string(), title, cited })
                .collect(),
            trace,
        }
    }
}

/// In the words of `as`.
fn spelt(reach: &Reach) -> Option<String> {
    let Reach::UpTo(label) = reach else { return None };
    let groups: Vec<&str> = label.groups.iter().map(|group| group.as_str()).collect();
    let groups = if groups.is_empty() { String::new() } else { format!(",groups={}", groups.join("+")) };
    Some(format!("tier={}{groups}", label.tier))
}
