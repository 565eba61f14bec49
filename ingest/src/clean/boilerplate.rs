//! What repeats on the pages of one site is not what any of them is about: blocks that many of them share.
//!
//! A block is a heading, a paragraph, or an item of a list; code and tables are never furniture, since pages repeat
//! them for a reason. The counts are kept elsewhere: this file names the blocks of a text, says when one has been seen
//! too often, and takes such blocks out. Pure, and a fixed point. Knows nothing of sources, and no Markdown but where
//! lines begin a block.

use std::collections::HashSet;
use std::ops::Range;

use xxhash_rust::xxh3::xxh3_64;

/// Longer blocks are texts that a site repeats on purpose: terms, warnings.
const LONGEST_CHARS: usize = 400;
/// Fewer pages prove nothing.
const LEAST_PAGES: u64 = 5;
const LEAST_PERCENT: u64 = 30;
/// A page of which less would be left is left alone: it is a template, and what repeats may be all it says.
const LEAST_LEFT_PERCENT: usize = 50;

/// The name of each block of a cleaned text that could be furniture, each once, in their order.
pub fn block_hashes(text: &str) -> Vec<u64> {
    let mut seen = HashSet::new();
    let hashes = blocks(text).into_iter().filter_map(|block| hash(&text[block]));
    hashes.filter(|hash| seen.insert(*hash)).collect()
}

/// Whether a block that stands on `seen` of a source's `pages` belongs to the site rather than to them.
pub fn is_furniture(seen: u64, pages: u64) -> bool {
    seen >= LEAST_PAGES && seen.saturating_mul(100) >= pages.saturating_mul(LEAST_PERCENT)
}

/// The text without the blocks that are furniture, and how many those were.
pub fn without(text: &str, is_furniture: impl Fn(u64) -> bool) -> (String, usize) {
    let goes = |block: &Range<usize>| hash(&text[block.clone()]).is_some_and(&is_furniture);
    let gone: Vec<Range<usize>> = blocks(text).into_iter().filter(goes).collect();
    let lost: usize = gone.iter().map(|block| text[block.clone()].trim().len()).sum();
    let whole: usize = text.lines().map(|line| line.trim().len()).sum();
    if gone.is_empty() || (whole.saturating_sub(lost)) * 100 < whole * LEAST_LEFT_PERCENT {
        return (text.to_owned(), 0);
    }
    (cut_out(text, &gone), gone.len())
}

/// The rest of a text, with no longer gaps than it had.
fn cut_out(text: &str, gone: &[Range<usize>]) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut from = 0;
    for block in gone {
        kept.push_str(&text[from..block.start]);
        from = block.end;
        // The empty lines after a block go with it, if such stand before it.
        if kept.is_empty() || kept.ends_with("\n\n") {
            let rest = &text[from..];
            from += rest.len() - rest.trim_start_matches('\n').len();
        }
    }
    kept.push_str(&text[from..]);
    kept.truncate(kept.trim_end().len());
    kept
}

/// Case, marks and spaces apart, so that the same words in a heading and in a list are one block. Numbers stay: they
/// tell a price from the next one.
fn hash(block: &str) -> Option<u64> {
    let words = block.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let normal = words.map(str::to_lowercase).collect::<Vec<_>>().join(" ");
    let is_short = block.chars().take(LONGEST_CHARS + 1).count() <= LONGEST_CHARS;
    (is_short && !normal.is_empty()).then(|| xxh3_64(normal.as_bytes()))
}

/// Where the blocks stand, with the ends of their lines.
fn blocks(text: &str) -> Vec<Range<usize>> {
    let mut blocks: Vec<Range<usize>> = Vec::new();
    let mut fence: Option<&str> = None;
    let mut is_open = false;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let at = start..start + line.len();
        start = at.end;
        let bare = line.trim();
        match fence {
            Some(mark) => {
                if bare.starts_with(mark) && bare.trim_start_matches(['`', '~']).is_empty() {
                    fence = None;
                }
                is_open = false;
                continue;
            }
            None => fence = fence_mark(bare),
        }
        let is_code = fence.is_some() || (line.starts_with("    ") && !is_item(bare) && !is_open);
        if bare.is_empty() || is_code || bare.starts_with('|') {
            is_open = false;
        } else if let Some(last) = blocks.last_mut().filter(|_| is_open && !is_item(bare) && !bare.starts_with('#')) {
            last.end = at.end;
        } else {
            is_open = !bare.starts_with('#');
            blocks.push(at);
        }
    }
    blocks
}

fn fence_mark(line: &str) -> Option<&str> {
    let mark = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let length = line.len() - line.trim_start_matches(mark).len();
    (length >= 3).then(|| &line[..length])
}

fn is_item(line: &str) -> bool {
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_number = rest.len() < line.len() && (rest.starts_with(". ") || rest.starts_with(") "));
    is_number || line.starts_with("- ") || line.starts_with("* ") || line.starts_with("+ ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is left when the blocks of `furniture` are known as such.
    fn check(text: &str, furniture: &str, expected: &str) {
        let known: HashSet<u64> = block_hashes(furniture).into_iter().collect();
        let is_known = |hash| known.contains(&hash);
        let (left, _) = without(text, is_known);
        assert_eq!(left, expected);
        assert_eq!(without(&left, is_known).0, left, "not a fixed point");
    }

    #[test]
    fn furniture_is_what_many_pages_share() {
        assert!(!is_furniture(4, 4));
        assert!(is_furniture(5, 5));
        assert!(is_furniture(30, 100));
        assert!(!is_furniture(29, 100));
    }

    #[test]
    fn known_blocks_go() {
        let page = "# Refunds\n\nEdit this page\n\nWe refund within thirty days of the order.\n\n- Home\n- Orders go back free\n\nWas this helpful?";
        let left = "# Refunds\n\nWe refund within thirty days of the order.\n\n- Orders go back free";
        check(page, "Edit this page\n\n- Home\n\n## Was this helpful?", left);
        check(page, "Something else", page);
    }

    #[test]
    fn blocks_of_several_lines_go_whole() {
        check(
            "A longer text of this page.\n\nShare\nthis page\n\nThe end of it.",
            "share this page",
            "A longer text of this page.\n\nThe end of it.",
        );
    }

    #[test]
    fn code_and_tables_stay() {
        let page = "```\nnpm install\n\nnpm start\n```\n\n| a | b |\n| --- | --- |\n\n    indented\n\nnpm start";
        check(page, "npm install\n\nnpm start\n\na b\n\nindented", page.strip_suffix("\n\nnpm start").unwrap());
    }

    #[test]
    fn long_blocks_stay() {
        let long = "word ".repeat(100);
        check(&long, &long, &long);
    }

    #[test]
    fn a_page_that_would_lose_half_is_left_alone() {
        check("One line here\n\nTwo", "One line here", "One line here\n\nTwo");
        check("Only", "Only", "Only");
    }

    #[test]
    fn each_block_is_named_once() {
        assert_eq!(block_hashes("A b\n\n- a B!\n\nc 1\n\nc 2").len(), 3);
    }
}
