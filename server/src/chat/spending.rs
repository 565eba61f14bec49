//! Budgets: what language models may cost in a day, all together and for each who asks.
//!
//! Before a call the most that it may cost is put down in SQL, and a call for which there is not that much left is not
//! made; so neither many calls at once nor a server that is killed can spend more. When the call has ended, what was put
//! down becomes what it cost. Where nobody says what it cost (a model that does not count, a reader who left), it stays.
//! A call that failed before its first word is free. Days are those of UTC. Knows no model.

use std::sync::Arc;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use prompts::chat::{ChatError, ChatModel, Payer, Purse, Request, Said, Streaming};
use retrieval::model::WorkspaceId;

use super::price::Price;
use crate::store::{Account, Store};

pub(super) const DAY_MS: i64 = 86_400_000;
const MOST_MICROS: i64 = 1_000_000_000_000_000;
/// As they stand in SQL.
pub(super) const EVERYBODY: &str = "everybody";
pub(super) const SOMEBODY: &str = "somebody";

/// What may be spent in a day, in millionths of a currency; `None` is no limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Budgets {
    pub everybody_micros: Option<u64>,
    pub each_micros: Option<u64>,
}

/// Where is counted what a workspace spends.
#[derive(Clone)]
pub struct Till {
    pub store: Store,
    pub workspace: WorkspaceId,
    pub budgets: Budgets,
}

/// A model whose calls are counted.
pub struct Counted {
    pub model: Arc<dyn ChatModel>,
    /// Of all that may come to answer for it.
    pub dearest: Price,
    pub till: Till,
}

/// A sum that is put down for a call.
struct Held {
    day: i64,
    accounts: Vec<Account>,
    micros: i64,
}

/// A call and its sum.
struct Metered {
    streaming: Streaming,
    till: Till,
    held: Option<Held>,
    has_spoken: bool,
}

impl ChatModel for Counted {
    fn name(&self) -> &str {
        self.model.name()
    }

    fn stream(&self, request: &Request, payer: &Payer) -> Streaming {
        // What the model makes of it is sent only when it is polled, which is after the sum is put down.
        let streaming = self.model.stream(request, payer);
        let (till, most_micros, payer) = (self.till.clone(), self.dearest.at_most(request), payer.clone());
        let begin = async move {
            let held = till.hold(&payer, most_micros).await?;
            Ok::<_, ChatError>(Metered { streaming, till, held: Some(held), has_spoken: false }.streaming())
        };
        Box::pin(stream::once(begin).try_flatten())
    }
}

impl Till {
    async fn hold(&self, payer: &Payer, most_micros: u64) -> Result<Held, ChatError> {
        let day = self.store.clock().now_ms().div_euclid(DAY_MS);
        let (accounts, micros) = (self.accounts(payer), signed(most_micros));
        match self.store.spending_hold(self.workspace, day, &accounts, micros).await {
            Ok(None) => Ok(Held { day, accounts, micros }),
            Ok(Some(0)) => Err(ChatError::BudgetSpent(Purse::Everybody)),
            Ok(Some(_)) => Err(ChatError::BudgetSpent(Purse::Yours)),
            // Where nothing is limited the book is for looking at, and a full disk is no reason to fall silent.
            Err(error) if self.budgets == Budgets::default() => {
                tracing::warn!(%error, "what a language model costs is not counted");
                Ok(Held { day, accounts: Vec::new(), micros })
            }
            Err(error) => {
                tracing::error!(%error, "what a language model costs cannot be counted");
                Err(ChatError::Unavailable("what it costs cannot be counted".to_owned()))
            }
        }
    }

    /// In one order for all: on Postgres two calls that wait for each other's rows would wait for ever.
    fn accounts(&self, payer: &Payer) -> Vec<Account> {
        let account = |payer, most: Option<u64>| Account { payer, most_micros: most.map(signed) };
        let everybody = account(EVERYBODY.to_owned(), self.budgets.everybody_micros);
        let own = match payer {
            Payer::House => None,
            Payer::Somebody(name) => Some(account(format!("{SOMEBODY} {name}"), self.budgets.each_micros)),
        };
        [everybody].into_iter().chain(own).collect()
    }

    async fn settle(&self, held: Held, cost_micros: u64) {
        let difference = signed(cost_micros).saturating_sub(held.micros);
        let settled = self.store.spending_settle(self.workspace, held.day, &held.accounts, difference).await;
        if let Err(error) = settled {
            tracing::warn!(%error, "a language model was cheaper than what stays put down for it");
        }
    }
}

impl Metered {
    fn streaming(self) -> Streaming {
        Box::pin(stream::unfold(self, |mut metered| async move {
            let said = metered.next().await?;
            Some((said, metered))
        }))
    }

    async fn next(&mut self) -> Option<Result<Said, ChatError>> {
        let said = self.streaming.next().await?;
        let cost_micros = match &said {
            Ok(Said::Piece(_) | Said::Call(_)) => {
                self.has_spoken = true;
                None
            }
            Ok(Said::End(ending)) => ending.cost_micros,
            Err(_) => (!self.has_spoken).then_some(0),
        };
        if let Some((cost_micros, held)) = cost_micros.and_then(|cost| Some((cost, self.held.take()?))) {
            self.till.settle(held, cost_micros).await;
        }
        Some(said)
    }
}

/// A thousand times more than anybody's budget, and a thousand times less than what SQL can add up.
fn signed(micros: u64) -> i64 {
    i64::try_from(micros).unwrap_or(i64::MAX).min(MOST_MICROS)
}
