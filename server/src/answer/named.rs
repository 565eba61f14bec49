//! What a question names: a product, a place, a code, a year. What it names has to be there, whatever else is near.

use super::manners::words;

/// Fewer digits are a measure, which a document may write in another way.
const YEAR_DIGITS: usize = 4;

/// In a language whose nouns have capitals, a capital makes no name.
const GERMAN: &[&str] = &[
    "der", "die", "das", "ist", "wie", "ich", "ein", "eine", "und", "für", "kann", "wird", "werden", "nicht", "wo",
    "wann", "bei", "mit", "auf", "zu", "den", "dem", "sind", "gibt",
];

/// What a question names, in small letters: words with a capital that begin no sentence, abbreviations, codes and years.
pub fn names(question: &str) -> Vec<String> {
    let capitals_tell = !words(question).iter().any(|word| GERMAN.contains(&word.as_str()));
    let (mut names, mut begins) = (Vec::new(), true);
    for written in question.split_whitespace() {
        let word = bare(written);
        if is_code(word) || (capitals_tell && !begins && has_capital(word)) {
            names.push(word.trim_end_matches("'s").to_lowercase());
        }
        begins = word.is_empty() || written.ends_with(['.', '?', '!', ':']);
    }
    names
}

/// The codes and years among them, which a sentence that answers has to share, or something above it.
pub fn codes(question: &str) -> Vec<String> {
    let words = question.split_whitespace().map(bare);
    words.filter(|word| has_code(word)).map(str::to_lowercase).collect()
}

fn bare(written: &str) -> &str {
    written.trim_matches(|c: char| !c.is_alphanumeric())
}

fn is_code(word: &str) -> bool {
    word.chars().filter(|c| c.is_uppercase()).count() > 1 || has_code(word)
}

fn has_code(word: &str) -> bool {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    digits >= YEAR_DIGITS || (digits > 0 && !word.starts_with(|c: char| c.is_ascii_digit()))
}

/// "I" is nobody's name.
fn has_capital(word: &str) -> bool {
    word.starts_with(char::is_uppercase) && word != "I" && !word.starts_with("I'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_codes_and_years_are_named() {
        let check = |question, expected: &[&str]| assert_eq!(names(question), expected, "{question}");
        check("Does Loxwell have an app for Apple Watch?", &["loxwell", "apple", "watch"]);
        check("What does error LX-7777 mean?", &["lx-7777"]);
        check("What was our revenue in 2021?", &["2021"]);
        check("Where are your servers? Our data must stay in Britain.", &["britain"]);
        check("can i move 2 of 30 rooms after 9pm, I wonder", &[]);
        check("Wie lange dauert die Erstattung per SEPA?", &["sepa"]);
        check("", &[]);
        check("?! I'm", &[]);
    }

    #[test]
    fn codes_and_years_are_told_from_names() {
        assert_eq!(codes("LX-4012 on the SSO page since 12 May 2025 (F-05)?"), ["lx-4012", "2025", "f-05"]);
        assert_eq!(codes("Can Anna move 2 rooms?"), Vec::<String>::new());
    }
}
