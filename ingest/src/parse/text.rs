//! Plain text: kept word for word, as paragraphs.
//!
//! What follows reads Markdown, so a text must not be misread as some. Escaping would put backslashes into quotes;
//! instead only that is changed which would do harm. A line of dashes turns the whole paragraph above it into a
//! heading, so it is dropped, except below a single short line, where writers of plain text mean a heading too. A line
//! of backticks or tildes would swallow the rest as code, so it goes. Everything else stays: `# words` in a text is
//! more often a heading than not, and stars and underscores do nothing to search.

use super::Parsed;

/// A longer line is prose, not a title.
const LONGEST_TITLE_CHARS: usize = 100;

pub(super) fn parse(text: &str) -> Parsed {
    Parsed { title: title(text), markdown: as_paragraphs(text), ..Parsed::default() }
}

/// The first line with words in it, if it is short and does not read like the middle of a sentence.
fn title(text: &str) -> Option<String> {
    let line = text.lines().map(str::trim).find(|line| line.contains(char::is_alphanumeric))?;
    let line = line.trim_start_matches(['#', '=', '*', '-', ' ']).trim_end_matches(['#', '=', '*', '-', ' ', ':']);
    let is_prose = line.chars().count() > LONGEST_TITLE_CHARS || line.ends_with([',', '.', ';']);
    (!is_prose).then(|| line.to_owned())
}

fn as_paragraphs(text: &str) -> String {
    let mut markdown = String::with_capacity(text.len());
    let (mut above, mut before_above) = ("", "");
    for line in text.lines() {
        let is_rule = is_rule(line);
        if !is_rule || underlines(line, above, before_above) {
            markdown.push_str(line);
        }
        markdown.push('\n');
        (above, before_above) = (if is_rule { "" } else { line }, above);
    }
    markdown
}

/// Nothing but three or more of one drawing character, perhaps spaced.
fn is_rule(line: &str) -> bool {
    let marks = line.bytes().filter(|b| !b.is_ascii_whitespace());
    let first = line.trim_start().bytes().next().unwrap_or(b' ');
    b"-=_*~`#+".contains(&first) && marks.clone().all(|b| b == first) && marks.count() >= 3
}

/// Whether a rule makes the line above it a heading: a short one, alone in its paragraph, underlined in Markdown's way.
fn underlines(rule: &str, above: &str, before_above: &str) -> bool {
    let is_alone = before_above.trim().is_empty() && above.contains(char::is_alphanumeric);
    let is_underline = rule.starts_with(['-', '=']) && !rule.trim_end().contains(' ');
    is_alone && is_underline && above.chars().count() <= LONGEST_TITLE_CHARS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(parse(text).markdown, expected);
    }

    fn check_title(text: &str, expected: Option<&str>) {
        assert_eq!(parse(text).title.as_deref(), expected);
    }

    #[test]
    fn words_stay_as_they_are() {
        check("Run `a_b` *now*, <name>!\n\n  # 1. done", "Run `a_b` *now*, <name>!\n\n  # 1. done\n");
    }

    #[test]
    fn a_rule_is_no_heading_of_a_paragraph() {
        check("two lines\nof prose\n-----\nmore", "two lines\nof prose\n\nmore\n");
        check("* * *\nafter", "\nafter\n");
        check("a\n```\nb\n", "a\n\nb\n");
    }

    #[test]
    fn a_short_line_may_be_underlined() {
        check("Refunds\n=======\n\nWithin 30 days.", "Refunds\n=======\n\nWithin 30 days.\n");
        check("text\n\nTerms\n-----\nx", "text\n\nTerms\n-----\nx\n");
    }

    #[test]
    fn the_first_short_line_is_the_title() {
        check_title("\n=====\n  Release notes:\n=====\n", Some("Release notes"));
        check_title("# On-call\n\nCall.", Some("On-call"));
        check_title("We were sorry to hear that, dear customer,\nand so on.", None);
        check_title("---\n...", None);
    }
}
