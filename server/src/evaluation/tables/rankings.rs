//! Tables of rankings: every set by its modes, and what `full` gains over the better of the two plain ones.

use std::collections::BTreeSet;
use std::fmt::Write;

use retrieval::evaluate::mean;

use super::{otherwise, remark};
use crate::evaluation::compare::interval;
use crate::evaluation::document::date;
use crate::evaluation::figures::rounded;
use crate::evaluation::kept::{Measured, Run};
use crate::evaluation::ranking::Numbers;

/// Modes by the name that people type, and the name in the tables.
const MODES: [(&str, &str); 4] = [("dense", "dense"), ("sparse", "BM25"), ("hybrid", "hybrid"), ("full", "full")];

/// A line for each set, and how much `full` gains.
pub fn overview(runs: &[Run], sets: &[String]) -> String {
    let mut text = "## Retrieval: nDCG@10\n\n| set | language | dense | BM25 | hybrid | full | full minus the better \
                    of dense and BM25 |\n|---|---|---|---|---|---|---|\n"
        .to_owned();
    let (mut differences, mut otherwise_had) = (Vec::new(), BTreeSet::new());
    for set in sets {
        let cells: Vec<String> = MODES
            .iter()
            .map(|(mode, _)| of(runs, set, mode).map_or("-".into(), |(_, found)| format!("{:.4}", found.ndcg_at_10)))
            .collect();
        let Some((_, any)) = MODES.iter().find_map(|(mode, _)| of(runs, set, mode)) else {
            let _ = writeln!(text, "| {set} | absent | - | - | - | - | - |");
            continue;
        };
        otherwise_had.extend(otherwise(runs, &shown(runs, set)));
        let gain = gain(runs, set);
        differences.extend(gain.as_ref().map(|gain| (any.language == "english", gain.difference)));
        let gain = gain.map_or("-".into(), |gain| gain.to_string());
        let _ = writeln!(text, "| {set} | {} | {} | {gain} |", any.language, cells.join(" | "));
    }
    text.push_str(&remark(&otherwise_had));
    for (kind, is_english) in [("English", true), ("other", false)] {
        let of_kind: Vec<f64> =
            differences.iter().filter(|(english, _)| *english == is_english).map(|(_, d)| *d).collect();
        if !of_kind.is_empty() {
            let (many, mean) = (of_kind.len(), mean(of_kind.into_iter()));
            let _ = writeln!(text, "\nMean difference over {many} {kind} sets: {mean:+.4}.");
        }
    }
    text
}

/// How much `full` is above the better of the two plain rankings.
struct Gain {
    difference: f64,
    interval: Option<[f64; 2]>,
    control: &'static str,
}

impl std::fmt::Display for Gain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:+.4} over {}", self.difference, self.control)?;
        match self.interval {
            Some([low, high]) => write!(f, " [{low:+.4}, {high:+.4}]"),
            None => write!(f, " (other questions, no interval)"),
        }
    }
}

/// `None` where one of the three is missing, or is of another program or house: what they differ in would not be the order.
fn gain(runs: &[Run], set: &str) -> Option<Gain> {
    let (full, numbers) = of(runs, set, "full")?;
    let controls = [of(runs, set, "dense")?, of(runs, set, "sparse")?];
    if controls.iter().any(|(control, _)| !are_comparable(full, control)) {
        return None;
    }
    let (control, better) = controls.into_iter().max_by(|(_, a), (_, b)| a.ndcg_at_10.total_cmp(&b.ndcg_at_10))?;
    Some(Gain {
        difference: rounded(numbers.ndcg_at_10 - better.ndcg_at_10),
        interval: interval(full, control),
        control: MODES.iter().find(|(mode, _)| *mode == control.mode).map_or("dense", |(_, name)| name),
    })
}

fn are_comparable(run: &Run, control: &Run) -> bool {
    let differing = run.settings.differing(&control.settings);
    !differing.iter().any(|name| ["embedder", "language", "program"].contains(name))
}

/// A table for each set that was measured.
pub fn each_set(runs: &[Run], sets: &[String]) -> String {
    sets.iter().filter_map(|set| one_set(runs, set)).collect::<Vec<_>>().join("\n")
}

fn one_set(runs: &[Run], set: &str) -> Option<String> {
    let found: Vec<_> = MODES
        .iter()
        .filter_map(|(mode, name)| of(runs, set, mode).map(|(run, numbers)| (name, run, numbers)))
        .collect();
    let (_, newest, numbers) = found.iter().max_by_key(|(_, run, _)| run.created_ms)?;
    let mut text = format!(
        "### {set}\n\n{} documents, {} chunks, {} questions, {}; indexed in {:.1} s, {} MiB at the most; measured on \
         {}.\n\n| mode | nDCG@10 | 95 % | MRR@10 | recall@10 | recall@100 | p50 ms | p95 ms |\n\
         |---|---|---|---|---|---|---|---|\n",
        numbers.docs,
        numbers.chunks,
        numbers.queries,
        numbers.language,
        numbers.index_seconds,
        numbers.peak_rss_mib.map_or("-".into(), |mib| format!("{mib:.0}")),
        date(newest.created_ms),
    );
    for (name, _, n) in &found {
        let [low, high] = n.ci95;
        let _ = writeln!(
            text,
            "| {name} | {:.4} | {low:.4} to {high:.4} | {:.4} | {:.4} | {:.4} | {:.1} | {:.1} |",
            n.ndcg_at_10, n.mrr_at_10, n.recall_at_10, n.recall_at_100, n.query_p50_ms, n.query_p95_ms
        );
    }
    text.push_str(&remark(&otherwise(runs, &shown(runs, set))));
    Some(text)
}

/// The runs over a set that have a row or a cell.
fn shown<'a>(runs: &'a [Run], set: &str) -> Vec<&'a Run> {
    MODES.iter().filter_map(|(mode, _)| of(runs, set, mode)).map(|(run, _)| run).collect()
}

/// The run over a set in a mode, where there is one.
fn of<'a>(runs: &'a [Run], set: &str, mode: &str) -> Option<(&'a Run, &'a Numbers)> {
    runs.iter().filter(|run| run.set == set && run.mode == mode).find_map(|run| match &run.measured {
        Measured::Retrieval { numbers, .. } => Some((run, numbers)),
        Measured::Answers(_) | Measured::Conversations(_) => None,
    })
}
