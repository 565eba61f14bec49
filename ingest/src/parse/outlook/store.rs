//! The properties of an Outlook message: numbered values in the storages of a compound file.
//!
//! Small values stand in one table, texts and data in streams named after their number and type. Streams may share the
//! same bytes and claim any size, so what is read is counted against the size of the file. Knows no property's meaning.

use std::io::{Cursor, Read};

use cfb::CompoundFile;

use super::super::decode::{code_page, decode_labelled};

/// More recipients or attachments are somebody's trick.
const MOST_CHILDREN: usize = 2000;
/// How often all bytes of the file may be read.
const MOST_READ: u64 = 4;

const STRING_8: u16 = 0x001e;
const STRING_16: u16 = 0x001f;
const BINARY: u16 = 0x0102;

pub(super) struct Store<'a> {
    file: CompoundFile<Cursor<&'a [u8]>>,
    budget: u64,
}

/// The fixed values of one message, recipient or attachment.
pub(super) struct Properties(Vec<u8>);

impl<'a> Store<'a> {
    pub(super) fn open(bytes: &'a [u8]) -> std::io::Result<Self> {
        let file = CompoundFile::open(Cursor::new(bytes))?;
        Ok(Self { file, budget: (bytes.len() as u64).saturating_mul(MOST_READ) })
    }

    /// Whether everything was read that was asked for.
    pub(super) fn is_spent(&self) -> bool {
        self.budget == 0
    }

    pub(super) fn has_storage(&self, path: &str) -> bool {
        self.file.is_storage(path)
    }

    /// The storages in `path` whose names begin like this, as paths.
    pub(super) fn children(&self, path: &str, start: &str) -> Vec<String> {
        let Ok(entries) = self.file.read_storage(path) else { return Vec::new() };
        let named = entries.filter(|entry| entry.is_storage() && entry.name().starts_with(start));
        named.take(MOST_CHILDREN).map(|entry| format!("{path}/{}", entry.name())).collect()
    }

    /// `None` where there is no such object.
    pub(super) fn properties(&mut self, path: &str) -> Option<Properties> {
        self.stream(&format!("{path}/__properties_version1.0")).map(Properties)
    }

    /// A text, of whichever type it is kept in.
    pub(super) fn text(&mut self, path: &str, id: u16, page: u32) -> Option<String> {
        let text = if let Some(bytes) = self.value(path, id, STRING_16) {
            let units = bytes.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair));
            char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        } else {
            let bytes = self.value(path, id, STRING_8)?;
            decode_labelled(&bytes, Some(code_page(page).name())).text
        };
        let text = text.trim_end_matches('\0');
        (!text.trim().is_empty()).then(|| text.to_owned())
    }

    pub(super) fn binary(&mut self, path: &str, id: u16) -> Option<Vec<u8>> {
        self.value(path, id, BINARY).filter(|bytes| !bytes.is_empty())
    }

    fn value(&mut self, path: &str, id: u16, kind: u16) -> Option<Vec<u8>> {
        self.stream(&format!("{path}/__substg1.0_{id:04X}{kind:04X}"))
    }

    fn stream(&mut self, path: &str) -> Option<Vec<u8>> {
        if !self.file.is_stream(path) {
            return None;
        }
        let mut bytes = Vec::new();
        // A stream that breaks off is kept as far as it goes.
        let _ = self.file.open_stream(path).ok()?.take(self.budget).read_to_end(&mut bytes);
        self.budget = self.budget.saturating_sub(bytes.len() as u64);
        Some(bytes)
    }
}

impl Properties {
    pub(super) fn number(&self, id: u16) -> Option<u32> {
        let value = self.value(id, 0x0003)?;
        Some(u32::from_le_bytes(*value.first_chunk()?))
    }

    pub(super) fn is_set(&self, id: u16) -> bool {
        self.value(id, 0x000b).is_some_and(|value| value[0] != 0)
    }

    /// Seconds since 1970.
    pub(super) fn time(&self, id: u16) -> Option<i64> {
        const SECONDS_FROM_1601: i64 = 11_644_473_600;
        let ticks = u64::from_le_bytes(*self.value(id, 0x0040)?.first_chunk()?);
        let seconds = i64::try_from(ticks / 10_000_000).ok()? - SECONDS_FROM_1601;
        // Zero and the end of time both mean that nobody set it.
        (0..=253_402_300_799).contains(&seconds).then_some(seconds)
    }

    /// Entries are 16 bytes and stand at the end of the stream, after a head whose length depends on whose they are.
    fn value(&self, id: u16, kind: u16) -> Option<&[u8]> {
        let tag = (u32::from(id) << 16 | u32::from(kind)).to_le_bytes();
        let start = self.0.len() % 16;
        self.0[start..].chunks_exact(16).find(|entry| entry.starts_with(&tag)).map(|entry| &entry[8..])
    }
}
