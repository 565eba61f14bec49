//! A cut: every row as it stood at one moment, read while others go on writing, and the names of the originals that those
//! rows need.
//!
//! Rows travel as fields with their kinds, so that either database takes up what the other gave. Which table is in a
//! backup is decided here, for each of them; what becomes of the rows is not known.

use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use retrieval::model::WorkspaceId;
use sqlx::any::{AnyRow, AnyTypeInfoKind};
use sqlx::{Any, AnyConnection, AssertSqlSafe, Column, Row, Transaction, ValueRef};

use super::document::NAMED_ORIGINALS;
use super::job::RETRIED_FOR_MS;
use super::migrating::migrator;
use super::{Dialect, Store, StoreError, rows};

/// What cannot be made again, those that others refer to first. Not the embeddings: those can, in hours.
const KEPT: [&str; 36] = [
    "workspaces",
    "generations",
    "groups",
    "people",
    "memberships",
    "identities",
    "api_keys",
    "sources",
    "crawl_pages",
    "documents",
    "origins",
    "versions",
    "chunks",
    "document_bands",
    "jobs",
    "job_items",
    "job_stages",
    "schedules",
    "outbox",
    "answer_records",
    "answer_documents",
    "feedback",
    "conversations",
    "turns",
    "turn_passages",
    "summaries",
    "summary_passages",
    "handoffs",
    "replies",
    "evaluations",
    "audit_heads",
    "audit",
    "canary_runs",
    "receipts",
    "spending",
    "settings",
];
const VECTORS: &str = "vectors";
/// What is for the moment. Above all, nobody who was signed out since comes in again with what they held.
pub const PASSING: [&str; 4] = ["sign_ins", "links", "errands", "idempotency"];

/// Whether the embeddings come along: they take more room than all else, and hours to make again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Vectors {
    Kept,
    LeftOut,
}

/// What stands in one column of a row.
#[derive(Clone, PartialEq, Debug)]
pub enum Field {
    Nothing,
    Whole(i64),
    Fraction(f64),
    Text(String),
    Bytes(Vec<u8>),
}

/// A row with the names of its columns, which all rows of its table share.
#[derive(Clone, PartialEq, Debug)]
pub struct KeptRow {
    pub columns: Arc<[String]>,
    pub fields: Vec<Field>,
}

/// Which tables there are and what they look like: the last migration, and a mark of all up to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Schema {
    pub version: i64,
    pub mark: String,
}

/// All rows at one moment, for as long as this lives.
pub struct Cut {
    tx: Transaction<'static, Any>,
    schema: Schema,
    dialect: Dialect,
    now_ms: i64,
}

/// The tables of a backup, in an order in which their rows can be put in.
pub fn kept_tables(vectors: Vectors) -> impl Iterator<Item = &'static str> {
    let vectors = match vectors {
        Vectors::Kept => Some(VECTORS),
        Vectors::LeftOut => None,
    };
    KEPT.into_iter().chain(vectors)
}

/// This name as it stands in our own list, if it does: nothing else gets into a statement.
pub(super) fn kept_table(name: &str) -> Option<&'static str> {
    kept_tables(Vectors::Kept).find(|kept| *kept == name)
}

/// What this version makes of a database up to that migration; `None` where it does not know it.
pub fn known_schema(version: i64) -> Option<Schema> {
    let migrator = migrator();
    let migrations: Vec<_> = migrator.iter().filter(|migration| migration.version <= version).collect();
    let is_known = migrations.last().is_some_and(|last| last.version == version);
    is_known.then(|| schema(migrations.iter().map(|migration| (migration.version, migration.checksum.to_vec()))))
}

/// The newest that this version knows.
pub fn newest_schema() -> i64 {
    migrator().iter().map(|migration| migration.version).max().unwrap_or(0)
}

fn schema(migrations: impl Iterator<Item = (i64, Vec<u8>)>) -> Schema {
    let mut mark = blake3::Hasher::new();
    let mut version = 0;
    for (number, checksum) in migrations {
        mark.update(&number.to_le_bytes()).update(&checksum);
        version = number;
    }
    Schema { version, mark: mark.finalize().to_hex().to_string() }
}

pub(super) async fn schema_of(connection: &mut AnyConnection) -> Result<Schema, StoreError> {
    let select = "SELECT version, checksum FROM _sqlx_migrations ORDER BY version";
    let applied: Vec<(i64, Vec<u8>)> = sqlx::query_as(select).fetch_all(connection).await?;
    Ok(schema(applied.into_iter()))
}

/// The tables that are there, whosever they are.
pub(super) async fn tables_there(connection: &mut AnyConnection, dialect: Dialect) -> Result<Vec<String>, StoreError> {
    let select = match dialect {
        Dialect::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table'",
        Dialect::Postgres => {
            "SELECT CAST(table_name AS TEXT) FROM information_schema.tables WHERE table_schema = current_schema()"
        }
    };
    let found: Vec<(String,)> = sqlx::query_as(select).fetch_all(connection).await?;
    Ok(found.into_iter().map(|(name,)| name).collect())
}

