//! Decoding: which characters the bytes are.
//!
//! In this order: a byte order mark, UTF-16 that shows, what the file says of itself, UTF-8, and last a detector's guess,
//! which is therefore told as a problem. UTF-8 that holds is believed over any other claim: text in another encoding
//! does not look like it by accident, but labels are copied without a thought. A claim under which the bytes make no
//! sense is dropped for a guess. UTF-7 and overlong forms, which smuggle, are never decoded. Knows nothing of formats
//! beyond where HTML hides its charset; what a server or a mail says comes in as a label.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::ParseError;

/// HTML says that the charset stands within this prefix.
const META_BYTES: usize = 1024;
/// What the detector reads, from the first byte on that is not ASCII. More does not make it surer.
const DETECT_BYTES: usize = 65_536;
/// What is looked at to tell binary data and UTF-16.
const SAMPLE_BYTES: usize = 8192;

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

/// Decode a part of a file that names its charset. Empty parts are fine, and so are stray control characters.
pub(super) fn decode_labelled(bytes: &[u8], label: Option<&str>) -> Decoded {
    let declared = label.and_then(|label| Encoding::for_label_no_replacement(label.as_bytes()));
    match Encoding::for_bom(bytes) {
        Some((encoding, mark_bytes)) => read(encoding, &bytes[mark_bytes..]),
        None => read_unmarked(bytes, declared),
    }
}

/// The encoding that Windows and its formats know by a number. DOS pages, which nobody decodes any more, are read as
/// windows-1252: their letters without accents are right.
pub(super) fn code_page(number: u32) -> &'static Encoding {
    let label = match number {
        874 => "windows-874".to_owned(),
        932 => "shift_jis".to_owned(),
        936 => "gbk".to_owned(),
        949 => "euc-kr".to_owned(),
        950 => "big5".to_owned(),
        1200 => "utf-16le".to_owned(),
        1201 => "utf-16be".to_owned(),
        1250..=1258 => format!("windows-{number}"),
        10000 => "macintosh".to_owned(),
        10007 => "x-mac-cyrillic".to_owned(),
        20866 => "koi8-r".to_owned(),
        21866 => "koi8-u".to_owned(),
        28591..=28606 => format!("iso-8859-{}", number - 28590),
        50220..=50222 => "iso-2022-jp".to_owned(),
        51932 => "euc-jp".to_owned(),
        51949 => "euc-kr".to_owned(),
        52936 | 54936 => "gb18030".to_owned(),
        65001 => "utf-8".to_owned(),
        _ => return WINDOWS_1252,
    };
    Encoding::for_label(label.as_bytes()).unwrap_or(WINDOWS_1252)
}

fn decode_as(bytes: &[u8], declared: Option<&'static Encoding>) -> Result<Decoded, ParseError> {
    let decoded = match (Encoding::for_bom(bytes), utf_16_without_mark(bytes)) {
        (Some((encoding, mark_bytes)), _) => read(encoding, &bytes[mark_bytes..]),
        (None, Some(encoding)) => read(encoding, bytes),
        (None, None) if is_binary(bytes) => return Err(ParseError::Unsupported("binary data")),
        (None, None) => read_unmarked(bytes, declared),
    };
    match decoded.text.trim().is_empty() {
        true => Err(ParseError::Empty),
        false => Ok(decoded),
    }
}

fn read_unmarked(bytes: &[u8], declared: Option<&'static Encoding>) -> Decoded {
    match (declared, std::str::from_utf8(bytes)) {
        (Some(encoding), Ok(text)) if believes_label(encoding, text) => read(encoding, bytes),
        (_, Ok(text)) if is_iso_2022_jp(text) => read(ISO_2022_JP, bytes),
        (_, Ok(text)) => Decoded { text: text.to_owned(), problem: None },
        (Some(encoding), Err(_)) if encoding != UTF_8 => read_declared(encoding, bytes),
        (_, Err(_)) => guess(bytes),
    }
}

/// Whether the label counts although the bytes are UTF-8 too. One or two characters may be so by accident in an
/// encoding of several bytes; that something calls itself windows-1252 means nothing.
fn believes_label(encoding: &'static Encoding, text: &str) -> bool {
    let few = 3;
    let is_rare = text.chars().filter(|c| !c.is_ascii()).take(few).count() < few;
    encoding != UTF_8 && encoding != WINDOWS_1252 && is_rare
}

