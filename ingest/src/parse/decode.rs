//! Decoding: which characters the bytes are.
//!
//! In this order: a byte order mark, what an HTML page says of itself, UTF-8, and last windows-1252, which reads
//! anything and is therefore told as a problem. Knows nothing of formats beyond where HTML hides its charset.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::ParseError;

/// HTML says that the charset stands within this prefix.
const META_BYTES: usize = 1024;

/// The text of a file, and what had to be guessed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Decoded {
    pub(super) text: String,
    pub(super) problem: Option<String>,
}

/// Decode Markdown or text.
pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, ParseError> {
    decode_as(bytes, None)
}

/// Decode a page, which may name its own charset.
pub(super) fn decode_html(bytes: &[u8]) -> Result<Decoded, ParseError> {
    decode_as(bytes, declared(bytes))
}

fn decode_as(bytes: &[u8], declared: Option<&'static Encoding>) -> Result<Decoded, ParseError> {
    let decoded = match Encoding::for_bom(bytes) {
        Some((encoding, mark_bytes)) => read(encoding, &bytes[mark_bytes..]),
        None if is_binary(bytes) => return Err(ParseError::Unsupported("binary data")),
        None => read_unmarked(bytes, declared),
    };
    match decoded.text.trim().is_empty() {
        true => Err(ParseError::Empty),
        false => Ok(decoded),
    }
}

fn read_unmarked(bytes: &[u8], declared: Option<&'static Encoding>) -> Decoded {
    let utf_8 = std::str::from_utf8(bytes).ok();
    match (declared, utf_8) {
        // A page that says windows-1252 or latin1 and is valid UTF-8 is UTF-8: the reverse accident does not happen.
        (Some(encoding), Some(text)) if encoding == UTF_8 || encoding == WINDOWS_1252 => plain(text),
        (Some(encoding), _) if encoding != UTF_8 => read(encoding, bytes),
        (_, Some(text)) => plain(text),
        (_, None) => guess(bytes),
    }
}

fn plain(text: &str) -> Decoded {
    Decoded { text: text.to_owned(), problem: None }
}

/// Not UTF-8. A few broken bytes in a UTF-8 file are damage; many are another encoding.
fn guess(bytes: &[u8]) -> Decoded {
    let repaired = String::from_utf8_lossy(bytes);
    let broken = repaired.matches(char::REPLACEMENT_CHARACTER).count();
    let foreign = repaired.chars().filter(|c| !c.is_ascii()).count() - broken;
    if foreign > broken * 4 {
        let problem = Some(format!("characters that are not valid UTF-8: {broken}"));
        return Decoded { text: repaired.into_owned(), problem };
    }
    let text = WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned();
    Decoded { text, problem: Some("not valid UTF-8: read as windows-1252".to_owned()) }
}

fn read(encoding: &'static Encoding, bytes: &[u8]) -> Decoded {
    let (text, broken) = encoding.decode_without_bom_handling(bytes);
    let problem = broken.then(|| format!("some characters are not valid {}", encoding.name()));
    Decoded { text: text.into_owned(), problem }
}

/// The charset in `<meta charset=...>` or `<meta http-equiv=... content="...; charset=...">`.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let prefix = String::from_utf8_lossy(&bytes[..bytes.len().min(META_BYTES)]).to_ascii_lowercase();
    let meta = prefix.find("<meta")?;
    let (_, value) = prefix[meta..].split_once("charset=")?;
    let is_label = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.');
    let label: String = value.trim_start_matches(['"', '\'']).chars().take_while(|c| is_label(*c)).collect();
    // What could be read this far as ASCII is not UTF-16, whatever it says; the HTML standard decides for UTF-8.
    let encoding = Encoding::for_label(label.as_bytes())?;
    Some(if encoding == UTF_16LE || encoding == UTF_16BE { UTF_8 } else { encoding })
}

/// Text has no NUL and next to no control characters; the first 8 KB decide, so that one stray byte in a log does not.
pub(super) fn is_binary(bytes: &[u8]) -> bool {
    let sample = &bytes[..bytes.len().min(8192)];
    let odd = sample.iter().filter(|b| matches!(b, 0..=8 | 14..=26 | 28..=31)).count();
    let nul = sample.iter().filter(|b| **b == 0).count();
    nul * 100 > sample.len() || odd * 10 > sample.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: &str, problem: Option<&str>) {
        let decoded = decode_html(bytes).unwrap();
        assert_eq!((decoded.text.as_str(), decoded.problem.as_deref()), (expected, problem));
    }

    #[test]
    fn a_byte_order_mark_wins() {
        check(b"\xef\xbb\xbfa\xc3\xa9", "aé", None);
        check(b"\xff\xfea\0\xe9\0", "aé", None);
        check(b"\xfe\xff\0a\0\xe9", "aé", None);
    }

    #[test]
    fn a_page_may_name_its_charset() {
        check(b"<meta charset=\"iso-8859-2\">\xb1", "<meta charset=\"iso-8859-2\">ą", None);
        let old = b"<META http-equiv=content-type content='text/html; charset=Shift_JIS'>\x83\x65";
        check(old, "<META http-equiv=content-type content='text/html; charset=Shift_JIS'>テ", None);
    }

    #[test]
    fn utf_8_is_known_when_seen() {
        check(b"<meta charset=latin1>\xc3\xa9", "<meta charset=latin1>é", None);
        check(b"<meta charset=utf-16>\xc3\xa9", "<meta charset=utf-16>é", None);
    }

    #[test]
    fn the_rest_is_windows_1252_and_told() {
        check(b"\x93caf\xe9\x94", "“café”", Some("not valid UTF-8: read as windows-1252"));
        let damaged = "ünïcödé ".repeat(4) + "x";
        let bytes: Vec<u8> = damaged.bytes().chain([0xff]).collect();
        check(&bytes, &format!("{damaged}\u{fffd}"), Some("characters that are not valid UTF-8: 1"));
    }

    #[test]
    fn binary_is_refused() {
        assert_eq!(decode(b"abc\0\0\0def"), Err(ParseError::Unsupported("binary data")));
        assert!(decode(format!("one stray \0{}", "in a long log ".repeat(20)).as_bytes()).is_ok());
    }
}
