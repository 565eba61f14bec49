//! Markers on their way round Markdown: taken out as two private characters and a number, put back as whatever is asked.
//!
//! The characters have no meaning to anybody; those that a model writes are removed first, so none can be forged.

use super::Allowed;
use crate::cite::{Lexer, Token};
use crate::unseen;

const OPEN: char = '\u{e000}';
const CLOSE: char = '\u{e001}';

/// A piece of shown text.
pub enum Piece<'a> {
    Text(&'a str),
    Mark(&'a str),
}

/// The text as Markdown is to read it: nothing unseen, and of the markers those that may be shown.
pub fn taken_out(text: &str, allowed: Allowed<'_>) -> String {
    let seen = unseen::seen(text).replace([OPEN, CLOSE], "");
    let mut lexer = Lexer::default();
    let mut tokens = lexer.feed(&seen);
    tokens.extend(lexer.finish());
    let mut out = String::with_capacity(seen.len());
    for token in tokens {
        match token {
            Token::Text(c) | Token::Block(c) => out.push(c),
            Token::Code(code) => out.push_str(&code),
            Token::Marks { before, numbers } => {
                let known: Vec<String> =
                    numbers.iter().filter(|n| allowed.cited.contains(n)).map(|n| format!("{OPEN}{n}{CLOSE}")).collect();
                if !known.is_empty() {
                    out.push_str(&before);
                    out.push_str(&known.concat());
                }
            }
        }
    }
    out
}

/// A stretch of text with its markers told apart, and without any that came in by another way.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    for (at, part) in text.split([OPEN, CLOSE]).enumerate() {
        if at % 2 == 1 {
            pieces.push(Piece::Mark(part));
        } else {
            pieces.extend(unmarked(part).into_iter().map(Piece::Text));
        }
    }
    pieces
}

/// As it stood there, for code.
pub fn restored(text: &str) -> String {
    text.replace(OPEN, "[").replace(CLOSE, "]")
}

/// What is left between things that look like markers, such as those that were written as entities.
fn unmarked(text: &str) -> Vec<&str> {
    let (mut kept, mut from) = (Vec::new(), 0);
    for (at, _) in text.match_indices('[') {
        let digits = text[at + 1..].bytes().take_while(u8::is_ascii_digit).count();
        if at >= from && (1..=3).contains(&digits) && text[at + 1 + digits..].starts_with(']') {
            kept.push(&text[from..at]);
            from = at + digits + 2;
        }
    }
    kept.push(&text[from..]);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_markers_go_round() {
        let allowed = Allowed { urls: &[], cited: &[1, 2] };
        assert_eq!(
            taken_out("a [1] b [9] `x[9]` [1, 2]", allowed),
            "a \u{e000}1\u{e001} b `x[9]` \u{e000}1\u{e001}\u{e000}2\u{e001}"
        );
        assert_eq!(taken_out("\u{e000}9\u{e001}", allowed), "9");
    }

    #[test]
    fn none_is_left_in_text() {
        assert_eq!(unmarked("a[99]b[x][1234][1]"), ["a", "b[x][1234]", ""]);
    }
}
