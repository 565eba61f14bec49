//! A document in the making: what the readers of office formats write down, as simple HTML that becomes Markdown.
//!
//! Headings, paragraphs, lists and tables are what these formats share with pages, and pages have a renderer that knows
//! how to escape. So a reader says what it sees, and the draft keeps it well formed and within bounds: what comes after
//! the bounds is left out and told. Knows no format.

use super::{ParseError, Parsed, html};

/// More elements and texts than a book of a thousand pages has; their tree is what costs memory.
const MOST_NODES: usize = 400_000;
const MOST_BYTES: usize = 20_000_000;
/// Deeper pieces stay, without being any deeper.
const DEEPEST: usize = 100;

#[derive(Debug, Default)]
pub(super) struct Draft {
    html: String,
    nodes: usize,
    /// The open elements, and whether each was written.
    open: Vec<(&'static str, bool)>,
    /// For each open list: how many elements were open before it, and whether it counts.
    lists: Vec<(usize, bool)>,
    is_cut: bool,
    has_words: bool,
}

impl Draft {
    pub(super) fn open(&mut self, name: &'static str) {
        self.open_with(name, None);
    }

    /// Open an element that has an attribute.
    pub(super) fn open_with(&mut self, name: &'static str, attribute: Option<(&str, &str)>) {
        let is_written = self.has_room() && self.open.len() < DEEPEST;
        if is_written {
            self.html.extend(["<", name]);
            if let Some((key, value)) = attribute {
                self.html.extend([" ", key, "=\"", &escaped(value), "\""]);
            }
            self.html.push('>');
        }
        self.open.push((name, is_written));
    }

    /// Close the innermost element.
    pub(super) fn close(&mut self) {
        if let Some((name, true)) = self.open.pop() {
            self.html.extend(["</", name, ">"]);
        }
    }

    fn close_to(&mut self, depth: usize) {
        while self.open.len() > depth {
            self.close();
        }
    }

    /// A piece that [`Inline`] made.
    pub(super) fn inline(&mut self, html: &str) {
        if !html.is_empty() && self.has_room() {
            self.has_words |= html.contains(|c: char| !c.is_whitespace());
            self.nodes += html.matches('<').count();
            self.html.push_str(html);
        }
    }

    /// An element with a piece in it, unless the piece is empty.
    pub(super) fn block(&mut self, name: &'static str, html: &str) {
        if !html.trim().is_empty() {
            self.open(name);
            self.inline(html);
            self.close();
        }
    }

    /// An item of a list, `level` from 0, with its number if its list counts. Lists open and close as levels ask.
    pub(super) fn item(&mut self, level: usize, number: Option<u32>, html: &str) {
        if html.trim().is_empty() {
            return;
        }
        let level = level.min(8);
        while self.lists.len() > level + 1 {
            self.end_list();
        }
        match self.lists.last().copied() {
            Some((_, counts)) if self.lists.len() == level + 1 && counts != number.is_some() => self.end_list(),
            Some((before, _)) if self.lists.len() == level + 1 => self.close_to(before + 1),
            _ => {}
        }
        while self.lists.len() <= level {
            self.lists.push((self.open.len(), number.is_some()));
            match number {
                Some(number) => self.open_with("ol", Some(("start", &number.to_string()))),
                None => self.open("ul"),
            }
            if self.lists.len() <= level {
                self.open("li");
            }
        }
        self.open("li");
        self.inline(html);
    }

    /// Close every list: what comes next is no item.
    pub(super) fn end_lists(&mut self) {
        if let Some((before, _)) = self.lists.first().copied() {
            self.lists.clear();
            self.close_to(before);
        }
    }

    /// Put an element with a piece in it before everything else.
    pub(super) fn lead(&mut self, name: &'static str, html: &str) {
        if !html.trim().is_empty() {
            self.has_words = true;
            self.html.insert_str(0, &format!("<{name}>{html}</{name}>"));
        }
    }

