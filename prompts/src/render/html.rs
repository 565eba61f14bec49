//! Markdown to HTML: tags from a list, attributes of ours, everything else as text.
//!
//! Raw HTML is shown as it was written. Headings begin at the third level, below those of the page. What was written here
//! goes through ammonia with the same list, so that a slip in this file opens nothing.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TextMergeStream};

use super::Allowed;
use super::marks::{Piece, pieces, restored, taken_out};

/// Deeper lists and quotes are shown flat.
const DEEPEST: usize = 24;
const CODE_ENDS: &str = "</code></pre>\n";
const TAGS: [&str; 22] = [
    "a",
    "blockquote",
    "br",
    "code",
    "em",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "strong",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
];

/// No tag, attribute or address but those that are written here. Which addresses may be named is the caller's to say.
static WALL: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut wall = Builder::empty();
    wall.tags(HashSet::from(TAGS))
        .tag_attributes(HashMap::from([("a", HashSet::from(["href", "rel"])), ("ol", HashSet::from(["start"]))]))
        .allowed_classes(HashMap::from([("a", HashSet::from(["cite"]))]))
        .url_schemes(HashSet::from(["http", "https"]))
        .url_relative(UrlRelative::PassThrough)
        .link_rel(None);
    wall
});

/// Safe to stand in a page as it is.
pub fn html(text: &str, allowed: Allowed<'_>) -> String {
    let source = taken_out(text, allowed);
    let mut page =
        Page { allowed, out: String::with_capacity(source.len() * 2), closing: Vec::new(), links: 0, in_head: false };
    for event in TextMergeStream::new(Parser::new_ext(&source, Options::ENABLE_TABLES)) {
        page.event(event);
    }
    walled(page.out)
}

/// As it was written, if ammonia finds nothing to take away; else what it leaves. Its own writing escapes less.
fn walled(written: String) -> String {
    let alike = |page: &str| page.replace("&quot;", "\"").replace("&#39;", "'").replace("&nbsp;", "\u{a0}");
    let left = WALL.clean(&written).to_string();
    if alike(&left) == alike(&written) { written } else { left }
}

struct Page<'a> {
    allowed: Allowed<'a>,
    out: String,
    /// What closes each element that is open; empty for one that is not shown as one.
    closing: Vec<&'static str>,
    links: usize,
    in_head: bool,
}

impl Page<'_> {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(_) => self.end(),
            Event::Text(text) => self.text(&text),
            Event::Html(raw) | Event::InlineHtml(raw) => self.text(&raw),
            Event::Code(code) => self.out.push_str(&format!("<code>{}</code>", escaped(&restored(&code)))),
            Event::SoftBreak => self.out.push('\n'),
            Event::HardBreak => self.out.push_str("<br>\n"),
            Event::Rule => self.out.push_str("<hr>\n"),
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => self.text(&text),
            Event::TaskListMarker(_) => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        let (open, close) = if self.closing.len() < DEEPEST { self.element(tag) } else { (String::new(), "") };
        self.out.push_str(&open);
        self.links += usize::from(close == "</a>");
        self.closing.push(close);
    }

    fn end(&mut self) {
        let close = self.closing.pop().unwrap_or_default();
        self.out.push_str(close);
        self.links -= usize::from(close == "</a>");
        self.in_head &= close != "</tr></thead>\n<tbody>\n";
    }

    fn element(&mut self, tag: &Tag<'_>) -> (String, &'static str) {
        let (open, close) = match tag {
            Tag::Paragraph | Tag::HtmlBlock => ("<p>", "</p>\n"),
            Tag::Heading { level, .. } => heading(*level),
            Tag::BlockQuote(_) => ("<blockquote>\n", "</blockquote>\n"),
            Tag::CodeBlock(_) => ("<pre><code>", CODE_ENDS),
            Tag::List(None) => ("<ul>\n", "</ul>\n"),
            Tag::List(Some(1)) => ("<ol>\n", "</ol>\n"),
            Tag::List(Some(first)) => return (format!("<ol start=\"{first}\">\n"), "</ol>\n"),
            Tag::Item => ("<li>", "</li>\n"),
            Tag::Table(_) => ("<table>\n", "</tbody></table>\n"),
            Tag::TableHead => {
                self.in_head = true;
                ("<thead><tr>", "</tr></thead>\n<tbody>\n")
            }
            Tag::TableRow => ("<tr>", "</tr>\n"),
            Tag::TableCell if self.in_head => ("<th>", "</th>"),
            Tag::TableCell => ("<td>", "</td>"),
            Tag::Emphasis => ("<em>", "</em>"),
            Tag::Strong => ("<strong>", "</strong>"),
            Tag::Link { dest_url, .. } if self.links == 0 && self.allowed.is_link(dest_url) => {
                return (format!("<a href=\"{}\" rel=\"noopener noreferrer nofollow\">", escaped(dest_url)), "</a>");
            }
            _ => ("", ""),
        };
        (open.to_owned(), close)
    }

    fn text(&mut self, text: &str) {
        if self.closing.last() == Some(&CODE_ENDS) {
            self.out.push_str(&escaped(&restored(text)));
            return;
        }
        for piece in pieces(text) {
            match piece {
                Piece::Text(text) => self.out.push_str(&escaped(text)),
                Piece::Mark(n) if self.links == 0 => {
                    self.out.push_str(&format!("<a class=\"cite\" href=\"#cite-{n}\">[{n}]</a>"));
                }
                Piece::Mark(n) => self.out.push_str(&format!("[{n}]")),
            }
        }
    }
}

