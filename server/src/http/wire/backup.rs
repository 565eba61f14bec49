//! What crosses the wire about backups.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BackupRequest {
    /// Leave the embeddings out: the file is smaller, and a restore takes hours longer.
    #[serde(default)]
    pub without_vectors: bool,
}
