//! Measures of a ranking against what people judged relevant: nDCG with linear gain, recall, reciprocal rank.
//!
//! The same definitions as trec_eval. Knows no files and no index: judgements and rankings in, numbers out.

use std::collections::HashMap;

/// Judged documents of one question, with their grades above zero.
pub type Judged = HashMap<String, u32>;

/// Means over the questions that have a relevant document.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Measures {
    pub questions: usize,
    pub ndcg_at_10: f64,
    pub recall_at_5: f64,
    pub recall_at_10: f64,
    pub recall_at_100: f64,
    pub mrr_at_10: f64,
}

/// Means over `(judgements, ranking)` pairs; rankings are best first.
pub fn measure<'a>(questions: impl IntoIterator<Item = (&'a Judged, &'a [String])>) -> Measures {
    let mut sum = Measures::default();
    for (judged, ranking) in questions.into_iter().filter(|(judged, _)| !judged.is_empty()) {
        sum.questions += 1;
        sum.ndcg_at_10 += ndcg(judged, ranking, 10);
        sum.recall_at_5 += recall(judged, ranking, 5);
        sum.recall_at_10 += recall(judged, ranking, 10);
        sum.recall_at_100 += recall(judged, ranking, 100);
        sum.mrr_at_10 += reciprocal_rank(judged, ranking, 10);
    }
    let many = sum.questions.max(1) as f64;
    Measures {
        questions: sum.questions,
        ndcg_at_10: sum.ndcg_at_10 / many,
        recall_at_5: sum.recall_at_5 / many,
        recall_at_10: sum.recall_at_10 / many,
        recall_at_100: sum.recall_at_100 / many,
        mrr_at_10: sum.mrr_at_10 / many,
    }
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
        let found = measure([(&judged, ranking.as_slice())]);
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
        assert_eq!(measure([(&Judged::new(), &[][..])]), Measures::default());
    }
}
