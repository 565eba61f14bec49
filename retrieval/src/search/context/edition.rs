//! Which of two documents is the newer version, as far as that can be known.
//!
//! The rule, in this order: where titles are the same but for a year or a version ("Prices 2025", "Guide v2"), the higher
//! is newer, since a file's date changes with every corrected comma. Else the later day that the authors state. Else,
//! where neither states one, what was taken in at least a day later: files of one job differ by milliseconds that mean
//! nothing. Otherwise it is not known, and nobody is told that one is newer. Knows nothing of texts.

use std::cmp::Ordering;

use crate::model::Passage;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;
/// What a number follows where it is a version.
const VERSION_WORDS: [&str; 7] = ["v", "version", "release", "edition", "revision", "rev", "ausgabe"];

/// What of a passage says which version of its document it is from.
pub(super) struct Edition {
    /// The title in lower case, with a `#` for each year and version.
    title: Vec<String>,
    numbers: Vec<u64>,
}

impl Edition {
    pub(super) fn of(title: &str) -> Self {
        let (mut words, mut numbers) = (Vec::new(), Vec::new());
        let mut counts = false;
        for word in title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
            let word = word.to_lowercase();
            let number = word.strip_prefix('v').unwrap_or(&word).parse::<u64>().ok();
            let number = number.filter(|number| counts || word.starts_with('v') || (1900..2200).contains(number));
            // 2025.4 and v1.2.3: what follows a number of an edition is one too.
            counts = number.is_some() || VERSION_WORDS.contains(&word.as_str());
            words.push(if number.is_some() { "#".to_owned() } else { word });
            numbers.extend(number);
        }
        Self { title: words, numbers }
    }

    fn is_of_one_series(&self, other: &Self) -> bool {
        self.title == other.title && !self.title.is_empty()
    }
}

/// Whether two documents may be versions of one: they are near-duplicates, or called the same but for the year.
pub(super) fn are_kin(a: (&Passage, &Edition), b: (&Passage, &Edition)) -> bool {
    a.0.document != b.0.document && (a.0.family == b.0.family || a.1.is_of_one_series(b.1))
}

/// The newer is the greater; equal where it is not known.
pub(super) fn by_age(a: (&Passage, &Edition), b: (&Passage, &Edition)) -> Ordering {
    let by_title = match a.1.is_of_one_series(b.1) {
        true => a.1.numbers.cmp(&b.1.numbers),
        false => Ordering::Equal,
    };
    by_title.then_with(|| by_date(a.0, b.0))
}

fn by_date(a: &Passage, b: &Passage) -> Ordering {
    match (&a.dated, &b.dated) {
        (Some(a), Some(b)) => by_day(a, b),
        (None, None) if a.taken_in_ms.abs_diff(b.taken_in_ms) >= DAY_MS => a.taken_in_ms.cmp(&b.taken_in_ms),
        (None, None) | (Some(_), None) | (None, Some(_)) => Ordering::Equal,
    }
}

/// As far as both say: 2025 is neither before nor after 2025-03-01.
fn by_day(a: &str, b: &str) -> Ordering {
    const DAY: usize = "2025-03-01".len();
    let said = a.len().min(b.len()).min(DAY);
    a.as_bytes()[..said].cmp(&b.as_bytes()[..said])
}

#[cfg(test)]
mod tests {
    use super::*;
    use Ordering::{Equal, Greater, Less};

    fn dated(title: &str, dated: &str, taken_in_ms: i64) -> Passage {
        let dated = Some(dated.to_owned()).filter(|dated| !dated.is_empty());
        Passage { title: title.to_owned(), dated, taken_in_ms, ..Passage::sample(1, 0, "") }
    }

    fn check(a: (&str, &str, i64), b: (&str, &str, i64), expected: Ordering) {
        let of = |(title, date, ms): (&str, &str, i64)| (dated(title, date, ms), Edition::of(title));
        let (a, b) = (of(a), of(b));
        assert_eq!(by_age((&a.0, &a.1), (&b.0, &b.1)), expected);
        assert_eq!(by_age((&b.0, &b.1), (&a.0, &a.1)), expected.reverse());
    }

    #[test]
    fn titles_go_before_dates() {
        check(("Prices 2026", "2026-01-01", 0), ("prices, 2025", "2026-09-09", 0), Greater);
        check(("Guide v10", "", 0), ("Guide v9", "", 0), Greater);
        check(("Notes 2025.4", "", 0), ("Notes 2025.10", "", 0), Less);
        check(("API version 2", "", 0), ("API version 3", "", 0), Less);
        check(("Chapter 2", "", 0), ("Chapter 3", "", 0), Equal);
        check(("Model 100", "", 0), ("Model 200", "", 0), Equal);
    }

    #[test]
    fn then_the_days_that_authors_state() {
        check(("Prices", "2025-03-01T10:00:00Z", 0), ("Prices", "2025-02-28", 9), Greater);
        check(("Prices", "2025-03-01T10:00:00Z", 0), ("Prices", "2025-03-01T23:00:00+01:00", 9), Equal);
        check(("Prices", "2025", 0), ("Prices", "2025-03-01", 0), Equal);
        check(("Prices", "2025", 0), ("Prices", "2026-03-01", 0), Less);
        check(("Prices", "2025", i64::MAX), ("Prices", "", 0), Equal);
    }

    #[test]
    fn then_what_was_taken_in_another_day() {
        check(("Prices", "", 90_000_000), ("Prices", "", 0), Greater);
        check(("Prices", "", 80_000_000), ("Prices", "", 0), Equal);
        check(("Prices", "", i64::MAX), ("Prices", "", i64::MIN), Greater);
    }

    #[test]
    fn kin_are_near_duplicates_or_called_the_same_but_for_the_year() {
        let check = |a: &str, b: &str, expected| {
            let (one, other) = (Passage::sample(1, 0, ""), Passage::sample(2, 0, ""));
            assert_eq!(are_kin((&one, &Edition::of(a)), (&other, &Edition::of(b))), expected, "{a}, {b}");
        };
        check("Leave policy 2025", "Leave policy (2026)", true);
        check("Refunds", "refunds", true);
        check("Printer 100", "Printer 200", false);
        check("Printer X100", "Printer X200", false);
        check("Part 1", "Part 2", false);
        check("", "", false);
        let near = Passage { family: Passage::sample(1, 0, "").document, ..Passage::sample(2, 0, "") };
        assert!(are_kin((&near, &Edition::of("a")), (&Passage::sample(1, 0, ""), &Edition::of("b"))));
        assert!(!are_kin((&near, &Edition::of("a")), (&near, &Edition::of("a"))), "a document is no version of itself");
    }
}
