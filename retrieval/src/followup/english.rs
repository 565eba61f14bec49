//! English: its small words, and when a pronoun stands for something that was said before.
//!
//! "It" need not: "is it possible to export ...", "it looks like ...". Nor does a pronoun whose noun stands in an earlier
//! clause of the same question. Rules over words, no grammar: what is not clear counts as leaning on nothing.

use super::language::ENGLISH;
use super::words::Word;

/// What `it` is said to be in "is it ... to do this", where it stands for what follows.
#[rustfmt::skip]
const JUDGED: &[&str] = &[
    "a", "allowed", "always", "any", "anything", "bad", "better", "common", "compulsory", "correct", "cost", "costs",
    "difficult", "easy", "enough", "even", "fine", "good", "hard", "help", "important", "legal", "likely", "long",
    "mandatory", "matter", "much", "necessary", "normal", "not", "ok", "okay", "possible", "problem", "required",
    "right", "safe", "sensible", "still", "take", "takes", "true", "usual", "worth",
];
const SEEMS: &[&str] = &["appears", "looks", "seems", "sounds", "turns"];
#[rustfmt::skip]
const COMPARED: &[&str] = &[
    "better", "bigger", "cheaper", "earlier", "faster", "higher", "larger", "later", "longer", "lower", "quicker",
    "shorter", "slower", "smaller", "sooner", "worse",
];
/// Between a noun and a pronoun they begin a clause of its own, so the one may stand for the other.
#[rustfmt::skip]
const CLAUSES: &[&str] = &[
    "after", "and", "because", "before", "but", "if", "once", "or", "so", "unless", "until", "when", "which", "while",
    "who",
];
/// Behind a noun and `that` they show that the noun goes on: "the data that is kept".
#[rustfmt::skip]
const GOING_ON: &[&str] = &[
    "a", "are", "can", "did", "do", "does", "has", "have", "i", "is", "my", "our", "the", "they", "was", "we", "were",
    "will", "you",
];
/// What is in front of whoever asks, not behind them in the conversation.
#[rustfmt::skip]
const AT_HAND: &[&str] = &[
    "afternoon", "app", "article", "chat", "company", "conversation", "document", "evening", "form", "handbook",
    "month", "morning", "page", "quarter", "screen", "site", "summer", "website", "week", "winter", "year",
];

pub fn refers_back(words: &[Word]) -> bool {
    (0..words.len()).any(|at| stands_back(words, at)) || compares_with_nothing(words)
}

fn stands_back(words: &[Word], at: usize) -> bool {
    let last = at + 1 == words.len() || words[at].ends;
    match words[at].plain.as_str() {
        "it" | "it's" => words[at].written != "IT" && !is_empty_it(words, at) && !has_its_noun(words, at),
        "they" | "them" | "they're" | "he" | "she" | "him" => !has_its_noun(words, at),
        "its" | "their" | "theirs" | "his" | "her" | "hers" => meaning(&words[..at]) == 0,
        "that" | "that's" => is_demonstrative(words, at, last),
        "this" => last || !is(words, at + 1, AT_HAND),
        "those" | "these" => !is(words, at + 1, &["who", "days"]),
        "there" => {
            !beside(words, at, &["is", "are", "was", "were", "be", "isnt", "isn't", "arent", "aren't"])
                && !has_its_noun(words, at)
        }
        "then" | "afterwards" | "instead" | "too" | "either" => last && at > 0 && meaning(words) <= 2,
        "one" => is_placeholder(words, at, last) && !has_its_noun(words, at),
        "ones" | "former" | "latter" => true,
        "same" | "else" => meaning(words) <= 1,
        _ => false,
    }
}

/// "Is it possible to pay by card": stands for what follows, if enough follows.
fn is_empty_it(words: &[Word], at: usize) -> bool {
    let after = &words[at + 1..];
    if after.first().is_some_and(|word| SEEMS.contains(&word.plain.as_str())) {
        return meaning(after) >= 3;
    }
    let judged = |word: &&Word| JUDGED.contains(&word.plain.as_str()) || word.plain == "is" || word.plain == "was";
    let judged = after.iter().take_while(judged).count();
    judged > 0 && is(after, judged, &["to", "that", "if", "when", "whether"]) && meaning(&after[judged + 1..]) >= 2
}

