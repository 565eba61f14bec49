//! Blocks: how a passage is built, line by line: headings, paragraphs, lists and tables.
//!
//! A passage may begin or end within any of them, so a list may lack its first steps and a table its head. Markdown in,
//! byte ranges of the same text out. Code is no block: it is not quoted.

use std::ops::Range;

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Block {
    /// The words of a heading without its marks.
    Heading(Range<usize>),
    Prose(Range<usize>),
    List(List),
    Table(Table),
}

/// Items that follow each other, each from its bullet to the end of its last line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct List {
    /// Numbered items are steps: their order says something.
    pub ordered: bool,
    pub items: Vec<Range<usize>>,
}

/// Rows with their frames.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Table {
    pub head: Option<Range<usize>>,
    pub rows: Vec<Range<usize>>,
}

const LONGEST_HEADING: usize = 80;

/// The blocks of a passage, in order.
pub fn blocks(text: &str) -> Vec<Block> {
    let mut building = Building::default();
    let (mut fenced, mut at) = (false, 0);
    for line in text.split_inclusive('\n') {
        let range = trimmed(text, at..at + line.len());
        at += line.len();
        let is_fence = text[range.clone()].starts_with("```") || text[range.clone()].starts_with("~~~");
        fenced ^= is_fence;
        if fenced || is_fence {
            building.close();
        } else {
            building.read(text, range, line.starts_with([' ', '\t']));
        }
    }
    building.close();
    building.blocks
}

/// What has been read, and whether the last block may go on.
#[derive(Default)]
struct Building {
    blocks: Vec<Block>,
    open: bool,
}

impl Building {
    fn read(&mut self, text: &str, line: Range<usize>, indented: bool) {
        let words = &text[line.clone()];
        if words.is_empty() {
            self.open = false;
        } else if !self.open && is_shouted(words) {
            self.begin(Block::Heading(line));
            self.close();
        } else if words.starts_with('#') {
            let heading = words.trim_matches(|c: char| c == '#' || c.is_whitespace());
            let from =
                line.start + (words.len() - words.trim_start_matches(|c: char| c == '#' || c.is_whitespace()).len());
            self.begin(Block::Heading(from..from + heading.len()));
            self.close();
        } else if is_row(words) {
            self.row(words, line);
        } else if let Some(ordered) = item(words) {
            self.item(ordered, line);
        } else {
            self.words(line, indented);
        }
    }

    fn begin(&mut self, block: Block) {
        self.blocks.push(block);
        self.open = true;
    }

    fn close(&mut self) {
        self.open = false;
    }

    /// A rule makes a head of the row above it.
    fn row(&mut self, words: &str, line: Range<usize>) {
        match self.blocks.last_mut().filter(|_| self.open) {
            Some(Block::Table(table)) if is_rule(words) => table.head = table.rows.pop().or(table.head.take()),
            Some(Block::Table(table)) => table.rows.push(line),
            _ if is_rule(words) => self.begin(Block::Table(Table { head: None, rows: Vec::new() })),
            _ => self.begin(Block::Table(Table { head: None, rows: vec![line] })),
        }
    }

    /// Empty lines between items do not part them.
    fn item(&mut self, ordered: bool, line: Range<usize>) {
        match self.blocks.last_mut() {
            Some(Block::List(list)) if list.ordered == ordered => list.items.push(line),
            _ => self.blocks.push(Block::List(List { ordered, items: vec![line] })),
        }
        self.open = true;
    }

    /// A line below an item belongs to it, at once or indented after an empty line.
    fn words(&mut self, line: Range<usize>, indented: bool) {
        match self.blocks.last_mut() {
            Some(Block::List(list)) if self.open || indented => {
                if let Some(item) = list.items.last_mut() {
                    item.end = line.end;
                }
                self.open = true;
            }
            Some(Block::Prose(range)) if self.open => range.end = line.end,
            _ => self.begin(Block::Prose(line)),
        }
    }
}

/// The range without white space at its ends.
pub fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let words = &text[range.clone()];
    let start = range.start + (words.len() - words.trim_start().len());
    start..start + words.trim().len()
}

