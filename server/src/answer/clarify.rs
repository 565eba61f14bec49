//! One question back: which of several documents a word or two are about.
//!
//! Narrow on purpose, because whoever asks wants an answer: only for a word or two, only where every choice holds all of
//! them and is about as near as the best, and only where nothing is likely to answer. Never twice running: after an answer
//! that rests on nothing, as a question back does, whatever is found is answered from. The figures were read off single
//! words asked of the example handbook ("plans", "support", "limits"), and ask nothing back of any of its gold questions.

use prompts::template::Clarify;
use retrieval::followup::Turn;
use retrieval::model::Passage;
use retrieval::search::Found;
use retrieval::words::Asked;

use super::courtesy::answered_in;
use super::made::{Made, Material};
use super::manners::words;
use super::{AnswerError, Answerer, Named};

/// More of them make a question that can be answered, or honestly not.
const MOST_CONTENT_WORDS: usize = 2;
const MOST_WORDS: usize = 3;
/// That the passages answer; from here on they are asked.
const UNLIKELY: f64 = 0.30;
/// Of the score of the best passage.
const MARGIN: f32 = 0.35;
/// Of the words that were asked for.
const ALL: f32 = 0.99;
const MOST_CHOICES: usize = 3;

impl Answerer {
    /// `None` where there is one thing that was meant, or no telling.
    pub(super) fn asked_back(&self, material: &Material<'_>) -> Result<Option<Made>, AnswerError> {
        let question = material.asked.text.as_str();
        if !may_ask_back(question, material.history) {
            return Ok(None);
        }
        let chosen = choices(material.found);
        if chosen.len() < 2 {
            return Ok(None);
        }
        let choices = chosen.iter().map(|near| material.masking.quoted(near.title.clone())).collect();
        let text = self.templates.clarify(&Clarify { choices, language: answered_in(question) })?;
        let named = chosen.into_iter().map(Named::from).collect();
        Ok(Some(Made { text, named, mode: "clarify", model: "none".to_owned(), ..Made::default() }))
    }
}

/// What was answered before is told by what it rests on.
fn may_ask_back(question: &str, history: &[Turn]) -> bool {
    let is_short = (1..=MOST_CONTENT_WORDS).contains(&Asked::new(question).words().len());
    let rested = history.last().is_none_or(|turn| !turn.sources.is_empty());
    is_short && words(question).len() <= MOST_WORDS && rested
}

/// The best passage of each document that may be meant, by different titles.
fn choices(found: &Found) -> Vec<&Passage> {
    let Some(best) = found.passages.first().filter(|_| found.confidence < UNLIKELY) else { return Vec::new() };
    let mut choices: Vec<&Passage> = Vec::new();
    let near = found.passages.iter().filter(|scored| scored.score >= best.score - MARGIN);
    for scored in near.filter(|scored| scored.signals.coverage >= ALL) {
        let is_new = choices.iter().all(|choice| choice.title != scored.passage.title);
        if is_new && choices.len() < MOST_CHOICES {
            choices.push(&scored.passage);
        }
    }
    choices
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(answer: &str, sources: &[&str]) -> Turn {
        let sources = sources.iter().map(|source| (*source).to_owned()).collect();
        Turn { question: "plans".into(), answer: answer.into(), sources }
    }

    #[test]
    fn only_a_word_or_two_are_asked_about() {
        for (question, expected) in [
            ("plans", true),
            ("the plans?", true),
            ("api limits", true),
            ("tell me about plans", false),
            ("What are the limits of the api in the small plan?", false),
            ("how is it", false),
            ("???", false),
        ] {
            assert_eq!(may_ask_back(question, &[]), expected, "{question}");
        }
    }

    #[test]
    fn nobody_is_asked_twice_running() {
        let asked_back = turn("Which of these do you mean: \"A\" or \"B\"?", &[]);
        let answered = turn("Plans cost 29 pounds [1].", &["Pricing"]);
        assert!(!may_ask_back("plans", std::slice::from_ref(&asked_back)));
        assert!(may_ask_back("plans", std::slice::from_ref(&answered)));
        assert!(!may_ask_back("plans", &[answered.clone(), asked_back.clone()]));
        assert!(may_ask_back("plans", &[asked_back, answered]));
        assert!(!may_ask_back("plans", &[turn("", &[])]), "what is hidden now may have been a question back");
    }
}
