//! Text in the charset that only the answer's header knows, made into UTF-8 that says so itself.
//!
//! Parsers get bytes without headers. A mark in front tells them the charset for certain, and wins over what a page
//! says of itself, as it does in browsers. Knows nothing of pages; a charset inside the body is the parser's to find.

use encoding_rs::{Encoding, UTF_8};

const MARK: &[u8] = b"\xEF\xBB\xBF";

/// The charset to translate from, where the header names one that the body does not show.
pub fn to_translate(content_type: &str, body: &[u8]) -> Option<&'static Encoding> {
    let (kind, parameters) = content_type.split_once(';')?;
    let marked = Encoding::for_bom(body).is_some();
    if marked || !is_text(&kind.trim().to_ascii_lowercase()) {
        return None;
    }
    // An unknown label is as good as none; the "replacement" charsets are not text to anybody.
    let encoding = Encoding::for_label_no_replacement(charset(parameters)?.as_bytes())?;
    (encoding != UTF_8).then_some(encoding)
}

/// What cannot be read becomes the replacement character: half a page is better than none.
pub fn translated(encoding: &'static Encoding, body: &[u8]) -> Vec<u8> {
    let (text, _) = encoding.decode_without_bom_handling(body);
    [MARK, text.as_bytes()].concat()
}

fn is_text(kind: &str) -> bool {
    let is_data = ["application/json", "application/xml", "application/javascript"].contains(&kind);
    kind.starts_with("text/") || is_data || kind.ends_with("+xml") || kind.ends_with("+json")
}

fn charset(parameters: &str) -> Option<&str> {
    let mut pairs = parameters.split(';').filter_map(|pair| pair.split_once('='));
    let (_, label) = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))?;
    Some(label.trim().trim_matches(['"', '\'']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(content_type: &str, body: &[u8], expected: Option<&str>) {
        let read = to_translate(content_type, body).map(|encoding| translated(encoding, body));
        let expected = expected.map(|text| [MARK, text.as_bytes()].concat());
        assert_eq!(read, expected, "{content_type}");
    }

    #[test]
    fn the_header_decides_where_the_body_is_silent() {
        check("text/html; charset=windows-1252", b"caf\xe9 \x80", Some("café €"));
        check("text/html;charset=ISO-8859-1", b"caf\xe9", Some("café"));
        check("Text/HTML; boundary=x; CharSet=\"Shift_JIS\"", b"\x93\xfa\x96\x7b", Some("日本"));
        check("application/xhtml+xml; charset='koi8-r'", b"\xf4\xc5\xd3\xd4", Some("Тест"));
        check("text/plain; charset=utf-16le", b"h\0i\0", Some("hi"));
        check("application/json; charset=gbk", b"\xc4\xe3", Some("你"));
        check("text/plain; charset=euc-kr", b"a\xff", Some("a\u{fffd}"));
    }

    #[test]
    fn what_is_not_in_doubt_stays_as_it_is() {
        check("text/html", b"caf\xe9", None);
        check("text/html; charset=utf-8", b"caf\xc3\xa9", None);
        check("text/html; charset=UTF8", b"x", None);
        check("text/html; charset=klingon", b"caf\xe9", None);
        check("text/html; charset=", b"caf\xe9", None);
        check("text/html; charset=hz-gb-2312", b"x", None);
        check("text/html; charset=windows-1252", b"\xEF\xBB\xBFcaf\xc3\xa9", None);
        check("text/html; charset=windows-1252", b"\xFF\xFEh\0", None);
        check("application/pdf; charset=windows-1252", b"%PDF\xe9", None);
        check("", b"x", None);
    }
}
