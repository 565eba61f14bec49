//! Blocks as Markdown.
//!
//! What follows reads Markdown, so a line of text must not be misread as some: signs at the start of a line are
//! escaped, rules of dashes are dropped. Signs within lines stay as they are, as in plain text.

use super::flow::{Block, Rank};

/// A number that does not count on from the one before it is escaped: Markdown would count for itself.
pub(super) fn markdown(blocks: &[Block]) -> String {
    let mut markdown = String::new();
    let mut before: Option<&Block> = None;
    let mut last_number = 0;
    for block in blocks {
        let written = match block {
            Block::Heading(rank, text) => format!("{} {}", marks(*rank), text.trim_start_matches(['#', ' '])),
            Block::Paragraph(text) => lines(text, ""),
            Block::Item(None, text) => format!("- {}", lines(text, "  ")),
            Block::Item(Some(number), text) if *number <= 1 || *number == last_number + 1 => {
                last_number = *number;
                format!("{number}. {}", lines(text, "   "))
            }
            Block::Item(Some(number), text) => format!("{number}\\. {}", lines(text, "")),
            Block::Table(rows) => table(rows),
        };
        if written.trim().is_empty() {
            continue;
        }
        if !markdown.is_empty() {
            markdown.push_str(if is_item(before) && is_item(Some(block)) { "\n" } else { "\n\n" });
        }
        markdown.push_str(&written);
        before = Some(block);
    }
    if !markdown.is_empty() {
        markdown.push('\n');
    }
    markdown
}

fn marks(rank: Rank) -> &'static str {
    match rank {
        Rank::Largest => "##",
        Rank::Larger => "###",
        Rank::Bold => "####",
    }
}

fn is_item(block: Option<&Block>) -> bool {
    matches!(block, Some(Block::Item(..)))
}

/// Lines that are no markup, further ones indented as they must be to belong to the first.
fn lines(text: &str, indent: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !is_rule(line)).map(escaped);
    lines.collect::<Vec<_>>().join(&format!("\n{indent}"))
}

/// Nothing but drawing.
fn is_rule(line: &str) -> bool {
    let drawn = |c: char| "-=_*~`#+|: ".contains(c);
    line.chars().all(drawn) && (line.is_empty() || line.chars().filter(|c| *c != ' ').count() >= 2)
}

fn escaped(line: &str) -> String {
    let line =
        if line.starts_with("```") || line.starts_with("~~~") { line.trim_start_matches(['`', '~']) } else { line };
    let (first, rest) = line.split_at(line.find(' ').unwrap_or(line.len()));
    let is_mark = matches!(first, "-" | "+" | "*") || line.starts_with('>') || is_heading_mark(first);
    match first.strip_suffix(['.', ')']) {
        _ if is_mark => format!("\\{line}"),
        Some(digits) if !digits.is_empty() && digits.len() <= 9 && digits.bytes().all(|b| b.is_ascii_digit()) => {
            format!("{digits}\\{}{rest}", &first[digits.len()..])
        }
        _ => line.to_owned(),
    }
}

fn is_heading_mark(word: &str) -> bool {
    (1..=6).contains(&word.len()) && word.bytes().all(|b| b == b'#')
}

/// The first row is its head: Markdown has no table without one.
fn table(rows: &[Vec<String>]) -> String {
    let row = |cells: &Vec<String>| {
        let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
        format!("| {} |", cells.join(" | "))
    };
    let mut lines: Vec<String> = rows.iter().map(row).collect();
    let rule = vec!["---"; rows.first().map_or(0, Vec::len)].join(" | ");
    lines.insert(1.min(lines.len()), format!("| {rule} |"));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(blocks: &[Block], expected: &str) {
        assert_eq!(markdown(blocks), expected);
    }

    fn paragraph(text: &str) -> Block {
        Block::Paragraph(text.to_owned())
    }

    #[test]
    fn text_is_no_markup() {
        check(
            &[paragraph("# a comment\n> quoted\n-----\n- 3 degrees\n1986. A year")],
            "\\# a comment\n\\> quoted\n\\- 3 degrees\n1986\\. A year\n",
        );
        check(&[paragraph("```\ncode")], "code\n");
        check(&[paragraph("see #3, -1 and 2.5")], "see #3, -1 and 2.5\n");
    }

    #[test]
    fn lists_count_for_themselves() {
        let item = |number, text: &str| Block::Item(number, text.to_owned());
        check(&[item(Some(1), "one"), item(Some(2), "two\nlines"), item(None, "x")], "1. one\n2. two\n   lines\n- x\n");
        check(&[paragraph("in"), item(Some(86), "that was"), paragraph("y")], "in\n\n86\\. that was\n\ny\n");
    }

    #[test]
    fn tables_have_a_head() {
        let rows = [["a|b", "c"], ["1", ""]].map(|row| row.map(str::to_owned).to_vec());
        check(&[Block::Table(rows.to_vec())], "| a\\|b | c |\n| --- | --- |\n| 1 |  |\n");
        check(&[Block::Heading(Rank::Largest, "# Prices".to_owned())], "## Prices\n");
    }
}
