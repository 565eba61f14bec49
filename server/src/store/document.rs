//! Documents: the flip that makes a version visible, re-labelling, removal, and what is known of an origin.
//!
//! `documents.live_version` is the one switch of visibility. Whatever the index still holds of a former state leaves
//! through the outbox, in the same transaction.

use std::time::{Duration, UNIX_EPOCH};

use ingest::dedupe::{Known, Standing};
use ingest::ports::{Draft, Item};
use retrieval::access::{AccessLabel, Clearance};
use retrieval::model::{Chunk, ContentHash, Cut, DocumentId, PointId, VersionId, WorkspaceId};
use sqlx::AssertSqlSafe;

use super::generation::of_live_cut;
use super::job::RETRIED_FOR_MS;
use super::receipt::Why;
use super::writing::Writing;
use super::{Store, StoreError, TaskKind, near, outbox, rows, vector};

/// A document as `reconcile` compares it with the index.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LiveDocument {
    pub document: DocumentId,
    pub version: VersionId,
    pub label: AccessLabel,
    pub chunks: usize,
}

/// Chunks leave out only what has no words. More of that than this, and they are no neighbours.
const LONGEST_GAP_BYTES: usize = 200;

/// The names of all originals that may be asked for again: of documents, of what waits, and of what failed after the moment $1.
pub(super) const NAMED_ORIGINALS: &str = "SELECT original FROM origins \
                                          UNION SELECT i.original FROM job_items i JOIN jobs j ON j.id = i.job_id \
                                          WHERE i.state = 'queued' \
                                            OR (i.state IN ('failed', 'quarantined', 'cancelled') AND j.created_ms > $1)";

type KnownRow = (String, String, i64, String, i64);

impl Store {
    /// What matters for deciding on a text that arrives from `origin`.
    pub async fn document_standing(
        &self,
        workspace: WorkspaceId,
        origin: &str,
        content_hash: ContentHash,
        label: &AccessLabel,
    ) -> Result<Standing, StoreError> {
        let known = "SELECT d.id, v.content_hash, d.tier, d.group_names, \
                       (SELECT COUNT(*) FROM origins s WHERE s.document_id = d.id) \
                     FROM origins o JOIN documents d ON d.id = o.document_id JOIN versions v ON v.id = d.live_version \
                     WHERE o.workspace_id = $1 AND o.origin = $2";
        let twin = "SELECT d.id FROM versions v JOIN documents d ON d.id = v.document_id AND d.live_version = v.id \
                    WHERE v.content_hash = $1 AND d.workspace_id = $2 AND d.tier = $3 AND d.group_names = $4 LIMIT 1";
        let row: Option<KnownRow> =
            sqlx::query_as(known).bind(workspace.to_string()).bind(origin).fetch_optional(&self.reader).await?;
        let twin: Option<(String,)> = sqlx::query_as(twin)
            .bind(rows::hash_to_sql(content_hash))
            .bind(workspace.to_string())
            .bind(rows::tier_to_sql(label))
            .bind(rows::groups_to_sql(label))
            .fetch_optional(&self.reader)
            .await?;
        let twin = twin.map(|(id,)| rows::id(&id)).transpose()?;
        Ok(Standing { known: row.map(known_from).transpose()?, twin })
    }

    pub async fn document_chunk_count(&self, document: DocumentId) -> Result<usize, StoreError> {
        let select = "SELECT COUNT(*) FROM chunks c JOIN documents d ON d.id = c.document_id \
                      JOIN workspaces w ON w.id = d.workspace_id LEFT JOIN generations g ON g.id = w.live_generation \
                      WHERE c.document_id = $1 AND c.ordinal / $2 = COALESCE(g.cut, 0)";
        let (count,): (i64,) = sqlx::query_as(select)
            .bind(document.to_string())
            .bind(i64::from(Cut::SPAN))
            .fetch_one(&self.reader)
            .await?;
        Ok(rows::size(count))
    }

    /// Give a document other readers, from this commit on; the index hears of it through the outbox.
    pub async fn document_relabel(
        &self,
        workspace: WorkspaceId,
        document: DocumentId,
        label: &AccessLabel,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let changed = self.relabel(&mut tx, workspace, document, label).await?;
        tx.commit().await?;
        Ok(changed)
    }

