//! From rows to paragraphs, items and headings.
//!
//! What a reader sees decides: distance, indentation, a line that ends before it is full, a larger or bolder font.
//! Where nothing is seen, lines run on: a paragraph too many splits a thought, one too few costs little. Knows nothing
//! of Markdown.

use super::hyphen::Vocabulary;
use super::rows::{bullet, cells, number};
use super::sheet::{Line, Sheet};
use super::table::{Grid, leading_grid};

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Block {
    Heading(Rank, String),
    /// Lines that end where the writer ended them are kept apart by line feeds.
    Paragraph(String),
    /// Of a list; with its number, if it has one.
    Item(Option<u32>, String),
    Table(Vec<Vec<String>>),
}

/// How much a heading stands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    Bold,
    Larger,
    Largest,
}

/// How the document writes what is no heading.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Body {
    size: f32,
    is_bold: bool,
}

/// In parts of the body's size.
const LARGER: f32 = 1.15;
const LARGEST: f32 = 1.45;
const LONGEST_HEADING_CHARS: usize = 150;
const LONGEST_BOLD_HEADING_CHARS: usize = 100;
/// A row of so many cells is one of a table, even if no table was made of it.
const CELLS_OF_A_ROW: usize = 3;
/// As many lines around a line show where its column ends.
const NEIGHBOURS: usize = 8;
/// Sizes that differ by less than this factor are one size.
const SAME_SIZE: f32 = 1.12;
/// In parts of the usual distance of lines.
const PARAGRAPH_GAP: f32 = 1.3;
const JUMP: f32 = 3.0;
/// In parts of the size of the font.
const INDENT: f32 = 0.8;
const SHORT: f32 = 3.0;
const USUAL_LEADING: f32 = 1.2;

impl Body {
    /// The size of most letters.
    pub(super) fn of(sheets: &[Sheet]) -> Self {
        let mut sizes = std::collections::BTreeMap::<i32, usize>::new();
        let (mut bold, mut all) = (0, 0);
        for line in sheets.iter().flat_map(|sheet| &sheet.lines) {
            let letters = line.words.iter().map(|word| word.text.len()).sum::<usize>();
            *sizes.entry((line.size * 2.0).round() as i32).or_default() += letters;
            all += letters;
            bold += if line.is_bold { letters } else { 0 };
        }
        let size = sizes.into_iter().max_by_key(|(_, letters)| *letters).map_or(10.0, |(half, _)| half as f32 / 2.0);
        Self { size: size.max(0.5), is_bold: bold * 2 > all }
    }

    fn rank(&self, lines: &[Placed], text: &str) -> Option<Rank> {
        let chars = text.chars().count();
        let size = lines.iter().map(|placed| placed.line.size).fold(0.0, f32::max);
        let has_words = text.chars().filter(|c| c.is_alphabetic()).count() >= 2;
        let is_row = lines.iter().any(|placed| cells(placed.line).len() >= CELLS_OF_A_ROW);
        if !has_words || is_row || chars > LONGEST_HEADING_CHARS || lines.len() > 4 {
            return None;
        }
        let is_phrase = !text.ends_with(['.', ',', ';', ':']) && text.starts_with(|c: char| !c.is_lowercase());
        if size >= self.size * LARGEST {
            return Some(Rank::Largest);
        }
        if size >= self.size * LARGER && is_phrase {
            return Some(Rank::Larger);
        }
        let is_bold = !self.is_bold && lines.iter().all(|placed| placed.line.is_bold);
        let is_short = chars <= LONGEST_BOLD_HEADING_CHARS && lines.len() <= 2 && size * SAME_SIZE >= self.size;
        (is_bold && is_phrase && is_short).then_some(Rank::Bold)
    }
}

/// The blocks of a page, in the order of its rows.
pub(super) fn blocks(rows: &[Line], body: &Body, words: &Vocabulary) -> Vec<Block> {
    let mut blocks = Vec::new();
    let (mut start, mut at) = (0, 0);
    while at < rows.len() {
        let Some((grid, taken)) = leading_grid(&rows[at..]) else {
            at += 1;
            continue;
        };
        blocks.extend(paragraphs(&rows[start..at], body, words));
        match grid {
            Grid::Table(table) => blocks.push(Block::Table(table)),
            Grid::Columns(lines) => blocks.extend(paragraphs(&lines, body, words)),
        }
        at += taken;
        start = at;
    }
    blocks.extend(paragraphs(&rows[start..], body, words));
    blocks
}

