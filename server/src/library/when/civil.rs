//! Days as people count them: year, month, day and day of the week of a day since 1970, and back.

pub const DAY_MS: i64 = 86_400_000;

/// A day of the calendar.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Date {
    pub year: i64,
    /// From 1.
    pub month: u8,
    /// From 1.
    pub day: u8,
    /// From Sunday, which is 0.
    pub weekday: u8,
}

impl Date {
    /// Hinnant's days-to-civil: years begin in March, so that the leap day is the last of them.
    pub fn of(days: i64) -> Self {
        let shifted = days + 719_468;
        let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let from_march = (5 * of_year + 2) / 153;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        let day = of_year - (153 * from_march + 2) / 5 + 1;
        // 1 January 1970 was a Thursday.
        let weekday = (days + 4).rem_euclid(7);
        Self {
            year: year + era * 400 + i64::from(month <= 2),
            month: small(month),
            day: small(day),
            weekday: small(weekday),
        }
    }
}

/// What the sums above make of a day is below 32.
fn small(number: i64) -> u8 {
    u8::try_from(number).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_their_names() {
        let check = |days: i64, year, month, day, weekday| {
            assert_eq!(Date::of(days), Date { year, month, day, weekday }, "{days}");
        };
        check(0, 1970, 1, 1, 4);
        check(-1, 1969, 12, 31, 3);
        check(11_016, 2000, 2, 29, 2);
        check(20_779, 2026, 11, 22, 0);
        check(47_541, 2100, 3, 1, 1);
    }

    #[test]
    fn each_day_follows_the_one_before() {
        let (mut date, lengths) = (Date::of(-800_000), [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]);
        for days in -799_999..800_000 {
            let next = Date::of(days);
            let leap = date.year % 4 == 0 && (date.year % 100 != 0 || date.year % 400 == 0) && date.month == 2;
            let is_last = date.day == lengths[usize::from(date.month) - 1] + u8::from(leap);
            let expected = match (is_last, date.month) {
                (false, month) => (date.year, month, date.day + 1),
                (true, 12) => (date.year + 1, 1, 1),
                (true, month) => (date.year, month + 1, 1),
            };
            assert_eq!((next.year, next.month, next.day), expected);
            assert_eq!(next.weekday, (date.weekday + 1) % 7);
            date = next;
        }
    }
}
