//! Unpacking: what was packed, frame by frame, each judged by what has to stand before it; and at the end whether all of it
//! was there.
//!
//! Does not know what becomes of it. What it gives is to be used for good only once the end was reached.

use std::io::{BufReader, Read};
use std::sync::Arc;

use flate2::bufread::DeflateDecoder;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::envelope::{CHUNK_BYTES, Opener};
use super::frame::{self, Kind};
use super::proof::Rankings;
use super::tally::Tally;
use super::{BackupError, Head, Trailer};
use crate::config::Secret;
use crate::store::{KeptRow, Vectors, kept_tables};

const OUT_OF_ORDER: BackupError = BackupError::Damaged("its parts do not follow each other as they should");
const INCOMPLETE: BackupError = BackupError::Damaged("it does not hold what its end says");

/// One thing out of a backup.
pub enum Unpacked {
    Row(&'static str, KeptRow),
    /// An original begins.
    Original,
    Piece(Vec<u8>),
    /// The one that began was whole.
    OriginalEnd,
    /// There is no original of this name, and what may have come of it is not it.
    Lost(String),
    Rankings(Rankings),
    /// It was all there.
    End(Trailer),
}

pub struct Unpacker<R: Read> {
    from: DeflateDecoder<BufReader<Opener<R>>>,
    hasher: blake3::Hasher,
    tally: Tally,
    found: Trailer,
    table: Option<(&'static str, Arc<[String]>)>,
    original: Option<Arriving>,
}

/// An original of which not all has come yet.
struct Arriving {
    name: String,
    hasher: blake3::Hasher,
    bytes: u64,
}

#[derive(Deserialize)]
struct Table {
    table: String,
    columns: Vec<String>,
}

impl<R: Read> Unpacker<R> {
    pub fn begin(from: R, passphrase: Option<&Secret>) -> Result<(Self, Head), BackupError> {
        let opener = Opener::begin(from, passphrase)?;
        let mut unpacker = Self {
            from: DeflateDecoder::new(BufReader::with_capacity(CHUNK_BYTES, opener)),
            hasher: blake3::Hasher::new(),
            tally: Tally::default(),
            found: Trailer::default(),
            table: None,
            original: None,
        };
        match unpacker.frame()? {
            (Kind::Head, content) => Ok((unpacker, json(&content)?)),
            _ => Err(OUT_OF_ORDER),
        }
    }

    pub fn step(&mut self) -> Result<Unpacked, BackupError> {
        loop {
            let (kind, content) = self.frame()?;
            return match (kind, self.original.take()) {
                (Kind::Table, None) => {
                    self.turn_to(json(&content)?)?;
                    continue;
                }
                (Kind::Row, None) => self.row(&content),
                (Kind::Original, None) => self.begin_original(content),
                (Kind::Piece, Some(arriving)) => Ok(self.piece(arriving, content)),
                (Kind::OriginalEnd, Some(arriving)) => self.end_original(&arriving),
                (Kind::Lost, arriving) => self.lost(arriving, content),
                (Kind::Rankings, None) => Ok(Unpacked::Rankings(json(&content)?)),
                (Kind::Trailer, None) => self.end(json(&content)?),
                _ => Err(OUT_OF_ORDER),
            };
        }
    }

    fn turn_to(&mut self, Table { table, columns }: Table) -> Result<(), BackupError> {
        let known = kept_tables(Vectors::Kept).find(|kept| *kept == table).ok_or(BackupError::OtherTables)?;
        self.table = Some((known, columns.into()));
        Ok(())
    }

    fn row(&mut self, content: &[u8]) -> Result<Unpacked, BackupError> {
        let (table, columns) = self.table.as_ref().ok_or(OUT_OF_ORDER)?;
        let fields = frame::decoded(content)?;
        if fields.len() != columns.len() {
            return Err(OUT_OF_ORDER);
        }
        self.tally.add_encoded(table, columns, content);
        Ok(Unpacked::Row(table, KeptRow { columns: Arc::clone(columns), fields }))
    }

    fn begin_original(&mut self, name: Vec<u8>) -> Result<Unpacked, BackupError> {
        let name = text(name)?;
        self.original = Some(Arriving { name, hasher: blake3::Hasher::new(), bytes: 0 });
        Ok(Unpacked::Original)
    }

    fn piece(&mut self, mut arriving: Arriving, content: Vec<u8>) -> Unpacked {
        arriving.hasher.update(&content);
        arriving.bytes += content.len() as u64;
        self.original = Some(arriving);
        Unpacked::Piece(content)
    }

    fn end_original(&mut self, arriving: &Arriving) -> Result<Unpacked, BackupError> {
        if arriving.hasher.finalize().to_hex().as_str() != arriving.name {
            return Err(BackupError::Damaged("an original in it is not what its name says"));
        }
        self.found.originals += 1;
        self.found.originals_bytes += arriving.bytes;
        Ok(Unpacked::OriginalEnd)
    }

    fn lost(&mut self, arriving: Option<Arriving>, name: Vec<u8>) -> Result<Unpacked, BackupError> {
        let name = text(name)?;
        if arriving.is_some_and(|arriving| arriving.name != name) {
            return Err(OUT_OF_ORDER);
        }
        self.found.originals_lost += 1;
        Ok(Unpacked::Lost(name))
    }

    fn end(&mut self, trailer: Trailer) -> Result<Unpacked, BackupError> {
        let found = Trailer {
            rows: std::mem::take(&mut self.tally.rows),
            rows_hash: self.tally.hash(),
            hash: self.hasher.finalize().to_hex().to_string(),
            ..std::mem::take(&mut self.found)
        };
        if found != trailer {
            return Err(INCOMPLETE);
        }
        let is_over = self.from.read(&mut [0])? == 0 && self.from.get_mut().read(&mut [0])? == 0;
        if is_over { Ok(Unpacked::End(trailer)) } else { Err(OUT_OF_ORDER) }
    }

    fn frame(&mut self) -> Result<(Kind, Vec<u8>), BackupError> {
        let (head, kind, content) = frame::read(&mut self.from).map_err(unpacked)?;
        // The end holds the hash of all that stands before it.
        if kind != Kind::Trailer {
            self.hasher.update(&head).update(&content);
        }
        Ok((kind, content))
    }
}

/// What the decoder says of bytes that are none of an encoder's.
fn unpacked(error: BackupError) -> BackupError {
    use std::io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    match error {
        BackupError::File(cause) if [InvalidData, InvalidInput, UnexpectedEof].contains(&cause.kind()) => {
            BackupError::Damaged("it cannot be unpacked")
        }
        other => other,
    }
}

fn json<T: DeserializeOwned>(content: &[u8]) -> Result<T, BackupError> {
    serde_json::from_slice(content).map_err(|_| BackupError::Damaged("a part of it cannot be read"))
}

fn text(bytes: Vec<u8>) -> Result<String, BackupError> {
    String::from_utf8(bytes).map_err(|_| BackupError::Damaged("a name in it cannot be read"))
}
