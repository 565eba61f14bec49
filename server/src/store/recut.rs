//! Texts that are cut into chunks again, for a build of the index that has other ones. The former chunks stay beside them.

use retrieval::access::Clearance;
use retrieval::model::{Chunk, ContentHash, Cut, DocumentId, VersionId};
use sqlx::{AssertSqlSafe, FromRow};

use super::document::{Text, chunks_put};
use super::{Store, StoreError, rows};

/// How many versions one query asks for.
const PAGE: usize = 100;

/// A live version, as it is cut again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WholeText {
    pub document: DocumentId,
    pub version: VersionId,
    pub title: String,
    pub body: String,
    /// Each page with the byte at which it begins. Of a version that was taken in before that was kept: with the byte at
    /// which its first chunk does.
    pub pages: Vec<(u32, usize)>,
}

#[derive(FromRow)]
struct WholeRow {
    document_id: String,
    id: String,
    title: String,
    body: String,
    pages: String,
    tier: i64,
    group_names: String,
}

impl Store {
    /// Of these versions, those that are live and have no chunks of this cut.
    pub async fn versions_uncut(
        &self,
        clearance: &Clearance,
        cut: Cut,
        versions: &[VersionId],
    ) -> Result<Vec<WholeText>, StoreError> {
        let mut texts = Vec::new();
        for page in versions.chunks(PAGE) {
            let select = format!(
                "SELECT v.document_id, v.id, v.title, v.body, v.pages, d.tier, d.group_names \
                 FROM versions v JOIN documents d ON d.live_version = v.id \
                 WHERE d.workspace_id = $1 AND v.id IN ({}) AND NOT EXISTS ( \
                   SELECT 1 FROM chunks c WHERE c.version_id = v.id AND c.ordinal >= $2 AND c.ordinal < $3)",
                rows::placeholders(4, page.len())
            );
            let first = i64::from(cut.first_ordinal());
            let query = sqlx::query_as::<_, WholeRow>(AssertSqlSafe(select)).bind(clearance.workspace().to_string());
            let query = query.bind(first).bind(first + i64::from(Cut::SPAN));
            let query = page.iter().fold(query, |query, version| query.bind(version.to_string()));
            for row in query.fetch_all(&self.reader).await? {
                if clearance.admits(clearance.workspace(), &rows::label(row.tier, &row.group_names)?) {
                    let pages = match row.pages.as_str() {
                        "" => self.pages_by_chunks(&row.id).await?,
                        pages => serde_json::from_str(pages)
                            .map_err(|_| StoreError::Unreadable("the pages of a text".into()))?,
                    };
                    let (document, version) = (rows::id(&row.document_id)?, rows::id(&row.id)?);
                    texts.push(WholeText { document, version, title: row.title, body: row.body, pages });
                }
            }
        }
        Ok(texts)
    }

    async fn pages_by_chunks(&self, version: &str) -> Result<Vec<(u32, usize)>, StoreError> {
        let select = "SELECT page, MIN(start_byte) FROM chunks WHERE version_id = $1 AND page IS NOT NULL AND ordinal < $2 \
                      GROUP BY page ORDER BY 2";
        let found: Vec<(i64, i64)> =
            sqlx::query_as(select).bind(version).bind(i64::from(Cut::SPAN)).fetch_all(&self.reader).await?;
        Ok(found.into_iter().map(|(page, start)| (u32::try_from(page).unwrap_or(0), rows::size(start))).collect())
    }

    /// Keep the chunks of a version in another cut; false when it is no longer what readers see.
    pub async fn version_cut(
        &self,
        clearance: &Clearance,
        text: &WholeText,
        chunks: &[Chunk],
        keys: &[ContentHash],
    ) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        // Whoever replaces the version waits for this, and takes these chunks away with the others.
        let hold = "UPDATE documents SET updated_ms = updated_ms WHERE id = $1 AND live_version = $2";
        let (document, version) = (text.document.to_string(), text.version.to_string());
        let held = sqlx::query(hold).bind(document).bind(version).execute(&mut *tx).await?;
        if held.rows_affected() != 1 {
            return Ok(false);
        }
        let (workspace, body) = (clearance.workspace(), text.body.as_str());
        let of = Text { workspace, document: text.document, version: text.version, body };
        chunks_put(&mut tx, of, chunks, keys).await?;
        tx.commit().await?;
        Ok(true)
    }
}