/// How a line follows the one before it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Seam {
    /// It begins something new.
    Block,
    /// The line before ends where its writer ended it.
    Line,
    /// It runs on.
    Flow,
}

struct Placed<'a> {
    line: &'a Line,
    seam: Seam,
}

fn paragraphs(lines: &[Line], body: &Body, words: &Vocabulary) -> Vec<Block> {
    let leading = leading(lines);
    let mut blocks = Vec::new();
    let mut group: Vec<Placed> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let seam = match group.is_empty() {
            true => Seam::Block,
            false => seam(&group, line, edge(lines, index), leading),
        };
        if seam == Seam::Block {
            blocks.extend(block(&group, body, words));
            group.clear();
        }
        group.push(Placed { line, seam });
    }
    blocks.extend(block(&group, body, words));
    blocks
}

/// Where the column of a line ends to the right: as far as its neighbours with the same margin reach.
fn edge(lines: &[Line], index: usize) -> f32 {
    let line = &lines[index];
    let is_alike = |other: &&Line| {
        let sizes = (line.size / other.size.max(0.1)).max(other.size / line.size.max(0.1));
        sizes < SAME_SIZE && line.turns == other.turns && (line.left() - other.left()).abs() < 2.5 * line.size
    };
    let around = &lines[index.saturating_sub(NEIGHBOURS)..lines.len().min(index + NEIGHBOURS)];
    around.iter().filter(is_alike).map(Line::right).fold(line.right(), f32::max)
}

/// The usual distance of lines, in parts of their size.
fn leading(lines: &[Line]) -> f32 {
    let fall = |pair: &[Line]| (pair[0].baseline - pair[1].baseline) / pair[1].size.max(0.1);
    let mut falls: Vec<f32> = lines.windows(2).map(fall).filter(|fall| (0.7..2.6).contains(fall)).collect();
    falls.sort_by(f32::total_cmp);
    // Below the middle, since in a list of short paragraphs most distances are those between paragraphs.
    falls.get(falls.len() / 3).copied().unwrap_or(USUAL_LEADING)
}

fn seam(group: &[Placed], line: &Line, edge: f32, leading: f32) -> Seam {
    let (Some(first), Some(last)) = (group.first().map(|p| p.line), group.last().map(|p| p.line)) else {
        return Seam::Block;
    };
    let size = last.size.max(line.size).max(0.1);
    let fall = (last.baseline - line.baseline) / size;
    let is_other = last.turns != line.turns
        || last.is_bold != line.is_bold
        || size > SAME_SIZE * last.size.min(line.size)
        || begins_item(group, line, edge);
    if is_other || fall > PARAGRAPH_GAP * leading && fall <= JUMP * leading {
        return Seam::Block;
    }
    if fall <= 0.3 || fall > JUMP * leading || line.left() > last.right() || line.right() < last.left() {
        return if runs_on(last, line) { Seam::Flow } else { Seam::Block };
    }
    let is_done = ends_sentence(last);
    let indent = (line.left() - last.left()) / size;
    if is_item(first) {
        let is_inside = line.left() > first.left() + 0.3 * size;
        return if is_inside || !is_done { seam_within(group, line, edge) } else { Seam::Block };
    }
    match is_done && (indent >= INDENT || (indent <= -INDENT && group.len() > 1)) {
        true => Seam::Block,
        false => match seam_within(group, line, edge) {
            Seam::Line if is_done => Seam::Block,
            seam => seam,
        },
    }
}

/// A bullet always does; a number may as well end the sentence of the line before it.
fn begins_item(group: &[Placed], line: &Line, edge: f32) -> bool {
    let Some((first, last)) = group.first().zip(group.last()) else { return false };
    let is_bullet = line.words.first().is_some_and(|word| bullet(&word.text));
    let runs_into = || !ends_sentence(last.line) && seam_within(group, line, edge) == Seam::Flow;
    is_item(line) && (is_bullet || is_item(first.line) || !runs_into())
}

/// Whether the line before was full: the first word of this one would not have fitted.
fn seam_within(group: &[Placed], line: &Line, edge: f32) -> Seam {
    let Some(Placed { line: last, seam }) = group.last() else { return Seam::Block };
    let word = line.words.first().map_or(0.0, |word| word.right - word.left);
    let is_row = [last, line].into_iter().any(|line| cells(line).len() >= CELLS_OF_A_ROW);
    let is_broken = last.words.last().is_some_and(|word| word.text.len() > 1 && word.text.ends_with('-'));
    // The longest line of an address or a poem is full by its own measure; those around it tell.
    let is_among_short = *seam == Seam::Line && line.right() + SHORT * line.size < edge;
    match is_row || !is_broken && (is_among_short || last.right() + word + 1.3 * line.size < edge) {
        true => Seam::Line,
        false => Seam::Flow,
    }
}

