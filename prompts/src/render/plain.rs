//! Markdown to plain text for a terminal: structure by indents and signs, links only where they may lead.
//!
//! Control characters are gone before this, so nothing here moves a cursor or colours a line.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, TextMergeStream};

use super::Allowed;
use super::marks::{Piece, pieces, restored, taken_out};

pub fn plain(text: &str, allowed: Allowed<'_>) -> String {
    let source = taken_out(text, allowed);
    let mut page = Page { allowed, ..Page::default() };
    for event in TextMergeStream::new(Parser::new_ext(&source, Options::ENABLE_TABLES)) {
        page.event(event);
    }
    page.out.trim_end().to_owned()
}

#[derive(Default)]
struct Page<'a> {
    allowed: Allowed<'a>,
    out: String,
    /// The next number of each open list, if it has numbers.
    lists: Vec<Option<u64>>,
    /// The address behind each open link, if it may be shown.
    links: Vec<Option<String>>,
    cells: usize,
    in_code: bool,
}

impl Page<'_> {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.text(&text),
            Event::Html(raw) | Event::InlineHtml(raw) => self.text(&raw),
            Event::Code(code) => self.out.push_str(&restored(&code)),
            Event::SoftBreak | Event::HardBreak => self.line(),
            Event::Rule => self.block("---"),
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => self.text(&text),
            Event::TaskListMarker(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::List(first) => self.lists.push(first),
            Tag::Item => self.item(),
            Tag::Link { dest_url, .. } => {
                self.links.push(Some(dest_url.to_string()).filter(|url| self.allowed.is_link(url)));
            }
            Tag::CodeBlock(_) => {
                self.in_code = true;
                self.out.push_str("    ");
            }
            Tag::TableHead | Tag::TableRow => self.cells = 0,
            Tag::TableCell => {
                self.out.push_str(if self.cells > 0 { " | " } else { "" });
                self.cells += 1;
            }
            _ => {}
        }
    }

    fn item(&mut self) {
        self.line_start();
        self.out.push_str(&"  ".repeat(self.lists.len().saturating_sub(1).min(8)));
        match self.lists.last_mut() {
            Some(Some(number)) => {
                self.out.push_str(&format!("{number}. "));
                *number = number.saturating_add(1);
            }
            _ => self.out.push_str("- "),
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Link => {
                if let Some(url) = self.links.pop().flatten() {
                    self.out.push_str(&format!(" ({url})"));
                }
            }
            TagEnd::List(_) => {
                self.lists.pop();
                self.line_start();
                self.block("");
            }
            TagEnd::CodeBlock => {
                self.in_code = false;
                self.out.truncate(self.out.trim_end().len());
                self.block("");
            }
            TagEnd::Item | TagEnd::TableHead | TagEnd::TableRow => self.line_start(),
            TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::BlockQuote(_) | TagEnd::Table | TagEnd::HtmlBlock => {
                self.block("")
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.in_code {
            self.out.push_str(&restored(text).replace('\n', "\n    "));
            return;
        }
        for piece in pieces(text) {
            match piece {
                Piece::Text(text) => self.out.push_str(text),
                Piece::Mark(n) => self.out.push_str(&format!("[{n}]")),
            }
        }
    }

    fn line(&mut self) {
        self.out.push('\n');
    }

    fn line_start(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.line();
        }
    }

    /// A line of its own, or only an end; between blocks stands an empty line, within lists none.
    fn block(&mut self, said: &str) {
        self.out.push_str(said);
        self.line_start();
        if self.lists.is_empty() && !self.out.ends_with("\n\n") && !self.out.is_empty() {
            self.line();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let urls = ["https://docs.example/a".to_owned()];
        assert_eq!(plain(text, Allowed { urls: &urls, cited: &[1] }), expected, "{text}");
    }

    #[test]
    fn structure_is_kept_and_signs_go() {
        check("# Head\n\ntext **strong** [1][9]", "Head\n\ntext strong [1]");
        check("- a\n- b\n  1. c\n\nend", "- a\n- b\n  1. c\n\nend");
        check("| a | b |\n|---|---|\n| c | d |", "a | b\nc | d");
        check("```\nx[1]\ny\n```\nend", "    x[1]\n    y\n\nend");
    }

    #[test]
    fn links_and_controls() {
        check("[a](https://docs.example/a) [b](https://evil.example)", "a (https://docs.example/a) b");
        check("\u{1b}[31mred\u{1b}[0m ![pic](x)", "[31mred[0m pic");
    }
}
