//! Cleaning: from what a parser returned to text that is worth keeping: NFC, plain line ends, nothing invisible.
//!
//! Equal texts must become equal bytes (hashes, caches and quotes depend on it), and a reader must see everything that
//! a model reads: zero-width, bidi and tag characters are how instructions are smuggled past people. So cleaning is a
//! fixed point, `clean(clean(x)) == clean(x)`. Knows nothing of formats; Markdown matters only in that two spaces at
//! the end of a line are a line break and stay.

pub mod boilerplate;
mod invisible;
pub mod language;

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, is_nfc};

use self::invisible::Sieve;

/// Longer texts are cut here. A book has one or two megabytes, so this is a log file or an attack.
const LONGEST_BYTES: usize = 20_000_000;
/// More empty lines than this in a row say nothing.
const MOST_BLANK_LINES: usize = 2;

/// The text to keep, and what had to be done to it that a person may want to know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cleaned {
    pub text: String,
    pub problems: Vec<String>,
}

/// Clean a text. Pure, and a fixed point.
pub fn clean(text: &str) -> Cleaned {
    clean_within(text, LONGEST_BYTES)
}

/// Clean the pages of a text and put them after one another: where each begins, with its number. A sentence that goes on
/// over the end of a page stays one paragraph.
pub fn clean_pages<'a>(pages: impl IntoIterator<Item = (u32, &'a str)>) -> (Cleaned, Vec<(u32, usize)>) {
    let (mut sieve, mut text, mut starts, mut problem) = (Sieve::default(), String::new(), Vec::new(), None);
    for (number, page) in pages {
        let page = made_plain(&mut sieve, page);
        if problem.is_some() || page.is_empty() {
            continue;
        }
        if !text.is_empty() {
            text.push_str(if goes_on(&text, &page) { "\n" } else { "\n\n" });
        }
        starts.push((number, text.len()));
        text.push_str(&page);
        problem = cut(&mut text, LONGEST_BYTES);
    }
    let problems = sieve.problems().into_iter().chain(problem).collect();
    (Cleaned { text, problems }, starts)
}

/// Whether a page ends within a sentence that the next one continues.
fn goes_on(text: &str, next: &str) -> bool {
    let ends_open = text.chars().next_back().is_some_and(|c| c.is_lowercase() || c == ',');
    ends_open && next.chars().next().is_some_and(char::is_lowercase)
}

/// A title or another single line: cleaned, on one line, no longer than a heading should be.
pub fn clean_line(line: &str) -> String {
    const LONGEST_CHARS: usize = 300;
    let cleaned = clean_within(line, LONGEST_BYTES).text;
    let words: Vec<&str> = cleaned.split_whitespace().collect();
    let cut: String = words.join(" ").chars().take(LONGEST_CHARS).collect();
    cut.trim_end().to_owned()
}

fn clean_within(text: &str, limit_bytes: usize) -> Cleaned {
    let mut sieve = Sieve::default();
    let mut text = made_plain(&mut sieve, text);
    let mut problems = sieve.problems();
    problems.extend(cut(&mut text, limit_bytes));
    Cleaned { text, problems }
}

/// Visible, composed and tidy.
fn made_plain(sieve: &mut Sieve, text: &str) -> String {
    let visible = sieve.strain(&composed(text));
    tidy_lines(&composed(&visible))
}

/// In NFC: before straining, which judges letters by their neighbours, and after it, since what it takes out may have
/// stood between a letter and its mark.
fn composed(text: &str) -> Cow<'_, str> {
    if is_nfc(text) { text.into() } else { text.nfc().collect::<String>().into() }
}

/// No spaces at line ends (but a Markdown break keeps its two), no long gaps, nothing empty at either end.
fn tidy_lines(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    let mut blank_lines = 0;
    for line in text.lines() {
        let kept = line.trim_end_matches([' ', '\t']);
        if kept.is_empty() {
            blank_lines += 1;
            continue;
        }
        if !tidy.is_empty() {
            start_line(&mut tidy, blank_lines);
        }
        blank_lines = 0;
        tidy.push_str(kept);
        tidy.push_str(if line[kept.len()..].starts_with("  ") { "  " } else { "" });
    }
    tidy.truncate(tidy.trim_end().len());
    tidy
}

/// End the line before, and its break where only a gap follows it.
fn start_line(tidy: &mut String, blank_lines: usize) {
    if blank_lines > 0 {
        tidy.truncate(tidy.trim_end_matches(' ').len());
    }
    tidy.push('\n');
    (0..blank_lines.min(MOST_BLANK_LINES)).for_each(|_| tidy.push('\n'));
}