/// Whether a clause before this one, in the same question, holds a noun that it may stand for.
fn has_its_noun(words: &[Word], at: usize) -> bool {
    let begins = |at: &usize| words[*at].ends || CLAUSES.contains(&words[*at].plain.as_str());
    (0..at).rev().any(|at| begins(&at)) && meaning(&words[..at]) >= 2
}

fn is_demonstrative(words: &[Word], at: usize, last: bool) -> bool {
    let behind_meaning = at > 0 && ENGLISH.carries_meaning(&words[at - 1]) && !words[at - 1].ends;
    let before_meaning = words.get(at + 1).is_some_and(|next| ENGLISH.carries_meaning(next));
    last || !(behind_meaning && (before_meaning || is(words, at + 1, GOING_ON))
        || is(words, at + 1, &["the", "my", "our"]))
}

/// "That one", "the second one"; not "one month", "one of us", "no one".
fn is_placeholder(words: &[Word], at: usize, last: bool) -> bool {
    let counts = words.get(at + 1).is_some_and(|next| next.plain == "of" || ENGLISH.carries_meaning(next));
    at > 0 && !is(words, at - 1, &["no", "every", "any", "some", "than"]) && (last || !counts)
}

/// "Which is cheaper?": than what was said.
fn compares_with_nothing(words: &[Word]) -> bool {
    let compared = words.iter().filter(|word| COMPARED.contains(&word.plain.as_str())).count();
    compared > 0 && meaning(words) <= compared + 1 && !words.iter().any(|word| word.plain == "than")
}

fn meaning(words: &[Word]) -> usize {
    words.iter().filter(|word| ENGLISH.carries_meaning(word)).count()
}

fn is(words: &[Word], at: usize, among: &[&str]) -> bool {
    words.get(at).is_some_and(|word| among.contains(&word.plain.as_str()))
}

fn beside(words: &[Word], at: usize, among: &[&str]) -> bool {
    is(words, at + 1, among) || at.checked_sub(1).is_some_and(|before| is(words, before, among))
}

#[cfg(test)]
mod tests {
    use super::super::language::{FRENCH, GERMAN, SPANISH};
    use super::super::words::words;
    use super::*;

    #[test]
    fn pronouns_stand_for_what_was_said_or_for_nothing() {
        let check = |question: &str, expected: bool| assert_eq!(refers_back(&words(question)), expected, "{question}");
        for leaning in [
            "does it work offline?",
            "is it encrypted",
            "can i undo it afterwards",
            "how do i ask for it",
            "is it possible to export them",
            "is it possible?",
            "is it cheaper if I pay yearly?",
            "which one is better?",
            "does that include backups?",
            "which plans is that for",
            "can i combine that with the charity one",
            "who approves those?",
            "what do extra ones cost",
            "will their notes be kept?",
            "what happens after that",
            "can I work there",
            "how long was the trial back then",
            "which is cheaper",
            "how long will that take?",
            "can you put a PO number on them",
            "does the mobile app use it too",
        ] {
            check(leaning, true);
        }
        for whole in [
            "is it possible to connect zoom for video appointments",
            "it looks like we hit the rate limit",
            "is it true that android 9 is no longer supported?",
            "does it cost anything to cancel a monthly plan?",
            "is there a sandbox for the API?",
            "are there limits",
            "how much is one location",
            "what is the data that is kept in backups",
            "can one of our locums see notes",
            "why did a patient not get their reminder",
            "if i archive a practitioner and they come back, what then of leave",
            "I lost my phone, can someone wipe it?",
            "who answers questions at IT",
            "what is on this page",
            "how long does it take to import 10,000 patients",
            "is solo cheaper than practice",
            "how do I reset my password?",
            "which plans are there this year",
        ] {
            check(whole, false);
        }
    }

    #[test]
    fn the_small_words_are_in_order() {
        assert!([&ENGLISH, &GERMAN, &SPANISH, &FRENCH].iter().all(|language| language.common.is_sorted()));
    }
}
