//! The facts of a quote, and whether an answer's quotes hold them: what "answered correctly" means in `eval answers`.
//!
//! The facts of a sentence are
//! - its numbers, each with the currency, percent sign or letters that are written against it; a number word counts as its
//!   digits, and a point or comma between thousands does not count;
//! - its names: words with a capital that do not begin a sentence, months among them, and words of capitals or of letters and
//!   digits wherever they stand;
//! - whether it negates;
//! - its content words, without their endings, articles and the like left out.
//!
//! An answer holds the facts if its quotes together hold *every* number and *every* name, negate if the sentence does, and
//! hold at least [`MOST`] of the content words. Quotes from a document that does not hold the answer do not count; who calls
//! sees to that. Knows no documents and no answers.

use std::collections::BTreeSet;

use retrieval::words::Asked;

/// The share of the content words that has to be there: quotes are exact, so what lacks is a clause and no synonym.
const MOST: f64 = 0.8;

const NUMBER_WORDS: [&str; 13] =
    ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
const NEGATIONS: [&str; 10] =
    ["not", "no", "never", "nobody", "none", "nothing", "cannot", "without", "neither", "nor"];

/// What a quote says, as far as it can be counted.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Facts {
    numbers: BTreeSet<String>,
    names: BTreeSet<String>,
    negated: bool,
    words: Vec<String>,
}

/// Of the facts of a gold quote, those that are missing from an answer.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Missing {
    pub exact: Vec<String>,
    pub words: Vec<String>,
    /// Whether what is missing is too much.
    pub is_wrong: bool,
}

impl Facts {
    pub fn of(quote: &str) -> Self {
        let mut facts = Self::default();
        let mut begins = true;
        for raw in quote.split_whitespace().flat_map(|word| word.split(['|', '(', ')', '/'])) {
            let word = bare(raw);
            if !word.is_empty() {
                facts.take(word, begins);
                begins = raw.ends_with(['.', '!', '?', ':', ';']);
            }
        }
        facts.words = content(quote);
        facts
    }

    fn take(&mut self, word: &str, begins: bool) {
        let lower = word.to_lowercase();
        let has_capital = word.chars().next().is_some_and(char::is_uppercase);
        let is_code = word.chars().filter(|c| c.is_uppercase()).count() > 1;
        self.negated |= NEGATIONS.contains(&lower.as_str()) || lower.ends_with("n't");
        if let Some(number) = number(&lower) {
            self.numbers.insert(number);
        } else if is_code || (has_capital && !begins && lower != "i") {
            self.names.insert(lower.trim_end_matches("'s").to_owned());
        }
    }

    /// What is missing from these quotes, taken together.
    pub fn missing_from(&self, quotes: &[&str]) -> Missing {
        let whole = quotes.join("\n");
        let (said, written) = (Self::of(&whole), every_word(&whole));
        let held: BTreeSet<&String> = said.words.iter().collect();
        let words: Vec<String> = self.words.iter().filter(|word| !held.contains(word)).cloned().collect();
        let mut exact: Vec<String> = self.numbers.difference(&said.numbers).cloned().collect();
        // A name may begin a sentence there.
        exact.extend(self.names.iter().filter(|name| !written.contains(*name)).cloned());
        if self.negated && !said.negated {
            exact.push("not".to_owned());
        }
        let there = self.words.len() - words.len();
        let is_wrong = !exact.is_empty() || (there as f64) < MOST * self.words.len() as f64;
        Missing { exact, words, is_wrong }
    }
}

/// A word without what is written around it.
fn bare(word: &str) -> &str {
    let edge = |c: char| !c.is_alphanumeric();
    let without = word.trim_end_matches(|c| edge(c) && c != '%').trim_start_matches(|c| edge(c) && !is_currency(c));
    if without.chars().any(char::is_alphanumeric) { without } else { "" }
}

fn is_currency(c: char) -> bool {
    matches!(c, '£' | '€' | '$' | '¥')
}

