//! Words broken at the end of a line: joined again.
//!
//! The hyphen goes when both halves are in lower case, since that is how words are broken; it stays where the document
//! writes the word with it elsewhere and never without. A line that ends within `self-hosted` is joined wrongly when
//! the document has the word nowhere else: rarer than the other way round.

use std::collections::HashSet;

use super::sheet::Sheet;

/// The words that a document writes within its lines.
#[derive(Debug, Default)]
pub(super) struct Vocabulary(HashSet<String>);

impl Vocabulary {
    pub(super) fn of(sheets: &[Sheet]) -> Self {
        let mut words = HashSet::new();
        for line in sheets.iter().flat_map(|sheet| &sheet.lines) {
            // The last word may be half of one, and the first the other half.
            let inner = line.words.get(1..line.words.len().saturating_sub(1)).unwrap_or_default();
            words.extend(inner.iter().map(|word| bare(&word.text)));
        }
        Self(words)
    }

    /// Add the next line to a paragraph.
    pub(super) fn join(&self, text: &mut String, next: &str) {
        if text.is_empty() || next.is_empty() {
            return text.push_str(next);
        }
        match self.seam(text, next) {
            Seam::Space => text.push(' '),
            Seam::Nothing => {}
            Seam::Joined => text.truncate(text.len() - text.chars().next_back().map_or(0, char::len_utf8)),
        }
        text.push_str(next);
    }

    fn seam(&self, text: &str, next: &str) -> Seam {
        let ideographic = |c: Option<char>| c.is_some_and(is_ideographic);
        if ideographic(text.chars().next_back()) && ideographic(next.chars().next()) {
            return Seam::Nothing;
        }
        let Some(before) = text.strip_suffix(['-', '\u{2010}']) else { return Seam::Space };
        let first = before.rsplit(char::is_whitespace).next().unwrap_or_default();
        let second = next.split(char::is_whitespace).next().unwrap_or_default();
        let is_lower = |c: Option<char>| c.is_some_and(char::is_lowercase);
        match () {
            () if !first.ends_with(char::is_alphanumeric) => Seam::Space,
            () if !is_lower(first.chars().next_back()) || !is_lower(second.chars().next()) => Seam::Nothing,
            () if is_conjunction(second) => Seam::Space,
            () if self.prefers_hyphen(first, second) => Seam::Nothing,
            () => Seam::Joined,
        }
    }

    fn prefers_hyphen(&self, first: &str, second: &str) -> bool {
        !self.0.contains(&bare(&format!("{first}{second}"))) && self.0.contains(&bare(&format!("{first}-{second}")))
    }
}

#[derive(Clone, Copy)]
enum Seam {
    Space,
    /// The lines are joined as they are.
    Nothing,
    /// The hyphen goes.
    Joined,
}

/// `pre- and post-war`, `Vor- und Nachteile`: the hyphen stands for a word that comes later.
fn is_conjunction(word: &str) -> bool {
    matches!(word, "and" | "or" | "und" | "oder" | "et" | "ou" | "y" | "o" | "e" | "en" | "of" | "och")
}

/// Scripts that write no spaces.
fn is_ideographic(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ffef}')
}

fn bare(word: &str) -> String {
    word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(document: &str, first: &str, second: &str, expected: &str) {
        let mut text = first.to_owned();
        Vocabulary::of(&[Sheet::of_text(document)]).join(&mut text, second);
        assert_eq!(text, expected);
    }

    #[test]
    fn broken_words_are_joined() {
        check("", "the docu-", "ment is", "the document is");
        check("", "a sentence", "goes on", "a sentence goes on");
        check("", "of \u{4f60}", "\u{597d}", "of \u{4f60}\u{597d}");
    }

    #[test]
    fn real_hyphens_stay() {
        check("a self-hosted house", "it is self-", "hosted.", "it is self-hosted.");
        check("", "2020-", "2021", "2020-2021");
        check("", "E-", "Mail", "E-Mail");
        check("", "Vor-", "und Nachteile", "Vor- und Nachteile");
        check("", "this -", "that", "this - that");
    }
}
