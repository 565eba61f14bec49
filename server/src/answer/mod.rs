//! The read path, top to bottom: who -> clearance -> rewrite -> embed -> hybrid -> verify -> rerank -> arrange -> pack -> choose
//! -> check citations -> record.
//!
//! Permission comes first: the clearance is made before anything is looked up. Without a language model the answer is
//! made of quotes, each checked against its source, or it is an honest "I don't know". Knows no SQL, no engine, no HTTP.

mod asked_for;
mod blocks;
mod choose;
mod clarify;
mod courtesy;
mod disagreeing;
mod evidence;
mod layout;
mod made;
mod manners;
mod masking;
mod named;
mod rendering;
mod rewrite;
mod sentences;
mod signals;
mod speaker;
mod stages;
mod suggestions;
mod sure;
mod team;
mod telling;
mod trace;
mod why;
mod worded;

use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use prompts::answer::PromptError;
use prompts::chat::ChatModel;
use prompts::cite;
pub use prompts::cite::Standing;
use prompts::pack::{Budget, Offer, pack};
pub use prompts::render::pointer;
use prompts::template::{TemplateError, Templates};
use retrieval::access::{AccessError, Principal};
use retrieval::followup::Turn;
use retrieval::model::{DocumentId, GenerationId, Passage, PointId, RecordId, VersionId};
use retrieval::ports::EmbedError;
use retrieval::search::{Depth, Found, SearchError, Searcher};
use tokio_util::sync::CancellationToken;

use crate::generations::{self, Finder};
use crate::store::{AnswerRecord, Store, StoreError, Tokens};
use made::{Made, Material, Spent};
pub use manners::Triggers;
use masking::Masking;
pub use rewrite::{Rewriter, StandAlone, WordedBy};
pub use speaker::Speaker;
use stages::Course;
pub use suggestions::Suggestion;
pub use team::{Concern, Team};
pub use telling::{Checked, Event, Source, Teller};
use trace::Kept;
pub use trace::{is_theirs, standing_name};
pub use why::{Step, Verdict, Why, WhyError};

/// How many passages are looked at, and how much of them may stand as sources.
const PASSAGES: usize = 10;
const BUDGET: Budget = Budget { characters: 12_000, sources: 6 };
/// Titles offered when there is no answer.
const NEAREST: usize = 3;
pub const LONGEST_QUESTION: usize = 4_000;
/// The mode of an answer in a model's words.
const GENERATED: &str = "generated";

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
    #[error(transparent)]
    Prompt(#[from] PromptError),
    #[error(transparent)]
    Store(#[from] StoreError),
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
    /// When its author says that the document was last changed, as ISO 8601 writes it.
    pub dated: Option<String>,
    pub quote: String,
    /// Within the document's text.
    pub bytes: Range<usize>,
    /// The passage around the quote, for showing it in its place.
    pub passage: String,
}

impl Citation {
    /// Whether the other one quotes nothing more.
    fn holds(&self, other: &Self) -> bool {
        self.point == other.point && self.bytes.start <= other.bytes.start && other.bytes.end <= self.bytes.end
    }
}

/// Two citations, by their aliases, that give different figures for the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Disagreeing {
    /// The one that the answer goes by.
    pub says: usize,
    pub otherwise: usize,
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
    pub disagreeing: Vec<Disagreeing>,
    /// What it may rest on, as it was told before its first word.
    pub sources: Vec<Source>,
    /// What else the text was made of. With the citations it is all that the answer rests on: whoever words answers in
    /// another way has to name here whatever was used.
    pub named: Vec<Named>,
    pub mode: &'static str,
    pub model: String,
    /// Why it is not in a model's words, where it would have been.
    pub notice: Option<String>,
    /// It was stopped, or its model broke off for want of room.
    pub is_cut: bool,
    /// What was said before is in it, or in what was searched for.
    pub leans: bool,
    pub took_ms: u64,
    /// What was searched for, if not the question as it was typed.
    pub asked_as: Option<String>,
    /// `None` when the record could not be written, as on a full disk: reading goes on.
    pub record: Option<RecordId>,
}

