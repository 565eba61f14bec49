//! Masks: what points to a person, taken out of a text before it is logged.
//!
//! Known by shape and, where there is one, by check digits. Better one too many than one too few: a number that only
//! looks like a telephone's is masked too. Names are not known here.

const LONGEST_EMAIL: usize = 254;

/// What was found, and what stands in its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Personal {
    Email,
    Iban,
    Card,
    Address,
    Phone,
}

impl Personal {
    pub fn mask(self) -> &'static str {
        match self {
            Self::Email => "[e-mail]",
            Self::Iban => "[iban]",
            Self::Card => "[card]",
            Self::Address => "[ip address]",
            Self::Phone => "[phone]",
        }
    }
}

/// The text with a mask for everything that was found.
pub fn masked(text: &str) -> String {
    let (mut out, mut at, mut before) = (String::with_capacity(text.len()), 0, ' ');
    while let Some(c) = text[at..].chars().next() {
        let begins = !before.is_alphanumeric();
        match found(&text[at..]).filter(|_| begins) {
            Some((kind, length)) => {
                out.push_str(kind.mask());
                at += length;
                before = ']';
            }
            None => {
                out.push(c);
                at += c.len_utf8();
                before = c;
            }
        }
    }
    out
}

/// What the text begins with, and how long it is.
fn found(text: &str) -> Option<(Personal, usize)> {
    type Shape = fn(&str) -> Option<usize>;
    let shapes: [(Personal, Shape); 6] = [
        (Personal::Email, email),
        (Personal::Iban, iban),
        (Personal::Card, card),
        (Personal::Address, four_bytes),
        (Personal::Address, groups),
        (Personal::Phone, phone),
    ];
    shapes.into_iter().find_map(|(kind, shape)| Some((kind, shape(text)?)))
}

fn run(text: &str, longest: usize, fits: impl Fn(char) -> bool) -> &str {
    let end = text.char_indices().take(longest).find(|(_, c)| !fits(*c)).map(|(at, _)| at);
    &text[..end.unwrap_or_else(|| text.char_indices().nth(longest).map_or(text.len(), |(at, _)| at))]
}

fn email(text: &str) -> Option<usize> {
    let local = run(text, LONGEST_EMAIL, |c| c.is_alphanumeric() || "._%+-'".contains(c));
    let host = text[local.len()..].strip_prefix('@')?;
    let host = run(host, LONGEST_EMAIL, |c| c.is_alphanumeric() || ".-".contains(c)).trim_end_matches(['.', '-']);
    let (_, top) = host.rsplit_once('.')?;
    (!local.is_empty() && top.chars().count() >= 2).then_some(local.len() + 1 + host.len())
}

/// Digits and letters without the spaces or dashes between them, and where the last one ends.
fn compact(text: &str, most: usize, fits: impl Fn(char) -> bool, between: &str) -> Vec<(char, usize)> {
    let (mut kept, mut gap) = (Vec::new(), 0);
    for (at, c) in text.char_indices() {
        if fits(c) && kept.len() < most {
            kept.push((c, at + c.len_utf8()));
            gap = 0;
        } else if between.contains(c) && gap == 0 && kept.len() < most {
            gap = 1;
        } else {
            break;
        }
    }
    kept
}

fn ends_word(text: &str, at: usize) -> bool {
    text[at..].chars().next().is_none_or(|c| !c.is_alphanumeric())
}

fn iban(text: &str) -> Option<usize> {
    let kept = compact(text, 34, |c| c.is_ascii_alphanumeric(), " ");
    let shape = kept.len() >= 15
        && kept[..2].iter().all(|(c, _)| c.is_ascii_uppercase())
        && kept[2..4].iter().all(|(c, _)| c.is_ascii_digit());
    let whole = |many: &usize| {
        let turned = kept[4..*many].iter().chain(&kept[..4]);
        let rest = turned.fold(0, |rest: u32, (c, _)| {
            let value = c.to_digit(36).unwrap_or(0);
            (rest * if value > 9 { 100 } else { 10 } + value) % 97
        });
        rest == 1 && ends_word(text, kept[*many - 1].1)
    };
    (15..=kept.len()).rev().filter(|_| shape).find(whole).map(|many| kept[many - 1].1)
}

