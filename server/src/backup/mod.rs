//! Backups: everything that cannot be made again, as it stood at one moment, in one file that proves itself.
//!
//! `taking` reads a cut of the rows and the originals that it names, `packing` makes frames of them, `envelope` closes those in
//! chunks that are checked one by one, with a passphrase or without. `check` reads all of it before anything of it is used;
//! `restoring` brings it back, all or nothing; `proof` asks the questions of then again. The index is not in there: it is built
//! from the rows. Knows no HTTP and no command line.

mod check;
mod envelope;
mod frame;
mod key;
mod packing;
mod place;
mod proof;
mod restoring;
mod taking;
mod tally;
mod unpacking;

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use retrieval::ports::{EmbedError, IndexError, ShelfError};
use serde::{Deserialize, Serialize};

use crate::config::Secret;
use crate::store::StoreError;

pub use check::{Contents, check};
pub use envelope::{Opener, Sealer};
pub use packing::Packer;
pub use place::Place;
pub use proof::{Agreement, Prover, Ranking, Rankings};
pub use restoring::{Restored, Target, originals_hold, restore};
pub use taking::{Wish, take};

/// What it is about, first thing in the file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Head {
    /// The version of lectern that wrote it.
    pub lectern: String,
    /// The last migration of its tables, and a mark of all up to it.
    pub schema: i64,
    pub schema_mark: String,
    pub taken_ms: i64,
    /// Where the rows stood: sqlite or postgres.
    pub database: String,
}

/// What was in it, last thing in the file.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Trailer {
    /// How many rows of each table.
    pub rows: BTreeMap<String, u64>,
    /// Of all of them, whatever their order.
    pub rows_hash: String,
    pub originals: u64,
    pub originals_bytes: u64,
    /// That the rows name and that were not there, or were not what their name says.
    pub originals_lost: u64,
    /// Of everything before this.
    pub hash: String,
}

/// Where backups are put that are taken by themselves.
#[derive(Clone, Debug)]
pub struct Vault {
    pub folder: PathBuf,
    /// How many are kept.
    pub keep: usize,
    pub passphrase: Option<Secret>,
}

/// Why there is no backup, or nothing is restored of one; for the person who wants it.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("this is no backup of lectern")]
    Foreign,
    #[error("the backup is damaged: {0}; nothing of it was used")]
    Damaged(&'static str),
    #[error("the backup is sealed: give its passphrase in LECTERN_BACKUP_PASSPHRASE or with --passphrase-file")]
    Sealed,
    #[error("the passphrase does not open this backup")]
    WrongPassphrase,
    #[error("the backup was written by a newer version of lectern: restore it with that version")]
    Newer,
    #[error("the backup was written by a version of lectern with other tables: restore it with that version")]
    OtherTables,
    #[error("{0}: restore into an empty data directory and an empty database")]
    NotEmpty(String),
    #[error("what was restored is not what was backed up: {0}; nothing was kept")]
    Differs(String),
    #[error("{} is there and is no backup of lectern: name another file", .0.display())]
    InTheWay(PathBuf),
    #[error("to remove older ones their names have to differ by a number or a date, as in lectern-2026-11-22.backup")]
    Numberless,
    #[error("a backup that is taken by itself needs a folder: set `folder` of [backup]")]
    NoVault,
    #[error("this machine gives no random numbers")]
    NoChance,
    #[error("the disk is full: free some space, nothing was lost")]
    DiskFull,
    #[error("the backup cannot be written or read: {0}")]
    File(#[source] io::Error),
    #[error("the backup was not taken to its end")]
    BrokenOff,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Index(#[from] IndexError),
    #[error(transparent)]
    Embed(#[from] EmbedError),
    #[error(transparent)]
    Shelf(#[from] ShelfError),
}

impl From<io::Error> for BackupError {
    /// One of ours that went through a reader or a writer comes out as what it was.
    fn from(error: io::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(ours) => ours,
            Err(error) if error.kind() == io::ErrorKind::StorageFull => Self::DiskFull,
            Err(error) => Self::File(error),
        }
    }
}

impl From<BackupError> for io::Error {
    fn from(error: BackupError) -> Self {
        Self::new(io::ErrorKind::InvalidData, error)
    }
}

/// Work that blocks, on a thread for such.
pub async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BackupError> + Send + 'static,
) -> Result<T, BackupError> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}
