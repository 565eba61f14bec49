//! Words as the checker compares them: one form for every way of writing the same thing, each with its place.
//!
//! Case, endings, hyphens, digit grouping, spelled-out numbers and signs of units are levelled here, so that nothing
//! after this has to think of them. Knows English best, German a little; what it does not know stays as it is written.

use std::ops::Range;

use super::dates;
use super::lexicon;

/// What a word is to the one who compares.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Kind {
    Plain,
    /// A number in digits without grouping, `1000` or `1.4`. Spelled-out ones are told apart: "one" is often none.
    Number {
        spelled: bool,
    },
    Date(dates::Date),
    /// An identifier, an address, a version: nothing of it may differ.
    Code,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Word {
    pub norm: String,
    /// In the text it was taken from.
    pub range: Range<usize>,
    pub kind: Kind,
    /// Written with a capital where no sentence begins.
    pub named: bool,
    /// Written with a capital where one does: perhaps a name.
    pub opens: bool,
    /// Tied to the next by a hyphen.
    pub tied: bool,
    /// A comma, a bar, the end of an item or the like stands before it.
    pub parted: bool,
}

impl Word {
    pub fn is_number(&self) -> bool {
        matches!(self.kind, Kind::Number { .. })
    }

    /// Whether it says something by itself.
    pub fn is_content(&self) -> bool {
        self.kind != Kind::Plain || !lexicon::is_small(&self.norm)
    }
}

/// Every word of a text, in order; dates are one word each.
pub fn words(text: &str) -> Vec<Word> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(run) = next_run(text, from) {
        from = run.end;
        let opens = opens_sentence(&text[..run.start]);
        split(text, run, opens, &mut found);
    }
    let mut joined = dates::join(found);
    let mut end = 0;
    for word in &mut joined {
        let between = text.get(end..word.range.start).unwrap_or_default();
        // A line break alone was only made to fit a width.
        word.parted = between.contains([',', ';', ':', '|', '.', '!', '?', '('])
            || ["\n\n", "\n-", "\n*", "\n#"].iter().any(|end_of_item| between.contains(end_of_item));
        end = word.range.end;
    }
    joined
}

/// The next stretch without a break inside: letters and digits, and what may stand between two of them.
fn next_run(text: &str, from: usize) -> Option<Range<usize>> {
    let start = from + text[from..].find(|c: char| c.is_alphanumeric() || sign(c).is_some())?;
    let first = text[start..].chars().next()?;
    if sign(first).is_some() {
        return Some(start..start + first.len_utf8());
    }
    let mut end = start;
    let mut previous = first;
    loop {
        let mut rest = text[end..].chars();
        match rest.next() {
            Some(c) if c.is_alphanumeric() => (previous, end) = (c, end + c.len_utf8()),
            Some(c) => {
                let tie = tie_length(previous, c, rest.as_str());
                if tie == 0 {
                    return Some(start..end);
                }
                end += tie;
            }
            None => return Some(start..end),
        }
    }
}

/// How many bytes stand between two characters that belong together; none when they do not.
fn tie_length(before: char, c: char, rest: &str) -> usize {
    let Some(after) = rest.chars().next() else { return 0 };
    let digits = before.is_ascii_digit() && after.is_ascii_digit();
    let joined = match c {
        '-' | '\u{2010}' | '\u{2011}' if after == '\n' => {
            let behind = rest[1..].chars().next();
            return if behind.is_some_and(char::is_lowercase) { c.len_utf8() + 1 } else { 0 };
        }
        '\u{ad}' | '-' | '\u{2010}' | '\u{2011}' | '.' | '_' | '@' | '\'' | '\u{2019}' => after.is_alphanumeric(),
        ',' | ':' => digits,
        '\u{a0}' | '\u{202f}' | '\u{2009}' => digits && three_digits(rest),
        _ => false,
    };
    if joined { c.len_utf8() } else { 0 }
}

fn three_digits(rest: &str) -> bool {
    rest.chars().take_while(char::is_ascii_digit).count() == 3
}

/// A sign that is a word.
fn sign(c: char) -> Option<&'static str> {
    match c {
        '%' => Some("percent"),
        '\u{20ac}' => Some("euro"),
        '\u{a3}' => Some("pound"),
        '$' => Some("dollar"),
        _ => None,
    }
}

