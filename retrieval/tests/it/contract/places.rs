//! Where each ranking has put what was found: ranks from 0, exact scores, and the cosine of what keywords alone have found.

use std::collections::BTreeMap;

use retrieval::model::PointId;
use retrieval::ports::{Candidate, Embedding, Mode, Place, Point, Query, VectorIndex};

use super::scene::{MODES, angle, everything, point, public, question};

/// Nearest in meaning is 1, then 2 and so on; only 4, 5 and 6 have the word, 6 most often.
fn six() -> Vec<Point> {
    let texts = ["aa", "bb", "cc", "refund aa bb", "refund refund aa", "refund refund refund"];
    let at =
        |(text, number): (&&str, u128)| Point { dense: angle(0.2 * number as f32), ..point(number, public(), text) };
    texts.iter().zip(1..).map(at).collect()
}

fn ask(mode: Mode, candidates: usize) -> Query {
    Query { dense: angle(0.0), candidates, ..question(mode, 0, "refund", 100) }
}

async fn found(index: &impl VectorIndex, query: &Query) -> BTreeMap<PointId, Candidate> {
    let found = index.search(&everything(), query).await.unwrap();
    found.into_iter().map(|candidate| (candidate.point, candidate)).collect()
}

fn ranks(found: &BTreeMap<PointId, Candidate>, points: &[Point], side: fn(&Candidate) -> Option<Place>) -> Vec<isize> {
    let rank = |place: Place| place.rank.map_or(-1, |rank| rank as isize);
    points.iter().map(|point| found.get(&point.id).and_then(side).map_or(-2, rank)).collect()
}

fn cosine(a: &Embedding, b: &Embedding) -> f32 {
    a.iter().zip(b.iter()).map(|(a, b)| a * b).sum()
}

pub async fn of_both_rankings(index: &impl VectorIndex) {
    let points = six();
    index.upsert(points.clone()).await.unwrap();
    let keywords = found(index, &ask(Mode::Sparse, 100)).await;
    for candidates in [100, 6, 3, 2] {
        let query = ask(Mode::Hybrid, candidates);
        let found = found(index, &query).await;
        // -1: looked up without being a candidate; -2: nothing is known.
        let (dense, sparse) = match candidates {
            100 | 6 => ([0, 1, 2, 3, 4, 5], [-2, -2, -2, 2, 1, 0]),
            3 => ([0, 1, 2, -1, -1, -1], [-2, -2, -2, 2, 1, 0]),
            _ => ([0, 1, -2, -2, -1, -1], [-2, -2, -2, -2, 1, 0]),
        };
        assert_eq!(ranks(&found, &points, |found| found.dense), dense, "of {candidates} by meaning");
        assert_eq!(ranks(&found, &points, |found| found.sparse), sparse, "of {candidates} by words");
        for point in points.iter().filter(|point| found.contains_key(&point.id)) {
            let candidate = &found[&point.id];
            let exact = cosine(&query.dense, &point.dense);
            assert!((candidate.dense.unwrap().score - exact).abs() < 1e-3, "{candidate:?} is not at {exact}");
            let own = keywords.get(&point.id).map(|alone| alone.score);
            assert_eq!(candidate.sparse.map(|place| place.score), own.filter(|_| candidate.sparse.is_some()));
        }
    }
}

pub async fn of_one_ranking(index: &impl VectorIndex) {
    index.upsert(six()).await.unwrap();
    for mode in [Mode::Dense, Mode::Sparse] {
        let found = index.search(&everything(), &ask(mode, 100)).await.unwrap();
        for (rank, candidate) in found.iter().enumerate() {
            let own = Some(Place { rank: Some(rank), score: candidate.score });
            let expected = if mode == Mode::Dense { (own, None) } else { (None, own) };
            assert_eq!((candidate.dense, candidate.sparse), expected, "{mode:?}");
        }
    }
}

/// A question without words, and one cut to a few: places are those of the whole ranking.
pub async fn of_what_is_left_after_the_cut(index: &impl VectorIndex) {
    let points = six();
    index.upsert(points).await.unwrap();
    for mode in MODES {
        let whole = index.search(&everything(), &ask(mode, 100)).await.unwrap();
        let cut = index.search(&everything(), &Query { limit: 2, ..ask(mode, 100) }).await.unwrap();
        assert_eq!(cut, whole[..2], "{mode:?}");
    }
    let wordless = Query { text: "the of and".to_owned(), ..ask(Mode::Hybrid, 100) };
    let found = index.search(&everything(), &wordless).await.unwrap();
    assert_eq!(found.len(), 6);
    for (rank, candidate) in found.iter().enumerate() {
        assert_eq!((candidate.dense.unwrap().rank, candidate.sparse), (Some(rank), None));
    }
}
