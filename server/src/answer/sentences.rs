//! Pieces of a passage, as they can be quoted: exact pieces of its text.
//!
//! Prose is cut at sentence ends; a list item and a table row are one piece each. Headings, heads of tables and code are no
//! pieces. Markdown in, byte ranges of the same text out.

use std::ops::Range;

use super::blocks::{Block, List, Table, blocks, item_text, trimmed};

/// A quotable piece of a passage.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Piece<'a> {
    /// What is quoted, bullet and frame included.
    pub bytes: Range<usize>,
    /// What it says, without them.
    pub words: &'a str,
    /// The words of the last heading within the passage above it.
    pub heading: Option<&'a str>,
    pub shape: Shape,
    /// The block that it stands in, counted from the start of the passage.
    pub block: usize,
}

/// What a piece is part of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Shape {
    Sentence,
    /// Of a numbered list.
    Step,
    Item,
    /// Of a table, with the table's head.
    Row(Option<Range<usize>>),
}

/// Shorter pieces say nothing on their own; longer ones are no quotes.
const SHORTEST: usize = 12;
const LONGEST: usize = 600;

pub fn pieces(passage: &str) -> Vec<Piece<'_>> {
    let (mut pieces, mut heading) = (Vec::new(), None);
    for (at, block) in blocks(passage).into_iter().enumerate() {
        let found = match block {
            Block::Heading(range) => {
                heading = Some(&passage[range]);
                Vec::new()
            }
            Block::Prose(range) => cut(passage, range),
            Block::List(list) => items(passage, list),
            Block::Table(table) => rows(passage, table),
        };
        pieces.extend(found.into_iter().map(|piece| Piece { heading, block: at, ..piece }));
    }
    let fits = |words: &str| (SHORTEST..=LONGEST).contains(&words.len()) && words.chars().any(char::is_alphabetic);
    pieces.retain(|piece| fits(piece.words));
    pieces
}

fn piece(words: &str, bytes: Range<usize>, shape: Shape) -> Piece<'_> {
    Piece { bytes, words, heading: None, shape, block: 0 }
}

fn cut(passage: &str, prose: Range<usize>) -> Vec<Piece<'_>> {
    let sentences = sentences(passage, prose).into_iter();
    sentences.map(|range| piece(&passage[range.clone()], range, Shape::Sentence)).collect()
}

/// An item is a whole, unless it is too long to be quoted as one.
fn items(passage: &str, list: List) -> Vec<Piece<'_>> {
    let shape = if list.ordered { Shape::Step } else { Shape::Item };
    let of = |item: Range<usize>| {
        if item.len() > LONGEST {
            return cut(passage, item);
        }
        vec![piece(item_text(&passage[item.clone()]), item, shape.clone())]
    };
    list.items.into_iter().flat_map(of).collect()
}

fn rows(passage: &str, table: Table) -> Vec<Piece<'_>> {
    let frame = |c| matches!(c, '|' | ' ');
    let of = |row: Range<usize>| piece(passage[row.clone()].trim_matches(frame), row, Shape::Row(table.head.clone()));
    table.rows.iter().cloned().map(of).collect()
}

/// Cut where a sentence ends: `.`, `!` or `?`, then white space, then something that begins one. `e.g. this` and
/// `No. 5` are wrong now and then; the pieces are quotes all the same.
fn sentences(text: &str, prose: Range<usize>) -> Vec<Range<usize>> {
    let (mut found, mut from) = (Vec::new(), prose.start);
    for (at, c) in text[prose.clone()].char_indices() {
        let end = prose.start + at + c.len_utf8();
        let rest = &text[end..prose.end];
        let followed =
            rest.starts_with(char::is_whitespace) && rest.trim_start().starts_with(|next: char| !next.is_lowercase());
        if matches!(c, '。' | '！' | '？') || (matches!(c, '.' | '!' | '?') && followed) {
            found.push(trimmed(text, from..end));
            from = end;
        }
    }
    found.push(trimmed(text, from..prose.end));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let found = pieces(text);
        assert_eq!(found.iter().map(|piece| piece.words).collect::<Vec<_>>(), expected);
        assert!(found.iter().all(|piece| text[piece.bytes.clone()].contains(piece.words)));
    }

    #[test]
    fn prose_is_cut_at_sentence_ends() {
        let prose = "Refunds take ten days. Ask billing!\nVersion 2.1 is out, e.g. today.";
        check(prose, &["Refunds take ten days.", "Ask billing!", "Version 2.1 is out, e.g. today."]);
    }

    #[test]
    fn items_and_rows_lose_their_frame_and_headings_are_no_sentences() {
        check(
            "# Refunds and more\n\n- Write to billing. They know.\n- Wait for ten days\n",
            &["Write to billing. They know.", "Wait for ten days"],
        );
        check("1. Open the settings page\n2. Press export now\n", &["Open the settings page", "Press export now"]);
        check("| Plan | Price |\n|---|---|\n| Practice | 59 pounds |", &["Practice | 59 pounds"]);
        check("```\nlet code = not_a_sentence();\n```\nProse goes on here.", &["Prose goes on here."]);
        let long = format!("- A long one.{}", " Words follow.".repeat(60));
        check(&long, &[&["- A long one."][..], &["Words follow."; 60]].concat());
    }

    #[test]
    fn the_short_and_the_endless_are_left_out() {
        check("Yes. No.", &[]);
        check(&"word ".repeat(200), &[]);
        check(
            "返金には最大で十営業日かかります。お待ちください。",
            &["返金には最大で十営業日かかります。", "お待ちください。"],
        );
    }

    #[test]
    fn a_piece_knows_where_it_stands() {
        let text = "## Plans\n\n| Plan | Price |\n|---|---|\n| Practice | 59 pounds |\n\n1. Open the page.";
        let found = pieces(text);
        let Shape::Row(Some(head)) = &found[0].shape else { panic!("{found:?}") };
        assert_eq!((&text[head.clone()], found[0].heading, found[0].block), ("| Plan | Price |", Some("Plans"), 1));
        assert_eq!(
            (&text[found[1].bytes.clone()], &found[1].shape, found[1].block),
            ("1. Open the page.", &Shape::Step, 2)
        );
    }
}
