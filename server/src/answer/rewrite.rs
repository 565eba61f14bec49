//! The question as it is searched for: what was typed, or made to stand alone when it leans on the conversation.
//!
//! By a language model where one is configured and answers with a question, by the rules of `retrieval::followup` else.
//! What is sent to the model is the question and the history, nothing that was looked up; whoever gives the history
//! answers for it that all of it is the asker's to read. Knows no HTTP, no index.

use std::sync::Arc;

use prompts::answer::Said;
use prompts::chat::{ChatModel, Payer};
use prompts::rewrite::{self, Exchange, Rewrite};
use prompts::shorten;
use prompts::template::Templates;
use retrieval::followup::{self, Turn};
use tokio::sync::Semaphore;

use super::made;

/// Calls to the language model at a time.
const CALLS: usize = 8;
/// Of a summary.
const WORDS: usize = 150;
/// Of each question and answer that is shortened.
const MOST_CHARACTERS: usize = 1_500;

/// Makes questions stand alone.
#[derive(Clone)]
pub struct Rewriter {
    pub model: Option<Arc<dyn ChatModel>>,
    pub templates: Arc<Templates>,
    slots: Arc<Semaphore>,
}

/// Who worded a question.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WordedBy {
    /// Whoever asked it: it stands alone as it was typed.
    Asker,
    Rules,
    Model,
}

/// A question that can be searched for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StandAlone {
    pub text: String,
    pub by: WordedBy,
}

impl Rewriter {
    pub fn new(model: Option<Arc<dyn ChatModel>>, templates: Arc<Templates>) -> Self {
        Self { model, templates, slots: Arc::new(Semaphore::new(CALLS)) }
    }

    /// At the cost of the house.
    pub async fn stand_alone(&self, question: &str, history: &[Turn]) -> StandAlone {
        self.stand_alone_for(question, history, &Payer::House).await
    }

    pub async fn stand_alone_for(&self, question: &str, history: &[Turn], payer: &Payer) -> StandAlone {
        if history.is_empty() {
            return StandAlone { text: question.to_owned(), by: WordedBy::Asker };
        }
        match self.by_model(question, history, payer).await {
            Some(text) => worded(question, text, WordedBy::Model),
            None => worded(question, followup::stand_alone(question, history).text, WordedBy::Rules),
        }
    }

    /// These turns, and the summary of what came before them, in few words. `None` when there is no model, when so many
    /// calls run, or when what comes back is no summary. At the cost of the house.
    pub async fn shortened(&self, earlier: Option<&str>, turns: &[Turn]) -> Option<String> {
        let model = self.model.as_ref()?;
        let begun = |text: &str| text.chars().take(MOST_CHARACTERS).collect::<String>();
        let turns: Vec<(String, String)> =
            turns.iter().map(|turn| (begun(&turn.question), begun(&turn.answer))).collect();
        let turns: Vec<Said<'_>> = turns.iter().map(|(question, answer)| Said { question, answer }).collect();
        let request = shorten::summary(&self.templates, &made::mark(), earlier, &turns, WORDS);
        let request = request.inspect_err(|error| tracing::error!(%error, "a conversation was not shortened")).ok()?;
        let _slot = self.slots.try_acquire().ok()?;
        let reply = model.complete(&request, &Payer::House).await;
        let reply = reply.inspect_err(|error| tracing::warn!(%error, "a conversation is not shortened now")).ok()?;
        let summary = Some(reply.text).filter(|_| !reply.ending.cut_off);
        summary.and_then(|text| shorten::accepted_summary(&text, WORDS))
    }

    /// `None` when there is no model, or no question comes back from it.
    async fn by_model(&self, question: &str, history: &[Turn], payer: &Payer) -> Option<String> {
        let model = self.model.as_ref().filter(|_| question.chars().count() <= rewrite::LONGEST)?;
        let request = Rewrite::new(question, history.iter().map(exchange)).request(&self.templates);
        let request = request.inspect_err(|error| tracing::error!(%error, "a question was not rewritten")).ok()?;
        // A history costs a visitor nothing and a call perhaps money: who comes while so many run gets the rules.
        let _slot = self.slots.try_acquire().ok()?;
        let reply = model.complete(&request, payer).await;
        let reply =
            reply.inspect_err(|error| tracing::warn!(%error, "a question is rewritten by rules instead")).ok()?;
        let accepted = rewrite::accepted(&reply);
        if accepted.is_none() {
            tracing::warn!("the language model's rewrite is no question; the rules are used instead");
        }
        accepted
    }
}

impl StandAlone {
    /// How it was asked, if not as it was typed.
    pub fn asked_as(&self) -> Option<&str> {
        (self.by != WordedBy::Asker).then_some(self.text.as_str())
    }
}

fn exchange(turn: &Turn) -> Exchange<'_> {
    Exchange { question: &turn.question, answer: &turn.answer, sources: &turn.sources }
}

fn worded(typed: &str, text: String, by: WordedBy) -> StandAlone {
    let by = if text == typed { WordedBy::Asker } else { by };
    StandAlone { text, by }
}
