//! Migrations: each file of them is applied or not, whatever comes between, and the next start goes on with the rest.

use server::faults::{Manner, Protocol};
use sqlx::{AnyConnection, Connection};

use super::{Cell, cells};
use crate::cli::Lectern;

#[test]
fn whatever_a_migration_meets_the_next_start_goes_on_with_it() {
    let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations")).unwrap().count();
    let whole = Lectern::new();
    whole.run(&["audit"]).expect(0);
    let expected = tables(&whole);
    for cell in cells(Protocol::Migration, &Manner::FAULTS) {
        // A process that dies may do so at each of them.
        let passings: Vec<usize> = match cell.manner {
            Manner::Kill => (1..=files).collect(),
            _ => vec![1, files / 2, files],
        };
        for passing in passings {
            let (cell, lectern) = (Cell { passing, ..cell }, Lectern::new());
            cell.ends(&mut lectern.command(&["audit"]));
            lectern.run(&["audit", "verify"]).expect(0);
            assert_eq!(tables(&lectern), expected, "{}", cell.name());
        }
    }
}

/// What the database is made of, and which migrations it says it had.
fn tables(lectern: &Lectern) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        sqlx::any::install_default_drivers();
        let url = format!("sqlite://{}", lectern.data().join("lectern.db").display());
        let mut connection = AnyConnection::connect(&url).await.unwrap();
        let select = "SELECT name || ' ' || COALESCE(sql, '') FROM sqlite_master \
                      UNION ALL SELECT version || ' ' || success FROM _sqlx_migrations ORDER BY 1";
        let rows: Vec<(String,)> = sqlx::query_as(select).fetch_all(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        rows.into_iter().map(|(row,)| row).collect()
    })
}
