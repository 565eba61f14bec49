//! The time, passed in. Leases, ids and records read it here, so that a test can turn it.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use uuid::{ContextV7, Timestamp, Uuid};

const DAY_MS: i64 = 86_400_000;

/// Milliseconds since 1970 as `2026-11-21T23:00:55Z`, in UTC.
pub fn spelt(ms: i64) -> String {
    // Hinnant's days-to-civil: years begin in March, so that the leap day is the last of them.
    let days = ms.div_euclid(DAY_MS) + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let from_march = (5 * day + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let (year, day) = (year + era * 400 + i64::from(month <= 2), day - (153 * from_march + 2) / 5 + 1);
    let second = ms.rem_euclid(DAY_MS) / 1_000;
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// The moment that somebody names: a day or a second as [`spelt`] writes them, or milliseconds since 1970.
pub fn moment(text: &str) -> Option<i64> {
    if text.len() > 10 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok();
    }
    let is_day = text.len() == 10;
    let whole = if is_day { format!("{text}T00:00:00Z") } else { text.to_owned() };
    let number = |at: usize, many: usize| whole.get(at..at + many)?.parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 2)?, number(8, 2)?);
    let seconds = number(11, 2)? * 3_600 + number(14, 2)? * 60 + number(17, 2)?;
    // The way back: years begin in March here, too.
    let (year_of, month_of) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, of_era) = (year_of.div_euclid(400), year_of.rem_euclid(400));
    let days = of_era * 365 + of_era / 4 - of_era / 100 + (153 * month_of + 2) / 5 + day - 1;
    let ms = (era * 146_097 + days - 719_468) * DAY_MS + seconds * 1_000;
    // What is no date is not what it was made of.
    (spelt(ms) == whole).then_some(ms)
}

#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> SystemTime + Send + Sync>);

impl Clock {
    #[allow(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
    pub fn system() -> Self {
        Self(Arc::new(SystemTime::now))
    }

    pub fn from_fn(now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// Milliseconds since 1970.
    pub fn now_ms(&self) -> i64 {
        i64::try_from(self.since_epoch().as_millis()).unwrap_or(i64::MAX)
    }

    /// A fresh id that sorts by the time of its making.
    pub fn new_id(&self) -> Uuid {
        let now = self.since_epoch();
        Uuid::new_v7(Timestamp::from_unix(ContextV7::new(), now.as_secs(), now.subsec_nanos()))
    }

    fn since_epoch(&self) -> Duration {
        (self.0)().duration_since(UNIX_EPOCH).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_spelt_and_read() {
        let check = |ms: i64, text: &str| {
            assert_eq!(spelt(ms), text);
            assert_eq!(moment(text), Some(ms));
        };
        check(0, "1970-01-01T00:00:00Z");
        check(951_782_400_000, "2000-02-29T00:00:00Z");
        check(1_790_000_001_000, "2026-09-21T14:13:21Z");
        assert_eq!(moment("2000-02-29"), Some(951_782_400_000));
        assert_eq!(moment("1790000001000"), Some(1_790_000_001_000));
        let wrong = [
            "",
            "2026",
            "2026-02-29",
            "2026-13-01",
            "2026-01-01T24:00:00Z",
            "yesterday",
            "2026-01-01T00:00:00",
            "99999999999999999999",
            "-1",
            "2026-1-011",
            "é026-01-01",
            "2026-+1-01",
        ];
        for text in wrong {
            assert_eq!(moment(text), None, "{text}");
        }
    }
}
