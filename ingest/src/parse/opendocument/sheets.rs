//! OpenDocument sheets: a heading and tables for each.
//!
//! A cell says what it shows, so no number format has to be read. Equal cells and rows are written once with a count,
//! which may be a million: of empty ones nothing is kept, of others what the limits allow. Hidden sheets and rows are
//! left out and told.

use super::super::grid::{Budget, Grid, MOST_COLUMNS};
use super::super::office;
use super::super::xml::{End, Node, Step, Tag, walk};
use super::super::{ParseError, Parsed};
use super::styles::Styles;

/// A row with words in it that is said to be there more often than this is a filled-down formula.
const MOST_REPEATED_ROWS: usize = 1000;

pub(super) fn parse(content: &str, styles: &Styles) -> Result<Parsed, ParseError> {
    let mut sheets = Sheets { styles, parsed: Parsed::default(), budget: Budget::default(), sheet: None };
    let end = walk(content, &mut |node| sheets.read(node))?;
    sheets.close_sheet();
    let mut parsed = sheets.parsed;
    if end == End::Broken {
        parsed.problems.push("the file is damaged: what follows the damage is missing".to_owned());
    }
    Ok(parsed)
}

/// How often an element says it stands there.
pub(super) fn repeated(tag: &Tag, attribute: &str) -> usize {
    tag.number(attribute).unwrap_or(1).max(1)
}

struct Sheets<'a> {
    styles: &'a Styles,
    parsed: Parsed,
    budget: Budget,
    sheet: Option<Sheet>,
}

#[derive(Debug, Default)]
struct Sheet {
    name: String,
    grid: Grid,
    hidden_rows: usize,
    row: Vec<(usize, String)>,
    row_repeats: usize,
    column: usize,
    cell: Option<Cell>,
}

#[derive(Debug)]
struct Cell {
    repeats: usize,
    /// What it shows, else its value.
    text: String,
    value: String,
    paragraphs: usize,
}

impl Sheets<'_> {
    fn read(&mut self, node: Node) -> Step {
        match node {
            Node::Open(tag) => return self.open(tag),
            Node::Close("table") => self.close_sheet(),
            Node::Close(name) => self.sheet.iter_mut().for_each(|sheet| sheet.close(name, &mut self.budget)),
            Node::Text(text) => self.sheet.iter_mut().for_each(|sheet| sheet.text(text)),
        }
        Step::On
    }

    fn open(&mut self, tag: &Tag) -> Step {
        match tag.name() {
            "automatic-styles" | "font-face-decls" | "scripts" | "forms" | "tracked-changes" => Step::Over,
            "annotation" | "shapes" | "dde-links" | "named-expressions" | "database-ranges" => Step::Over,
            "content-validations" | "calculation-settings" | "label-ranges" | "frame" => Step::Over,
            "table" => {
                let name = tag.attr("table:name").unwrap_or_default();
                if tag.attr("style-name").is_some_and(|style| self.styles.is_hidden(&style)) {
                    self.parsed.problems.push(format!("sheet \"{name}\" is hidden and left out"));
                    return Step::Over;
                }
                self.sheet = Some(Sheet { name, ..Sheet::default() });
                Step::On
            }
            _ => self.sheet.as_mut().map_or(Step::On, |sheet| sheet.open(tag)),
        }
    }

    fn close_sheet(&mut self) {
        let Some(sheet) = self.sheet.take() else { return };
        let (blocks, mut problems) = sheet.grid.markdown();
        problems.extend((sheet.hidden_rows > 0).then(|| format!("hidden rows left out: {}", sheet.hidden_rows)));
        office::write_sheet(&mut self.parsed, &sheet.name, (blocks, problems));
    }
}

impl Sheet {
    fn open(&mut self, tag: &Tag) -> Step {
        match tag.name() {
            "table-row" => {
                let repeats = repeated(tag, "number-rows-repeated");
                if matches!(tag.attr("visibility").as_deref(), Some("collapse" | "filter")) {
                    self.hidden_rows = self.hidden_rows.saturating_add(repeats);
                    return Step::Over;
                }
                (self.row_repeats, self.column) = (repeats, 0);
            }
            "table-cell" | "covered-table-cell" => {
                let value = ["date-value", "string-value", "office:value"].iter().find_map(|name| tag.attr(name));
                let repeats = repeated(tag, "number-columns-repeated");
                self.cell =
                    Some(Cell { repeats, text: String::new(), value: value.unwrap_or_default(), paragraphs: 0 });
            }
            "p" => {
                if let Some(cell) = &mut self.cell {
                    let gap = if cell.paragraphs > 0 { " " } else { "" };
                    cell.text.push_str(gap);
                    cell.paragraphs += 1;
                }
            }
            "s" | "tab" | "line-break" => self.text(" "),
            _ => {}
        }
        Step::On
    }

