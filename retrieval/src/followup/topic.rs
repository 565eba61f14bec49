//! What a conversation is about: the words that a question which leans on it needs.
//!
//! The newest comes first and the oldest is forgotten; a question that stands alone begins anew.

use super::Turn;
use super::language::{self, Language};
use super::need::{Need, need};
use super::words::{Word, alike, first_words, is_name, words};

/// More of a subject than this drowns the question that is asked about it.
const MOST_CARRIED: usize = 8;
const LONGEST_TITLE: usize = 12;
/// So many words of a subject say what it is.
const ENOUGH: usize = 2;

#[derive(Clone, Default)]
pub struct Topic {
    /// The question before, in words.
    asked: Vec<Word>,
    /// What the conversation is about, as it was said.
    subject: Vec<Word>,
    /// Title of the best source of the last answer.
    source: Vec<Word>,
    language: Option<&'static Language>,
}

impl Topic {
    /// After one more question was asked and answered.
    #[must_use]
    pub fn after(self, turn: &Turn) -> Self {
        let asked = words(&turn.question);
        let Some(language) = language::of(&asked, &self.asked) else {
            // Key words alone, whose language shows later; other scripts are left alone.
            let subject = asked.iter().filter(|word| is_latin(&word.plain)).take(MOST_CARRIED).cloned().collect();
            return Self { asked, subject, ..Self::default() };
        };
        let mut subject = subject(&asked, language);
        let leans = self.leaning(&asked).is_some();
        if leans || subject.is_empty() {
            subject.extend(self.carried_to(&asked));
            subject.truncate(MOST_CARRIED);
        }
        let title = turn.sources.first().map(|title| title_words(title));
        let source = title.unwrap_or_else(|| if leans { self.source } else { Vec::new() });
        Self { asked, subject, source, language: Some(language) }
    }

    pub fn leaning(&self, question: &[Word]) -> Option<Need> {
        let language = language::of(question, &self.asked)?;
        let same = self.language.is_none_or(|before| std::ptr::eq(before, language));
        same.then(|| need(question, &self.asked, language)).flatten()
    }

    /// What of the subject this question neither says itself nor replaces.
    pub fn carried_to(&self, question: &[Word]) -> Vec<Word> {
        let Some(language) = language::of(question, &self.asked) else { return Vec::new() };
        // "LX-1007" and then "and LX-1011?": the code is another now. So are a year and a version.
        let said = |word: &Word| language.carries_meaning(word) && is_said(word, question);
        let kept = self.subject.iter().filter(|word| !is_replaced(word, question) && !said(word));
        trimmed(kept.cloned().collect(), language)
    }

    /// The title of the last answer's source, where the subject alone says too little: a title finds the document, but
    /// draws away from the sentence.
    pub fn source_for(&self, question: &[Word], carried: &[Word]) -> Vec<Word> {
        let Some(language) = language::of(question, &self.asked) else { return Vec::new() };
        let tells =
            |word: &&Word| language.carries_meaning(word) && !is_said(word, question) && !is_said(word, carried);
        let means = carried.iter().filter(|word| language.carries_meaning(word)).count();
        if means >= ENOUGH || !self.source.iter().any(|word| tells(&word)) {
            return Vec::new();
        }
        self.source.iter().filter(|word| !is_replaced(word, question)).cloned().collect()
    }
}

/// From the first word that means something to the last; of a long story the words that mean something, the last of them,
/// because the question stands at its end.
fn subject(asked: &[Word], language: &Language) -> Vec<Word> {
    let mut subject = trimmed(asked.to_vec(), language);
    if subject.len() > MOST_CARRIED {
        subject.retain(|word| language.carries_meaning(word));
        subject.drain(..subject.len().saturating_sub(MOST_CARRIED));
    }
    subject
}

fn trimmed(words: Vec<Word>, language: &Language) -> Vec<Word> {
    let means = |word: &Word| language.carries_meaning(word);
    let first = words.iter().position(means).unwrap_or(words.len());
    let last = words.iter().rposition(means).map_or(first, |last| last + 1);
    words[first..last].to_vec()
}

fn is_latin(word: &str) -> bool {
    word.chars().all(|c| !c.is_alphabetic() || c < '\u{250}')
}

fn is_said(word: &Word, among: &[Word]) -> bool {
    among.iter().any(|said| alike(&said.plain, &word.plain))
}

fn is_replaced(word: &Word, question: &[Word]) -> bool {
    is_name(&word.plain) && question.iter().any(|said| is_name(&said.plain) && shape(&said.plain) == shape(&word.plain))
}

/// `lx-1007` is `aa-9999`, and so is `lx-1011`.
fn shape(name: &str) -> String {
    let kind = |c: char| match c {
        '0'..='9' => '9',
        c if c.is_alphabetic() => 'a',
        c => c,
    };
    name.chars().map(kind).collect()
}

/// Without the name of the site or handbook, which pages have behind a bar.
fn title_words(title: &str) -> Vec<Word> {
    first_words(title.split(" | ").next().unwrap_or(title), LONGEST_TITLE)
}