fn card(text: &str) -> Option<usize> {
    let kept = compact(text, 19, |c| c.is_ascii_digit(), " -");
    let whole = |many: &usize| {
        let digits = kept[..*many].iter().rev().filter_map(|(c, _)| c.to_digit(10)).enumerate();
        let sum: u32 =
            digits.map(|(at, digit)| if at % 2 == 0 { digit } else { digit * 2 - if digit > 4 { 9 } else { 0 } }).sum();
        sum.is_multiple_of(10) && kept.iter().any(|(c, _)| *c != '0') && ends_word(text, kept[*many - 1].1)
    };
    (13..=kept.len()).rev().find(whole).map(|many| kept[many - 1].1)
}

fn four_bytes(text: &str) -> Option<usize> {
    let whole = run(text, 15, |c| c.is_ascii_digit() || c == '.').trim_end_matches('.');
    let parts: Vec<&str> = whole.split('.').collect();
    let fits = parts.len() == 4 && parts.iter().all(|part| part.len() <= 3 && part.parse::<u8>().is_ok());
    (fits && ends_word(text, whole.len())).then_some(whole.len())
}

fn groups(text: &str) -> Option<usize> {
    let whole = run(text, 45, |c| c.is_ascii_hexdigit() || c == ':' || c == '.').trim_end_matches(['.']);
    let colons = whole.matches(':').count();
    let full = colons == 7 || (colons >= 2 && whole.contains("::"));
    let fits = full && whole.parse::<core::net::Ipv6Addr>().is_ok() && whole.len() > 2;
    (fits && ends_word(text, whole.len())).then_some(whole.len())
}

/// With a country's prefix, a leading nought, or in groups of three, three and four; as many groups as fit.
fn phone(text: &str) -> Option<usize> {
    let opening = text.chars().next()?;
    let start = usize::from(opening == '+' || opening == '(');
    let body = &text[start..];
    let whole = |end: &usize| {
        let written = &body[..*end];
        let many = written.bytes().filter(u8::is_ascii_digit).count();
        let grouped: Vec<usize> = written.split(['-', '.', ' ']).map(str::len).collect();
        match opening {
            '+' => (7..=15).contains(&many),
            '(' => (7..=15).contains(&many) && written.starts_with('0'),
            '0' => (9..=15).contains(&many) && !is_dated(written),
            _ => grouped == [3, 3, 4],
        }
    };
    group_ends(body).into_iter().rev().find(whole).map(|end| start + end)
}

/// Where a group of digits ends, with at most two signs between it and the next.
fn group_ends(body: &str) -> Vec<usize> {
    let (mut ends, mut last) = (Vec::new(), 0);
    for (at, c) in body.char_indices().take(32) {
        match c {
            '0'..='9' => {
                last = at + 1;
                if !body[last..].starts_with(char::is_alphanumeric) {
                    ends.push(last);
                }
            }
            ' ' | '-' | '.' | '/' | '(' | ')' if at <= last + 1 => {}
            _ => break,
        }
    }
    ends
}

/// `01.03.2026` and what comes after it.
fn is_dated(written: &str) -> bool {
    let parts: Vec<usize> = written.split(['.', '-', '/', ' ']).take(3).map(str::len).collect();
    parts == [2, 2, 4]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(masked(text), expected);
    }

    #[test]
    fn what_points_to_a_person_goes() {
        check("write to jo.o'neil+x@mail.example.org.", "write to [e-mail].");
        check("<a@b.example>,c@d.example", "<[e-mail]>,[e-mail]");
        check("IBAN GB82 WEST 1234 5698 7654 32 please", "IBAN [iban] please");
        check("DE89370400440532013000", "[iban]");
        check("card 4111 1111 1111 1111, or 4111-1111-1111-1111", "card [card], or [card]");
        check("from 192.168.0.12 and 2001:db8::1.", "from [ip address] and [ip address].");
        check("call +44 20 7946 0958 or 020 7946 0958", "call [phone] or [phone]");
        check("(030) 1234567, 555-123-4567", "[phone], [phone]");
    }

    #[test]
    fn what_does_not_stays() {
        for text in [
            "a@b, @home, x@",
            "order 4111 1111 1111 1112",
            "on 01.03.2026 10 people, 2026-03-04, at 09:30",
            "version 1.2.3, 256.1.1.1, std::fmt",
            "costs 1,000 and 24 a month for 10 days",
            "DE89370400440532013001",
            "",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn masking_twice_changes_nothing() {
        let once = masked("a@b.example +44 20 7946 0958 4111111111111111 10.0.0.1");
        assert_eq!(masked(&once), once);
    }
}
