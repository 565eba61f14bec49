//! Excel workbooks: a heading and tables for each sheet.
//!
//! A sheet is walked row by row and written down at once, for the memory that a cell may take has no other bound: a
//! shared string of a megabyte may be named by every cell. Hidden sheets, rows and columns are left out and told. Shows
//! the results of formulas that the file keeps; it does not compute.

use super::super::grid::{Budget, Grid};
use super::super::xml::{Node, Step, Tag, walk};
use super::super::zipped::Zipped;
use super::super::{ParseError, Parsed};
use super::cells::Formats;
use super::rels::Rels;

pub(super) fn parse(archive: &mut Zipped, main: &str) -> Result<Parsed, ParseError> {
    let book = archive.read_xml(main)?.ok_or_else(|| ParseError::Damaged("the workbook is missing".to_owned()))?;
    let rels = Rels::of(archive, main);
    let mut part = |sort: &str| match rels.parts(sort).into_iter().next() {
        Some(name) => Ok(archive.read_xml(&name)?.unwrap_or_default()),
        None => Ok(String::new()),
    };
    let strings = shared_strings(&part("sharedStrings")?)?;
    let mut formats = Formats::read(&part("styles")?);
    let sheets = sheets(&book, &mut formats)?;
    let mut parsed = Parsed::default();
    let mut budget = Budget::default();
    for sheet in sheets {
        if sheet.is_hidden {
            parsed.problems.push(format!("sheet \"{}\" is hidden and left out", sheet.name));
            continue;
        }
        let Some(part) = rels.part(&sheet.id) else { continue };
        match archive.read_xml(part) {
            Ok(xml) => {
                let read = Sheet::new(&strings, &formats, &mut budget).read(&xml.unwrap_or_default());
                write(&mut parsed, &sheet.name, read);
            }
            Err(error) => parsed.problems.push(format!("sheet \"{}\" could not be read: {error}", sheet.name)),
        }
    }
    if parsed.markdown.is_empty() {
        parsed.problems.push("the workbook shows no text".to_owned());
    }
    Ok(parsed)
}

/// Add what was read of a sheet: its blocks, or why there are none, and what is missing.
pub(in super::super) fn write(parsed: &mut Parsed, name: &str, (blocks, problems): (String, Vec<String>)) {
    parsed.problems.extend(problems.into_iter().map(|problem| format!("sheet \"{name}\": {problem}")));
    if blocks.is_empty() {
        return;
    }
    if !parsed.markdown.is_empty() {
        parsed.markdown.push_str("\n\n");
    }
    let words: Vec<&str> = name.split_whitespace().collect();
    parsed.markdown.push_str(&format!("## {}\n\n{blocks}", words.join(" ")));
}

struct Listed {
    name: String,
    id: String,
    is_hidden: bool,
}

fn sheets(book: &str, formats: &mut Formats) -> Result<Vec<Listed>, ParseError> {
    let mut sheets = Vec::new();
    walk(book, &mut |node| {
        match node {
            Node::Open(tag) if tag.name() == "sheet" => sheets.push(Listed {
                name: tag.attr("name").unwrap_or_default(),
                id: tag.attr("r:id").unwrap_or_default(),
                is_hidden: tag.attr("state").is_some_and(|state| state != "visible"),
            }),
            Node::Open(tag) if tag.name() == "workbookPr" => {
                formats.is_from_1904 = matches!(tag.attr("date1904").as_deref(), Some("1" | "true"));
            }
            _ => {}
        }
        Step::On
    })?;
    Ok(sheets)
}

fn shared_strings(xml: &str) -> Result<Vec<String>, ParseError> {
    let mut strings = Vec::new();
    let (mut string, mut is_text) = (String::new(), false);
    walk(xml, &mut |node| {
        match node {
            // How a word is read aloud.
            Node::Open(tag) if tag.name() == "rPh" => return Step::Over,
            Node::Open(tag) => is_text = tag.name() == "t",
            Node::Close("si") => strings.push(std::mem::take(&mut string)),
            Node::Close(_) => is_text = false,
            Node::Text(text) if is_text => string.push_str(text),
            Node::Text(_) => {}
        }
        Step::On
    })?;
    Ok(strings)
}

struct Sheet<'a> {
    strings: &'a [String],
    formats: &'a Formats,
    budget: &'a mut Budget,
    grid: Grid,
    hidden_columns: Vec<(usize, usize)>,
    hidden_rows: usize,
    has_hidden_columns: bool,
    row: usize,
    column: usize,
    cell: Cell,
    is_value: bool,
}

#[derive(Debug, Default)]
struct Cell {
    sort: String,
    style: Option<usize>,
    value: String,
}