/// From the foot of one column to the head of the next.
fn runs_on(last: &Line, line: &Line) -> bool {
    let first = line.words.first().and_then(|word| word.text.chars().next());
    !ends_sentence(last) && first.is_some_and(char::is_lowercase)
}

fn ends_sentence(line: &Line) -> bool {
    let text = line.words.last().map_or("", |word| word.text.as_str());
    let text = text.trim_end_matches(['"', '\'', ')', ']', '\u{201d}', '\u{2019}', '»']);
    text.ends_with(['.', '!', '?', ':', ';', '\u{3002}', '\u{2026}'])
}

fn is_item(line: &Line) -> bool {
    line.words.len() > 1 && line.words.first().is_some_and(|word| bullet(&word.text) || number(&word.text).is_some())
}

fn block(group: &[Placed], body: &Body, words: &Vocabulary) -> Option<Block> {
    let first = group.first()?;
    let mut text = String::new();
    for placed in group {
        if placed.seam == Seam::Line {
            text.push('\n');
            text.push_str(&placed.line.text());
        } else {
            words.join(&mut text, &placed.line.text());
        }
    }
    let mark = first.line.words.first().map_or("", |word| word.text.as_str());
    if let Some(rank) = body.rank(group, &text).filter(|_| !bullet(mark)) {
        return Some(Block::Heading(rank, text.replace('\n', " ")));
    }
    match is_item(first.line) {
        true => Some(Block::Item(number(mark), text[mark.len()..].trim_start().to_owned())),
        false => Some(Block::Paragraph(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Block::{Heading, Item, Paragraph};

    fn check(text: &str, style: impl Fn(&mut Line), expected: &[Block]) {
        let mut sheets = vec![Sheet::of_text(text)];
        sheets[0].lines.iter_mut().for_each(style);
        let found = blocks(&sheets[0].lines, &Body::of(&sheets), &Vocabulary::default());
        assert_eq!(found, expected);
    }

    fn paragraph(text: &str) -> Block {
        Paragraph(text.to_owned())
    }

    #[test]
    fn lines_run_on() {
        let text =
            "Refunds are paid within a month\nof the day on which we were\nasked, in the same coin.\n\nElse call us.";
        let whole = "Refunds are paid within a month of the day on which we were asked, in the same coin.";
        check(text, |_| {}, &[paragraph(whole), paragraph("Else call us.")]);
    }

    #[test]
    fn an_indented_line_begins_a_paragraph() {
        let text = "The first one ends here, not full.\n   The second is indented and goes on\nfor a second line.";
        let second = "The second is indented and goes on for a second line.";
        check(text, |_| {}, &[paragraph("The first one ends here, not full."), paragraph(second)]);
    }

    #[test]
    fn short_lines_stay_lines() {
        let text = "Lectern House\n12 Some Very Long Street Name\nOur Town";
        check(text, |_| {}, &[paragraph("Lectern House\n12 Some Very Long Street Name\nOur Town")]);
    }

    #[test]
    fn items_are_items() {
        let text = "You need\n• a key that\n  is yours\n• a door\n2. and a house";
        let item = |number, text: &str| Item(number, text.to_owned());
        check(
            text,
            |_| {},
            &[
                paragraph("You need"),
                item(None, "a key that is yours"),
                item(None, "a door"),
                item(Some(2), "and a house"),
            ],
        );
    }

    #[test]
    fn what_stands_out_is_a_heading() {
        let text = "Returns\nWhat is sent back within a month is taken back, in whatever state it is in.\nHow\nBy mail, or in person at the door of our house.";
        let style = |line: &mut Line| match line.text().as_str() {
            "Returns" => line.size = 16.0,
            "How" => line.is_bold = true,
            _ => {}
        };
        check(
            text,
            style,
            &[
                Heading(Rank::Largest, "Returns".to_owned()),
                paragraph("What is sent back within a month is taken back, in whatever state it is in."),
                Heading(Rank::Bold, "How".to_owned()),
                paragraph("By mail, or in person at the door of our house."),
            ],
        );
    }
}
