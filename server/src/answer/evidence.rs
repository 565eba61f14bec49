//! Evidence: which sentences of the sources answer the question, and whether any does.
//!
//! A sentence is weighed by meaning (its vector against the question's) and by words (how much of the question it and
//! its heading cover). Below the bar there is no answer: a bad quote is worse than none.

use std::collections::HashSet;

use retrieval::model::Passage;
use retrieval::ports::{EmbedError, Embedder, Purpose};
use retrieval::search::Found;
use retrieval::words::{Asked, Held, Weights};

use super::sentences::pieces;

/// How the two judgements mix, and how strong the best sentence must be. Set on the gold questions of `data/eval`.
const MEANING: f32 = 0.65;
const WORDS: f32 = 0.35;
pub const BAR: f32 = 0.40;
/// A probability that the passages answer, below which none of their sentences is quoted.
pub const LEAST_SURE: f64 = 0.10;
/// Further sentences are quoted when they are nearly as good as the best.
const NEARLY: f32 = 0.84;
const QUOTES: usize = 3;
/// No more sentences than this are weighed; the best passages come first.
const WEIGHED: usize = 64;

/// A sentence of a source, by the source's place among the packed.
#[derive(Clone, PartialEq, Debug)]
pub struct Quote {
    pub source: usize,
    pub text: String,
    /// The nearest heading above it, wherever that stands.
    heading: String,
    pub strength: f32,
}

/// What supports an answer.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Evidence {
    /// In reading order; empty when nothing clears the bar.
    pub quotes: Vec<Quote>,
    /// Of the best sentence, whether or not it was enough.
    pub strength: f32,
}

/// Weigh the sentences of the packed sources and choose.
pub async fn weigh(
    embedder: &dyn Embedder,
    question: &str,
    found: &Found,
    sources: &[&Passage],
) -> Result<Evidence, EmbedError> {
    Ok(choose(weighed(embedder, question, found, sources).await?, found.confidence))
}

/// The sentences of the packed sources, each with its strength.
pub async fn weighed(
    embedder: &dyn Embedder,
    question: &str,
    found: &Found,
    sources: &[&Passage],
) -> Result<Vec<Quote>, EmbedError> {
    let mut quotes: Vec<Quote> = sources
        .iter()
        .enumerate()
        .flat_map(|(source, passage)| pieces(&passage.text).into_iter().map(move |piece| (source, piece)))
        .map(|(source, piece)| Quote {
            source,
            text: piece.text.to_owned(),
            heading: piece.heading.unwrap_or(nearest_heading(sources[source])).to_owned(),
            strength: 0.0,
        })
        .take(WEIGHED)
        .collect();
    // "Within ten days" says little until one knows of what.
    let texts = quotes.iter().map(|quote| format!("{}: {}", quote.heading, quote.text)).collect();
    let vectors = embedder.embed(Purpose::Evidence, texts).await?;
    let words = word_scores(question, &quotes, sources);
    for ((quote, vector), words) in quotes.iter_mut().zip(&vectors).zip(words) {
        quote.strength = MEANING * cosine(&found.question, vector) + WORDS * words;
    }
    Ok(quotes)
}

/// Of a passage as a whole: the last of the headings that it stands under, else its title.
fn nearest_heading(source: &Passage) -> &str {
    source.heading.rsplit(" > ").next().filter(|heading| !heading.is_empty()).unwrap_or(&source.title)
}

/// How much of the question each sentence covers; what its title and headings cover counts half.
fn word_scores(question: &str, quotes: &[Quote], sources: &[&Passage]) -> Vec<f32> {
    let asked = Asked::new(question);
    let own: Vec<Held> = quotes.iter().map(|quote| asked.held_by(&quote.text)).collect();
    let above: Vec<Held> =
        sources.iter().map(|passage| asked.held_by(&passage.title).or(asked.held_by(&passage.heading))).collect();
    let weights = Weights::among(&asked, &own);
    let score = |(quote, own): (&Quote, &Held)| {
        let above = above[quote.source].or(asked.held_by(&quote.heading));
        (weights.coverage(*own) + weights.coverage(own.or(above))) / 2.0
    };
    quotes.iter().zip(&own).map(score).collect()
}

/// The best sentence and those nearly as good, in reading order; nothing when the best is too weak.
pub fn choose(quotes: Vec<Quote>, confidence: f64) -> Evidence {
    let strength = quotes.iter().map(|quote| quote.strength).fold(0.0, f32::max);
    if strength < BAR || confidence < LEAST_SURE {
        return Evidence { quotes: Vec::new(), strength };
    }
    let mut strong: Vec<(usize, Quote)> =
        quotes.into_iter().enumerate().filter(|(_, quote)| quote.strength >= NEARLY * strength).collect();
    strong.sort_by(|(_, a), (_, b)| b.strength.total_cmp(&a.strength));
    let mut seen = HashSet::new();
    strong.retain(|(_, quote)| seen.insert(quote.text.clone()));
    strong.truncate(QUOTES);
    strong.sort_by_key(|(at, _)| *at);
    Evidence { quotes: strong.into_iter().map(|(_, quote)| quote).collect(), strength }
}

/// Of two vectors of length one.
fn cosine(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(strengths: &[f32], expected: &[usize]) {
        let quote = |(at, strength): (usize, &f32)| Quote {
            source: at,
            text: format!("sentence {at}"),
            heading: String::new(),
            strength: *strength,
        };
        let chosen = choose(strengths.iter().enumerate().map(quote).collect(), 1.0);
        assert_eq!(chosen.quotes.iter().map(|quote| quote.source).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn quotes_are_the_best_and_their_near_equals_in_reading_order() {
        check(&[0.2, 0.8, 0.79, 0.5], &[1, 2]);
        check(&[0.70, 0.71, 0.72, 0.73], &[1, 2, 3]);
    }

    #[test]
    fn below_the_bar_there_is_no_answer() {
        check(&[0.1, 0.3], &[]);
        let strong = Quote { source: 0, text: "a".into(), heading: String::new(), strength: 0.9 };
        assert_eq!(choose(vec![strong], LEAST_SURE - 0.01).quotes, []);
        check(&[], &[]);
    }
}