/// Japanese in seven bits, as old mails have it: escapes, and nothing else that is not ASCII.
fn is_iso_2022_jp(text: &str) -> bool {
    text.is_ascii() && (text.contains("\x1b$B") || text.contains("\x1b$@"))
}

/// As the label says, unless that makes no sense. Where the guess agrees with the label, the file is just damaged.
fn read_declared(encoding: &'static Encoding, bytes: &[u8]) -> Decoded {
    let as_declared = read(encoding, bytes);
    if as_declared.problem.is_none() {
        return as_declared;
    }
    let guessed = detect(bytes);
    let broken = as_declared.text.matches(char::REPLACEMENT_CHARACTER).count();
    if guessed == encoding || broken * 50 < as_declared.text.chars().filter(|c| !c.is_ascii()).count() {
        return as_declared;
    }
    let text = guessed.decode_without_bom_handling(bytes).0.into_owned();
    Decoded { text, problem: Some(format!("not valid {}: read as {}", encoding.name(), guessed.name())) }
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
    let guessed = detect(bytes);
    let text = guessed.decode_without_bom_handling(bytes).0.into_owned();
    Decoded { text, problem: Some(format!("not valid UTF-8: read as {}", guessed.name())) }
}

/// The most likely legacy encoding; windows-1252 where nothing speaks for another. The piece that is judged ends with a
/// line where it can, since half a character would count against the right answer.
fn detect(bytes: &[u8]) -> &'static Encoding {
    let first = bytes.iter().position(|b| !b.is_ascii()).unwrap_or(0);
    let start =
        bytes[..first].iter().rposition(|b| *b == b'\n').map_or(0, |end| end + 1).max(first.saturating_sub(256));
    let rest = &bytes[start..];
    let piece = &rest[..rest.len().min(DETECT_BYTES)];
    let end = if piece.len() < rest.len() { piece.iter().rposition(|b| *b == b'\n') } else { None };
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(&piece[..end.unwrap_or(piece.len())], piece.len() == rest.len());
    detector.guess(None, Utf8Detection::Deny)
}

fn read(encoding: &'static Encoding, bytes: &[u8]) -> Decoded {
    let (text, broken) = encoding.decode_without_bom_handling(bytes);
    let problem = broken.then(|| format!("some characters are not valid {}", encoding.name()));
    Decoded { text: text.into_owned(), problem }
}

/// What a page says of its charset in an XML declaration or a `<meta>`, comments aside.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let prefix = String::from_utf8_lossy(&bytes[..bytes.len().min(META_BYTES)]).to_ascii_lowercase();
    let label = xml_label(&prefix).or_else(|| meta_label(&prefix))?;
    // What could be read this far as ASCII is not UTF-16, whatever it says; the HTML standard decides for UTF-8.
    // Of encodings that smuggle, browsers show nothing; a page that names one by mistake would be lost.
    let encoding = Encoding::for_label_no_replacement(label.as_bytes())?;
    Some(if encoding == UTF_16LE || encoding == UTF_16BE { UTF_8 } else { encoding })
}

fn xml_label(prefix: &str) -> Option<String> {
    let (declaration, _) = prefix.trim_start().strip_prefix("<?xml")?.split_once("?>")?;
    label_after(declaration, "encoding")
}

/// The charset in `<meta charset=...>` or `<meta http-equiv=... content="...; charset=...">`.
fn meta_label(prefix: &str) -> Option<String> {
    let mut rest = prefix;
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        let (end, is_meta) = if rest.starts_with("<!--") { ("-->", false) } else { (">", rest.starts_with("<meta")) };
        // The tag may be cut where the prefix ends.
        let (tag, after) = rest.split_once(end).unwrap_or((rest, ""));
        if let Some(label) = label_after(tag, "charset").filter(|_| is_meta) {
            return Some(label);
        }
        rest = after;
    }
    None
}

/// `charset = "utf-8"`
fn label_after(text: &str, key: &str) -> Option<String> {
    let value = text.split(key).skip(1).find_map(|after| after.trim_start().strip_prefix('='))?;
    let is_label = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.');
    let value = value.trim_start().trim_start_matches(['"', '\'']).trim_start();
    Some(value.chars().take_while(|c| is_label(*c)).collect())
}

