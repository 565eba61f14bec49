//! A corpus in a throw-away house, and the one way that every measurement asks it.
//!
//! The corpus is taken in as any document is, only that there is nothing to parse. Does not know what is measured.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::Context as _;
use ingest::ports::{Item, Outcome};
use retrieval::access::{AccessLabel, AccessTier, Clearance};
use retrieval::model::DocumentId;
use retrieval::search::{Depth, Searcher};

use super::beir::Set;
use super::records::Records;
use crate::library::Upload;
use crate::wiring::House;

/// As deep as a run file goes.
const DEPTH: usize = 100;
/// Passages asked for: a document may stand in several of them.
const PASSAGES: usize = 200;
/// What a reader is shown, and so what latency is measured at.
const SHOWN: usize = 10;
const BATCH: usize = 256;

/// A corpus that can be asked.
pub struct Corpus {
    /// Which corpus ids each document stands for: exact copies share one.
    names: Arc<HashMap<DocumentId, Vec<String>>>,
    pub documents: usize,
    pub chunks: usize,
    pub index_seconds: f64,
}

impl Corpus {
    /// The ids of the corpus that this document stands for.
    pub fn names(&self, document: DocumentId) -> &[String] {
        self.names.get(&document).map(Vec::as_slice).unwrap_or_default()
    }
}

/// What came back for a question.
#[derive(Clone, PartialEq, Debug)]
pub struct Ranked {
    /// Ids of the corpus by their best chunk, best first.
    pub ranking: Vec<(String, f32)>,
    pub confidence: f64,
}

/// Take the corpus in, and wait until all of it can be found.
pub async fn index(house: &House, set: &Set) -> anyhow::Result<Corpus> {
    let started = Instant::now();
    hand_in(house, set).await?;
    let (names, chunks) = (Mutex::new(HashMap::<DocumentId, Vec<String>>::new()), Mutex::new(0));
    let settled = |item: &Item, outcome: &Outcome| {
        let mut names = names.lock().unwrap_or_else(PoisonError::into_inner);
        match outcome {
            Outcome::Indexed { document, chunks: many } => {
                *chunks.lock().unwrap_or_else(PoisonError::into_inner) += many;
                names.entry(*document).or_default().push(item.origin.clone());
            }
            Outcome::Duplicate { document } => names.entry(*document).or_default().push(item.origin.clone()),
            Outcome::Unchanged { .. } | Outcome::Relabelled { .. } | Outcome::Opened { .. } => {}
            Outcome::Failed { reason } => tracing::warn!(document = item.origin, reason, "not indexed"),
        }
    };
    house.library.work(&settled).await?.context("the job of this evaluation was taken by somebody else")?;
    let names = Arc::new(names.into_inner().unwrap_or_else(PoisonError::into_inner));
    let chunks = chunks.into_inner().unwrap_or_else(PoisonError::into_inner);
    let index_seconds = started.elapsed().as_secs_f64();
    tracing::info!(documents = set.documents.len(), chunks, index_seconds, "the corpus is indexed");
    Ok(Corpus { names, documents: set.documents.len(), chunks, index_seconds })
}

async fn hand_in(house: &House, set: &Set) -> anyhow::Result<()> {
    let label = AccessLabel::tier(AccessTier::Public);
    let mut intake = house.library.intake().await?;
    for batch in set.documents.chunks(BATCH) {
        let uploads = batch.iter().map(|document| Upload {
            origin: document.id.clone(),
            bytes: Records::bytes(document),
            label: label.clone(),
        });
        intake.add(uploads.collect()).await?;
    }
    intake.close().await?;
    Ok(())
}

/// How long a reader would have waited for this one, in milliseconds.
pub async fn time(house: &House, question: &str, depth: Depth) -> anyhow::Result<f64> {
    let started = Instant::now();
    house.answerer.searcher().search(&house.library.clearance, question, depth, SHOWN).await?;
    Ok(started.elapsed().as_secs_f64() * 1e3)
}

/// Everything that is found for each question, in their order. Asked side by side: nobody measures how long it takes.
pub async fn rank(house: &House, corpus: &Corpus, questions: Vec<String>, depth: Depth) -> anyhow::Result<Vec<Ranked>> {
    let side_by_side = std::thread::available_parallelism().map_or(1, usize::from);
    let mut ranked = Vec::with_capacity(questions.len());
    for together in questions.chunks(side_by_side) {
        let asked: Vec<_> = together
            .iter()
            .map(|question| {
                let (searcher, clearance) = (house.answerer.searcher(), house.library.clearance.clone());
                let (question, names) = (question.clone(), Arc::clone(&corpus.names));
                tokio::spawn(async move { one(&searcher, &clearance, &question, depth, &names).await })
            })
            .collect();
        for answered in asked {
            ranked.push(answered.await??);
        }
    }
    Ok(ranked)
}

async fn one(
    searcher: &Searcher,
    clearance: &Clearance,
    question: &str,
    depth: Depth,
    names: &HashMap<DocumentId, Vec<String>>,
) -> anyhow::Result<Ranked> {
    let found = searcher.search(clearance, question, depth, PASSAGES).await?;
    let confidence = found.confidence;
    let (mut ranking, mut seen) = (Vec::new(), HashSet::new());
    for scored in found.passages {
        // What it stands for says the same, and was found with it.
        let copies = scored.instead_of.iter().map(|replaced| replaced.document);
        let found = [scored.passage.document].into_iter().chain(copies);
        for document in found.filter(|document| seen.insert(*document)) {
            let known = names.get(&document).into_iter().flatten();
            ranking.extend(known.map(|name| (name.clone(), scored.score)));
        }
    }
    Ok(Ranked { ranking: in_order_of_scores(ranking), confidence })
}

/// Diversity may put a lower score before a higher one; a run file's order is its scores'. What is no number is the
/// lowest: sorted as a number it would come first.
fn in_order_of_scores(mut ranking: Vec<(String, f32)>) -> Vec<(String, f32)> {
    for (document, score) in &mut ranking {
        if score.is_nan() {
            tracing::warn!(document, "a score is no number and counts as the lowest");
            *score = f32::MIN;
        }
    }
    ranking.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    ranking.truncate(DEPTH);
    ranking
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ranking_follows_its_scores_and_what_is_no_number_comes_last() {
        let given = [("a", 0.5), ("b", f32::NAN), ("c", 0.7), ("d", 0.5)];
        let ranked = in_order_of_scores(given.map(|(id, score)| (id.to_owned(), score)).to_vec());
        assert_eq!(ranked.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["c", "a", "d", "b"]);
        assert!(ranked.iter().all(|(_, score)| score.is_finite()));
    }

    #[test]
    fn a_ranking_is_a_hundred_deep() {
        let many = (0..300).map(|at| (at.to_string(), at as f32)).collect();
        let ranked = in_order_of_scores(many);
        assert_eq!((ranked.len(), ranked[0].0.as_str()), (DEPTH, "299"));
    }
}