fn heading(level: HeadingLevel) -> (&'static str, &'static str) {
    match level {
        HeadingLevel::H1 | HeadingLevel::H2 | HeadingLevel::H3 => ("<h3>", "</h3>\n"),
        HeadingLevel::H4 => ("<h4>", "</h4>\n"),
        HeadingLevel::H5 => ("<h5>", "</h5>\n"),
        HeadingLevel::H6 => ("<h6>", "</h6>\n"),
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
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let urls = ["https://docs.example/a?b=1&c=2".to_owned(), "javascript:alert(1)".to_owned()];
        assert_eq!(html(text, Allowed { urls: &urls, cited: &[1, 2] }), expected, "{text}");
    }

    #[test]
    fn what_is_not_ours_falls_at_the_wall() {
        let check = |written: &str, expected: &str| assert_eq!(walled(written.to_owned()), expected);
        check("<p>it&#39;s &quot;so&quot;\u{a0}&lt;b&gt;</p>\n", "<p>it&#39;s &quot;so&quot;\u{a0}&lt;b&gt;</p>\n");
        check("<p onclick=\"x\">a<script>b</script></p>", "<p>a</p>");
        check("<a href=\"javascript:x\">a</a><img src=\"x\">", "<a>a</a>");
        check("<p>a", "<p>a</p>");
    }

    #[test]
    fn what_people_write_is_shown() {
        check("# Head\n\ntext *em* **strong**", "<h3>Head</h3>\n<p>text <em>em</em> <strong>strong</strong></p>\n");
        check("1. one\n2. two", "<ol>\n<li>one</li>\n<li>two</li>\n</ol>\n");
        check("3. three", "<ol start=\"3\">\n<li>three</li>\n</ol>\n");
        check("```rs\nx[1] < 2\n```", "<pre><code>x[1] &lt; 2\n</code></pre>\n");
        check("> said  \n> so\n\n---", "<blockquote>\n<p>said<br>\nso</p>\n</blockquote>\n<hr>\n");
        check(
            "| a | b |\n|---|---|\n| `c` | d [1] |",
            "<table>\n<thead><tr><th>a</th><th>b</th></tr></thead>\n<tbody>\n<tr><td><code>c</code></td><td>d \
             <a class=\"cite\" href=\"#cite-1\">[1]</a></td></tr>\n</tbody></table>\n",
        );
    }

    #[test]
    fn raw_html_is_text_and_images_are_their_words() {
        check("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>\n");
        check("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n");
        check("![a cat](http://x.example/c.png)", "<p>a cat</p>\n");
    }

    #[test]
    fn only_this_turns_links_are_links() {
        let href = "https://docs.example/a?b=1&amp;c=2";
        check(
            "[a](https://docs.example/a?b=1&c=2)",
            &format!("<p><a href=\"{href}\" rel=\"noopener noreferrer nofollow\">a</a></p>\n"),
        );
        check("[a](https://docs.example/a?b=1&c=3)", "<p>a</p>\n");
        check("[a](javascript:alert(1))", "<p>a</p>\n");
        check("<https://evil.example>", "<p>https://evil.example</p>\n");
    }

    #[test]
    fn a_marker_is_a_link_of_ours_or_nothing() {
        let cite = "<a class=\"cite\" href=\"#cite-1\">[1]</a>";
        check("a [1] b [7]", &format!("<p>a {cite} b</p>\n"));
        check("a [1](https://evil.example)", &format!("<p>a {cite}</p>\n"));
        check("a [1]\n\n[1]: https://evil.example", &format!("<p>a {cite}</p>\n<p>{cite} https://evil.example</p>\n"));
        check("&#91;99&#93;", "<p></p>\n");
        check("`[1]` and \u{202e}x", "<p><code>[1]</code> and x</p>\n");
    }
}
