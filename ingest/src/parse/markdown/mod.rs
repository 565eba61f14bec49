//! Markdown: kept as it is, less what its readers never see.
//!
//! Front matter, comments, scripts, styles, the tags of site generators and images that are written out as data are
//! taken out; a page built from the file does not show them, and an index must not either. Knows nothing of chunks; the grammar is pulldown-cmark's,
//! so that code which talks about comments keeps them.

mod dialects;

use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Parser, Tag, TagEnd};

use self::dialects::Edit;
use super::Parsed;
use super::html::iso_date;
use super::plain::options;

pub(super) fn parse(text: &str) -> Parsed {
    let text = text.replace("\r\n", "\n");
    let (front, body) = split_front_matter(&text);
    let mut problems = Vec::new();
    let unseen = unseen(body, &mut problems);
    Parsed {
        title: front_value(front, &["title"]).or_else(|| first_heading(body)),
        language: front_value(front, &["lang", "language"]),
        author: front_value(front, &["author"]).filter(|author| !author.starts_with(['[', '{'])),
        dated: dated(front),
        markdown: edited(body, &unseen),
        problems,
        ..Parsed::default()
    }
}

/// When it was last changed, else published.
fn dated(front: &str) -> Option<String> {
    const CHANGED: [&str; 6] = ["updated", "last_modified", "last_modified_at", "lastmod", "last_updated", "modified"];
    let date = |keys: &[&str]| front_value(front, keys).as_deref().and_then(iso_date);
    date(&CHANGED).or_else(|| date(&["date"]))
}

/// What stands between the first line and its twin, if that is a list of keys: a page may begin with a rule, too.
fn split_front_matter(text: &str) -> (&str, &str) {
    let no_front = ("", text);
    let Some((fence, rest)) = text.split_once('\n') else { return no_front };
    if !matches!(fence.trim_end(), "---" | "+++") {
        return no_front;
    }
    let mut end = 0;
    for line in rest.split_inclusive('\n') {
        let bare = line.trim_end();
        if bare == fence.trim_end() || (bare == "..." && fence.starts_with('-')) {
            let front = &rest[..end];
            return if is_front_matter(front) { (front, &rest[end + line.len()..]) } else { no_front };
        }
        end += line.len();
    }
    no_front
}

/// Whether the first line with something in it is `key: value` or `key = value`, or there is none.
fn is_front_matter(front: &str) -> bool {
    let first = front.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    first.is_none_or(|line| {
        line.starts_with('[') || line.split_once([':', '=']).is_some_and(|(key, _)| !key.trim_end().contains(' '))
    })
}

/// The value of the first of these keys at the top level. Enough of YAML and TOML for a title; no parser for two words.
fn front_value(front: &str, keys: &[&str]) -> Option<String> {
    let pairs = front.lines().take_while(|line| !line.starts_with('[')).filter_map(|line| line.split_once([':', '=']));
    let mut values = pairs.filter(|(key, _)| keys.contains(&key.trim_end())).map(|(_, value)| unquoted(value.trim()));
    values.find(|value| !value.is_empty()).map(str::to_owned)
}

fn unquoted(value: &str) -> &str {
    let quoted = |quote: char| value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    quoted('"').or_else(|| quoted('\'')).unwrap_or(value)
}

/// The words of the first heading of the first level.
fn first_heading(body: &str) -> Option<String> {
    let is_start = |event: &Event| matches!(event, Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }));
    let mut title = String::new();
    for event in Parser::new_ext(body, options()).skip_while(|event| !is_start(event)) {
        match event {
            Event::End(TagEnd::Heading(_)) => break,
            Event::Text(words) | Event::Code(words) => title.push_str(&words),
            Event::SoftBreak | Event::HardBreak => title.push(' '),
            _ => {}
        }
    }
    (!title.is_empty()).then_some(title)
}

/// The spans that a reader of the page never sees as they are, in order.
fn unseen(body: &str, problems: &mut Vec<String>) -> Vec<Edit> {
    let mut hidden = Hidden::new(body);
    let mut code = Vec::new();
    let mut images = 0;
    for (event, at) in Parser::new_ext(body, options()).into_offset_iter() {
        match event {
            Event::Html(_) | Event::InlineHtml(_) => hidden.look_in(at),
            Event::Start(Tag::Image { dest_url, .. }) if dest_url.starts_with("data:") && at.start >= hidden.end() => {
                images += 1;
                hidden.spans.push(at);
            }
            Event::Start(Tag::CodeBlock(_)) | Event::Code(_) => code.push(at),
            _ => {}
        }
    }
    let unclosed = hidden.unclosed;
    problems.extend((unclosed > 0).then(|| format!("comments or scripts without an end, kept: {unclosed}")));
    problems.extend((images > 0).then(|| format!("images written out as data, left out: {images}")));
    let mut edits = dialects::edits(body, &code);
    edits.extend(hidden.spans.into_iter().map(|span| (span, String::new())));
    edits.sort_by_key(|(span, _)| (span.start, std::cmp::Reverse(span.end)));
    edits
}

/// Comments, scripts and styles. The last end of each is looked up once, so that a file full of beginnings costs no
/// more than one that ends them all.
struct Hidden<'a> {
    body: &'a str,
    last_ends: [Option<usize>; 3],
    spans: Vec<Range<usize>>,
    unclosed: usize,
}

