//! The pages and their files, from inside the binary. Does not know what any page shows: the frame is the same for all of
//! them, and its script goes by the path.
//!
//! The frame names its files below a word for this build, `/ui/@0d1f.../app.js`, and they name each other relative to that. So
//! a browser asks for each of them once, and never gets some of one build and some of another.

use std::collections::HashMap;
use std::io::Write;
use std::sync::{LazyLock, Mutex, PoisonError};

use axum::body::Bytes;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, VARY};
use axum::http::{HeaderMap, HeaderName};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use flate2::Compression;
use flate2::write::GzEncoder;
use rust_embed::RustEmbed;

use super::error::ApiError;

#[derive(RustEmbed)]
#[folder = "ui/"]
struct Files;

/// The files as they are sent to browsers that unpack, each packed when it is first asked for.
static PACKED: LazyLock<Mutex<HashMap<String, Bytes>>> = LazyLock::new(Mutex::default);

/// A word for all files as they are in this build.
static BUILD: LazyLock<String> = LazyLock::new(|| {
    let mut names: Vec<_> = Files::iter().collect();
    names.sort();
    let mut hasher = blake3::Hasher::new();
    for name in names {
        hasher.update(name.as_bytes());
        hasher.update(&Files::get(&name).map_or([0; 32], |file| file.metadata.sha256_hash()));
    }
    hasher.finalize().to_hex().chars().take(16).collect()
});

/// In a year there is another build.
const FOR_GOOD: &str = "public, max-age=31536000, immutable";

/// Something to send, with a tag by what it holds, so that a browser asks whether it changed and is not sent it again if not.
struct Sheet {
    name: String,
    kind: String,
    tag: String,
    bytes: Bytes,
}

/// The frame of every page.
pub async fn frame(headers: HeaderMap) -> Response {
    let Some(mut sheet) = Sheet::of("index.html") else { return ApiError::not_found().into_response() };
    let named = String::from_utf8_lossy(&sheet.bytes).replace("\"/ui/", &format!("\"/ui/@{}/", *BUILD));
    (sheet.bytes, sheet.name, sheet.tag) = (named.into(), "frame".to_owned(), BUILD.clone());
    sheet.sent(&headers)
}

/// A file that stands at an address of its own.
pub fn named(name: &str, headers: &HeaderMap) -> Response {
    Sheet::of(name).map_or_else(|| ApiError::not_found().into_response(), |sheet| sheet.sent(headers))
}

/// A file by its name, or below the word for this build: then it is good for ever. Those of other builds are not here.
pub async fn file(headers: HeaderMap, file: Result<Path<String>, PathRejection>) -> Response {
    let path = file.map(|Path(path)| path).unwrap_or_default();
    let named = path.strip_prefix('@').map(|path| path.split_once('/').unwrap_or((path, "")));
    let sheet = match named {
        Some((build, _)) if build != *BUILD => None,
        Some((_, name)) => Sheet::of(name),
        None => Sheet::of(&path),
    };
    let Some(sheet) = sheet else { return ApiError::not_found().into_response() };
    let sent = sheet.sent(&headers);
    if named.is_some() { ([(CACHE_CONTROL, FOR_GOOD)], sent).into_response() } else { sent }
}

impl Sheet {
    fn of(name: &str) -> Option<Self> {
        let file = Files::get(name)?;
        let kind = file.metadata.mimetype().to_owned();
        let tag = BASE64.encode(file.metadata.sha256_hash());
        let bytes = match file.data {
            std::borrow::Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            std::borrow::Cow::Owned(bytes) => Bytes::from(bytes),
        };
        Some(Self { name: name.to_owned(), kind, tag, bytes })
    }

    fn sent(self, headers: &HeaderMap) -> Response {
        let Self { name, kind, tag, bytes } = self;
        let (kind, vary) = ((CONTENT_TYPE, kind), (VARY, ACCEPT_ENCODING.as_str().to_owned()));
        match takes_gzip(headers).then(|| packed(name, &bytes)).flatten() {
            Some(packed) => {
                let encoded = (CONTENT_ENCODING, "gzip".to_owned());
                ([kind, tagged(&format!("{tag}-gzip")), vary, encoded], packed).into_response()
            }
            None => ([kind, tagged(&tag), vary], bytes).into_response(),
        }
    }
}

fn tagged(tag: &str) -> (HeaderName, String) {
    (ETAG, format!("\"{tag}\""))
}

/// By name: whoever refuses it, as in `gzip;q=0`, is sent it as it is.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let said = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|said| said.to_str().ok());
    said.flat_map(|said| said.split(',')).any(|one| one.trim() == "gzip")
}

/// Nothing when it cannot be packed; then it goes as it is.
fn packed(name: String, bytes: &[u8]) -> Option<Bytes> {
    let mut known = PACKED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(packed) = known.get(&name) {
        return Some(packed.clone());
    }
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(bytes).ok()?;
    let packed = Bytes::from(packer.finish().ok()?);
    known.insert(name, packed.clone());
    Some(packed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_sent_to_those_who_take_it() {
        let check = |said: &str, expected| {
            let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, said.parse().unwrap())]);
            assert_eq!(takes_gzip(&headers), expected, "{said}");
        };
        check("gzip, deflate, br, zstd", true);
        check("br,gzip", true);
        check("br", false);
        check("gzip;q=0", false);
        check("", false);
        assert!(!takes_gzip(&HeaderMap::new()));
    }
}
