//! Trying again: a new job of what did not become anything in former ones.

use retrieval::model::{DocumentId, JobId};
use sqlx::FromRow;

use super::item::NewItem;
use super::job::{JobKind, RETRIED_FOR_MS};
use super::{Onlooker, Store, StoreError, rows};

#[derive(FromRow)]
struct FailedRow {
    origin: String,
    original: String,
    tier: i64,
    group_names: String,
    source_id: Option<String>,
    now_tier: i64,
    now_groups: String,
}

impl Store {
    /// A new job, closed already, of what failed or was put into quarantine in this one, or in any if none is named, as far
    /// as the onlooker sees it; of one that is named also what was cancelled. What was handed in again since is left out:
    /// an older state must not replace a newer one. `None` when there is nothing to try again.
    pub async fn job_retry(
        &self,
        onlooker: Onlooker<'_>,
        job: Option<JobId>,
        owner: &str,
    ) -> Result<Option<JobId>, StoreError> {
        let workspace = onlooker.clearance.workspace();
        let failed = self.items_failed(onlooker, job).await?;
        let Some(first) = failed.first() else { return Ok(None) };
        // What was learned of a source is used only when everything comes from it.
        let source = first.source_id.clone().filter(|id| failed.iter().all(|row| row.source_id.as_ref() == Some(id)));
        let source = source.map(|id| rows::id(&id)).transpose()?;
        let items = failed.into_iter().map(|row| {
            Ok(NewItem { origin: row.origin, original: row.original, label: rows::label(row.tier, &row.group_names)? })
        });
        let items = items.collect::<Result<Vec<_>, StoreError>>()?;
        let retried = self.job_begin(workspace, JobKind::Ingest, source, owner).await?;
        self.job_add(retried, 0, &items).await?;
        if let Some(person) = onlooker.person {
            self.job_set_begun_by(retried, person).await?;
        }
        self.job_close(retried).await?;
        Ok(Some(retried))
    }

    /// A new job, closed already, that reads a document again from the bytes that were kept, as it stands under its readers
    /// now. `None` when the onlooker does not read it.
    pub async fn job_read_again(
        &self,
        onlooker: Onlooker<'_>,
        document: DocumentId,
        owner: &str,
    ) -> Result<Option<JobId>, StoreError> {
        let workspace = onlooker.clearance.workspace();
        let Some(label) = self.document_label(onlooker.clearance, document).await? else { return Ok(None) };
        let select = "SELECT o.origin, o.original, COALESCE((SELECT MIN(p.source_id) FROM crawl_pages p \
                        JOIN sources s ON s.id = p.source_id AND s.workspace_id = o.workspace_id \
                        WHERE p.origin = o.origin AND p.live = 1), '') \
                      FROM origins o WHERE o.workspace_id = $1 AND o.document_id = $2 \
                      ORDER BY o.seen_ms DESC, o.origin LIMIT 1";
        let query = sqlx::query_as(select).bind(workspace.to_string()).bind(document.to_string());
        let found: Option<(String, String, String)> = query.fetch_optional(&self.reader).await?;
        let Some((origin, original, source)) = found else { return Ok(None) };
        let source = (!source.is_empty()).then(|| rows::id(&source)).transpose()?;
        let again = self.job_begin(workspace, JobKind::Ingest, source, owner).await?;
        self.job_add(again, 0, &[NewItem { origin, original, label }]).await?;
        if let Some(person) = onlooker.person {
            self.job_set_begun_by(again, person).await?;
        }
        self.job_close(again).await?;
        Ok(Some(again))
    }

    async fn items_failed(&self, onlooker: Onlooker<'_>, job: Option<JobId>) -> Result<Vec<FailedRow>, StoreError> {
        // Where the origin leads now: nobody tries again what would change a document that they do not see.
        let select = "SELECT i.origin, i.original, i.tier, i.group_names, j.source_id, \
                        COALESCE(d.tier, -1) AS now_tier, COALESCE(d.group_names, '') AS now_groups \
                      FROM job_items i JOIN jobs j ON j.id = i.job_id \
                      LEFT JOIN origins o ON o.workspace_id = j.workspace_id AND o.origin = i.origin \
                      LEFT JOIN documents d ON d.id = o.document_id \
                      WHERE j.workspace_id = $1 AND j.state IN ('done', 'failed', 'cancelled') AND j.created_ms > $2 \
                        AND (i.state IN ('failed', 'quarantined') OR (i.state = 'cancelled' AND j.id = $3)) \
                        AND ($3 = '' OR j.id = $3) \
                        AND NOT EXISTS (SELECT 1 FROM job_items n JOIN jobs m ON m.id = n.job_id \
                          WHERE n.origin = i.origin AND m.workspace_id = $1 \
                            AND (m.created_ms > j.created_ms OR (m.created_ms = j.created_ms AND m.id > j.id))) \
                      ORDER BY j.created_ms, i.ordinal";
        let failed: Vec<FailedRow> = sqlx::query_as(select)
            .bind(onlooker.clearance.workspace().to_string())
            .bind(self.clock.now_ms() - RETRIED_FOR_MS)
            .bind(job.map(|job| job.to_string()).unwrap_or_default())
            .fetch_all(&self.reader)
            .await?;
        let mut seen = Vec::new();
        for row in failed {
            if onlooker.sees((row.tier, &row.group_names), (row.now_tier, &row.now_groups))? {
                seen.push(row);
            }
        }
        Ok(seen)
    }
}
