//! JSON: one value, or one a line, as Markdown that reads like a page.
//!
//! An object with a title and a text becomes a heading with that text. Lists of flat objects are records, as the rows of
//! a table are. All else is `path: value`, one a line, so that every value is found with its names beside it. Texts are
//! shown word for word. Nothing here asks what the fields mean beyond a few names for titles and texts.

mod read;

use std::collections::HashMap;

use self::read::{Reader, Value};
use super::records::{self, MOST_BYTES, MOST_COLUMNS, Measure, Writer, field, one_line};
use super::{ParseError, Parsed, text};

const LONGEST_NAME_CHARS: usize = 100;
/// So many broken lines are told one by one.
const MOST_TOLD: usize = 5;

pub(super) fn parse(text: &str) -> Result<Parsed, ParseError> {
    let mut page = Page::default();
    let fault = if is_lines(text) { lines(text, &mut page) } else { whole(text, &mut page) };
    if page.out.trim().is_empty()
        && let Some(fault) = fault
    {
        return Err(ParseError::Damaged(fault));
    }
    if page.left_out > 0 {
        page.problems.push(format!("values beyond the size limit, left out: {}", page.left_out));
    }
    page.problems.extend(fault);
    Ok(Parsed { title: page.title, markdown: page.out, problems: page.problems, ..Parsed::default() })
}

/// Whether one of the first two lines is an object or a list by itself, and not all there is. The lines of a value that
/// was laid out for people are not, unless it has one element: then the first is a bracket.
fn is_lines(text: &str) -> bool {
    let is_complete = |line: &str| {
        let mut reader = Reader::new(line);
        let value = reader.next_value();
        let is_record = matches!(value, Some(Value::Object(_) | Value::Array(_)));
        is_record && reader.next_value().is_none() && reader.fault().is_none()
    };
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    match (lines.next(), lines.next()) {
        (Some(first), Some(second)) => is_complete(first) || (first.len() > 2 && is_complete(second)),
        _ => false,
    }
}

/// One value a line; a broken line costs itself only.
fn lines(text: &str, page: &mut Page) -> Option<String> {
    let mut broken = Vec::new();
    for (n, line) in text.lines().enumerate() {
        let mut reader = Reader::new(line);
        let value = reader.next_value().filter(|_| reader.next_value().is_none() && reader.fault().is_none());
        match value {
            Some(value) => page.top(&value),
            None if line.trim().is_empty() => {}
            None => broken.push(n + 1),
        }
    }
    let numbers: Vec<String> = broken.iter().take(MOST_TOLD).map(usize::to_string).collect();
    let more = if broken.len() > MOST_TOLD { ", ..." } else { "" };
    (!broken.is_empty())
        .then(|| format!("lines that are not JSON, left out: {} (line {}{more})", broken.len(), numbers.join(", ")))
}

fn whole(text: &str, page: &mut Page) -> Option<String> {
    let mut reader = Reader::new(text);
    while let Some(value) = reader.next_value() {
        page.top(&value);
    }
    reader.fault().map(|(what, line)| format!("the JSON goes wrong in line {line}: {what}"))
}

/// The Markdown so far.
#[derive(Default)]
struct Page {
    title: Option<String>,
    out: String,
    problems: Vec<String>,
    left_out: usize,
}

impl Page {
    fn top(&mut self, value: &Value) {
        self.block(value, "", 2);
    }

    /// A value as a part of the page of its own. Recursion goes no deeper than the reader did.
    fn block(&mut self, value: &Value, path: &str, level: usize) {
        if self.out.len() > MOST_BYTES {
            self.left_out += 1;
            return;
        }
        match value {
            Value::Object(members) => self.object(members, path, level),
            Value::Array(elements) => self.list(elements, path, level),
            plain => self.line(path, plain),
        }
    }

