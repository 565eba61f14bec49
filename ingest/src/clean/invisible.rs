//! The characters that nobody sees: which of them carry meaning, and which only hide something.
//!
//! Knows Unicode ranges and nothing of lines or Markdown. The judgement looks at one character, what was kept before it
//! and what comes next. Marks stand in another order once what stood between them is gone, so a joiner is judged by the
//! letters on its sides and not by their marks: straining what was strained changes nothing.

use std::str::Chars;

use unicode_normalization::char::canonical_combining_class;

const ZWNJ: char = '\u{200c}';
const ZWJ: char = '\u{200d}';

/// Why a character was taken out; each is one line of the problems.
#[derive(Clone, Copy)]
enum Hidden {
    Control,
    ZeroWidth,
    Direction,
    Tag,
    Variation,
}

impl Hidden {
    const NAMES: [&str; 5] = ["control", "zero-width", "text-direction", "invisible tag", "surplus variation-selector"];
}

/// Takes out what hides, and counts it.
#[derive(Default)]
pub(super) struct Sieve {
    removed: [usize; 5],
}

impl Sieve {
    /// The text, which is in NFC, without hidden characters, every line end as `\n`, every kind of blank as a space.
    pub(super) fn strain(&mut self, text: &str) -> String {
        let mut kept = String::with_capacity(text.len());
        let mut before = Before::default();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            match verdict(c, before, &mut chars) {
                Ok(c) => {
                    kept.push(c);
                    before = before.then(c);
                }
                Err(hidden) => self.removed[hidden as usize] += 1,
            }
        }
        kept
    }

    /// One sentence for each class that was met.
    pub(super) fn problems(&self) -> Vec<String> {
        let met = Hidden::NAMES.iter().zip(self.removed).filter(|(_, count)| *count > 0);
        met.map(|(name, count)| format!("{name} characters removed: {count}")).collect()
    }
}

/// What was kept before a character: the last one, and the last one that is no mark upon another.
#[derive(Clone, Copy, Default)]
struct Before {
    last: Option<char>,
    letter: Option<char>,
}

impl Before {
    fn then(self, c: char) -> Self {
        Self { last: Some(c), letter: if is_mark(c) { self.letter } else { Some(c) } }
    }
}

fn is_mark(c: char) -> bool {
    canonical_combining_class(c) != 0
}

pub(super) fn is_joiner(c: char) -> bool {
    matches!(c, ZWNJ | ZWJ)
}

/// The character to keep in its place, or why there is none.
fn verdict(c: char, before: Before, rest: &mut Chars) -> Result<char, Hidden> {
    match c {
        ' '..='~' | '\n' | '\t' => Ok(c),
        '\r' if rest.as_str().starts_with('\n') => rest.next().ok_or(Hidden::Control),
        '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Ok('\n'),
        '\u{a0}' | '\u{2007}' | '\u{202f}' => Ok(' '),
        ZWNJ | ZWJ if joins(before.letter, rest.clone().find(|c| !is_mark(*c))) => Ok(c),
        '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => match before.last {
            Some(last) if !last.is_whitespace() && !is_selector(last) => Ok(c),
            _ => Err(Hidden::Variation),
        },
        '\u{ad}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200d}'
        | '\u{2060}'..='\u{2064}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffc}' => Err(Hidden::ZeroWidth),
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}' => {
            Err(Hidden::Direction)
        }
        '\u{e0000}'..='\u{e007f}' => Err(Hidden::Tag),
        '\u{fffe}' | '\u{ffff}' => Err(Hidden::Control),
        c if c.is_control() => Err(Hidden::Control),
        c => Ok(c),
    }
}

fn is_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// A joiner means something between two letters of a cursive or Indic script, and between two emoji.
fn joins(last: Option<char>, next: Option<char>) -> bool {
    let (Some(last), Some(next)) = (last, next) else { return false };
    (is_shaped(last) && is_shaped(next)) || (is_pictorial(last) && is_pictorial(next))
}

/// Arabic to N'Ko, Indic to Khmer, Mongolian, and their later blocks: scripts whose letters change shape when joined.
fn is_shaped(c: char) -> bool {
    matches!(c, '\u{600}'..='\u{61b}' | '\u{61d}'..='\u{8ff}' | '\u{900}'..='\u{109f}' | '\u{1780}'..='\u{180d}'
        | '\u{180f}'..='\u{18af}' | '\u{1a20}'..='\u{1bff}' | '\u{a800}'..='\u{abff}' | '\u{fb50}'..='\u{fdff}'
        | '\u{fe70}'..='\u{fefc}' | '\u{11000}'..='\u{11fff}')
}

/// Emoji, their skin tones, and the selector that turns a sign into one.
fn is_pictorial(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}' | '\u{fe0f}')
}