/// Whether a sentence, a line or a cell begins behind this.
fn opens_sentence(before: &str) -> bool {
    let trimmed = before.trim_end_matches([' ', '\t', '*', '_', '"', '\'', '(', '[', '\u{201c}', '\u{2018}', '#', '>']);
    trimmed.is_empty() || trimmed.ends_with(['.', '!', '?', ':', ';', '\n', '|', '-', '\u{2022}', '\u{2026}'])
}

fn split(text: &str, run: Range<usize>, opens: bool, found: &mut Vec<Word>) {
    let raw = &text[run.clone()];
    let push = |found: &mut Vec<Word>, norm: String, kind, range: Range<usize>, tied| {
        let written = &text[range.clone()];
        let capital = written.chars().next().is_some_and(char::is_uppercase);
        let shouted = capital && written.chars().filter(|c| c.is_uppercase()).count() > 1;
        let named = capital && (shouted || !opens);
        found.push(Word { norm, range, kind, named, opens: capital && !named, tied, parted: false });
    };
    if let Some(norm) = raw.chars().next().and_then(sign) {
        push(found, norm.to_owned(), Kind::Plain, run, false);
    } else if raw.starts_with(|c: char| c.is_ascii_digit()) {
        for (norm, kind, within) in numeric(raw) {
            push(found, norm, kind, run.start + within.start..run.start + within.end, false);
        }
    } else if is_code(raw) {
        let norm = raw.chars().filter(|c| c.is_alphanumeric() || "@._".contains(*c)).flat_map(char::to_lowercase);
        push(found, norm.collect(), Kind::Code, run, false);
    } else {
        let parts = letters(raw);
        let last = parts.len().saturating_sub(1);
        for (at, (norm, within)) in parts.into_iter().enumerate() {
            let kind = if lexicon::spelled(&norm).is_some() { Kind::Number { spelled: true } } else { Kind::Plain };
            let norm = lexicon::spelled(&norm).map_or(norm, str::to_owned);
            push(found, norm, kind, run.start + within.start..run.start + within.end, at < last);
        }
    }
}

fn is_code(raw: &str) -> bool {
    let digits = raw.chars().any(|c| c.is_ascii_digit());
    let dotted = raw.split('.').count() > 1 && raw.split('.').all(|part| part.chars().count() > 1);
    digits || dotted || raw.contains(['@', '_'])
}

/// Numbers, their attached units, dates in digits, ranges; whatever else begins with a digit is an identifier.
fn numeric(raw: &str) -> Vec<(String, Kind, Range<usize>)> {
    if let Some(date) = dates::in_digits(raw) {
        return vec![(raw.to_owned(), Kind::Date(date), 0..raw.len())];
    }
    let number = Kind::Number { spelled: false };
    if let Some(norm) = plain_number(raw) {
        return vec![(norm, number, 0..raw.len())];
    }
    let head = raw.find(|c: char| c.is_alphabetic()).unwrap_or(raw.len());
    let unit = raw[head..].to_lowercase();
    if let (Some(norm), true) = (plain_number(&raw[..head]), lexicon::is_ordinal_ending(&unit)) {
        return vec![(norm, number, 0..raw.len())];
    }
    if let (Some(norm), Some(unit)) = (plain_number(&raw[..head]), lexicon::unit(&unit)) {
        return vec![(norm, number, 0..head), (unit.to_owned(), Kind::Plain, head..raw.len())];
    }
    ranged(raw).unwrap_or_else(|| vec![(raw.to_lowercase().replace('-', ""), Kind::Code, 0..raw.len())])
}

/// `10-20` and `30-day` are two words each.
fn ranged(raw: &str) -> Option<Vec<(String, Kind, Range<usize>)>> {
    let (low, high) = raw.split_once(['-', '\u{2010}', '\u{2011}'])?;
    let from = raw.len() - high.len();
    let low = (plain_number(low)?, Kind::Number { spelled: false }, 0..low.len());
    let high = match plain_number(high) {
        Some(norm) => (norm, Kind::Number { spelled: false }, from..raw.len()),
        None if high.chars().all(char::is_alphabetic) => {
            (lexicon::stem(&high.to_lowercase()), Kind::Plain, from..raw.len())
        }
        None => return None,
    };
    Some(vec![low, high])
}

