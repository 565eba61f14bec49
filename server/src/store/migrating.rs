//! Bringing the tables up to date: every file of `server/migrations` that was not yet, each in a transaction of its own with the
//! note that it was, so that one which breaks off never was, and the next start goes on with it.
//!
//! Does not know what is in the files.

use std::time::Duration;

use futures_util::future::BoxFuture;
use sqlx::AnyConnection;
use sqlx::migrate::{AppliedMigration, Migrate, MigrateError, Migration, Migrator};

use super::StoreError;
use crate::faults::{self, Step};

/// All that this version knows.
pub(super) fn migrator() -> Migrator {
    sqlx::migrate!()
}

/// Up to this one, or to the newest.
pub(super) async fn migrate(connection: &mut AnyConnection, target: Option<i64>) -> Result<(), StoreError> {
    migrator().run_direct(target, &mut OneByOne(connection), false).await.map_err(store_error)
}

fn store_error(error: MigrateError) -> StoreError {
    match error {
        MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => StoreError::Newer,
        MigrateError::Execute(cause) => cause.into(),
        other => StoreError::Unavailable(sqlx::Error::Migrate(Box::new(other))),
    }
}

/// The connection, with a step before and after each file.
struct OneByOne<'a>(&'a mut AnyConnection);

fn step(step: Step) -> Result<(), MigrateError> {
    faults::at(step).map_err(|error| MigrateError::Execute(sqlx::Error::Io(error)))
}

impl Migrate for OneByOne<'_> {
    fn create_schema_if_not_exists<'e>(&'e mut self, schema: &'e str) -> BoxFuture<'e, Result<(), MigrateError>> {
        self.0.create_schema_if_not_exists(schema)
    }

    fn ensure_migrations_table<'e>(&'e mut self, table: &'e str) -> BoxFuture<'e, Result<(), MigrateError>> {
        self.0.ensure_migrations_table(table)
    }

    fn dirty_version<'e>(&'e mut self, table: &'e str) -> BoxFuture<'e, Result<Option<i64>, MigrateError>> {
        self.0.dirty_version(table)
    }

    fn list_applied_migrations<'e>(
        &'e mut self,
        table: &'e str,
    ) -> BoxFuture<'e, Result<Vec<AppliedMigration>, MigrateError>> {
        self.0.list_applied_migrations(table)
    }

    fn lock(&mut self) -> BoxFuture<'_, Result<(), MigrateError>> {
        self.0.lock()
    }

    fn unlock(&mut self) -> BoxFuture<'_, Result<(), MigrateError>> {
        self.0.unlock()
    }

    fn apply<'e>(
        &'e mut self,
        table: &'e str,
        migration: &'e Migration,
    ) -> BoxFuture<'e, Result<Duration, MigrateError>> {
        Box::pin(async move {
            step(Step::MigrationBegun)?;
            let took = self.0.apply(table, migration).await?;
            step(Step::MigrationApplied)?;
            Ok(took)
        })
    }

    fn revert<'e>(
        &'e mut self,
        table: &'e str,
        migration: &'e Migration,
    ) -> BoxFuture<'e, Result<Duration, MigrateError>> {
        self.0.revert(table, migration)
    }
}
