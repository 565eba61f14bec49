//! The page that an RTF file makes: paragraphs, headings, lists and tables as Markdown.
//!
//! Gets finished words and the ends of paragraphs, cells and rows. Knows nothing of groups or of characters' codes.

use super::super::records::table_row;

const MOST_CELLS: usize = 1000;
/// Rows that are held until the widest of them is known.
const MOST_ROWS_WAITING: usize = 1000;
const DEEPEST_LIST: usize = 8;

/// What kind a paragraph is, as its end says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) is_cell: bool,
    /// 1 is the highest.
    pub(super) heading: Option<usize>,
    pub(super) list_level: usize,
}

#[derive(Debug, Default)]
pub(super) struct Page {
    out: String,
    /// What the paragraph holds so far.
    line: String,
    /// The number or bullet before it.
    marker: String,
    was_item: bool,
    first_heading: Option<String>,
    cells: Vec<String>,
    rows: Vec<Vec<String>>,
    /// Of the table that is being written; 0 where none is.
    columns: usize,
}

impl Page {
    pub(super) fn words(&mut self, words: &str) {
        self.line.push_str(words);
    }

    pub(super) fn marker(&mut self, words: &str) {
        self.marker.push_str(words);
    }

    /// Where the next word will stand, to make a link of what comes.
    pub(super) fn place(&self) -> usize {
        self.line.len()
    }

    /// Make what was written since `place` a link, if it is still in the same paragraph.
    pub(super) fn link(&mut self, place: usize, address: &str) {
        let Some(words) = self.line.get(place..).map(str::trim).filter(|words| !words.is_empty()) else { return };
        let linked = format!("[{words}]({address})");
        if words != address && !words.contains(['[', ']']) {
            self.line.truncate(place);
            self.line.push_str(&linked);
        }
    }

    pub(super) fn line_break(&mut self) {
        self.line.push_str("  \n");
    }

    pub(super) fn end_paragraph(&mut self, shape: Shape) {
        if shape.is_cell {
            self.line.push(' ');
            self.marker.clear();
            return;
        }
        self.end_table();
        let line = std::mem::take(&mut self.line);
        let marker = std::mem::take(&mut self.marker);
        let words = line.trim().trim_start_matches(['`', '~']);
        if words.is_empty() {
            return;
        }
        let is_item = !marker.trim().is_empty() && shape.heading.is_none();
        self.gap(!(is_item && self.was_item));
        self.was_item = is_item;
        if let Some(level) = shape.heading {
            let title = words.split_whitespace().collect::<Vec<_>>().join(" ");
            self.out.push_str(&format!("{} {title}", "#".repeat(level.clamp(1, 6))));
            self.first_heading.get_or_insert(title);
        } else if is_item {
            let indent = "   ".repeat(shape.list_level.min(DEEPEST_LIST));
            self.out.push_str(&format!(
                "{indent}{} {}",
                mark(marker.trim()),
                words.replace('\n', &format!("\n{indent}   "))
            ));
        } else {
            self.out.push_str(words);
        }
        self.out.push('\n');
    }

    pub(super) fn end_cell(&mut self) {
        let cell = std::mem::take(&mut self.line);
        if self.cells.len() < MOST_CELLS {
            self.cells.push(cell.trim().to_owned());
        }
    }

    pub(super) fn end_row(&mut self) {
        self.line.clear();
        let cells = std::mem::take(&mut self.cells);
        if cells.iter().any(|cell| !cell.is_empty()) {
            self.rows.push(cells);
        }
        if self.rows.len() >= MOST_ROWS_WAITING {
            self.write_rows();
        }
    }

    fn end_table(&mut self) {
        if !self.cells.is_empty() {
            let line = std::mem::take(&mut self.line);
            self.end_row();
            self.line = line;
        }
        self.write_rows();
        self.columns = 0;
    }

    /// The first rows decide how wide the table is. One of a single column is a frame around text.
    fn write_rows(&mut self) {
        let rows = std::mem::take(&mut self.rows);
        let widest = rows.iter().map(Vec::len).max().unwrap_or(0);
        for row in rows {
            self.was_item = false;
            let is_first = self.columns == 0;
            self.columns = if is_first { widest } else { self.columns };
            self.gap(is_first || self.columns == 1);
            if self.columns == 1 {
                row.iter().for_each(|cell| self.out.push_str(&format!("{cell}\n")));
                continue;
            }
            let missing = if is_first { widest - row.len() } else { 0 };
            table_row(&mut self.out, row.iter().map(String::as_str).chain(std::iter::repeat_n("", missing)));
            if is_first {
                self.out.push_str(&format!("|{}\n", " --- |".repeat(widest)));
            }
        }
    }

    fn gap(&mut self, is_needed: bool) {
        if is_needed && !self.out.is_empty() {
            self.out.push('\n');
        }
    }

    /// The Markdown, and the words of the first heading.
    pub(super) fn finish(mut self, shape: Shape) -> (String, Option<String>) {
        self.end_paragraph(Shape { is_cell: false, ..shape });
        self.end_table();
        (self.out, self.first_heading)
    }
}

/// `3)` and `3.` count, everything else is a bullet.
fn mark(marker: &str) -> String {
    let digits: String = marker.chars().take_while(char::is_ascii_digit).take(9).collect();
    let is_number = !digits.is_empty() && matches!(&marker[digits.len()..], "." | ")" | "");
    if is_number { digits + "." } else { "-".to_owned() }
}
