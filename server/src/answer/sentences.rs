//! Sentences of a passage, as they can be quoted: exact pieces of its text.
//!
//! Prose is cut at sentence ends, a list item or table row is one piece without its bullet or frame; headings,
//! heads of tables and code are no sentences. Markdown in, pieces of the same text out.

/// A quotable piece of a passage.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Piece<'a> {
    pub text: &'a str,
    /// The words of the last heading within the passage above it.
    pub heading: Option<&'a str>,
}

/// Shorter pieces say nothing on their own; longer ones are no quotes.
const SHORTEST: usize = 12;
const LONGEST: usize = 600;

pub fn pieces(passage: &str) -> Vec<Piece<'_>> {
    let (mut pieces, mut heading) = (Vec::new(), None);
    for block in blocks(passage) {
        match block {
            Block::Heading(words) => heading = Some(words),
            Block::Line(text) => pieces.push(Piece { text, heading }),
            Block::Prose(prose) => pieces.extend(sentences(prose).into_iter().map(|text| Piece { text, heading })),
        }
    }
    let fits = |text: &str| (SHORTEST..=LONGEST).contains(&text.len()) && text.chars().any(char::is_alphabetic);
    pieces.retain(|piece| fits(piece.text));
    pieces
}

enum Block<'a> {
    Heading(&'a str),
    Line(&'a str),
    Prose(&'a str),
}

/// Lines that stand alone, and runs of lines that are one paragraph.
fn blocks(text: &str) -> Vec<Block<'_>> {
    let (mut blocks, mut paragraph, mut fenced, mut at) = (Vec::new(), None::<(usize, usize)>, false, 0);
    for line in text.split_inclusive('\n') {
        let (start, trimmed) = (at, line.trim());
        at += line.len();
        let heads_table = is_row(trimmed) && text[at..].lines().next().is_some_and(|next| is_rule(next.trim()));
        let fence = trimmed.starts_with("```") || trimmed.starts_with("~~~");
        fenced ^= fence;
        let alone = fenced || fence || trimmed.is_empty() || trimmed.starts_with('#') || is_row(trimmed);
        let item = item_text(trimmed).filter(|_| !alone);
        if alone || item.is_some() {
            blocks.extend(paragraph.take().map(|(from, to)| Block::Prose(&text[from..to])));
        }
        if !fenced && trimmed.starts_with('#') {
            blocks.push(Block::Heading(trimmed.trim_matches(|c: char| c == '#' || c.is_whitespace())));
        } else if let Some(item) = item {
            blocks.extend(sentences(item).into_iter().map(Block::Line));
        } else if is_row(trimmed) && !fenced && !is_rule(trimmed) && !heads_table {
            blocks.push(Block::Line(trimmed.trim_matches(|c| c == '|' || c == ' ')));
        } else if !alone {
            paragraph = Some((paragraph.map_or(start, |(from, _)| from), start + line.trim_end().len()));
        }
    }
    blocks.extend(paragraph.map(|(from, to)| Block::Prose(&text[from..to])));
    blocks
}

/// The text of `- item`, `* item` or `3. item`.
fn item_text(line: &str) -> Option<&str> {
    let bullet = line.strip_prefix("- ").or_else(|| line.strip_prefix("* ")).or_else(|| line.strip_prefix("+ "));
    let numbered = || {
        let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
        let rest = rest.strip_prefix(". ").or_else(|| rest.strip_prefix(") "))?;
        line.starts_with(|c: char| c.is_ascii_digit()).then_some(rest)
    };
    bullet.or_else(numbered).map(str::trim)
}

fn is_row(line: &str) -> bool {
    line.starts_with('|')
}

/// The line between a table's head and its body.
fn is_rule(row: &str) -> bool {
    is_row(row) && row.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '))
}

/// Cut where a sentence ends: `.`, `!` or `?`, then white space, then something that begins one. `e.g. this` and
/// `No. 5` are wrong now and then; the pieces are quotes all the same.
fn sentences(prose: &str) -> Vec<&str> {
    let (mut found, mut from) = (Vec::new(), 0);
    for (at, c) in prose.char_indices() {
        let full_width = matches!(c, '。' | '！' | '？');
        let end = at + c.len_utf8();
        let followed = prose[end..].chars().next().is_some_and(char::is_whitespace)
            && prose[end..].trim_start().starts_with(|next: char| !next.is_lowercase());
        if full_width || (matches!(c, '.' | '!' | '?') && followed) {
            found.push(prose[from..end].trim());
            from = end;
        }
    }
    found.push(prose[from..].trim());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let found = pieces(text);
        assert_eq!(found.iter().map(|piece| piece.text).collect::<Vec<_>>(), expected);
        assert!(found.iter().all(|piece| text.contains(piece.text)));
    }

    #[test]
    fn prose_is_cut_at_sentence_ends() {
        let prose = "Refunds take ten days. Ask billing!\nVersion 2.1 is out, e.g. today.";
        check(prose, &["Refunds take ten days.", "Ask billing!", "Version 2.1 is out, e.g. today."]);
    }

    #[test]
    fn items_and_rows_lose_their_frame_and_headings_are_no_sentences() {
        check(
            "# Refunds and more\n\n- Write to billing\n- Wait for ten days\n",
            &["Write to billing", "Wait for ten days"],
        );
        check("1. Open the settings page\n2. Press export now\n", &["Open the settings page", "Press export now"]);
        check("| Plan | Price |\n|---|---|\n| Practice | 59 pounds |", &["Practice | 59 pounds"]);
        check("```\nlet code = not_a_sentence();\n```\nProse goes on here.", &["Prose goes on here."]);
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
}
