//! Other readers for a document, given by a person: only to what stands as they saw it, in force at the commit.

use retrieval::access::AccessLabel;
use retrieval::model::{DocumentId, WorkspaceId};
use sqlx::AssertSqlSafe;

use super::writing::Writing;
use super::{DocumentRead, Store, StoreError, near, rows};

impl Store {
    /// Give a document that stands as it was seen other readers; false when it stands otherwise by now, and nothing is done.
    /// What was handed in for it before is not read under the former label any more.
    ///
    /// Where the same text is there under the new label already, both stay: ids that were cited and origins that lead to
    /// them go on working. The one that moved stands behind the other, so that a search shows the text once.
    pub async fn document_relabel_seen(
        &self,
        workspace: WorkspaceId,
        seen: &DocumentRead,
        label: &AccessLabel,
    ) -> Result<bool, StoreError> {
        let document = seen.line.document;
        let mut tx = self.write().await?;
        // Writes nothing new: it takes the row, so that nobody else changes it before the commit.
        let hold = "UPDATE documents SET updated_ms = updated_ms \
                    WHERE id = $1 AND workspace_id = $2 AND live_version = $3 AND tier = $4 AND group_names = $5";
        let held = sqlx::query(hold)
            .bind(document.to_string())
            .bind(workspace.to_string())
            .bind(seen.version.to_string())
            .bind(rows::tier_to_sql(&seen.line.label))
            .bind(rows::groups_to_sql(&seen.line.label))
            .execute(&mut *tx)
            .await?;
        if held.rows_affected() == 0 {
            return Ok(false);
        }
        self.items_relabel(&mut tx, workspace, document, label).await?;
        let changed = self.relabel(&mut tx, workspace, document, label).await?;
        near::stand_behind_twin(&mut tx, workspace, document).await?;
        tx.commit().await?;
        Ok(changed)
    }

    /// Whether a source brings this document: then its readers are the source's, and every crawl says so again.
    pub async fn document_is_crawled(&self, workspace: WorkspaceId, document: DocumentId) -> Result<bool, StoreError> {
        let select = "SELECT p.url FROM origins o JOIN crawl_pages p ON p.origin = o.origin AND p.live = 1 \
                      JOIN sources s ON s.id = p.source_id AND s.workspace_id = o.workspace_id \
                      WHERE o.document_id = $1 AND o.workspace_id = $2 LIMIT 1";
        let found: Option<(String,)> = sqlx::query_as(select)
            .bind(document.to_string())
            .bind(workspace.to_string())
            .fetch_optional(&self.reader)
            .await?;
        Ok(found.is_some())
    }

    /// What was handed in for the origins of this document and is not in it carries its label from now on. What still
    /// waits is not read: whoever works on it has the former label in hand, and may have it tried again.
    async fn items_relabel(
        &self,
        tx: &mut Writing,
        workspace: WorkspaceId,
        document: DocumentId,
        label: &AccessLabel,
    ) -> Result<(), StoreError> {
        let of_it = "origin IN (SELECT origin FROM origins WHERE document_id = $1 AND workspace_id = $2) \
                             AND job_id IN (SELECT id FROM jobs WHERE workspace_id = $2)";
        let withdraw = format!(
            "UPDATE job_items SET state = 'failed', reason = 'its document was given other readers before it was read' \
             WHERE state = 'queued' AND {of_it}"
        );
        sqlx::query(AssertSqlSafe(withdraw))
            .bind(document.to_string())
            .bind(workspace.to_string())
            .execute(&mut **tx)
            .await?;
        let relabel = format!(
            "UPDATE job_items SET tier = $3, group_names = $4 \
             WHERE state IN ('failed', 'quarantined', 'cancelled') AND {of_it}"
        );
        sqlx::query(AssertSqlSafe(relabel))
            .bind(document.to_string())
            .bind(workspace.to_string())
            .bind(rows::tier_to_sql(label))
            .bind(rows::groups_to_sql(label))
            .execute(&mut **tx)
            .await?;
        Ok(())
    }
}
