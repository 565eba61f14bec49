//! The outline of a text: which headings stand above a place in it, and for a row of a table the head of its columns.
//!
//! Only headings of the page itself count: one within a quote or a list item is not above what follows it. A `#` in
//! code is no heading; the parser knows. Knows nothing of sizes.

use std::ops::Range;

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use crate::parse::dialect;

/// A longer heading is a paragraph in disguise; its beginning is context enough.
const LONGEST_HEADING_CHARS: usize = 120;
/// The names of columns help the embedder, but a chunk has only so much room.
const LONGEST_HEAD_CHARS: usize = 100;

#[derive(Default)]
pub(super) struct Outline {
    headings: Vec<Heading>,
    /// Only those with named columns and rows.
    tables: Vec<Table>,
}

struct Table {
    /// Where its head ends, to where it ends.
    rows: Range<usize>,
    head: Range<usize>,
    /// The names of its columns in one line.
    columns: String,
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
        let mut reader = Reader { text, outline: Self::default(), depth: 0, is_in_heading: false, is_in_head: false };
        Parser::new_ext(text, dialect()).into_offset_iter().for_each(|(event, at)| reader.read(&event, at));
        let Self { mut headings, mut tables } = reader.outline;
        headings.retain(|heading| !heading.words.trim().is_empty());
        tables.retain(|table| !table.rows.is_empty() && table.columns.contains(char::is_alphanumeric));
        Self { headings: nested(headings), tables }
    }

    /// What a reader of a passage would have seen above it: its headings, and in a table's rows its columns.
    pub(super) fn context_at(&self, place: usize) -> String {
        let (path, columns) = (self.path_at(place), self.table_at(place).map(|table| &table.columns));
        match columns {
            None => path,
            Some(columns) if path.is_empty() => format!("({columns})"),
            Some(columns) => format!("{path} ({columns})"),
        }
    }

    /// The head of the table in whose rows a place is.
    pub(super) fn head_above(&self, place: usize) -> Option<Range<usize>> {
        self.table_at(place).map(|table| table.head.clone())
    }

    fn table_at(&self, place: usize) -> Option<&Table> {
        let before = self.tables.partition_point(|table| table.rows.start <= place).checked_sub(1)?;
        self.tables.get(before).filter(|table| place < table.rows.end)
    }

    /// The headings above a place, outermost first, joined by ` > `; with the one that the place is in.
    fn path_at(&self, place: usize) -> String {
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
    is_in_head: bool,
}

impl Reader<'_> {
    fn read(&mut self, event: &Event, at: Range<usize>) {
        match event {
            Event::Start(tag) => self.open(tag, at),
            Event::End(tag) => self.close(*tag, at),
            _ if self.is_in_heading => {
                self.outline.headings.last_mut().into_iter().for_each(|heading| heading.read(event));
            }
            Event::Text(words) | Event::Code(words) => {
                self.columns().into_iter().for_each(|columns| columns.push_str(words))
            }
            _ => {}
        }
    }

    fn open(&mut self, tag: &Tag, at: Range<usize>) {
        match tag {
            Tag::Heading { level, .. } if self.depth == 0 => {
                self.outline.headings.push(Heading { at, level: *level as u8, words: String::new(), above: None });
                self.is_in_heading = true;
            }
            Tag::Paragraph if self.depth == 0 => self.wiki_headings(at),
            Tag::BlockQuote(_) | Tag::List(_) | Tag::FootnoteDefinition(_) => self.depth += 1,
            Tag::Table(_) => {
                self.outline.tables.push(Table {
                    rows: at.end..at.end,
                    head: at.start..at.start,
                    columns: String::new(),
                });
            }
            Tag::TableHead => self.is_in_head = true,
            Tag::TableCell => {
                let later = self.columns().filter(|columns| !columns.is_empty());
                later.into_iter().for_each(|columns| columns.push_str(" | "));
            }
            _ => {}
        }
    }

    /// The columns of the table whose head is being read.
    fn columns(&mut self) -> Option<&mut String> {
        self.outline.tables.last_mut().filter(|_| self.is_in_head).map(|table| &mut table.columns)
    }

    fn wiki_headings(&mut self, paragraph: Range<usize>) {
        let mut start = paragraph.start;
        for line in self.text[paragraph].split_inclusive('\n') {
            if let Some((level, words)) = wiki_heading(line) {
                let at = start..start + line.len();
                self.outline.headings.push(Heading { at, level, words: words.to_owned(), above: None });
            }
            start += line.len();
        }
    }

    fn close(&mut self, tag: TagEnd, at: Range<usize>) {
        match tag {
            TagEnd::Heading(_) => self.is_in_heading = false,
            TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::FootnoteDefinition => self.depth -= 1,
            TagEnd::TableHead => {
                self.columns()
                    .into_iter()
                    .for_each(|columns| *columns = shortened(one_line(columns), LONGEST_HEAD_CHARS));
                self.is_in_head = false;
                if let Some(table) = self.outline.tables.last_mut() {
                    (table.head.end, table.rows.start) = (at.end, at.end);
                }
            }
            _ => {}
        }
    }
}

/// The level and the words of a line like `== Words ==`: a heading in most wikis, and nothing else anywhere. To
/// Markdown it is a line of a paragraph.
pub(super) fn wiki_heading(line: &str) -> Option<(u8, &str)> {
    let line = line.trim();
    if !line.starts_with('=') || !line.ends_with('=') || line.len() > 4 * LONGEST_HEADING_CHARS {
        return None;
    }
    let words = line.trim_matches(['=', ' ']);
    let count = |marks: &str| marks.bytes().filter(|byte| *byte == b'=').count();
    let before = line.len() - line.trim_start_matches(['=', ' ']).len();
    let level = count(&line[..before]);
    let is_heading = level <= 6 && !words.is_empty() && count(line) == 2 * level;
    is_heading.then_some((level as u8, words))
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
        shortened(one_line(&self.words), LONGEST_HEADING_CHARS)
    }
}

fn one_line(words: &str) -> String {
    let words: Vec<&str> = words.split_whitespace().collect();
    words.join(" ")
}

fn shortened(line: String, chars: usize) -> String {
    match line.char_indices().nth(chars) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `@` marks the place.
    fn check(text: &str, expected: &str) {
        let place = text.find('@').unwrap();
        assert_eq!(Outline::read(text).context_at(place), expected);
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
    fn a_line_between_equals_signs_is_a_heading() {
        check("= A =\nb\n== C ==\nd\n@", "A > C");
        check("a\n= = B = =\n@", "B");
        check("a = b =\n= c\n= d = e =\n= =\n@", "");
    }

    #[test]
    fn a_long_heading_is_shortened() {
        let text = format!("# {}\n@", "word ".repeat(100));
        assert_eq!(Outline::read(&text).context_at(text.len()).chars().count(), 120);
    }

    #[test]
    fn rows_know_their_columns() {
        check("# A\n\n| *b* | `c` |\n|---|---|\n| d@ | e |", "A (b | c)");
        check("b | c\n---|---\nd | @e", "(b | c)");
        check("# A\n\n| b@ | c |\n|---|---|\n| d | e |\n", "A");
        check("# A\n\n| b | c |\n|---|---|\n| d | e |\n\nf@", "A");
        check("# A\n\n|  |  |\n|---|---|\n| d@ | e |\n", "A");
        check(&format!("| {} |\n|---|\n| d@ |", "é".repeat(200)), &format!("({}…)", "é".repeat(100)));
    }
}
