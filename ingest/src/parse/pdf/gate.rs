//! The gate: whether the text that an engine delivered can be the text of the document.
//!
//! An engine that fails says so seldom; mostly it delivers words torn into letters, signs that no font had a letter
//! for, or nothing. Pages that are pictures are no failure of an engine. Knows nothing of the engines.

use super::sheet::{Document, Sheet};

/// Of a page, in the median; fewer is no text.
const FEWEST_LETTERS: usize = 20;
/// Among words of letters that have cases; others write no spaces.
const MOST_SINGLE_LETTERS: f32 = 0.25;
const SHORTEST_MEAN: f32 = 2.2;
const MOST_UNREADABLE: f32 = 0.02;
/// Formulas and tables of figures are torn by nature; fewer words than these say nothing.
const FEWEST_WORDS: usize = 20;

/// Why the text is not to be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// The document has pages, and they are as good as empty.
    TooLittle,
    /// Some pages were given up.
    Incomplete,
    Torn,
    Unreadable,
}

pub(super) fn doubt(document: &Document) -> Option<Doubt> {
    let words: Vec<&str> = words(document).collect();
    if is_unreadable(&words) {
        return Some(Doubt::Unreadable);
    }
    if is_torn(&words) {
        return Some(Doubt::Torn);
    }
    if is_too_little(&document.sheets) {
        return Some(Doubt::TooLittle);
    }
    (!document.lost.is_empty()).then_some(Doubt::Incomplete)
}

/// How much of it reads like words: what decides between two doubtful texts.
pub(super) fn worth(document: &Document) -> usize {
    words(document).filter(|word| word.chars().count() >= 2 && word.chars().all(|c| c.is_alphanumeric())).count()
}

fn words(document: &Document) -> impl Iterator<Item = &str> {
    document.sheets.iter().flat_map(|sheet| &sheet.lines).flat_map(|line| &line.words).map(|word| word.text.as_str())
}

fn is_too_little(sheets: &[Sheet]) -> bool {
    let mut weights: Vec<usize> = sheets.iter().filter(|sheet| !sheet.has_picture).map(Sheet::weight).collect();
    weights.sort_unstable();
    weights.get(weights.len() / 2).is_some_and(|median| *median < FEWEST_LETTERS)
}

fn is_torn(words: &[&str]) -> bool {
    let has_case = |word: &&&str| word.chars().all(|c| c.is_lowercase() || c.is_uppercase());
    let lengths: Vec<usize> = words.iter().filter(has_case).map(|word| word.chars().count()).collect();
    let single = lengths.iter().filter(|length| **length == 1).count() as f32;
    let (count, total) = (lengths.len() as f32, lengths.iter().sum::<usize>() as f32);
    lengths.len() >= FEWEST_WORDS && (single > MOST_SINGLE_LETTERS * count || total < SHORTEST_MEAN * count)
}

fn is_unreadable(words: &[&str]) -> bool {
    let total: usize = words.iter().map(|word| word.chars().count()).sum();
    let unreadable = |c: &char| matches!(c, '\u{fffd}' | '\u{e000}'..='\u{f8ff}') || c.is_control();
    let lost = words.iter().flat_map(|word| word.chars()).filter(unreadable).count();
    total > 0 && lost as f32 > MOST_UNREADABLE * total as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<Doubt>) {
        let document = Document { sheets: vec![Sheet::of_text(text)], ..Document::default() };
        assert_eq!(doubt(&document), expected, "{text}");
    }

    #[test]
    fn text_passes() {
        check(&"Refunds are paid within a month of the day on which I asked. ".repeat(3), None);
        check(&"\u{4f60}\u{597d} \u{4e16}".repeat(30), None);
    }

    #[test]
    fn what_cannot_be_the_text_does_not() {
        check("Hi", Some(Doubt::TooLittle));
        check("", Some(Doubt::TooLittle));
        check(&"R e f unds a r e p aid w i thin ".repeat(3), Some(Doubt::Torn));
        check(&"Ref\u{fffd}nds \u{e012}\u{e013}\u{e014} are paid ".repeat(3), Some(Doubt::Unreadable));
    }

    #[test]
    fn pictures_are_no_failure() {
        let sheets = vec![Sheet { has_picture: true, ..Sheet::default() }];
        assert_eq!(doubt(&Document { sheets, ..Document::default() }), None);
    }
}