/// Cut at the last white space within the limit; the prefix of a clean text is clean.
fn cut(text: &mut String, limit_bytes: usize) -> Option<String> {
    let length = text.len();
    if length <= limit_bytes {
        return None;
    }
    let hard_end = text.floor_char_boundary(limit_bytes);
    let end = text[..hard_end].rfind(char::is_whitespace).unwrap_or(hard_end);
    let loose_end = |c: char| c.is_whitespace() || invisible::is_joiner(c);
    text.truncate(text[..end].trim_end_matches(loose_end).len());
    Some(format!("the text was cut to {} of {length} bytes", text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expected: &str) {
        let cleaned = clean(input);
        assert_eq!(cleaned.text, expected);
        assert_eq!(clean(&cleaned.text), Cleaned { text: cleaned.text.clone(), problems: vec![] }, "not a fixed point");
    }

    fn check_problems(input: &str, expected: &[&str]) {
        assert_eq!(clean(input).problems, expected);
    }

    #[test]
    fn line_ends_are_plain() {
        check("a\r\nb\rc\u{2028}d\u{b}e\u{85}f", "a\nb\nc\nd\ne\nf");
    }

    #[test]
    fn equal_texts_are_equal_bytes() {
        check("cafe\u{301}", "caf\u{e9}");
        check("5\u{a0}000\u{202f}€", "5 000 €");
    }

    #[test]
    fn gaps_are_closed_and_breaks_are_kept() {
        check("\n\n a  \nb\t\n\n\n\n\nc \n", " a  \nb\n\n\nc");
        check("a    \n\nb   ", "a\n\nb");
        check("a\t  \nb", "a\nb");
    }

    #[test]
    fn nothing_invisible_is_left() {
        check("pass\u{200b}word \u{202e}evil\u{202c} \u{e0041}\u{e0042}x\0\u{7}", "password evil x");
        check("\u{feff}soft\u{ad}ly", "softly");
    }

    #[test]
    fn joiners_stay_where_a_script_needs_them() {
        check("می\u{200c}خواهم", "می\u{200c}خواهم");
        check("क\u{94d}\u{200d}ष", "क\u{94d}\u{200d}ष");
        check("👩\u{200d}💻 ❤\u{fe0f}\u{200d}🔥", "👩\u{200d}💻 ❤\u{fe0f}\u{200d}🔥");
        check("ad\u{200d}min", "admin");
        check("👩🏽\u{200d}🚀", "👩🏽\u{200d}🚀");
        check("র\u{200d}\u{9cd}য", "র\u{200d}\u{9cd}য");
    }

    #[test]
    fn joiners_are_judged_by_letters_whatever_becomes_of_the_marks() {
        check("\u{1e130}\u{94d}\u{200c}\u{c3c}", "\u{c3c}\u{94d}\u{1e130}");
        check("क\u{1e130}\u{94d}\u{200c}\u{c3c}ष", "क\u{94d}\u{1e130}\u{200c}\u{c3c}ष");
        check("\u{2329}\u{200d}👩", "\u{3008}👩");
    }

    #[test]
    fn one_variation_selector_is_enough() {
        check("❤\u{fe0f}\u{fe01}\u{e0101} \u{fe0f}a", "❤\u{fe0f} a");
    }

    #[test]
    fn each_class_is_told_once() {
        check_problems("plain", &[]);
        check_problems("a\u{200b}\u{200b}b\u{feff}", &["zero-width characters removed: 3"]);
        check_problems(
            "a\0\u{202e}b\u{e0041}",
            &[
                "control characters removed: 1",
                "text-direction characters removed: 1",
                "invisible tag characters removed: 1",
            ],
        );
    }

    #[test]
    fn long_texts_are_cut_at_a_space() {
        let cleaned = clean_within("one two three", 9);
        assert_eq!(cleaned.text, "one two");
        assert_eq!(cleaned.problems, ["the text was cut to 7 of 13 bytes"]);
        assert_eq!(clean_within("éééé", 3).text, "é");
    }

    #[test]
    fn pages_follow_one_another_and_sentences_go_on() {
        let (cleaned, starts) =
            clean_pages([(1, "One\u{200b} goes\n"), (2, " "), (3, "on here.\u{200b}"), (4, "New.")]);
        assert_eq!(cleaned.text, "One goes\non here.\n\nNew.");
        assert_eq!(starts, [(1, 0), (3, 9), (4, 19)]);
        assert_eq!(cleaned.problems, ["zero-width characters removed: 2"]);
    }

    #[test]
    fn a_title_is_one_line() {
        assert_eq!(clean_line("  Refund\n\tpolicy\u{200b}  "), "Refund policy");
        assert_eq!(clean_line(&"x".repeat(1000)).len(), 300);
    }
}
