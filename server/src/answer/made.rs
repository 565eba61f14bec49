//! What an answer is made of: a model's words where one is there and they are borne out, quotes where not, or an honest "I
//! don't know".
//!
//! A model is asked only when the passages are likely to answer, and of what it says only what they say stands. Whatever
//! goes wrong with it, the documents are quoted instead, and it is said why.

use std::ops::Range;

use prompts::answer::{Asked, Measure, Prompt, Said};
use prompts::chat::{ChatError, Payer, Usage};
use prompts::cite;
use prompts::fence::Mark;
use prompts::fit::Room;
use prompts::pack::Offer;
use prompts::persona::Persona;
use prompts::ruler::Ruler;
use prompts::template::{Decline, Extractive, TemplateError};
use retrieval::access::{Origin, Principal};
use retrieval::followup::Turn;
use retrieval::model::{Passage, WorkspaceId};
use retrieval::search::{Found, Searcher};
use serde_json::{Value, json};
use uuid::Uuid;

use super::courtesy::answered_in;
use super::disagreeing::{self, Dispute};
use super::evidence::{Evidence, weigh};
use super::layout::laid_out;
use super::masking::Masking;
use super::telling::Teller;
use super::worded::{Hearing, Worded, word};
use super::{
    AnswerError, Answerer, Citation, Disagreeing, Event, GENERATED, Named, StandAlone, Team, Voice, citation, nearest,
};

/// Of an answer in a model's words.
const MOST_TOKENS: u32 = 1_024;
/// That the passages answer at all; below it nobody is asked.
const LEAST_LIKELY: f64 = 0.10;
/// Small models have windows of eight thousand tokens, the answer's among them.
const ROOM: Room = Room { tokens: 6_000, sources: 6, turns: 3 };

/// What an answer is made from.
pub struct Material<'a> {
    pub workspace: WorkspaceId,
    /// What it was found with.
    pub searcher: &'a Searcher,
    pub asked: &'a StandAlone,
    pub history: &'a [Turn],
    /// What was said before that, in few words.
    pub notes: Option<&'a str>,
    pub found: &'a Found,
    pub sources: &'a [&'a Passage],
    pub masking: Masking,
    /// Who could take over, where they can be asked for.
    pub team: Option<&'a Team>,
}

/// An answer, before it is anybody's.
#[derive(Debug, Default)]
pub struct Made {
    pub text: String,
    pub declined: bool,
    pub citations: Vec<Citation>,
    pub disagreeing: Vec<Disagreeing>,
    pub named: Vec<Named>,
    pub mode: &'static str,
    pub model: String,
    /// Why it is not in a model's words, where it would have been.
    pub notice: Option<String>,
    pub is_cut: bool,
    /// Whether what was said before went into it.
    pub leans: bool,
    pub evidence: Evidence,
    /// Sentences of the text that are not simply borne out.
    pub marks: Vec<(Range<usize>, cite::Standing)>,
    /// For the record: what the model took, and what it did with the sources.
    pub worded: Value,
    pub spent: Spent,
}

/// What a model took for an answer, as far as it said so.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Spent {
    pub input_tokens: u64,
    pub output_tokens: u64,
    pub cost_micros: u64,
}

const STOPPED: &str = "It was stopped before it said anything that can be checked; the documents are quoted instead.";
const UNBORNE: &str =
    "What the language model said is not borne out by the documents that it cited, so they are quoted instead.";
const SILENT: &str = "The language model did not give an answer, so the documents are quoted instead.";

impl Answerer {
    /// A question back where it is not clear what is meant; in a model's words where that can be, else in quotes.
    pub(super) async fn make(
        &self,
        material: &Material<'_>,
        payer: &Payer,
        teller: &mut Teller,
    ) -> Result<Made, AnswerError> {
        if let Some(asked_back) = self.asked_back(material)? {
            super::quote(teller, &asked_back);
            return Ok(asked_back);
        }
        let likely = !material.sources.is_empty() && material.found.confidence >= LEAST_LIKELY;
        let notice = match self.voice.as_ref().filter(|_| likely) {
            None => None,
            Some(voice) => match self.in_words(voice, material, payer, teller).await? {
                Ok(made) => return Ok(made),
                Err(why) => Some(why),
            },
        };
        let made = self.in_quotes(material).await?;
        // Behind words that do not stand, quotes would read as if they went on with them.
        if !teller.has_spoken() {
            super::quote(teller, &made);
        }
        Ok(Made { notice, ..made })
    }