/// Every row of a table, in no order.
pub(super) fn rows_of<'c>(
    connection: &'c mut AnyConnection,
    table: &'static str,
) -> BoxStream<'c, Result<KeptRow, StoreError>> {
    let mut columns: Option<Arc<[String]>> = None;
    let found = sqlx::query(AssertSqlSafe(format!("SELECT * FROM {table}"))).fetch(connection);
    let kept = found.map(move |row| {
        let row = row?;
        let names = || row.columns().iter().map(|column| column.name().to_owned()).collect();
        let columns = Arc::clone(columns.get_or_insert_with(names));
        let fields = (0..columns.len()).map(|at| field(&row, at)).collect::<Result<_, _>>()?;
        Ok(KeptRow { columns, fields })
    });
    kept.boxed()
}

fn field(row: &AnyRow, at: usize) -> Result<Field, StoreError> {
    let raw = row.try_get_raw(at)?;
    if raw.is_null() {
        return Ok(Field::Nothing);
    }
    let kind = raw.type_info().kind();
    Ok(match kind {
        AnyTypeInfoKind::Null => Field::Nothing,
        AnyTypeInfoKind::SmallInt | AnyTypeInfoKind::Integer | AnyTypeInfoKind::BigInt => {
            Field::Whole(row.try_get(at)?)
        }
        AnyTypeInfoKind::Real | AnyTypeInfoKind::Double => Field::Fraction(row.try_get(at)?),
        AnyTypeInfoKind::Text => Field::Text(row.try_get(at)?),
        AnyTypeInfoKind::Blob => Field::Bytes(row.try_get(at)?),
        AnyTypeInfoKind::Bool => return Err(StoreError::Unreadable("a column of a kind that none has".into())),
    })
}

impl Store {
    /// Everything as it stands now, whatever is written from now on.
    pub async fn cut(&self) -> Result<Cut, StoreError> {
        let begin = match self.dialect {
            Dialect::Sqlite => "BEGIN",
            Dialect::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        let mut tx = self.reader.begin_with(begin).await?;
        // Both databases take their picture at the first thing that is read.
        let schema = schema_of(&mut tx).await?;
        Ok(Cut { tx, schema, dialect: self.dialect, now_ms: self.clock.now_ms() })
    }

    /// The name of the database's kind.
    pub fn kind(&self) -> &'static str {
        match self.dialect {
            Dialect::Sqlite => "sqlite",
            Dialect::Postgres => "postgres",
        }
    }
}

impl Cut {
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// When it was made.
    pub fn taken_ms(&self) -> i64 {
        self.now_ms
    }

    pub fn rows(&mut self, table: &'static str) -> BoxStream<'_, Result<KeptRow, StoreError>> {
        rows_of(&mut self.tx, table)
    }

    /// The tables that are there, in a backup or left out of it.
    pub async fn tables(&mut self) -> Result<Vec<String>, StoreError> {
        tables_there(&mut self.tx, self.dialect).await
    }

    /// The names of all originals that these rows need.
    pub async fn originals(&mut self) -> Result<Vec<String>, StoreError> {
        let retried_until = self.now_ms - RETRIED_FOR_MS;
        let found: Vec<(String,)> =
            sqlx::query_as(NAMED_ORIGINALS).bind(retried_until).fetch_all(&mut *self.tx).await?;
        Ok(found.into_iter().map(|(name,)| name).collect())
    }

    /// Which state of a workspace these rows are.
    pub async fn catalog_version(&mut self, workspace: WorkspaceId) -> Result<u64, StoreError> {
        let select = "SELECT catalog_version FROM workspaces WHERE id = $1";
        let found: Option<(i64,)> =
            sqlx::query_as(select).bind(workspace.to_string()).fetch_optional(&mut *self.tx).await?;
        Ok(found.and_then(|(version,)| u64::try_from(version).ok()).unwrap_or(0))
    }

    /// What was asked last, each once, and where that is too little the titles of documents.
    pub async fn questions(&mut self, workspace: WorkspaceId, most: usize) -> Result<Vec<String>, StoreError> {
        let asked = "SELECT question FROM answer_records WHERE workspace_id = $1 \
                     GROUP BY question ORDER BY MAX(created_ms) DESC, question LIMIT $2";
        let titles = "SELECT v.title FROM documents d JOIN versions v ON v.id = d.live_version \
                      WHERE d.workspace_id = $1 ORDER BY d.id LIMIT $2";
        let mut questions = Vec::new();
        for select in [asked, titles] {
            let found: Vec<(String,)> = sqlx::query_as(select)
                .bind(workspace.to_string())
                .bind(rows::count(most))
                .fetch_all(&mut *self.tx)
                .await?;
            for (text,) in found {
                if questions.len() < most && !text.trim().is_empty() && !questions.contains(&text) {
                    questions.push(text);
                }
            }
        }
        Ok(questions)
    }

    pub async fn close(self) -> Result<(), StoreError> {
        Ok(self.tx.rollback().await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_table_stands_twice() {
        let all: Vec<&str> = kept_tables(Vectors::Kept).chain(PASSING).collect();
        let once: std::collections::BTreeSet<&&str> = all.iter().collect();
        assert_eq!(once.len(), all.len());
    }

    #[test]
    fn what_this_version_knows_has_a_mark() {
        let newest = newest_schema();
        assert_eq!(known_schema(newest).unwrap().version, newest);
        assert_ne!(known_schema(newest).unwrap().mark, known_schema(1).unwrap().mark);
        assert_eq!((known_schema(0), known_schema(newest + 1)), (None, None));
    }
}
