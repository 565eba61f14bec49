//! A question as words: lower-cased, without the marks around them, and what followed each.
//!
//! Knows no language: which words carry meaning is for `language` to say.

/// Longer ones are no words.
const LONGEST_WORD: usize = 40;
/// Longer questions bring their own subject; before these nobody looks.
const MOST_WORDS: usize = 64;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Word {
    pub written: String,
    /// Lower-cased, with a plain apostrophe.
    pub plain: String,
    /// Whether a clause ends behind it.
    pub ends: bool,
    /// Whether what ends there is a question.
    pub asks: bool,
}

/// The words of a question in order; of a long message the last, because the question stands at its end.
pub fn words(question: &str) -> Vec<Word> {
    let mut words: Vec<Word> = question.split_whitespace().rev().filter_map(word).take(MOST_WORDS).collect();
    words.reverse();
    words
}

/// The words that a text begins with, at most so many.
pub fn first_words(text: &str, most: usize) -> Vec<Word> {
    text.split_whitespace().filter_map(word).take(most).collect()
}

fn word(token: &str) -> Option<Word> {
    let written = token.trim_matches(|c: char| !c.is_alphanumeric());
    let behind = token.trim_end_matches(|c: char| !c.is_alphanumeric()).len();
    let marks = token.get(behind..).unwrap_or_default();
    let (ends, asks) = (marks.contains([',', '.', '?', '!', ';', ':']), marks.contains('?'));
    let plain = written.to_lowercase().replace('\u{2019}', "'");
    let is_word = !written.is_empty() && written.chars().count() <= LONGEST_WORD;
    is_word.then(|| Word { written: written.to_owned(), plain, ends, asks })
}

/// Whether two words are forms of one: alike but for a short ending.
pub fn alike(a: &str, b: &str) -> bool {
    let shared = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    let (short, long) = (a.chars().count().min(b.chars().count()), a.chars().count().max(b.chars().count()));
    a == b || (shared >= 4 && shared + 1 >= short && long - shared <= 3 && !is_name(a) && !is_name(b))
}

/// Codes, versions, years and amounts: every character of them counts.
pub fn is_name(word: &str) -> bool {
    word.chars().any(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lose_the_marks_around_them_and_keep_those_within() {
        let check = |text: &str, expected: &[(&str, bool)]| {
            let words = words(text);
            let found: Vec<(&str, bool)> = words.iter().map(|word| (word.plain.as_str(), word.ends)).collect();
            assert_eq!(found, expected, "{text}");
        };
        check("And LX-1011?", &[("and", false), ("lx-1011", true)]);
        check("¿Y en 2025.4, también?", &[("y", false), ("en", false), ("2025.4", true), ("también", true)]);
        check("what\u{2019}s \"it\" !", &[("what's", false), ("it", false)]);
        check("😀 ?!", &[]);
        assert_eq!(super::words(&"a ".repeat(1_000)).len(), MOST_WORDS);
    }

    #[test]
    fn of_too_many_words_the_last_count_and_of_a_title_the_first() {
        let long: Vec<String> = (0..100).map(|number| number.to_string()).collect();
        let long = long.join(" ");
        let ends = |words: &[Word]| [words[0].plain.clone(), words[words.len() - 1].plain.clone()];
        assert_eq!(ends(&words(&long)), ["36", "99"]);
        assert_eq!(ends(&first_words(&long, 12)), ["0", "11"]);
        assert!(first_words("", 12).is_empty());
    }

    #[test]
    fn forms_of_one_word_are_alike() {
        let check = |a, b, expected| assert_eq!(alike(a, b), expected, "{a} {b}");
        check("refund", "refunds", true);
        check("cancel", "cancelling", false);
        check("policy", "policies", true);
        check("plan", "planet", true);
        check("lx-1011", "lx-1012", false);
        check("2025", "2026", false);
        check("it", "its", false);
    }
}
