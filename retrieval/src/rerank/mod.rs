//! The built-in reranker: a few features of question and passage, no extra model.
//!
//! Fusion knows ranks only; this looks at the words: how much of the question a passage, its best stretch and its
//! headings cover, rare words weighing more. Knows nothing of indexes.

use async_trait::async_trait;

use crate::model::Passage;
use crate::ports::{EmbedError, Reranker, Scored};
use crate::words::{Asked, Held, Weights};

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
        let asked = Asked::new(question);
        tokio::task::spawn_blocking(move || rerank(&asked, passages))
            .await
            .map_err(|stopped| EmbedError::Failed(stopped.to_string()))
    }
}

/// What of the question is held by a passage, by its best stretch, and by what stands above it.
struct Features {
    passage: Held,
    stretches: Vec<Held>,
    headings: Held,
}

impl Features {
    fn new(asked: &Asked, passage: &Passage) -> Self {
        let halves = asked.runs(&passage.text, STRETCH_WORDS / 2);
        let headings = asked.held_by(&passage.title).or(asked.held_by(&passage.heading));
        let stretches = (0..halves.len()).map(|at| halves[at..halves.len().min(at + 2)].iter().copied());
        let stretches = stretches.map(|two| two.fold(Held::default(), Held::or)).collect();
        Self { passage: halves.into_iter().fold(Held::default(), Held::or), stretches, headings }
    }
}

fn rerank(asked: &Asked, mut passages: Vec<Scored>) -> Vec<Scored> {
    let features: Vec<Features> = passages.iter().map(|scored| Features::new(asked, &scored.passage)).collect();
    let weights = Weights::among(asked, &features.iter().map(|features| features.passage).collect::<Vec<_>>());
    let best = passages.iter().map(|scored| scored.score).fold(f32::MIN_POSITIVE, f32::max);
    for (scored, features) in passages.iter_mut().zip(features) {
        let stretch = features.stretches.into_iter().map(|held| weights.coverage(held)).fold(0.0, f32::max);
        scored.score = FUSED * scored.score / best
            + COVERAGE * weights.coverage(features.passage)
            + STRETCH * stretch
            + HEADINGS * weights.coverage(features.headings);
    }
    // Stable: equal scores keep the order of the fusion.
    passages.sort_by(|a, b| b.score.total_cmp(&a.score));
    passages
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{AccessLabel, AccessTier};
    use crate::model::{DocumentId, PointId, VersionId};
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
        let order = rerank(&Asked::new(question), passages);
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
