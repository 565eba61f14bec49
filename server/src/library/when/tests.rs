//! Tables of what is due when, and properties that hold for any expression and any moment.

use proptest::prelude::*;

use super::civil::{DAY_MS, Date};
use super::*;

/// As `2026-11-22T09:30`.
fn spelt(ms: i64) -> String {
    let Date { year, month, day, .. } = Date::of(ms.div_euclid(DAY_MS));
    let minute = ms.rem_euclid(DAY_MS) / MINUTE_MS;
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}", minute / 60, minute % 60)
}

fn moment(text: &str) -> i64 {
    let number = |at: usize, many: usize| text[at..at + many].parse::<i64>().unwrap();
    let (year, month, day) = (number(0, 4), number(5, 2), number(8, 2));
    let is_it = |date: Date| (date.year, i64::from(date.month), i64::from(date.day)) == (year, month, day);
    let days = (0..60_000).find(|days| is_it(Date::of(*days))).unwrap();
    days * DAY_MS + (number(11, 2) * 60 + number(14, 2)) * MINUTE_MS
}

#[test]
fn cron_comes_when_it_says() {
    let check = |expression: &str, now: &str, expected: &[&str]| {
        let (parsed, mut at) = (Expression::parse(expression).unwrap(), moment(now));
        for expected in expected {
            at = parsed.next_after(at, 0);
            assert_eq!(spelt(at), *expected, "{expression} after {now}");
        }
    };
    check("* * * * *", "2026-11-22T09:30", &["2026-11-22T09:31", "2026-11-22T09:32"]);
    check("30 3 * * *", "2026-11-22T03:29", &["2026-11-22T03:30", "2026-11-23T03:30"]);
    check("30 3 * * *", "2026-12-31T03:30", &["2027-01-01T03:30"]);
    check(
        "*/20 */12 * * *",
        "2026-11-22T11:50",
        &["2026-11-22T12:00", "2026-11-22T12:20", "2026-11-22T12:40", "2026-11-23T00:00"],
    );
    check("5/25 0 * * *", "2026-11-22T00:00", &["2026-11-22T00:05", "2026-11-22T00:30", "2026-11-22T00:55"]);
    check("0 9-17/4 * * mon-fri", "2026-11-20T13:00", &["2026-11-20T17:00", "2026-11-23T09:00"]);
    check("0 0 1,15 * *", "2026-11-02T00:00", &["2026-11-15T00:00", "2026-12-01T00:00"]);
    check("0 0 29 feb *", "2026-11-22T00:00", &["2028-02-29T00:00", "2032-02-29T00:00"]);
    check("0 0 29 2 *", "2097-01-01T00:00", &["2104-02-29T00:00"]);
    check("0 0 31 * *", "2026-08-31T00:00", &["2026-10-31T00:00", "2026-12-31T00:00"]);
    check("0 12 * JUL Sun", "2026-07-06T00:00", &["2026-07-12T12:00"]);
    check("0 0 * * 7", "2026-11-22T00:00", &["2026-11-29T00:00"]);
    check(
        "0 0 * * 5-7",
        "2026-11-19T00:00",
        &["2026-11-20T00:00", "2026-11-21T00:00", "2026-11-22T00:00", "2026-11-27T00:00"],
    );
    // Both kinds of day: either is enough. With a star in one of them: both.
    check(
        "0 0 13 * fri",
        "2026-11-10T00:00",
        &[
            "2026-11-13T00:00",
            "2026-11-20T00:00",
            "2026-11-27T00:00",
            "2026-12-04T00:00",
            "2026-12-11T00:00",
            "2026-12-13T00:00",
        ],
    );
    check("0 0 */10 * fri", "2026-11-10T00:00", &["2026-12-11T00:00", "2027-01-01T00:00"]);
    check("0 0 1 * */2", "2026-11-22T00:00", &["2026-12-01T00:00", "2027-04-01T00:00"]);
    check("0 0 31 2 mon", "2026-02-01T00:00", &["2026-02-02T00:00"]);
}

