//! Cells of Excel: what a number means, as its format shows it.
//!
//! Dates are days since a day, percentages are fractions, and a format is a code that has to be read to know. Only what
//! changes the meaning is shown; currencies, colours and decimals are not. Knows nothing of sheets.

use std::collections::HashMap;

use super::super::xml::{Node, Step, walk};

/// How a number is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Show {
    #[default]
    Number,
    Percent,
    Date,
    Time,
}

/// Which style of a cell shows its number how.
#[derive(Debug, Default)]
pub(super) struct Formats {
    shows: Vec<Show>,
    /// Old Macintosh files count from another day.
    pub(super) is_from_1904: bool,
}

impl Formats {
    pub(super) fn read(xml: &str) -> Self {
        let mut codes: HashMap<usize, Show> = HashMap::new();
        let mut shows = Vec::new();
        let mut is_in_cells = false;
        let _ = walk(xml, &mut |node| {
            match node {
                Node::Open(tag) => match tag.name() {
                    "numFmt" => {
                        let show = shown_by(&tag.attr("formatCode").unwrap_or_default());
                        codes.extend(tag.number("numFmtId").map(|id| (id, show)));
                    }
                    "cellXfs" => is_in_cells = true,
                    "xf" if is_in_cells => {
                        let id = tag.number("numFmtId").unwrap_or(0);
                        shows.push(codes.get(&id).copied().unwrap_or_else(|| built_in(id)));
                    }
                    _ => {}
                },
                Node::Close("cellXfs") => is_in_cells = false,
                _ => {}
            }
            Step::On
        });
        Self { shows, is_from_1904: false }
    }

    /// A number as a person would see it, more or less.
    pub(super) fn shown(&self, value: &str, style: usize) -> String {
        let Some(number) = value.trim().parse::<f64>().ok().filter(|number| number.is_finite()) else {
            return value.to_owned();
        };
        let days = if self.is_from_1904 { number + 1462.0 } else { number };
        match self.shows.get(style).copied().unwrap_or_default() {
            Show::Number => rounded(number),
            Show::Percent => rounded(number * 100.0) + "%",
            Show::Date => date(days).unwrap_or_else(|| rounded(number)),
            Show::Time if (0.0..1.0).contains(&number) => time(number),
            Show::Time => date(days).unwrap_or_else(|| rounded(number)),
        }
    }
}

fn built_in(id: usize) -> Show {
    match id {
        9 | 10 => Show::Percent,
        14..=17 | 22 | 27..=31 | 36 | 50..=54 | 57 | 58 => Show::Date,
        18..=21 | 32..=35 | 45..=47 | 55 | 56 => Show::Time,
        _ => Show::Number,
    }
}

/// What the code of a format does to a number: the letters outside quotes, brackets and escapes tell.
fn shown_by(code: &str) -> Show {
    let first = code.split(';').next().unwrap_or_default().to_ascii_lowercase();
    let mut letters = String::new();
    let mut chars = first.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => drop(chars.by_ref().find(|c| *c == '"')),
            '[' => {
                let inside: String = chars.by_ref().take_while(|c| *c != ']').collect();
                letters.extend(matches!(inside.as_str(), "h" | "hh" | "m" | "mm" | "s" | "ss").then_some('h'));
            }
            '\\' | '_' | '*' => drop(chars.next()),
            c => letters.push(c),
        }
    }
    let letters = letters.replace("general", "").replace("am/pm", "h").replace("a/p", "h");
    if letters.contains('%') {
        Show::Percent
    } else if letters.contains(['y', 'd']) || (letters.contains('m') && !letters.contains(['h', 's', '0', '#'])) {
        Show::Date
    } else if letters.contains(['h', 's']) && !letters.starts_with(['0', '#']) {
        Show::Time
    } else {
        Show::Number
    }
}

/// Fifteen digits, as Excel has them: the sixteenth is noise.
pub(super) fn rounded(number: f64) -> String {
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    match rounded.abs() {
        size if size != 0.0 && !(1e-7..1e18).contains(&size) => format!("{rounded:e}"),
        _ => rounded.to_string(),
    }
}

/// Days since the last day but one of 1899, for Excel believes in a 29 February 1900.
fn date(serial: f64) -> Option<String> {
    if !(1.0..2_958_466.0).contains(&serial) {
        return None;
    }
    let day = serial.floor();
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
    let (year, month, day_of_month) = civil(day as i64 - 25_569);
    let date = format!("{year:04}-{month:02}-{day_of_month:02}");
    let clock = time(serial - day);
    Some(if clock == "00:00" { date } else { format!("{date} {clock}") })
}

fn time(fraction: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "a day has 86,400 seconds")]
    let seconds = ((fraction * 86_400.0).round() as i64).min(86_399);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if second == 0 { format!("{hour:02}:{minute:02}") } else { format!("{hour:02}:{minute:02}:{second:02}") }
}

/// Year, month and day of a number of days since 1970, counted in eras of 400 years that begin on 1 March.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let month_of_year = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month_of_year <= 2), month_of_year, day_of_year - (153 * month + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read() {
        let check = |code, expected| assert_eq!(shown_by(code), expected, "{code}");
        check("General", Show::Number);
        check("#,##0.00 \"days\"", Show::Number);
        check("[Red]0.0;-0.0", Show::Number);
        check("[$€-407] #,##0", Show::Number);
        check("0.0%", Show::Percent);
        check("dd/mm/yyyy", Show::Date);
        check("mmm", Show::Date);
        check("[$-409]d\\-mmm\\-yy;@", Show::Date);
        check("hh:mm:ss", Show::Time);
        check("[h]:mm", Show::Time);
    }

    #[test]
    fn numbers_are_shown_as_they_are_meant() {
        let formats = Formats { shows: vec![Show::Number, Show::Percent, Show::Date, Show::Time], is_from_1904: false };
        let check = |value, style, expected: &str| assert_eq!(formats.shown(value, style), expected);
        check("0.30000000000000004", 0, "0.3");
        check("1200", 0, "1200");
        check("1E-10", 0, "1e-10");
        check("0.075", 1, "7.5%");
        check("45000", 2, "2023-03-15");
        check("45000.75", 2, "2023-03-15 18:00");
        check("0.5", 3, "12:00");
        check("-5", 2, "-5");
        check("n/a", 2, "n/a");
        check("NaN", 0, "NaN");
    }

    #[test]
    fn days_are_dates() {
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(civil(11_016), (2000, 2, 29));
        assert_eq!(civil(-1), (1969, 12, 31));
    }
}
