//! Former versions of documents, which are kept for as long as the document is.
//!
//! A former text may have had other readers than the document has now, and may have been changed for just that reason. Which
//! readers it had is written down nowhere, so it is there for who reads everything, and for nobody else: to others a document
//! has the one version that is seen.

use retrieval::access::{Clearance, Reach};
use retrieval::model::{DocumentId, VersionId};

use super::{Store, StoreError, rows};

/// A version in a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VersionLine {
    pub version: VersionId,
    pub title: String,
    pub created_ms: i64,
    pub is_live: bool,
}

impl Store {
    /// The newest first; `None` when this clearance does not read the document.
    pub async fn versions_of(
        &self,
        clearance: &Clearance,
        document: DocumentId,
    ) -> Result<Option<Vec<VersionLine>>, StoreError> {
        let Some(read) = self.document_read(clearance, document).await? else { return Ok(None) };
        let select =
            "SELECT id, title, created_ms FROM versions WHERE document_id = $1 ORDER BY created_ms DESC, id DESC";
        let found: Vec<(String, String, i64)> =
            sqlx::query_as(select).bind(document.to_string()).fetch_all(&self.reader).await?;
        let mut versions = Vec::new();
        for (id, title, created_ms) in found {
            let version: VersionId = rows::id(&id)?;
            let is_live = version == read.version;
            if is_live || *clearance.reach() == Reach::Everything {
                versions.push(VersionLine { version, title, created_ms, is_live });
            }
        }
        Ok(Some(versions))
    }

    /// The text of a version, if it is one that this clearance is told of.
    pub async fn version_text(
        &self,
        clearance: &Clearance,
        document: DocumentId,
        version: VersionId,
    ) -> Result<Option<String>, StoreError> {
        let versions = self.versions_of(clearance, document).await?.unwrap_or_default();
        if !versions.iter().any(|line| line.version == version) {
            return Ok(None);
        }
        let select = "SELECT body FROM versions WHERE id = $1 AND document_id = $2";
        let query = sqlx::query_as(select).bind(version.to_string()).bind(document.to_string());
        let found: Option<(String,)> = query.fetch_optional(&self.reader).await?;
        Ok(found.map(|(body,)| body))
    }
}