    fn object(&mut self, members: &[(impl AsRef<str>, Value)], path: &str, level: usize) {
        let find = |wanted: fn(&str) -> bool| {
            members.iter().position(|(name, value)| wanted(name.as_ref()) && is_words(value))
        };
        let (heading, body) = (find(records::is_heading), find(records::is_text));
        self.gap(heading.is_some());
        if let Some(words) = heading.and_then(|n| words(&members[n].1)) {
            self.out.push_str(&format!("{} {}\n\n", "#".repeat(level.min(6)), one_line(&words, 200).0));
        }
        if let Some(words) = body.and_then(|n| words(&members[n].1)) {
            self.out.push_str(&format!("{}\n\n", text::parse(&words).markdown.trim()));
        }
        let level = if heading.is_some() { level + 1 } else { level };
        let mut later = Vec::new();
        for (n, (name, value)) in members.iter().enumerate() {
            if Some(n) == body || (Some(n) == heading && is_short(value)) {
                continue;
            }
            let path = joined(path, name.as_ref());
            match value {
                // What has a page's shape comes after the plain fields, under its own name.
                Value::Array(elements) if elements.iter().any(|e| matches!(e, Value::Object(_) | Value::Array(_))) => {
                    later.push((path, value));
                }
                Value::Object(_) => self.block(value, &path, level),
                plain => self.line(&path, plain),
            }
        }
        for (path, value) in later {
            self.gap(true);
            self.out.push_str(&format!("{} {path}\n\n", "#".repeat(level.min(6))));
            self.block(value, "", level + 1);
        }
    }

    fn list(&mut self, elements: &[Value], path: &str, level: usize) {
        if let Some(header) = header(elements) {
            self.gap(true);
            return self.records(elements, header, level);
        }
        for (n, element) in elements.iter().enumerate() {
            let path = if path.is_empty() { String::new() } else { format!("{path}[{n}]") };
            if matches!(element, Value::Object(_)) {
                self.gap(true);
            }
            self.block(element, &path, level);
        }
    }

    /// Flat objects, as rows.
    fn records(&mut self, elements: &[Value], header: Vec<String>, level: usize) {
        let places: HashMap<String, usize> = header.iter().enumerate().map(|(n, name)| (name.clone(), n)).collect();
        let mut measure = Measure::default();
        for element in elements {
            measure.row(row(element, &places).iter().map(String::as_str));
        }
        let mut writer = Writer::new(header, measure, level);
        for element in elements {
            writer.row(row(element, &places).iter().map(String::as_str));
        }
        let (written, left_out) = writer.finish();
        self.out.push_str(&written);
        self.left_out += left_out;
    }

    fn line(&mut self, path: &str, value: &Value) {
        match words(value) {
            Some(words) if path.is_empty() => {
                self.out.push_str(&format!("{}\n\n", text::parse(&words).markdown.trim()))
            }
            Some(words) => field(&mut self.out, path, &words),
            None => {}
        }
    }

    /// An empty line before what comes next, where it is needed.
    fn gap(&mut self, is_needed: bool) {
        if is_needed && !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }
}

/// The names of all fields, if the elements are flat objects with enough in common to be rows.
fn header(elements: &[Value]) -> Option<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    let mut known: HashMap<&str, ()> = HashMap::new();
    let mut fields = 0;
    for element in elements {
        let Value::Object(members) = element else { return None };
        for (name, value) in members {
            if matches!(value, Value::Object(_)) || !(is_words(value) || is_nothing(value)) {
                return None;
            }
            fields += 1;
            if known.insert(name, ()).is_none() {
                names.push(name.to_string());
            }
        }
    }
    let is_dense = names.len() <= MOST_COLUMNS && fields * 3 >= names.len() * elements.len();
    (elements.len() > 1 && !names.is_empty() && is_dense).then_some(names)
}

fn row(element: &Value, places: &HashMap<String, usize>) -> Vec<String> {
    let mut cells = vec![String::new(); places.len()];
    let Value::Object(members) = element else { return cells };
    for (name, value) in members {
        if let Some(cell) = places.get(name.as_ref()).and_then(|place| cells.get_mut(*place)) {
            *cell = words(value).unwrap_or_default();
        }
    }
    cells
}

/// What can stand on a line: a plain value, or a list of such.
fn words(value: &Value) -> Option<String> {
    match value {
        Value::Text(words) => Some(words.trim().to_owned()).filter(|words| !words.is_empty()),
        Value::Plain(word) => Some((*word).to_owned()),
        Value::Array(elements) => {
            let all: Vec<String> = elements.iter().filter_map(words).collect();
            (!all.is_empty()).then(|| all.join(", "))
        }
        Value::Object(_) | Value::Null => None,
    }
}

