//! The outline of a text: which headings stand above a place in it, and which places in it are seams
//! or must not be.
//!
//! Only headings of the page itself count: one within a quote or a list item is not above what follows it. A `#` in
//! code is no heading; the parser knows. Knows nothing of sizes.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

use crate::parse::dialect;

/// A longer heading is a paragraph in disguise; its beginning is context enough.
const LONGEST_HEADING_CHARS: usize = 120;

#[derive(Default)]
pub(super) struct Outline {
    headings: Vec<Heading>,
    /// Where blocks of the page itself begin, headings too; in order, as are the next.
    blocks: Vec<usize>,
    /// What follows a heading, the first and the last line of fenced code, the first row under a table's head.
    led_in: Vec<usize>,
}

struct Heading {
    at: Range<usize>,
    level: u8,
    words: String,
    /// Index of the heading that this one is under.
    above: Option<usize>,
}

impl Outline {
    pub(super) fn read(text: &str) -> Self {
        let mut reader =
            Reader { text, outline: Self::default(), depth: 0, is_in_heading: false, is_under_head: false };
        Parser::new_ext(text, dialect()).into_offset_iter().for_each(|(event, at)| reader.read(&event, at));
        let Self { mut headings, blocks, mut led_in } = reader.outline;
        headings.retain(|heading| !heading.words.trim().is_empty());
        led_in.sort_unstable();
        Self { headings: nested(headings), blocks, led_in }
    }

    /// The last place within where the text is best cut in two: before a heading, else before a block.
    pub(super) fn last_seam(&self, within: Range<usize>) -> Option<usize> {
        let before = |end: usize| self.headings.partition_point(|heading| heading.at.start < end);
        let heading = self.headings[..before(within.end)].last().map(|heading| heading.at.start);
        let block = self.blocks[..self.blocks.partition_point(|start| *start < within.end)].last().copied();
        [heading, block].into_iter().flatten().find(|seam| within.contains(seam))
    }

    /// Whether the line before a place makes little sense without what stands at it.
    pub(super) fn is_led_in(&self, place: usize) -> bool {
        self.led_in.binary_search(&place).is_ok()
    }

    /// The headings above a place, outermost first, joined by ` > `; with the one that the place is in.
    pub(super) fn path_at(&self, place: usize) -> String {
        let last = self.headings.partition_point(|heading| heading.at.start <= place).checked_sub(1);
        let upwards = std::iter::successors(last, |index| self.headings[*index].above);
        let mut path: Vec<String> = upwards.map(|index| self.headings[index].line()).collect();
        path.reverse();
        path.join(" > ")
    }
}

/// Notes what is met on the way through a text.
struct Reader<'a> {
    text: &'a str,
    outline: Outline,
    /// How many quotes, lists and footnotes are open.
    depth: usize,
    is_in_heading: bool,
    is_under_head: bool,
}

impl Reader<'_> {
    fn read(&mut self, event: &Event, at: Range<usize>) {
        match event {
            Event::Start(tag) => self.open(tag, at),
            Event::End(TagEnd::Heading(_)) => self.is_in_heading = false,
            Event::End(TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::FootnoteDefinition) => self.depth -= 1,
            Event::End(TagEnd::TableHead) => self.is_under_head = true,
            Event::End(TagEnd::Table) => self.is_under_head = false,
            _ if self.is_in_heading => {
                self.outline.headings.last_mut().into_iter().for_each(|heading| heading.read(event))
            }
            _ => {}
        }
    }

    fn open(&mut self, tag: &Tag, at: Range<usize>) {
        if self.depth == 0 && is_block(tag) {
            self.outline.blocks.push(at.start);
        }
        match tag {
            Tag::Heading { level, .. } if self.depth == 0 => {
                self.outline.led_in.push(next_word(self.text, at.end));
                self.outline.headings.push(Heading { at, level: *level as u8, words: String::new(), above: None });
                self.is_in_heading = true;
            }
            Tag::BlockQuote(_) | Tag::List(_) | Tag::FootnoteDefinition(_) => self.depth += 1,
            Tag::CodeBlock(CodeBlockKind::Fenced(_)) => self.outline.led_in.extend(fenced_lines(self.text, &at)),
            Tag::TableRow if std::mem::take(&mut self.is_under_head) => {
                self.outline.led_in.push(next_word(self.text, at.start));
            }
            _ => {}
        }
    }
}

