//! CSV: rows of cells between commas, semicolons, tabs or bars.
//!
//! The first row is the header, unless it is numbers; lines above the table, as reports have them, are its title. A
//! quote that never closes would swallow all that follows, so from the row where it went wrong on lines are read one by
//! one. Knows nothing of how rows are written down, which is `records`' subject.

use csv::{ReaderBuilder, StringRecord};

use super::records::{MOST_COLUMNS, Measure, Writer, one_line};
use super::{ParseError, Parsed};

/// What the delimiter is judged by.
const SAMPLE_BYTES: usize = 65_536;
/// In this order where two fit equally: commas stand in numbers and prose.
const DELIMITERS: [u8; 4] = [b'\t', b';', b'|', b','];
/// Where a row cannot even be held to be cut.
const MOST_CELLS: usize = 100_000;
const LONGEST_NAME_CHARS: usize = 200;
const LONGEST_TITLE_CHARS: usize = 1000;
/// More lines above a table are no title.
const MOST_PREAMBLE: usize = 20;

pub(super) fn parse(text: &str) -> Result<Parsed, ParseError> {
    let (delimiter, text) = named_delimiter(text);
    let delimiter = delimiter.unwrap_or_else(|| sniff_delimiter(text));
    if widest_line(text, delimiter) > MOST_CELLS {
        return Err(ParseError::TooMuch { what: "cells in a row", limit: MOST_CELLS as u64 });
    }
    let rows = Rows { text, delimiter, by_line_from: unclosed_from(text, delimiter) };
    let head = Head::read(&rows);
    let mut measure = Measure::default();
    rows.each(head.rows, |row| measure.row(row.iter()));
    let mut writer = Writer::new(head.names.clone(), measure, 2);
    let mut surplus = head.surplus;
    rows.each(head.rows, |row| {
        surplus = surplus.max(row.len().saturating_sub(head.names.len()));
        writer.row(row.iter());
    });
    let (written, left_out) = writer.finish();
    let mut problems = Vec::new();
    problems.extend(rows.problem());
    problems.extend((surplus > 0).then(|| format!("columns without room, left out: {surplus}")));
    problems.extend((left_out > 0).then(|| format!("rows beyond the size limit, left out: {left_out}")));
    let preamble = head.preamble.iter().skip(1).map(|line| format!("{line}\n\n"));
    Ok(Parsed {
        title: head.preamble.first().cloned(),
        markdown: preamble.collect::<String>() + &written,
        problems,
        ..Parsed::default()
    })
}

/// Some spreadsheets write `sep=;` above all else.
fn named_delimiter(text: &str) -> (Option<u8>, &str) {
    let named = text.strip_prefix("sep=").and_then(|rest| {
        let (name, rest) = rest.split_once('\n')?;
        let delimiter = *name.as_bytes().first()?;
        (name.trim_end_matches('\r').len() == 1 && delimiter.is_ascii()).then_some((Some(delimiter), rest))
    });
    named.unwrap_or((None, text))
}

/// The delimiter that cuts the most rows into the same number of cells.
fn sniff_delimiter(text: &str) -> u8 {
    let sample = &text[..text.floor_char_boundary(SAMPLE_BYTES)];
    let score = |delimiter: u8| {
        let mut widths = std::collections::BTreeMap::new();
        let mut rows = 0;
        let whole = Rows { text: sample, delimiter, by_line_from: None };
        whole.each(0, |row| {
            rows += 1;
            *widths.entry(row.len()).or_insert(0_usize) += 1;
        });
        // In percent, of rows that are cut at all.
        widths.iter().filter(|(width, _)| **width > 1).map(|(_, count)| count * 100 / rows).max().unwrap_or(0)
    };
    let scored = DELIMITERS.map(|delimiter| (score(delimiter), delimiter));
    let best = scored.iter().map(|(score, _)| *score).max().unwrap_or(0);
    scored.iter().find(|(score, _)| best > 0 && *score == best).map_or(b',', |(_, delimiter)| *delimiter)
}

/// The most cells that a line can have, quotes aside.
fn widest_line(text: &str, delimiter: u8) -> usize {
    text.lines().map(|line| line.bytes().filter(|b| *b == delimiter).count() + 1).max().unwrap_or(0)
}

/// Where the row begins from which on quotes cannot be trusted: one opens a cell, and over the end of the line nothing
/// closes it, or something does in the middle of a word, which was the beginning of another cell.
fn unclosed_from(text: &str, delimiter: u8) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut at, mut row, mut is_start) = (0, 0, true);
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        if is_start && byte == b'"' {
            match quoted_end(bytes, at, delimiter) {
                Some(end) => at = end,
                None => return Some(row),
            }
        }
        let is_end = matches!(byte, b'\n' | b'\r');
        is_start = is_end || byte == delimiter;
        row = if is_end { at } else { row };
    }
    None
}

