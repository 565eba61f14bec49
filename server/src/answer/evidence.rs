//! Evidence: which pieces of the sources answer the question, and whether any does.
//!
//! Each piece is weighed by meaning and by words (`signals`); the best are chosen with what belongs to them (`choose`), if
//! one may be sure enough that they answer (`sure`). Below that there is no answer: a bad quote is worse than none.

use std::collections::HashMap;
use std::ops::Range;

use retrieval::model::Passage;
use retrieval::ports::{EmbedError, Embedder, Embedding, Purpose};
use retrieval::search::Found;

use super::choose::choose;
use super::sentences::{Shape, pieces};
use super::signals::{Nearness, Placed, Signals, signals};
use super::sure::sureness;

/// A probability that the best piece answers, below which none is quoted.
pub const LEAST_SURE: f64 = 0.22;
/// No more pieces than this are weighed; the best passages come first.
const WEIGHED: usize = 96;

/// A stretch of a source, by the source's place among the packed.
#[derive(Clone, PartialEq, Debug)]
pub struct Quote {
    pub source: usize,
    pub text: String,
    /// Of the best piece in it.
    pub strength: f32,
}

/// A piece of a source and what speaks for it.
#[derive(Clone, PartialEq, Debug)]
pub struct Weighed {
    pub source: usize,
    pub bytes: Range<usize>,
    pub shape: Shape,
    pub block: usize,
    pub signals: Signals,
    pub strength: f32,
}

/// What supports an answer.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Evidence {
    /// In reading order; empty when nothing is sure enough.
    pub quotes: Vec<Quote>,
    /// Of the best piece, whether or not it was enough.
    pub strength: f32,
    /// The probability that it answers.
    pub sure: f64,
}

/// Weigh the pieces of the packed sources and choose.
pub async fn weigh(
    embedder: &dyn Embedder,
    question: &str,
    found: &Found,
    sources: &[&Passage],
) -> Result<Evidence, EmbedError> {
    Ok(judge(question, &weighed(embedder, question, found, sources).await?, found, sources))
}

/// The pieces of the packed sources, each with its strength.
pub async fn weighed(
    embedder: &dyn Embedder,
    question: &str,
    found: &Found,
    sources: &[&Passage],
) -> Result<Vec<Weighed>, EmbedError> {
    let mut placed: Vec<Placed<'_>> = Vec::new();
    for (source, passage) in sources.iter().enumerate() {
        placed.extend(pieces(&passage.text).into_iter().map(|piece| Placed { source, piece }));
    }
    placed.truncate(WEIGHED);
    let nearness = nearness(embedder, &found.question, &placed, sources).await?;
    let signals = signals(question, &placed, sources, &nearness);
    let weighed = placed.into_iter().zip(signals).map(|(placed, signals)| Weighed {
        source: placed.source,
        bytes: placed.piece.bytes,
        shape: placed.piece.shape,
        block: placed.piece.block,
        strength: signals.strength(),
        signals,
    });
    Ok(weighed.collect())
}

/// What is quoted of the weighed pieces; nothing when it is not sure enough that the best of them answers.
pub fn judge(question: &str, weighed: &[Weighed], found: &Found, sources: &[&Passage]) -> Evidence {
    let Some(best) = weighed.iter().max_by(|a, b| a.strength.total_cmp(&b.strength)) else {
        return Evidence::default();
    };
    let sure = sureness(question, best, found, sources);
    let quotes = if sure < LEAST_SURE { Vec::new() } else { choose(weighed, sources) };
    Evidence { quotes, strength: best.strength, sure }
}

/// Every text once: many pieces share a heading.
async fn nearness(
    embedder: &dyn Embedder,
    question: &Embedding,
    placed: &[Placed<'_>],
    sources: &[&Passage],
) -> Result<Nearness, EmbedError> {
    let of_pieces: Vec<String> = placed.iter().map(|one| in_full(one, sources)).collect();
    let of_headings: Vec<String> = placed.iter().map(|one| one.heading(sources).to_owned()).collect();
    let mut texts: Vec<String> = of_pieces.iter().chain(&of_headings).cloned().collect();
    texts.sort();
    texts.dedup();
    let vectors = embedder.embed(Purpose::Evidence, texts.clone()).await?;
    let near: HashMap<String, f32> =
        texts.into_iter().zip(vectors.iter().map(|vector| cosine(question, vector))).collect();
    let all = |texts: &[String]| texts.iter().map(|text| near.get(text).copied().unwrap_or(0.0)).collect();
    Ok(Nearness { pieces: all(&of_pieces), headings: all(&of_headings) })
}

/// "Practice | 59 pounds" says little without "Plan | Price".
fn in_full(one: &Placed<'_>, sources: &[&Passage]) -> String {
    match &one.piece.shape {
        Shape::Row(Some(head)) => {
            let head = sources[one.source].text[head.clone()].trim_matches(|c| matches!(c, '|' | ' '));
            format!("{head} : {}", one.piece.words)
        }
        _ => one.piece.words.to_owned(),
    }
}

/// Of two vectors of length one.
fn cosine(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
