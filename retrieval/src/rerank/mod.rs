//! The better order, in two tiers behind one port: signals weighed by what was learned, and a cross-encoder on a budget.
//!
//! `reading` and `signals` say what speaks for a passage, `weights` how much it counts, `confidence` how sure one may be of
//! the whole, `budget` lets a cross-encoder look again, `train` learns the weights anew. Everything that comes here has
//! been verified for its reader. Knows nothing of indexes.

mod budget;
pub mod confidence;
mod reading;
pub mod signals;
pub mod train;
pub mod weights;

#[cfg(test)]
pub(crate) mod samples;

use std::sync::Arc;

use async_trait::async_trait;

pub use budget::Budgeted;

use crate::ports::{EmbedError, Reranked, Reranker, Scored};
use weights::{Weights, WeightsError};

/// The signals of the passages, weighed. Needs no model.
#[derive(Clone, Debug)]
pub struct BuiltIn {
    pub weights: Arc<Weights>,
}

impl BuiltIn {
    /// With the weights that this program was built with.
    pub fn learned() -> Result<Self, WeightsError> {
        Ok(Self { weights: Arc::new(Weights::learned()?) })
    }
}

#[async_trait]
impl Reranker for BuiltIn {
    async fn rerank(&self, _: &str, mut passages: Vec<Scored>) -> Result<Reranked, EmbedError> {
        for scored in &mut passages {
            scored.score = self.weights.score(&scored.signals);
        }
        // Stable: equal scores keep the order of the fusion.
        passages.sort_by(|a, b| b.score.total_cmp(&a.score));
        Ok(Reranked { passages, instead: None })
    }
}

/// Passages that nobody looked at again stay behind the others, in their order.
pub(crate) fn below(least: f32, rest: impl IntoIterator<Item = Scored>) -> impl Iterator<Item = Scored> {
    const STEP: f32 = 1e-3;
    rest.into_iter().zip(1..).map(move |(scored, place)| Scored { score: least - STEP * place as f32, ..scored })
}

#[cfg(test)]
mod tests {
    use super::samples::{numbers, sample, with_signals};
    use super::*;

    async fn check(question: &str, passages: Vec<Scored>, expected: &[u128]) {
        let reranked = BuiltIn::learned().unwrap().rerank(question, with_signals(question, passages)).await.unwrap();
        assert_eq!(numbers(&reranked.passages), expected);
    }

    #[tokio::test]
    async fn words_of_the_question_lift_a_passage() {
        let near = sample(1, "", "Invoices are sent by mail.", 0.50, Some(0.5));
        let right = sample(2, "Refunds", "A refund arrives within ten days.", 0.48, Some(3.0));
        check("when does my refund arrive", vec![near, right], &[2, 1]).await;
    }

    #[tokio::test]
    async fn without_words_meaning_decides_and_equals_keep_their_order() {
        let passages =
            vec![sample(1, "", "a", 0.5, None), sample(2, "", "b", 0.6, None), sample(3, "", "c", 0.5, None)];
        check("the of", passages, &[2, 1, 3]).await;
    }

    #[tokio::test]
    async fn of_two_equals_the_newer_comes_first() {
        let mut passages = vec![sample(1, "", "A refund.", 0.5, Some(1.0)), sample(2, "", "A refund.", 0.5, Some(1.0))];
        passages[0].passage.dated = Some("2023".into());
        passages[1].passage.dated = Some("2025".into());
        check("refund", passages, &[2, 1]).await;
    }
}