/// Where the cell ends whose quote opened before `at`; `None` if that is a mistake.
fn quoted_end(bytes: &[u8], mut at: usize, delimiter: u8) -> Option<usize> {
    let mut spans_lines = false;
    loop {
        let rest = bytes.get(at..)?;
        let length = rest.iter().position(|b| *b == b'"')?;
        spans_lines |= rest[..length].contains(&b'\n');
        at += length + 1;
        match bytes.get(at) {
            Some(b'"') => at += 1,
            None | Some(b'\n' | b'\r') => return Some(at),
            Some(next) if *next == delimiter || !spans_lines => return Some(at),
            Some(_) => return None,
        }
    }
}

/// The rows of a text, which can be gone through again and again.
struct Rows<'a> {
    text: &'a str,
    delimiter: u8,
    by_line_from: Option<usize>,
}

impl Rows<'_> {
    fn each(&self, skip: usize, mut each: impl FnMut(&StringRecord)) {
        let (whole, by_line) = self.text.split_at(self.by_line_from.unwrap_or(self.text.len()));
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.delimiter)
            .from_reader(whole.as_bytes());
        let mut row = StringRecord::new();
        let mut skip = skip;
        let mut hand = |row: &StringRecord| match skip {
            0 => each(row),
            _ => skip -= 1,
        };
        while reader.read_record(&mut row).unwrap_or(false) {
            hand(&row);
        }
        for line in by_line.lines().filter(|line| !line.trim().is_empty()) {
            hand(&split_line(line, self.delimiter));
        }
    }

    fn problem(&self) -> Option<String> {
        let line = self.text[..self.by_line_from?].lines().count() + 1;
        Some(format!("a quote never closes: from line {line} on, each line is read as a row"))
    }
}

/// A row that ends with its line, whatever its quotes say.
fn split_line(line: &str, delimiter: u8) -> StringRecord {
    let mut row = StringRecord::new();
    let mut cell = String::new();
    let has_pairs = line.matches('"').count().is_multiple_of(2);
    let mut is_quoted = false;
    for c in line.chars() {
        match c {
            '"' => is_quoted = has_pairs && !is_quoted,
            c if c == char::from(delimiter) && !is_quoted => {
                row.push_field(&cell);
                cell.clear();
            }
            c => cell.push(c),
        }
    }
    row.push_field(&cell);
    row
}

/// What stands above the rows.
#[derive(Default)]
struct Head {
    preamble: Vec<String>,
    names: Vec<String>,
    /// Columns that the header has too many of.
    surplus: usize,
    /// How many rows all this took.
    rows: usize,
}

impl Head {
    fn read(rows: &Rows) -> Self {
        // Not the records themselves: each is as large as the largest that was read.
        let mut first: Vec<Vec<String>> = Vec::new();
        let mut widest = 0;
        rows.each(0, |row| {
            widest = widest.max(row.len());
            if first.len() <= MOST_PREAMBLE {
                first.push(
                    row.iter()
                        .take(MOST_COLUMNS)
                        .map(|cell| cell.chars().take(LONGEST_TITLE_CHARS).collect())
                        .collect(),
                );
            }
        });
        let is_title = |row: &&Vec<String>| {
            widest > 1 && row.iter().next().is_some_and(|cell| !cell.trim().is_empty()) && filled(row).count() == 1
        };
        let titles = first.iter().take_while(is_title).count();
        // Nothing but titles is a table of one column, written by somebody who likes commas.
        let titles = if titles == first.len() { 0 } else { titles };
        let preamble = first.iter().take(titles).filter_map(|row| row.first()).map(|cell| cell.trim().to_owned());
        let (names, has_header) = first.get(titles).map_or((Vec::new(), false), |row| names(row, widest));
        let surplus = widest.saturating_sub(MOST_COLUMNS);
        Self { preamble: preamble.collect(), names, surplus, rows: titles + usize::from(has_header) }
    }
}

fn filled(row: &[String]) -> impl Iterator<Item = &str> {
    row.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty())
}

/// A name for each column, and whether this row gave them.
fn names(row: &[String], widest: usize) -> (Vec<String>, bool) {
    let numbers = filled(row).filter(|cell| is_number(cell)).count();
    let is_header = numbers * 2 <= filled(row).count();
    let name = |n: usize| {
        let given = row.get(n).map(|name| name.trim()).filter(|name| is_header && !name.is_empty());
        given.map_or_else(|| format!("Column {}", n + 1), |name| one_line(name, LONGEST_NAME_CHARS).0)
    };
    // Rows that are wider than the header by much are broken, not generous.
    let columns = if is_header { widest.min(row.len() + 20) } else { widest };
    ((0..columns.min(MOST_COLUMNS)).map(name).collect(), is_header)
}