/// What was said before a question. The caller answers for it: all of it may be sent to a language model.
#[derive(Clone, Copy, Debug, Default)]
pub struct Past<'a> {
    /// Oldest first.
    pub turns: &'a [Turn],
    /// What was said besides, in few words.
    pub notes: Option<&'a str>,
    /// In a conversation that is kept, which a person can take over.
    pub is_kept: bool,
}

/// A language model, and who it speaks as.
#[derive(Clone)]
pub struct Voice {
    pub model: Arc<dyn ChatModel>,
    pub speaker: Speaker,
}

/// Answers questions.
#[derive(Clone)]
pub struct Answerer {
    pub finder: Finder,
    pub rewriter: Rewriter,
    pub store: Store,
    pub templates: Arc<Templates>,
    /// What the file calls the house, if it does.
    pub name: Option<String>,
    /// Words answers, where a language model is configured.
    pub voice: Option<Voice>,
    /// People who take over, where there are any.
    pub team: Option<Arc<Team>>,
    /// Whether what points to a person is masked in answers.
    pub mask_personal: bool,
}

impl Answerer {
    pub async fn ask(
        &self,
        principal: &Principal,
        question: &Question,
        history: &[Turn],
    ) -> Result<Answer, AnswerError> {
        let past = Past { turns: history, ..Past::default() };
        self.tell(principal, question, past, Teller::to_nobody(CancellationToken::new())).await
    }

    /// As `ask`, telling what comes of it on the way.
    pub async fn tell(
        &self,
        principal: &Principal,
        question: &Question,
        past: Past<'_>,
        mut teller: Teller,
    ) -> Result<Answer, AnswerError> {
        let (clearance, started) = (principal.clearance()?, Instant::now());
        if let Some(smalltalk) = manners::smalltalk(question.as_str()) {
            let made = self.courtesy(smalltalk, principal.workspace()).await?;
            quote(&mut teller, &made);
            let record = self.record(principal, question, &made, Kept::default(), took(started)).await;
            return Ok(Answer { record, ..Answer::new(made, None) });
        }
        let payer = made::payer(principal);
        let asked = self.rewriter.stand_alone_for(question.as_str(), past.turns, &payer).await;
        let rewriting = started.elapsed();
        let (searcher, generation) = self.finder.now_in();
        let found = searcher.search(&clearance, &asked.text, Depth::Full, PASSAGES).await?;
        let found_at = Instant::now();
        let sources = self.pack(&found);
        let masking = Masking::of(self.mask_personal, principal);
        let shown: Vec<Source> = sources.iter().map(|source| masking.source(Source::from(*source))).collect();
        teller.say(Event::Sources { asked_as: asked.asked_as().map(str::to_owned), sources: shown.clone() });
        let Past { turns: history, notes, is_kept } = past;
        let team = self.team.as_deref().filter(|_| is_kept);
        let material = Material {
            workspace: principal.workspace(),
            searcher: &searcher,
            asked: &asked,
            history,
            notes,
            found: &found,
            sources: &sources,
            masking,
            team,
        };
        let made = self.make(&material, &payer, &mut teller).await?;
        let (search, first_word) = (found.trail.timings, teller.first_word());
        let stages = Course { rewriting, search, found: found_at, first_word }.stages();
        let took_ms = took(started);
        let kept = trace::kept(&material, &made, generation, stages);
        let record = self.record(principal, question, &made, kept, took_ms).await;
        Ok(Answer { took_ms, record, sources: shown, ..Answer::new(made, asked.asked_as()) })
    }

    /// What is said to whoever asks for a person, in a conversation that is passed on to them.
    pub async fn pass_on(
        &self,
        principal: &Principal,
        team: &Team,
        question: &Question,
        mut teller: Teller,
    ) -> Result<Answer, AnswerError> {
        let (made, started) = (self.farewell(team)?, Instant::now());
        quote(&mut teller, &made);
        let record = self.record(principal, question, &made, Kept::default(), took(started)).await;
        Ok(Answer { record, ..Answer::new(made, None) })
    }

    /// In what is live now, and in that only, however long it is kept.
    pub fn searcher(&self) -> Searcher {
        self.finder.now()
    }