impl<'a> Sheet<'a> {
    fn new(strings: &'a [String], formats: &'a Formats, budget: &'a mut Budget) -> Self {
        Self {
            strings,
            formats,
            budget,
            grid: Grid::default(),
            hidden_columns: Vec::new(),
            hidden_rows: 0,
            has_hidden_columns: false,
            row: 0,
            column: 0,
            cell: Cell::default(),
            is_value: false,
        }
    }

    fn read(mut self, xml: &str) -> (String, Vec<String>) {
        let end = walk(xml, &mut |node| self.node(node));
        let (blocks, mut problems) = self.grid.markdown();
        if self.hidden_rows > 0 {
            problems.push(format!("hidden rows left out: {}", self.hidden_rows));
        }
        if self.has_hidden_columns {
            problems.push("hidden columns are left out".to_owned());
        }
        match end {
            Err(error) => problems.push(error.to_string()),
            Ok(super::super::xml::End::Broken) => {
                problems.push("damaged: the rows after the damage are missing".into())
            }
            Ok(_) => {}
        }
        (blocks, problems)
    }

    fn node(&mut self, node: Node) -> Step {
        match node {
            Node::Open(tag) => return self.open(tag),
            Node::Close("row") => self.grid.end_row(self.budget),
            Node::Close("c") => self.close_cell(),
            Node::Close("v" | "t") => self.is_value = false,
            Node::Close("sheetData") => return Step::Stop,
            Node::Text(text) if self.is_value => self.cell.value.push_str(text),
            _ => {}
        }
        Step::On
    }

    fn open(&mut self, tag: &Tag) -> Step {
        match tag.name() {
            "col" if is_true(tag, "hidden") => {
                let (first, last) = (tag.number("min").unwrap_or(1), tag.number("max").unwrap_or(1));
                self.hidden_columns.push((first, last));
            }
            "row" => return self.open_row(tag),
            "c" => {
                self.column = tag.attr("r").and_then(|name| column(&name)).unwrap_or(self.column.saturating_add(1));
                self.cell =
                    Cell { sort: tag.attr("t").unwrap_or_default(), style: tag.number("s"), value: String::new() };
            }
            "v" | "t" => self.is_value = true,
            "f" | "rPh" | "extLst" => return Step::Over,
            _ => {}
        }
        Step::On
    }

    fn open_row(&mut self, tag: &Tag) -> Step {
        let next = self.row.saturating_add(1);
        let row = tag.number("r").unwrap_or(next);
        if row > next {
            self.grid.end_row(self.budget);
        }
        (self.row, self.column) = (row, 0);
        if is_true(tag, "hidden") {
            self.hidden_rows += 1;
            return Step::Over;
        }
        Step::On
    }

    fn close_cell(&mut self) {
        let value = std::mem::take(&mut self.cell.value);
        if value.trim().is_empty() {
            return;
        }
        if self.hidden_columns.iter().any(|(first, last)| (*first..=*last).contains(&self.column)) {
            self.has_hidden_columns = true;
            return;
        }
        let column = self.column.saturating_sub(1);
        match self.cell.sort.as_str() {
            "s" => {
                let string = value.trim().parse::<usize>().ok().and_then(|n| self.strings.get(n));
                self.grid.cell(column, string.map_or("", String::as_str), self.budget);
            }
            "b" => self.grid.cell(column, if value.trim() == "1" { "TRUE" } else { "FALSE" }, self.budget),
            "str" | "inlineStr" | "e" | "d" => self.grid.cell(column, &value, self.budget),
            _ => {
                let shown = self.formats.shown(&value, self.cell.style.unwrap_or(0));
                self.grid.cell(column, &shown, self.budget);
            }
        }
    }
}

fn is_true(tag: &Tag, name: &str) -> bool {
    matches!(tag.attr(name).as_deref(), Some("1" | "true" | "on"))
}

