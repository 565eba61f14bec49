//! Reading JSON: one value after another, as it stands.
//!
//! Our own reader, because what is read is shown: numbers keep their digits and keys their order, which a reader that
//! makes floats and maps of them loses. Where a text breaks off or goes wrong, what stands before is kept. Depth and
//! number of values are bounded. Knows nothing of what the values mean.

use std::borrow::Cow;

/// As deep as the usual readers go.
const MOST_DEPTH: usize = 128;
/// Half the memory of a parser at most.
const MOST_VALUES: usize = 3_000_000;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value<'a> {
    Object(Vec<(Cow<'a, str>, Value<'a>)>),
    Array(Vec<Value<'a>>),
    Text(Cow<'a, str>),
    /// A number, `true` or `false`, as written.
    Plain(&'a str),
    Null,
}

/// Reads values from the front of a text.
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
    values: usize,
    fault: Option<&'static str>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, values: 0, fault: None }
    }

    /// The next value; `None` at the end, and after a fault.
    pub(super) fn next_value(&mut self) -> Option<Value<'a>> {
        let next = self.peek();
        if self.fault.is_some() || next.is_none() { None } else { self.value(0) }
    }

    /// What was wrong, and in which line.
    pub(super) fn fault(&self) -> Option<(&'static str, usize)> {
        let before = &self.text.as_bytes()[..self.at.min(self.text.len())];
        Some((self.fault?, before.iter().filter(|b| **b == b'\n').count() + 1))
    }

    fn value(&mut self, depth: usize) -> Option<Value<'a>> {
        self.values += 1;
        if self.values > MOST_VALUES {
            return self.fail("too many values");
        }
        match self.peek() {
            Some(b'{' | b'[') if depth >= MOST_DEPTH => self.fail("values nest too deep"),
            Some(b'{') => Some(Value::Object(self.members(depth))),
            Some(b'[') => Some(Value::Array(self.elements(depth))),
            Some(b'"') => Some(Value::Text(self.string())),
            Some(_) => self.word(),
            None => self.fail("it breaks off"),
        }
    }

    fn members(&mut self, depth: usize) -> Vec<(Cow<'a, str>, Value<'a>)> {
        let mut members = Vec::new();
        self.at += 1;
        while self.goes_on(b'}') {
            if self.peek() != Some(b'"') {
                self.fail::<()>("a name was expected");
                break;
            }
            let name = self.string();
            if !self.skip(b':') {
                self.fail::<()>("a colon was expected");
                break;
            }
            members.extend(self.value(depth + 1).map(|value| (name, value)));
        }
        members
    }

    fn elements(&mut self, depth: usize) -> Vec<Value<'a>> {
        let mut elements = Vec::new();
        self.at += 1;
        while self.goes_on(b']') {
            elements.extend(self.value(depth + 1));
        }
        elements
    }

    /// Whether another member comes before the closing bracket. Surplus commas are forgiven, missing ones are not.
    fn goes_on(&mut self, close: u8) -> bool {
        let opens = |b: u8| matches!(b, b'{' | b'[');
        let is_first = self.text.as_bytes()[..self.at].last().is_some_and(|b| opens(*b));
        let has_comma = self.skip(b',');
        match self.peek() {
            _ if self.fault.is_some() => false,
            Some(b) if b == close => {
                self.at += 1;
                false
            }
            None => self.fail::<()>("it breaks off").is_some(),
            Some(_) if has_comma || is_first => true,
            Some(_) => self.fail::<()>("a comma was expected").is_some(),
        }
    }

    /// The text between two quotes. One that breaks off is kept.
    fn string(&mut self) -> Cow<'a, str> {
        let start = self.at + 1;
        let rest = &self.text.as_bytes()[start..];
        let mut length = 0;
        let mut has_escape = false;
        loop {
            match rest.get(length) {
                Some(b'"') => break,
                Some(b'\\') => {
                    has_escape = true;
                    length += 2;
                }
                Some(_) => length += 1,
                None => {
                    self.fail::<()>("a text has no end");
                    break;
                }
            }
        }
        let end = self.text.floor_char_boundary(start + length);
        self.at = (end + 1).min(self.text.len());
        let raw = &self.text[start.min(end)..end];
        if has_escape { Cow::Owned(unescaped(raw)) } else { Cow::Borrowed(raw) }
    }

    fn word(&mut self) -> Option<Value<'a>> {
        let rest = &self.text[self.at..];
        let ends = |b: u8| b.is_ascii_whitespace() || matches!(b, b',' | b':' | b'"' | b'{' | b'}' | b'[' | b']');
        let end = rest.bytes().position(ends).unwrap_or(rest.len());
        let word = &rest[..end];
        let is_number = word.trim_start_matches('-').starts_with(|c: char| c.is_ascii_digit());
        let value = match word {
            "null" | "NaN" | "undefined" => Value::Null,
            "true" | "false" => Value::Plain(word),
            _ if is_number && word.len() < 1000 => Value::Plain(word),
            _ => return self.fail("a value was expected"),
        };
        self.at += end;
        Some(value)
    }

    fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while bytes.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    fn skip(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    /// The first fault is the one to tell.
    fn fail<T>(&mut self, fault: &'static str) -> Option<T> {
        self.fault.get_or_insert(fault);
        None
    }
}

