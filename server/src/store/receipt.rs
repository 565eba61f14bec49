//! Receipts: that a document was taken out, and that it was looked for afterwards and not found.
//!
//! One is written in the commit that takes the document out, with what to look for. Looking is for `library::receipts`; what
//! SQL still has of a document is counted here.

use futures_util::TryStreamExt;
use retrieval::access::{AccessLabel, Clearance};
use retrieval::model::{DocumentId, VersionId, WorkspaceId};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;

use super::erasing::{Erased, erase};
use super::writing::Writing;
use super::{Store, StoreError, rows};

/// Of each passage that is asked for again, so many letters.
const PROBE_LETTERS: usize = 300;

/// Why a document left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Why {
    /// Somebody took it out.
    Removed,
    /// No place leads to it any more.
    Vanished,
    /// It was kept for as long as it should be.
    Expired,
}

impl Why {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Removed => "removed",
            Self::Vanished => "vanished",
            Self::Expired => "expired",
        }
    }
}

/// What to look for: it is forgotten, too, once it was not found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Traces {
    pub versions: Vec<VersionId>,
    pub originals: Vec<String>,
    /// Words of it, to be asked for.
    pub probes: Vec<String>,
}

/// The same as its column holds it.
#[derive(Serialize, Deserialize)]
struct TracesRow {
    versions: Vec<String>,
    originals: Vec<String>,
    probes: Vec<String>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Receipt {
    pub document: DocumentId,
    pub label: AccessLabel,
    pub why: String,
    pub erased: Erased,
    /// `None` before anybody looked.
    pub found: Option<Findings>,
    pub removed_ms: i64,
    pub proven_ms: Option<i64>,
}

/// What was found of a document after it had left, and where it was looked for.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Findings {
    /// Indexes that were asked for its points, and the points.
    pub indexes: usize,
    pub points: usize,
    /// Rows of the catalog: of the document itself, of answers that rested on it, of quotes.
    pub rows: usize,
    /// Files that nothing else needs.
    pub originals: usize,
    /// Pieces of its text that were asked for again, and how often it came up.
    pub probes: usize,
    pub came_up: usize,
    /// Backups in the folder of backups: those hold it until they are replaced.
    pub backups: usize,
}

impl Findings {
    pub fn is_gone(&self) -> bool {
        self.points + self.rows + self.originals + self.came_up == 0
    }
}

#[derive(FromRow)]
struct ReceiptRow {
    document_id: String,
    tier: i64,
    group_names: String,
    why: String,
    erased: String,
    found: String,
    removed_ms: i64,
    proven_ms: i64,
}

const COLUMNS: &str = "document_id, tier, group_names, why, erased, found, removed_ms, proven_ms";

impl Store {
    /// Erase what is written elsewhere of a document that is about to go, and note what to look for.
    pub(super) async fn receipt_write(
        &self,
        tx: &mut Writing,
        workspace: WorkspaceId,
        document: DocumentId,
        (why, originals): (Why, &[String]),
    ) -> Result<(), StoreError> {
        let traces = TracesRow { originals: originals.to_vec(), ..traces(tx, document).await? };
        let erased = erase(tx, document).await?;
        let insert = "INSERT INTO receipts (document_id, workspace_id, tier, group_names, why, erased, traces, found, \
                        removed_ms, proven_ms) \
                      SELECT id, workspace_id, tier, group_names, $3, $4, $5, '', $6, 0 FROM documents \
                      WHERE id = $1 AND workspace_id = $2";
        sqlx::query(insert)
            .bind(document.to_string())
            .bind(workspace.to_string())
            .bind(why.as_str())
            .bind(serde_json::json!(erased).to_string())
            .bind(serde_json::json!(traces).to_string())
            .bind(self.clock.now_ms())
            .execute(&mut **tx)
            .await?;
        Ok(())
    }

    /// The oldest of those that were not found gone yet, with what to look for.
    pub async fn receipts_open(
        &self,
        workspace: WorkspaceId,
        limit: usize,
    ) -> Result<Vec<(DocumentId, Traces)>, StoreError> {
        let select = "SELECT document_id, traces FROM receipts WHERE workspace_id = $1 AND proven_ms = 0 \
                      ORDER BY removed_ms, document_id LIMIT $2";
        let found: Vec<(String, String)> =
            sqlx::query_as(select).bind(workspace.to_string()).bind(rows::count(limit)).fetch_all(&self.reader).await?;
        found
            .into_iter()
            .map(|(document, traces)| Ok((rows::id(&document)?, json::<TracesRow>(&traces)?.read()?)))
            .collect()
    }

