//! Questions to begin with: real ones, out of headings and titles that the asker may read now.
//!
//! Nothing is made up and no model is asked, so that what is suggested is what a document answers. The newest documents
//! speak first, each once before any does twice.

use retrieval::access::Principal;
use retrieval::model::DocumentId;

use super::masking::Masking;
use super::{AnswerError, Answerer};
use crate::store::Headings;

const MOST: usize = 5;
/// Documents whose headings are looked at, the newest.
const LOOKED_AT: usize = 100;
const FEWEST_WORDS: usize = 3;
const LONGEST: usize = 120;

/// How a question begins that does not end as one, and with which words it goes on: "How refunds work" is none.
const OPENINGS: [&str; 13] =
    ["how", "what", "when", "where", "why", "who", "which", "wie", "was", "wann", "wo", "warum", "wer"];
const GOES_ON: [&str; 24] = [
    "are", "can", "did", "do", "does", "if", "is", "long", "many", "may", "much", "must", "often", "should", "to",
    "will", "darf", "ist", "kann", "lange", "muss", "sind", "viel", "wird",
];
/// Questions by themselves.
const ASKS: [&str; 5] = ["can", "could", "does", "may", "kann"];

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Suggestion {
    pub question: String,
    pub document: DocumentId,
    pub title: String,
}

impl Answerer {
    pub async fn suggestions(&self, principal: &Principal) -> Result<Vec<Suggestion>, AnswerError> {
        let masking = Masking::of(self.mask_personal, principal);
        let documents = self.store.headings(&principal.clearance()?, LOOKED_AT).await?;
        let suggested = chosen(&documents).into_iter().map(|suggestion| Suggestion {
            question: masking.quoted(suggestion.question),
            title: masking.quoted(suggestion.title),
            ..suggestion
        });
        Ok(suggested.collect())
    }
}

/// In rounds: one question of each document, then a second.
fn chosen(documents: &[Headings]) -> Vec<Suggestion> {
    let asked: Vec<(&Headings, Vec<&str>)> = documents
        .iter()
        .map(|document| (document, questions(document)))
        .filter(|(_, asked)| !asked.is_empty())
        .collect();
    let mut chosen: Vec<Suggestion> = Vec::new();
    for round in 0..MOST {
        for (of, question) in asked.iter().filter_map(|(of, questions)| Some((of, *questions.get(round)?))) {
            let is_new = chosen.iter().all(|other| !other.question.eq_ignore_ascii_case(question));
            if is_new && chosen.len() < MOST {
                let (question, document, title) = (question.to_owned(), of.document, of.title.clone());
                chosen.push(Suggestion { question, document, title });
            }
        }
    }
    chosen
}

/// Those that say that they are questions first.
fn questions(document: &Headings) -> Vec<&str> {
    let headings = document.headings.iter().map(String::as_str);
    let all = std::iter::once(document.title.as_str()).chain(headings).map(bare);
    let mut found: Vec<&str> = Vec::new();
    for question in all.filter(|text| is_question(text)) {
        if !found.contains(&question) {
            found.push(question);
        }
    }
    found.sort_by_key(|question| !question.ends_with('?'));
    found
}

/// Without a number or "Q:" in front.
fn bare(text: &str) -> &str {
    let text = text.trim_start_matches(|c: char| c.is_ascii_digit() || ".)( \t".contains(c));
    text.strip_prefix("Q:").unwrap_or(text).trim()
}

fn is_question(text: &str) -> bool {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let begins_as_one = match words.as_slice() {
        [first, second, ..] => {
            let asks = OPENINGS.contains(&first.as_str()) && GOES_ON.contains(&second.as_str());
            asks || ASKS.contains(&first.as_str())
        }
        _ => false,
    };
    let fits = words.len() >= FEWEST_WORDS && text.chars().count() <= LONGEST;
    fits && (text.ends_with('?') || begins_as_one)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn document(number: u128, title: &str, headings: &[&str]) -> Headings {
        let headings = headings.iter().map(|heading| (*heading).to_owned()).collect();
        Headings { document: DocumentId(Uuid::from_u128(number)), title: title.into(), headings }
    }

    fn check(documents: &[Headings], expected: &[(&str, u128)]) {
        let found = chosen(documents);
        let found: Vec<(&str, u128)> =
            found.iter().map(|one| (one.question.as_str(), one.document.0.as_u128())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn every_document_speaks_once_before_any_speaks_twice() {
        let first = document(1, "Refunds", &["How to refund money", "How long do they take?"]);
        let second = document(2, "Is it down?", &["Is it down?", "1. Who do I call?", "Who do I call?"]);
        let third = document(3, "Prices", &["Small", "who do I call?"]);
        check(&[], &[]);
        check(std::slice::from_ref(&third), &[("who do I call?", 3)]);
        check(
            &[first, second, third],
            &[("How long do they take?", 1), ("Is it down?", 2), ("who do I call?", 3), ("How to refund money", 1)],
        );
        let many: Vec<String> = (0..9).map(|n| format!("Why is it {n} degrees?")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(chosen(&[document(4, "Cold", &many)]).len(), MOST);
    }

    #[test]
    fn what_is_no_question_is_none() {
        for text in [
            "Refunds",
            "Why?",
            "How it",
            "How refunds work",
            "Where they go",
            "Whatever we do here",
            "",
            &format!("Why {}?", "x ".repeat(90)),
        ] {
            assert!(!is_question(text), "{text}");
        }
    }
}
