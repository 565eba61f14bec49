//! Layout: quotes as somebody reads them: the rows of a table under its head, everything else as its source has it.
//!
//! What is shown is made of what is cited and of nothing else, but for the rule below a table's head. Each stretch carries
//! the number of its source once.

use prompts::template::Quoted;

use super::Citation;

/// The quotes in order. Rows of one table stand together, under one number.
pub fn laid_out(citations: &[Citation]) -> Vec<Quoted> {
    let mut quoted: Vec<Quoted> = Vec::new();
    for (at, citation) in citations.iter().enumerate() {
        let follows = at > 0 && is_one_table(&citations[at - 1], citation);
        match quoted.last_mut().filter(|_| follows) {
            Some(table) => {
                if !table.text.contains('\n') {
                    table.text.push_str(&rule(&table.text));
                }
                table.text.push('\n');
                table.text.push_str(&citation.quote);
            }
            None => quoted.push(Quoted { text: citation.quote.clone(), n: citation.n }),
        }
    }
    quoted.into_iter().map(apart).collect()
}

fn is_one_table(one: &Citation, other: &Citation) -> bool {
    let is_row = |citation: &Citation| citation.quote.starts_with('|');
    one.version == other.version && one.n == other.n && is_row(one) && is_row(other)
}

/// As many cells as the row above.
fn rule(head: &str) -> String {
    let cells = head.trim_matches('|').split('|').count();
    format!("\n|{}", "---|".repeat(cells))
}

/// The marker of a table or a list goes below it, where it is no part of the last row or step.
fn apart(quoted: Quoted) -> Quoted {
    let is_block = quoted.text.starts_with('|') || quoted.text.contains('\n');
    Quoted { text: if is_block { quoted.text + "\n\n" } else { quoted.text }, ..quoted }
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use retrieval::model::{DocumentId, PointId, VersionId};
    use uuid::Uuid;

    use super::*;

    fn cited(n: usize, quote: &str) -> Citation {
        let bytes: Range<usize> = 0..quote.len();
        let (document, version) = (DocumentId(Uuid::from_u128(n as u128)), VersionId(Uuid::from_u128(n as u128)));
        Citation {
            n,
            document,
            version,
            point: PointId::of(retrieval::model::WorkspaceId(Uuid::from_u128(7)), document, version, 0),
            title: String::new(),
            origin: String::new(),
            page: None,
            heading: String::new(),
            dated: None,
            quote: quote.to_owned(),
            bytes,
            passage: String::new(),
        }
    }

    fn check(quotes: &[(usize, &str)], expected: &[&str]) {
        let citations: Vec<Citation> = quotes.iter().map(|(n, quote)| cited(*n, quote)).collect();
        let found: Vec<String> = laid_out(&citations).into_iter().map(|quoted| quoted.text).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn rows_stand_under_their_head() {
        check(
            &[(1, "| Plan | Price |"), (1, "| Group | 149 |"), (1, "| Solo | 24 |")],
            &["| Plan | Price |\n|---|---|\n| Group | 149 |\n| Solo | 24 |\n\n"],
        );
        check(&[(1, "| A |\n|---|\n| 1 |"), (1, "| 3 |")], &["| A |\n|---|\n| 1 |\n| 3 |\n\n"]);
    }

    #[test]
    fn everything_else_stands_as_it_was() {
        check(&[(1, "One."), (2, "Two.")], &["One.", "Two."]);
        check(&[(1, "1. Open\n2. Press"), (1, "Then wait.")], &["1. Open\n2. Press\n\n", "Then wait."]);
        check(&[(1, "| A |"), (2, "| B |")], &["| A |\n\n", "| B |\n\n"]);
        check(&[], &[]);
    }
}
