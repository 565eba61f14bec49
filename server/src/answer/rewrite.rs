//! The question as it is searched for: what was typed, or made to stand alone when it leans on the conversation.
//!
//! By a language model where one is configured and answers with a question, by the rules of `retrieval::followup` else.
//! What is sent to the model is the question and the history, nothing that was looked up; whoever gives the history
//! answers for it that all of it is the asker's to read. Knows no HTTP, no index.

use std::sync::Arc;

use prompts::chat::{ChatModel, Payer};
use prompts::rewrite::{self, Exchange, Rewrite};
use prompts::template::Templates;
use retrieval::followup::{self, Turn};
use tokio::sync::Semaphore;

/// Calls to the language model at a time.
const CALLS: usize = 8;

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
