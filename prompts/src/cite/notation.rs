//! What stands between the brackets of a marker: which texts are one, and which may still become one.
//!
//! Knows no state and no source.

/// Words that may stand in a marker; the first ones make one of a parenthesis.
const NAMING: [&str; 9] = ["source", "sources", "src", "ref", "refs", "doc", "quelle", "quellen", "citation"];
const BINDING: [&str; 4] = ["and", "und", "see", "siehe"];
const LONGEST: usize = 48;
/// More numbers in one marker than any answer has sources.
const MOST: usize = 64;

pub fn closing(open: char) -> char {
    match open {
        '(' => ')',
        '\u{3010}' => '\u{3011}',
        '\u{ff3b}' => '\u{ff3d}',
        _ => ']',
    }
}

/// Whether the beginning of a body may go on to be that of a marker.
pub fn may_become(open: char, body: &str) -> bool {
    if body.len() > LONGEST {
        return false;
    }
    let (said, lines) = body.split_once('\u{2020}').map_or((body, None), |(said, lines)| (said, Some(lines)));
    let known = said.chars().all(|c| c.is_alphabetic() || digit(c).is_some() || " ,;-\u{2013}^&:#".contains(c));
    let words = || said.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    let last = words().next_back().filter(|word| said.ends_with(word));
    let is_word = |word: &str| allowed().any(|known| known == word.to_lowercase());
    let begun = |word: &str| allowed().any(|known| known.starts_with(&word.to_lowercase()));
    let worded = words().all(|word| is_word(word) || (last == Some(word) && begun(word)));
    let leads = open != '(' || said.trim_start().starts_with(char::is_alphabetic) || said.trim().is_empty();
    known && worded && leads && lines.is_none_or(|lines| !lines.contains('\n'))
}

fn allowed() -> impl Iterator<Item = &'static str> {
    NAMING.into_iter().chain(BINDING)
}

/// Whether a text ends in what may still become a marker, were it to go on.
pub fn is_open(text: &str) -> bool {
    let opening = |c: char| matches!(c, '[' | '(' | '\u{3010}' | '\u{ff3b}');
    let last = text.char_indices().rev().take(LONGEST).find(|(_, c)| opening(*c));
    last.is_some_and(|(at, open)| may_become(open, &text[at + open.len_utf8()..]))
}

/// The numbers that a body names, if it is one of a marker.
pub fn numbers(open: char, body: &str) -> Option<Vec<usize>> {
    let said = body.split('\u{2020}').next().unwrap_or_default();
    let named = said.split(|c: char| !c.is_alphabetic()).any(|word| NAMING.contains(&word.to_lowercase().as_str()));
    if open == '(' && !named {
        return None;
    }
    let plain: String = said
        .chars()
        .map(|c| digit(c).unwrap_or(if c.is_alphabetic() || "^&:#;".contains(c) { ',' } else { c }))
        .collect();
    let mut numbers = Vec::new();
    for part in
        plain.split([',', ' ']).collect::<Vec<_>>().join(",").replace(",-,", "-").replace(",\u{2013},", "-").split(',')
    {
        match part.split_once(['-', '\u{2013}']) {
            _ if part.is_empty() => {}
            Some((low, high)) => numbers.extend(number(low)?..=number(high)?),
            None => numbers.push(number(part)?),
        }
    }
    numbers.truncate(MOST);
    plain.contains(|c: char| c.is_ascii_digit()).then_some(numbers)
}

fn number(digits: &str) -> Option<usize> {
    let short = (1..=3).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| short)
}

/// Also the wide ones.
fn digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        '\u{ff10}'..='\u{ff19}' => char::from_u32(u32::from(c) - 0xff10 + 0x30),
        _ => None,
    }
}

/// Whether what follows a marker in parentheses may be the target of a link: no spaces, or only within `<>` and before
/// a title.
pub fn may_be_target(body: &str) -> bool {
    let wrapped = body.starts_with('<') && !body.contains('>');
    wrapped
        || body
            .split_once(char::is_whitespace)
            .is_none_or(|(_, title)| title.trim().is_empty() || title.trim_start().starts_with(['"', '\'']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_beginning_of_a_marker_may_become_one() {
        for (open, body) in [
            ('[', "1, 2"),
            ('[', "Source: 1 and 3"),
            ('(', "see sources 1-3"),
            ('\u{3010}', "1\u{2020}L3-L5"),
            ('[', "^12"),
        ] {
            for (at, c) in body.char_indices() {
                assert!(may_become(open, &body[..at + c.len_utf8()]), "{}", &body[..at]);
            }
            assert!(numbers(open, body).is_some(), "{body}");
        }
        assert!(!may_become('(', "1"));
        assert!(!may_become('[', "text"));
    }

    #[test]
    fn numbers_are_read() {
        let check =
            |body: &str, expected: Option<&[usize]>| assert_eq!(numbers('[', body).as_deref(), expected, "{body}");
        check("1", Some(&[1]));
        check(" 1 ", Some(&[1]));
        check("\u{ff11}2", Some(&[12]));
        check("1 - 3", Some(&[1, 2, 3]));
        check("1\u{2013}2, 5", Some(&[1, 2, 5]));
        check("3-1", Some(&[]));
        check("0", Some(&[0]));
        check("1234", None);
        check("-1", None);
        check("", None);
        check("source", None);
        assert_eq!(numbers('[', "1-999").map(|all| all.len()), Some(MOST));
        assert_eq!(numbers('(', "1"), None);
    }
}