impl<'a> Hidden<'a> {
    const PAIRS: [(&'static str, &'static str); 3] =
        [("<!--", "-->"), ("<script", "</script>"), ("<style", "</style>")];

    fn new(body: &'a str) -> Self {
        let last_end = |(_, close): (&str, &str)| {
            body.as_bytes().windows(close.len()).rposition(|window| window.eq_ignore_ascii_case(close.as_bytes()))
        };
        Self { body, last_ends: Self::PAIRS.map(last_end), spans: Vec::new(), unclosed: 0 }
    }

    /// Where the last span ends.
    fn end(&self) -> usize {
        self.spans.last().map_or(0, |span| span.end)
    }

    /// Notes what begins within `at`, which is HTML; it may end after it.
    fn look_in(&mut self, at: Range<usize>) {
        let mut from = at.start.max(self.end());
        while let Some(found) = self.body.get(from..at.end).and_then(|html| html.find('<')) {
            let start = from + found;
            from = self.span_at(start).unwrap_or(start + 1);
        }
    }

    /// The end of what is hidden from `start` on, if anything begins there.
    fn span_at(&mut self, start: usize) -> Option<usize> {
        let rest = &self.body.as_bytes()[start..];
        let begins = |open: &str| rest.get(..open.len()).is_some_and(|name| name.eq_ignore_ascii_case(open.as_bytes()));
        let kind = Self::PAIRS.iter().position(|(open, _)| begins(open))?;
        if self.last_ends[kind].is_none_or(|last| last < start) {
            self.unclosed += 1;
            return None;
        }
        let close = Self::PAIRS[kind].1.as_bytes();
        let length = rest.windows(close.len()).position(|window| window.eq_ignore_ascii_case(close))?;
        let end = start + length + close.len();
        self.spans.push(start..end);
        Some(end)
    }
}

/// The text with its edits made; of those that overlap, the first.
fn edited(body: &str, edits: &[Edit]) -> String {
    let mut text = String::with_capacity(body.len());
    let mut from = 0;
    for (span, words) in edits {
        if span.start >= from {
            text.push_str(&body[from..span.start]);
            text.push_str(words);
            from = span.end;
        }
    }
    text.push_str(&body[from..]);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(parse(text).markdown, expected);
    }

    fn check_head(text: &str, title: Option<&str>, language: Option<&str>) {
        let parsed = parse(text);
        assert_eq!((parsed.title.as_deref(), parsed.language.as_deref()), (title, language));
    }

    #[test]
    fn front_matter_is_read_and_left_out() {
        check("---\ntitle: A\n---\n# B\n", "# B\n");
        check_head(
            "---\r\ntitle: \"Single: sign-on\"\r\nlang: en\r\n---\r\n# B\r\n",
            Some("Single: sign-on"),
            Some("en"),
        );
        check_head("+++\ntitle = 'Refunds'\n[extra]\nlang = 'x'\n+++\ntext", Some("Refunds"), None);
        check_head("---\nauthor:\n  title: Dr\n---\n# *Real* `title`\n", Some("Real title"), None);
    }

    #[test]
    fn front_matter_says_who_and_when() {
        let parsed = parse("---\nauthor: Ada\ndate: 2026-01-02\nupdated: 2026-02-03 10:00\n---\ntext");
        assert_eq!((parsed.author.as_deref(), parsed.dated.as_deref()), (Some("Ada"), Some("2026-02-03 10:00")));
        let parsed = parse("---\nauthor:\n  name: x\ndate: May\n---\ntext");
        assert_eq!((parsed.author, parsed.dated), (None, None));
    }

    #[test]
    fn a_rule_is_no_front_matter() {
        check("---\n\nSome words here.\n\n---\nmore", "---\n\nSome words here.\n\n---\nmore");
        check("---\ntitle: never closed", "---\ntitle: never closed");
    }

    #[test]
    fn the_title_is_the_first_heading_of_the_first_level() {
        check_head("## Two\n\n```\n# code\n```\n\nOne\n===\n\n# Other", Some("One"), None);
        check_head("no heading", None, None);
    }

    #[test]
    fn what_readers_never_see_goes() {
        check("a <!-- secret --> b", "a  b");
        check("<!-- one\n\ntwo -->\ntext", "\ntext");
        check("<SCRIPT>x()\n\ny()</script>\n\ntext", "\n\ntext");
        check("<div>\n<style>p {}</style>\nkept\n</div>", "<div>\n\nkept\n</div>");
        check("![logo](data:image/png;base64,AAAA) text ![a](b.png)", " text ![a](b.png)");
    }

    #[test]
    fn code_keeps_its_comments() {
        check("```html\n<!-- kept -->\n```\n`<!-- kept -->`", "```html\n<!-- kept -->\n```\n`<!-- kept -->`");
    }

    #[test]
    fn what_never_ends_is_kept_and_told() {
        let parsed = parse("text\n\n<!-- oops\n\nmore");
        assert_eq!(parsed.markdown, "text\n\n<!-- oops\n\nmore");
        assert_eq!(parsed.problems, ["comments or scripts without an end, kept: 1"]);
    }
}
