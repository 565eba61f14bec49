//! What a question asks for, where it asks for a measure: a time, a sum, a count; and whether a sentence has one.
//!
//! "How long do refunds take?" is answered by a sentence with days in it, whatever else the others say. Word lists for
//! English and German; in another language nothing is asked for, and nothing is lost.

use super::manners::{holds, words};

/// The measures that are asked for, or that are there.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Measures {
    pub time: bool,
    pub sum: bool,
    pub count: bool,
}

const TIMES: &[&str] = &[
    "how long",
    "how fast",
    "how soon",
    "how quick",
    "how quickly",
    "how often",
    "how late",
    "how early",
    "when",
    "until",
    "what time",
    "hours",
    "notice",
    "timeout",
    "day",
    "wait",
    "deadline",
    "period",
    "retention",
    "expire",
    "expires",
    "wie lange",
    "wie schnell",
    "wie oft",
    "wann",
    "bis wann",
    "frist",
];
const SUMS: &[&str] = &[
    "how much",
    "cost",
    "costs",
    "price",
    "prices",
    "pay",
    "paid",
    "fee",
    "fees",
    "charge",
    "charged",
    "charges",
    "earn",
    "earns",
    "salary",
    "bonus",
    "discount",
    "commission",
    "rate",
    "cheap",
    "expensive",
    "budget",
    "wie viel",
    "kostet",
    "kosten",
    "preis",
    "preise",
    "gebühr",
    "gebühren",
    "rabatt",
    "gehalt",
];
const COUNTS: &[&str] = &[
    "how many",
    "how big",
    "how large",
    "how far",
    "how much",
    "how old",
    "maximum",
    "max",
    "minimum",
    "limit",
    "largest",
    "deepest",
    "most",
    "oldest",
    "number of",
    "size",
    "availability",
    "percent",
    "percentage",
    "how long",
    "how fast",
    "how soon",
    "how quick",
    "how quickly",
    "how often",
    "how late",
    "how early",
    "wie viele",
    "wie groß",
    "wie lange",
    "höchstens",
    "mindestens",
];
const UNITS: &[&str] = &[
    "second",
    "minute",
    "hour",
    "day",
    "week",
    "month",
    "year",
    "quarter",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "sekunde",
    "minute",
    "stunde",
    "tag",
    "woche",
    "monat",
    "jahr",
    "montag",
    "dienstag",
    "mittwoch",
    "donnerstag",
    "freitag",
    "samstag",
    "sonntag",
    "januar",
    "februar",
    "märz",
    "mai",
    "juni",
    "juli",
    "oktober",
    "dezember",
];
const NUMBERS: &[&str] = &[
    "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "zwei", "drei", "vier",
    "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf",
];
const MONEY: &[&str] =
    &["pound", "pounds", "euro", "euros", "dollar", "dollars", "free", "percent", "prozent", "kostenlos"];

impl Measures {
    /// What a question asks for.
    pub fn asked(question: &str) -> Self {
        let words = words(question);
        let asks = |phrases: &[&str]| phrases.iter().any(|phrase| holds(&words, phrase));
        Self { time: asks(TIMES), sum: asks(SUMS), count: asks(COUNTS) }
    }

    /// What a sentence has.
    pub fn had(sentence: &str) -> Self {
        let words = words(sentence);
        let has = |names: &[&str]| words.iter().any(|word| names.contains(&word.as_str()));
        let is_unit = |word: &String| UNITS.iter().any(|unit| is_some(word, unit));
        Self {
            time: words.iter().any(is_unit) || has_clock(sentence),
            sum: has(MONEY) || has_sum(sentence),
            count: has(NUMBERS) || sentence.chars().any(|c| c.is_ascii_digit()),
        }
    }
}

/// One or several of a unit.
fn is_some(word: &str, unit: &str) -> bool {
    word.strip_prefix(unit).is_some_and(|ending| matches!(ending, "" | "s" | "e" | "n" | "en"))
}

/// As in 09:30.
fn has_clock(sentence: &str) -> bool {
    let digit = |c: u8| c.is_ascii_digit();
    sentence.as_bytes().windows(5).any(|w| digit(w[0]) && digit(w[1]) && w[2] == b':' && digit(w[3]) && digit(w[4]))
}

/// As in £59, 15% or 4p.
fn has_sum(sentence: &str) -> bool {
    let chars: Vec<char> = sentence.chars().collect();
    let is_digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
    (0..chars.len()).any(|at| match chars[at] {
        '£' | '€' | '$' => is_digit(at + 1) || is_digit(at + 2),
        '%' => at > 0 && (is_digit(at - 1) || (at > 1 && is_digit(at - 2))),
        'p' => at > 0 && is_digit(at - 1) && !chars.get(at + 1).is_some_and(|next| next.is_alphanumeric()),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_told_by_its_words() {
        let check = |question, time, sum, count| {
            assert_eq!(Measures::asked(question), Measures { time, sum, count }, "{question}");
        };
        check("How long do refunds take?", true, false, true);
        check("how much is the practice plan", false, true, true);
        check("When is maintenance", true, false, false);
        check("max hotel price london", false, true, true);
        check("Wie lange dauert eine Erstattung?", true, false, true);
        check("do you accept paypal", false, false, false);
        check("", false, false, false);
    }

    #[test]
    fn what_a_sentence_has_is_told_by_units_and_signs() {
        let check = |sentence, time, sum, count| {
            assert_eq!(Measures::had(sentence), Measures { time, sum, count }, "{sentence}");
        };
        check("Refunds take up to 10 business days.", true, false, true);
        check("Messages cost 4p each.", false, true, true);
        check("It costs £59 per location.", false, true, true);
        check("Sundays between 02:00 and 04:00", true, false, true);
        check("Charities get 15 % off.", false, true, true);
        check("Calendar changes arrive within two minutes", true, false, true);
        check("We do not accept cheques.", false, false, false);
        check("£", false, false, false);
    }
}
