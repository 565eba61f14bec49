//! Taking a backup: one cut of the rows, the originals that they name, and the proof of the index, while the house goes on.
//!
//! Rows are read on the tasks of the runtime, packed on a thread of its own, and neither runs far ahead of the other. No
//! original goes while this lasts: what was to be removed meanwhile is, right after.

use std::io::Write;

use futures_util::TryStreamExt;
use tokio::sync::mpsc;

use super::packing::Packer;
use super::proof::{Prover, QUESTIONS, Rankings};
use super::{BackupError, Head, Trailer};
use crate::config::Secret;
use crate::faults::{self, Step};
use crate::store::{Cut, KeptRow, Originals, Store, Vectors, kept_tables};

/// How many lots of rows wait to be packed, and how much is in one.
const LOTS: usize = 4;
const LOT_ROWS: usize = 128;

/// What is wanted of a backup.
pub struct Wish<'a> {
    pub vectors: Vectors,
    pub passphrase: Option<Secret>,
    /// Whom to ask for the proof of the index; nobody, where only the rows are open.
    pub prover: Option<Prover<'a>>,
}

/// What is to be packed next.
enum Lot {
    Rows(&'static str, Vec<KeptRow>),
    Originals(Vec<String>),
    Rankings(Rankings),
    /// Nothing more: without this there is no end, and so no backup.
    End,
}

/// Write a backup into `into`; whole only when this returns.
pub async fn take<W>(store: &Store, wish: Wish<'_>, into: W) -> Result<(W, Trailer), BackupError>
where
    W: Write + Send + 'static,
{
    let pin = store.originals().pin();
    let taken = pinned(store, wish, into).await;
    let spared = pin.release();
    if !spared.is_empty() {
        let _nobody_hands_in = store.handing_in.write().await;
        for original in spared {
            store.original_drop(&original).await?;
        }
    }
    taken
}

async fn pinned<W>(store: &Store, wish: Wish<'_>, into: W) -> Result<(W, Trailer), BackupError>
where
    W: Write + Send + 'static,
{
    let Wish { vectors, passphrase, prover } = wish;
    let cut = store.cut().await?;
    faults::at(Step::CutTaken)?;
    let head = Head {
        lectern: env!("CARGO_PKG_VERSION").to_owned(),
        schema: cut.schema().version,
        schema_mark: cut.schema().mark.clone(),
        taken_ms: cut.taken_ms(),
        database: store.kind().to_owned(),
    };
    let (lots, packed) = mpsc::channel(LOTS);
    let originals = store.originals().clone();
    let packing = move || pack(Packer::begin(into, &head, passphrase.as_ref())?, packed, &originals);
    let packing = tokio::task::spawn_blocking(packing);
    let fed = feed(store, cut, vectors, prover, lots).await;
    let packed = packing.await.map_err(std::io::Error::other)?;
    match (fed, packed) {
        // It would not have ended otherwise.
        (Err(BackupError::BrokenOff), Err(error)) => Err(error),
        (Err(error), _) => Err(error),
        (Ok(()), packed) => packed,
    }
}

fn pack<W: Write>(
    mut packer: Packer<W>,
    mut lots: mpsc::Receiver<Lot>,
    originals: &Originals,
) -> Result<(W, Trailer), BackupError> {
    while let Some(lot) = lots.blocking_recv() {
        match lot {
            Lot::Rows(table, rows) => rows.iter().try_for_each(|row| packer.row(table, row))?,
            Lot::Originals(names) => {
                names.iter().try_for_each(|name| packer.original(originals, name))?;
                faults::at(Step::OriginalsPacked)?;
            }
            Lot::Rankings(rankings) => packer.rankings(&rankings)?,
            Lot::End => return packer.finish(),
        }
    }
    Err(BackupError::BrokenOff)
}

async fn feed(
    store: &Store,
    mut cut: Cut,
    vectors: Vectors,
    prover: Option<Prover<'_>>,
    lots: mpsc::Sender<Lot>,
) -> Result<(), BackupError> {
    let give = async |lot: Lot| lots.send(lot).await.map_err(|_| BackupError::BrokenOff);
    for table in kept_tables(vectors) {
        let mut rows = cut.rows(table).try_chunks(LOT_ROWS);
        while let Some(lot) = rows.try_next().await.map_err(|broken| broken.1)? {
            give(Lot::Rows(table, lot)).await?;
        }
    }
    faults::at(Step::RowsRead)?;
    let originals = cut.originals().await?;
    let asked = match prover {
        Some(prover) => {
            let workspace = prover.clearance.workspace();
            Some((prover, cut.questions(workspace, QUESTIONS).await?, cut.catalog_version(workspace).await?))
        }
        None => None,
    };
    // Nothing more is asked of it, and a database that has to keep a former state for somebody grows.
    cut.close().await?;
    if let Some((prover, questions, version)) = asked {
        let rankings = prover.rankings(questions).await?;
        let is_exact = store.catalog_version(prover.clearance.workspace()).await? == version;
        let embedder = prover.embedder.name().to_owned();
        give(Lot::Rankings(Rankings { embedder, is_exact, rankings })).await?;
    }
    give(Lot::Originals(originals)).await?;
    give(Lot::End).await
}