    /// The error is for the person who asked.
    async fn in_words(
        &self,
        voice: &Voice,
        material: &Material<'_>,
        payer: &Payer,
        teller: &mut Teller,
    ) -> Result<Result<Made, String>, AnswerError> {
        let persona = voice.speaker.persona(&self.store, material.workspace).await;
        let prompt = self.prompt(voice, &persona, material)?;
        let given: Vec<&Passage> = prompt.fitted.sources.iter().map(|at| material.sources[*at]).collect();
        let hearing = Hearing { sources: &given, masking: material.masking };
        let worded = match word(&*voice.model, &prompt.request, payer, hearing, teller).await {
            Ok(worded) => worded,
            Err(error) => {
                // Its kind and a code: what a server says of a request is not repeated.
                tracing::warn!(%error, "the documents are quoted in place of a language model's words");
                return Ok(Err(instead_of(&error)));
            }
        };
        if worded.citations.is_empty() {
            let why = if worded.ending.is_some() { UNBORNE } else { STOPPED };
            return Ok(Err(why.to_owned()));
        }
        let told = self.told(&worded.disputes, &worded.citations, &worded.text, material)?;
        if let Some(told) = &told {
            teller.say(Event::Words(told.clone()));
        }
        let made = Made::in_words(worded, &prompt, &given, voice.model.name());
        Ok(Ok(Made { text: made.text + &told.unwrap_or_default(), ..made }))
    }

    /// Where sources disagree: that they do, to stand behind the answer.
    fn told(
        &self,
        disputes: &[Dispute],
        citations: &[Citation],
        answer: &str,
        material: &Material<'_>,
    ) -> Result<Option<String>, TemplateError> {
        if disputes.is_empty() {
            return Ok(None);
        }
        let language = answered_in(&material.asked.text);
        let told = disagreeing::told(&self.templates, disputes, citations, (answer, language))?;
        Ok(Some(format!("\n\n{told}")))
    }

    fn prompt(&self, voice: &Voice, persona: &Persona, material: &Material<'_>) -> Result<Prompt, AnswerError> {
        let offers: Vec<Offer<'_>> =
            material.sources.iter().map(|source| Offer { title: &source.title, text: &source.text }).collect();
        let turns = material.history.iter().filter(|turn| !turn.answer.is_empty());
        let turns: Vec<Said<'_>> = turns.map(|turn| Said { question: &turn.question, answer: &turn.answer }).collect();
        let question = material.asked.text.as_str();
        let asked = Asked { persona, summary: material.notes, turns: &turns, sources: &offers, question };
        let measure = Measure { ruler: Ruler::for_model(voice.model.name()), room: ROOM, max_tokens: MOST_TOKENS };
        let prompt = asked.prompt(&self.templates, &mark(), measure)?;
        if !prompt.signs.is_empty() {
            tracing::warn!(signs = ?prompt.signs, "texts that look like orders go to the language model, as data");
            metrics::counter!("lectern_suspicious_prompts_total").increment(1);
        }
        Ok(prompt)
    }

    /// Quoted from the sources, or declined.
    async fn in_quotes(&self, material: &Material<'_>) -> Result<Made, AnswerError> {
        let (question, sources) = (&material.asked.text, material.sources);
        let evidence = weigh(&*material.searcher.embedder, question, material.found, sources).await?;
        let citations = quoted(&evidence, sources);
        let made = if citations.is_empty() { self.declined(material)? } else { self.extracted(citations, material)? };
        Ok(Made { mode: "extractive", model: "none".to_owned(), evidence, ..made })
    }

