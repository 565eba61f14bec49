//! Backups: what comes back and of which moment, what is refused, and that nothing half restored is ever a house.

mod filled;
mod meanwhile;
mod refused;
mod returned;
mod vault;

use std::io::Write;

use server::backup::{BackupError, Restored, Target, Wish, restore, take};
use server::config::Secret;
use server::datadir::DataDir;
use server::store::{Database, Originals, Vectors};
use tempfile::{NamedTempFile, TempDir};

use crate::ground::Ground;
use crate::postgres;

/// An empty data directory and an empty database.
pub struct Elsewhere {
    pub folder: TempDir,
    pub database: Database,
}

impl Elsewhere {
    pub fn sqlite() -> Self {
        let folder = folder();
        Self { database: Database::Sqlite(folder.path().join("lectern.db")), folder }
    }

    pub async fn postgres() -> Self {
        Self { folder: folder(), database: Database::Postgres(postgres::database().await) }
    }

    /// Empty ones of the same kind.
    pub async fn like(ground: &Ground) -> Self {
        match ground.database {
            Database::Sqlite(_) => Self::sqlite(),
            Database::Postgres(_) => Self::postgres().await,
        }
    }

    pub fn data(&self) -> DataDir {
        DataDir::new(self.folder.path())
    }

    pub fn originals(&self) -> Originals {
        Originals::open(&self.data().originals()).unwrap()
    }

    pub async fn restore(&self, file: &[u8], passphrase: Option<&str>) -> Result<Restored, BackupError> {
        let path = on_disk(file);
        let (data, originals) = (self.data(), self.originals());
        let target = Target { data: &data, database: &self.database, originals: &originals };
        restore(path.path(), passphrase.map(secret), &target).await
    }

    /// What was restored, as whoever looks after it opens it.
    pub async fn open(self) -> Ground {
        self.data().end_restore().unwrap();
        Ground::on(self.database, self.folder).await
    }
}

/// Somebody's who was there before.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    drop(DataDir::new(folder.path()).hold_to_restore().unwrap());
    folder
}

pub fn secret(text: &str) -> Secret {
    text.to_owned().into()
}

pub fn on_disk(file: &[u8]) -> NamedTempFile {
    let mut path = NamedTempFile::new().unwrap();
    path.write_all(file).unwrap();
    path.flush().unwrap();
    path
}

/// A backup in memory.
pub async fn taken(ground: &Ground, passphrase: Option<&str>) -> Vec<u8> {
    let wish = Wish { vectors: Vectors::Kept, passphrase: passphrase.map(secret), prover: None };
    take(&ground.store, wish, Vec::new()).await.unwrap().0
}