    /// Erase what was written of a document by whoever had read it before it went.
    pub async fn erase_left(&self, document: DocumentId) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        erase(&mut tx, document).await?;
        tx.commit().await
    }

    /// Rows that still hold something of a document that is gone.
    pub async fn rows_left(&self, document: DocumentId) -> Result<usize, StoreError> {
        let select = "SELECT (SELECT COUNT(*) FROM documents WHERE id = $1) \
                        + (SELECT COUNT(*) FROM versions WHERE document_id = $1) \
                        + (SELECT COUNT(*) FROM chunks WHERE document_id = $1) \
                        + (SELECT COUNT(*) FROM origins WHERE document_id = $1) \
                        + (SELECT COUNT(*) FROM document_bands WHERE document_id = $1) \
                        + (SELECT COUNT(*) FROM answer_records r JOIN answer_documents a ON a.record_id = r.id \
                           WHERE a.document_id = $1 AND (r.answer <> '' OR r.trace <> '{}')) \
                        + (SELECT COUNT(*) FROM turn_passages WHERE document_id = $1 AND (quote <> '' OR heading <> '')) \
                        + (SELECT COUNT(*) FROM turns t JOIN turn_passages p ON p.conversation_id = t.conversation_id \
                             AND p.turn = t.ordinal \
                           WHERE p.document_id = $1 AND p.part <> 'carried' AND t.answer <> '') \
                        + (SELECT COUNT(*) FROM summary_passages WHERE document_id = $1)";
        let (count,): (i64,) = sqlx::query_as(select).bind(document.to_string()).fetch_one(&self.reader).await?;
        Ok(rows::size(count))
    }

    /// How many of these originals are there though nothing names them.
    pub async fn originals_left(&self, names: &[String]) -> Result<usize, StoreError> {
        let mut left = 0;
        for name in names {
            if !self.original_is_named(name).await? && self.originals.file(name).is_ok() {
                left += 1;
            }
        }
        Ok(left)
    }

    /// Note what a look has found. What it looked for is forgotten with the last of it.
    pub async fn receipt_note(&self, document: DocumentId, found: &Findings, is_gone: bool) -> Result<(), StoreError> {
        let update = "UPDATE receipts SET found = $2, proven_ms = $3, \
                        traces = CASE WHEN $3 = 0 THEN traces ELSE '' END WHERE document_id = $1 AND proven_ms = 0";
        sqlx::query(update)
            .bind(document.to_string())
            .bind(serde_json::json!(found).to_string())
            .bind(if is_gone { self.clock.now_ms() } else { 0 })
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Of what this clearance could read, the newest first.
    pub async fn receipts(
        &self,
        clearance: &Clearance,
        before: Option<&(i64, String)>,
        limit: usize,
    ) -> Result<Vec<Receipt>, StoreError> {
        let select = format!(
            "SELECT {COLUMNS} FROM receipts WHERE workspace_id = $1 \
               AND (removed_ms < $2 OR (removed_ms = $2 AND document_id < $3)) ORDER BY removed_ms DESC, document_id DESC"
        );
        let (before_ms, before) = before.cloned().unwrap_or((i64::MAX, String::new()));
        let mut found = sqlx::query_as::<_, ReceiptRow>(sqlx::AssertSqlSafe(select))
            .bind(clearance.workspace().to_string())
            .bind(before_ms)
            .bind(before)
            .fetch(&self.reader);
        let mut seen = Vec::new();
        while let Some(row) = found.try_next().await? {
            if seen.len() == limit {
                break;
            }
            if clearance.admits(clearance.workspace(), &rows::label(row.tier, &row.group_names)?) {
                seen.push(receipt(row)?);
            }
        }
        Ok(seen)
    }

    /// Of this document, if this clearance could read it.
    pub async fn receipt(&self, clearance: &Clearance, document: DocumentId) -> Result<Option<Receipt>, StoreError> {
        let select = format!("SELECT {COLUMNS} FROM receipts WHERE workspace_id = $1 AND document_id = $2");
        let row: Option<ReceiptRow> = sqlx::query_as(sqlx::AssertSqlSafe(select))
            .bind(clearance.workspace().to_string())
            .bind(document.to_string())
            .fetch_optional(&self.reader)
            .await?;
        let receipt = row.map(receipt).transpose()?;
        Ok(receipt.filter(|receipt| clearance.admits(clearance.workspace(), &receipt.label)))
    }
}

/// Its versions, and pieces of its text: from where it begins, from its middle, from its end.
async fn traces(tx: &mut Writing, document: DocumentId) -> Result<TracesRow, StoreError> {
    let id = document.to_string();
    let versions: Vec<(String,)> =
        sqlx::query_as("SELECT id FROM versions WHERE document_id = $1").bind(&id).fetch_all(&mut **tx).await?;
    let select = "SELECT c.body FROM chunks c JOIN (SELECT MIN(ordinal) AS low, MAX(ordinal) AS high FROM chunks \
                    WHERE document_id = $1) e ON c.ordinal IN (e.low, (e.low + e.high) / 2, e.high) \
                  WHERE c.document_id = $1 ORDER BY c.ordinal";
    let bodies: Vec<(String,)> = sqlx::query_as(select).bind(&id).fetch_all(&mut **tx).await?;
    let versions = versions.into_iter().map(|(version,)| version).collect();
    let probes = bodies.into_iter().map(|(body,)| body.chars().take(PROBE_LETTERS).collect()).collect();
    Ok(TracesRow { versions, originals: Vec::new(), probes })
}

impl TracesRow {
    fn read(self) -> Result<Traces, StoreError> {
        let versions = self.versions.iter().map(|version| rows::id(version)).collect::<Result<_, _>>()?;
        Ok(Traces { versions, originals: self.originals, probes: self.probes })
    }
}

fn receipt(row: ReceiptRow) -> Result<Receipt, StoreError> {
    Ok(Receipt {
        document: rows::id(&row.document_id)?,
        label: rows::label(row.tier, &row.group_names)?,
        why: row.why,
        erased: json(&row.erased)?,
        found: if row.found.is_empty() { None } else { Some(json(&row.found)?) },
        removed_ms: row.removed_ms,
        proven_ms: (row.proven_ms != 0).then_some(row.proven_ms),
    })
}

fn json<T: for<'a> Deserialize<'a>>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|_| StoreError::Unreadable("a receipt of what was taken out".into()))
}
