//! A source, cut up once for many comparisons: its words, its sentences, the headings above them.
//!
//! A segment is a sentence, an item of a list, a row of a table or a heading, always an exact stretch of the text. Knows
//! nothing of what is compared with it.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::words::{Word, words};

/// A sentence without an end is cut after this many bytes, at a space.
const LONGEST: usize = 600;
/// Behind these a full stop ends nothing.
const ABBREVIATIONS: [&str; 22] = [
    "e.g", "i.e", "etc", "dr", "mr", "mrs", "ms", "st", "no", "nr", "approx", "vs", "cf", "fig", "inc", "ltd", "z.b",
    "bzw", "ca", "usw", "d.h", "vgl",
];

/// A stretch that says one thing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Segment {
    pub bytes: Range<usize>,
    /// Places in the words of the source.
    pub words: Range<usize>,
    pub heading: Option<usize>,
    /// The first row of the table that this is a row of.
    pub header: Option<usize>,
    /// Segments of one paragraph or list are one block; headings and rows stand alone.
    pub block: usize,
}

/// What may be cited.
#[derive(Clone, Debug)]
pub struct Source {
    pub text: String,
    pub words: Vec<Word>,
    pub segments: Vec<Segment>,
    /// Of the title and whatever else stands above all of the text.
    pub above: Vec<Word>,
    /// Where each form of a word occurs.
    pub places: HashMap<String, Vec<usize>>,
    names: HashSet<String>,
}

impl Source {
    /// The title counts as said when numbers and names are compared; it is never quoted.
    pub fn new(title: &str, text: &str) -> Self {
        let words = words(text);
        let mut places: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, word) in words.iter().enumerate() {
            places.entry(word.norm.clone()).or_default().push(at);
            if let Some(next) = words.get(at + 1).filter(|_| word.tied) {
                places.entry(format!("{}{}", word.norm, next.norm)).or_default().push(at);
            }
        }
        let (segments, names) = (segments(text, &words), names(&words));
        Self { text: text.to_owned(), above: self::words(title), words, segments, places, names }
    }

    /// Whether this form is a name here: with a capital within sentences, and more often than not.
    pub fn is_name(&self, norm: &str) -> bool {
        self.names.contains(norm)
    }
}

/// Forms that stand with a capital within sentences, and hardly ever without. Where one word in five does, as in
/// German, capitals say nothing.
fn names(words: &[Word]) -> HashSet<String> {
    let mut balance: HashMap<&str, i32> = HashMap::new();
    for word in words.iter().filter(|word| !word.opens) {
        *balance.entry(&word.norm).or_default() += if word.named { 1 } else { -1 };
    }
    let capitals = words.iter().filter(|word| word.named).count();
    if capitals_say_nothing(capitals, words.len()) {
        return HashSet::new();
    }
    balance.into_iter().filter(|(_, balance)| *balance > 0).map(|(norm, _)| norm.to_owned()).collect()
}

pub fn capitals_say_nothing(capitals: usize, words: usize) -> bool {
    words > 30 && capitals * 5 > words
}

fn segments(text: &str, words: &[Word]) -> Vec<Segment> {
    let mut cut: Vec<Segment> = Vec::new();
    let (mut heading, mut header, mut from, mut block, mut end_before) = (None, None, 0, 0, 0);
    for bytes in stretches(text) {
        let start = from + words[from..].iter().take_while(|word| word.range.start < bytes.start).count();
        let end = start + words[start..].iter().take_while(|word| word.range.start < bytes.end).count();
        from = end;
        let line = text[..bytes.start].rfind('\n').map_or(0, |at| at + 1);
        let opening = text[line..].trim_start();
        let alone = opening.starts_with(['|', '#']);
        header = if opening.starts_with('|') { header.or(Some(cut.len())) } else { None };
        if start == end {
            continue;
        }
        let own = cut.len();
        block += usize::from(alone || is_apart(&text[end_before..bytes.start]));
        if opening.starts_with('#') {
            heading = Some(own);
        }
        end_before = bytes.end;
        cut.push(Segment { bytes, words: start..end, heading, header: header.filter(|at| *at != own), block });
    }
    cut
}

/// Whether an empty line stands between two stretches.
fn is_apart(between: &str) -> bool {
    let lines: Vec<&str> = between.split('\n').collect();
    lines.len() > 2 && lines[1..lines.len() - 1].iter().any(|line| line.trim().is_empty())
}

