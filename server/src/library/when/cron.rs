//! The five fields of cron: minute, hour, day of the month, month, day of the week.
//!
//! As every cron has it: where both days are narrowed down, either of them is enough; where one of them begins with a star, both
//! have to fit.

use super::civil::{DAY_MS, Date};

const MINUTE_MS: i64 = 60_000;
/// In any eight years there are as many days of the week as fit any day of the year, but around a century without its leap day.
const FAR_ENOUGH_DAYS: i64 = 9 * 366;

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// What a field may hold.
struct Field {
    name: &'static str,
    first: u8,
    last: u8,
    /// Those of the numbers from `first` on.
    names: &'static [&'static str],
}

const MINUTE: Field = Field { name: "minute", first: 0, last: 59, names: &[] };
const HOUR: Field = Field { name: "hour", first: 0, last: 23, names: &[] };
const DAY: Field = Field { name: "day of the month", first: 1, last: 31, names: &[] };
const MONTH: Field = Field { name: "month", first: 1, last: 12, names: &MONTHS };
/// Sunday is 7, too.
const WEEKDAY: Field = Field { name: "day of the week", first: 0, last: 7, names: &WEEKDAYS };

/// Numbers below 64, as bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Set(u64);

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cron {
    minutes: Set,
    hours: Set,
    days: Set,
    months: Set,
    weekdays: Set,
    /// Whether either kind of day is enough.
    either_day: bool,
}

impl Set {
    fn holds(self, number: u8) -> bool {
        self.0 >> number & 1 == 1
    }

    fn with(self, number: u8) -> Self {
        Self(self.0 | 1 << number)
    }
}

impl Cron {
    pub fn parse(fields: &[&str]) -> Result<Self, String> {
        let [minute, hour, day, month, weekday] = fields else {
            return Err(format!(
                "{} fields are not the five of cron: minute, hour, day of the month, month, day of the week",
                fields.len()
            ));
        };
        let weekdays = WEEKDAY.parse(weekday)?;
        let weekdays = if weekdays.holds(7) { weekdays.with(0) } else { weekdays };
        let cron = Self {
            minutes: MINUTE.parse(minute)?,
            hours: HOUR.parse(hour)?,
            days: DAY.parse(day)?,
            months: MONTH.parse(month)?,
            weekdays,
            either_day: !day.starts_with('*') && !weekday.starts_with('*'),
        };
        match cron.next_after(0) {
            Some(_) => Ok(cron),
            None => Err(format!("day of the month, month: \"{day} {month}\" is a day that never comes")),
        }
    }

    /// The first moment after this one; `None` when there never is one.
    pub fn next_after(&self, now_ms: i64) -> Option<i64> {
        let start_ms = (now_ms.div_euclid(MINUTE_MS) + 1) * MINUTE_MS;
        let first_day = start_ms.div_euclid(DAY_MS);
        let of_day = start_ms.rem_euclid(DAY_MS) / MINUTE_MS;
        (0..FAR_ENOUGH_DAYS).find_map(|days| {
            let from = if days == 0 { of_day } else { 0 };
            let day = first_day + days;
            let minute = self.is_day(Date::of(day)).then(|| self.minute_from(from)).flatten()?;
            Some(day * DAY_MS + minute * MINUTE_MS)
        })
    }

    fn is_day(&self, date: Date) -> bool {
        let (by_month, by_week) = (self.days.holds(date.day), self.weekdays.holds(date.weekday));
        let is_day = if self.either_day { by_month || by_week } else { by_month && by_week };
        is_day && self.months.holds(date.month)
    }

    /// The first minute of a day from this one on.
    fn minute_from(&self, from: i64) -> Option<i64> {
        let (first_hour, first_minute) = (from / 60, from % 60);
        let hours = (0..24_u8).filter(|hour| i64::from(*hour) >= first_hour && self.hours.holds(*hour));
        hours.map(i64::from).find_map(|hour| {
            let from = if hour == first_hour { first_minute } else { 0 };
            let minute = (0..60_u8).find(|minute| i64::from(*minute) >= from && self.minutes.holds(*minute))?;
            Some(hour * 60 + i64::from(minute))
        })
    }
}

impl Field {
    /// A list of stars, numbers and ranges, each perhaps in steps.
    fn parse(&self, text: &str) -> Result<Set, String> {
        text.split(',').try_fold(Set(0), |set, part| {
            let (range, step) = match part.split_once('/') {
                Some((range, step)) => (range, Some(self.step(part, step)?)),
                None => (part, None),
            };
            let (first, last) = self.range(range, step.is_some())?;
            Ok((first..=last).step_by(step.unwrap_or(1)).fold(set, Set::with))
        })
    }

    fn step(&self, part: &str, step: &str) -> Result<usize, String> {
        let wrong = || self.wrong(part, "a step is a number from 1, as in */15");
        let step: usize = digits(step).and_then(|step| step.parse().ok()).ok_or_else(wrong)?;
        if step == 0 { Err(wrong()) } else { Ok(step) }
    }

    /// `*`, `3`, `1-5`; one number with a step goes on to the end.
    fn range(&self, range: &str, has_step: bool) -> Result<(u8, u8), String> {
        if range == "*" {
            return Ok((self.first, self.last));
        }
        let (first, last) = match range.split_once('-') {
            Some((first, last)) => (self.number(first)?, self.number(last)?),
            None if has_step => (self.number(range)?, self.last),
            None => (self.number(range)?, self.number(range)?),
        };
        if first > last { Err(self.wrong(range, "it runs backwards")) } else { Ok((first, last)) }
    }

    fn number(&self, text: &str) -> Result<u8, String> {
        if let Some(at) = self.names.iter().position(|name| *name == text) {
            return Ok(self.first + u8::try_from(at).unwrap_or_default());
        }
        let number = digits(text).and_then(|text| text.parse().ok());
        number.filter(|number| (self.first..=self.last).contains(number)).ok_or_else(|| {
            let names = self.names.first().map_or_else(String::new, |name| format!(", nor a name as in \"{name}\""));
            self.wrong(text, &format!("it is not a number from {} to {}{names}", self.first, self.last))
        })
    }

    fn wrong(&self, text: &str, why: &str) -> String {
        format!("{}: \"{text}\": {why}", self.name)
    }
}

/// Numbers are written in digits alone: `+5` is none.
fn digits(text: &str) -> Option<&str> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(text)
}