/// Whether a line is `1. item` (true) or `- item` (false); `None` when it is neither.
fn item(line: &str) -> Option<bool> {
    if ["- ", "* ", "+ "].iter().any(|bullet| line.starts_with(bullet)) {
        return Some(false);
    }
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let rest = &line[digits..];
    // "2026. " ends a sentence.
    ((1..=2).contains(&digits) && (rest.starts_with(". ") || rest.starts_with(") "))).then_some(true)
}

/// The words of an item without its bullet.
pub fn item_text(item: &str) -> &str {
    let bullet = item.find(' ').map_or(0, |space| space + 1);
    item[bullet..].trim_start()
}

/// How plain text writes its headings: "STEP 3: WHAT TO KEEP". One word may be an answer, and so may what has a full stop.
fn is_shouted(line: &str) -> bool {
    let letters = line.chars().filter(|c| c.is_alphabetic()).count();
    let is_upper = |c: char| !c.is_alphabetic() || c.is_uppercase();
    line.len() <= LONGEST_HEADING
        && letters > 3
        && line.contains(' ')
        && !line.ends_with('.')
        && !line.starts_with(['|', '-'])
        && line.chars().all(is_upper)
}

fn is_row(line: &str) -> bool {
    line.len() > 1 && line.starts_with('|') && line.ends_with('|')
}

fn is_rule(row: &str) -> bool {
    row.contains('-') && row.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Blocks as their letters and texts.
    fn check(text: &str, expected: &[&str]) {
        let all =
            |ranges: &[Range<usize>]| ranges.iter().map(|range| &text[range.clone()]).collect::<Vec<_>>().join(" / ");
        let shown = |block: &Block| match block {
            Block::Heading(range) => format!("h {}", &text[range.clone()]),
            Block::Prose(range) => format!("p {}", &text[range.clone()]),
            Block::List(list) => format!("{} {}", if list.ordered { "ol" } else { "ul" }, all(&list.items)),
            Block::Table(table) => {
                format!("t {} : {}", table.head.clone().map_or("", |head| &text[head]), all(&table.rows))
            }
        };
        assert_eq!(blocks(text).iter().map(shown).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn lines_become_blocks() {
        check(
            "# A title #\nOne line,\nanother.\n\nA new one.",
            &["h A title", "p One line,\nanother.", "p A new one."],
        );
        check(
            "Do this:\n1. Open\n2. Press\n\n3. Wait\n\nDone.",
            &["p Do this:", "ol 1. Open / 2. Press / 3. Wait", "p Done."],
        );
        check("- a\n  goes on\n- b\n\n  and on\n* c", &["ul - a\n  goes on / - b\n\n  and on / * c"]);
        check("| P | Q |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |", &["t | P | Q | : | 1 | 2 | / | 3 | 4 |"]);
        check("| 1 | 2 |\n\n| 3 | 4 |", &["t  : | 1 | 2 |", "t  : | 3 | 4 |"]);
        check("Before.\n```\n- code\n```\nAfter.", &["p Before.", "p After."]);
        check("It was\n2026. So it was.", &["p It was\n2026. So it was."]);
        check("STEP 3: KEEP IT\n\nEnd all.", &["h STEP 3: KEEP IT", "p End all."]);
        check("OK.\nIT IS 5 MB.", &["p OK.\nIT IS 5 MB."]);
        check("", &[]);
        check("|\n|-|\n", &["p |", "t  : "]);
    }

    #[test]
    fn an_item_is_its_words() {
        assert_eq!(item_text("- Write"), "Write");
        assert_eq!(item_text("12.  Write to us"), "Write to us");
    }

    #[test]
    fn nothing_makes_it_panic() {
        for text in ["#", "1.", "1. ", "- ", "|||", "| - |\n| - |", "\u{a0}- ü\n\u{3000}", "```", "1) ß\r\n2) ü\r\n"]
        {
            for block in blocks(text) {
                if let Block::Prose(range) | Block::Heading(range) = block {
                    assert!(text.get(range).is_some(), "{text:?}");
                }
            }
        }
    }
}
