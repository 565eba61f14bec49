//! Transfer encodings: from the seven bits that a mail travels in back to the bytes that were sent.
//!
//! Real mails break the rules, by a stray `=` or a line of a scanner's footer, so what is not code is kept or skipped
//! and nothing is refused. Knows nothing of what the bytes are.

use std::borrow::Cow;

/// The bytes of a part. An encoding that nobody knows is none.
pub(super) fn decode<'a>(body: &'a [u8], encoding: Option<&str>) -> Cow<'a, [u8]> {
    match encoding.map(|name| name.trim().to_ascii_lowercase()).as_deref() {
        Some("base64") => Cow::Owned(base64(body)),
        Some("quoted-printable") => Cow::Owned(quoted_printable(body)),
        _ => Cow::Borrowed(body),
    }
}

/// Skips what is no digit, and ends a group at its padding.
fn base64(body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(body.len() / 4 * 3 + 3);
    let (mut group, mut digits) = (0_u32, 0);
    for byte in body {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => {
                bytes.extend(rest_of(group, digits));
                (group, digits) = (0, 0);
                continue;
            }
            _ => continue,
        };
        group = group << 6 | u32::from(digit);
        digits += 1;
        if digits == 4 {
            bytes.extend(&group.to_be_bytes()[1..]);
            (group, digits) = (0, 0);
        }
    }
    bytes.extend(rest_of(group, digits));
    bytes
}

/// Two digits are one byte, three are two.
fn rest_of(group: u32, digits: u32) -> impl Iterator<Item = u8> {
    let full = if digits < 2 { 0 } else { group << (6 * (4 - digits)) };
    full.to_be_bytes().into_iter().skip(1).take(digits.saturating_sub(1) as usize)
}

fn quoted_printable(body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match (byte, after) {
            (b'=', [b'\r', b'\n', next @ ..] | [b'\n', next @ ..]) => rest = next,
            (b'=', [high, low, next @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    bytes.push(high << 4 | low);
                    rest = next;
                }
                _ => rest = soft_break(after).unwrap_or_else(|| kept(&mut bytes, after)),
            },
            _ => bytes.push(byte),
        }
    }
    bytes
}

/// A break may have gained spaces on its way.
fn soft_break(after: &[u8]) -> Option<&[u8]> {
    let blanks = after.iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\r')).count();
    after.get(blanks).filter(|b| **b == b'\n').map(|_| &after[blanks + 1..])
}

fn kept<'a>(bytes: &mut Vec<u8>, after: &'a [u8]) -> &'a [u8] {
    bytes.push(b'=');
    after
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(encoding: &str, body: &str, expected: &str) {
        assert_eq!(String::from_utf8_lossy(&decode(body.as_bytes(), Some(encoding))), expected, "{body}");
    }

    #[test]
    fn groups_and_their_rests_are_read() {
        check("BASE64", "aGVs\r\nbG8=", "hello");
        check("base64", "aGVsbG8", "hello");
        check("base64", "aGk=!!aGk=", "hihi");
        check("base64", "a", "");
        check("base64", "", "");
    }

    #[test]
    fn equals_signs_are_code_or_themselves() {
        check("quoted-printable", "caf=C3=A9 =\r\nau =\nlait", "café au lait");
        check("quoted-printable", "a=b=ZZ=  \nc=", "a=b=ZZc=");
        check("7bit", "a=20b", "a=20b");
        check("x-unknown", "a=20b", "a=20b");
    }
}
