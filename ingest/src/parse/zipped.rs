//! ZIP archives, opened as if by a bomb squad: everything that reads one reads it through here.
//!
//! Sizes that an archive declares are lies until proven, so what counts is what comes out while it streams: of one
//! entry, of all together, and against what went in. Entries that share bytes are refused, since that is how a few
//! kilobytes become petabytes. A name inside an archive is never a path; it is cleaned and shown. Nothing is written to
//! a disk. Knows nothing of what the entries mean.

use std::collections::HashMap;
use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use super::{ParseError, xml};

const MOST_ENTRIES: usize = 10_000;
/// One entry is held in memory at a time, and the process that parses has 512 MB.
const LARGEST_ENTRY_BYTES: u64 = 50_000_000;
const MOST_DECODED_BYTES: u64 = 500_000_000;
const STEEPEST_RATIO: u64 = 100;
/// Below this much, a steep ratio harms nobody: style sheets and empty sheets are like that.
const RATIO_AFTER_BYTES: u64 = 1_000_000;
/// Longer names are cut; file systems have the same limit.
const LONGEST_NAME_CHARS: usize = 255;

pub(super) struct Zipped<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    entries: Vec<Entry>,
    by_name: HashMap<String, usize>,
    decoded_bytes: u64,
}

/// What the archive says of an entry, cleaned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// With `/` between folders, never absolute, without `..` and control characters.
    pub(super) name: String,
    pub(super) sort: Sort,
    /// A check that only writers at peace with their readers pass.
    is_encrypted: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    File,
    Folder,
    Link,
}

impl<'a> Zipped<'a> {
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, ParseError> {
        if claimed_entries(bytes).is_some_and(|claimed| claimed > MOST_ENTRIES) {
            return Err(too_many());
        }
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(refused)?;
        if archive.len() > MOST_ENTRIES {
            return Err(too_many());
        }
        if archive.has_overlapping_entries().map_err(refused)? {
            return Err(ParseError::Damaged("files in the archive share the same bytes".to_owned()));
        }
        let entries = (0..archive.len()).map(|n| entry(&mut archive, n)).collect::<Result<Vec<_>, _>>()?;
        let by_name = entries.iter().enumerate().map(|(n, entry)| (key(&entry.name), n)).collect();
        Ok(Self { archive, entries, by_name, decoded_bytes: 0 })
    }

    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Whether any entry's name starts like this.
    pub(super) fn has(&self, start: &str) -> bool {
        self.entries.iter().any(|entry| key(&entry.name).starts_with(&key(start)))
    }

    /// What an entry holds; `None` where there is no such entry. Writers disagree on the case of names.
    pub(super) fn read(&mut self, name: &str) -> Result<Option<Vec<u8>>, ParseError> {
        match self.by_name.get(&key(name)) {
            Some(number) => self.read_number(*number).map(Some),
            None => Ok(None),
        }
    }

    /// The text of an entry that is XML.
    pub(super) fn read_xml(&mut self, name: &str) -> Result<Option<String>, ParseError> {
        Ok(self.read(name)?.map(xml::decode))
    }

    /// What the entry holds that has this place in [`Self::entries`].
    pub(super) fn read_number(&mut self, number: usize) -> Result<Vec<u8>, ParseError> {
        let file = self.archive.by_index(number).map_err(refused)?;
        let (declared, packed) = (file.size(), file.compressed_size());
        let left = MOST_DECODED_BYTES.saturating_sub(self.decoded_bytes);
        let read = pour(file, declared, packed, LARGEST_ENTRY_BYTES.min(left));
        let poured = read.as_ref().map_or(LARGEST_ENTRY_BYTES, |bytes| bytes.len() as u64);
        self.decoded_bytes += poured.min(left);
        match read {
            Err(ParseError::TooMuch { .. }) if left < LARGEST_ENTRY_BYTES => Err(unpacked_too_much(MOST_DECODED_BYTES)),
            read => read,
        }
    }

    /// Whether nothing more will be unpacked.
    pub(super) fn is_exhausted(&self) -> bool {
        self.decoded_bytes >= MOST_DECODED_BYTES
    }

    pub(super) fn is_encrypted(&self, number: usize) -> bool {
        self.entries.get(number).is_some_and(|entry| entry.is_encrypted)
    }
}

/// All that a reader yields, up to the limits. What cannot be read to its end is damaged.
fn pour(mut from: impl Read, declared: u64, packed: u64, limit: u64) -> Result<Vec<u8>, ParseError> {
    let most = limit.min((packed * STEEPEST_RATIO).max(RATIO_AFTER_BYTES));
    let mut bytes = Vec::with_capacity(usize::try_from(declared.min(most)).unwrap_or_default().min(1 << 20));
    let damaged = |error: std::io::Error| ParseError::Damaged(format!("a file in the archive: {error}"));
    from.by_ref().take(most + 1).read_to_end(&mut bytes).map_err(damaged)?;
    match bytes.len() as u64 > most {
        true if most < limit => Err(ParseError::Damaged("a file in the archive unpacks to 100 times its size".into())),
        true => Err(unpacked_too_much(limit)),
        false => Ok(bytes),
    }
}

fn unpacked_too_much(limit: u64) -> ParseError {
    ParseError::TooMuch { what: "bytes when unpacked", limit }
}

fn too_many() -> ParseError {
    ParseError::TooMuch { what: "files inside", limit: MOST_ENTRIES as u64 }
}

/// How many entries the archive's last record claims, read before anything is reserved for them. The largest number
/// stands for "see elsewhere", and is judged when the archive is open.
fn claimed_entries(bytes: &[u8]) -> Option<usize> {
    let tail = &bytes[bytes.len().saturating_sub(66_000)..];
    let at = tail.windows(4).rposition(|window| window == b"PK\x05\x06")?;
    let count = u16::from_le_bytes([*tail.get(at + 10)?, *tail.get(at + 11)?]);
    (count != u16::MAX).then_some(count.into())
}

