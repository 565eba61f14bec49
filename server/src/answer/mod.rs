//! The read path, top to bottom: who -> clearance -> rewrite -> embed -> hybrid -> verify -> rerank -> arrange -> pack -> choose
//! -> check citations -> record.
//!
//! Permission comes first: the clearance is made before anything is looked up. Without a language model the answer is
//! made of quotes, each checked against its source, or it is an honest "I don't know". Knows no SQL, no engine, no HTTP.

mod evidence;
mod rewrite;
mod sentences;
mod trace;
mod why;

use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use prompts::cite;
use prompts::pack::{Budget, Offer, pack};
use prompts::template::{Decline, Extractive, Quoted, TemplateError, Templates};
use retrieval::access::{AccessError, Principal};
use retrieval::followup::Turn;
use retrieval::model::{DocumentId, GenerationId, Passage, PointId, RecordId, VersionId};
use retrieval::ports::EmbedError;
use retrieval::search::{Depth, Found, SearchError, Searcher};

use crate::store::{AnswerRecord, Store};
use evidence::{Evidence, weigh};
pub use rewrite::{Rewriter, StandAlone, WordedBy};
pub use why::{Step, Verdict, Why, WhyError};

/// How many passages are looked at, and how much of them may stand as sources.
const PASSAGES: usize = 10;
const BUDGET: Budget = Budget { characters: 12_000, sources: 6 };
/// Titles offered when there is no answer.
const NEAREST: usize = 3;
pub const LONGEST_QUESTION: usize = 4_000;

/// A question that can be asked: not empty, not too long, text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Question(String);