#[test]
fn every_counts_from_its_anchor() {
    let check = |expression: &str, anchor: &str, now: &str, expected: &str| {
        let next = Expression::parse(expression).unwrap().next_after(moment(now), moment(anchor));
        assert_eq!(spelt(next), expected, "{expression} from {anchor} after {now}");
    };
    check("every 6 h", "2026-11-22T09:17", "2026-11-22T09:17", "2026-11-22T15:17");
    check("every 6h", "2026-11-22T09:17", "2026-11-22T15:16", "2026-11-22T15:17");
    check("every 30 min", "2026-11-22T09:17", "2026-11-23T00:00", "2026-11-23T00:17");
    check("every 2 days", "2026-11-22T09:17", "2026-11-23T09:17", "2026-11-24T09:17");
    check("Every  Week", "2026-11-22T09:17", "2026-11-22T09:18", "2026-11-29T09:17");
    // A clock that was ahead when it was set up.
    check("every 1 h", "2026-11-22T10:17", "2026-11-22T09:20", "2026-11-22T10:17");
}

#[test]
fn what_is_wrong_is_pointed_at() {
    let check = |expression: &str, part: &str| {
        let error = Expression::parse(expression).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(part), "{expression}: {error}");
    };
    check("", "nothing says when");
    check("   ", "nothing says when");
    check("hourly", "1 fields");
    check("* * * *", "4 fields");
    check("* * * * * *", "6 fields");
    check("60 * * * *", "minute: \"60\"");
    check("* 24 * * *", "hour: \"24\"");
    check("* * 0 * *", "day of the month: \"0\"");
    check("* * 32 * *", "day of the month: \"32\"");
    check("* * * 13 *", "month: \"13\"");
    check("* * * juli *", "month: \"juli\"");
    check("* * * * 8", "day of the week: \"8\"");
    check("* * * * monday", "day of the week: \"monday\"");
    check("* * * * fri-mon", "day of the week: \"fri-mon\": it runs backwards");
    check("*/0 * * * *", "minute: \"*/0\"");
    check("*/x * * * *", "a step is a number");
    check("1,,2 * * * *", "minute: \"\"");
    check("1- * * * *", "minute: \"\"");
    check("+1 * * * *", "minute: \"+1\"");
    check("-1 * * * *", "minute: \"\"");
    check("1-2-3 * * * *", "minute: \"2-3\"");
    check("jan * * * *", "minute: \"jan\"");
    check("0 0 31 feb *", "a day that never comes");
    check("0 0 30,31 2 *", "a day that never comes");
    check("0 0 31 4,6,9,11 *", "a day that never comes");
    check("every", "every what?");
    check("every 6", "every what?");
    check("every 0 h", "at most once a minute");
    check("every 367 d", "at least once in 366 days");
    check("every 9999999999999 w", "at least once");
    check("every 99999999999999999999 h", "at least once");
    check("every -1 h", "is not min, h, d or w");
    check("every 1.5 h", "is not min, h, d or w");
    check("every fortnight", "\"fortnight\"");
    check("\u{0}", "1 fields");
    check("\u{0661} * * * *", "minute");
}

#[test]
fn an_expression_is_shown_as_it_was_written() {
    assert_eq!(Expression::parse("  30   3 * * Mon ").unwrap().to_string(), "30 3 * * Mon");
}

fn field(first: u32, last: u32) -> impl Strategy<Value = String> {
    let number = first..=last;
    let range = (first..=last, first..=last).prop_map(|(a, b)| format!("{}-{}", a.min(b), a.max(b)));
    let part = prop_oneof![
        3 => Just("*".to_owned()),
        1 => (1..=last).prop_map(|step| format!("*/{step}")),
        2 => number.clone().prop_map(|number| number.to_string()),
        1 => range.clone(),
        1 => (range, 1..=last).prop_map(|(range, step)| format!("{range}/{step}")),
        1 => (number, 1..=last).prop_map(|(number, step)| format!("{number}/{step}")),
    ];
    proptest::collection::vec(part, 1..3).prop_map(|parts| parts.join(","))
}

