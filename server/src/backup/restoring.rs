//! Restoring: a backup into an empty data directory and an empty database, all of it or nothing.
//!
//! First the file is read to its end and judged. Then originals are kept and rows put in, in one transaction, and read back
//! before it is committed: they have to be what was backed up, by their number and their hash. While that goes on a mark
//! stands in the data directory, and nothing else opens it. Does not know the index.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use futures_util::TryStreamExt;
use tokio::sync::mpsc;

use super::check::{Contents, check};
use super::tally::Tally;
use super::unpacking::{Unpacked, Unpacker};
use super::{BackupError, Trailer, aside};
use crate::config::Secret;
use crate::datadir::DataDir;
use crate::faults::{self, Step};
use crate::store::{
    Database, Filling, Found, Incoming, KeptRow, Originals, Received, StoreError, known_schema, newest_schema,
};

/// How many lots of rows wait to be put in, and how much is in one.
const LOTS: usize = 4;
const LOT_ROWS: usize = 128;
/// How many originals are made durable together.
const KEPT_AT_ONCE: usize = 64;
/// What changes as soon as a house is opened.
const MOVING: [&str; 5] = ["jobs", "job_items", "job_stages", "audit", "audit_heads"];

/// Where it is to go.
pub struct Target<'a> {
    pub data: &'a DataDir,
    pub database: &'a Database,
    pub originals: &'a Originals,
}

/// What was restored.
#[derive(Clone, PartialEq, Debug)]
pub struct Restored {
    pub contents: Contents,
    /// Whether a run before this one had done it, and died before it could say so.
    pub was_there: bool,
}

/// Bring a backup back. The mark of an unfinished restore still stands when this returns: its caller takes it away, once
/// nothing more is to be proved.
pub async fn restore(file: &Path, passphrase: Option<Secret>, target: &Target<'_>) -> Result<Restored, BackupError> {
    let (name, key) = (file.to_owned(), passphrase.clone());
    let contents = aside(move || check(&name, key.as_ref())).await?;
    let schema = contents.head.schema;
    match known_schema(schema) {
        None if schema > newest_schema() => return Err(BackupError::Newer),
        None => return Err(BackupError::OtherTables),
        Some(known) if known.mark != contents.head.schema_mark => return Err(BackupError::OtherTables),
        Some(_) => {}
    }
    let is_ours = target.data.is_being_restored();
    let mut filling = Filling::open(target.database).await?;
    match filling.look().await? {
        Found::Something if is_ours => {
            same_rows(&contents.trailer, &filling.counts().await?.into_iter().collect())?;
            return Ok(Restored { contents, was_there: true });
        }
        Found::Something => return Err(BackupError::NotEmpty("the database holds a library".into())),
        Found::Nothing(Some(found)) if found.version > schema => {
            return Err(BackupError::NotEmpty("a newer version of lectern made the tables of the database".into()));
        }
        Found::Nothing(_) => {}
    }
    match is_ours {
        // Of a run that died: nothing names any of them.
        true => _ = target.originals.sweep(&Default::default())?,
        false if !target.originals.is_empty()? => {
            return Err(BackupError::NotEmpty("the data directory holds originals".into()));
        }
        false if !target.data.has_no_index()? => {
            return Err(BackupError::NotEmpty("the data directory holds an index".into()));
        }
        false => target.data.begin_restore()?,
    }
    faults::at(Step::RestoreMarked)?;
    match fill(file, passphrase, filling, target.originals, &contents).await {
        // Whether a commit that failed was one nobody knows: the mark stays then, and the next run looks.
        Ok(filled) => {
            filled.commit().await?;
            faults::at(Step::RestoreCommitted)?;
            Ok(Restored { contents, was_there: false })
        }
        Err(error) => {
            target.originals.sweep(&Default::default())?;
            target.data.end_restore()?;
            Err(error)
        }
    }
}

/// All of it put in and compared, and not committed yet.
async fn fill(
    file: &Path,
    passphrase: Option<Secret>,
    mut filling: Filling,
    originals: &Originals,
    contents: &Contents,
) -> Result<Filling, BackupError> {
    filling.begin(contents.head.schema).await?;
    faults::at(Step::TablesMade)?;
    let filled = put_in(file, passphrase, &mut filling, originals, contents).await;
    match filled {
        Ok(()) => Ok(filling),
        Err(error) => {
            // It is closed in any case, and what was not committed is gone then.
            let _ = filling.give_up().await;
            Err(error)
        }
    }
}

async fn put_in(
    file: &Path,
    passphrase: Option<Secret>,
    filling: &mut Filling,
    originals: &Originals,
    contents: &Contents,
) -> Result<(), BackupError> {
    let (lots, mut unpacked) = mpsc::channel(LOTS);
    let (opened, originals) = (File::open(file)?, originals.clone());
    let unpacking = tokio::task::spawn_blocking(move || unpack(opened, passphrase.as_ref(), &originals, &lots));
    let mut put = Ok(());
    while let Some((table, rows)) = unpacked.recv().await {
        put = put_all(filling, table, rows).await;
        if put.is_err() {
            break;
        }
    }
    drop(unpacked);
    let end = unpacking.await.map_err(std::io::Error::other)?;
    put?;
    // The file is the one that was checked.
    if end? != contents.trailer {
        return Err(BackupError::Damaged("it was changed while it was read"));
    }
    faults::at(Step::RowsRestored)?;
    let found = read_back(filling).await?;
    same_rows(&contents.trailer, &found.rows)?;
    if found.hash() != contents.trailer.rows_hash {
        return Err(BackupError::Differs("the rows are as many, and not the same".into()));
    }
    filling.hand_back_jobs().await?;
    Ok(faults::at(Step::RestoreCompared)?)
}

