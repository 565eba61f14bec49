//! What a passage lacks against the first: the terms of the built-in order by which it is behind.

use retrieval::search::Searcher;
use retrieval::search::trail::Considered;

/// The differences that are named.
const NAMED: usize = 3;
/// A sum of terms is equal to a score within this.
const EQUAL: f32 = 1e-2;

/// By which terms the first is ahead, the biggest difference first; nothing where the scores are no sums of them.
pub fn lacking(first: &Considered, own: &Considered, searcher: &Searcher) -> Vec<(&'static str, f32)> {
    let is_sum = |one: &Considered| {
        let sum: f32 = one.terms(&searcher.weights).iter().map(|(_, value)| value).sum();
        (sum - one.scored.score).abs() < EQUAL
    };
    if !is_sum(first) || !is_sum(own) {
        return Vec::new();
    }
    let behind = first
        .terms(&searcher.weights)
        .into_iter()
        .zip(own.terms(&searcher.weights))
        .map(|((name, a), (_, b))| (name, a - b));
    let mut behind: Vec<_> = behind.filter(|(_, by)| *by > EQUAL).collect();
    behind.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    behind.truncate(NAMED);
    behind
}

/// What may be done about a document that is behind by this term.
pub fn advice(term: &str) -> Option<&'static str> {
    match term.split(',').next().unwrap_or(term) {
        "title" => Some("a title or a heading with the question's words would lift it"),
        "keywords" | "coverage" | "sentence" | "stretch" | "pairs" | "pieces of words" => {
            Some("a sentence with the question's words close together would lift it")
        }
        "cosine" | "nearness" | "kin" => {
            Some("a passage on this subject alone, under a heading of its own, would be nearer")
        }
        "numbers" => Some("the number or code that was asked for does not stand in it as it was typed"),
        _ => None,
    }
}