    fn text(&mut self, text: &str) {
        if let Some(cell) = self.cell.as_mut().filter(|cell| cell.paragraphs > 0) {
            cell.text.push_str(text);
        }
    }

    fn close(&mut self, name: &str, budget: &mut Budget) {
        match name {
            "table-cell" | "covered-table-cell" => {
                let Some(cell) = self.cell.take() else { return };
                let text = if cell.paragraphs > 0 { cell.text } else { cell.value };
                if !text.trim().is_empty() {
                    let last = self.column.saturating_add(cell.repeats).min(MOST_COLUMNS + 1);
                    self.row.extend((self.column..last).map(|column| (column, text.clone())));
                }
                self.column = self.column.saturating_add(cell.repeats);
            }
            "table-row" => {
                let row = std::mem::take(&mut self.row);
                // Of empty rows one is a gap as good as a million.
                let repeats = if row.is_empty() { 1 } else { self.row_repeats.min(MOST_REPEATED_ROWS) };
                for _ in 0..repeats {
                    row.iter().for_each(|(column, text)| self.grid.cell(*column, text, budget));
                    self.grid.end_row(budget);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::zipped::tests::archive;
    use super::super::parse;

    fn check(sheets: &str, expected: &str, problems: &[&str]) {
        let content = format!(
            "<office:document-content><office:automatic-styles><style:style style:name='ta2'><style:table-properties
             table:display='false'/></style:style></office:automatic-styles><office:body><office:spreadsheet>{sheets}
             </office:spreadsheet></office:body></office:document-content>"
        );
        let parsed = parse(&archive(&[("content.xml", content.as_bytes())])).unwrap();
        assert_eq!(parsed.markdown, expected);
        assert_eq!(parsed.problems, problems);
    }

    fn row(attributes: &str, cells: &[&str]) -> String {
        let cells: String =
            cells.iter().map(|cell| format!("<table:table-cell><text:p>{cell}</text:p></table:table-cell>")).collect();
        format!("<table:table-row {attributes}>{cells}</table:table-row>")
    }

    fn table(attributes: &str, rows: &[String]) -> String {
        format!("<table:table {attributes}>{}</table:table>", rows.concat())
    }

    #[test]
    fn a_sheet_is_a_heading_and_tables() {
        let rows = [row("", &["a", "b|c"]), row("table:number-rows-repeated='2'", &["1", "2"])];
        check(&table("table:name='Data'", &rows), "## Data\n\n| a | b\\|c |\n| --- | --- |\n| 1 | 2 |\n| 1 | 2 |", &[]);
    }

    #[test]
    fn hidden_sheets_and_rows_are_told() {
        let rows = [row("table:visibility='collapse'", &["x", "y"]), row("", &["a", "b"])];
        let sheets = table("table:name='A' table:style-name='ta2'", &rows) + &table("table:name='B'", &rows);
        check(
            &sheets,
            "## B\n\n| a | b |\n| --- | --- |",
            &["sheet \"A\" is hidden and left out", "sheet \"B\": hidden rows left out: 1"],
        );
    }

    #[test]
    fn a_million_empty_cells_are_none() {
        let far = "<table:table-row table:number-rows-repeated='1048575'><table:table-cell
            table:number-columns-repeated='16384'/></table:table-row>";
        let wide = "<table:table-row><table:table-cell table:number-columns-repeated='99999999999' office:value='7'/></table:table-row>";
        let rows = [row("", &["a", "b"]), far.to_owned(), row("", &["c", "d"])];
        check(&table("table:name='A'", &rows), "## A\n\n| a | b |\n| --- | --- |\n\n| c | d |\n| --- | --- |", &[]);
        let header = format!("| 7{} |\n|{}", " | 7".repeat(255), " --- |".repeat(256));
        check(
            &table("table:name='A'", &[wide.to_owned()]),
            &format!("## A\n\n{header}"),
            &["sheet \"A\": too wide: columns after the first 256 are left out"],
        );
    }
}
