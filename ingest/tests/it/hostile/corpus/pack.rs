//! Archives and packed streams in which everything can be a lie: names, sizes, checks, places, methods.
//!
//! Written by hand because no library lies. Knows nothing of what the entries mean.

use std::io::Write;

use flate2::{Compression, Crc, write::DeflateEncoder, write::GzEncoder, write::ZlibEncoder};

/// One entry of an archive, and all that the archive says of it.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) name: Vec<u8>,
    pub(super) packed: Vec<u8>,
    pub(super) method: u16,
    pub(super) flags: u16,
    /// As declared.
    pub(super) size: u32,
    pub(super) crc: u32,
    /// What Unix makes of it, `0o120777` being a link.
    pub(super) mode: u32,
    /// Where its bytes are said to be, if not where they are.
    pub(super) at: Option<u32>,
    /// Entries without bytes of their own stand in the list alone.
    pub(super) is_listed_only: bool,
}

impl Entry {
    pub(super) fn stored(name: &str, bytes: &[u8]) -> Self {
        let mut crc = Crc::new();
        crc.update(bytes);
        Self {
            name: name.into(),
            packed: bytes.to_vec(),
            method: 0,
            flags: 0,
            size: bytes.len() as u32,
            crc: crc.sum(),
            mode: 0o100644,
            at: None,
            is_listed_only: false,
        }
    }

    pub(super) fn deflated(name: &str, bytes: &[u8]) -> Self {
        Self { packed: deflate(bytes), method: 8, ..Self::stored(name, bytes) }
    }

    fn head(&self, mark: &[u8; 4], versions: &[u8]) -> Vec<u8> {
        let Self { name, packed, method, flags, size, crc, .. } = self;
        let mut head = [mark, versions].concat();
        [*flags, *method, 0, 0x21].iter().for_each(|n| head.extend(n.to_le_bytes()));
        [*crc, packed.len() as u32, *size].iter().for_each(|n| head.extend(n.to_le_bytes()));
        [name.len() as u16, 0].iter().for_each(|n| head.extend(n.to_le_bytes()));
        head
    }
}

/// An archive of these entries.
pub(super) fn archive(entries: &[Entry]) -> Vec<u8> {
    archive_of(entries, entries.len() as u16)
}

/// An archive that claims to hold so many.
pub(super) fn archive_of(entries: &[Entry], claimed: u16) -> Vec<u8> {
    let (mut out, mut list) = (Vec::new(), Vec::new());
    for entry in entries {
        let at = entry.at.unwrap_or(out.len() as u32);
        if !entry.is_listed_only {
            out.extend([entry.head(b"PK\x03\x04", &[20, 0]), entry.name.clone(), entry.packed.clone()].concat());
        }
        list.extend(entry.head(b"PK\x01\x02", &[20, 3, 20, 0]));
        list.extend([0; 6]);
        [entry.mode << 16, at].iter().for_each(|n| list.extend(n.to_le_bytes()));
        list.extend(&entry.name);
    }
    let place = out.len() as u32;
    out.extend(&list);
    out.extend(b"PK\x05\x06\0\0\0\0");
    [claimed, claimed].iter().for_each(|n| out.extend(n.to_le_bytes()));
    [list.len() as u32, place].iter().for_each(|n| out.extend(n.to_le_bytes()));
    out.extend([0; 2]);
    out
}

/// An archive of plain files.
pub(super) fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    archive(&files.iter().map(|(name, bytes)| Entry::deflated(name, bytes)).collect::<Vec<_>>())
}

pub(super) fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// So many zeros, packed without ever being held.
pub(super) fn zlib_zeros(megabytes: usize) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    (0..megabytes).for_each(|_| encoder.write_all(&vec![0; 1 << 20]).unwrap());
    encoder.finish().unwrap()
}

pub(super) fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn gzip_zeros(megabytes: usize) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    (0..megabytes).for_each(|_| encoder.write_all(&vec![0; 1 << 20]).unwrap());
    encoder.finish().unwrap()
}
