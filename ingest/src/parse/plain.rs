//! Plain text of Markdown: what a reader of the rendered page would read, without the marks.
//!
//! Paragraphs are separated by an empty line, cells by a tab, code stays as it is. Knows nothing of the formats that
//! the Markdown came from.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// The dialect that this crate reads: GitHub's. Not smart punctuation and not math, which would change apostrophes and
/// take prices (`$5 or $10`) for formulas.
pub(crate) fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM
        | Options::ENABLE_HEADING_ATTRIBUTES
}

/// The words of a Markdown text, with the markup removed.
pub fn plain_text(markdown: &str) -> String {
    let mut page = Page { text: String::with_capacity(markdown.len()), gap: "" };
    Parser::new_ext(markdown, options()).for_each(|event| page.read(event));
    page.text
}

/// The text so far, and what separates it from what comes next. The longest gap asked for wins.
struct Page {
    text: String,
    gap: &'static str,
}

impl Page {
    fn read(&mut self, event: Event) {
        match event {
            Event::Text(words) | Event::Code(words) | Event::InlineMath(words) | Event::DisplayMath(words) => {
                self.write(&words);
            }
            Event::SoftBreak | Event::HardBreak => self.part("\n"),
            Event::InlineHtml(html) => self.write(&words_of(&html)),
            Event::Html(html) => {
                self.write(words_of(&html).trim());
                self.part("\n");
            }
            Event::TaskListMarker(done) => self.write(if done { "[x] " } else { "[ ] " }),
            Event::Start(tag) => self.part(gap_before(&tag)),
            Event::End(TagEnd::CodeBlock) => {
                self.text.truncate(self.text.trim_end_matches('\n').len());
                self.part("\n\n");
            }
            Event::End(tag) => self.part(gap_after(tag)),
            Event::Rule => self.part("\n\n"),
            Event::FootnoteReference(_) => {}
        }
    }

    fn write(&mut self, words: &str) {
        if words.is_empty() {
            return;
        }
        if self.gap.starts_with('\n') {
            self.text.truncate(self.text.trim_end_matches(' ').len());
        }
        if !self.text.is_empty() {
            self.text.push_str(self.gap);
        }
        self.gap = "";
        self.text.push_str(words);
    }

    fn part(&mut self, gap: &'static str) {
        let is_greater = gap.len() > self.gap.len() || (gap == "\n" && self.gap == "\t");
        if is_greater {
            self.gap = gap;
        }
    }
}

fn gap_before(tag: &Tag) -> &'static str {
    match tag {
        Tag::Item | Tag::TableRow | Tag::TableHead => "\n",
        Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. } => "",
        Tag::TableCell | Tag::Superscript | Tag::Subscript | Tag::List(_) => "",
        _ => "\n\n",
    }
}

fn gap_after(tag: TagEnd) -> &'static str {
    match tag {
        TagEnd::TableCell => "\t",
        TagEnd::Item | TagEnd::TableRow | TagEnd::TableHead => "\n",
        TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image => "",
        TagEnd::Superscript | TagEnd::Subscript => "",
        _ => "\n\n",
    }
}

/// What stands between the tags of raw HTML. `ssh <host>` is read as a tag too, but its reader is meant to see it.
fn words_of(html: &str) -> String {
    let mut words = String::new();
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        let (inside, after) = tag.split_once('>').unwrap_or((tag, ""));
        words.push_str(before);
        if !is_element(inside) {
            words.extend(["<", inside, ">"]);
        }
        rest = after;
    }
    words + rest
}

/// Whether the inside of a tag is markup that a browser would not show.
fn is_element(inside: &str) -> bool {
    let name = inside.trim_start_matches('/').split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    inside.starts_with(['!', '?']) || ELEMENTS.contains(&&*name.to_ascii_lowercase())
}

/// What people write into Markdown as HTML.
const ELEMENTS: [&str; 74] = [
    "a",
    "abbr",
    "address",
    "article",
    "aside",
    "audio",
    "b",
    "blockquote",
    "body",
    "br",
    "button",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "details",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "font",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "i",
    "iframe",
    "img",
    "ins",
    "kbd",
    "li",
    "main",
    "mark",
    "nav",
    "ol",
    "p",
    "picture",
    "pre",
    "q",
    "s",
    "samp",
    "section",
    "small",
    "source",
    "span",
    "strong",
    "sub",
    "summary",
    "sup",
    "svg",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
    "video",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(markdown: &str, expected: &str) {
        assert_eq!(plain_text(markdown), expected);
    }

    #[test]
    fn marks_go_and_words_stay() {
        check("# A *b*\n\nc [d](http://e) `f_g` **h**\ni", "A b\n\nc d f_g h\ni");
        check("It's \"5 $ or 10 $\"...", "It's \"5 $ or 10 $\"...");
        check("![alt](x.png) and \\*", "alt and *");
    }

    #[test]
    fn lists_tables_and_code_keep_their_lines() {
        check("- a\n- [x] b\n  - c\n\nd", "a\n[x] b\nc\n\nd");
        check("| a | b |\n|---|---|\n| 1 | 2 |\n\nend", "a\tb\n1\t2\n\nend");
        check("x\n\n```rust\nlet a = 1;\n\n  b\n```\ny", "x\n\nlet a = 1;\n\n  b\n\ny");
    }

    #[test]
    fn placeholders_are_words_and_elements_are_not() {
        check("ssh <host> <b>now</b><br>", "ssh <host> now");
        check("<div class=x>\nin\n</div>\n\n<p>a</p>", "in\n\na");
    }
}
