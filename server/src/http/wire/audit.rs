//! What was done, as it crosses the wire; and what the search for leaks came to.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::audit::AuditRow;
use crate::canary::CanaryRun;
use crate::clock::spelt;

/// Which deeds.
#[derive(Clone, Serialize, Deserialize, Default, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AuditQuery {
    /// `operator`, `visitor`, `house`, `key ID`, or a person by the name that they sign in by or their id.
    pub actor: Option<String>,
    pub what: Option<String>,
    /// An id, or a kind such as `document`.
    pub object: Option<String>,
    /// A day such as `2026-11-21`, a moment such as `2026-11-21T23:00:55Z`, or milliseconds since 1970.
    pub since: Option<String>,
    /// Before this moment.
    pub until: Option<String>,
    /// The `next` of the page before.
    pub after: Option<String>,
    pub limit: Option<usize>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct AuditLine {
    pub number: i64,
    pub at: String,
    pub at_ms: i64,
    pub actor: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    pub what: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object_kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object_id: Option<String>,
    pub detail: Value,
    pub address: String,
    pub request_id: String,
    pub previous_hash: String,
    pub hash: String,
}

impl From<AuditRow> for AuditLine {
    fn from(row: AuditRow) -> Self {
        let said = |text: String| Some(text).filter(|text| !text.is_empty());
        Self {
            number: row.number,
            at: spelt(row.at_ms),
            at_ms: row.at_ms,
            actor: row.actor,
            person: said(row.person_id),
            what: row.what,
            object_kind: said(row.object_kind),
            object_id: said(row.object_id),
            // What is no JSON was altered, and is shown as it stands.
            detail: serde_json::from_str(&row.detail).unwrap_or(Value::String(row.detail)),
            address: row.address,
            request_id: row.request_id,
            previous_hash: row.previous_hash,
            hash: row.hash,
        }
    }
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct AuditReply {
    pub deeds: Vec<AuditLine>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct SelfCheckReply {
    pub at: String,
    pub probes: usize,
    pub leaks: usize,
    /// Who saw what by which way, and who did not find what is theirs.
    pub remarks: Vec<String>,
}

impl From<CanaryRun> for SelfCheckReply {
    fn from(CanaryRun { at_ms, probes, leaks, remarks }: CanaryRun) -> Self {
        Self { at: spelt(at_ms), probes, leaks, remarks }
    }
}