/// The number, from 1, of the column in a cell's name: `AB12` is in 28.
fn column(name: &str) -> Option<usize> {
    let letters = name.bytes().take_while(u8::is_ascii_alphabetic).take(5);
    let number = letters.fold(0, |sum, letter| sum * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1);
    (number > 0).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::super::super::zipped::tests::archive;
    use super::super::parse;
    use super::*;

    fn workbook(sheets: &[(&str, &str)], states: &[&str], strings: &str) -> Parsed {
        let listed: String = sheets
            .iter()
            .zip(states)
            .enumerate()
            .map(|(n, ((name, _), state))| format!("<sheet name='{name}' sheetId='{n}' state='{state}' r:id='r{n}'/>"))
            .collect();
        let rels: String = (0..sheets.len())
            .map(|n| format!("<Relationship Id='r{n}' Type='x/worksheet' Target='/xl/s{n}.xml'/>"))
            .collect();
        let book = format!("<workbook><sheets>{listed}</sheets></workbook>");
        let rels = format!(
            "<Relationships>{rels}<Relationship Id='s' Type='x/sharedStrings' Target='strings.xml'/>
            <Relationship Id='t' Type='x/styles' Target='styles.xml'/></Relationships>"
        );
        let strings = format!("<sst>{strings}</sst>");
        let styles = "<styleSheet><cellXfs><xf numFmtId='0'/><xf numFmtId='14'/></cellXfs></styleSheet>";
        let named: Vec<(String, String)> = sheets
            .iter()
            .enumerate()
            .map(|(n, (_, rows))| (format!("xl/s{n}.xml"), format!("<worksheet>{rows}</worksheet>")))
            .collect();
        let mut files: Vec<(&str, &[u8])> = vec![
            ("xl/workbook.xml", book.as_bytes()),
            ("xl/styles.xml", styles.as_bytes()),
            ("xl/_rels/workbook.xml.rels", rels.as_bytes()),
            ("xl/strings.xml", strings.as_bytes()),
        ];
        files.extend(named.iter().map(|(name, xml)| (name.as_str(), xml.as_bytes())));
        parse(&archive(&files)).unwrap()
    }

    fn check(sheet: &str, strings: &str, expected: &str, problems: &[&str]) {
        let parsed = workbook(&[("Data", sheet)], &["visible"], strings);
        assert_eq!(
            (parsed.markdown.as_str(), parsed.problems),
            (expected, problems.iter().map(|p| p.to_string()).collect())
        );
    }

    #[test]
    fn cells_of_every_sort() {
        check(
            "<sheetData><row r='1'><c r='A1' t='s'><v>0</v></c><c r='C1' t='inlineStr'><is><t>in</t></is></c></row>
             <row r='2'><c r='A2' s='1'><v>45000</v></c><c r='B2' t='b'><v>1</v></c><c t='str'><f>A1</f><v>x &amp; y</v></c></row>
             <row r='4'><c r='A4'><v>1.5</v></c></row></sheetData>",
            "<si><r><t>sha</t></r><r><t>red</t></r><rPh><t>no</t></rPh></si>",
            "## Data\n\n| shared |  | in |\n| --- | --- | --- |\n| 2023-03-15 | TRUE | x & y |\n\n1.5",
            &[],
        );
    }

    #[test]
    fn hidden_things_are_told() {
        check(
            "<cols><col min='2' max='3' hidden='1'/></cols><sheetData><row r='1' hidden='1'><c r='A1'><v>1</v></c></row>
             <row r='2'><c r='A2'><v>2</v></c><c r='B2'><v>3</v></c></row></sheetData>",
            "",
            "## Data\n\n2",
            &["sheet \"Data\": hidden rows left out: 1", "sheet \"Data\": hidden columns are left out"],
        );
        let rows = "<sheetData><row><c><v>7</v></c></row></sheetData>";
        let parsed = workbook(&[("A", rows), ("B", rows)], &["veryHidden", "visible"], "");
        assert_eq!(parsed.markdown, "## B\n\n7");
        assert_eq!(parsed.problems, ["sheet \"A\" is hidden and left out"]);
    }

    #[test]
    fn a_string_named_by_every_cell_is_bounded() {
        let long = format!("<si><t>{}</t></si>", "long ".repeat(100_000));
        let cells = "<row><c t='s'><v>0</v></c></row>".repeat(5000);
        let parsed = workbook(&[("A", &format!("<sheetData>{cells}</sheetData>"))], &["visible"], &long);
        assert!(parsed.markdown.len() < 21_000_000);
        assert!(parsed.problems[0].contains("too long: rows left out"), "{:?}", parsed.problems);
    }

    #[test]
    fn far_away_cells_and_lost_strings_do_no_harm() {
        check(
            "<sheetData><row r='999999999'><c r='XFD1'><v>1</v></c><c r='ZZZZZZZZZZZZZ1'><v>1</v></c>
             <c r='A1' t='s'><v>99</v></c><c r='B1'><v>ok</v></c></row></sheetData>",
            "",
            "## Data\n\nok",
            &["sheet \"Data\": too wide: columns after the first 256 are left out"],
        );
        check(
            "<sheetData><row><c r='A1'><v>1</v></c></row><row r='18446744073709551615'/><row><c><v>2</v></c></row></sheetData>",
            "",
            "## Data\n\n1\n\n2",
            &[],
        );
        check(
            "<sheetData><row><c><v>1</v></c></row><row><c><v>2</v",
            "",
            "## Data\n\n1",
            &["sheet \"Data\": damaged: the rows after the damage are missing"],
        );
    }
}
