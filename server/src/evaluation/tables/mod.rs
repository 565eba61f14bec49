//! The measured part of `docs/EVALUATION.md`: Markdown tables of the latest runs.
//!
//! Every figure comes from a kept run; a set without one is said to be absent. Knows no files.

mod asked;
mod rankings;

use std::collections::BTreeSet;

use super::document::date;
use super::kept::{Run, Settings};

/// Everything that was measured, for the sets that should have been.
pub fn measured(runs: &[Run], sets: &[String]) -> String {
    let sections = [
        settings(runs),
        rankings::overview(runs, sets),
        rankings::each_set(runs, sets),
        asked::confidence(runs),
        asked::answers(runs),
        asked::follow_ups(runs),
    ];
    sections.into_iter().filter(|section| !section.is_empty()).collect::<Vec<_>>().join("\n")
}

fn settings(runs: &[Run]) -> String {
    let Some(newest) = newest(runs) else {
        return "Nothing was measured yet.\n".into();
    };
    let settings = &newest.settings;
    format!(
        "Measured on {} by lectern {}. Embedder: {}. Reranker: {}, weights: {}. nDCG@10 has linear gain; intervals are \
         95 % bootstrap intervals over the questions (percentile method, 1,000 draws, fixed seed), those of differences \
         are paired.\n",
        date(newest.created_ms),
        settings.program,
        settings.embedder,
        settings.reranker,
        settings.weights
    )
}

fn newest<'a>(runs: impl IntoIterator<Item = &'a Run>) -> Option<&'a Run> {
    runs.into_iter().max_by_key(|run| run.created_ms)
}

/// What the shown runs of a set had otherwise than it is stated: the language and the questions beside them, and the rest
/// above everything, as the newest of all runs had it.
fn otherwise(runs: &[Run], shown: &[&Run]) -> BTreeSet<&'static str> {
    let (Some(newest_of_all), Some(own)) = (newest(runs), newest(shown.iter().copied())) else {
        return BTreeSet::new();
    };
    let Settings { language, questions, questions_mark, .. } = own.settings.clone();
    let stated = Settings { language, questions, questions_mark, ..newest_of_all.settings.clone() };
    shown.iter().flat_map(|run| run.settings.differing(&stated)).collect()
}

/// The sentence under a table, where there is something to be said.
fn remark(otherwise: &BTreeSet<&'static str>) -> String {
    let names: Vec<&str> = otherwise.iter().copied().collect();
    match names.is_empty() {
        true => String::new(),
        false => format!("\nSome of this is older and had other settings than those above: {}.\n", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::figures::BinOf;
    use super::super::kept::{Measured, Settings};
    use super::super::{answers, conversations, ranking};
    use super::*;

    fn run(set: &str, mode: &str, ndcg_of_each: &[f64]) -> Run {
        let numbers = ranking::Numbers {
            mode: mode.to_owned(),
            language: "english".to_owned(),
            docs: 3,
            chunks: 4,
            queries: ndcg_of_each.len(),
            ndcg_at_10: ndcg_of_each.iter().sum::<f64>() / ndcg_of_each.len() as f64,
            ..Default::default()
        };
        Run {
            set: set.to_owned(),
            mode: mode.to_owned(),
            settings: Settings::new("encoder", "english", None, "by hand", ["a", "b"].into_iter()),
            measured: Measured::Retrieval { numbers, ndcg_of_each: ndcg_of_each.to_vec() },
            created_ms: 1_795_000_000_000,
        }
    }

    #[test]
    fn full_stands_against_the_better_control() {
        let runs = [run("a", "dense", &[0.1, 0.2]), run("a", "sparse", &[0.3, 0.5]), run("a", "full", &[0.5, 0.7])];
        let text = measured(&runs, &["a".to_owned(), "b".to_owned()]);
        assert!(
            text.contains("| a | english | 0.1500 | 0.4000 | - | 0.6000 | +0.2000 over BM25 [+0.2000, +0.2000] |"),
            "{text}"
        );
        assert!(text.contains("| b | absent |") && !text.contains("### b"), "{text}");
        assert!(text.contains("Mean difference over 1 English sets: +0.2000."), "{text}");
        assert!(text.contains("Measured on 2026-11-18") && text.contains("Embedder: encoder."), "{text}");
    }

    #[test]
    fn only_runs_of_equal_settings_are_compared() {
        let check = |change: fn(&mut Settings), gain: &str, remarks: &[&str]| {
            let mut runs =
                [run("a", "dense", &[0.1, 0.2]), run("a", "sparse", &[0.3, 0.5]), run("a", "full", &[0.5, 0.7])];
            change(&mut runs[1].settings);
            runs[2].created_ms += 1;
            let text = measured(&runs, &["a".to_owned()]);
            assert!(text.contains(&format!("| 0.6000 | {gain}")), "{gain} is not in {text}");
            let told: Vec<&str> = text.lines().filter(|line| line.starts_with("Some of this is older")).collect();
            assert!(told.iter().all(|line| remarks.iter().all(|name| line.contains(name))), "{told:?}");
            // Under the table of all sets and under the set's own.
            assert_eq!(told.len(), if remarks.is_empty() { 0 } else { 2 }, "{text}");
        };
        check(|_| {}, "+0.2000", &[]);
        check(|settings| settings.embedder = "another".into(), "- |", &["embedder"]);
        check(|settings| settings.language = "german".into(), "- |", &["language"]);
        check(|settings| settings.program = "0.0.1".into(), "- |", &["program"]);
        check(|settings| settings.weights = "older".into(), "+0.2000", &["weights"]);
        check(|settings| settings.questions_mark = "other".into(), "+0.2000 over BM25 (other", &["questions"]);
    }

    #[test]
    fn a_table_of_older_runs_says_so() {
        let (mut older, mut newer) = (run("a", "dense", &[0.1]), run("b", "dense", &[0.2]));
        (older.settings.program, older.settings.language) = ("0.0.1".into(), "german".into());
        newer.created_ms += 1;
        let text = measured(&[older, newer], &["a".to_owned(), "b".to_owned()]);
        let remark = "Some of this is older and had other settings than those above: program.";
        assert_eq!(text.matches(remark).count(), 2, "{text}");
        let own = text.split("### b").nth(1).unwrap();
        assert!(!own.contains(remark), "{own}");
    }

    #[test]
    fn nothing_measured_is_said() {
        let text = measured(&[], &["a".to_owned()]);
        assert!(text.contains("Nothing was measured yet.") && text.contains("| a | absent |"), "{text}");
    }

    #[test]
    fn answers_follow_ups_and_bins_have_tables() {
        let bin = BinOf { from: 0.8, to: 0.9, mean: 0.85, answered_share: 0.8, count: 5 };
        let numbers = answers::Numbers {
            questions: 6,
            answerable: 5,
            correct: 3,
            answered_right: 4,
            auc: Some(0.9),
            bins: vec![bin],
            ..Default::default()
        };
        let kind = conversations::Kind { questions: 2, ..Default::default() };
        let with = |measured| Run { measured, ..run("gold", "", &[1.0]) };
        let runs =
            [with(Measured::Answers(numbers)), with(Measured::Conversations([("ellipsis".to_owned(), kind)].into()))];
        let text = measured(&runs, &[]);
        for line in [
            "| answered correctly | 3 of 5 |",
            "| answered from a right document | 4 of 5 |",
            "6 questions: AUC 0.9000",
            "| 0.8 to 0.9 | 5 | 0.850 | 0.800 |",
            "| ellipsis | 2 | 0.000 / 0.000 |",
        ] {
            assert!(text.contains(line), "{line} is not in {text}");
        }
    }
}