fn entry(archive: &mut ZipArchive<Cursor<&[u8]>>, number: usize) -> Result<Entry, ParseError> {
    let file = archive.by_index_raw(number).map_err(refused)?;
    let raw = file.name().map_or_else(|_| String::from_utf8_lossy(file.name_raw()).into_owned(), |name| name.into());
    let sort = match (file.is_symlink(), file.is_dir() || raw.ends_with(['/', '\\'])) {
        (true, _) => Sort::Link,
        (_, true) => Sort::Folder,
        _ => Sort::File,
    };
    Ok(Entry { name: clean_name(&raw), sort, is_encrypted: file.encrypted() })
}

/// A name to show: no folder above, no drive, no backslash, nothing invisible.
pub(super) fn clean_name(raw: &str) -> String {
    let plain: String = raw.chars().map(|c| if c == '\\' { '/' } else { c }).filter(|c| !c.is_control()).collect();
    let parts = plain.split('/').map(str::trim).filter(|part| !matches!(*part, "" | "." | ".."));
    let parts = parts.filter(|part| !(part.len() == 2 && part.ends_with(':')));
    let name = parts.collect::<Vec<_>>().join("/");
    let skip = name.chars().count().saturating_sub(LONGEST_NAME_CHARS);
    // The end is kept: it says what kind of file this is.
    name.chars().skip(skip).collect()
}

fn key(name: &str) -> String {
    name.trim_start_matches('/').replace('\\', "/").to_ascii_lowercase()
}

fn refused(error: ZipError) -> ParseError {
    match error {
        ZipError::InvalidPassword | ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => ParseError::Protected,
        ZipError::CompressionMethodNotSupported(_) => {
            ParseError::Damaged("a file in the archive is packed in an unusual way".to_owned())
        }
        error => ParseError::Damaged(error.to_string()),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write;

    use zip::write::SimpleFileOptions;
    use zip::{CompressionMethod, ZipWriter};

    use super::*;

    /// An archive of these names and contents, as every test of a format needs one.
    pub(in crate::parse) fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            let method = if *name == "mimetype" { CompressionMethod::Stored } else { CompressionMethod::Deflated };
            writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    /// The same with the flag set that says "encrypted".
    pub(in crate::parse) fn locked(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut bytes = archive(files);
        for (mark, flags_at) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
            let found = |n: &usize| bytes[*n..].starts_with(mark);
            for at in (0..bytes.len()).filter(found).collect::<Vec<_>>() {
                bytes[at + flags_at] |= 1;
            }
        }
        bytes
    }

    fn read(bytes: &[u8], name: &str) -> Result<Option<Vec<u8>>, ParseError> {
        Zipped::open(bytes)?.read(name)
    }

    #[test]
    fn entries_are_read_by_name() {
        let bytes = archive(&[("Word/Document.xml", b"x"), ("a", b"")]);
        assert_eq!(read(&bytes, "word/document.xml"), Ok(Some(b"x".to_vec())));
        assert_eq!(read(&bytes, "/a"), Ok(Some(vec![])));
        assert_eq!(read(&bytes, "b"), Ok(None));
    }

    #[test]
    fn bombs_are_refused() {
        let bytes = archive(&[("bomb", &vec![0; 20_000_000]), ("small", &vec![0; 900_000])]);
        assert!(read(&bytes, "bomb").unwrap_err().to_string().contains("100 times"));
        assert_eq!(read(&bytes, "small").unwrap().unwrap().len(), 900_000);
    }

    #[test]
    fn declared_sizes_are_not_believed() {
        let mut bytes = archive(&[("bomb", &vec![0; 20_000_000])]);
        let at = bytes.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
        bytes[at + 24..at + 28].copy_from_slice(&10u32.to_le_bytes());
        assert!(read(&bytes, "bomb").is_err());
    }

    #[test]
    fn too_many_entries_are_refused_before_they_are_read() {
        let names: Vec<String> = (0..=MOST_ENTRIES).map(|n| n.to_string()).collect();
        let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
        assert_eq!(Zipped::open(&archive(&files)).err(), Some(too_many()));
    }

    #[test]
    fn entries_that_share_bytes_are_refused() {
        let mut bytes = archive(&[("a", b"one"), ("b", b"two")]);
        let second = bytes.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
        bytes[second + 42..second + 46].copy_from_slice(&0u32.to_le_bytes());
        assert!(Zipped::open(&bytes).is_err());
    }

    #[test]
    fn passwords_and_damage_are_told() {
        assert_eq!(read(&locked(&[("a", b"secret")]), "a"), Err(ParseError::Protected));
        let bytes = archive(&[("a", &[7; 1000])]);
        assert!(matches!(read(&bytes[..bytes.len() - 30], "a"), Err(ParseError::Damaged(_))));
        assert!(matches!(read(b"PK\x03\x04 no archive", "a"), Err(ParseError::Damaged(_))));
    }

    #[test]
    fn names_are_no_paths() {
        let check = |raw, expected| assert_eq!(clean_name(raw), expected);
        check("../../etc/passwd", "etc/passwd");
        check("/etc/passwd", "etc/passwd");
        check("C:\\Windows\\x.txt", "Windows/x.txt");
        check("a/./b/../c", "a/b/c");
        check("nul\0 and\n control", "nul and control");
        check("..", "");
        assert_eq!(clean_name(&"x".repeat(1000)).len(), LONGEST_NAME_CHARS);
    }
}