/// The exact stretches of a text that say one thing each, without list markers and spaces around them.
fn stretches(text: &str) -> Vec<Range<usize>> {
    let (mut found, mut start) = (Vec::new(), 0);
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        let ends = match c {
            '\n' => ends_block(&text[start..at], &text[end..]),
            '.' | '!' | '?' | '\u{2026}' | '\u{3002}' => ends_sentence(&text[start..at], c, &text[end..]),
            _ => c == ' ' && at - start > LONGEST,
        };
        if ends {
            found.push(start..end);
            start = end;
        }
    }
    found.push(start..text.len());
    found.into_iter().filter_map(|range| trimmed(text, range)).collect()
}

/// Whether a line break parts two blocks; else it was only made to fit a width.
fn ends_block(block: &str, rest: &str) -> bool {
    let next = rest.split('\n').next().unwrap_or_default().trim_start();
    let line = block.rsplit('\n').next().unwrap_or_default().trim_start();
    next.is_empty() || line.is_empty() || opens_block(next) || line.starts_with(['|', '#'])
}

fn opens_block(line: &str) -> bool {
    line.starts_with(['|', '#', '>']) || bullet(line) > 0 || line.starts_with("---") || line.starts_with("===")
}

/// How long the marker of a list item is.
fn bullet(line: &str) -> usize {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &line[digits..];
    match digits {
        0 if rest.starts_with("- ") || rest.starts_with("* ") || rest.starts_with("+ ") => 2,
        0 if rest.starts_with("\u{2022} ") => "\u{2022} ".len(),
        1..=3 if rest.starts_with(". ") || rest.starts_with(") ") => digits + 2,
        _ => 0,
    }
}

/// Whether a stop ends a sentence, by what stands before it and what comes.
pub fn ends_sentence(before: &str, stop: char, rest: &str) -> bool {
    let closed = rest.trim_start_matches(['"', '\'', ')', ']', '*', '_', '\u{201d}', '\u{2019}']);
    let apart = closed.is_empty() || closed.starts_with(char::is_whitespace) || stop == '\u{3002}';
    let next = closed.trim_start().chars().next();
    apart && !next.is_some_and(char::is_lowercase) && (stop != '.' || !is_abbreviation(before))
}

/// Whether the full stop behind this belongs to its last word.
pub fn is_abbreviation(before: &str) -> bool {
    let last = before.rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or_default();
    let initial = last.chars().count() == 1 && last.chars().all(char::is_uppercase);
    let line = before.rsplit('\n').next().unwrap_or_default().trim();
    let numbered = !line.is_empty() && line.len() <= 3 && line.bytes().all(|byte| byte.is_ascii_digit());
    initial || numbered || ABBREVIATIONS.contains(&last.to_lowercase().as_str())
}

fn trimmed(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let whole = &text[range.clone()];
    let mut start = range.start + whole.len() - whole.trim_start().len();
    let opening = &text[start..range.end];
    start += bullet(opening);
    let rest = &text[start..range.end];
    start += rest.len() - rest.trim_start_matches(['#', '>', ' ']).len();
    let end = start + text[start..range.end].trim_end().len();
    (start < end).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let source = Source::new("", text);
        let found: Vec<&str> = source.segments.iter().map(|segment| &text[segment.bytes.clone()]).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_segment_says_one_thing() {
        check("One thing. Another one! A third", &["One thing.", "Another one!", "A third"]);
        check("wrapped at\na width. Next", &["wrapped at\na width.", "Next"]);
        check("# Head\ntext\n\n- a item\n- b item\n1. step", &["Head", "text", "a item", "b item", "step"]);
        check("| A | B |\n|---|---|\n| c | d |", &["| A | B |", "| c | d |"]);
        check("See e.g. this one. No. 5 stays. v. small", &["See e.g. this one.", "No. 5 stays. v. small"]);
        check("Costs 1.4 percent.", &["Costs 1.4 percent."]);
        check("", &[]);
    }

    #[test]
    fn rows_know_their_header_and_all_know_their_heading() {
        let source = Source::new("", "# Plans\n\n| Plan | Price |\n|---|---|\n| Solo | 24 |\n\nText.");
        let row = &source.segments[2];
        assert_eq!((row.heading, row.header), (Some(0), Some(1)));
        assert_eq!((source.segments[3].heading, source.segments[3].header), (Some(0), None));
        let blocks =
            |text: &str| Source::new("", text).segments.iter().map(|segment| segment.block).collect::<Vec<_>>();
        assert_eq!(blocks("# Plans\n\n| Plan |\n| Solo |\n\nText. More.\n- item\n\nLast."), [1, 2, 3, 4, 4, 4, 5]);
    }

    #[test]
    fn names_are_what_is_mostly_written_so() {
        let source = Source::new("", "The Practice plan. On Practice you may practise. Ask the owner or the Owner.");
        assert!(source.is_name("practic"));
        assert!(!source.is_name("owner"));
    }
}
