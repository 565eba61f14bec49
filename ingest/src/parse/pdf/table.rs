//! Tables: rows whose cells stand below each other.
//!
//! At least three rows of at least two cells must agree on columns with clear gaps between them. Two columns of a page
//! look the same, row by row, but run on: they are read one after the other. Lines drawn around cells are not asked.

use super::rows::{Cell, cells};
use super::sheet::Line;

const FEWEST_ROWS: usize = 3;
/// Each row is held against all before it; a longer table is read as several.
const MOST_ROWS: usize = 300;
/// In parts of the size of the font.
const COLUMN_GAP: f32 = 0.6;
/// Words in each cell of each column, on average, from which on it is running text.
const WORDS_OF_PROSE: f32 = 4.0;
/// In parts of the size: rows further apart than this belong to different tables.
const FURTHEST_ROW: f32 = 4.0;

/// What a run of rows is.
#[derive(Debug, PartialEq)]
pub(super) enum Grid {
    /// Cells by row and column; a cell may be empty.
    Table(Vec<Vec<String>>),
    /// Lines of columns that are read one after the other.
    Columns(Vec<Line>),
}

/// The grid that the rows begin with, and how many of them it takes.
pub(super) fn leading_grid(rows: &[Line]) -> Option<(Grid, usize)> {
    let mut draft = Draft::default();
    for row in rows.iter().take(MOST_ROWS) {
        if !draft.takes(row) {
            break;
        }
    }
    draft.drop_tail();
    (draft.full_rows >= FEWEST_ROWS && draft.columns.len() >= 2).then(|| (draft.grid(), draft.rows.len()))
}

/// A grid under construction.
#[derive(Default)]
struct Draft<'a> {
    rows: Vec<(&'a Line, Vec<Cell>)>,
    /// From left to right, with gaps between.
    columns: Vec<(f32, f32)>,
    /// Rows with more than one cell.
    full_rows: usize,
}

impl<'a> Draft<'a> {
    /// Take one more row, if it fits.
    fn takes(&mut self, row: &'a Line) -> bool {
        let cells = cells(row);
        let is_near = self.rows.last().is_none_or(|(last, _)| {
            let fall = last.baseline - row.baseline;
            last.turns == row.turns && fall > 0.0 && fall < FURTHEST_ROW * row.size.max(last.size)
        });
        let is_full = cells.len() >= 2;
        let columns = merged(&self.columns, &cells, row.size);
        let fits = match is_full {
            true => self.rows.iter().all(|(_, cells)| stay_apart(cells, &columns)) && stay_apart(&cells, &columns),
            false => self.continues(&cells),
        };
        if !is_near || !fits {
            return false;
        }
        self.full_rows += usize::from(is_full);
        self.columns = columns;
        self.rows.push((row, cells));
        true
    }

    /// Whether a lone cell is the next line of a cell above it: not in the first column, where new things begin.
    fn continues(&self, cells: &[Cell]) -> bool {
        let [cell] = cells else { return false };
        self.columns.iter().skip(1).any(|(left, right)| cell.left >= left - 1.0 && cell.right <= right + 1.0)
    }

    /// Lone cells at the end are as likely the text that follows.
    fn drop_tail(&mut self) {
        while self.rows.last().is_some_and(|(_, cells)| cells.len() < 2) {
            self.rows.pop();
        }
    }

    fn grid(&self) -> Grid {
        match self.is_prose() {
            true => Grid::Columns(self.columns()),
            false => Grid::Table(self.table()),
        }
    }

    fn is_prose(&self) -> bool {
        (0..self.columns.len()).all(|column| {
            let words: Vec<usize> = self.cells_of(column).map(|(_, cell)| cell.words.len()).collect();
            words.iter().sum::<usize>() as f32 >= WORDS_OF_PROSE * words.len() as f32
        })
    }

