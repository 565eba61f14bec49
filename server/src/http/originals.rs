//! The file that a document was made of: always something to keep, never something that a browser runs.

use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio_util::io::ReaderStream;

use super::Desk;
use super::audit::Doing;
use super::documents::{Id, document_id};
use super::error::ApiError;
use super::etag::Etag;
use super::headers::Sandboxed;
use super::who::Asker;
use crate::audit::{Thing, What};
use crate::library::{OpenOriginal, bare_origin, path_of};

/// Enough to tell text from anything else.
const LOOKED_AT_BYTES: usize = 8 * 1024;
const LONGEST_NAME: usize = 120;

pub async fn original(
    State(desk): State<Desk>,
    asker: Asker,
    doing: Doing,
    headers: HeaderMap,
    id: Id,
) -> Result<Response, ApiError> {
    let document = document_id(id)?;
    let opened = desk.library.open_original(&asker.principal.clearance()?, document).await?;
    let OpenOriginal { name, mut file, length_bytes } = opened.ok_or_else(ApiError::not_found)?;
    let etag = Etag::of(name.original.as_bytes());
    let mut given = HeaderMap::new();
    given.insert(header::ETAG, etag.as_header()?);
    if etag.is_known(&headers) {
        return Ok((StatusCode::NOT_MODIFIED, given, Sandboxed, ()).into_response());
    }
    let wanted = match headers.get(header::RANGE).filter(|_| etag.is_the_range_of(&headers)) {
        Some(range) => range_of(range, length_bytes),
        None => Wanted::All,
    };
    let (status, range) = match wanted {
        Wanted::All => (StatusCode::OK, 0..length_bytes),
        Wanted::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
        Wanted::Nothing => return Ok(beyond(length_bytes)),
    };
    let start = range.start;
    let looked = tokio::task::spawn_blocking(move || {
        let mut beginning = Vec::new();
        file.by_ref().take(LOOKED_AT_BYTES as u64).read_to_end(&mut beginning)?;
        file.seek(SeekFrom::Start(start))?;
        Ok::<_, std::io::Error>((kind_of(&beginning, name.kind.as_deref()), file, name))
    });
    let (kind, file, name) = looked.await.map_err(ApiError::internal)?.map_err(ApiError::unavailable)?;
    if status == StatusCode::PARTIAL_CONTENT {
        let part = format!("bytes {}-{}/{length_bytes}", range.start, range.end - 1);
        given.insert(header::CONTENT_RANGE, HeaderValue::from_str(&part).map_err(ApiError::internal)?);
    }
    given.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    given.insert(header::CONTENT_LENGTH, (range.end - range.start).into());
    given.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    given.insert(header::CONTENT_DISPOSITION, disposition(&file_name(&name.origin))?);
    doing.done(What::OriginalRead, Thing::Document, document, json!({})).await?;
    let pieces = ReaderStream::new(tokio::fs::File::from_std(file).take(range.end - range.start));
    Ok((status, given, Sandboxed, Body::from_stream(pieces)).into_response())
}

/// What of a file is asked for.
#[derive(PartialEq, Eq, Debug)]
enum Wanted {
    All,
    Part(Range<u64>),
    /// A part beyond its end.
    Nothing,
}

/// One part. Several at once are answered with the whole, which is allowed and cheaper than to be clever.
fn range_of(range: &HeaderValue, length: u64) -> Wanted {
    let part =
        range.to_str().ok().and_then(|range| range.strip_prefix("bytes=")).and_then(|range| range.split_once('-'));
    let number = |text: &str| text.parse::<u64>().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    let range = match part {
        Some(("", last)) => match number(last) {
            Some(last) => length.saturating_sub(last)..length,
            None => return Wanted::All,
        },
        Some((first, "")) => match number(first) {
            Some(first) => first..length,
            None => return Wanted::All,
        },
        Some((first, last)) => match (number(first), number(last)) {
            (Some(first), Some(last)) if first <= last => first..last.saturating_add(1).min(length),
            _ => return Wanted::All,
        },
        None => return Wanted::All,
    };
    if range.start < range.end { Wanted::Part(range) } else { Wanted::Nothing }
}

fn beyond(length: u64) -> Response {
    let there_is = format!("bytes */{length}");
    let range = HeaderValue::from_str(&there_is).unwrap_or(HeaderValue::from_static("bytes */0"));
    (StatusCode::RANGE_NOT_SATISFIABLE, [(header::CONTENT_RANGE, range)], Sandboxed, ()).into_response()
}