    pub(super) async fn relabel(
        &self,
        tx: &mut Writing,
        workspace: WorkspaceId,
        document: DocumentId,
        label: &AccessLabel,
    ) -> Result<bool, StoreError> {
        let update = "UPDATE documents SET tier = $1, group_names = $2, updated_ms = $3 \
                      WHERE id = $4 AND workspace_id = $5";
        let changed = sqlx::query(update)
            .bind(rows::tier_to_sql(label))
            .bind(rows::groups_to_sql(label))
            .bind(self.clock.now_ms())
            .bind(document.to_string())
            .bind(workspace.to_string())
            .execute(&mut **tx)
            .await?
            .rows_affected();
        if changed > 0 {
            tx.touch(workspace);
            near::part(tx, document).await?;
            self.outbox_push(tx, workspace, TaskKind::RelabelDocument, &document.to_string()).await?;
        }
        Ok(changed > 0)
    }

    /// Take a document out, with every version, chunk and origin, from this commit on. Returns the names of its
    /// originals, or `None` when it was not there.
    pub async fn document_remove(
        &self,
        workspace: WorkspaceId,
        document: DocumentId,
    ) -> Result<Option<Vec<String>>, StoreError> {
        let mut tx = self.write().await?;
        let originals: Vec<(String,)> = sqlx::query_as("SELECT original FROM origins WHERE document_id = $1")
            .bind(document.to_string())
            .fetch_all(&mut *tx)
            .await?;
        self.items_withdraw(&mut tx, workspace, document).await?;
        let originals: Vec<String> = originals.into_iter().map(|(name,)| name).collect();
        let there = self.retire(&mut tx, workspace, document, (Why::Removed, &originals)).await?;
        tx.commit().await?;
        Ok(there.then_some(originals))
    }

    /// Delete the bytes of an original that no document and no waiting item names any more.
    pub async fn original_drop(&self, original: &str) -> Result<(), StoreError> {
        match self.original_is_named(original).await? {
            false => self.originals.remove(original).map_err(StoreError::Original),
            true => Ok(()),
        }
    }

    /// Whether a document needs it, or something that waits.
    pub(super) async fn original_is_named(&self, original: &str) -> Result<bool, StoreError> {
        let select = "SELECT (SELECT COUNT(*) FROM origins WHERE original = $1) \
                      + (SELECT COUNT(*) FROM job_items WHERE original = $1 AND state = 'queued')";
        let (named,): (i64,) = sqlx::query_as(select).bind(original).fetch_one(&self.reader).await?;
        Ok(named > 0)
    }

    /// Delete the bytes that nothing names any more: of former versions, of what came again unchanged or failed long ago,
    /// and of what was being written when a process died. Returns how many files went; nothing may be handed in meanwhile.
    pub async fn originals_sweep(&self) -> Result<usize, StoreError> {
        let retried_until = self.clock.now_ms() - RETRIED_FOR_MS;
        let named: Vec<(String,)> = sqlx::query_as(NAMED_ORIGINALS).bind(retried_until).fetch_all(&self.reader).await?;
        let (originals, named) = (self.originals.clone(), named.into_iter().map(|(name,)| name).collect());
        let now = UNIX_EPOCH + Duration::from_millis(u64::try_from(self.clock.now_ms()).unwrap_or(0));
        let swept =
            tokio::task::spawn_blocking(move || Ok(originals.sweep(&named)? + originals.sweep_arriving(now)?)).await;
        swept.map_err(std::io::Error::other).and_then(|swept| swept).map_err(StoreError::Original)
    }

