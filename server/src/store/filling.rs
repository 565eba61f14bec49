//! Filling: an empty database that takes up the rows of another, all of them or none.
//!
//! One transaction from the first row to the last look at them; what is read back in it is what was put in, by either
//! database. Does not know where the rows come from.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::stream::BoxStream;
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};

use super::cut::{Field, KeptRow, PASSING, Schema, Vectors, kept_table, kept_tables, rows_of, schema_of, tables_there};
use super::migrating::migrate;
use super::{Database, Dialect, PRAGMAS, StoreError, sqlite_url};

/// A database on its way to hold something. Whatever was not committed is gone with this value.
pub struct Filling {
    connection: AnyConnection,
    dialect: Dialect,
    /// Statements by table and by which of its fields hold something.
    statements: HashMap<(&'static str, Vec<bool>), Arc<str>>,
}

/// What is in a database before it is filled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Found {
    /// No row of ours; perhaps tables, up to this migration.
    Nothing(Option<Schema>),
    /// Rows.
    Something,
}

impl Filling {
    pub async fn open(database: &Database) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let (connection, dialect) = match database {
            Database::Sqlite(path) => {
                let mut connection = AnyConnection::connect(&sqlite_url(path)).await?;
                connection.execute(PRAGMAS).await?;
                (connection, Dialect::Sqlite)
            }
            Database::Postgres(url) => (AnyConnection::connect(url).await?, Dialect::Postgres),
        };
        Ok(Self { connection, dialect, statements: HashMap::new() })
    }

    pub async fn look(&mut self) -> Result<Found, StoreError> {
        let there = tables_there(&mut self.connection, self.dialect).await?;
        for table in kept_tables(Vectors::Kept).chain(PASSING).filter(|table| there.iter().any(|name| name == table)) {
            let select = format!("SELECT 1 FROM {table} LIMIT 1");
            if sqlx::query(AssertSqlSafe(select)).fetch_optional(&mut self.connection).await?.is_some() {
                return Ok(Found::Something);
            }
        }
        let is_made = there.iter().any(|name| name == "_sqlx_migrations");
        Ok(Found::Nothing(if is_made { Some(schema_of(&mut self.connection).await?) } else { None }))
    }

    /// How many rows each table holds that a backup holds, too.
    pub async fn counts(&mut self) -> Result<HashMap<String, u64>, StoreError> {
        let there = tables_there(&mut self.connection, self.dialect).await?;
        let mut counts = HashMap::new();
        for table in there.iter().filter_map(|name| kept_table(name)) {
            let select = format!("SELECT COUNT(*) FROM {table}");
            let (many,): (i64,) = sqlx::query_as(AssertSqlSafe(select)).fetch_one(&mut self.connection).await?;
            counts.insert(table.to_owned(), u64::try_from(many).unwrap_or(0));
        }
        Ok(counts)
    }

    /// Make the tables as they were at that migration, and begin.
    pub async fn begin(&mut self, schema: i64) -> Result<(), StoreError> {
        migrate(&mut self.connection, Some(schema)).await?;
        let begin = match self.dialect {
            Dialect::Sqlite => "BEGIN IMMEDIATE",
            Dialect::Postgres => "BEGIN",
        };
        self.connection.execute(begin).await?;
        Ok(())
    }

    /// Put a row in.
    pub async fn put(&mut self, table: &str, row: KeptRow) -> Result<(), StoreError> {
        let foreign = || StoreError::Unreadable(format!("\"{table}\" is no table that a backup holds"));
        let table = kept_table(table).ok_or_else(foreign)?;
        if row.columns.len() != row.fields.len() || !row.columns.iter().all(|name| is_name(name)) {
            return Err(StoreError::Unreadable(format!("a row of {table} is not one")));
        }
        let shape: Vec<bool> = row.fields.iter().map(|field| *field != Field::Nothing).collect();
        let statement = self
            .statements
            .entry((table, shape))
            .or_insert_with_key(|(table, shape)| insertion(table, &row.columns, shape));
        let mut query = sqlx::query(AssertSqlSafe(Arc::clone(statement)));
        for field in row.fields {
            query = match field {
                // Stands in the statement: bound, its kind would have to be known.
                Field::Nothing => query,
                Field::Whole(number) => query.bind(number),
                Field::Fraction(number) => query.bind(number),
                Field::Text(text) => query.bind(text),
                Field::Bytes(bytes) => query.bind(bytes),
            };
        }
        query.execute(&mut self.connection).await?;
        Ok(())
    }

    /// The tables that hold what was put in.
    pub async fn tables(&mut self) -> Result<Vec<&'static str>, StoreError> {
        let there = tables_there(&mut self.connection, self.dialect).await?;
        Ok(kept_tables(Vectors::Kept).filter(|table| there.iter().any(|name| name == table)).collect())
    }

    pub fn rows(&mut self, table: &'static str) -> BoxStream<'_, Result<KeptRow, StoreError>> {
        rows_of(&mut self.connection, table)
    }

    /// Nobody works on a job here yet, whoever did so where the rows come from; and what they never closed they never
    /// acknowledged. In words that every schema understands.
    pub async fn hand_back_jobs(&mut self) -> Result<(), StoreError> {
        for statement in [
            "UPDATE jobs SET state = 'queued', lease_until = 0 WHERE state = 'running'",
            "UPDATE jobs SET state = 'queued' WHERE state = 'open' AND source_id IS NOT NULL",
            "DELETE FROM jobs WHERE state = 'open'",
        ] {
            sqlx::query(statement).execute(&mut self.connection).await?;
        }
        Ok(())
    }

    /// From now on it is there, and stays.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        self.connection.execute("COMMIT").await?;
        Ok(self.connection.close().await?)
    }

    /// As if nothing had been put in.
    pub async fn give_up(mut self) -> Result<(), StoreError> {
        self.connection.execute("ROLLBACK").await?;
        Ok(self.connection.close().await?)
    }
}

fn insertion(table: &str, columns: &[String], shape: &[bool]) -> Arc<str> {
    let mut number = 0;
    let place = |held: &bool| match held {
        true => {
            number += 1;
            format!("${number}")
        }
        false => "NULL".to_owned(),
    };
    let places: Vec<String> = shape.iter().map(place).collect();
    format!("INSERT INTO {table} ({}) VALUES ({})", columns.join(", "), places.join(", ")).into()
}

/// As our columns are called.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_stands_in_the_statement() {
        let columns = ["a", "b_2", "c"].map(str::to_owned);
        let statement = insertion("t", &columns, &[true, false, true]);
        assert_eq!(&*statement, "INSERT INTO t (a, b_2, c) VALUES ($1, NULL, $2)");
        assert!(is_name("b_2") && !is_name("") && !is_name("a; DROP") && !is_name("A"));
    }
}