/// Years head columns; other numbers and dates are data.
fn is_number(cell: &str) -> bool {
    let is_year = cell.len() == 4 && (cell.starts_with("19") || cell.starts_with("20"));
    let digits = cell.bytes().filter(u8::is_ascii_digit).count();
    !is_year && digits > 0 && digits * 2 >= cell.len() && !cell.contains(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, expected: &str) {
        let parsed = parse(text).unwrap();
        assert_eq!((parsed.markdown.as_str(), parsed.problems.as_slice()), (expected, &[][..]), "{text}");
    }

    fn check_problems(text: &str, expected: &[&str]) -> String {
        let parsed = parse(text).unwrap();
        assert_eq!(parsed.problems, expected);
        parsed.markdown
    }

    #[test]
    fn the_delimiter_is_found() {
        let table = "| Plan | Price |\n| --- | --- |\n| Team | 9,50 |\n| Free | 0,00 |\n";
        check("Plan;Price\nTeam;9,50\nFree;0,00\n", table);
        check("Plan\tPrice\nTeam\t9,50\nFree\t0,00\n", table);
        check("Plan|Price\r\nTeam|9,50\r\nFree|0,00\r\n", table);
        check("sep=;\nPlan;Price\nTeam;9,50\nFree;0,00", table);
        check("Plan,Price\nTeam,\"9,50\"\nFree,\"0,00\"\n", table);
    }

    #[test]
    fn a_header_of_numbers_is_a_row() {
        check("1,2.5\n3,4\n", "| Column 1 | Column 2 |\n| --- | --- |\n| 1 | 2.5 |\n| 3 | 4 |\n");
        check("Region,2023,2024\nNorth,1,2\n", "| Region | 2023 | 2024 |\n| --- | --- | --- |\n| North | 1 | 2 |\n");
    }

    #[test]
    fn lines_above_the_table_are_its_title() {
        let parsed = parse("Price list\nValid from May;;\nPlan;Seats;Price\nTeam;5;9\nFree;1;0\n").unwrap();
        assert_eq!(parsed.title.as_deref(), Some("Price list"));
        assert!(parsed.markdown.starts_with("Valid from May\n\n| Plan | Seats | Price |\n"), "{}", parsed.markdown);
    }

    #[test]
    fn questions_become_headings() {
        let text = "Question,Answer\n\"Can I cancel, and when?\",\"Any time.\n\nSee \"\"Plan\"\".\"\n";
        check(text, "## Can I cancel, and when?\n\nAny time.\n\nSee \"Plan\".\n\n");
    }

    #[test]
    fn a_quote_that_never_closes_swallows_its_line_only() {
        let text = "name,size\n\"ok\",1\n\"pipe,2\ntube,3\n\"rod\",4\n";
        let markdown = check_problems(text, &["a quote never closes: from line 3 on, each line is read as a row"]);
        assert!(markdown.ends_with("| ok | 1 |\n| pipe | 2 |\n| tube | 3 |\n| rod | 4 |\n"), "{markdown}");
        check_problems("a,b\n1,\"x\n2,y\n", &["a quote never closes: from line 2 on, each line is read as a row"]);
        check("name,size\n5\" pipe,1\n", "| name | size |\n| --- | --- |\n| 5\" pipe | 1 |\n");
    }

    #[test]
    fn too_wide_is_cut() {
        let wide = vec!["x"; 100_000].join(",");
        let markdown = check_problems(&format!("{wide}\n{wide}\n"), &["columns without room, left out: 99000"]);
        assert_eq!(markdown.matches("- x: x").count(), 999);
    }

    #[test]
    fn what_cannot_be_cut_is_refused() {
        let said = parse(&",".repeat(1_000_000)).unwrap_err().to_string();
        assert_eq!(said, "it has more than 100000 cells in a row");
    }

    #[test]
    fn odd_files_are_read() {
        check("just,a,header", "| just | a | header |\n| --- | --- | --- |\n");
        check("a,b\n\n\n1\0,2\n", "| a | b |\n| --- | --- |\n| 1\0 | 2 |\n");
        check("one\ntwo\n", "- two\n");
        check(&"\"".repeat(1000), "");
        check("", "");
    }

    proptest! {
        #[test]
        fn never_panics(text in "(?s)[,;\"\\na1|\\t]{0,60}|.{0,60}") {
            parse(&text).unwrap();
        }
    }
}
