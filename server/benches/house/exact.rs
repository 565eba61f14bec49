//! The true nearest chunks, by looking at every one: what the index's answers are held against.
//!
//! One pass over the corpus serves every question and every reader at once. Knows vectors and clearances, no index.

use std::collections::HashSet;

use anyhow::anyhow;
use retrieval::access::Clearance;
use retrieval::model::WorkspaceId;

use super::corpus::{Corpus, Paper, Question};

/// How deep recall looks.
pub const DEPTH: usize = 10;

/// For each reader and each question, the numbers of the nearest chunks.
pub type Truth = Vec<Vec<HashSet<usize>>>;

/// The best few so far, best first.
type Best = Vec<(f32, usize)>;

pub fn nearest(
    corpus: &Corpus,
    questions: &[Question],
    readers: &[Clearance],
    workspace: WorkspaceId,
) -> anyhow::Result<Truth> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let shares = corpus.papers.chunks(corpus.papers.len().div_ceil(threads));
    let search = |papers| in_share(corpus, papers, questions, readers, workspace);
    let found = std::thread::scope(|scope| {
        let running: Vec<_> = shares.map(|papers| scope.spawn(move || search(papers))).collect();
        running
            .into_iter()
            .map(|thread| thread.join().map_err(|_| anyhow!("a search panicked")))
            .collect::<Result<Vec<_>, _>>()
    })?;
    let merged = |reader: usize, question: usize| {
        let mut best = Best::new();
        found
            .iter()
            .flat_map(|share| &share[reader][question])
            .for_each(|(score, chunk)| keep(&mut best, *score, *chunk));
        best.into_iter().map(|(_, chunk)| chunk).collect()
    };
    Ok((0..readers.len())
        .map(|reader| (0..questions.len()).map(|question| merged(reader, question)).collect())
        .collect())
}

fn in_share(
    corpus: &Corpus,
    papers: &[Paper],
    questions: &[Question],
    readers: &[Clearance],
    workspace: WorkspaceId,
) -> Vec<Vec<Best>> {
    let mut best = vec![vec![Best::new(); questions.len()]; readers.len()];
    for paper in papers {
        let admitted: Vec<bool> = readers.iter().map(|reader| reader.admits(workspace, &paper.label)).collect();
        for chunk in paper.chunks.clone() {
            let vector = corpus.vector(paper, chunk);
            for (at, question) in questions.iter().enumerate() {
                let score = product(&vector, &question.dense);
                let readable = best.iter_mut().zip(&admitted).filter(|(_, admitted)| **admitted);
                readable.for_each(|(best, _)| keep(&mut best[at], score, chunk));
            }
        }
    }
    best
}

fn keep(best: &mut Best, score: f32, chunk: usize) {
    if best.len() == DEPTH && best[DEPTH - 1].0 >= score {
        return;
    }
    best.insert(best.partition_point(|(other, _)| *other >= score), (score, chunk));
    best.truncate(DEPTH);
}

/// In sixteen sums side by side, which the compiler turns into vector instructions.
fn product(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0_f32; 16];
    for (a, b) in a.chunks_exact(16).zip(b.chunks_exact(16)) {
        for lane in 0..16 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest = a.len() / 16 * 16;
    sums.iter().sum::<f32>() + a[rest..].iter().zip(&b[rest..]).map(|(a, b)| a * b).sum::<f32>()
}