    fn end_list(&mut self) {
        if let Some((before, _)) = self.lists.pop() {
            self.close_to(before);
        }
    }

    fn has_room(&mut self) -> bool {
        self.nodes += 1;
        self.is_cut |= self.nodes > MOST_NODES || self.html.len() > MOST_BYTES;
        !self.is_cut
    }

    pub(super) fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// The Markdown, the first heading as title, and what was cut.
    pub(super) fn finish(mut self) -> Result<Parsed, ParseError> {
        self.close_to(0);
        if !self.has_words {
            return Ok(Parsed::default());
        }
        let page = html::document(&self.html)?;
        let problem = self.is_cut.then(|| "too long: the rest is left out".to_owned());
        Ok(Parsed {
            title: page.title,
            markdown: page.markdown,
            problems: problem.into_iter().collect(),
            ..Parsed::default()
        })
    }
}

/// A line in the making: text, links and breaks.
#[derive(Debug, Default)]
pub(super) struct Inline {
    html: String,
    /// Set while within a link.
    is_link: bool,
}

impl Inline {
    pub(super) fn text(&mut self, text: &str) {
        self.html.push_str(&escaped(text));
    }

    pub(super) fn line_break(&mut self) {
        self.html.push_str("<br>");
    }

    /// A link that leads anywhere: one to a file beside the document is none for its readers here.
    pub(super) fn start_link(&mut self, address: &str) {
        self.end_link();
        if !["http://", "https://", "mailto:", "tel:", "ftp://"].iter().any(|start| address.starts_with(start)) {
            return;
        }
        self.html.extend(["<a href=\"", &escaped(address), "\">"]);
        self.is_link = true;
    }

    pub(super) fn end_link(&mut self) {
        if std::mem::take(&mut self.is_link) {
            self.html.push_str("</a>");
        }
    }

    pub(super) fn push(&mut self, html: &str) {
        self.html.push_str(html);
    }

    pub(super) fn take(&mut self) -> String {
        self.end_link();
        std::mem::take(&mut self.html)
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // The parser of pages would take it for an error; it stands in damaged files only.
            '\0' => {}
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(write: impl Fn(&mut Draft), expected: &str) {
        let mut draft = Draft::default();
        write(&mut draft);
        assert_eq!(draft.finish().unwrap().markdown, expected);
    }

    #[test]
    fn levels_make_lists() {
        check(
            |draft| {
                draft.item(0, None, "a");
                draft.item(1, Some(3), "b");
                draft.item(1, Some(4), "c");
                draft.item(0, None, "d");
                draft.item(0, Some(1), "e");
                draft.end_lists();
                draft.block("p", "f");
            },
            "- a\n  3. b\n  4. c\n- d\n\n1. e\n\nf",
        );
    }

    #[test]
    fn a_first_level_may_be_skipped() {
        check(
            |draft| {
                draft.item(1, None, "a");
                draft.item(0, None, "b");
            },
            "- - a\n- b",
        );
    }

    #[test]
    fn text_is_no_markup() {
        check(|draft| draft.block("p", &escaped("a <b> & \"c\" *d*")), "a \\<b> & \"c\" *d\\*");
    }

    #[test]
    fn what_is_too_much_is_left_out_and_told() {
        let mut draft = Draft::default();
        (0..MOST_NODES).for_each(|_| draft.block("p", "x"));
        let parsed = draft.finish().unwrap();
        assert_eq!(parsed.problems, ["too long: the rest is left out"]);
        assert!(parsed.markdown.len() > 100_000);
    }

    #[test]
    fn depth_is_bounded() {
        let write = |draft: &mut Draft| {
            for n in 0..1000 {
                draft.open("div");
                draft.inline(&n.to_string());
            }
        };
        let shown: Vec<String> = (0..99).map(|n| n.to_string()).collect();
        check(write, &(shown.join("\n\n") + "\n\n" + &(99..1000).map(|n| n.to_string()).collect::<String>()));
    }
}
