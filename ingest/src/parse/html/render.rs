//! Writing an element down as Markdown: one walk over what is shown, with a stack of unfinished pieces.
//!
//! Most elements only ask for a gap before and after; those whose text must be wrapped (headings, links, items, cells)
//! collect it in a frame of their own. Emphasis is not kept: it says nothing to search, and its stars would stand in
//! quotes. An image is its alternative text. Knows nothing of which part of the page is the main one.

use ego_tree::NodeId;
use ego_tree::iter::Edge;
use scraper::ElementRef;
use url::Url;

use super::frame::{Frame, Gap, Piece};
use super::inline::{code_span, fenced, language, link, one_line};
use super::table::Table;
use super::visible::{Verdict, View};

/// The Markdown of an element, and how many hidden ones were left out.
#[derive(Debug, Default)]
pub(super) struct Rendered {
    pub(super) markdown: String,
    pub(super) hidden: usize,
}

/// What people would see of an element, as Markdown; links become absolute against `base`.
pub(super) fn markdown(root: ElementRef, base: Option<&Url>, view: &View) -> Rendered {
    let frames = vec![Frame::new(root.id(), Piece::Root)];
    let mut writer = Writer { frames, lists: vec![], tables: vec![], base, tells_pictures: view.tells_pictures };
    let mut hidden = 0;
    let mut skipped: Option<NodeId> = None;
    for edge in root.traverse() {
        match (edge, skipped) {
            (Edge::Open(node), None) => match (node.value().as_text(), ElementRef::wrap(node)) {
                (Some(text), _) => writer.top().text(text),
                (None, Some(element)) if node.id() != root.id() => match view.verdict(element) {
                    Verdict::Shown => writer.open(element),
                    skip => {
                        hidden += usize::from(skip == Verdict::Hidden);
                        skipped = Some(node.id());
                    }
                },
                _ => {}
            },
            (Edge::Close(node), None) if node.id() != root.id() => {
                ElementRef::wrap(node).into_iter().for_each(|e| writer.close(e))
            }
            (Edge::Close(node), Some(id)) if node.id() == id => skipped = None,
            _ => {}
        }
    }
    Rendered { markdown: writer.frames.swap_remove(0).text, hidden }
}

struct Writer<'a> {
    /// Never empty: the first is the root's.
    frames: Vec<Frame>,
    /// The number of the next item of each open list, `None` for bullets.
    lists: Vec<Option<u32>>,
    tables: Vec<Table>,
    base: Option<&'a Url>,
    tells_pictures: bool,
}