fn unescaped(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(escape) = rest.chars().next() else { break };
        rest = &rest[escape.len_utf8()..];
        match escape {
            'n' => text.push('\n'),
            't' => text.push('\t'),
            'r' => text.push('\r'),
            'b' | 'f' => text.push(' '),
            'u' => rest = unicode(&mut text, rest),
            other => text.push(other),
        }
    }
    text + rest
}

/// Four digits, and four more for characters beyond the first 65,536. Returns what follows.
fn unicode<'a>(text: &mut String, rest: &'a str) -> &'a str {
    let unit = |rest: &str| rest.get(..4).and_then(|digits| u16::from_str_radix(digits, 16).ok());
    let Some(first) = unit(rest) else {
        text.push(char::REPLACEMENT_CHARACTER);
        return rest;
    };
    let rest = &rest[4..];
    let second = rest.strip_prefix("\\u").and_then(unit).filter(|unit| (0xdc00..0xe000).contains(unit));
    let pair = second.filter(|_| (0xd800..0xdc00).contains(&first));
    let units = [first, pair.unwrap_or(0)];
    let read = char::decode_utf16(units.into_iter().take(if pair.is_some() { 2 } else { 1 }));
    text.extend(read.map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
    if pair.is_some() { &rest[6..] } else { rest }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str, fault: Option<(&str, usize)>) {
        let mut reader = Reader::new(text);
        let values: Vec<Value> = std::iter::from_fn(|| reader.next_value()).collect();
        assert_eq!((format!("{values:?}").as_str(), reader.fault()), (expected, fault), "{text}");
    }

    #[test]
    fn values_stay_as_written() {
        check(
            "[1.10, 12345678901234567890123, -1e5]",
            r#"[Array([Plain("1.10"), Plain("12345678901234567890123"), Plain("-1e5")])]"#,
            None,
        );
        check(r#"{"z": null, "a": true}"#, r#"[Object([("z", Null), ("a", Plain("true"))])]"#, None);
        check(r#""a\"\u00e9\ud83d\ude00\ud800x\n""#, "[Text(\"a\\\"é😀\u{fffd}x\\n\")]", None);
        check("1 2\n3", r#"[Plain("1"), Plain("2"), Plain("3")]"#, None);
        check("[1,]", r#"[Array([Plain("1")])]"#, None);
    }

    #[test]
    fn what_stands_before_a_fault_is_kept() {
        check("[1,\n2", r#"[Array([Plain("1"), Plain("2")])]"#, Some(("it breaks off", 2)));
        check("{\"a\": \"b", r#"[Object([("a", Text("b"))])]"#, Some(("a text has no end", 1)));
        check("[1 2]", r#"[Array([Plain("1")])]"#, Some(("a comma was expected", 1)));
        check("{a: 1}", "[Object([])]", Some(("a name was expected", 1)));
        check("\"\\", r#"[Text("")]"#, Some(("a text has no end", 1)));
        check("hello", "[]", Some(("a value was expected", 1)));
        check("\"\\é", r#"[Text("é")]"#, Some(("a text has no end", 1)));
        check("\"\\u12", r#"[Text("�12")]"#, Some(("a text has no end", 1)));
    }

    #[test]
    fn depth_is_bounded() {
        for open in ["[", "{\"a\":", "[{\"a\":"] {
            let text = open.repeat(100_000);
            let mut reader = Reader::new(&text);
            while reader.next_value().is_some() {}
            assert_eq!(reader.fault(), Some(("values nest too deep", 1)));
        }
    }
}
