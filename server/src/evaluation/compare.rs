//! The last two runs over a set in one mode, side by side.

use retrieval::evaluate::interval_of_difference;
use serde::Serialize;

use super::figures::{rounded, rounded_interval};
use super::kept::Run;

/// A line of the table.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Comparison {
    pub set: String,
    pub kind: &'static str,
    pub mode: String,
    pub measure: &'static str,
    pub latest: f64,
    pub before: Option<f64>,
    pub difference: Option<f64>,
    /// The 95 % interval of the difference, where both runs had the same questions.
    pub ci95: Option<[f64; 2]>,
    pub latest_ms: i64,
    pub before_ms: Option<i64>,
    /// The settings that changed in between.
    pub changed: Vec<&'static str>,
}

/// Runs in order of set, kind and mode, newest first within these: one line for each, from its first two.
pub fn compare(runs: &[Run]) -> Vec<Comparison> {
    let same = |a: &Run, b: &Run| (&a.set, &a.mode, a.measured.kind()) == (&b.set, &b.mode, b.measured.kind());
    runs.chunk_by(same).map(|runs| line(&runs[0], runs.get(1))).collect()
}

fn line(latest: &Run, before: Option<&Run>) -> Comparison {
    let (measure, value) = latest.measured.headline();
    let known = before.map(|run| run.measured.headline().1);
    Comparison {
        set: latest.set.clone(),
        kind: latest.measured.kind(),
        mode: latest.mode.clone(),
        measure,
        latest: rounded(value),
        before: known.map(rounded),
        difference: known.map(|known| rounded(value - known)),
        ci95: before.and_then(|before| interval(latest, before)),
        latest_ms: latest.created_ms,
        before_ms: before.map(|run| run.created_ms),
        changed: before.map(|before| latest.settings.differing(&before.settings)).unwrap_or_default(),
    }
}

/// Of the difference between two runs; only the same questions can be paired.
pub fn interval(run: &Run, control: &Run) -> Option<[f64; 2]> {
    let same = run.settings.questions_mark == control.settings.questions_mark;
    let paired = || interval_of_difference(run.measured.of_each(), control.measured.of_each());
    if same { paired().map(|interval| rounded_interval(Some(interval))) } else { None }
}

#[cfg(test)]
mod tests {
    use super::super::kept::{Measured, Settings};
    use super::super::ranking::Numbers;
    use super::*;

    fn run(set: &str, mode: &str, ndcg_of_each: &[f64], created_ms: i64) -> Run {
        let mean = ndcg_of_each.iter().sum::<f64>() / ndcg_of_each.len() as f64;
        let questions: Vec<String> = (0..ndcg_of_each.len()).map(|at| at.to_string()).collect();
        let numbers = Numbers { mode: mode.to_owned(), ndcg_at_10: mean, ..Numbers::default() };
        Run {
            set: set.to_owned(),
            mode: mode.to_owned(),
            settings: Settings::new("e", "english", None, "w", questions.iter().map(String::as_str)),
            measured: Measured::Retrieval { numbers, ndcg_of_each: ndcg_of_each.to_vec() },
            created_ms,
        }
    }

    #[test]
    fn two_runs_are_compared_and_one_stands_alone() {
        let better = [0.6; 40];
        let lines =
            compare(&[run("a", "full", &better, 2), run("a", "full", &[0.5; 40], 1), run("b", "full", &[1.0], 1)]);
        assert_eq!(lines.len(), 2);
        assert_eq!((lines[0].latest, lines[0].before, lines[0].difference), (0.6, Some(0.5), Some(0.1)));
        assert_eq!(lines[0].ci95, Some([0.1, 0.1]));
        assert_eq!(lines[0].changed, Vec::<&str>::new());
        assert_eq!((lines[1].set.as_str(), lines[1].before, lines[1].ci95), ("b", None, None));
    }

    #[test]
    fn other_questions_and_settings_are_told() {
        let mut before = run("a", "full", &[0.5, 0.5], 1);
        before.settings.reranker = "another".to_owned();
        let line = &compare(&[run("a", "full", &[0.5, 0.5, 0.5], 2), before])[0];
        assert_eq!((line.ci95, line.changed.as_slice()), (None, ["reranker", "questions"].as_slice()));
    }
}