impl Writer<'_> {
    fn top(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("the root's frame is never taken")
    }

    fn open(&mut self, element: ElementRef) {
        let name = element.value().name();
        if self.top().is_verbatim() {
            if name == "br" {
                self.top().text.push('\n');
            }
            return;
        }
        let piece = match name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Piece::Heading(name.as_bytes()[1] - b'0'),
            "pre" => Piece::Pre,
            "code" | "kbd" | "samp" | "tt" => Piece::Code,
            "a" if element.attr("href").is_some() => Piece::Link,
            "blockquote" => Piece::Quote,
            "li" => Piece::Item,
            "td" | "th" if !self.tables.is_empty() => Piece::Cell,
            "caption" if !self.tables.is_empty() => Piece::Caption,
            _ => return self.open_plain(name, element),
        };
        if matches!(piece, Piece::Heading(_) | Piece::Pre) {
            self.tables.iter_mut().for_each(Table::is_for_layout);
        }
        self.frames.push(Frame::new(element.id(), piece));
    }

    /// Elements that need no frame.
    fn open_plain(&mut self, name: &str, element: ElementRef) {
        match name {
            "br" => self.top().part(Gap::Break),
            "img" if self.tells_pictures || stands_in_text(element) => {
                self.top().text(element.attr("alt").unwrap_or_default());
            }
            "img" => {}
            "hr" => self.top().block("---"),
            "ul" | "ol" => {
                let first = element.attr("start").and_then(|start| start.parse().ok()).unwrap_or(1);
                self.lists.push((name == "ol").then_some(first));
                self.part_around_list();
            }
            "table" => {
                self.tables.iter_mut().for_each(Table::is_for_layout);
                self.tables.push(Table::new(element.attr("role") == Some("presentation")));
                self.top().part(Gap::Blank);
            }
            "tr" => self.tables.last_mut().into_iter().for_each(Table::start_row),
            _ => self.top().part(gap_before(name)),
        }
    }

    fn close(&mut self, element: ElementRef) {
        if self.frames.len() > 1 && self.top().owner == element.id() {
            let frame = self.frames.pop().expect("there are two frames or more");
            return self.finish(frame, element);
        }
        if self.top().is_verbatim() {
            return;
        }
        match element.value().name() {
            "ul" | "ol" => {
                self.lists.pop();
                self.part_around_list();
            }
            "table" => {
                let table = self.tables.pop().map(|table| table.markdown()).unwrap_or_default();
                self.top().block(&table);
            }
            name => self.top().part(gap_after(name)),
        }
    }

    /// Puts a finished piece into the one around it.
    fn finish(&mut self, frame: Frame, element: ElementRef) {
        let text = frame.text.as_str();
        match frame.piece {
            Piece::Root => {}
            Piece::Heading(level) => self.heading(level, text),
            Piece::Pre => self.top().block(&fenced(text, language(element).as_deref())),
            Piece::Code => self.top().inline(&frame, &code_span(text)),
            Piece::Link => {
                let link = link(text, element.attr("href").unwrap_or_default(), self.base);
                self.top().inline(&frame, &link);
            }
            Piece::Quote => self.top().block(&prefixed(text, "> ", "> ")),
            Piece::Item => self.item(text),
            Piece::Cell => {
                self.tables.last_mut().into_iter().for_each(|table| table.cell(text, element.attr("colspan")))
            }
            Piece::Caption => self.tables.last_mut().into_iter().for_each(|table| table.caption(text)),
        }
    }

    /// Inside items and quotes a heading is a line of its own; it must not end the section around them.
    fn heading(&mut self, level: u8, text: &str) {
        let is_nested = self.frames.iter().any(|frame| matches!(frame.piece, Piece::Item | Piece::Quote));
        let marks = if is_nested { String::new() } else { "#".repeat(level.into()) + " " };
        let text = one_line(text);
        if !text.is_empty() {
            self.top().block(&(marks + &text));
        }
    }

    fn item(&mut self, text: &str) {
        let marker = match self.lists.last_mut() {
            Some(Some(number)) => {
                *number = number.saturating_add(1);
                format!("{}. ", *number - 1)
            }
            _ => "- ".to_owned(),
        };
        if !text.is_empty() {
            self.top().part(Gap::Line);
            self.top().push(&prefixed(text, &marker, &" ".repeat(marker.len())));
            self.top().part(Gap::Line);
        }
    }

    /// A list within an item follows its words directly, so that the outer list stays a tight one.
    fn part_around_list(&mut self) {
        let gap = if self.top().piece == Piece::Item { Gap::Line } else { Gap::Blank };
        self.top().part(gap);
    }
}

/// Whether words stand beside an element in the same paragraph: press ⚙ and then OK.
fn stands_in_text(element: ElementRef) -> bool {
    let around = element.parent().and_then(ElementRef::wrap);
    let paragraph = around.filter(|e| matches!(e.value().name(), "p" | "li" | "td" | "dd"));
    let beside = paragraph.into_iter().flat_map(|paragraph| paragraph.children());
    let mut texts = beside.filter_map(|node| node.value().as_text());
    texts.any(|text| text.contains(char::is_alphanumeric))
}

/// Each line with a prefix; the first with its own, empty ones without the spaces.
fn prefixed(text: &str, first: &str, rest: &str) -> String {
    let mut lines = String::with_capacity(text.len() + text.len() / 8);
    for (n, line) in text.lines().enumerate() {
        let prefix = if n == 0 { first } else { rest };
        if n > 0 {
            lines.push('\n');
        }
        lines.push_str(if line.is_empty() { prefix.trim_end() } else { prefix });
        lines.push_str(line);
    }
    lines
}

fn gap_before(name: &str) -> Gap {
    match name {
        "dd" => Gap::Line,
        "address" | "article" | "aside" | "body" | "center" | "details" | "dir" | "div" | "dl" | "dt" | "fieldset" => {
            Gap::Blank
        }
        "figcaption" | "figure" | "footer" | "form" | "header" | "legend" | "main" | "menu" | "p" | "section" => {
            Gap::Blank
        }
        "summary" => Gap::Blank,
        _ => Gap::None,
    }
}

/// A term and what it means belong together.
fn gap_after(name: &str) -> Gap {
    if name == "dt" { Gap::Line } else { gap_before(name) }
}