fn cron() -> impl Strategy<Value = String> {
    let fields = (field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 7));
    fields.prop_map(|(minute, hour, day, month, weekday)| format!("{minute} {hour} {day} {month} {weekday}"))
}

/// What a field means, worked out number by number.
fn fits(field: &str, number: u32, (first, last): (u32, u32)) -> bool {
    field.split(',').any(|part| {
        let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
        let (from, to) = match range.split_once('-') {
            Some((from, to)) => (from.parse().unwrap(), to.parse().unwrap()),
            None if range == "*" => (first, last),
            None if step.is_some() => (range.parse().unwrap(), last),
            None => (range.parse().unwrap(), range.parse().unwrap()),
        };
        let step: u32 = step.map_or(1, |step| step.parse().unwrap());
        (from..=to).contains(&number) && (number - from).is_multiple_of(step)
    })
}

fn is_due_day(expression: &str, day: i64) -> bool {
    let (fields, date) = (expression.split(' ').collect::<Vec<_>>(), Date::of(day));
    let weekday = u32::from(date.weekday);
    let by_week = fits(fields[4], weekday, (0, 7)) || weekday == 0 && fits(fields[4], 7, (0, 7));
    let by_month = fits(fields[2], u32::from(date.day), (1, 31));
    let stars = fields[2].starts_with('*') || fields[4].starts_with('*');
    fits(fields[3], u32::from(date.month), (1, 12)) && (if stars { by_month && by_week } else { by_month || by_week })
}

/// The minutes of a day on which it is due, if it is due on that day.
fn due_minutes(expression: &str) -> Vec<i64> {
    let fields: Vec<&str> = expression.split(' ').collect();
    let is_due = |minute: &u32| fits(fields[0], minute % 60, (0, 59)) && fits(fields[1], minute / 60, (0, 23));
    (0..1_440).filter(is_due).map(i64::from).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    /// It is the first of all that are due.
    #[test]
    fn cron_misses_nothing_and_adds_nothing(expression in cron(), now in 0..4_000_000_000_000_i64) {
        let (minutes, today) = (due_minutes(&expression), now.div_euclid(DAY_MS));
        let days = (today..today + 9 * 366).filter(|day| is_due_day(&expression, *day));
        let moments = days.flat_map(|day| minutes.iter().map(move |minute| day * DAY_MS + minute * MINUTE_MS));
        // Whatever is made here can be read, unless it is a day that never comes, such as the 30th of February.
        let told = Expression::parse(&expression).ok().map(|parsed| parsed.next_after(now, 0));
        prop_assert_eq!(told, moments.into_iter().find(|ms| *ms > now), "{} after {}", expression, now);
    }

    /// Asking at any moment before it gives the same one: that is what makes jumps of the clock harmless.
    #[test]
    fn the_next_moment_does_not_depend_on_who_asked_before(
        expression in prop_oneof![cron(), (1..500_i64).prop_map(|n| format!("every {n} min"))],
        now in 0..4_000_000_000_000_i64,
        anchor in 0..4_000_000_000_000_i64,
        share in 0.0..1.0_f64,
    ) {
        let Ok(parsed) = Expression::parse(&expression) else { return Ok(()) };
        let next = parsed.next_after(now, anchor);
        prop_assert!(next > now);
        let between = now + ((next - now - 1) as f64 * share) as i64;
        prop_assert_eq!(parsed.next_after(between, anchor), next);
    }

    #[test]
    fn nothing_that_is_typed_does_harm(text in "\\PC{0,40}", numbers in "[0-9*,/ a-z-]{0,40}") {
        for text in [text, numbers] {
            if let Ok(parsed) = Expression::parse(&text) {
                prop_assert!(parsed.next_after(0, 0) > 0);
                prop_assert_eq!(Expression::parse(&parsed.to_string()), Ok(parsed));
            }
        }
    }
}