    /// How many chunks the live documents have.
    pub async fn chunk_count(&self, workspace: WorkspaceId) -> Result<u64, StoreError> {
        let select = format!(
            "SELECT COUNT(*) FROM chunks c JOIN documents d ON d.id = c.document_id AND d.live_version = c.version_id \
             WHERE d.workspace_id = $1 AND {}",
            of_live_cut(1)
        );
        let (count,): (i64,) =
            sqlx::query_as(AssertSqlSafe(select)).bind(workspace.to_string()).fetch_one(&self.reader).await?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// How many chunks of a cut there are, of whatever version.
    pub async fn chunk_count_of(&self, workspace: WorkspaceId, cut: Cut) -> Result<usize, StoreError> {
        let select = "SELECT COUNT(*) FROM chunks c JOIN documents d ON d.id = c.document_id \
                      WHERE d.workspace_id = $1 AND c.ordinal / $2 = $3";
        let (count,): (i64,) = sqlx::query_as(select)
            .bind(workspace.to_string())
            .bind(i64::from(Cut::SPAN))
            .bind(i64::from(cut.number()))
            .fetch_one(&self.reader)
            .await?;
        Ok(rows::size(count))
    }

    /// The document with this id or origin, if this clearance may know of it.
    pub async fn document_by_name(&self, clearance: &Clearance, name: &str) -> Result<Option<DocumentId>, StoreError> {
        let select = "SELECT d.id, d.tier, d.group_names FROM documents d WHERE d.workspace_id = $1 AND (d.id = $2 \
                      OR d.id = (SELECT o.document_id FROM origins o WHERE o.workspace_id = $1 AND o.origin = $2))";
        let row: Option<(String, i64, String)> = sqlx::query_as(select)
            .bind(clearance.workspace().to_string())
            .bind(name)
            .fetch_optional(&self.reader)
            .await?;
        Ok(admitted(clearance, row)?.pop())
    }

    /// The documents with this id or origin, and those from files inside it, as far as this clearance may know of them.
    pub async fn documents_by_name(&self, clearance: &Clearance, name: &str) -> Result<Vec<DocumentId>, StoreError> {
        let select = "SELECT d.id, d.tier, d.group_names FROM documents d WHERE d.workspace_id = $1 AND (d.id = $2 \
                      OR d.id IN (SELECT o.document_id FROM origins o WHERE o.workspace_id = $1 \
                                  AND (o.origin = $2 OR substr(o.origin, 1, length($3)) = $3)))";
        let found: Vec<(String, i64, String)> = sqlx::query_as(select)
            .bind(clearance.workspace().to_string())
            .bind(name)
            .bind(inside_of(name))
            .fetch_all(&self.reader)
            .await?;
        admitted(clearance, found)
    }

    /// How many documents this clearance may see.
    pub async fn document_count(&self, clearance: &Clearance) -> Result<usize, StoreError> {
        let select = "SELECT tier, group_names, COUNT(*) FROM documents WHERE workspace_id = $1 \
                      GROUP BY tier, group_names";
        let labels: Vec<(i64, String, i64)> =
            sqlx::query_as(select).bind(clearance.workspace().to_string()).fetch_all(&self.reader).await?;
        labels.into_iter().try_fold(0, |sum, (tier, groups, count)| {
            let admitted = clearance.admits(clearance.workspace(), &rows::label(tier, &groups)?);
            Ok(sum + if admitted { rows::size(count) } else { 0 })
        })
    }

    /// The flip: this draft is what readers see when the transaction commits.
    pub(super) async fn publish(
        &self,
        tx: &mut Writing,
        workspace: WorkspaceId,
        model: &str,
        item: &Item,
        draft: &Draft,
    ) -> Result<(), StoreError> {
        self.switch_live_version(tx, workspace, draft).await?;
        self.version_insert(tx, draft).await?;
        chunks_insert(tx, workspace, draft).await?;
        near::mark(tx, workspace, draft).await?;
        for (key, embedding) in &draft.vectors {
            vector::vector_put(tx, model, *key, embedding).await?;
        }
        self.lead_origin(tx, workspace, item, draft.document).await
    }

    /// A draft that nobody will see: its points leave the index.
    pub(super) async fn unpublish(
        &self,
        tx: &mut Writing,
        workspace: WorkspaceId,
        draft: &Draft,
    ) -> Result<(), StoreError> {
        self.outbox_push(tx, workspace, TaskKind::DeleteVersion, &draft.version.to_string()).await
    }

    async fn switch_live_version(
        &self,
        tx: &mut Writing,
        workspace: WorkspaceId,
        draft: &Draft,
    ) -> Result<(), StoreError> {
        let live: Option<(String,)> = sqlx::query_as("SELECT live_version FROM documents WHERE id = $1")
            .bind(draft.document.to_string())
            .fetch_optional(&mut **tx)
            .await?;
        if let Some((old,)) = live {
            sqlx::query("DELETE FROM chunks WHERE version_id = $1").bind(&old).execute(&mut **tx).await?;
            self.outbox_push(tx, workspace, TaskKind::DeleteVersion, &old).await?;
        }
        tx.touch(workspace);
        let upsert = "INSERT INTO documents (id, workspace_id, tier, group_names, live_version, created_ms, updated_ms) \
                      VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT (id) \
                      DO UPDATE SET tier = $3, group_names = $4, live_version = $5, updated_ms = $6";
        sqlx::query(upsert)
            .bind(draft.document.to_string())
            .bind(workspace.to_string())
            .bind(rows::tier_to_sql(&draft.label))
            .bind(rows::groups_to_sql(&draft.label))
            .bind(draft.version.to_string())
            .bind(self.clock.now_ms())
            .execute(&mut **tx)
            .await?;
        Ok(())
    }

    async fn version_insert(&self, tx: &mut Writing, draft: &Draft) -> Result<(), StoreError> {
        let insert = "INSERT INTO versions \
                      (id, document_id, title, language, body, content_hash, problems, created_ms, author, dated, kind, \
                       pages) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
        sqlx::query(insert)
            .bind(draft.version.to_string())
            .bind(draft.document.to_string())
            .bind(&draft.title)
            .bind(&draft.language)
            .bind(&draft.text)
            .bind(rows::hash_to_sql(draft.content_hash))
            .bind(serde_json::Value::from(draft.problems.clone()).to_string())
            .bind(self.clock.now_ms())
            .bind(&draft.author)
            .bind(&draft.dated)
            .bind(draft.kind.as_str())
            .bind(serde_json::json!(draft.pages).to_string())
            .execute(&mut **tx)
            .await?;
        Ok(())
    }

    pub(super) async fn retire_if_orphaned(
        &self,
        tx: &mut Writing,
        workspace: WorkspaceId,
        document: DocumentId,
        (why, original): (Why, String),
    ) -> Result<(), StoreError> {
        let (left,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM origins WHERE document_id = $1")
            .bind(document.to_string())
            .fetch_one(&mut **tx)
            .await?;
        if left == 0 {
            self.retire(tx, workspace, document, (why, &[original])).await?;
        }
        Ok(())
    }

    /// Remove the rows, tell the index and write the receipt; whether there was anything to remove.
    async fn retire(
        &self,
        tx: &mut Writing,
        workspace: WorkspaceId,
        document: DocumentId,
        of: (Why, &[String]),
    ) -> Result<bool, StoreError> {
        self.receipt_write(tx, workspace, document, of).await?;
        let delete = "DELETE FROM documents WHERE id = $1 AND workspace_id = $2 RETURNING live_version";
        let live: Option<(String,)> = sqlx::query_as(delete)
            .bind(document.to_string())
            .bind(workspace.to_string())
            .fetch_optional(&mut **tx)
            .await?;
        if let Some((version,)) = &live {
            tx.touch(workspace);
            near::part(tx, document).await?;
            self.outbox_push(tx, workspace, outbox::TaskKind::DeleteVersion, version).await?;
        }
        Ok(live.is_some())
    }
}

/// Of documents, each with its tier and groups, those that this clearance may know of.
pub(super) fn admitted(
    clearance: &Clearance,
    found: impl IntoIterator<Item = (String, i64, String)>,
) -> Result<Vec<DocumentId>, StoreError> {
    let mut admitted = Vec::new();
    for (id, tier, groups) in found {
        if clearance.admits(clearance.workspace(), &rows::label(tier, &groups)?) {
            admitted.push(rows::id(&id)?);
        }
    }
    Ok(admitted)
}

/// What the origins of files inside another begin with.
pub(super) fn inside_of(outer: &str) -> String {
    format!("{outer}!/")
}

fn known_from((id, hash, tier, groups, origins): KnownRow) -> Result<Known, StoreError> {
    Ok(Known {
        document: rows::id(&id)?,
        content_hash: rows::hash(&hash)?,
        label: rows::label(tier, &groups)?,
        sole_origin: origins == 1,
    })
}

async fn chunks_insert(tx: &mut Writing, workspace: WorkspaceId, draft: &Draft) -> Result<(), StoreError> {
    let keys: Vec<ContentHash> = draft.vectors.iter().map(|(key, _)| *key).collect();
    let of = Text { workspace, document: draft.document, version: draft.version, body: &draft.text };
    chunks_put(tx, of, &draft.chunks, &keys).await
}

/// A text that was cut into chunks.
#[derive(Clone, Copy)]
pub(super) struct Text<'a> {
    pub workspace: WorkspaceId,
    pub document: DocumentId,
    pub version: VersionId,
    pub body: &'a str,
}

pub(super) async fn chunks_put(
    tx: &mut Writing,
    of: Text<'_>,
    chunks: &[Chunk],
    keys: &[ContentHash],
) -> Result<(), StoreError> {
    let insert = "INSERT INTO chunks (point_id, version_id, document_id, ordinal, start_byte, end_byte, page, heading, \
                  body, vector_key, gap) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let mut ended = None;
    for (chunk, key) in chunks.iter().zip(keys) {
        let point = PointId::of(of.workspace, of.document, of.version, chunk.ordinal);
        sqlx::query(insert)
            .bind(point.to_string())
            .bind(of.version.to_string())
            .bind(of.document.to_string())
            .bind(i64::from(chunk.ordinal))
            .bind(rows::count(chunk.bytes.start))
            .bind(rows::count(chunk.bytes.end))
            .bind(chunk.page.map(i64::from))
            .bind(&chunk.heading)
            .bind(&chunk.text)
            .bind(rows::hash_to_sql(*key))
            .bind(ended.and_then(|end| gap(of.body, end, chunk.bytes.start)))
            .execute(&mut **tx)
            .await?;
        ended = Some(chunk.bytes.end);
    }
    Ok(())
}

/// What stands between two chunks: white space, seldom more.
fn gap(text: &str, end: usize, start: usize) -> Option<&str> {
    text.get(end..start.max(end)).filter(|gap| gap.len() <= LONGEST_GAP_BYTES)
}
