//! Streams that unpack to far more than they are: found before any engine unpacks them.
//!
//! The bytes are searched for streams without trusting the structure around them, since that is what lies; each is
//! unpacked into nothing, and counted. Pictures are left out: no engine unpacks them for their text. A stream packed
//! twice, and one under another filter, are bounded by the memory of the process.

use std::io::Read;

use flate2::read::ZlibDecoder;

use super::ParseError;

/// Of all streams together. Real documents of 5,000 pages stay far below it.
const MOST_BYTES: u64 = 200 << 20;
/// As far back from a stream as its dictionary is looked at.
const DICTIONARY_BYTES: usize = 400;

/// How much the streams of a file unpack to.
pub(super) fn unpacked(bytes: &[u8]) -> Result<u64, ParseError> {
    let mut total = 0;
    let mut rest = 0;
    while let Some(found) = find(&bytes[rest..], b"stream") {
        let start = rest + found;
        let data = start + b"stream".len();
        rest = data;
        let is_end = bytes[..start].ends_with(b"end");
        let body = bytes[data..].strip_prefix(b"\r").unwrap_or(&bytes[data..]);
        let body = body.strip_prefix(b"\n").unwrap_or(body);
        if !is_end && is_zlib(body) && !is_picture(&bytes[start.saturating_sub(DICTIONARY_BYTES)..start]) {
            let mut decoder = ZlibDecoder::new(body).take(MOST_BYTES + 1 - total);
            std::io::copy(&mut decoder, &mut std::io::sink()).ok();
            total += MOST_BYTES + 1 - total - decoder.limit();
            if total > MOST_BYTES {
                return Err(ParseError::TooMuch { what: "bytes when unpacked", limit: MOST_BYTES });
            }
        }
    }
    Ok(total)
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

fn is_zlib(body: &[u8]) -> bool {
    matches!(body, [method, flags, ..] if method & 0x0f == 8 && (u16::from(*method) << 8 | u16::from(*flags)) % 31 == 0)
}

fn is_picture(before: &[u8]) -> bool {
    let start = before.windows(3).rposition(|window| window == b"obj").unwrap_or(0);
    find(&before[start..], b"/Image").is_some()
}
