//! Searching as a reader does, without the question's embedding: how long it takes, and what the index overlooks.
//!
//! Every mix of tiers and groups takes its turn in each round, and a question's time is the median of its rounds: what a
//! neighbour on the machine delays once is not the search's. Times are those of `Searcher`: the index with its filter, the
//! check against SQL, and the texts. Knows ports and clearances, no engine.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use retrieval::access::{AccessLabel, AccessTier, Clearance, Principal};
use retrieval::model::{PointId, WorkspaceId};
use retrieval::ports::{EmbedError, Embedder, Embedding, Mode, Purpose};
use retrieval::search::{Depth, Searcher};
use server::evaluation::percentile;

use super::corpus::{GROUPS, Question};
use super::exact::{DEPTH, Truth};
use super::machine::Watch;
use super::progress;
use super::report::median;

/// What a reader is shown.
pub const SHOWN: usize = 10;

/// Somebody who asks.
#[derive(Clone)]
pub struct Reader {
    pub name: String,
    pub clearance: Clearance,
}

/// Every tier, with and without groups, and whoever may read everything.
pub fn readers(workspace: WorkspaceId) -> anyhow::Result<Vec<Reader>> {
    let operator = Principal::operator(workspace);
    let mut readers = Vec::new();
    for tier in AccessTier::ALL {
        for groups in [&GROUPS[..0], &GROUPS[..2]] {
            let label = AccessLabel { tier, groups: groups.iter().map(|name| name.parse()).collect::<Result<_, _>>()? };
            let name = if groups.is_empty() { tier.to_string() } else { format!("{tier}, {} groups", groups.len()) };
            readers.push(Reader { name, clearance: operator.seeing_as(label)?.clearance()? });
        }
    }
    readers.push(Reader { name: "everything".to_owned(), clearance: operator.clearance()? });
    Ok(readers)
}

/// An embedder that has embedded every question before.
pub struct Ready {
    dimensions: usize,
    vectors: HashMap<String, Embedding>,
}

impl Ready {
    pub fn for_all(questions: &[Question]) -> Self {
        let vectors = questions.iter().map(|question| (question.text.clone(), Arc::clone(&question.dense))).collect();
        Self { dimensions: questions.first().map_or(0, |question| question.dense.len()), vectors }
    }
}

#[async_trait]
impl Embedder for Ready {
    fn name(&self) -> &str {
        "ready"
    }

    fn dimensions(&self) -> usize {
        self.dimensions
    }

    fn knows(&self, _: &str) -> f32 {
        1.0
    }

    async fn embed(&self, _: Purpose, texts: Vec<String>) -> Result<Vec<Embedding>, EmbedError> {
        let known = |text: &String| self.vectors.get(text).cloned();
        let vectors: Option<Vec<Embedding>> = texts.iter().map(known).collect();
        vectors.ok_or_else(|| EmbedError::Failed("this question was not prepared".to_owned()))
    }
}

/// Milliseconds over the questions.
#[derive(Clone, Copy)]
pub struct Latency {
    pub p50: f64,
    pub p95: f64,
    pub p99: f64,
    /// Taking each question's best round: what it takes when nobody disturbs it.
    pub undisturbed_p95: f64,
    /// Processor time of one search, on all threads together.
    pub processor: f64,
}

/// How long each reader waits for an answer of this depth.
pub async fn latencies(
    searcher: &Searcher,
    questions: &[Question],
    readers: &[Reader],
    depth: Depth,
    rounds: usize,
) -> anyhow::Result<Vec<Latency>> {
    let mut took_ms = vec![vec![Vec::new(); questions.len()]; readers.len()];
    let mut processor_ms = vec![0.0; readers.len()];
    // The first round warms up.
    for round in 0..=rounds {
        progress(&format!("index: searching, {depth:?}, round {round} of {rounds}"));
        for (at, reader) in readers.iter().enumerate() {
            let watch = Watch::start();
            for (question, took_ms) in questions.iter().zip(&mut took_ms[at]) {
                let started = Instant::now();
                searcher.search(&reader.clearance, &question.text, depth, SHOWN).await?;
                if round > 0 {
                    took_ms.push(started.elapsed().as_secs_f64() * 1e3);
                }
            }
            if round > 0 {
                processor_ms[at] += watch.stop().own_seconds * 1e3;
            }
        }
    }
    let searches = (rounds * questions.len()) as f64;
    Ok(took_ms.iter().zip(processor_ms).map(|(took_ms, sum)| latency(took_ms, sum / searches)).collect())
}

/// How many whole searches a second this machine does when as many ask as it has cores, each the next as soon as the last
/// is answered.
pub async fn rate(searcher: &Searcher, questions: &[Question], readers: &[Reader]) -> anyhow::Result<f64> {
    let callers = std::thread::available_parallelism().map_or(1, usize::from);
    let started = Instant::now();
    let asking = (0..callers).map(|caller| {
        let (searcher, readers) = (searcher.clone(), readers.to_vec());
        let texts: Vec<String> = questions.iter().map(|question| question.text.clone()).collect();
        tokio::spawn(async move {
            for (at, text) in texts.iter().enumerate() {
                let reader = &readers[(at + caller) % readers.len()];
                searcher.search(&reader.clearance, text, Depth::Full, SHOWN).await?;
            }
            Ok::<_, retrieval::search::SearchError>(())
        })
    });
    for caller in asking.collect::<Vec<_>>() {
        caller.await??;
    }
    Ok((callers * questions.len()) as f64 / started.elapsed().as_secs_f64())
}

/// The share of the true nearest chunks that the dense ranking finds, for each reader.
pub async fn recalls(
    searcher: &Searcher,
    questions: &[Question],
    readers: &[Reader],
    truth: &Truth,
    chunks: &HashMap<PointId, usize>,
) -> anyhow::Result<Vec<f64>> {
    let mut recalls = Vec::new();
    for (reader, truth) in readers.iter().zip(truth) {
        let (mut found, mut there) = (0, 0);
        for (question, nearest) in questions.iter().zip(truth) {
            let answer = searcher.search(&reader.clearance, &question.text, Depth::Raw(Mode::Dense), SHOWN).await?;
            let top =
                answer.trail.considered.iter().take(DEPTH).filter_map(|one| chunks.get(&one.scored.passage.point));
            found += top.filter(|chunk| nearest.contains(chunk)).count();
            there += nearest.len();
        }
        recalls.push(found as f64 / there.max(1) as f64);
    }
    Ok(recalls)
}

/// From every question's rounds.
fn latency(took_ms: &[Vec<f64>], processor: f64) -> Latency {
    let middle: Vec<f64> = took_ms.iter().map(|rounds| median(rounds)).collect();
    let best: Vec<f64> = took_ms.iter().map(|rounds| percentile(rounds, 0.0)).collect();
    let [p50, p95, p99] = [0.5, 0.95, 0.99].map(|share| percentile(&middle, share));
    Latency { p50, p95, p99, undisturbed_p95: percentile(&best, 0.95), processor }
}
