//! Migrations: a connection that is lost after any statement of any of them leaves nothing behind, in either database.

use std::path::Path;

use server::clock::Clock;
use server::store::{Database, Originals, Store};
use sqlx::migrate::Migrator;
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};

use crate::postgres;

#[tokio::test]
async fn half_a_migration_never_was_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    lost_after_each_statement(Database::Sqlite(folder.path().join("lectern.db")), folder.path()).await;
}

#[tokio::test]
async fn nor_on_postgres() {
    let folder = tempfile::tempdir().unwrap();
    lost_after_each_statement(Database::Postgres(postgres::database().await), folder.path()).await;
}

async fn lost_after_each_statement(database: Database, folder: &Path) {
    let all: Migrator = sqlx::migrate!();
    for migration in all.iter() {
        let statements = statements(migration.sql.as_str());
        assert!(!statements.is_empty());
        for many in 1..=statements.len() {
            let mut connection = connect(&database).await;
            connection.execute("BEGIN").await.unwrap();
            for statement in &statements[..many] {
                connection.execute(AssertSqlSafe(statement.clone())).await.unwrap();
            }
            connection.close_hard().await.unwrap();
        }
        // A column that had stayed would be there twice.
        let mut connection = connect(&database).await;
        all.run_direct(Some(migration.version), &mut connection, false).await.unwrap();
        connection.close().await.unwrap();
    }
    let originals = Originals::open(&folder.join("originals")).unwrap();
    let store = Store::open(&database, originals, Clock::system()).await.unwrap();
    store.workspace_ensure("main").await.unwrap();
    store.close().await;
}

async fn connect(database: &Database) -> AnyConnection {
    sqlx::any::install_default_drivers();
    let url = match database {
        Database::Sqlite(path) => format!("sqlite://{}?mode=rwc", path.display()),
        Database::Postgres(url) => url.clone(),
    };
    AnyConnection::connect(&url).await.unwrap()
}

fn statements(file: &str) -> Vec<String> {
    let code = |line: &str| line.split("--").next().unwrap_or_default().to_owned();
    let code: Vec<String> = file.lines().map(code).collect();
    let statements = code.join("\n");
    statements.split(';').map(str::trim).filter(|statement| !statement.is_empty()).map(str::to_owned).collect()
}
