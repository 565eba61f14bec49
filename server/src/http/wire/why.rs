//! What crosses the wire about a document that did not answer.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::{Step, Why};

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WhyRequest {
    /// An id, an origin, or the end of its path.
    pub document: String,
    pub question: String,
    /// Whose eyes to look through; without it everything is seen.
    #[serde(rename = "as")]
    pub as_label: Option<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct WhyReply {
    pub verdict: String,
    /// None when there is no such document for this reader.
    pub document_id: Option<String>,
    pub title: Option<String>,
    pub stages: Vec<StageReply>,
    pub advice: Option<String>,
}

/// The last one that is listed is the one that decided.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct StageReply {
    pub stage: String,
    pub passed: bool,
    pub detail: String,
}

impl From<Why> for WhyReply {
    fn from(why: Why) -> Self {
        let (document_id, title) = why.document.map(|(id, title)| (id.to_string(), title)).unzip();
        Self {
            verdict: why.verdict.as_str().to_owned(),
            document_id,
            title,
            stages: why.steps.into_iter().map(StageReply::from).collect(),
            advice: why.advice.map(str::to_owned),
        }
    }
}

impl From<Step> for StageReply {
    fn from(Step { name, passed, detail }: Step) -> Self {
        Self { stage: name.to_owned(), passed, detail }
    }
}
