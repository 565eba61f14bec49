//! Recognising a file: what the first bytes say it is.
//!
//! Magic numbers refuse by name what this version cannot read, so that a person learns more than "failed". Between
//! HTML, Markdown and text the content decides where it is plain and the file name where it is not. Reads no further
//! than the first 8 KB and knows nothing of parsing.

use super::decode::is_binary;
use super::{Kind, ParseError};

const SAMPLE_BYTES: usize = 8192;

/// First bytes, and what they mean. None of them could begin a text.
const MAGIC: [(&[u8], &str); 21] = [
    (b"%PDF-", "a PDF file"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file (.doc, .xls or .ppt)"),
    (b"{\\rtf", "an RTF file"),
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
    if start.is_empty() {
        return Err(ParseError::Empty);
    }
    if let Some(what) = foreign(sample, start) {
        return Err(ParseError::Unsupported(what));
    }
    if let Some((encoding, mark_bytes)) = encoding_rs::Encoding::for_bom(sample) {
        return kind_of(&encoding.decode_without_bom_handling(&sample[mark_bytes..]).0, file_name);
    }
    match is_binary(sample) {
        true => Err(ParseError::Unsupported("binary data")),
        false => kind_of(&String::from_utf8_lossy(sample), file_name),
    }
}

/// The name of a format that this version does not read.
fn foreign(sample: &[u8], start: &[u8]) -> Option<&'static str> {
    if sample.starts_with(b"PK\x03\x04") || sample.starts_with(b"PK\x05\x06") {
        return Some(zipped(sample));
    }
    if sample.get(4..8) == Some(b"ftyp") {
        return Some("a video file");
    }
    if sample.starts_with(b"RIFF") && sample.get(8..12) == Some(b"WEBP") {
        return Some("a WebP image");
    }
    MAGIC.iter().find(|(magic, _)| start.starts_with(magic)).map(|(_, what)| *what)
}

/// Office files are archives; the names of their first entries stand uncompressed among the first bytes.
fn zipped(sample: &[u8]) -> &'static str {
    let holds = |name: &[u8]| sample.windows(name.len()).any(|window| window == name);
    if holds(b"word/") {
        "a Word document"
    } else if holds(b"xl/") {
        "an Excel workbook"
    } else if holds(b"ppt/") {
        "a PowerPoint presentation"
    } else if holds(b"application/epub+zip") {
        "an e-book"
    } else if holds(b"opendocument") {
        "an OpenDocument file"
    } else {
        "a ZIP archive"
    }
}

fn kind_of(text: &str, file_name: Option<&str>) -> Result<Kind, ParseError> {
    let named = file_name.and_then(extension).as_deref().and_then(kind_named);
    let start = skip_prolog(text);
    let tag = tag_name(start);
    match (tag.as_deref(), named) {
        (Some("!doctype" | "html" | "head" | "body"), _) => Ok(Kind::Html),
        (Some("svg"), None) => Err(ParseError::Unsupported("an SVG image")),
        (_, Some(kind)) => Ok(kind),
        (Some(tag), None) if HTML_STARTS.contains(&tag) => Ok(Kind::Html),
        (Some(_), None) if text.trim_start().starts_with("<?xml") => Err(ParseError::Unsupported("an XML file")),
        (_, None) if looks_like_markdown(text) => Ok(Kind::Markdown),
        (_, None) => Ok(Kind::Text),
    }
}

/// Elements that a page without `<html>` begins with. READMEs begin with them too: those have a name that says so.
const HTML_STARTS: [&str; 16] = [
    "div", "p", "h1", "h2", "h3", "table", "section", "article", "main", "ul", "ol", "title", "meta", "span", "header",
    "style",
];

fn extension(file_name: &str) -> Option<String> {
    let (_, extension) = file_name.rsplit(['/', '\\']).next()?.rsplit_once('.')?;
    Some(extension.to_ascii_lowercase())
}

