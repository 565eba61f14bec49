//! Evaluation: the real path from text to ranking, over a set of questions somebody has judged.
//!
//! A throw-away house with its own catalog and index takes the corpus in as it takes any document, only that there is
//! nothing to parse. Knows the BEIR layout (`beir`) and what to measure; how is `retrieval::evaluate`'s.

mod beir;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::Context as _;
use async_trait::async_trait;
use ingest::parse::{Kind, PageRules, Parsed};
use ingest::ports::{Item, Outcome, Parse, ParseFault, Reading, TakeParts};
use retrieval::access::{AccessLabel, AccessTier};
use retrieval::evaluate::{Measures, measure};
use retrieval::model::DocumentId;
use retrieval::search::Depth;

use crate::library::Upload;
use crate::wiring::House;

pub use beir::{Set, SetError};

/// As deep as a run file goes.
const DEPTH: usize = 100;
/// Passages asked for: a document may stand in several of them.
const PASSAGES: usize = 200;
/// What a reader is shown, and so what latency is measured at.
const SHOWN: usize = 10;
const BATCH: usize = 256;

/// What a set came to.
pub struct Report {
    pub documents: usize,
    pub chunks: usize,
    pub measures: Measures,
    pub index_seconds: f64,
    pub query_ms: Vec<f64>,
    pub run: Vec<(String, String, f32)>,
}

/// Hands records over as they are; the corpus is text already.
pub struct Records;

#[async_trait]
impl Parse for Records {
    async fn parse(
        &self,
        _: &str,
        bytes: Vec<u8>,
        _: &PageRules,
        _: &mut dyn TakeParts,
    ) -> Result<Reading, ParseFault> {
        let refused = |error: &dyn std::fmt::Display| ParseFault::Refused(error.to_string());
        let record: (String, String) = serde_json::from_slice(&bytes).map_err(|error| refused(&error))?;
        let title = Some(record.0).filter(|title| !title.is_empty());
        let parsed = Parsed { title: title.or(Some(String::new())), markdown: record.1, ..Parsed::default() };
        Ok(Reading { kind: Kind::Markdown, parsed })
    }
}

/// Index the corpus, ask every question, measure.
pub async fn retrieval(house: &House, set: &Set, depth: Depth) -> anyhow::Result<Report> {
    let started = Instant::now();
    let indexed = index(house, set).await?;
    let index_seconds = started.elapsed().as_secs_f64();
    let (mut run, mut rankings, mut query_ms) = (Vec::new(), HashMap::new(), Vec::new());
    for question in &set.questions {
        let (ranking, took_ms) = ask(house, &question.text, depth, &indexed.names).await?;
        query_ms.push(took_ms);
        run.extend(ranking.iter().map(|(document, score)| (question.id.clone(), document.clone(), *score)));
        rankings.insert(&question.id, ranking.into_iter().map(|(document, _)| document).collect::<Vec<_>>());
    }
    let judged =
        set.questions.iter().filter_map(|question| Some((set.judged.get(&question.id)?, &rankings[&question.id])));
    let measures = measure(judged.map(|(judged, ranking)| (judged, ranking.as_slice())));
    Ok(Report { documents: set.documents.len(), chunks: indexed.chunks, measures, index_seconds, query_ms, run })
}

/// Which corpus ids each document stands for: exact copies share one.
#[derive(Default)]
struct Indexed {
    names: HashMap<DocumentId, Vec<String>>,
    chunks: usize,
}

async fn index(house: &House, set: &Set) -> anyhow::Result<Indexed> {
    let label = AccessLabel::tier(AccessTier::Public);
    let mut intake = house.library.intake().await?;
    for batch in set.documents.chunks(BATCH) {
        let uploads = batch.iter().map(|document| {
            let bytes = serde_json::to_vec(&(&document.title, &document.text)).unwrap_or_default();
            Upload { origin: document.id.clone(), bytes, label: label.clone() }
        });
        intake.add(uploads.collect()).await?;
    }
    intake.close().await?;
    let indexed = Mutex::new(Indexed::default());
    let settled = |item: &Item, outcome: &Outcome| {
        let mut indexed = indexed.lock().unwrap_or_else(PoisonError::into_inner);
        match outcome {
            Outcome::Indexed { document, chunks } => {
                indexed.chunks += chunks;
                indexed.names.entry(*document).or_default().push(item.origin.clone());
            }
            Outcome::Duplicate { document } => indexed.names.entry(*document).or_default().push(item.origin.clone()),
            Outcome::Unchanged { .. } | Outcome::Relabelled { .. } | Outcome::Opened { .. } => {}
            Outcome::Failed { reason } => tracing::warn!(document = item.origin, reason, "not indexed"),
        }
    };
    house.library.work(&settled).await?.context("the job of this evaluation was taken by somebody else")?;
    Ok(indexed.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// The ranking of corpus ids by their best chunk, and how long a reader would have waited.
async fn ask(
    house: &House,
    question: &str,
    depth: Depth,
    names: &HashMap<DocumentId, Vec<String>>,
) -> anyhow::Result<(Vec<(String, f32)>, f64)> {
    let (clearance, searcher) = (house.library.clearance.clone(), &house.answerer.searcher);
    let started = Instant::now();
    searcher.search(&clearance, question, depth, SHOWN).await?;
    let took_ms = started.elapsed().as_secs_f64() * 1e3;
    let found = searcher.search(&clearance, question, depth, PASSAGES).await?;
    let (mut ranking, mut seen) = (Vec::new(), HashSet::new());
    for scored in found.passages {
        if seen.insert(scored.passage.document) {
            let known = names.get(&scored.passage.document).into_iter().flatten();
            ranking.extend(known.map(|name| (name.clone(), scored.score)));
        }
    }
    // Diversity may put a lower score before a higher one; a run file's order is its scores'.
    ranking.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    ranking.truncate(DEPTH);
    Ok((ranking, took_ms))
}

/// Write `query-id TAB doc-id TAB score`.
pub fn write_run(path: &Path, run: &[(String, String, f32)]) -> std::io::Result<()> {
    let lines: String =
        run.iter().map(|(question, document, score)| format!("{question}\t{document}\t{score}\n")).collect();
    std::fs::write(path, lines)
}

/// The value below which this share of a sample lies.
pub fn percentile(sample: &[f64], share: f64) -> f64 {
    let mut sorted = sample.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = ((sorted.len() as f64 * share).ceil() as usize).clamp(1, sorted.len().max(1)) - 1;
    sorted.get(at).copied().unwrap_or(0.0)
}

/// The most memory this process ever had, in MiB, where the system says.
pub fn peak_rss_mib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let fields: BTreeMap<&str, &str> = status.lines().filter_map(|line| line.split_once(':')).collect();
    let kib: f64 = fields.get("VmHWM")?.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1024.0)
}

/// The parser of an evaluation's house.
pub fn records() -> Arc<dyn Parse> {
    Arc::new(Records)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_of_the_sample() {
        let sample: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!(percentile(&sample, 0.5), 50.0);
        assert_eq!(percentile(&sample, 0.95), 95.0);
        assert_eq!(percentile(&[7.0], 0.95), 7.0);
        assert_eq!(percentile(&[], 0.5), 0.0);
    }
}