    fn extracted(&self, citations: Vec<Citation>, material: &Material<'_>) -> Result<Made, AnswerError> {
        let (question, masking) = (&material.asked.text, material.masking);
        let disputes = disagreeing::among(question, &citations, material.sources);
        let masked = |dispute: Dispute| Dispute { otherwise: masking.citation(dispute.otherwise), ..dispute };
        let disputes: Vec<Dispute> = disputes.into_iter().map(masked).collect();
        let mut citations: Vec<Citation> = citations.into_iter().map(|citation| masking.citation(citation)).collect();
        let (quotes, language) = (laid_out(&citations), answered_in(question));
        let text = self.templates.extractive(&Extractive { quotes, language })?;
        let told = self.told(&disputes, &citations, &text, material)?;
        let text = text + &told.unwrap_or_default();
        for Dispute { otherwise, .. } in &disputes {
            if !citations.iter().any(|cited| cited.holds(otherwise)) {
                citations.push(otherwise.clone());
            }
        }
        let disagreeing = disputes.iter().map(Disagreeing::from).collect();
        Ok(Made { text, citations, disagreeing, ..Made::default() })
    }

    fn declined(&self, material: &Material<'_>) -> Result<Made, AnswerError> {
        let nearest = nearest(material.found);
        let titles = nearest.iter().map(|near| material.masking.quoted(near.title.clone())).collect();
        let language = answered_in(&material.asked.text);
        let team = material.team.map(|team| team.name.clone());
        let text = self.templates.decline(&Decline { nearest: titles, team, language, ..Decline::default() })?;
        Ok(Made { text, declined: true, named: nearest.into_iter().map(Named::from).collect(), ..Made::default() })
    }
}

/// Only what stands in its source, to the byte, becomes a citation.
pub fn quoted(evidence: &Evidence, sources: &[&Passage]) -> Vec<Citation> {
    let cited = evidence.quotes.iter().filter_map(|quote| {
        let source = sources.get(quote.source)?;
        citation(quote.source + 1, source, cite::locate(&quote.text, &source.text)?)
    });
    super::renumbered(cited.collect())
}

/// Nobody who writes a document knows it.
pub(super) fn mark() -> Mark {
    let (high, low) = Uuid::new_v4().as_u64_pair();
    Mark::new((high ^ low.rotate_left(32)).to_be_bytes())
}

fn instead_of(error: &ChatError) -> String {
    match error {
        ChatError::BudgetSpent(purse) => format!("{purse} The documents are quoted instead."),
        _ => SILENT.to_owned(),
    }
}

/// Whose budget an answer is paid from.
pub fn payer(principal: &Principal) -> Payer {
    match (principal.whose(), principal.origin()) {
        (Some(person), _) => Payer::Somebody(person.to_string()),
        (None, Origin::Anonymous) => Payer::Somebody("visitors".to_owned()),
        (None, Origin::Guest(guest)) => Payer::Somebody(format!("guest {guest}")),
        (None, _) => Payer::House,
    }
}

impl Made {
    fn in_words(worded: Worded, prompt: &Prompt, given: &[&Passage], configured: &str) -> Self {
        let Worded { text, citations, disputes, unsupported, marks, lists, ending } = worded;
        let model = ending.as_ref().map_or(configured, |ending| ending.model.as_str()).to_owned();
        let usage = ending.as_ref().and_then(|ending| ending.usage);
        let cost_micros = ending.as_ref().and_then(|ending| ending.cost_micros);
        let told = json!({
            "unsupported": unsupported,
            "cited": lists.cited, "used": lists.used, "unused": lists.unused,
            "left_out": prompt.fitted.left_out.len(),
            "signs": prompt.signs.len(),
            "input_tokens": usage.map(|usage| usage.input_tokens),
            "output_tokens": usage.map(|usage| usage.output_tokens),
            "cost_micros": cost_micros,
        });
        let Usage { input_tokens, output_tokens } = usage.unwrap_or_default();
        Self {
            text: text.trim_end().to_owned(),
            // Whatever it was given may be in its words, cited or not.
            named: given.iter().map(|passage| Named::from(*passage)).collect(),
            citations,
            disagreeing: disputes.iter().map(Disagreeing::from).collect(),
            mode: GENERATED,
            model,
            is_cut: ending.is_none_or(|ending| ending.cut_off),
            leans: prompt.fitted.summary || !prompt.fitted.turns.is_empty(),
            marks,
            worded: told,
            spent: Spent { input_tokens, output_tokens, cost_micros: cost_micros.unwrap_or_default() },
            ..Self::default()
        }
    }
}
