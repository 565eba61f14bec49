//! Recognising a file: what its bytes say it is.
//!
//! Magic numbers refuse by name what this version cannot read, so that a person learns more than "failed". A file that
//! could be two things is what it begins as. Between pages, mails, tables and text the content decides where it is plain
//! and the file name where it is not. Reads no further than the first 8 KB, except for the lists that archives and
//! compound files keep of what is inside; knows nothing of parsing.

mod containers;
mod texts;

use self::containers::{compound, zipped};
use self::texts::kind_of;
use super::decode::{is_binary, utf_16_without_mark};
use super::{Kind, ParseError};

const SAMPLE_BYTES: usize = 8192;
/// Readers look for the head of a PDF this far in: mail gateways and printers put lines before it.
const PDF_HEAD_BYTES: usize = 1024;

/// First bytes, and what they mean. None of them could begin a text.
const MAGIC: [(&[u8], &str); 18] = [
    (b"%!PS", "a PostScript file"),
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"II*\0", "a TIFF image"),
    (b"MM\0*", "a TIFF image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh91AY&SY", "a bzip2 archive"),
    (b"\xfd7zXZ\0", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x7fELF", "a program"),
    (b"\xca\xfe\xba\xbe", "a program"),
    (b"\0asm", "a program"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"\x1a\x45\xdf\xa3", "a video file"),
];

pub(super) fn sniff(bytes: &[u8], file_name: Option<&str>) -> Result<Kind, ParseError> {
    let sample = &bytes[..bytes.len().min(SAMPLE_BYTES)];
    let start = sample.strip_prefix(b"\xef\xbb\xbf").unwrap_or(sample).trim_ascii_start();
    if start.is_empty() && bytes[sample.len()..].trim_ascii_start().is_empty() {
        return Err(ParseError::Empty);
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return zipped(bytes);
    }
    if bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return compound(bytes);
    }
    if start.starts_with(b"{\\rtf") {
        return Ok(Kind::Rtf);
    }
    if let Some(what) = foreign(sample, start) {
        return Err(ParseError::Unsupported(what));
    }
    if is_pdf(sample, start) {
        return Ok(Kind::Pdf);
    }
    if let Some((encoding, mark_bytes)) = encoding_rs::Encoding::for_bom(sample) {
        return kind_of(&encoding.decode_without_bom_handling(&sample[mark_bytes..]).0, file_name);
    }
    if let Some(encoding) = utf_16_without_mark(sample) {
        return kind_of(&encoding.decode_without_bom_handling(sample).0, file_name);
    }
    match is_binary(sample) {
        true => Err(ParseError::Unsupported("binary data")),
        false => kind_of(&String::from_utf8_lossy(sample), file_name),
    }
}

/// At the start, or at the start of a line of what is no page: a text about PDF names the head within a line.
fn is_pdf(sample: &[u8], start: &[u8]) -> bool {
    let head = &sample[..sample.len().min(PDF_HEAD_BYTES)];
    let found = head.windows(6).position(|window| window.starts_with(b"%PDF-") && window[5].is_ascii_digit());
    match found {
        None => start.starts_with(b"%PDF-"),
        Some(at) => {
            start.starts_with(b"%PDF-")
                || (is_binary(sample) && at > 0)
                || (!start.starts_with(b"<") && is_after_junk(head, at))
        }
    }
}

/// Whether only a few short lines stand before, and the next line is a comment of bytes that are no text.
fn is_after_junk(head: &[u8], at: usize) -> bool {
    let is_line_start = at > 0 && matches!(head[at - 1], b'\n' | b'\r');
    let next_line = head[at..].split(|b| matches!(b, b'\n' | b'\r')).filter(|line| !line.is_empty()).nth(1);
    let is_object = |line: &[u8]| line.ends_with(b" obj") || (line.starts_with(b"%") && !line.is_ascii());
    is_line_start && next_line.is_some_and(is_object)
}

/// The name of a format that this version does not read.
fn foreign(sample: &[u8], start: &[u8]) -> Option<&'static str> {
    if sample.get(4..8) == Some(b"ftyp") {
        return Some("a video file");
    }
    if sample.starts_with(b"RIFF") && sample.get(8..12) == Some(b"WEBP") {
        return Some("a WebP image");
    }
    if sample.starts_with(b"MZ") && is_binary(sample) {
        return Some("a program");
    }
    MAGIC.iter().find(|(magic, _)| start.starts_with(magic)).map(|(_, what)| *what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], name: &str, expected: Kind) {
        let name = Some(name).filter(|name| !name.is_empty());
        assert_eq!(sniff(bytes, name), Ok(expected), "{}", String::from_utf8_lossy(bytes));
    }

    fn check_refused(bytes: &[u8], what: &'static str) {
        for name in [None, Some("notes.txt")] {
            assert_eq!(sniff(bytes, name), Err(ParseError::Unsupported(what)));
        }
    }

    #[test]
    fn content_comes_before_the_name() {
        check(b"<!DOCTYPE html><p>x", "page.txt", Kind::Html);
        check(b"%PDF-1.7 ...", "page.html", Kind::Pdf);
        check(b"{\\rtf1\\ansi x}", "a.doc", Kind::Rtf);
        check(b"PK\x03\x04 damaged", "a.txt", Kind::Archive);
        check_refused(b"\x89PNG\r\n\x1a\n....", "a PNG image");
        check_refused(b"\x01\x02\x03\0\0\0\x05\x06", "binary data");
        check_refused(b"MZ\x90\0\x03\0\0\0\x04\0\0\0", "a program");
    }

    #[test]
    fn a_pdf_may_begin_late() {
        check(b"From printer\r\n%PDF-1.4\r\n%\xe2\xe3\xcf\xd3\r\n1 0 obj", "", Kind::Pdf);
        check(b"\n\n%PDF-1.4\n1 0 obj", "", Kind::Pdf);
        check(b"A file begins with:\n%PDF-1.4\nand goes on.", "", Kind::Text);
        check(b"It says `%PDF-1.4`.", "notes.md", Kind::Markdown);
        check(b"<html><p>%PDF-1.4</html>", "", Kind::Html);
        check(b"<html><pre>\n%PDF-1.4\n1 0 obj", "", Kind::Html);
    }

    #[test]
    fn empty_and_foreign_are_told() {
        assert_eq!(sniff(b"", None), Err(ParseError::Empty));
        assert_eq!(sniff(b"\xef\xbb\xbf \n", None), Err(ParseError::Empty));
        check(&[b"\n".repeat(20_000).as_slice(), b"late"].concat(), "", Kind::Text);
        let said = sniff(b"\x1f\x8b\x08\0", None).unwrap_err().to_string();
        assert_eq!(said, "this looks like a gzip archive, which cannot be read");
    }
}