/// Without grouping, with a dot before decimals, without zeros that say nothing.
pub fn plain_number(raw: &str) -> Option<String> {
    if let Some((hours, minutes)) = raw.split_once(':') {
        let clock = [hours, minutes].iter().all(|part| (1..=2).contains(&part.len()) && is_digits(part));
        return clock.then(|| format!("{}:{minutes}", bare(hours)));
    }
    let parts: Vec<&str> = raw.split([',', '.', '\'', '\u{2019}', '\u{a0}', '\u{202f}', '\u{2009}']).collect();
    if !parts.iter().all(|part| is_digits(part)) {
        return None;
    }
    let (first, rest) = parts.split_first()?;
    if !rest.is_empty() && first.len() <= 3 && rest.iter().all(|part| part.len() == 3) && !first.starts_with('0') {
        return Some(parts.concat());
    }
    let mixed = rest.len() > 1 && rest[..rest.len() - 1].iter().all(|part| part.len() == 3);
    match rest {
        [] => Some(bare(first).to_owned()),
        [decimals] => Some(decimal(first, decimals)),
        [grouped @ .., decimals] if mixed => Some(decimal(&format!("{first}{}", grouped.concat()), decimals)),
        _ => None,
    }
}

fn decimal(whole: &str, decimals: &str) -> String {
    match decimals.trim_end_matches('0') {
        "" => bare(whole).to_owned(),
        said => format!("{}.{said}", bare(whole)),
    }
}

fn bare(digits: &str) -> &str {
    let bare = digits.trim_start_matches('0');
    if bare.is_empty() { "0" } else { bare }
}

fn is_digits(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())
}

/// The parts of a word of letters, stemmed: `don't` is two, `set-up` is two, `docu-` and `ment` on two lines are one.
fn letters(raw: &str) -> Vec<(String, Range<usize>)> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, c) in raw.char_indices().chain([(raw.len(), '-')]) {
        let breaks = matches!(c, '-' | '\u{2010}' | '\u{2011}') && !raw[at..].starts_with("-\n");
        if breaks && at > start {
            contracted(&raw[start..at], start, &mut parts);
        }
        if breaks {
            start = at + if at == raw.len() { 0 } else { c.len_utf8() };
        }
    }
    parts
}

fn contracted(part: &str, start: usize, parts: &mut Vec<(String, Range<usize>)>) {
    let joined = part.replace("-\n", "").replace('\u{ad}', "");
    let lower = joined.to_lowercase().replace('\u{2019}', "'");
    let range = start..start + part.len();
    let whole = match lower.as_str() {
        "can't" | "cannot" => "can",
        "won't" => "will",
        "shan't" => "shall",
        other => other.strip_suffix("n't").unwrap_or(""),
    };
    if whole.is_empty() {
        let bare = lower.strip_suffix("'s").unwrap_or(&lower).replace(['\'', '.'], "");
        parts.push((lexicon::stem(&bare), range));
    } else {
        parts.push((lexicon::stem(whole), range.clone()));
        parts.push(("not".to_owned(), range));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let found = words(text);
        assert_eq!(found.iter().map(|word| word.norm.as_str()).collect::<Vec<_>>(), expected, "{text}");
        for word in &found {
            assert!(text.get(word.range.clone()).is_some_and(|said| !said.is_empty()), "{word:?} in {text}");
        }
    }

    #[test]
    fn one_form_for_every_way_of_writing() {
        check("Refunds, refunded; REFUNDING!", &["refund", "refund", "refund"]);
        check("a set-up docu-\nment and soft\u{ad}ware", &["a", "set", "up", "document", "and", "softwar"]);
        check("1,000 1.000 1\u{202f}000 1'000 1000", &["1000"; 5]);
        check("1.4% or 1,40 %", &["1.4", "percent", "or", "1.4", "percent"]);
        check("\u{a3}24 and 24 pounds", &["pound", "24", "and", "24", "pound"]);
        check("don't, can\u{2019}t, the Owner's", &["do", "not", "can", "not", "the", "owner"]);
        check("by 09:30 or 9:30", &["by", "9:30", "or", "9:30"]);
        check("30 GB, 30GB, the 31st, ten", &["30", "gb", "30", "gb", "the", "31", "10"]);
        check("10-20 days, 30-day", &["10", "20", "day", "30", "day"]);
        check("error LX-1020 in settings.json, v2.1.3", &["error", "lx1020", "in", "settings.json", "v2.1.3"]);
        check("", &[]);
    }

    #[test]
    fn capitals_are_names_unless_a_sentence_begins() {
        let named = |text| words(text).into_iter().filter(|word| word.named).map(|word| word.norm).collect::<Vec<_>>();
        assert_eq!(named("Ask Ines Marlowe. She knows SAML."), ["ine", "marlow", "saml"]);
        assert_eq!(named("- Refunds\n| Practice | read |"), Vec::<String>::new());
    }
}
