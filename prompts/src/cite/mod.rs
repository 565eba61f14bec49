//! Citations: the grammar of markers, and the check that what is cited was said.
//!
//! A marker is `[n]`, n from 1, naming a source of this turn by its alias. A marker that names no source is dropped, one
//! whose source does not say what is claimed loses its place, and a quote that does not stand in its source, to the
//! byte, is not a quote. Nothing is attributed after the fact.

mod agree;
mod align;
mod checker;
mod dates;
mod dispute;
mod grammar;
mod judge;
mod lexicon;
mod notation;
mod source;
mod verdict;
mod words;

use std::ops::Range;

pub use agree::Doubt;
pub use checker::Checker;
pub use dispute::Quoted;
pub use grammar::{Lexer, Token};
pub use judge::{Evidence, Refusal, judge};
pub use source::Source;
pub use verdict::{Checked, Event, Lists, Standing};

/// Where a quote stands in its source, exactly; `None` for what was never said there.
pub fn locate(quote: &str, source: &str) -> Option<Range<usize>> {
    let start = source.find(quote).filter(|_| !quote.trim().is_empty())?;
    Some(start..start + quote.len())
}

/// A text without its markers, whatever they name: those of an earlier turn mean nothing in this one.
pub fn without_markers(text: &str) -> String {
    let mut lexer = Lexer::default();
    let mut tokens = lexer.feed(text);
    tokens.extend(lexer.finish());
    let kept = tokens.into_iter().map(|token| match token {
        Token::Text(c) | Token::Block(c) => c.to_string(),
        Token::Code(code) => code,
        Token::Marks { .. } => String::new(),
    });
    kept.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_go_and_text_stays() {
        assert_eq!(without_markers("Ten days [1]. See `x[2]` [2, 3] (now)"), "Ten days. See `x[2]` (now)");
    }

    #[test]
    fn a_quote_is_exact_or_it_is_none() {
        assert_eq!(locate("ten days", "within ten days."), Some(7..15));
        assert_eq!(locate("Ten days", "within ten days."), None);
        assert_eq!(locate(" ", "a b"), None);
        assert_eq!(locate("", "a b"), None);
    }
}
