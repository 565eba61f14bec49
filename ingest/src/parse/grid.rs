//! Sheets: rows of cells as Markdown tables.
//!
//! A sheet is rarely one table. Empty rows part it into blocks, a row with a single cell above a block is its caption,
//! and a block of one column is paragraphs. Cells are not padded, so that what is written is as long as what was read.
//! Rows and columns beyond the limits are left out and counted. Knows nothing of where the cells came from.

/// More columns than anybody reads; formats allow 16,384 and more.
pub(super) const MOST_COLUMNS: usize = 256;
/// In one sheet.
const MOST_ROWS: usize = 50_000;
/// In all sheets of a file together.
const MOST_CELLS: usize = 500_000;
const MOST_BYTES: usize = 20_000_000;

/// How much of a file's sheets may still be taken.
#[derive(Debug)]
pub(super) struct Budget {
    cells: usize,
    bytes: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { cells: MOST_CELLS, bytes: MOST_BYTES }
    }
}

#[derive(Debug, Default)]
pub(super) struct Grid {
    rows: Vec<Vec<String>>,
    row: Vec<String>,
    cut_rows: usize,
    has_cut_columns: bool,
}

impl Grid {
    /// Put a cell into the current row, at a column from 0.
    pub(super) fn cell(&mut self, column: usize, text: &str, budget: &mut Budget) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        if column >= MOST_COLUMNS {
            self.has_cut_columns = true;
            return;
        }
        let empty_cells = column.saturating_sub(self.row.len());
        if self.is_full() || budget.cells <= empty_cells || budget.bytes < text.len() {
            budget.cells = 0;
            return;
        }
        budget.cells -= 1 + empty_cells;
        budget.bytes -= text.len();
        if self.row.len() <= column {
            self.row.resize(column + 1, String::new());
        }
        if let Some(cell) = self.row.get_mut(column) {
            cell.push_str(&escaped(text));
        }
    }

    pub(super) fn end_row(&mut self, budget: &Budget) {
        let row = std::mem::take(&mut self.row);
        if self.is_full() || budget.cells == 0 {
            self.cut_rows += 1;
        }
        let is_gap = row.is_empty() && self.rows.last().is_none_or(Vec::is_empty);
        if !is_gap && !self.is_full() {
            self.rows.push(row);
        }
    }

    fn is_full(&self) -> bool {
        self.rows.len() >= MOST_ROWS
    }

    /// The blocks of the sheet, and what was left out of it.
    pub(super) fn markdown(self) -> (String, Vec<String>) {
        let mut problems = Vec::new();
        if self.cut_rows > 0 {
            problems.push(format!("too long: rows left out: {}", self.cut_rows));
        }
        if self.has_cut_columns {
            problems.push(format!("too wide: columns after the first {MOST_COLUMNS} are left out"));
        }
        let blocks = self.rows.split(Vec::is_empty).filter(|rows| !rows.is_empty());
        (blocks.map(block).collect::<Vec<_>>().join("\n\n"), problems)
    }
}

/// Rows without an empty one between them.
fn block(rows: &[Vec<String>]) -> String {
    let filled = |row: &Vec<String>| row.iter().filter(|cell| !cell.is_empty()).count();
    let is_one_column = rows.iter().all(|row| filled(row) <= 1);
    let captions = if is_one_column { rows.len() } else { rows.iter().take_while(|row| filled(row) <= 1).count() };
    let (captions, rows) = rows.split_at(captions);
    let mut blocks: Vec<String> = captions.iter().map(|row| row.concat()).collect();
    if !rows.is_empty() {
        blocks.push(table(rows));
    }
    blocks.join("\n\n")
}

fn table(rows: &[Vec<String>]) -> String {
    let first = rows.iter().filter_map(|row| row.iter().position(|cell| !cell.is_empty())).min().unwrap_or(0);
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0) - first;
    let mut lines = Vec::with_capacity(rows.len() + 1);
    for (n, row) in rows.iter().enumerate() {
        let cells = row.get(first..).unwrap_or_default();
        // Rows may be shorter than the header, but not the header shorter than its rule.
        let missing = if n == 0 { columns - cells.len() } else { 0 };
        lines.push(format!("| {}{} |", cells.join(" | "), " | ".repeat(missing)));
        if n == 0 {
            lines.push(format!("|{}", " --- |".repeat(columns)));
        }
    }
    lines.join("\n")
}

/// A cell on one line, with a backslash where Markdown would end the cell or begin a span or a tag.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !escaped.is_empty() {
            escaped.push(' ');
        }
        let mut chars = word.chars().peekable();
        let mut last = ' ';
        while let Some(c) = chars.next() {
            let next = chars.peek().copied().unwrap_or(' ');
            let is_mark = match c {
                '|' | '`' => true,
                '\\' => next.is_ascii_punctuation() || next == ' ',
                '*' => last != ' ' || next != ' ',
                '_' => !(last.is_alphanumeric() && next.is_alphanumeric()),
                '<' => next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?'),
                '(' | '[' | ':' => last == ']',
                '~' => next == '~' || last == '~',
                _ => false,
            };
            if is_mark {
                escaped.push('\\');
            }
            escaped.push(c);
            last = c;
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::plain_text;
    use super::*;

    fn grid(rows: &[&[&str]]) -> (String, Vec<String>) {
        let (mut grid, mut budget) = (Grid::default(), Budget::default());
        for row in rows {
            row.iter().enumerate().for_each(|(n, cell)| grid.cell(n, cell, &mut budget));
            grid.end_row(&budget);
        }
        grid.markdown()
    }

    fn check(rows: &[&[&str]], expected: &str) {
        assert_eq!(grid(rows), (expected.to_owned(), vec![]));
    }

    #[test]
    fn a_sheet_is_blocks() {
        check(&[&["Costs"], &["a", "b"], &["1", ""], &["", "2"]], "Costs\n\n| a | b |\n| --- | --- |\n| 1 |\n|  | 2 |");
        check(&[&["a", "b"], &[], &[""], &["note"], &["more"]], "| a | b |\n| --- | --- |\n\nnote\n\nmore");
        check(&[&["", "a"], &["", "b", "c"]], "a\n\n| b | c |\n| --- | --- |");
        check(&[], "");
    }

    #[test]
    fn cells_stay_cells() {
        check(&[&["a|b\nc", "<i> *x* __y__ a_b"]], "| a\\|b c | \\<i> \\*x\\* \\_\\_y\\_\\_ a_b |\n| --- | --- |");
        assert_eq!(plain_text(&grid(&[&["a|b", "`c` \\| d"]]).0), "a|b\t`c` \\| d");
    }

    #[test]
    fn wide_and_long_sheets_are_cut_and_told() {
        let wide: Vec<String> = (0..300).map(|n| n.to_string()).collect();
        let wide: Vec<&str> = wide.iter().map(String::as_str).collect();
        assert_eq!(grid(&[&wide]).1, ["too wide: columns after the first 256 are left out"]);
        let rows = vec![&["x", "y"][..]; MOST_ROWS + 7];
        assert_eq!(grid(&rows).1, ["too long: rows left out: 7"]);
    }

    #[test]
    fn far_cells_cost_what_they_fill() {
        let (mut grid, mut budget) = (Grid::default(), Budget::default());
        for _ in 0..10_000 {
            grid.cell(MOST_COLUMNS - 1, "x", &mut budget);
            grid.end_row(&budget);
        }
        let problems = grid.markdown().1;
        assert_eq!(problems, [format!("too long: rows left out: {}", 10_000 - MOST_CELLS / MOST_COLUMNS)]);
    }
}