    fn cells_of(&self, column: usize) -> impl Iterator<Item = (&'a Line, &Cell)> {
        let (left, right) = self.columns[column];
        let is_in = move |cell: &&Cell| cell.left >= left - 0.01 && cell.right <= right + 0.01;
        self.rows.iter().flat_map(move |(row, cells)| cells.iter().filter(is_in).map(|cell| (*row, cell)))
    }

    fn columns(&self) -> Vec<Line> {
        let line = |(row, cell): (&Line, &Cell)| Line { words: cell.words.clone(), ..row.clone() };
        (0..self.columns.len()).flat_map(|column| self.cells_of(column).map(line)).collect()
    }

    fn table(&self) -> Vec<Vec<String>> {
        let mut table: Vec<Vec<String>> = Vec::new();
        for (_, cells) in &self.rows {
            if cells.len() >= 2 || table.is_empty() {
                table.push(vec![String::new(); self.columns.len()]);
            }
            let Some(row) = table.last_mut() else { continue };
            for cell in cells {
                let column = self.columns.iter().position(|(_, right)| cell.right <= right + 0.01).unwrap_or_default();
                if !row[column].is_empty() {
                    row[column].push(' ');
                }
                row[column].push_str(&cell.text());
            }
        }
        table
    }
}

/// The columns when these cells are taken in: what overlaps or nearly touches becomes one.
fn merged(columns: &[(f32, f32)], cells: &[Cell], size: f32) -> Vec<(f32, f32)> {
    let mut all: Vec<(f32, f32)> = columns.iter().copied().chain(cells.iter().map(|c| (c.left, c.right))).collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut merged: Vec<(f32, f32)> = Vec::new();
    for (left, right) in all {
        match merged.last_mut().filter(|last| left - last.1 < COLUMN_GAP * size) {
            Some(last) => last.1 = last.1.max(right),
            None => merged.push((left, right)),
        }
    }
    merged
}

/// Whether no two cells of a row are in one column.
fn stay_apart(cells: &[Cell], columns: &[(f32, f32)]) -> bool {
    let column = |cell: &Cell| columns.iter().position(|(_, right)| cell.right <= right + 0.01);
    cells.windows(2).all(|pair| column(&pair[0]) != column(&pair[1]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::pdf::sheet::Sheet;

    fn grid(text: &str) -> Option<(Grid, usize)> {
        leading_grid(&Sheet::of_text(text).lines)
    }

    fn check_table(text: &str, expected: &[&[&str]]) {
        let Some((Grid::Table(table), _)) = grid(text) else { panic!("no table in {text}") };
        assert_eq!(table, expected);
    }

    #[test]
    fn aligned_cells_are_a_table() {
        check_table(
            "Item     Price\nTea        2.00\nCoffee     3.50\nA sentence follows the table.",
            &[&["Item", "Price"], &["Tea", "2.00"], &["Coffee", "3.50"]],
        );
    }

    #[test]
    fn a_cell_may_go_on_below() {
        check_table(
            "Key     Meaning\nport    where it\n        listens\nhost    its name\nuser    who runs it",
            &[&["Key", "Meaning"], &["port", "where it listens"], &["host", "its name"], &["user", "who runs it"]],
        );
    }

    #[test]
    fn columns_of_text_are_read_one_after_the_other() {
        let text = "the first column goes    while the second one\non for a few lines of    says something else altogether\ntext and is read first   in as many words.";
        let Some((Grid::Columns(lines), 3)) = grid(text) else { panic!("no columns") };
        let texts: Vec<String> = lines.iter().map(Line::text).collect();
        assert_eq!(texts[1], "on for a few lines of");
        assert_eq!(texts[3], "while the second one");
    }

    #[test]
    fn text_is_no_table() {
        assert_eq!(grid("one  two\nmisaligned cells  all\nover the place  x"), None);
        assert_eq!(grid("•   an item\n•   another\n•   a third"), None);
        assert_eq!(grid("a  b\nc  d\nplain text"), None);
    }
}