fn kind_named(extension: &str) -> Option<Kind> {
    match extension {
        "md" | "markdown" | "mdown" | "mkd" | "mdx" | "qmd" => Some(Kind::Markdown),
        "txt" | "text" | "log" | "csv" | "tsv" | "json" | "yaml" | "yml" | "toml" | "ini" | "conf" | "rst" => {
            Some(Kind::Text)
        }
        "html" | "htm" | "xhtml" | "shtml" => Some(Kind::Html),
        _ => None,
    }
}

/// What stands after an XML declaration and comments.
fn skip_prolog(text: &str) -> &str {
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    loop {
        let after = if rest.starts_with("<!--") {
            rest.split_once("-->")
        } else if rest.starts_with("<?") {
            rest.split_once("?>")
        } else {
            None
        };
        match after {
            Some((_, after)) => rest = after.trim_start(),
            None => return rest,
        }
    }
}

/// The lower-case name of the tag that a text starts with.
fn tag_name(text: &str) -> Option<String> {
    let name: String = text.strip_prefix('<')?.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '!').collect();
    (!name.is_empty()).then(|| name.to_ascii_lowercase())
}

/// Two different signs of Markdown, since any one of them also stands in configuration, mails and code.
fn looks_like_markdown(text: &str) -> bool {
    if text.starts_with("#!") {
        return false;
    }
    let heading = text.lines().any(|line| line.starts_with('#') && line.trim_start_matches('#').starts_with(' '));
    let fence = text.lines().any(|line| line.starts_with("```") || line.starts_with("~~~"));
    let link = text.contains("](");
    let table = text.lines().any(|line| line.starts_with('|') && line.contains("---"));
    let front_matter = text.starts_with("---\n") || text.starts_with("+++\n");
    let list = text.lines().any(|line| line.starts_with("- ") || line.starts_with("* "));
    let strong = text.matches("**").count() >= 2;
    [heading, fence, link, table, front_matter, list, strong].into_iter().filter(|sign| *sign).count() >= 2
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
        check(b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- x --><HTML lang=en>", "", Kind::Html);
        check(b"<h1>Only a fragment</h1>", "", Kind::Html);
        check_refused(b"%PDF-1.7 ...", "a PDF file");
        check_refused(b"\x89PNG\r\n\x1a\n....", "a PNG image");
        check_refused(b"PK\x03\x04....word/document.xml", "a Word document");
        check_refused(b"PK\x03\x04....readme.txt", "a ZIP archive");
        check_refused(b"\x01\x02\x03\0\0\0\x05\x06", "binary data");
    }

    #[test]
    fn the_name_decides_between_text_and_markdown() {
        check(b"# Title", "a.md", Kind::Markdown);
        check(b"# a comment", "a.txt", Kind::Text);
        check(b"<div align=center>", "docs/README.md", Kind::Markdown);
        check(b"no tag at all", "page.HTM", Kind::Html);
        check(b"\xff\xfe#\0 \0", "a.md", Kind::Markdown);
    }

    #[test]
    fn without_a_name_markdown_shows_two_signs() {
        check(b"# Title\n\n- one\n- two", "", Kind::Markdown);
        check(b"# just a comment\nkey = 1", "", Kind::Text);
        check(b"#!/bin/sh\n# x\n- y", "", Kind::Text);
        check(b"plain words", "LICENSE", Kind::Text);
    }

    #[test]
    fn empty_and_foreign_are_told() {
        assert_eq!(sniff(b"", None), Err(ParseError::Empty));
        assert_eq!(sniff(b"\xef\xbb\xbf \n", None), Err(ParseError::Empty));
        let said = sniff(b"%PDF-1.4", None).unwrap_err().to_string();
        assert_eq!(said, "this looks like a PDF file; this version reads Markdown, text and HTML");
        assert_eq!(sniff(b"<?xml version='1.0'?><rss></rss>", None), Err(ParseError::Unsupported("an XML file")));
    }
}