impl Question {
    pub fn parse(text: &str) -> Result<Self, QuestionError> {
        let text = text.trim();
        match text.chars().count() {
            0 => Err(QuestionError::Empty),
            many if many > LONGEST_QUESTION => Err(QuestionError::TooLong(many)),
            _ if text.chars().any(|c| c.is_control() && !c.is_whitespace()) => Err(QuestionError::NotText),
            _ => Ok(Self(text.to_owned())),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a question cannot be asked, for the person who typed it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum QuestionError {
    #[error("the question is empty: type one")]
    Empty,
    #[error("the question has {0} characters: shorten it to {LONGEST_QUESTION}")]
    TooLong(usize),
    #[error("the question is not text: it holds control characters")]
    NotText,
}

/// Why there is neither an answer nor an honest "I don't know".
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    #[error(transparent)]
    Access(#[from] AccessError),
    #[error(transparent)]
    Search(#[from] SearchError),
    #[error(transparent)]
    Embed(#[from] EmbedError),
    #[error(transparent)]
    Template(#[from] TemplateError),
}

/// A quote that stands in its source, to the byte.
#[derive(Clone, PartialEq, Debug)]
pub struct Citation {
    pub n: usize,
    pub document: DocumentId,
    pub version: VersionId,
    pub point: PointId,
    pub title: String,
    pub origin: String,
    pub page: Option<u32>,
    pub heading: String,
    pub quote: String,
    /// Within the document's text.
    pub bytes: Range<usize>,
    /// The passage around the quote, for showing it in its place.
    pub passage: String,
}

/// A passage of which words stand in an answer that does not quote it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Named {
    pub document: DocumentId,
    pub version: VersionId,
    pub point: PointId,
}

/// What the asker gets.
#[derive(Clone, PartialEq, Debug)]
pub struct Answer {
    pub text: String,
    pub declined: bool,
    pub citations: Vec<Citation>,
    /// What else the text was made of. With the citations it is all that the answer rests on: whoever words answers in
    /// another way has to name here whatever was used.
    pub named: Vec<Named>,
    pub mode: &'static str,
    pub model: String,
    pub took_ms: u64,
    /// What was searched for, if not the question as it was typed.
    pub asked_as: Option<String>,
    /// `None` when the record could not be written, as on a full disk: reading goes on.
    pub record: Option<RecordId>,
}

/// Answers questions.
#[derive(Clone)]
pub struct Answerer {
    pub searcher: Searcher,
    pub rewriter: Rewriter,
    pub store: Store,
    pub templates: Arc<Templates>,
    pub generation: GenerationId,
}

impl Answerer {
    /// The history is the caller's to answer for: it may be sent to a language model.
    pub async fn ask(
        &self,
        principal: &Principal,
        question: &Question,
        history: &[Turn],
    ) -> Result<Answer, AnswerError> {
        let (clearance, started) = (principal.clearance()?, Instant::now());
        let asked = self.rewriter.stand_alone(question.as_str(), history).await;
        let found = self.searcher.search(&clearance, &asked.text, Depth::Full, PASSAGES).await?;
        let sources = self.pack(&found);
        let evidence = weigh(&*self.searcher.embedder, &asked.text, &found, &sources).await?;
        let citations = self.check(&evidence, &sources);
        let mut answer = self.word(&found, citations)?;
        answer.took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        answer.asked_as = asked.asked_as().map(str::to_owned);
        answer.record = self.record(principal, question, &asked, &found, &evidence, &answer).await;
        Ok(answer)
    }

    /// The passages that may be quoted, numbered from 1 by their place.
    fn pack<'a>(&self, found: &'a Found) -> Vec<&'a Passage> {
        let passages = || found.passages.iter().map(|scored| &scored.passage);
        let offers: Vec<Offer<'_>> = passages().map(|p| Offer { title: &p.title, text: &p.text }).collect();
        let packed = pack(&offers, BUDGET);
        packed.taken.into_iter().map(|at| &found.passages[at].passage).collect()
    }

    /// Only what stands in its source, to the byte, becomes a citation.
    fn check(&self, evidence: &Evidence, sources: &[&Passage]) -> Vec<Citation> {
        let cited = evidence.quotes.iter().filter_map(|quote| {
            let source = sources.get(quote.source)?;
            let within = cite::locate(&quote.text, &source.text)?;
            Some(Citation {
                n: quote.source + 1,
                document: source.document,
                version: source.version,
                point: source.point,
                title: source.title.clone(),
                origin: source.origin.clone(),
                page: source.page,
                heading: source.heading.clone(),
                quote: quote.text.clone(),
                bytes: source.bytes.start + within.start..source.bytes.start + within.end,
                passage: source.text.clone(),
            })
        });
        renumbered(cited.collect())
    }

    fn word(&self, found: &Found, citations: Vec<Citation>) -> Result<Answer, AnswerError> {
        let declined = citations.is_empty();
        let nearest = if declined { nearest(found) } else { Vec::new() };
        let text = if declined {
            self.templates.decline(&Decline { nearest: nearest.iter().map(|near| near.title.clone()).collect() })?
        } else {
            let quoted = |citation: &Citation| Quoted { text: citation.quote.clone(), n: citation.n };
            self.templates.extractive(&Extractive { quotes: citations.iter().map(quoted).collect() })?
        };
        let named =
            nearest.iter().map(|near| Named { document: near.document, version: near.version, point: near.point });
        Ok(Answer {
            text,
            declined,
            citations,
            named: named.collect(),
            mode: "extractive",
            model: "none".into(),
            took_ms: 0,
            asked_as: None,
            record: None,
        })
    }

    async fn record(
        &self,
        principal: &Principal,
        question: &Question,
        asked: &StandAlone,
        found: &Found,
        evidence: &Evidence,
        answer: &Answer,
    ) -> Option<RecordId> {
        let record = AnswerRecord {
            workspace: principal.workspace(),
            generation: self.generation,
            asker: trace::asker(principal),
            question: question.as_str().to_owned(),
            answer: answer.text.clone(),
            declined: answer.declined,
            mode: answer.mode,
            model: answer.model.clone(),
            trace: trace::trace(asked, found, evidence, &answer.citations),
            took_ms: i64::try_from(answer.took_ms).unwrap_or(i64::MAX),
            documents: trace::documents(found, &answer.citations),
        };
        let written = self.store.answer_record_insert(&record).await;
        written.inspect_err(|error| tracing::warn!(%error, "an answer was given but not recorded")).ok()
    }
}

/// Aliases without gaps, in the order of their first appearance.
fn renumbered(mut citations: Vec<Citation>) -> Vec<Citation> {
    let mut order: Vec<usize> = Vec::new();
    for citation in &mut citations {
        let known = order.iter().position(|n| *n == citation.n);
        citation.n = 1 + known.unwrap_or_else(|| {
            order.push(citation.n);
            order.len() - 1
        });
    }
    citations
}

/// The best passages of different titles.
fn nearest(found: &Found) -> Vec<&Passage> {
    let mut nearest: Vec<&Passage> = Vec::new();
    for scored in &found.passages {
        let is_new = nearest.iter().all(|near| near.title != scored.passage.title);
        if is_new && nearest.len() < NEAREST {
            nearest.push(&scored.passage);
        }
    }
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_short_text() {
        let check = |text: &str, expected: Result<&str, QuestionError>| {
            assert_eq!(Question::parse(text).map(|question| question.0), expected.map(str::to_owned));
        };
        check(" How long? \n", Ok("How long?"));
        check("   ", Err(QuestionError::Empty));
        check("a\0b", Err(QuestionError::NotText));
        check(&"x".repeat(4_000), Ok(&"x".repeat(4_000)));
        check(&"x".repeat(4_001), Err(QuestionError::TooLong(4_001)));
    }
}
