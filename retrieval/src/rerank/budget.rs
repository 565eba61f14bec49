//! A cross-encoder on a budget: it may improve on the order of the signals, in time or not at all.
//!
//! Does not know which model it is.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::BuiltIn;
use crate::ports::{EmbedError, Reranked, Reranker, Scored};

/// The order of the signals, then for its best the cross-encoder's, if that comes in time and makes sense.
pub struct Budgeted {
    pub first: BuiltIn,
    pub second: Arc<dyn Reranker>,
    /// How many passages are worth a second look: it costs the same for each.
    pub looks: usize,
    pub within: Duration,
}

#[async_trait]
impl Reranker for Budgeted {
    async fn rerank(&self, question: &str, passages: Vec<Scored>) -> Result<Reranked, EmbedError> {
        let ranked = self.first.rerank(question, passages).await?.passages;
        let best: Vec<Scored> = ranked.iter().take(self.looks).cloned().collect();
        let many = best.len();
        let instead = match tokio::time::timeout(self.within, self.second.rerank(question, best)).await {
            Ok(Ok(again)) if is_sound(&again.passages, many) => {
                return Ok(Reranked { passages: followed(again.passages, ranked), instead: None });
            }
            Ok(Ok(_)) => "the cross-encoder gave scores that are not numbers".to_owned(),
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("the cross-encoder took longer than {} ms", self.within.as_millis()),
        };
        Ok(Reranked { passages: ranked, instead: Some(instead) })
    }
}

fn is_sound(again: &[Scored], many: usize) -> bool {
    again.len() == many && again.iter().all(|scored| scored.score.is_finite())
}

/// What was looked at again, then the rest in the order of the signals, with scores below.
fn followed(mut again: Vec<Scored>, ranked: Vec<Scored>) -> Vec<Scored> {
    let rest = ranked.into_iter().skip(again.len());
    let rest: Vec<Scored> = super::below(again.last().map_or(0.0, |last| last.score), rest).collect();
    again.extend(rest);
    again
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rerank::samples::{numbers, sample};

    /// Turns the order around after a while, with scores of its own.
    struct Backwards {
        takes: Duration,
        score: f32,
    }

    #[async_trait]
    impl Reranker for Backwards {
        async fn rerank(&self, _: &str, mut passages: Vec<Scored>) -> Result<Reranked, EmbedError> {
            tokio::time::sleep(self.takes).await;
            passages.reverse();
            passages.iter_mut().for_each(|scored| scored.score = self.score);
            Ok(Reranked { passages, instead: None })
        }
    }

    struct Broken;

    #[async_trait]
    impl Reranker for Broken {
        async fn rerank(&self, _: &str, _: Vec<Scored>) -> Result<Reranked, EmbedError> {
            Err(EmbedError::Failed("out of memory".into()))
        }
    }

    async fn check(second: Arc<dyn Reranker>, expected: &[u128], instead: Option<&str>) {
        let within = Duration::from_millis(200);
        let budgeted = Budgeted { first: BuiltIn::learned().unwrap(), second, looks: 2, within };
        let passages = crate::rerank::samples::with_signals(
            "refund",
            vec![
                sample(1, "", "A refund.", 0.9, Some(3.0)),
                sample(2, "", "A refund, perhaps.", 0.5, Some(2.0)),
                sample(3, "", "Nothing.", 0.1, None),
            ],
        );
        let reranked = budgeted.rerank("refund", passages).await.unwrap();
        assert_eq!(numbers(&reranked.passages), expected);
        assert!(reranked.passages.is_sorted_by(|a, b| a.score >= b.score));
        assert!(reranked.passages.iter().all(|scored| scored.score.is_finite()));
        match (instead, reranked.instead) {
            (None, None) => {}
            (Some(words), Some(why)) => assert!(why.contains(words), "{why}"),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn what_comes_in_time_and_makes_sense_is_taken() {
        let at_once = |score| Arc::new(Backwards { takes: Duration::ZERO, score });
        check(at_once(0.5), &[2, 1, 3], None).await;
        check(at_once(f32::NAN), &[1, 2, 3], Some("not numbers")).await;
        check(at_once(f32::INFINITY), &[1, 2, 3], Some("not numbers")).await;
        check(Arc::new(Broken), &[1, 2, 3], Some("out of memory")).await;
        let takes = Duration::from_secs(3600);
        check(Arc::new(Backwards { takes, score: 0.5 }), &[1, 2, 3], Some("longer than 200 ms")).await;
    }
}