/// Of a word in small letters: "14,200" and "14.200" are one, "99.9%" is another than "999%".
fn number(word: &str) -> Option<String> {
    if let Some(value) = NUMBER_WORDS.iter().position(|name| *name == word) {
        // "one" is mostly no number: "a different one".
        return Some(value.to_string()).filter(|_| value != 1);
    }
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    let has_digit = word.chars().any(|c| c.is_ascii_digit());
    (has_digit && letters <= 2).then(|| without_thousands(word))
}

fn without_thousands(word: &str) -> String {
    let chars: Vec<char> = word.chars().collect();
    let groups = |at: usize| {
        let digits = chars[at + 1..].iter().take_while(|c| c.is_ascii_digit()).count();
        digits == 3 && at > 0 && chars[at - 1].is_ascii_digit()
    };
    let kept = chars.iter().enumerate().filter(|(at, c)| !(matches!(c, ',' | '.') && groups(*at)));
    kept.map(|(_, c)| *c).collect()
}

/// Distinct, in order, without numbers: those were counted.
fn content(text: &str) -> Vec<String> {
    let is_number = |word: &&str| NUMBER_WORDS.contains(&word.to_lowercase().as_str());
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !is_number(word)).collect();
    let words = Asked::new(&words.join(" "));
    words.words().iter().filter(|word| !word.chars().any(|c| c.is_ascii_digit())).cloned().collect()
}

fn every_word(text: &str) -> BTreeSet<String> {
    let words = text.split_whitespace().flat_map(|word| word.split(['|', '(', ')', '/'])).map(bare);
    words.map(|word| word.to_lowercase().trim_end_matches("'s").to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(gold: &str, quotes: &[&str], right: bool) {
        let missing = Facts::of(gold).missing_from(quotes);
        assert_eq!(!missing.is_wrong, right, "{gold} in {quotes:?}: {missing:?}");
    }

    #[test]
    fn a_quote_holds_itself_and_what_is_written_around_it_does_not_matter() {
        for quote in [
            "Refunds take up to 10 business days to reach your account once we have approved them.",
            "Solo costs £24 a month, Practice £59 per location and Group £149 per location.",
            "| Requests per day | 20,000 | 150,000 | no daily limit |",
            "LX-5002: the offline diary is too old.",
            "measured availability for 2025 was 99.81% once the outage of September is counted",
        ] {
            check(quote, &[quote], true);
            check(quote, &["Something else.", &format!("- **{quote}** And more.")], true);
            check(quote, &[], false);
        }
    }

    #[test]
    fn facts_may_stand_in_several_quotes() {
        let gold = "Refunds take 4 business days by card and 7 business days by Direct Debit";
        check(gold, &["Refunds by card take 4 business days.", "By Direct Debit, 7 days."], true);
        check(gold, &["Refunds by card take 4 business days."], false);
    }

    #[test]
    fn another_number_name_or_sense_is_wrong() {
        check("Refunds take 10 business days.", &["Refunds take 14 business days."], false);
        check("It costs £59 a month.", &["It costs €59 a month."], false);
        check("It costs £1,500 a month.", &["It costs £1500 a month."], true);
        check("Our target is 99.9% a month.", &["Our target is 999% a month."], false);
        check("Ask the team in Leeds for it.", &["Ask the team in York for it."], false);
        check("It ends on 30 September.", &["September ends on 30."], true);
        check("We do not accept PayPal.", &["We accept PayPal."], false);
        check("It lasts three weeks.", &["It lasts 3 weeks."], true);
        check("Write LX-4012 down.", &["Write LX-4013 down."], false);
    }

    #[test]
    fn half_of_the_words_is_not_enough() {
        let gold = "Only people with their own bookable diary count as practitioners.";
        check(gold, &["Practitioners have a bookable diary."], false);
        check(gold, &["People with a bookable diary of their own count as practitioners."], true);
    }
}