fn is_words(value: &Value) -> bool {
    match value {
        Value::Text(words) => !words.trim().is_empty(),
        Value::Plain(_) => true,
        Value::Array(elements) => {
            !elements.is_empty() && elements.iter().all(|e| matches!(e, Value::Text(_) | Value::Plain(_)))
        }
        Value::Object(_) | Value::Null => false,
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Text(words) => words.trim().is_empty(),
        Value::Array(elements) => elements.is_empty(),
        Value::Object(_) | Value::Plain(_) => false,
    }
}

/// Whether a heading shows all of it.
fn is_short(value: &Value) -> bool {
    words(value).is_none_or(|words| one_line(&words, 200).1)
}

fn joined(path: &str, name: &str) -> String {
    let name = one_line(name, LONGEST_NAME_CHARS).0;
    if path.is_empty() { name } else { format!("{path}.{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, expected: &str) {
        let parsed = parse(text).unwrap();
        assert_eq!((parsed.markdown.as_str(), parsed.problems.as_slice()), (expected, &[][..]), "{text}");
    }

    fn check_problems(text: &str, expected: &str, problems: &[&str]) {
        let parsed = parse(text).unwrap();
        assert_eq!(
            (parsed.markdown.as_str(), parsed.problems.as_slice()),
            (expected, &problems.iter().map(|&p| p.to_owned()).collect::<Vec<_>>()[..])
        );
    }

    #[test]
    fn titles_and_texts_are_a_page() {
        check(
            r#"{"id": 7, "question": "How do I cancel?", "answer": "In the settings.\n\nAny time.", "tags": ["plan", "money"]}"#,
            "## How do I cancel?\n\nIn the settings.\n\nAny time.\n\n- id: 7\n- tags: plan, money\n",
        );
        check(
            r#"{"site": "Help", "articles": [{"title": "A", "body": "One."}, {"title": "B", "body": "Two."}]}"#,
            "- site: Help\n\n## articles\n\n| title | body |\n| --- | --- |\n| A | One. |\n| B | Two. |\n",
        );
    }

    #[test]
    fn other_values_have_their_path() {
        check(
            r#"{"limits": {"requests": {"minute": 60}, "big": 12345678901234567890123}, "on": true, "off": null}"#,
            "- limits.requests.minute: 60\n- limits.big: 12345678901234567890123\n- on: true\n",
        );
        check(r#"["one", "two"]"#, "one\n\ntwo\n\n");
        check(r#"{"a": {"b": [{"c": 1}, 2]}}"#, "## a.b\n\n- c: 1\n2\n\n");
    }

    #[test]
    fn flat_objects_are_rows() {
        check(
            "[{\"plan\": \"Free\", \"price\": 0.00}, {\"plan\": \"Team\", \"price\": 9.90, \"seats\": 5}]",
            "| plan | price | seats |\n| --- | --- | --- |\n| Free | 0.00 |  |\n| Team | 9.90 | 5 |\n",
        );
    }

    #[test]
    fn a_broken_line_costs_itself() {
        check_problems(
            "{\"title\": \"A\", \"text\": \"a\"}\n{\"title\": \n\n{\"title\": \"B\", \"text\": \"b\"}\n",
            "## A\n\na\n\n## B\n\nb\n\n",
            &["lines that are not JSON, left out: 1 (line 2)"],
        );
    }

    #[test]
    fn what_breaks_off_is_kept() {
        check_problems(
            "{\n\"title\": \"A\",\n\"text\": \"broken o",
            "## A\n\nbroken o\n\n",
            &["the JSON goes wrong in line 3: a text has no end"],
        );
    }

    #[test]
    fn depth_and_nonsense_are_refused() {
        let deep = "[".repeat(100_000);
        let said = parse(&deep).unwrap_err().to_string();
        assert_eq!(said, "it is damaged or not what it seems: the JSON goes wrong in line 1: values nest too deep");
        assert!(parse("plain words").is_err());
    }

    #[test]
    fn long_paths_do_not_multiply() {
        let key = "k".repeat(10_000);
        let text = format!("{}{}{}", format!("{{\"{key}\":").repeat(100), "[1,2,3]", "}".repeat(100));
        assert!(parse(&text).unwrap().markdown.len() < 20_000);
    }

    proptest! {
        #[test]
        fn never_panics(text in "(?s)[\\[\\]{}\":,a1\\\\u\n ]{0,60}|.{0,60}") {
            let _ = parse(&text);
        }
    }
}
