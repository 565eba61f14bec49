//! Checking: all of a file is read and judged before anything of it is used.

use std::fs::File;
use std::path::Path;

use super::proof::Rankings;
use super::unpacking::{Unpacked, Unpacker};
use super::{BackupError, Head, Trailer};
use crate::config::Secret;

/// What a whole backup says of itself.
#[derive(Clone, PartialEq, Debug)]
pub struct Contents {
    pub head: Head,
    pub trailer: Trailer,
    /// Absent where nobody could ask when it was taken.
    pub rankings: Option<Rankings>,
    /// Originals that are not in there, by name.
    pub lost: Vec<String>,
}

/// Read all of it; blocks.
pub fn check(file: &Path, passphrase: Option<&Secret>) -> Result<Contents, BackupError> {
    let (mut unpacker, head) = Unpacker::begin(File::open(file)?, passphrase)?;
    let (mut rankings, mut lost) = (None, Vec::new());
    loop {
        match unpacker.step()? {
            Unpacked::Row(..) | Unpacked::Original | Unpacked::Piece(_) | Unpacked::OriginalEnd => {}
            Unpacked::Lost(name) => lost.push(name),
            Unpacked::Rankings(found) => rankings = Some(found),
            Unpacked::End(trailer) => return Ok(Contents { head, trailer, rankings, lost }),
        }
    }
}