/// UTF-16 of a European language has a NUL in every other place and next to none in the others. Numbers in binary files
/// look alike, so what comes out must be characters that people write.
pub(super) fn utf_16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(SAMPLE_BYTES) & !1];
    let nuls = |side: usize| sample.iter().skip(side).step_by(2).filter(|b| **b == 0).count();
    let pairs = sample.len() / 2;
    let encoding = match (nuls(0), nuls(1)) {
        (even, odd) if pairs >= 4 && odd * 10 > pairs * 6 && even * 20 < pairs => UTF_16LE,
        (even, odd) if pairs >= 4 && even * 10 > pairs * 6 && odd * 20 < pairs => UTF_16BE,
        _ => return None,
    };
    let text = encoding.decode_without_bom_handling(sample).0;
    let odd = text.chars().filter(|c| c.is_control() && !c.is_whitespace() || *c == char::REPLACEMENT_CHARACTER);
    (odd.count() * 50 <= pairs).then_some(encoding)
}

/// Text has no NUL and next to no control characters; the first 8 KB decide, so that one stray byte in a log does not.
pub(super) fn is_binary(bytes: &[u8]) -> bool {
    let sample = &bytes[..bytes.len().min(SAMPLE_BYTES)];
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

    #[test]
    fn utf_16_shows_without_a_mark() {
        let text = "Refunds take 30 days, café or not.";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        check(&little, text, None);
        check(&big, text, None);
        let numbers: Vec<u8> = (0..200u16).flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(&numbers), Err(ParseError::Unsupported("binary data")));
    }

    #[test]
    fn legacy_encodings_are_guessed() {
        let check = |label: &str, text: &str, name: &str| {
            let bytes = Encoding::for_label(label.as_bytes()).unwrap().encode(text).0;
            let decoded = decode(&bytes).unwrap();
            assert_eq!(decoded.text, text);
            assert_eq!(decoded.problem, Some(format!("not valid UTF-8: read as {name}")));
        };
        check("windows-1251", "Мы возвращаем деньги в течение тридцати дней.", "windows-1251");
        check("koi8-r", "Мы возвращаем деньги в течение тридцати дней.", "KOI8-U");
        check("shift_jis", "返金には三十日ほどかかります。お待ちください。", "Shift_JIS");
        check("gbk", "退款需要三十天，请您耐心等待我们的处理结果。", "GBK");
        check("windows-1253", "Η επιστροφή χρημάτων διαρκεί τριάντα ημέρες.", "windows-1253");
        check("windows-1252", "Die Rückerstattung dauert dreißig Tage für Käufer.", "windows-1252");
    }

    #[test]
    fn a_wrong_label_is_dropped() {
        let page = "<meta charset=shift_jis>Rückerstattung für Käufer, schön und größer, Straße";
        let bytes = WINDOWS_1252.encode(page).0;
        check(&bytes, page, Some("not valid Shift_JIS: read as windows-1252"));
        let page = "<meta charset=windows-1251>Возврат";
        check(page.as_bytes(), page, None);
    }

    #[test]
    fn labels_stand_where_html_has_them() {
        check(
            b"<!-- <meta charset=koi8-r> --><meta charset = 'iso-8859-2'>\xb1",
            "<!-- <meta charset=koi8-r> --><meta \
            charset = 'iso-8859-2'>ą",
            None,
        );
        check(b"<?xml version='1.0' encoding='iso-8859-2'?>\xb1", "<?xml version='1.0' encoding='iso-8859-2'?>ą", None);
    }

    #[test]
    fn what_smuggles_is_not_decoded() {
        check(b"<meta charset=utf-7>+ADw-script+AD4-", "<meta charset=utf-7>+ADw-script+AD4-", None);
        assert!(!decode(b"../ overlong \xc0\xaf..").unwrap().text.contains("/.."));
        check(b"<meta charset=iso-2022-kr>words", "<meta charset=iso-2022-kr>words", None);
        let stateful = decode(b"<meta charset=hz-gb-2312>~{abc~}").unwrap().text;
        assert!(stateful.ends_with("~{abc~}"), "{stateful}");
        assert_eq!(decode(b"\x1b$B$3$s\x1b(B").unwrap().text, "こん");
    }

    #[test]
    fn parts_name_their_charset() {
        let check = |bytes: &[u8], label, expected| assert_eq!(decode_labelled(bytes, label).text, expected);
        check(b"", None, "");
        check(b"\xb1", Some("ISO-8859-2"), "ą");
        check(b"\xe9t\xe9", Some("nonsense"), "été");
    }
}
