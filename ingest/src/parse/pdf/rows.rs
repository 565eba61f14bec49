//! Rows and cells: what stands beside each other on a page.
//!
//! A writer may set the cells of a row one by one, or both columns of a page line by line; engines hand on what they
//! find. Here neighbours of the same height become one row, and wide gaps divide a row into cells.

use super::sheet::{Line, Word};

/// In parts of the size of the font; justified text seldom stretches its spaces so far.
const CELL_GAP: f32 = 1.1;
/// So many dots lead the eye; three are an omission.
const FEWEST_DOTS: usize = 4;
/// Lines that follow each other and overlap more than this are drawn over each other, not beside.
const OVERLAP: f32 = 0.5;

/// A run of words without a wide gap.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Cell {
    pub(super) words: Vec<Word>,
    pub(super) left: f32,
    pub(super) right: f32,
}

impl Cell {
    pub(super) fn text(&self) -> String {
        self.words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
    }
}

/// Join lines that follow each other and stand in one row.
pub(super) fn rows(lines: Vec<Line>) -> Vec<Line> {
    let mut rows: Vec<Line> = Vec::with_capacity(lines.len());
    for mut line in lines {
        drop_leaders(&mut line.words);
        if line.words.is_empty() {
            continue;
        }
        match rows.last_mut().filter(|row| row.shares_row_with(&line) && stand_apart(row, &line)) {
            Some(row) => join(row, line),
            None => rows.push(line),
        }
    }
    rows
}

/// The dots between a title and its page; what remains stands far apart, and becomes cells.
fn drop_leaders(words: &mut Vec<Word>) {
    let is_dots = |word: &Word| word.text.chars().all(|c| matches!(c, '.' | '·' | '…' | '_'));
    let mut dots = vec![false; words.len()];
    let mut at = 0;
    while at < words.len() {
        let run = words[at..].iter().take_while(|word| is_dots(word)).count();
        let count: usize = words[at..at + run].iter().map(|word| word.text.chars().count()).sum();
        if count >= FEWEST_DOTS {
            dots[at..at + run].fill(true);
        }
        at += run.max(1);
    }
    let mut dots = dots.into_iter();
    words.retain(|_| !dots.next().unwrap_or(false));
    for word in words {
        let kept = word.text.trim_end_matches('.').len();
        if word.text.len() - kept >= FEWEST_DOTS {
            let share = kept as f32 / word.text.len() as f32;
            word.right = word.left + (word.right - word.left) * share;
            word.text.truncate(kept);
        }
    }
}

fn stand_apart(row: &Line, line: &Line) -> bool {
    let overlap = row.right().min(line.right()) - row.left().max(line.left());
    overlap < OVERLAP * row.size
}

fn join(row: &mut Line, line: Line) {
    let goes_first = line.right() <= row.left() + OVERLAP * row.size;
    if line.size > row.size {
        (row.size, row.baseline) = (line.size, line.baseline);
    }
    row.is_bold &= line.is_bold;
    match goes_first {
        true => row.words.splice(0..0, line.words).for_each(drop),
        false => row.words.extend(line.words),
    }
}

/// The cells of a row. The mark of a list stands apart from its item and yet is no cell.
pub(super) fn cells(row: &Line) -> Vec<Cell> {
    let mut cells: Vec<Cell> = Vec::new();
    for word in &row.words {
        let is_first = cells.len() == 1;
        match cells.last_mut() {
            Some(cell) if word.left - cell.right <= CELL_GAP * row.size || is_first && is_mark(cell) => {
                cell.right = cell.right.max(word.right);
                cell.words.push(word.clone());
            }
            _ => cells.push(Cell { words: vec![word.clone()], left: word.left, right: word.right }),
        }
    }
    cells
}

fn is_mark(cell: &Cell) -> bool {
    matches!(cell.words.as_slice(), [word] if bullet(&word.text) || number(&word.text).is_some())
}

/// A sign that begins an item of a list.
pub(super) fn bullet(word: &str) -> bool {
    matches!(
        word,
        "•" | "◦"
            | "▪"
            | "▫"
            | "■"
            | "□"
            | "●"
            | "○"
            | "‣"
            | "∙"
            | "·"
            | "–"
            | "-"
            | "*"
            | "➢"
            | "➤"
            | "✓"
            | "✔"
            | "►"
            | "◆"
            | "❖"
    )
}

/// The number of an item: `3.` or `(3)`, not the year at the start of a line.
pub(super) fn number(word: &str) -> Option<u32> {
    let inner = word.strip_suffix(['.', ')'])?;
    let digits = inner.strip_prefix('(').unwrap_or(inner);
    let is_number = (1..=3).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::pdf::sheet::Sheet;

    fn check_cells(line: &str, expected: &[&str]) {
        let sheet = Sheet::of_text(line);
        let cells: Vec<String> = cells(&sheet.lines[0]).iter().map(Cell::text).collect();
        assert_eq!(cells, expected);
    }

    #[test]
    fn wide_gaps_divide() {
        check_cells("Total amount   12 EUR  x", &["Total amount", "12 EUR", "x"]);
        check_cells("•    An item", &["• An item"]);
        check_cells("12.   An item", &["12. An item"]);
    }

    #[test]
    fn leaders_lead_from_cell_to_cell() {
        let rows = rows(Sheet::of_text("1.1 Spaces . . . . . . 12\nRules........... 3\nand so on...").lines);
        let texts = rows.iter().map(|row| cells(row).iter().map(Cell::text).collect::<Vec<_>>().join("|"));
        assert_eq!(texts.collect::<Vec<_>>(), ["1.1 Spaces|12", "Rules|3", "and so on..."]);
    }

    #[test]
    fn neighbours_are_one_row() {
        let [mut left, mut right] =
            ["left cell", "                 right cell"].map(|text| Sheet::of_text(text).lines.remove(0));
        (left.baseline, right.baseline) = (100.0, 101.0);
        for lines in [vec![left.clone(), right.clone()], vec![right.clone(), left.clone()]] {
            assert_eq!(rows(lines)[0].text(), "left cell right cell");
        }
        right.baseline = 80.0;
        assert_eq!(rows(vec![left, right]).len(), 2);
    }
}
