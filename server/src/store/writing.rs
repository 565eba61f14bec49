//! Writing: a transaction that knows which workspaces look different once it is committed.
//!
//! Whoever changes a row that decides what a reader sees, or how it is ranked, says so beside that statement with
//! [`Writing::touch`]; the commit raises the version of the catalog. Several servers on one Postgres read it there, so that
//! none of them answers from what it remembers of a former state. What is remembered is not known here.

use std::collections::BTreeSet;
use std::ops::{Deref, DerefMut};

use retrieval::model::{GenerationId, WorkspaceId};
use sqlx::{Any, AnyConnection, Transaction};

use super::{Dialect, Store, StoreError};

/// A transaction that takes nothing back but its own death.
pub(super) struct Writing {
    tx: Transaction<'static, Any>,
    touched: BTreeSet<WorkspaceId>,
    /// It holds only as long as questions are answered from this build.
    under: Option<(WorkspaceId, GenerationId)>,
}

impl Writing {
    /// A reader of this workspace may see something else from the commit on.
    pub fn touch(&mut self, workspace: WorkspaceId) {
        self.touched.insert(workspace);
    }

    /// Nothing of it holds once another build of the index went live: what was written there is not in that one.
    pub fn only_under(&mut self, workspace: WorkspaceId, live: GenerationId) {
        self.touch(workspace);
        self.under = Some((workspace, live));
    }

    /// The versions come last: each is a row that every writer of the workspace wants, and whoever holds it on Postgres
    /// must not wait for anybody else's row. In one order for all, for the same reason.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        let raise = "UPDATE workspaces SET catalog_version = catalog_version + 1 WHERE id = $1 \
                     AND ($2 = '' OR live_generation = $2)";
        for workspace in std::mem::take(&mut self.touched) {
            let under = self.under.filter(|(under, _)| *under == workspace).map(|(_, live)| live.to_string());
            let is_bound = under.is_some();
            let raise = sqlx::query(raise).bind(workspace.to_string()).bind(under.unwrap_or_default());
            if raise.execute(&mut *self.tx).await?.rows_affected() == 0 && is_bound {
                return Err(StoreError::Superseded);
            }
        }
        Ok(self.tx.commit().await?)
    }
}

impl Deref for Writing {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.tx
    }
}

impl DerefMut for Writing {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.tx
    }
}

impl Store {
    /// A writing transaction. SQLite must say so at its start: a reader that turns writer is refused at once.
    pub(super) async fn write(&self) -> Result<Writing, StoreError> {
        let tx = match self.dialect {
            Dialect::Sqlite => self.writer.begin_with("BEGIN IMMEDIATE").await?,
            Dialect::Postgres => self.writer.begin().await?,
        };
        Ok(Writing { tx, touched: BTreeSet::new(), under: None })
    }

    /// Which state of a workspace is seen now; 0 for one that is gone.
    pub async fn catalog_version(&self, workspace: WorkspaceId) -> Result<u64, StoreError> {
        let select = "SELECT catalog_version FROM workspaces WHERE id = $1";
        let row: Option<(i64,)> =
            sqlx::query_as(select).bind(workspace.to_string()).fetch_optional(&self.reader).await?;
        Ok(row.and_then(|(version,)| u64::try_from(version).ok()).unwrap_or(0))
    }

    /// The index was mended: what was found in it before may have lacked something.
    pub async fn catalog_touch(&self, workspace: WorkspaceId) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        tx.touch(workspace);
        tx.commit().await
    }
}