fn is_block(tag: &Tag) -> bool {
    matches!(
        tag,
        Tag::Paragraph
            | Tag::Heading { .. }
            | Tag::BlockQuote(_)
            | Tag::CodeBlock(_)
            | Tag::HtmlBlock
            | Tag::List(_)
            | Tag::Table(_)
    )
}

/// The first place from here on that is not white space.
fn next_word(text: &str, from: usize) -> usize {
    text.len() - text[from..].trim_start().len()
}

/// Where the line after the opening fence and the one with the closing fence begin.
fn fenced_lines(text: &str, at: &Range<usize>) -> [usize; 2] {
    let code = text[at.clone()].trim_end();
    let second = code.find('\n').map_or(at.end, |end| at.start + end + 1);
    let last = code.rfind('\n').map_or(at.end, |end| at.start + end + 1);
    [next_word(text, second), next_word(text, last)]
}

/// Each heading with the one that it is under: the last before it of a higher rank.
fn nested(mut headings: Vec<Heading>) -> Vec<Heading> {
    let mut open: Vec<usize> = Vec::new();
    for index in 0..headings.len() {
        while open.last().is_some_and(|last| headings[*last].level >= headings[index].level) {
            open.pop();
        }
        headings[index].above = open.last().copied();
        open.push(index);
    }
    headings
}

impl Heading {
    fn read(&mut self, event: &Event) {
        match event {
            // What is far longer than a heading is none; it must not be read again for every chunk below it.
            _ if self.words.len() > 8 * LONGEST_HEADING_CHARS => {}
            Event::Text(words) | Event::Code(words) => {
                let end = words.floor_char_boundary(8 * LONGEST_HEADING_CHARS);
                self.words.push_str(&words[..end]);
            }
            Event::SoftBreak | Event::HardBreak => self.words.push(' '),
            _ => {}
        }
    }

    fn line(&self) -> String {
        let line: Vec<&str> = self.words.split_whitespace().collect();
        let line = line.join(" ");
        match line.char_indices().nth(LONGEST_HEADING_CHARS) {
            Some((end, _)) => format!("{}…", line[..end].trim_end()),
            None => line,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `@` marks the place.
    fn check(text: &str, expected: &str) {
        let place = text.find('@').unwrap();
        assert_eq!(Outline::read(text).path_at(place), expected);
    }

    fn check_led_in(text: &str, expected: &[&str]) {
        let outline = Outline::read(text);
        let found: Vec<&str> = outline.led_in.iter().map(|place| &text[*place..]).collect();
        let is_same = found.len() == expected.len() && found.iter().zip(expected).all(|(a, b)| a.starts_with(b));
        assert!(is_same, "{found:?}");
    }

    #[test]
    fn the_path_goes_from_the_outside_in() {
        check("# A\n## B\n### C\n## D `x`\n@", "A > D x");
        check("## B\n# A\n@", "A");
        check("Title\n===\n\n#### deep *one*\n\n@", "Title > deep one");
        check("@ before\n# A", "");
        check("# A\n## in @ it\n", "A > in @ it");
    }

    #[test]
    fn only_headings_of_the_page_count() {
        check("# A\n```sh\n# not\n```\n> # quoted\n\n- # item\n\n@", "A");
        check("#\n\n# A\n## \n@", "A");
    }

    #[test]
    fn a_long_heading_is_shortened() {
        let text = format!("# {}\n@", "word ".repeat(100));
        assert_eq!(Outline::read(&text).path_at(text.len()).chars().count(), 120);
    }

    #[test]
    fn what_is_led_in_is_known() {
        check_led_in("# A\n\n- b\n- c", &["- b"]);
        check_led_in("x\n\n```sh\n  a\n\nb\n```\ny", &["a", "```\ny"]);
        check_led_in("| a |\n|---|\n| b |\n| c |", &["| b |"]);
        check_led_in("a\n\n    b\n", &[]);
    }
}
