//! Whether a question leans on what was said before it.
//!
//! It does when it says so ("what about ..."), when a pronoun stands for nothing in it, or when too little of it is there.
//! A question with a subject of its own stands alone, whatever was said before.

use super::language::Language;
use super::words::{Word, is_name};

/// How a question leans on the one before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Need {
    /// It says that it goes on: "what about annual plans?"
    Continues,
    /// A word of it stands for something that it does not name: "is it encrypted?"
    RefersBack,
    /// There is not enough of it: "why?", "and per day?", "in Germany?"
    Fragment,
}

/// What of a question counts, and how it leans; `before` is the question before it.
pub fn need(question: &[Word], before: &[Word], language: &Language) -> Option<Need> {
    let begins = |word: &&Word| language.joining.contains(&word.plain.as_str());
    let joined = question.iter().take_while(begins).count();
    let own = &question[joined..];
    let continues =
        |opening: &&[&str]| own.len() >= opening.len() && own.iter().zip(*opening).all(|(a, b)| a.plain == *b);
    if own.is_empty() {
        // "And then?" asks on, "ok, thanks" does not.
        is_questioned(question).then_some(Need::Fragment)
    } else if language.continuing.iter().any(continues) {
        Some(Need::Continues)
    } else if (language.refers_back)(own) {
        Some(Need::RefersBack)
    } else {
        is_fragment(own, joined > 0, before, language).then_some(Need::Fragment)
    }
}

fn is_fragment(own: &[Word], joined: bool, before: &[Word], language: &Language) -> bool {
    let meant: Vec<&Word> = own.iter().filter(|word| language.carries_meaning(word)).collect();
    let relational = |word: &&Word| language.relational.contains(&word.plain.as_str());
    let asked = own.iter().any(|word| language.asking.contains(&word.plain.as_str()));
    let prepositional = language.prepositions.contains(&own[0].plain.as_str());
    match meant.len() {
        0 => asked || prepositional,
        _ if asked && meant.iter().all(relational) => true,
        1 if joined => true,
        1 | 2 if !asked => {
            // Who types key words types key words again: those name a subject of their own.
            let in_sentences = before.iter().any(|word| language.asking.contains(&word.plain.as_str()));
            joined
                || prepositional
                || (in_sentences && is_questioned(own) && !meant.iter().any(|word| is_name(&word.plain)))
        }
        _ => false,
    }
}

fn is_questioned(words: &[Word]) -> bool {
    words.last().is_some_and(|word| word.asks)
}