    /// Which build of the index questions are answered from now.
    pub fn generation(&self) -> GenerationId {
        self.finder.standing().generation.id
    }

    /// The same, but of that build of the index, whichever is live.
    pub fn only_in(&self, standing: Arc<generations::Standing>) -> Self {
        Self { finder: Finder { only_in: Some(standing), ..self.finder.clone() }, ..self.clone() }
    }

    /// The passages that may be quoted, numbered from 1 by their place.
    fn pack<'a>(&self, found: &'a Found) -> Vec<&'a Passage> {
        let passages = || found.passages.iter().map(|scored| &scored.passage);
        let offers: Vec<Offer<'_>> = passages().map(|p| Offer { title: &p.title, text: &p.text }).collect();
        let packed = pack(&offers, BUDGET);
        packed.taken.into_iter().map(|at| &found.passages[at].passage).collect()
    }

    async fn record(
        &self,
        principal: &Principal,
        question: &Question,
        made: &Made,
        kept: Kept,
        took_ms: u64,
    ) -> Option<RecordId> {
        let record = AnswerRecord {
            workspace: principal.workspace(),
            generation: kept.generation.unwrap_or_else(|| self.generation()),
            asker: trace::asker(principal),
            reach: principal.clearance().ok()?.reach().clone(),
            question: question.as_str().to_owned(),
            answer: made.text.clone(),
            declined: made.declined,
            mode: made.mode,
            model: made.model.clone(),
            trace: kept.trace,
            took_ms: i64::try_from(took_ms).unwrap_or(i64::MAX),
            stages: kept.stages,
            confidence: kept.confidence,
            tokens: Tokens::from(made.spent),
            documents: kept.documents,
        };
        let written = self.store.answer_record_insert(&record).await;
        written.inspect_err(|error| tracing::warn!(%error, "an answer was given but not recorded")).ok()
    }
}

impl Answer {
    /// In a model's words, which may come from anything that it was given.
    pub fn is_worded(&self) -> bool {
        self.mode == GENERATED
    }

    fn new(made: Made, asked_as: Option<&str>) -> Self {
        let Made { text, declined, citations, disagreeing, named, mode, model, notice, is_cut, leans, .. } = made;
        let leans = leans || asked_as.is_some();
        Self {
            text,
            declined,
            citations,
            disagreeing,
            sources: Vec::new(),
            named,
            mode,
            model,
            notice,
            is_cut,
            leans,
            asked_as: asked_as.map(str::to_owned),
            took_ms: 0,
            record: None,
        }
    }
}

impl From<&Passage> for Named {
    fn from(passage: &Passage) -> Self {
        Self { document: passage.document, version: passage.version, point: passage.point }
    }
}

impl From<Spent> for Tokens {
    fn from(Spent { input_tokens, output_tokens, cost_micros }: Spent) -> Self {
        let counted = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        Self { input: counted(input_tokens), output: counted(output_tokens), cost_micros: counted(cost_micros) }
    }
}

fn took(started: Instant) -> u64 {
    u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// A stretch of a passage, quoted under this number.
fn citation(n: usize, source: &Passage, within: Range<usize>) -> Option<Citation> {
    Some(Citation {
        n,
        document: source.document,
        version: source.version,
        point: source.point,
        title: source.title.clone(),
        origin: source.origin.clone(),
        page: source.page,
        heading: source.heading.clone(),
        dated: source.dated.clone(),
        quote: source.text.get(within.clone())?.to_owned(),
        bytes: source.bytes.start + within.start..source.bytes.start + within.end,
        passage: source.text.clone(),
    })
}

/// An answer that was not worded as it was told, line by line.
fn quote(teller: &mut Teller, made: &Made) {
    for line in made.text.split_inclusive('\n') {
        teller.say(Event::Words(line.to_owned()));
    }
    for citation in &made.citations {
        let range = cite::locate(&citation.quote, &made.text).unwrap_or(0..0);
        let citations = vec![citation.clone()];
        teller.say(Event::Checked(Checked { range, standing: Standing::Supported, citations }));
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