/// Only what no browser runs has a kind of its own.
fn kind_of(beginning: &[u8], kind: Option<&str>) -> &'static str {
    let is_text = matches!(kind, Some("text" | "markdown")) && !beginning.contains(&0);
    // A letter may be cut in two at the end of what was looked at.
    let is_utf8 = std::str::from_utf8(beginning).map_or_else(|error| error.error_len().is_none(), |_| true);
    match () {
        () if beginning.starts_with(b"%PDF-") => "application/pdf",
        () if is_text && is_utf8 => "text/plain; charset=utf-8",
        () => "application/octet-stream",
    }
}

/// The last part of a path or an address, without what only an address has.
fn file_name(origin: &str) -> String {
    let origin = bare_origin(origin);
    if let Some(path) = path_of(origin) {
        return path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    }
    let is_address = origin.starts_with("http://") || origin.starts_with("https://");
    let path = if is_address { origin.split(['?', '#']).next().unwrap_or_default() } else { origin };
    path.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or_default().to_owned()
}

/// A name twice: in letters that every client knows, and as it is.
pub(super) fn disposition(name: &str) -> Result<HeaderValue, ApiError> {
    let name: String = name.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
    let name = if name.trim_matches(['.', ' ']).is_empty() { "document".to_owned() } else { name };
    let plain = |c: char| if c.is_ascii_alphanumeric() || " ._-()".contains(c) { c } else { '_' };
    let fallback: String = name.chars().map(plain).collect();
    let spelt: String = name
        .bytes()
        .map(|byte| match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'.' | b'_' | b'-' => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect();
    let value = format!("attachment; filename=\"{fallback}\"; filename*=UTF-8''{spelt}");
    HeaderValue::from_str(&value).map_err(ApiError::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_part_or_the_whole() {
        let check = |range: &str, expected| {
            assert_eq!(range_of(&HeaderValue::from_str(range).unwrap(), 10), expected, "{range}");
        };
        check("bytes=0-3", Wanted::Part(0..4));
        check("bytes=8-", Wanted::Part(8..10));
        check("bytes=-3", Wanted::Part(7..10));
        check("bytes=-30", Wanted::Part(0..10));
        check("bytes=5-100", Wanted::Part(5..10));
        check("bytes=10-", Wanted::Nothing);
        check("bytes=-0", Wanted::Nothing);
        check("bytes=18446744073709551615-18446744073709551615", Wanted::Nothing);
        for odd in ["bytes=3-1", "bytes=a-b", "bytes=0-1,3-4", "items=0-1", "bytes=", "bytes=+1-2", "bytes=-", "0-1"] {
            check(odd, Wanted::All);
        }
    }

    #[test]
    fn names_are_names() {
        let check = |origin: &str, expected: &str| {
            assert_eq!(disposition(&file_name(origin)).unwrap().to_str().unwrap(), format!("attachment; {expected}"));
        };
        check("/srv/a b.md", "filename=\"a b.md\"; filename*=UTF-8''a%20b.md");
        check(
            "x\"; filename=evil.exe",
            "filename=\"x__ filename_evil.exe\"; filename*=UTF-8''x%22%3B%20filename%3Devil.exe",
        );
        check("a\r\nSet-Cookie: b", "filename=\"aSet-Cookie_ b\"; filename*=UTF-8''aSet-Cookie%3A%20b");
        check("https://example.test/a/b.pdf?x=/y#z", "filename=\"b.pdf\"; filename*=UTF-8''b.pdf");
        check("Lohn für März.md", "filename=\"Lohn f_r M_rz.md\"; filename*=UTF-8''Lohn%20f%C3%BCr%20M%C3%A4rz.md");
        check("upload:0199a5d0-0000-7000-8000-000000000000/pay.md", "filename=\"pay.md\"; filename*=UTF-8''pay.md");
        check("file:///srv/pay%20bands.md", "filename=\"pay bands.md\"; filename*=UTF-8''pay%20bands.md");
        check("..", "filename=\"document\"; filename*=UTF-8''document");
        check("https://example.test/", "filename=\"example.test\"; filename*=UTF-8''example.test");
    }

    #[test]
    fn nothing_that_runs_is_called_what_it_is() {
        let check = |bytes: &[u8], kind, expected| assert_eq!(kind_of(bytes, kind), expected);
        check(b"%PDF-1.7", Some("html"), "application/pdf");
        check(b"plain", Some("text"), "text/plain; charset=utf-8");
        check("M\u{e4}rz".as_bytes().split_at(2).0, Some("markdown"), "text/plain; charset=utf-8");
        check(b"<html>", Some("html"), "application/octet-stream");
        check(b"<svg/>", None, "application/octet-stream");
        check(b"\xff\xfet", Some("text"), "application/octet-stream");
        check(b"a\0b", Some("text"), "application/octet-stream");
    }
}
