//! What an archive or a compound file is, by the list it keeps of what is inside.
//!
//! Office files, e-books and OpenDocument files are archives that hold certain names; Outlook messages and old Office
//! files are compound files that do. A list that cannot be read leaves the question to the parser, which says more.

use super::super::zipped::Zipped;
use super::super::{Kind, ParseError};

pub(super) fn zipped(bytes: &[u8]) -> Result<Kind, ParseError> {
    let Ok(mut archive) = Zipped::open(bytes) else { return Ok(Kind::Archive) };
    let stated = archive.read("mimetype").ok().flatten().unwrap_or_default();
    let stated = String::from_utf8_lossy(&stated);
    match stated.trim().strip_prefix("application/").unwrap_or_default() {
        "epub+zip" => return Ok(Kind::Ebook),
        stated if stated.starts_with("vnd.oasis.opendocument.") => return open_document(stated),
        _ => {}
    }
    if archive.has("[Content_Types].xml") {
        return office(&archive);
    }
    let names: [(&str, Result<Kind, ParseError>); 8] = [
        ("META-INF/container.xml", Ok(Kind::Ebook)),
        ("word/document.xml", Ok(Kind::Office)),
        ("ppt/presentation.xml", Ok(Kind::Office)),
        ("xl/workbook.xml", Ok(Kind::Office)),
        ("AndroidManifest.xml", Err(ParseError::Unsupported("a program"))),
        ("META-INF/MANIFEST.MF", Err(ParseError::Unsupported("a program"))),
        ("Index/Document.iwa", Err(ParseError::Unsupported("a Pages, Numbers or Keynote file"))),
        ("Index.zip", Err(ParseError::Unsupported("a Pages, Numbers or Keynote file"))),
    ];
    let found = names.into_iter().find(|(name, _)| archive.has(name)).map(|(_, kind)| kind);
    let is_open_document = archive.has("content.xml") && archive.has("META-INF/manifest.xml");
    found.unwrap_or(Ok(if is_open_document { Kind::OpenDocument } else { Kind::Archive }))
}

fn office(archive: &Zipped) -> Result<Kind, ParseError> {
    if ["word/", "ppt/", "xl/"].iter().any(|folder| archive.has(folder)) {
        Ok(Kind::Office)
    } else if archive.has("visio/") {
        Err(ParseError::Unsupported("a Visio drawing"))
    } else {
        // Some writers put the parts elsewhere, and packages of other programs look the same.
        Ok(if archive.has("_rels/.rels") && archive.has("docProps/") { Kind::Office } else { Kind::Archive })
    }
}

fn open_document(stated: &str) -> Result<Kind, ParseError> {
    let sort = stated.trim_start_matches("vnd.oasis.opendocument.");
    match sort.split('-').next().unwrap_or_default() {
        "text" | "presentation" | "spreadsheet" => Ok(Kind::OpenDocument),
        "database" | "base" => Err(ParseError::Unsupported("an OpenDocument database")),
        _ => Err(ParseError::Unsupported("an OpenDocument drawing or formula")),
    }
}

/// Entries of the list stand at multiples of this, wherever in the file the list may be.
const ENTRY_BYTES: usize = 128;
/// An entry begins with a name of up to 32 characters of UTF-16, its end included, and the length of that in bytes.
const NAME_BYTES: usize = 64;

/// Looked for without following the list's chain, which a hostile file can tie into a knot. A document may embed
/// another, so several names may be there; of those only a message's is one of a kind.
pub(super) fn compound(bytes: &[u8]) -> Result<Kind, ParseError> {
    let names: Vec<&str> = KNOWN.iter().copied().filter(|name| has_entry(bytes, name)).collect();
    match names.as_slice() {
        names if names.contains(&"__properties_version1.0") => Ok(Kind::Outlook),
        // The parser tells which of the three it is, and that a document is encrypted.
        [_, ..] => Ok(Kind::Office),
        [] => Err(ParseError::Unsupported("a compound file of an unknown sort")),
    }
}

const KNOWN: [&str; 6] =
    ["__properties_version1.0", "WordDocument", "Workbook", "Book", "PowerPoint Document", "EncryptedPackage"];

fn has_entry(bytes: &[u8], name: &str) -> bool {
    let wide: Vec<u8> = name.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
    let length = u16::try_from(wide.len()).unwrap_or_default().to_le_bytes();
    bytes.chunks_exact(ENTRY_BYTES).any(|entry| entry.starts_with(&wide) && entry[NAME_BYTES..].starts_with(&length))
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use super::super::super::zipped::tests::archive;
    use super::*;

    fn check_zip(names: &[&str], expected: Result<Kind, ParseError>) {
        let files: Vec<(&str, &[u8])> = names.iter().map(|name| (*name, &b"x"[..])).collect();
        assert_eq!(zipped(&archive(&files)), expected, "{names:?}");
    }

    fn check_mimetype(stated: &str, expected: Result<Kind, ParseError>) {
        assert_eq!(zipped(&archive(&[("mimetype", stated.as_bytes())])), expected);
    }

    fn check_compound(names: &[&str], expected: Result<Kind, ParseError>) {
        let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
        for name in names {
            file.create_stream(name).unwrap().write_all(b"x").unwrap();
        }
        file.flush().unwrap();
        assert_eq!(compound(&file.into_inner().into_inner()), expected);
    }

    #[test]
    fn archives_are_what_they_hold() {
        check_zip(&["[Content_Types].xml", "a", "word/document.xml"], Ok(Kind::Office));
        check_zip(&["xl/workbook.xml", "[Content_Types].xml"], Ok(Kind::Office));
        check_zip(&["readme.txt", "docs/word/x"], Ok(Kind::Archive));
        check_zip(&["META-INF/MANIFEST.MF", "A.class"], Err(ParseError::Unsupported("a program")));
        check_zip(&["content.xml", "META-INF/manifest.xml"], Ok(Kind::OpenDocument));
        check_zip(&["META-INF/container.xml"], Ok(Kind::Ebook));
        check_mimetype("application/epub+zip\n", Ok(Kind::Ebook));
        check_mimetype("application/vnd.oasis.opendocument.text-template", Ok(Kind::OpenDocument));
        let drawing = Err(ParseError::Unsupported("an OpenDocument drawing or formula"));
        check_mimetype("application/vnd.oasis.opendocument.graphics", drawing);
        check_mimetype("text/plain", Ok(Kind::Archive));
    }

    #[test]
    fn compound_files_are_what_they_hold() {
        check_compound(&["/WordDocument"], Ok(Kind::Office));
        check_compound(&["/Book"], Ok(Kind::Office));
        check_compound(&["/EncryptedPackage", "/EncryptionInfo"], Ok(Kind::Office));
        check_compound(&["/__properties_version1.0", "/Workbook"], Ok(Kind::Outlook));
        check_compound(&["/Notebook"], Err(ParseError::Unsupported("a compound file of an unknown sort")));
    }
}
