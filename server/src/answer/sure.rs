//! How sure one may be that the best piece answers: a probability.
//!
//! A question about what nobody wrote down is mostly near to something in meaning, so nearness alone does not tell. What
//! tells is how much of its words was found, and above all whether what it names, a product, a place, a code or a year, is
//! named anywhere in the document that would be quoted: "What does error LX-7777 mean?" is near to every page about
//! errors. The weights were learned by logistic regression on the gold questions and the stand-alone conversations over the
//! seed, those with and those without an answer counting alike.

use retrieval::model::Passage;
use retrieval::search::Found;

use super::evidence::Weighed;
use super::named::names;

/// The best passages, of which the one that holds most of the question counts.
const READ: usize = 5;
const NEAR: f64 = 1.167;
const COVERED: f64 = 1.647;
const LACKS_NAME: f64 = -4.581;
const HELD: f64 = 5.771;
const CONSTANT: f64 = -7.098;

/// The probability that a piece, the best of all, answers.
pub fn sureness(question: &str, best: &Weighed, found: &Found, sources: &[&Passage]) -> f64 {
    let signals = &best.signals;
    let near = 5.65 * signals.cosine + 2.70 * signals.heading + 1.75 * signals.beside;
    let held = found.passages.iter().take(READ).map(|scored| scored.signals.coverage).fold(0.0, f32::max);
    let lacks = f64::from(u8::from(lacks_name(question, best, sources)));
    let sum =
        NEAR * f64::from(near) + COVERED * f64::from(signals.coverage) + HELD * f64::from(held) + LACKS_NAME * lacks;
    1.0 / (1.0 + (-(sum + CONSTANT)).exp())
}

/// Whether something that the question names stands nowhere in what was found of the document.
fn lacks_name(question: &str, best: &Weighed, sources: &[&Passage]) -> bool {
    let document = sources[best.source].document;
    let of_document = sources.iter().filter(|source| source.document == document);
    let told: Vec<String> = of_document
        .map(|source| format!("{}\n{}\n{}", source.title, source.heading, source.text).to_lowercase())
        .collect();
    names(question).iter().any(|name| told.iter().all(|text| !text.contains(name)))
}
