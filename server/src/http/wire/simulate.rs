//! Looking through other eyes, and why somebody reads a document, as they cross the wire.

use retrieval::access::AccessError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{AskReply, Hit, parse_as};
use crate::people::eyes::Eyes;
use crate::people::verdict::{Ground, Verdict};

/// `tier=public[,groups=a+b]`, or `person:` and the name or the id of somebody.
pub fn parse_eyes(text: &str) -> Result<Eyes, AccessError> {
    Eyes::of_person(text).map_or_else(|| parse_as(text).map(Eyes::Label), Ok)
}

/// One question, two askers.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CompareRequest {
    /// What to look for; or a question, to be answered.
    pub query: Option<String>,
    pub question: Option<String>,
    pub left: String,
    pub right: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct CompareReply {
    pub left: Side,
    pub right: Side,
}

/// What one of the two is shown.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Side {
    #[serde(rename = "as")]
    pub as_label: String,
    /// Whether they may come in and read anything.
    pub reads: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<AskReply>,
    pub hits: Vec<Hit>,
    /// Documents that were found for this one and that the other may not read.
    pub only_here: Vec<OnlyHere>,
}

#[derive(Serialize, Deserialize, PartialEq, ToSchema)]
pub struct OnlyHere {
    pub document_id: String,
    pub title: String,
    pub tier: String,
    pub groups: Vec<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccessRequest {
    /// By the name that they sign in by, or their id.
    pub person: String,
    /// An id, or where it came from.
    pub document: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct AccessReply {
    pub person: Option<String>,
    pub document_id: Option<String>,
    pub title: Option<String>,
    pub reads: bool,
    /// In one sentence.
    pub verdict: String,
    pub grounds: Vec<GroundReply>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct GroundReply {
    pub rule: String,
    pub holds: bool,
    pub sentence: String,
}

impl From<Ground> for GroundReply {
    fn from(Ground { rule, holds, sentence }: Ground) -> Self {
        Self { rule: rule.to_owned(), holds, sentence }
    }
}

impl AccessReply {
    pub fn nobody() -> Self {
        Self::without("there is no such person".into(), None)
    }

    pub fn no_document(login: String) -> Self {
        Self::without("there is no such document".into(), Some(login))
    }

    fn without(verdict: String, person: Option<String>) -> Self {
        Self { person, document_id: None, title: None, reads: false, verdict, grounds: Vec::new() }
    }

    pub fn decided(login: String, document_id: String, title: String, decided: Verdict) -> Self {
        let Verdict { reads, grounds } = decided;
        let verdict = format!("{login} {} this document", if reads { "reads" } else { "does not read" });
        let grounds = grounds.into_iter().map(GroundReply::from).collect();
        Self { person: Some(login), document_id: Some(document_id), title: Some(title), reads, verdict, grounds }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eyes_are_a_labels_or_a_persons() {
        assert_eq!(parse_eyes("person:ada").unwrap(), Eyes::Person("ada".into()));
        assert_eq!(parse_eyes("tier=public").unwrap(), Eyes::Label(parse_as("tier=public").unwrap()));
        for text in ["", "ada", "Person:ada", "tier=all", "tier=public,person:ada"] {
            assert!(parse_eyes(text).is_err(), "{text}");
        }
    }
}
