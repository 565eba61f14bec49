//! Near-duplicates: which documents stand for which others under the same label.
//!
//! Texts that are alike have bands of their fingerprints in common, so an index finds the candidates; the texts themselves
//! decide. Never looks across labels: that a reader has a copy of something must not tell of another.

use ingest::dedupe::{Fingerprint, is_near_duplicate};
use ingest::parse::plain_text;
use ingest::ports::Draft;
use retrieval::model::{DocumentId, WorkspaceId};
use sqlx::AssertSqlSafe;

use super::writing::Writing;
use super::{StoreError, rows};

/// Texts compared at most: a template that hundreds of pages share must not hold up the flip.
const CANDIDATES: usize = 16;

/// Note a draft's fingerprint, and the document that stands for its like if there is one.
pub async fn mark(tx: &mut Writing, workspace: WorkspaceId, draft: &Draft) -> Result<(), StoreError> {
    part(tx, draft.document).await?;
    let document = draft.document.to_string();
    sqlx::query("DELETE FROM document_bands WHERE document_id = $1").bind(&document).execute(&mut **tx).await?;
    let Some(fingerprint) = draft.fingerprint else { return Ok(()) };
    let representative = representative(tx, workspace, draft, fingerprint).await?;
    for band in fingerprint.bands() {
        sqlx::query("INSERT INTO document_bands (document_id, band) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(&document)
            .bind(i64::from(band))
            .execute(&mut **tx)
            .await?;
    }
    sqlx::query("UPDATE documents SET near_of = $1 WHERE id = $2")
        .bind(representative.map(|document| document.to_string()))
        .bind(&document)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// A document is no longer like any other, and nothing is like it: it goes, or it changes its text or its readers.
pub async fn part(tx: &mut Writing, document: DocumentId) -> Result<(), StoreError> {
    let update = "UPDATE documents SET near_of = NULL WHERE id = $1 OR near_of = $1";
    sqlx::query(update).bind(document.to_string()).execute(&mut **tx).await?;
    Ok(())
}

/// A document whose very text is there under its label already is shown for the other's sake, not beside it.
pub async fn stand_behind_twin(
    tx: &mut Writing,
    workspace: WorkspaceId,
    document: DocumentId,
) -> Result<(), StoreError> {
    let select = "SELECT t.id, t.near_of FROM documents d JOIN versions v ON v.id = d.live_version \
                  JOIN versions w ON w.content_hash = v.content_hash JOIN documents t ON t.live_version = w.id \
                  AND t.workspace_id = d.workspace_id AND t.tier = d.tier AND t.group_names = d.group_names \
                  WHERE d.id = $1 AND d.workspace_id = $2 AND t.id <> d.id ORDER BY t.created_ms, t.id LIMIT 1";
    let twin: Option<(String, Option<String>)> =
        sqlx::query_as(select).bind(document.to_string()).bind(workspace.to_string()).fetch_optional(&mut **tx).await?;
    let Some((twin, stands_for_it)) = twin else { return Ok(()) };
    sqlx::query("UPDATE documents SET near_of = $1 WHERE id = $2")
        .bind(stands_for_it.unwrap_or(twin))
        .bind(document.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The oldest document of this label whose text is nearly the same, or what stands for that one.
async fn representative(
    tx: &mut Writing,
    workspace: WorkspaceId,
    draft: &Draft,
    fingerprint: Fingerprint,
) -> Result<Option<DocumentId>, StoreError> {
    let bands = fingerprint.bands();
    let select = format!(
        "SELECT d.id, d.near_of, v.body FROM documents d JOIN versions v ON v.id = d.live_version WHERE d.id IN ( \
           SELECT b.document_id FROM document_bands b JOIN documents s ON s.id = b.document_id \
           WHERE s.workspace_id = $1 AND s.tier = $2 AND s.group_names = $3 AND s.id <> $4 AND b.band IN ({}) \
           GROUP BY b.document_id ORDER BY COUNT(*) DESC, b.document_id LIMIT {CANDIDATES}) \
         ORDER BY d.created_ms, d.id",
        rows::placeholders(5, bands.len())
    );
    let mut query = sqlx::query_as::<_, (String, Option<String>, String)>(AssertSqlSafe(select))
        .bind(workspace.to_string())
        .bind(rows::tier_to_sql(&draft.label))
        .bind(rows::groups_to_sql(&draft.label))
        .bind(draft.document.to_string());
    for band in bands {
        query = query.bind(i64::from(band));
    }
    let text = plain_text(&draft.text);
    let candidates = query.fetch_all(&mut **tx).await?;
    let near = candidates.into_iter().find(|(_, _, body)| is_near_duplicate(&text, &plain_text(body)));
    near.map(|(id, stands_for_it, _)| rows::id(&stands_for_it.unwrap_or(id))).transpose()
}
