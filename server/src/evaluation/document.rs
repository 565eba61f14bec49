//! `docs/EVALUATION.md`: a measured part between two marks, and around it what people wrote, which stays.

use super::kept::Run;
use super::tables::measured;

const FROM: &str = "<!-- measured -->";
const TO: &str = "<!-- /measured -->";
const FRONT: &str = "# Evaluation\n\n`make eval` writes what stands between the two marks; the rest is written by hand and \
                     stays.\n";

/// Why the document cannot be written anew.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("its marks are not one {FROM} and one {TO} after it: what was written by hand could be lost")]
pub struct Unmarked;

/// The document anew, from what it was and what was measured since.
pub fn renewed(before: Option<&str>, runs: &[Run], sets: &[String]) -> Result<String, Unmarked> {
    let tables = measured(runs, sets);
    let Some(before) = before.filter(|text| !text.trim().is_empty()) else {
        return Ok(format!("{FRONT}\n{FROM}\n\n{tables}\n{TO}\n"));
    };
    if before.matches(FROM).count() != 1 || before.matches(TO).count() != 1 {
        return Err(Unmarked);
    }
    let (above, rest) = before.split_once(FROM).ok_or(Unmarked)?;
    let (_, below) = rest.split_once(TO).ok_or(Unmarked)?;
    Ok(format!("{above}{FROM}\n\n{tables}\n{TO}{below}"))
}

/// Milliseconds since 1970 as `2026-11-21`, in UTC.
pub fn date(ms: i64) -> String {
    // Hinnant's days-to-civil: years begin in March, so that the leap day is the last of them.
    let days = ms.div_euclid(86_400_000) + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let from_march = (5 * day + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{:02}", day - (153 * from_march + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_by_hand_stays() {
        let first = renewed(None, &[], &[]).unwrap();
        assert!(first.starts_with("# Evaluation") && first.contains("Nothing was measured yet."), "{first}");
        let by_hand = first.replace("stays.", "stays. Mine.") + "\n## My notes\n";
        let again = renewed(Some(&by_hand), &[], &["a".to_owned()]).unwrap();
        assert!(again.contains("stays. Mine.") && again.ends_with("## My notes\n"), "{again}");
        assert!(again.contains("| a | absent |"), "{again}");
        assert_eq!(renewed(Some(&again), &[], &["a".to_owned()]).unwrap(), again);
    }

    #[test]
    fn a_document_without_its_marks_is_left_alone() {
        for text in ["# Mine\n", FROM, &format!("{TO}{FROM}"), &format!("{FROM}{FROM}{TO}")] {
            assert_eq!(renewed(Some(text), &[], &[]), Err(Unmarked), "{text}");
        }
    }

    #[test]
    fn days_have_dates() {
        let check = |seconds: i64, expected: &str| assert_eq!(date(seconds * 1_000), expected);
        check(0, "1970-01-01");
        check(951_782_400, "2000-02-29");
        check(1_795_305_599, "2026-11-21");
        check(1_767_225_599, "2025-12-31");
        check(4_102_444_800, "2100-01-01");
        check(-1, "1969-12-31");
    }
}
