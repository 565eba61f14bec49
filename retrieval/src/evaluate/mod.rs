//! Measures of a ranking against what people judged relevant, how sure they are, and how well a confidence is calibrated.
//!
//! The same definitions as trec_eval: nDCG with linear gain, recall, reciprocal rank. `bootstrap` says how far a mean may
//! be off, `confidence` whether a probability keeps what it promises. Knows no files, no index and no clock: judgements,
//! rankings and probabilities in, numbers out.

pub mod bootstrap;
pub mod confidence;

use std::collections::HashMap;

pub use bootstrap::{Interval, interval_of_difference, interval_of_mean};
pub use confidence::{Bin, Calibration, Claim, calibrate};

/// Judged documents of one question, with their grades above zero.
pub type Judged = HashMap<String, u32>;

/// Means over the questions that have a relevant document; or, with one question, its values.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Measures {
    pub questions: usize,
    pub ndcg_at_10: f64,
    pub recall_at_5: f64,
    pub recall_at_10: f64,
    pub recall_at_100: f64,
    pub mrr_at_10: f64,
}

impl Measures {
    /// One ranking, best first; `None` for a question without a relevant document, which nothing can be said about.
    pub fn of(judged: &Judged, ranking: &[String]) -> Option<Self> {
        (!judged.is_empty()).then(|| Self {
            questions: 1,
            ndcg_at_10: ndcg(judged, ranking, 10),
            recall_at_5: recall(judged, ranking, 5),
            recall_at_10: recall(judged, ranking, 10),
            recall_at_100: recall(judged, ranking, 100),
            mrr_at_10: reciprocal_rank(judged, ranking, 10),
        })
    }

    /// The means over single questions.
    pub fn mean(each: &[Self]) -> Self {
        let mean = |value: fn(&Self) -> f64| mean(each.iter().map(value));
        Self {
            questions: each.len(),
            ndcg_at_10: mean(|one| one.ndcg_at_10),
            recall_at_5: mean(|one| one.recall_at_5),
            recall_at_10: mean(|one| one.recall_at_10),
            recall_at_100: mean(|one| one.recall_at_100),
            mrr_at_10: mean(|one| one.mrr_at_10),
        }
    }
}

/// Of nothing it is zero.
pub fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let many = values.len().max(1) as f64;
    values.sum::<f64>() / many
}

fn ndcg(judged: &Judged, ranking: &[String], depth: usize) -> f64 {
    let gain = |grades: &mut dyn Iterator<Item = u32>| -> f64 {
        grades.take(depth).enumerate().map(|(rank, grade)| f64::from(grade) / (rank as f64 + 2.0).log2()).sum()
    };
    let mut ideal: Vec<u32> = judged.values().copied().collect();
    ideal.sort_unstable_by(|a, b| b.cmp(a));
    let best = gain(&mut ideal.into_iter());
    let reached = gain(&mut ranking.iter().map(|document| judged.get(document).copied().unwrap_or(0)));
    if best > 0.0 { reached / best } else { 0.0 }
}

fn recall(judged: &Judged, ranking: &[String], depth: usize) -> f64 {
    let found = ranking.iter().take(depth).filter(|document| judged.contains_key(*document)).count();
    found as f64 / judged.len() as f64
}

fn reciprocal_rank(judged: &Judged, ranking: &[String], depth: usize) -> f64 {
    let first = ranking.iter().take(depth).position(|document| judged.contains_key(document));
    first.map_or(0.0, |rank| 1.0 / (rank as f64 + 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(judged: &[(&str, u32)], ranking: &[&str], ndcg: f64, recall_at_5: f64, mrr: f64) {
        let judged: Judged = judged.iter().map(|(document, grade)| ((*document).to_owned(), *grade)).collect();
        let ranking: Vec<String> = ranking.iter().map(|document| (*document).to_owned()).collect();
        let found = Measures::of(&judged, &ranking).unwrap();
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-4, "{a} is not {b}");
        close(found.ndcg_at_10, ndcg);
        close(found.recall_at_5, recall_at_5);
        close(found.mrr_at_10, mrr);
    }

    #[test]
    fn measures_as_trec_eval_has_them() {
        check(&[("a", 1)], &["a", "b"], 1.0, 1.0, 1.0);
        check(&[("a", 1)], &["b", "a"], 0.6309, 1.0, 0.5);
        check(&[("a", 2), ("b", 1)], &["b", "a"], 0.8597, 1.0, 1.0);
        check(&[("a", 1), ("b", 1)], &["c", "d", "e", "f", "g", "a"], 0.2184, 0.0, 0.1667);
        check(&[("a", 1)], &[], 0.0, 0.0, 0.0);
    }

    #[test]
    fn questions_without_judgements_do_not_count() {
        assert_eq!(Measures::of(&Judged::new(), &["a".to_owned()]), None);
        assert_eq!(Measures::mean(&[]), Measures::default());
    }

    #[test]
    fn the_mean_is_over_the_questions() {
        let judged: Judged = [("a".to_owned(), 1)].into();
        let one = |ranking: &[&str]| {
            let ranking: Vec<String> = ranking.iter().map(|id| (*id).to_owned()).collect();
            Measures::of(&judged, &ranking).unwrap()
        };
        let mean = Measures::mean(&[one(&["a"]), one(&["b"]), one(&["b", "a"])]);
        assert_eq!((mean.questions, mean.mrr_at_10), (3, 0.5));
        assert!((mean.recall_at_5 - 2.0 / 3.0).abs() < 1e-12);
    }
}
