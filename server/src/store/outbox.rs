//! The outbox: what the index still has to be told after SQL has decided.
//!
//! A row is written in the transaction that decided, and leaves once the index has flushed. Telling twice is harmless.

use retrieval::access::AccessLabel;
use retrieval::model::{DocumentId, VersionId, WorkspaceId};
use sqlx::AssertSqlSafe;

use super::writing::Writing;
use super::{Store, StoreError, rows};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TaskKind {
    DeleteVersion,
    RelabelDocument,
}

impl TaskKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::DeleteVersion => "delete_version",
            Self::RelabelDocument => "relabel_document",
        }
    }
}

/// One thing to tell the index.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Task {
    Delete(VersionId),
    /// The label as SQL has it now, not as it was when the row was written; `None` when the document is gone.
    Relabel(DocumentId, Option<AccessLabel>),
}

impl Store {
    /// The oldest tasks, with the row ids to strike off once the index has flushed them.
    pub async fn outbox_next(&self, workspace: WorkspaceId, limit: usize) -> Result<Vec<(String, Task)>, StoreError> {
        let select = "SELECT o.id, o.kind, o.subject, d.tier, d.group_names FROM outbox o \
                      LEFT JOIN documents d ON d.id = o.subject AND o.kind = 'relabel_document' \
                      WHERE o.workspace_id = $1 ORDER BY o.created_ms, o.id LIMIT $2";
        type Row = (String, String, String, Option<i64>, Option<String>);
        let found: Vec<Row> =
            sqlx::query_as(select).bind(workspace.to_string()).bind(rows::count(limit)).fetch_all(&self.reader).await?;
        found
            .into_iter()
            .map(|(id, kind, subject, tier, groups)| Ok((id, task(&kind, &subject, tier, groups)?)))
            .collect()
    }

    /// The index has flushed what these said. What it was asked in between it answered from the former state.
    pub async fn outbox_strike(&self, ids: &[String]) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        for page in ids.chunks(100) {
            let places = rows::placeholders(1, page.len());
            let delete = format!("DELETE FROM outbox WHERE id IN ({places}) RETURNING workspace_id");
            let query = page.iter().fold(sqlx::query_as(AssertSqlSafe(delete)), |query, id| query.bind(id));
            let struck: Vec<(String,)> = query.fetch_all(&mut *tx).await?;
            for (workspace,) in struck {
                tx.touch(rows::id(&workspace)?);
            }
        }
        tx.commit().await
    }

    pub async fn outbox_len(&self, workspace: WorkspaceId) -> Result<usize, StoreError> {
        let select = "SELECT COUNT(*) FROM outbox WHERE workspace_id = $1";
        let (count,): (i64,) = sqlx::query_as(select).bind(workspace.to_string()).fetch_one(&self.reader).await?;
        Ok(rows::size(count))
    }

    pub(super) async fn outbox_push(
        &self,
        tx: &mut Writing,
        workspace: WorkspaceId,
        kind: TaskKind,
        subject: &str,
    ) -> Result<(), StoreError> {
        let insert = "INSERT INTO outbox (id, workspace_id, kind, subject, created_ms) VALUES ($1, $2, $3, $4, $5)";
        sqlx::query(insert)
            .bind(self.clock.new_id().to_string())
            .bind(workspace.to_string())
            .bind(kind.as_str())
            .bind(subject)
            .bind(self.clock.now_ms())
            .execute(&mut **tx)
            .await?;
        Ok(())
    }
}

fn task(kind: &str, subject: &str, tier: Option<i64>, groups: Option<String>) -> Result<Task, StoreError> {
    match kind {
        "delete_version" => Ok(Task::Delete(rows::id(subject)?)),
        "relabel_document" => {
            let label = tier.zip(groups).map(|(tier, groups)| rows::label(tier, &groups)).transpose()?;
            Ok(Task::Relabel(rows::id(subject)?, label))
        }
        other => Err(StoreError::Unreadable(format!("outbox kind \"{other}\""))),
    }
}
