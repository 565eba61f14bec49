//! Which sort of text a text is: page, mail, values, rows, Markdown or words.
//!
//! Where the start of the content settles it, the name is not asked; a comment in a configuration looks like a heading
//! and a list of names like a table, and there the name knows better.

use serde_json::Value;

use super::super::{Kind, ParseError};

pub(super) fn kind_of(text: &str, file_name: Option<&str>) -> Result<Kind, ParseError> {
    let named = file_name.and_then(extension).as_deref().and_then(kind_named);
    let start = skip_prolog(text);
    let tag = tag_name(start);
    match (tag.as_deref(), named) {
        (Some("!doctype" | "html" | "head" | "body"), _) => Ok(Kind::Html),
        (Some("svg"), None) => Err(ParseError::Unsupported("an SVG image")),
        (None, None | Some(Kind::Mail)) if looks_like_mail(start) => Ok(Kind::Mail),
        // A name that promises more than the content holds.
        (_, Some(Kind::Json)) if !looks_like_json(text) => Ok(Kind::Text),
        (_, Some(Kind::Mail)) => Ok(Kind::Text),
        (_, Some(kind)) => Ok(kind),
        (Some(tag), None) if HTML_STARTS.contains(&tag) => Ok(Kind::Html),
        (Some(_), None) if text.trim_start().starts_with("<?xml") => Err(ParseError::Unsupported("an XML file")),
        (_, None) if looks_like_json(text) => Ok(Kind::Json),
        (_, None) if looks_like_markdown(text) => Ok(Kind::Markdown),
        (_, None) if looks_like_rows(text) => Ok(Kind::Csv),
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
        "txt" | "text" | "log" | "yaml" | "yml" | "toml" | "ini" | "conf" | "rst" => Some(Kind::Text),
        "html" | "htm" | "xhtml" | "shtml" => Some(Kind::Html),
        "csv" | "tsv" | "tab" => Some(Kind::Csv),
        "json" | "jsonl" | "ndjson" | "geojson" => Some(Kind::Json),
        "eml" | "mbox" => Some(Kind::Mail),
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

/// Headers that only mails have.
const MAIL_HEADERS: [&str; 8] = [
    "received",
    "return-path",
    "mime-version",
    "message-id",
    "delivered-to",
    "dkim-signature",
    "x-mailer",
    "in-reply-to",
];
/// Headers that mails have, and notes and forms may have too.
const LETTER_HEADERS: [&str; 8] = ["from", "to", "subject", "date", "reply-to", "cc", "content-type", "sender"];

/// A block of headers at the very start, one of them a mail's own; or sender, subject and date together.
fn looks_like_mail(text: &str) -> bool {
    // Archives of mails put a line before each.
    let text = match text.strip_prefix("From ") {
        Some(rest) => rest.split_once('\n').map_or("", |(_, rest)| rest),
        None => text,
    };
    let mut names = Vec::new();
    for line in text.lines().take_while(|line| !line.trim().is_empty()).take(200) {
        // A header that goes on.
        if line.starts_with([' ', '\t']) && !names.is_empty() {
            continue;
        }
        let Some((name, _)) = line.split_once(':').filter(|(name, _)| is_header_name(name)) else { break };
        names.push(name.to_ascii_lowercase());
    }
    let has = |name: &str| names.iter().any(|found| found == name);
    let of_mail = MAIL_HEADERS.iter().filter(|name| has(name)).count();
    let of_letters = LETTER_HEADERS.iter().filter(|name| has(name)).count();
    let is_letter = has("from") && has("subject") && (has("date") || has("to"));
    (of_mail >= 1 && of_mail + of_letters >= 2) || is_letter
}

fn is_header_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// A value in brackets or braces that parses, as far as the sample goes; or such a value on each line.
fn looks_like_json(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}').trim();
    if !text.starts_with(['{', '[']) {
        return false;
    }
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    match values.next() {
        Some(Ok(Value::Array(values))) if values.is_empty() => text == "[]",
        // Several values must stand on lines of their own.
        Some(Ok(_)) => values.byte_offset() == text.len() || text[values.byte_offset()..].starts_with(['\n', '\r']),
        // It goes on after the sample; a lone bracket does not.
        Some(Err(error)) => error.is_eof() && text.len() > 1 && text.contains(['"', ',']),
        None => false,
    }
}

/// Three lines or more, each cut into as many cells by the same separator.
fn looks_like_rows(text: &str) -> bool {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    // The last line of a sample may be half of one.
    let lines = if lines.len() > 3 { &lines[..lines.len() - 1] } else { &lines };
    let cells = |line: &str, separator: char| {
        let mut is_quoted = false;
        let outside = line.chars().filter(|c| {
            is_quoted ^= *c == '"';
            *c == separator && !is_quoted
        });
        outside.count()
    };
    [('\t', 1), (';', 2), (',', 2)].into_iter().any(|(separator, fewest)| {
        let first = lines.first().map_or(0, |line| cells(line, separator));
        lines.len() >= 3 && first >= fewest && lines.iter().all(|line| cells(line, separator) == first)
    })
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
    use super::super::sniff;
    use super::*;

    fn check(text: &str, name: &str, expected: Kind) {
        let name = Some(name).filter(|name| !name.is_empty());
        assert_eq!(sniff(text.as_bytes(), name), Ok(expected), "{text}");
    }

    #[test]
    fn pages_are_known_by_their_start() {
        check("\u{feff}<?xml version='1.0'?>\n<!-- x --><HTML lang=en>", "", Kind::Html);
        check("<h1>Only a fragment</h1>", "", Kind::Html);
        let feed = sniff(b"<?xml version='1.0'?><rss></rss>", None);
        assert_eq!(feed, Err(ParseError::Unsupported("an XML file")));
    }

    #[test]
    fn the_name_decides_between_text_and_markdown() {
        check("# Title", "a.md", Kind::Markdown);
        check("# a comment", "a.txt", Kind::Text);
        check("<div align=center>", "docs/README.md", Kind::Markdown);
        check("no tag at all", "page.HTM", Kind::Html);
        assert_eq!(sniff(b"\xff\xfe#\0 \0", Some("a.md")), Ok(Kind::Markdown));
    }

    #[test]
    fn without_a_name_markdown_shows_two_signs() {
        check("# Title\n\n- one\n- two", "", Kind::Markdown);
        check("# just a comment\nkey = 1", "", Kind::Text);
        check("#!/bin/sh\n# x\n- y", "", Kind::Text);
        check("plain words", "LICENSE", Kind::Text);
    }

    #[test]
    fn mails_are_known_by_their_headers() {
        check("Return-Path: <a@b.c>\r\nSubject: x\r\n\r\ntext", "", Kind::Mail);
        check("From a@b.c Mon Jan 1\nReceived: from x\n by y\nFrom: a@b.c\n\nx", "", Kind::Mail);
        check("From: Ann\nTo: Bob\nSubject: Hello\n\nHi", "", Kind::Mail);
        check("Subject: Hello\nDate: today\n\nHi", "", Kind::Text);
        check("From: Ann\nTo: Bob\nSubject: Hello\n\nHi", "letter.txt", Kind::Text);
        check("no headers", "a.eml", Kind::Text);
    }

    #[test]
    fn values_are_known_by_their_start() {
        check("{\"a\": [1, 2]}", "", Kind::Json);
        check("{\"a\": 1}\n{\"a\": 2}\n", "", Kind::Json);
        check(&format!("[\"{}", "x".repeat(9000)), "", Kind::Json);
        check("[1] See below.", "", Kind::Text);
        check("[link](x) and\n\n- more", "", Kind::Markdown);
        check("{{ template }}", "", Kind::Text);
        check("{not json}", "a.json", Kind::Text);
        check("[1, 2]", "a.txt", Kind::Text);
    }

    #[test]
    fn rows_are_known_by_their_name_or_their_evenness() {
        check("a,b\n1,2", "a.csv", Kind::Csv);
        check("a\tb\n1\t2\n3\t4", "", Kind::Csv);
        check("a;b;c\n1;\"2;3\";4\n5;6;7\n8;9", "", Kind::Csv);
        check("One, two, three.\nFour, five.\nSix.", "", Kind::Text);
    }
}
