//! What crosses the wire about the versions of a document.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::library::VersionLine;

#[derive(Serialize, Deserialize, Default, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VersionQuery {
    /// The id of a version; without it, the one that is seen.
    pub version: Option<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Versions {
    /// The newest first; former ones for who reads everything.
    pub versions: Vec<VersionReply>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct VersionReply {
    pub version: String,
    pub title: String,
    /// Milliseconds since 1970.
    pub created_ms: i64,
    /// Whether it is the one that is seen.
    pub live: bool,
}

impl From<Vec<VersionLine>> for Versions {
    fn from(lines: Vec<VersionLine>) -> Self {
        let reply = |VersionLine { version, title, created_ms, is_live }| VersionReply {
            version: version.to_string(),
            title,
            created_ms,
            live: is_live,
        };
        Self { versions: lines.into_iter().map(reply).collect() }
    }
}