async fn put_all(filling: &mut Filling, table: &str, rows: Vec<KeptRow>) -> Result<(), StoreError> {
    for row in rows {
        filling.put(table, row).await?;
    }
    Ok(())
}

type Lot = (&'static str, Vec<KeptRow>);

/// Read the file for good; blocks. Rows go to whoever puts them in, originals are kept here.
fn unpack(
    file: File,
    passphrase: Option<&Secret>,
    originals: &Originals,
    lots: &mpsc::Sender<Lot>,
) -> Result<Trailer, BackupError> {
    let (mut unpacker, _) = Unpacker::begin(file, passphrase)?;
    let mut leaving = Leaving { lots, table: "", rows: Vec::new() };
    let mut arriving = Arriving { originals, incoming: None, received: Vec::new() };
    loop {
        match unpacker.step()? {
            Unpacked::Row(table, row) => leaving.add(table, row)?,
            Unpacked::End(trailer) => {
                leaving.give()?;
                arriving.keep()?;
                return Ok(trailer);
            }
            step => arriving.take(step)?,
        }
    }
}

/// Rows on their way to the database, a lot of one table at a time.
struct Leaving<'a> {
    lots: &'a mpsc::Sender<Lot>,
    table: &'static str,
    rows: Vec<KeptRow>,
}

impl Leaving<'_> {
    fn add(&mut self, table: &'static str, row: KeptRow) -> Result<(), BackupError> {
        if table != self.table || self.rows.len() >= LOT_ROWS {
            self.give()?;
            self.table = table;
        }
        self.rows.push(row);
        Ok(())
    }

    fn give(&mut self) -> Result<(), BackupError> {
        let lot = (self.table, std::mem::take(&mut self.rows));
        self.lots.blocking_send(lot).map_err(|_| BackupError::BrokenOff)
    }
}

/// Originals on their way in.
struct Arriving<'a> {
    originals: &'a Originals,
    incoming: Option<Incoming>,
    received: Vec<Received>,
}

impl Arriving<'_> {
    fn take(&mut self, step: Unpacked) -> Result<(), BackupError> {
        match (step, self.incoming.as_mut()) {
            (Unpacked::Original, _) => self.incoming = Some(self.originals.begin()?),
            (Unpacked::Piece(bytes), Some(incoming)) => incoming.write(&bytes)?,
            (Unpacked::OriginalEnd, Some(_)) => {
                let whole = self.incoming.take().map(Incoming::finish).transpose()?;
                self.received.extend(whole);
                if self.received.len() >= KEPT_AT_ONCE {
                    self.keep()?;
                }
            }
            // What may have come of it is dropped.
            (Unpacked::Lost(_), _) => self.incoming = None,
            _ => {}
        }
        Ok(())
    }

    fn keep(&mut self) -> Result<(), BackupError> {
        self.originals.keep(std::mem::take(&mut self.received))?;
        Ok(faults::at(Step::OriginalsRestored)?)
    }
}

async fn read_back(filling: &mut Filling) -> Result<Tally, BackupError> {
    let mut tally = Tally::default();
    for table in filling.tables().await? {
        let mut rows = filling.rows(table);
        while let Some(row) = rows.try_next().await? {
            tally.add(table, &row);
        }
    }
    Ok(tally)
}

/// Whether a database holds as many rows as the backup.
fn same_rows(trailer: &Trailer, found: &BTreeMap<String, u64>) -> Result<(), BackupError> {
    let is_still = |table: &&String| !MOVING.contains(&table.as_str());
    let many = |rows: &BTreeMap<String, u64>, table: &String| rows.get(table).copied().unwrap_or(0);
    let tables = trailer.rows.keys().chain(found.keys()).filter(is_still);
    let differing = tables.into_iter().find(|table| many(&trailer.rows, table) != many(found, table));
    match differing {
        None => Ok(()),
        Some(table) => {
            let (then, now) = (many(&trailer.rows, table), many(found, table));
            Err(BackupError::Differs(format!("{now} rows of {table} in place of {then}")))
        }
    }
}

/// Whether every original that is here is what its name says, and all that were in the backup are here; blocks.
pub fn originals_hold(originals: &Originals, trailer: &Trailer) -> Result<(), BackupError> {
    let (mut many, mut bytes) = (0, 0);
    for name in originals.names()? {
        let content = originals.get(&name)?;
        if blake3::hash(&content).to_hex().as_str() != name {
            return Err(BackupError::Differs(format!("the original {name} is not what its name says")));
        }
        many += 1;
        bytes += content.len() as u64;
    }
    match (many, bytes) == (trailer.originals, trailer.originals_bytes) {
        true => Ok(()),
        false => Err(BackupError::Differs(format!("{many} originals in place of {}", trailer.originals))),
    }
}
