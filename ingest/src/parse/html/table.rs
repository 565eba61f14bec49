//! Tables: data as Markdown rows, layout as paragraphs.
//!
//! Cells are not padded, so the size of what is written is that of what was read. The first row is the header, as
//! Markdown wants one. Knows nothing of elements; the walk hands in finished cells.

use super::inline::one_line;

/// Wider spans are somebody's trick.
const WIDEST_SPAN: usize = 20;

#[derive(Debug, Default)]
pub(super) struct Table {
    caption: String,
    rows: Vec<Vec<String>>,
    is_layout: bool,
}

impl Table {
    pub(super) fn new(is_layout: bool) -> Self {
        Self { is_layout, ..Self::default() }
    }

    /// Something stands in a cell that no row of text can hold.
    pub(super) fn is_for_layout(&mut self) {
        self.is_layout = true;
    }

    pub(super) fn caption(&mut self, text: &str) {
        text.clone_into(&mut self.caption);
    }

    pub(super) fn start_row(&mut self) {
        self.rows.push(Vec::new());
    }

    pub(super) fn cell(&mut self, text: &str, span: Option<&str>) {
        let span = span.and_then(|span| span.parse().ok()).unwrap_or(1).clamp(1, WIDEST_SPAN);
        if self.rows.is_empty() {
            self.start_row();
        }
        if let Some(row) = self.rows.last_mut() {
            row.push(text.to_owned());
            row.extend((1..span).map(|_| String::new()));
        }
    }

    pub(super) fn markdown(mut self) -> String {
        self.rows.retain(|row| row.iter().any(|cell| !cell.is_empty()));
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let mut blocks = vec![self.caption];
        match self.is_layout || columns < 2 {
            true => blocks.extend(self.rows.into_iter().flatten()),
            false => blocks.push(grid(&self.rows, columns)),
        }
        blocks.retain(|block| !block.is_empty());
        blocks.join("\n\n")
    }
}

fn grid(rows: &[Vec<String>], columns: usize) -> String {
    let mut lines = Vec::with_capacity(rows.len() + 1);
    for (n, row) in rows.iter().enumerate() {
        // Rows may be shorter than the header, but not the header shorter than its rule.
        let missing = if n == 0 { columns - row.len() } else { 0 };
        let cells = row.iter().map(|cell| one_line(cell).replace('|', "\\|"));
        lines.push(format!("| {}{} |", cells.collect::<Vec<_>>().join(" | "), " | ".repeat(missing)));
        if n == 0 {
            lines.push(format!("|{}", " --- |".repeat(columns)));
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rows: &[&[&str]], expected: &str) {
        let mut table = Table::default();
        for row in rows {
            table.start_row();
            row.iter().for_each(|cell| table.cell(cell, None));
        }
        assert_eq!(table.markdown(), expected);
    }

    #[test]
    fn data_is_rows() {
        check(&[&["a", "b"], &["1\n\n2", "x|y"]], "| a | b |\n| --- | --- |\n| 1 2 | x\\|y |");
        check(&[&["a"], &["1", "2"]], "| a |  |\n| --- | --- |\n| 1 | 2 |");
    }

    #[test]
    fn layout_is_paragraphs() {
        check(&[&["only"], &[""], &["one\n\ncolumn"]], "only\n\none\n\ncolumn");
        check(&[&[], &["", ""]], "");
    }
}
