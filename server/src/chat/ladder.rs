//! Models in an order: the first that begins to answer answers.
//!
//! Those are all there are: what is not in the list is never asked. One that failed often rests ([`Breaker`]). Once a word
//! was said nobody else takes over: two models do not finish each other's sentences. Knows no network.

use std::sync::Arc;

use futures_util::{StreamExt as _, TryStreamExt as _, future, stream};
use prompts::chat::{ChatError, ChatModel, Payer, Request, Said, Streaming};

use super::breaker::Breaker;
use super::price::Price;
use crate::clock::Clock;

/// A model, what it costs, and how it has been doing.
#[derive(Clone)]
pub struct Rung {
    pub model: Arc<dyn ChatModel>,
    pub price: Option<Price>,
    pub breaker: Arc<Breaker>,
    pub clock: Clock,
}

/// One model made of several.
pub struct Ladder(Vec<Rung>);

impl Ladder {
    /// Nothing comes of no model.
    pub fn new(rungs: Vec<Rung>) -> Option<Self> {
        (!rungs.is_empty()).then_some(Self(rungs))
    }
}

impl ChatModel for Ladder {
    fn name(&self) -> &str {
        self.0.first().map_or("", |rung| rung.model.name())
    }

    fn stream(&self, request: &Request, payer: &Payer) -> Streaming {
        let first = first_that_speaks(self.0.clone(), request.clone(), payer.clone());
        Box::pin(stream::once(first).try_flatten())
    }
}

async fn first_that_speaks(rungs: Vec<Rung>, request: Request, payer: Payer) -> Result<Streaming, ChatError> {
    let mut failed = ChatError::Unavailable("it failed several times and is left alone for a while".to_owned());
    for rung in rungs {
        if !rung.breaker.lets_through(rung.clock.now_ms()) {
            continue;
        }
        match rung.begin(&request, &payer).await {
            Ok(streaming) => return Ok(streaming),
            // Nothing is wrong with the model: the same would be too long tomorrow.
            Err(error @ (ChatError::TooLong(_) | ChatError::BudgetSpent(_))) => return Err(error),
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

impl Rung {
    /// As far as the first word.
    async fn begin(self, request: &Request, payer: &Payer) -> Result<Streaming, ChatError> {
        let mut streaming = self.model.stream(request, payer);
        let first = match streaming.next().await {
            Some(Ok(first)) => first,
            Some(Err(error)) => return Err(self.failed(error)),
            None => return Err(self.failed(ChatError::Garbled("it has no end".to_owned()))),
        };
        self.breaker.worked();
        let rest = stream::once(future::ready(Ok(first))).chain(streaming);
        Ok(Box::pin(rest.map(move |said| self.noted(said))))
    }

    /// Only silence counts against it: what it refuses, or says too long, depends on what it was asked, and nobody shall be
    /// able to have it put to rest by asking.
    fn failed(&self, error: ChatError) -> ChatError {
        let is_silent = matches!(error, ChatError::Unavailable(_));
        let rests = is_silent && self.breaker.failed(self.clock.now_ms());
        tracing::warn!(chat.model = self.model.name(), chat.rests = rests, %error, "a language model did not begin to answer");
        error
    }

    fn noted(&self, said: Result<Said, ChatError>) -> Result<Said, ChatError> {
        match said {
            Ok(Said::End(mut ending)) => {
                ending.cost_micros = self.price.zip(ending.usage).map(|(price, usage)| price.of(usage));
                Ok(Said::End(ending))
            }
            Ok(piece) => Ok(piece),
            Err(error) => {
                tracing::warn!(chat.model = self.model.name(), %error, "a language model did not end its answer");
                Err(error)
            }
        }
    }
}
