//! Packing: rows, originals and rankings become frames, compressed, in an envelope.
//!
//! Synchronous work for a thread of its own. Does not know where the rows come from, nor where the bytes go.

use std::io::{self, Read, Write};
use std::sync::Arc;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde::Serialize;
use serde_json::json;

use super::envelope::Sealer;
use super::frame::{self, Kind};
use super::proof::Rankings;
use super::tally::Tally;
use super::{BackupError, Head, Trailer};
use crate::config::Secret;
use crate::store::{KeptRow, Originals};

const PIECE_BYTES: usize = 256 * 1024;
/// Texts become a third of what they are; more effort takes longer than a disk.
const EFFORT: Compression = Compression::new(3);

pub struct Packer<W: Write> {
    into: DeflateEncoder<Sealer<W>>,
    hasher: blake3::Hasher,
    tally: Tally,
    trailer: Trailer,
    /// The table and the columns that rows are of at present.
    table: Option<(&'static str, Arc<[String]>)>,
}

impl<W: Write> Packer<W> {
    pub fn begin(into: W, head: &Head, passphrase: Option<&Secret>) -> Result<Self, BackupError> {
        let sealer = Sealer::begin(into, head.taken_ms, passphrase)?;
        let mut packer = Self {
            into: DeflateEncoder::new(sealer, EFFORT),
            hasher: blake3::Hasher::new(),
            tally: Tally::default(),
            trailer: Trailer::default(),
            table: None,
        };
        packer.json(Kind::Head, head)?;
        Ok(packer)
    }

    pub fn row(&mut self, table: &'static str, row: &KeptRow) -> Result<(), BackupError> {
        let is_same = |(name, columns): &(&'static str, Arc<[String]>)| *name == table && *columns == row.columns;
        if !self.table.as_ref().is_some_and(is_same) {
            self.json(Kind::Table, &json!({"table": table, "columns": &row.columns[..]}))?;
            self.table = Some((table, Arc::clone(&row.columns)));
        }
        let fields = frame::encoded(&row.fields);
        self.tally.add_encoded(table, &row.columns, &fields);
        self.frame(Kind::Row, &fields)
    }

    /// An original, if it is there and what its name says; otherwise that it is lost.
    pub fn original(&mut self, originals: &Originals, name: &str) -> Result<(), BackupError> {
        let Ok((mut file, _)) = originals.file(name) else { return self.lost(name) };
        self.frame(Kind::Original, name.as_bytes())?;
        let (mut hasher, mut piece, mut length) = (blake3::Hasher::new(), vec![0; PIECE_BYTES], 0);
        let is_whole = loop {
            match file.read(&mut piece) {
                Ok(0) => break hasher.finalize().to_hex().as_str() == name,
                Ok(many) => {
                    hasher.update(&piece[..many]);
                    self.frame(Kind::Piece, &piece[..many])?;
                    length += many as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => break false,
            }
        };
        if !is_whole {
            return self.lost(name);
        }
        self.trailer.originals += 1;
        self.trailer.originals_bytes += length;
        self.frame(Kind::OriginalEnd, &[])
    }

    fn lost(&mut self, name: &str) -> Result<(), BackupError> {
        self.trailer.originals_lost += 1;
        self.frame(Kind::Lost, name.as_bytes())
    }

    pub fn rankings(&mut self, rankings: &Rankings) -> Result<(), BackupError> {
        self.json(Kind::Rankings, rankings)
    }

    /// Write the end, without which it is no backup.
    pub fn finish(mut self) -> Result<(W, Trailer), BackupError> {
        let hash = self.hasher.finalize().to_hex().to_string();
        let (rows_hash, rows) = (self.tally.hash(), std::mem::take(&mut self.tally.rows));
        let trailer = Trailer { rows, rows_hash, hash, ..std::mem::take(&mut self.trailer) };
        self.json(Kind::Trailer, &trailer)?;
        Ok((self.into.finish()?.finish()?, trailer))
    }

    fn json(&mut self, kind: Kind, content: &impl Serialize) -> Result<(), BackupError> {
        let text = serde_json::to_vec(content).map_err(io::Error::other)?;
        self.frame(kind, &text)
    }

    fn frame(&mut self, kind: Kind, content: &[u8]) -> Result<(), BackupError> {
        let opening = frame::opening(kind, content.len())?;
        self.hasher.update(&opening).update(content);
        self.into.write_all(&opening)?;
        self.into.write_all(content)?;
        Ok(())
    }
}
