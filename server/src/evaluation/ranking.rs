//! `eval retrieval`: every question of a set asked of its corpus, and the rankings measured.

use std::path::Path;

use retrieval::evaluate::{Calibration, Claim, Measures, calibrate, interval_of_mean};
use retrieval::search::Depth;
use serde::{Deserialize, Serialize};

use super::beir::{Asked, Set};
use super::figures::{Reliability, percentile, rounded, rounded_interval};
use super::followup::stand_alone;
use super::house::{self, Corpus, Ranked};
use super::peak_rss_mib;
use crate::wiring::House;

/// Enough questions to know how long one takes.
const TIMED: usize = 500;

/// What a set came to in one mode.
pub struct Report {
    pub numbers: Numbers,
    /// Of each judged question, in their order: what intervals of differences are made from.
    pub ndcg_of_each: Vec<f64>,
    /// Query, document, score.
    pub run: Vec<(String, String, f32)>,
}

/// As they are printed. Scripts rely on the names: extend, do not rename.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Numbers {
    pub mode: String,
    pub language: String,
    pub docs: usize,
    pub chunks: usize,
    pub queries: usize,
    pub ndcg_at_10: f64,
    /// The 95 % interval of nDCG@10.
    pub ci95: [f64; 2],
    pub recall_at_5: f64,
    pub recall_at_10: f64,
    pub recall_at_100: f64,
    pub mrr_at_10: f64,
    pub index_seconds: f64,
    pub query_p50_ms: f64,
    pub query_p95_ms: f64,
    pub peak_rss_mib: Option<f64>,
    /// Where the set knows which of its questions have an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answerable: Option<Reliability>,
}

/// What is measured, under the name that people type for it.
#[derive(Clone, Copy, Debug)]
pub struct Measured<'a> {
    pub mode: &'a str,
    pub depth: Depth,
    pub language: &'a str,
}

/// Ask every question of a corpus that is in the house, and measure.
pub async fn measure(house: &House, set: &Set, corpus: &Corpus, what: Measured<'_>) -> anyhow::Result<Report> {
    let query_ms = time(house, set, what.depth).await?;
    let ranked = house::rank(house, corpus, asked(&set.questions), what.depth).await?;
    let each = each(set, &ranked);
    let ndcg_of_each: Vec<f64> = each.iter().map(|one| rounded(one.ndcg_at_10)).collect();
    let means = Measures::mean(&each);
    let numbers = Numbers {
        mode: what.mode.to_owned(),
        language: what.language.to_owned(),
        docs: corpus.documents,
        chunks: corpus.chunks,
        queries: means.questions,
        ndcg_at_10: rounded(means.ndcg_at_10),
        ci95: rounded_interval(interval_of_mean(&ndcg_of_each)),
        recall_at_5: rounded(means.recall_at_5),
        recall_at_10: rounded(means.recall_at_10),
        recall_at_100: rounded(means.recall_at_100),
        mrr_at_10: rounded(means.mrr_at_10),
        index_seconds: rounded(corpus.index_seconds),
        query_p50_ms: rounded(percentile(&query_ms, 0.5)),
        query_p95_ms: rounded(percentile(&query_ms, 0.95)),
        peak_rss_mib: peak_rss_mib().map(rounded),
        answerable: match what.depth {
            Depth::Full => reliability(house, set, corpus, &ranked).await?.map(|found| Reliability::from(&found)),
            Depth::Raw(_) => None,
        },
    };
    Ok(Report { numbers, ndcg_of_each, run: run(set, ranked) })
}

/// One after the other, as a reader who has the house to himself.
async fn time(house: &House, set: &Set, depth: Depth) -> anyhow::Result<Vec<f64>> {
    let step = set.questions.len().div_ceil(TIMED).max(1);
    let mut query_ms = Vec::new();
    for question in asked(&set.questions).iter().step_by(step) {
        query_ms.push(house::time(house, question, depth).await?);
    }
    Ok(query_ms)
}

fn asked(questions: &[Asked]) -> Vec<String> {
    questions.iter().map(|question| stand_alone(&question.text, &question.history)).collect()
}

fn each(set: &Set, ranked: &[Ranked]) -> Vec<Measures> {
    let measured = set.questions.iter().zip(ranked).filter_map(|(question, ranked)| {
        let ranking: Vec<String> = ranked.ranking.iter().map(|(document, _)| document.clone()).collect();
        Measures::of(set.judged.get(&question.id)?, &ranking)
    });
    measured.collect()
}

/// Whether the confidence tells questions with an answer from those without.
async fn reliability(
    house: &House,
    set: &Set,
    corpus: &Corpus,
    ranked: &[Ranked],
) -> anyhow::Result<Option<Calibration>> {
    let known = |question: &Asked, ranked: &Ranked| {
        Some(Claim { confidence: ranked.confidence, answerable: question.answerable()? })
    };
    let unjudged = house::rank(house, corpus, asked(&set.unjudged), Depth::Full).await?;
    let questions = set.questions.iter().chain(&set.unjudged).zip(ranked.iter().chain(&unjudged));
    let claims: Vec<Claim> = questions.filter_map(|(question, ranked)| known(question, ranked)).collect();
    Ok((!claims.is_empty()).then(|| calibrate(&claims)))
}

fn run(set: &Set, ranked: Vec<Ranked>) -> Vec<(String, String, f32)> {
    let questions = set.questions.iter().zip(ranked);
    let rows = questions.flat_map(|(question, ranked)| {
        ranked.ranking.into_iter().map(|(document, score)| (question.id.clone(), document, score))
    });
    rows.collect()
}

/// Write `query-id TAB doc-id TAB score`.
pub fn write_run(path: &Path, run: &[(String, String, f32)]) -> std::io::Result<()> {
    let lines: String =
        run.iter().map(|(question, document, score)| format!("{question}\t{document}\t{score}\n")).collect();
    std::fs::write(path, lines)
}
