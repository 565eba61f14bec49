//! The order of what is found: by meaning, by words, and by both.

use retrieval::model::PointId;
use retrieval::ports::{Candidate, Mode, Point, Query, VectorIndex};

use super::scene::{angle, everything, found, ids, point, public, question};

fn at(number: u128, radians: f32, text: &str) -> Point {
    Point { dense: angle(radians), ..point(number, public(), text) }
}

fn ask(mode: Mode, text: &str, candidates: usize) -> Query {
    Query { dense: angle(0.0), candidates, ..question(mode, 0, text, 100) }
}

fn same_scores(found: &[Candidate], expected: &[f32]) {
    assert_eq!(found.len(), expected.len());
    for (hit, expected) in found.iter().zip(expected) {
        assert!((hit.score - expected).abs() < 1e-4, "{found:?} is not {expected:?}");
    }
}

pub async fn by_cosine(index: &impl VectorIndex) {
    let angles = [0.9_f32, 0.1, 2.5, 0.5, 1.6];
    let points: Vec<_> = angles.iter().zip(1..).map(|(radians, number)| at(number, *radians, "")).collect();
    index.upsert(points.clone()).await.unwrap();
    let found = index.search(&everything(), &ask(Mode::Dense, "anything", 1)).await.unwrap();
    assert_eq!(ids(&found), [1, 3, 0, 4, 2].map(|at| points[at].id));
    same_scores(&found, &[0.1_f32, 0.5, 0.9, 1.6, 2.5].map(f32::cos));
    let document = points[1].document;
    assert_eq!((found[0].document, found[0].version), (document, points[1].version));
}

pub async fn by_words(index: &impl VectorIndex) {
    let texts =
        ["holiday rules", "refund refund refund", "a refund, once, among quite a few other words", "refunds refund"];
    let points: Vec<_> = texts.iter().zip(1..).map(|(text, number)| at(number, 0.1, text)).collect();
    index.upsert(points.clone()).await.unwrap();
    let found = index.search(&everything(), &ask(Mode::Sparse, "REFUND?", 1)).await.unwrap();
    assert_eq!(ids(&found), [1, 3, 2].map(|at| points[at].id));
    assert!(found.iter().all(|hit| hit.score > 0.0));
}

pub async fn rare_words_weigh_more(index: &impl VectorIndex) {
    let mut points: Vec<_> = (1..=20).map(|number| at(number, 0.1, "invoice printing")).collect();
    points.push(at(21, 0.1, "voucher printing"));
    index.upsert(points).await.unwrap();
    let found = index.search(&everything(), &ask(Mode::Sparse, "invoice voucher", 1)).await.unwrap();
    assert_eq!(found.len(), 21);
    assert_eq!(found[0].document, point(21, public(), "").document);
    assert!(found[0].score > 2.0 * found[1].score);
}

/// Four points whose dense order is 1 2 3 4 and whose word order is 4 2 1.
fn four() -> Vec<Point> {
    let texts = ["refund aa bb cc dd", "refund refund aa bb", "holiday", "refund refund refund"];
    texts.iter().zip(1..).map(|(text, number)| at(number, 0.1 * number as f32, text)).collect()
}

pub async fn fusion_of_known_scores(index: &impl VectorIndex) {
    let points = four();
    index.upsert(points.clone()).await.unwrap();
    assert_eq!(found(index, &everything(), &ask(Mode::Sparse, "refund", 1)).await, [3, 1, 0].map(|at| points[at].id));
    let fused = index.search(&everything(), &ask(Mode::Hybrid, "refund", 10)).await.unwrap();
    let words = index.search(&everything(), &ask(Mode::Sparse, "refund", 10)).await.unwrap();
    let near = |radians: f32| (radians.cos() - 0.4_f32.cos()) / (0.1_f32.cos() - 0.4_f32.cos());
    let share = |place: usize| words[place].score / words[0].score;
    let expected = [(near(0.1) + share(2)) / 2.0, (near(0.2) + share(1)) / 2.0, 0.5, near(0.3) / 2.0];
    assert_eq!(ids(&fused), [0, 1, 3, 2].map(|at| points[at].id));
    same_scores(&fused, &expected);
    let best = index.search(&everything(), &Query { limit: 2, ..ask(Mode::Hybrid, "refund", 10) }).await.unwrap();
    assert_eq!(best, fused[..2]);
}

pub async fn candidates_bound_what_is_fused(index: &impl VectorIndex) {
    let points = four();
    index.upsert(points.clone()).await.unwrap();
    let fused = index.search(&everything(), &ask(Mode::Hybrid, "refund", 2)).await.unwrap();
    let mut expected = vec![points[0].id, points[3].id, points[1].id];
    // First and fourth were each found once, at the top: equal scores, so their ids decide. The second was last by meaning.
    expected[..2].sort();
    assert_eq!(ids(&fused), expected);
    assert_eq!(found(index, &everything(), &ask(Mode::Hybrid, "refund", 0)).await, []);
}

pub async fn equal_scores_in_order_of_ids(index: &impl VectorIndex) {
    let points: Vec<_> = (1..=30).map(|number| at(number, 0.3, "refund")).collect();
    index.upsert(points.clone()).await.unwrap();
    let mut expected: Vec<PointId> = points.iter().map(|point| point.id).collect();
    expected.sort();
    for mode in [Mode::Dense, Mode::Sparse] {
        assert_eq!(found(index, &everything(), &ask(mode, "refund", 100)).await, expected);
    }
}
