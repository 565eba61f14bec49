//! Whether a text goes on with the thought of the one before it: what a cut broke, and what leans on what was said.
//!
//! By marks and first words alone, in English, German and Spanish; a bond that is missed costs a reader a click, and one
//! that is imagined a few lines more. Knows nothing of chunks.

/// How the second of two neighbouring texts hangs on the first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Bond {
    /// The first can be read without the second, the second not without the first: "In that case, ..."
    Leaning,
    /// A list, a table, a block of code or a sentence goes on.
    Broken,
}

/// What leans on the sentence before, as whole words at the beginning, in lower case.
const LEANING: &[&str] = &[
    "this",
    "that",
    "these",
    "those",
    "it",
    "they",
    "them",
    "such",
    "he",
    "she",
    "both",
    "however",
    "otherwise",
    "instead",
    "therefore",
    "then",
    "also",
    "afterwards",
    "alternatively",
    "additionally",
    "in that case",
    "in this case",
    "in these cases",
    "in both cases",
    "in addition",
    "if so",
    "if not",
    "as a result",
    "the same",
    "for example",
    "even then",
    "but",
    "and",
    "or",
    "so",
    "dies",
    "diese",
    "dieser",
    "dieses",
    "diesen",
    "diesem",
    "dann",
    "sonst",
    "andernfalls",
    "dabei",
    "dafür",
    "daher",
    "deshalb",
    "trotzdem",
    "jedoch",
    "außerdem",
    "ebenso",
    "in diesem fall",
    "zum beispiel",
    "esto",
    "estos",
    "estas",
    "entonces",
    "además",
    "por eso",
    "en ese caso",
    "en este caso",
    "sin embargo",
    "por ejemplo",
    "de lo contrario",
];

/// What the second of two neighbouring texts is to the first, if it goes on with it.
pub(super) fn bond(before: &str, after: &str) -> Option<Bond> {
    let (last, first) = (last_line(before), first_line(after));
    let is_broken = is_code_open(before)
        || (is_item(last, before) && is_item_or_indented(first))
        || (is_row(last) && is_row(first))
        || is_sentence_open(last, first);
    match is_broken {
        true => Some(Bond::Broken),
        false => leans(after).then_some(Bond::Leaning),
    }
}

/// Whether a text may hang on what stands before it: worth a look at that.
pub(super) fn may_go_on(after: &str) -> bool {
    let first = first_line(after);
    is_item_or_indented(first) || is_row(first) || begins_small(first) || is_code_open(after) || leans(after)
}

/// Whether a text may go on in what stands behind it, so that it is not whole without that.
pub(super) fn may_be_open(before: &str) -> bool {
    let last = last_line(before);
    is_code_open(before) || is_item(last, before) || is_row(last) || !ends_sentence(last)
}

fn first_line(text: &str) -> &str {
    text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default()
}

fn last_line(text: &str) -> &str {
    text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default()
}

/// An odd number of fences: the last one is open, or closes what was opened before.
fn is_code_open(text: &str) -> bool {
    let is_fence = |line: &&str| line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~");
    text.lines().filter(is_fence).count() % 2 == 1
}

/// A last line is within a list when it is an item or the rest of one.
fn is_item(last: &str, before: &str) -> bool {
    let is_rest = last.starts_with([' ', '\t']);
    begins_item(last)
        || (is_rest && before.lines().rev().find(|line| !line.starts_with([' ', '\t'])).is_some_and(begins_item))
}

fn is_item_or_indented(first: &str) -> bool {
    begins_item(first) || first.starts_with("  ") || first.starts_with('\t')
}

/// `- x`, `* x`, `+ x`, `• x`, `3. x`, `3) x`.
fn begins_item(line: &str) -> bool {
    let line = line.trim_start();
    let bare = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_numbered =
        bare.len() < line.len() && line.len() - bare.len() <= 3 && (bare.starts_with(". ") || bare.starts_with(") "));
    is_numbered || ["- ", "* ", "+ ", "• ", "– "].iter().any(|mark| line.starts_with(mark))
}

fn is_row(line: &str) -> bool {
    line.trim_start().starts_with('|')
}

fn is_sentence_open(last: &str, first: &str) -> bool {
    let leads_in = last.trim_end().ends_with([',', ';', ':', '，', '：', '、']);
    let is_heading = last.starts_with('#') || first.starts_with('#');
    !is_heading && !is_row(last) && !is_row(first) && (leads_in || (begins_small(first) && !ends_sentence(last)))
        || (leads_in && !is_heading && (is_row(first) || begins_item(first)))
}

fn ends_sentence(line: &str) -> bool {
    let line = line.trim_end().trim_end_matches([')', ']', '"', '\'', '”', '’', '»', '*', '_', '`', '」', '』', '）']);
    line.ends_with(['.', '!', '?', '…', '。', '！', '？'])
}

fn begins_small(line: &str) -> bool {
    let line = line.trim_start().trim_start_matches(['*', '_', '"', '(', '`']);
    line.chars().next().is_some_and(char::is_lowercase)
}

fn leans(text: &str) -> bool {
    let text = text.trim_start().trim_start_matches(['*', '_']);
    let length = text.char_indices().nth(24).map_or(text.len(), |(at, _)| at);
    let opening = text[..length].to_lowercase();
    LEANING.iter().any(|words| {
        let rest = opening.strip_prefix(words);
        rest.is_some_and(|rest| rest.chars().next().is_some_and(|c| !c.is_alphanumeric() && c != '\''))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(before: &str, after: &str, expected: Option<Bond>) {
        assert_eq!(bond(before, after), expected, "{before} | {after}");
        if expected.is_some() {
            assert!(may_go_on(after) || may_be_open(before), "nobody would have looked: {before} | {after}");
        }
    }

    #[test]
    fn lists_tables_and_code_go_on() {
        check("You need:\n\n- a passport", "- a photo", Some(Bond::Broken));
        check("1. Open it.\n2. Wait.", "3. Close it.", Some(Bond::Broken));
        check("- Open it and\n  wait.", "- Close it.", Some(Bond::Broken));
        check("- Open it.", "Close it.", None);
        check("| a | b |\n|---|---|\n| 1 | 2 |", "| 3 | 4 |", Some(Bond::Broken));
        check("| 1 | 2 |", "A sentence.", None);
        check("Run:\n```sh\nmake", "make test\n```\nDone.", Some(Bond::Broken));
        check("Done in 2024.", "2024. A year.", None);
    }

    #[test]
    fn sentences_go_on() {
        check("Anybody who", "wants to.", Some(Bond::Broken));
        check("There are three ways:", "Write to us.", Some(Bond::Broken));
        check("There are three ways:", "- Write to us.", Some(Bond::Broken));
        check("Anybody may.", "Nobody must.", None);
        check("An address without a full stop", "Another One", None);
        check("# A heading", "small words", None);
        check("他说，", "好。", Some(Bond::Broken));
    }

    #[test]
    fn first_words_lean_on_what_was_said() {
        check("Ask for it.", "In that case, wait.", Some(Bond::Leaning));
        check("Ask for it.", "This takes a day.", Some(Bond::Leaning));
        check("Ask for it.", "**Otherwise** wait.", Some(Bond::Leaning));
        check("Frag danach.", "Dann warte.", Some(Bond::Leaning));
        check("Ask for it.", "Thistles grow.", None);
        check("Ask for it.", "It's raining.", None);
        check("Ask for it.", "# This heading", None);
        check("", "", None);
    }
}
