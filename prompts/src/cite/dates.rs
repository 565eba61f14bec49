//! Dates: the ways of writing one, and when two may be the same.
//!
//! Knows no calendar beyond months and how many days one may have at most, and no today.

use super::lexicon;
use super::words::{Kind, Word};

/// As much of a date as was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Date {
    pub year: Option<u16>,
    pub month: Option<u8>,
    pub day: Option<u8>,
    /// The other reading of `03/04/2026`.
    pub or_swapped: bool,
}

impl Date {
    /// Whether everything that is said here is said there, the year aside when that one leaves it open.
    pub fn is_within(&self, other: &Date) -> bool {
        let years = other.year.is_none() || self.year.is_none() || self.year == other.year;
        let straight = agrees(self.month, other.month) && agrees(self.day, other.day);
        let swapped =
            (self.or_swapped || other.or_swapped) && agrees(self.day, other.month) && agrees(self.month, other.day);
        years && (straight || swapped)
    }
}

fn agrees(said: Option<u8>, there: Option<u8>) -> bool {
    said.is_none() || said == there
}

/// `2026-03-04`, `04.03.2026`, `3/4/2026` never come here with slashes: those are three numbers.
pub fn in_digits(raw: &str) -> Option<Date> {
    let parts: Vec<&str> = raw.split(['-', '.']).collect();
    let [first, second, third] = parts[..] else { return None };
    if parts.iter().any(|part| part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    if first.len() == 4 {
        return Some(Date { year: year(first), month: month(second), day: day(third), or_swapped: false })
            .filter(Date::is_whole);
    }
    let read = |day_part, month_part, or_swapped| {
        Some(Date { year: year(third), month: month(month_part), day: day(day_part), or_swapped })
            .filter(Date::is_whole)
    };
    let either = day(first).is_some() && month(first).is_some() && raw.contains('-');
    read(first, second, either).or_else(|| read(second, first, false))
}

impl Date {
    fn is_whole(&self) -> bool {
        self.year.is_some() && self.month.is_some() && self.day.is_some()
    }
}

/// The same words with dates as one word each: `4 March 2026`, `March 4, 2026`, `March 2026`, `4 March`.
pub fn join(words: Vec<Word>) -> Vec<Word> {
    let mut joined: Vec<Word> = Vec::with_capacity(words.len());
    let mut at = 0;
    while at < words.len() {
        let (date, taken) = at_front(&words[at..]).unwrap_or_default();
        if taken == 0 {
            joined.push(words[at].clone());
            at += 1;
            continue;
        }
        let (first, last) = (&words[at], &words[at + taken - 1]);
        let norm = format!("{:?}-{:?}-{:?}", date.year, date.month, date.day);
        joined.push(Word { norm, kind: Kind::Date(date), range: first.range.start..last.range.end, ..first.clone() });
        at += taken;
    }
    for word in &mut joined {
        let is_date = matches!(word.kind, Kind::Date(_));
        word.named &= !is_date;
        word.opens &= !is_date;
    }
    joined
}

fn at_front(words: &[Word]) -> Option<(Date, usize)> {
    let date = |year, month, day| Date { year, month, day, or_swapped: false };
    let number = |at: usize| words.get(at).filter(|word| word.is_number());
    let day_at = |at| number(at).and_then(|word| day(&word.norm));
    let year_at = |at| number(at).and_then(|word| year(&word.norm));
    let month_at = |at: usize| words.get(at).and_then(month_name);
    if let (Some(day), Some(month)) = (day_at(0), month_at(1)) {
        return Some(match year_at(2) {
            Some(year) => (date(Some(year), Some(month), Some(day)), 3),
            None => (date(None, Some(month), Some(day)), 2),
        });
    }
    let month = month_at(0)?;
    match (day_at(1), year_at(1), year_at(2)) {
        (Some(day), _, Some(year)) => Some((date(Some(year), Some(month), Some(day)), 3)),
        (_, Some(year), _) => Some((date(Some(year), Some(month), None), 2)),
        (Some(day), None, None) => Some((date(None, Some(month), Some(day)), 2)),
        (None, None, _) => words[0].named.then_some((date(None, Some(month), None), 1)),
    }
}

/// "may" is a month only with a capital.
fn month_name(word: &Word) -> Option<u8> {
    let capital = word.named || word.opens;
    lexicon::month(&word.norm).filter(|_| word.kind == Kind::Plain && capital)
}

fn year(digits: &str) -> Option<u16> {
    digits.parse().ok().filter(|year| digits.len() == 4 && (1900..2100).contains(year))
}

fn month(digits: &str) -> Option<u8> {
    digits.parse().ok().filter(|month| digits.len() <= 2 && (1..=12).contains(month))
}

fn day(digits: &str) -> Option<u8> {
    digits.parse().ok().filter(|day| digits.len() <= 2 && (1..=31).contains(day))
}

#[cfg(test)]
mod tests {
    use super::super::words::words;
    use super::*;

    fn only(text: &str) -> Date {
        let dates: Vec<Date> = words(text)
            .into_iter()
            .filter_map(|word| if let Kind::Date(date) = word.kind { Some(date) } else { None })
            .collect();
        assert_eq!(dates.len(), 1, "{text}: {dates:?}");
        dates[0]
    }

    #[test]
    fn every_way_of_writing_is_one_date() {
        let expected = Date { year: Some(2026), month: Some(3), day: Some(4), or_swapped: false };
        for text in
            ["4 March 2026", "March 4, 2026", "2026-03-04", "04.03.2026", "on the 4th March 2026", "4. M\u{e4}rz 2026"]
        {
            assert_eq!(only(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_date_stays() {
        let check = |text| assert!(words(text).iter().all(|word| !matches!(word.kind, Kind::Date(_))), "{text}");
        check("you may 5 times");
        check("version 1.2.3");
        check("march on");
        check("2026");
    }

    #[test]
    fn less_is_within_more() {
        let check = |one, other, expected| assert_eq!(only(one).is_within(&only(other)), expected, "{one} in {other}");
        check("March 2026", "4 March 2026", true);
        check("4 March 2026", "March 2026", false);
        check("4 March", "4 March 2026", true);
        check("4 March 2026", "4 March", true);
        check("5 March 2026", "4 March 2026", false);
        check("4 March 2025", "4 March 2026", false);
    }
}
