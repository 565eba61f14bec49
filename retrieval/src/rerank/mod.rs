//! The built-in reranker: a few features of question and passage, no extra model.
//!
//! Fusion knows ranks only; this looks at the words: how much of the question a passage, its best stretch and its
//! headings cover, rare words weighing more. Weights are set by `make eval`, not by taste. Knows nothing of indexes.

use std::collections::HashSet;

use async_trait::async_trait;

use crate::ports::{EmbedError, Reranker, Scored};
use crate::words::{Weights, content_words};

const FUSED: f32 = 1.0;
const COVERAGE: f32 = 0.20;
const STRETCH: f32 = 0.10;
const HEADINGS: f32 = 0.10;
/// Words in a stretch: about two sentences.
const STRETCH_WORDS: usize = 24;

/// Reranking by features.
#[derive(Clone, Copy, Debug, Default)]
pub struct BuiltIn;

#[async_trait]
impl Reranker for BuiltIn {
    async fn rerank(&self, question: &str, passages: Vec<Scored>) -> Result<Vec<Scored>, EmbedError> {
        let question = content_words(question);
        tokio::task::spawn_blocking(move || rerank(&question, passages))
            .await
            .map_err(|stopped| EmbedError::Failed(stopped.to_string()))
    }
}

struct Features {
    coverage: f32,
    stretch: f32,
    headings: f32,
}

fn rerank(question: &[String], mut passages: Vec<Scored>) -> Vec<Scored> {
    let words: Vec<Vec<String>> = passages.iter().map(|scored| content_words(&scored.passage.text)).collect();
    let sets: Vec<HashSet<String>> = words.iter().map(|words| words.iter().cloned().collect()).collect();
    let weights = Weights::among(&sets);
    let best = passages.iter().map(|scored| scored.score).fold(f32::MIN_POSITIVE, f32::max);
    for ((scored, words), set) in passages.iter_mut().zip(&words).zip(&sets) {
        let features = features(question, scored, words, set, &weights);
        scored.score = FUSED * scored.score / best
            + COVERAGE * features.coverage
            + STRETCH * features.stretch
            + HEADINGS * features.headings;
    }
    // Stable: equal scores keep the order of the fusion.
    passages.sort_by(|a, b| b.score.total_cmp(&a.score));
    passages
}

fn features(
    question: &[String],
    scored: &Scored,
    words: &[String],
    set: &HashSet<String>,
    weights: &Weights,
) -> Features {
    let passage = &scored.passage;
    let headings = content_words(&format!("{} {}", passage.title, passage.heading)).into_iter().collect();
    let stretches = words.chunks(STRETCH_WORDS / 2).collect::<Vec<_>>();
    let stretch = (0..stretches.len()).map(|at| {
        let two = stretches[at..stretches.len().min(at + 2)].iter().flat_map(|half| half.iter().cloned());
        weights.coverage(question, &two.collect())
    });
    Features {
        coverage: weights.coverage(question, set),
        stretch: stretch.fold(0.0, f32::max),
        headings: weights.coverage(question, &headings),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{AccessLabel, AccessTier};
    use crate::model::{DocumentId, Passage, PointId, VersionId};
    use uuid::Uuid;

    fn scored(n: u128, heading: &str, text: &str, score: f32) -> Scored {
        let passage = Passage {
            point: PointId(Uuid::from_u128(n)),
            document: DocumentId(Uuid::from_u128(n)),
            version: VersionId(Uuid::from_u128(n)),
            ordinal: 0,
            title: String::new(),
            origin: String::new(),
            label: AccessLabel::tier(AccessTier::Public),
            page: None,
            heading: heading.into(),
            text: text.into(),
            bytes: 0..text.len(),
        };
        Scored { passage, score }
    }

    fn check(question: &str, passages: Vec<Scored>, expected: &[u128]) {
        let order = rerank(&content_words(question), passages);
        let order: Vec<u128> = order.iter().map(|scored| scored.passage.point.0.as_u128()).collect();
        assert_eq!(order, expected);
    }

    #[test]
    fn words_of_the_question_lift_a_passage() {
        let near = scored(1, "", "Invoices are sent by mail.", 0.50);
        let right = scored(2, "Refunds", "A refund arrives within ten days.", 0.45);
        check("when does my refund arrive", vec![near, right], &[2, 1]);
    }

    #[test]
    fn without_words_the_fused_order_stands() {
        let passages = vec![scored(1, "", "a", 0.5), scored(2, "", "b", 0.4), scored(3, "", "c", 0.4)];
        check("the of", passages, &[1, 2, 3]);
    }
}
