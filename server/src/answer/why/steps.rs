//! The steps of a document's way, each a sentence: what let it pass, or what lost it.
//!
//! Pure: everything was looked up before, under the reader's clearance.

use std::collections::HashMap;

use retrieval::model::{DocumentId, Passage};
use retrieval::ports::Place;
use retrieval::search::context::Why as LeftOut;
use retrieval::search::trail::{Considered, Fate, Trail};
use retrieval::search::{CANDIDATES, Found, Searcher};
use retrieval::words::Asked;

use super::super::evidence::{Evidence, LEAST_SURE, Weighed};
use super::super::{BUDGET, Citation, PASSAGES};
use super::behind::{advice, lacking};
use super::{DEEP, Verdict};
use crate::store::{HandedIn, Whereabouts};

/// How a document was lost. Without advice of its own its verdict's counts.
#[derive(Debug)]
pub struct Lost {
    pub verdict: Verdict,
    pub detail: String,
    pub advice: Option<&'static str>,
}

impl Lost {
    fn new(verdict: Verdict, detail: impl Into<String>) -> Self {
        Self { verdict, detail: detail.into(), advice: None }
    }
}

/// Where one document stands for one question.
pub struct Sought {
    pub document: DocumentId,
    pub dense: Trail,
    pub sparse: Trail,
    pub found: Found,
    /// What its best chunk holds of the question's words, as a sentence.
    pub words: String,
}

impl Sought {
    fn considered(&self) -> &[Considered] {
        &self.found.trail.considered
    }

    /// Its passages among those that were compared, best first, each with its place from 0.
    fn own(&self) -> impl Iterator<Item = (usize, &Considered)> {
        self.considered().iter().enumerate().filter(|(_, one)| one.scored.passage.document == self.document)
    }

    fn best(&self) -> Option<(usize, &Considered)> {
        self.own().next()
    }

    fn given_at(&self) -> Option<usize> {
        let place = |(_, one): (usize, &Considered)| match one.fate {
            Fate::Given(place) => Some(place),
            Fate::LeftOut(_) => None,
        };
        self.own().filter_map(place).min()
    }
}

pub fn absent(latest: Option<HandedIn>) -> Lost {
    let absent = || Lost::new(Verdict::Absent, "there is no such document");
    let Some(HandedIn { job, origin, state, reason }) = latest else { return absent() };
    let reason = reason.unwrap_or_default();
    match state.as_str() {
        "queued" => Lost::new(Verdict::Waiting, format!("{origin} waits to be read, in job {job}")),
        "failed" => Lost::new(Verdict::Failed, format!("{origin} was not taken in: {reason}")),
        "opened" => Lost::new(Verdict::Opened, format!("{origin} has no text of its own: {reason}")),
        // Once taken in and gone since, or no longer for this reader: nothing that would be said of the one and not of the other.
        _ => absent(),
    }
}

pub fn there(there: &Whereabouts, latest: Option<&HandedIn>) -> String {
    let lately = match latest.map(|item| (item.state.as_str(), item.reason.as_deref().unwrap_or_default())) {
        Some(("failed", reason)) => format!("; what was handed in last was not taken in: {reason}"),
        Some(("queued", _)) => "; a later state of it waits to be read".into(),
        _ => String::new(),
    };
    format!("\"{}\" from {}{lately}", there.title, there.origin)
}

pub fn indexed(there: &Whereabouts, indexed: usize) -> Result<String, Lost> {
    match there.points.len() {
        0 => Err(Lost::new(Verdict::NoText, "it has no text that could be cut into chunks")),
        chunks if indexed < chunks => {
            Err(Lost::new(Verdict::NotIndexed, format!("the index holds {indexed} of its {chunks} chunks")))
        }
        chunks => Ok(format!("{}, all in the index", many(chunks, "chunk"))),
    }
}

/// What the chunk that holds the most of the question's words holds of them.
pub fn words(question: &str, texts: &[Passage]) -> String {
    let asked = Asked::new(question);
    let held = |passage: &Passage| {
        let above = asked.held_by(&passage.title).or(asked.held_by(&passage.heading));
        let held = asked.held_by(&passage.text).or(above);
        let (with, without): (Vec<_>, Vec<_>) = asked.words().iter().enumerate().partition(|(at, _)| held.has(*at));
        (with.len(), without.into_iter().map(|(_, word)| word.as_str()).collect::<Vec<_>>())
    };
    let Some((with, without)) = texts.iter().map(held).max_by_key(|(with, _)| *with) else { return String::new() };
    let typed = typed(question);
    let without: Vec<&str> = without.into_iter().map(|word| typed.get(word).copied().unwrap_or(word)).collect();
    match (asked.words().len(), with) {
        (0, _) => "the question has no telling word".into(),
        (all, with) if with == all => "one of its chunks holds every telling word of the question".into(),
        (_, 0) => format!("none of its chunks holds a telling word of the question: {}", without.join(", ")),
        (all, with) => format!(
            "none of its chunks holds more than {with} of the {all} telling words of the question, missing: {}",
            without.join(", ")
        ),
    }
}

/// Each word of the question as it was first typed.
fn typed(question: &str) -> HashMap<String, &str> {
    let mut typed = HashMap::new();
    for token in question.split(|c: char| !c.is_alphanumeric()) {
        for word in Asked::new(token).words() {
            typed.entry(word.clone()).or_insert(token);
        }
    }
    typed
}

pub fn candidate(sought: &Sought) -> Result<String, Lost> {
    let dense = best_place(sought, &sought.dense, |one| one.scored.candidate.dense);
    let sparse = best_place(sought, &sought.sparse, |one| one.scored.candidate.sparse);
    let by_meaning = standing("by meaning", dense, "cosine", &sought.dense);
    let by_words = standing("by keywords", sparse, "BM25", &sought.sparse);
    let near = |place: Option<Place>| place.and_then(|place| place.rank).is_some_and(|rank| rank < CANDIDATES);
    let detail = format!("{by_meaning}, {by_words}; {}", sought.words);
    match near(dense) || near(sparse) || sought.best().is_some() {
        true => Ok(detail),
        false => Err(Lost::new(
            Verdict::NotCandidate,
            format!("not among the first {CANDIDATES} of either ranking: {detail}"),
        )),
    }
}

fn best_place(sought: &Sought, ranking: &Trail, place: fn(&Considered) -> Option<Place>) -> Option<Place> {
    ranking.considered.iter().find(|one| one.scored.passage.document == sought.document).and_then(place)
}

fn standing(ranking: &str, place: Option<Place>, measure: &str, among: &Trail) -> String {
    match place {
        Some(Place { rank: Some(rank), score }) => format!("{ranking} at place {} ({measure} {score:.3})", rank + 1),
        Some(Place { rank: None, score }) => format!("{ranking} unplaced ({measure} {score:.3})"),
        None if among.considered.len() < 2 * DEEP => format!("{ranking} nowhere"),
        None => format!("{ranking} beyond place {}", 2 * DEEP),
    }
}

pub fn compared(sought: &Sought) -> Result<String, Lost> {
    let all = sought.considered().len();
    let Some(best) = sought.own().map(|(_, one)| one.scored.candidate.score).reduce(f32::max) else {
        let detail = format!("with both rankings put together it comes after the {all} that are compared");
        return Err(Lost::new(Verdict::NotCompared, detail));
    };
    let before = sought.considered().iter().filter(|one| one.scored.candidate.score > best).count();
    Ok(format!("with both rankings put together at place {} of {all}", before + 1))
}

pub fn ranked(sought: &Sought, searcher: &Searcher) -> Result<String, Lost> {
    let Some((at, best)) = sought.best() else { return Ok(String::new()) };
    let of = format!("at place {} of {}", at + 1, sought.considered().len());
    let is_low =
        at >= PASSAGES && sought.given_at().is_none() && !matches!(best.fate, Fate::LeftOut(LeftOut::CopyOf(_)));
    if !is_low {
        return Ok(of);
    }
    let lacking = lacking(&sought.considered()[0], best, searcher);
    let named: Vec<String> = lacking.iter().map(|(name, by)| format!("{name} ({by:.2})")).collect();
    let named = if named.is_empty() { String::new() } else { format!("; the first is ahead by {}", named.join(", ")) };
    let advice = lacking.first().and_then(|(name, _)| advice(name));
    Err(Lost { advice, ..Lost::new(Verdict::RankedLow, format!("{of}, and {PASSAGES} are given{named}")) })
}

pub fn given(sought: &Sought) -> Result<String, Lost> {
    if let Some(place) = sought.given_at() {
        return Ok(format!("at place {} of {}", place + 1, sought.found.passages.len()));
    }
    let copy_of = match sought.best().map(|(_, best)| best.fate) {
        Some(Fate::LeftOut(LeftOut::CopyOf(point))) => {
            sought.considered().iter().map(|one| &one.scored.passage).find(|passage| passage.point == point)
        }
        _ => None,
    };
    match copy_of {
        Some(Passage { title, document, .. }) => {
            let detail = format!("a passage with nearly the same words stands for it: \"{title}\" ({document})");
            Err(Lost::new(Verdict::Copy, detail))
        }
        None => Err(Lost::new(Verdict::BeyondLimit, format!("other documents take the {PASSAGES} places"))),
    }
}

pub fn packed(document: DocumentId, sources: &[&Passage]) -> Result<String, Lost> {
    match sources.iter().position(|source| source.document == document) {
        Some(at) => Ok(format!("source {} of {}", at + 1, sources.len())),
        None => {
            let detail = format!(
                "an answer reads {} sources and {} characters at most, and those before it filled them",
                BUDGET.sources, BUDGET.characters
            );
            Err(Lost::new(Verdict::OverBudget, detail))
        }
    }
}

pub fn quoted(
    document: DocumentId,
    sources: &[&Passage],
    pieces: &[Weighed],
    evidence: &Evidence,
    citations: &[Citation],
) -> Result<String, Lost> {
    let is_own = |piece: &&Weighed| sources.get(piece.source).is_some_and(|source| source.document == document);
    let own = pieces.iter().filter(is_own).map(|piece| piece.strength).reduce(f32::max);
    let Some(own) = own else {
        return Err(Lost::new(
            Verdict::NotQuoted,
            "none of its sentences is weighed: it has none, or others come first",
        ));
    };
    let quotes = citations.iter().filter(|citation| citation.document == document).count();
    match (quotes, citations.first()) {
        (0, None) => Err(Lost::new(
            Verdict::NotQuoted,
            format!(
                "its best sentence has strength {own:.2}, the best of all {:.2}, which answers with a probability of {:.2} (below \
                 {LEAST_SURE:.2} there is no answer)",
                evidence.strength, evidence.sure
            ),
        )),
        (0, Some(first)) => {
            let best = evidence.strength;
            let detail = format!("its best sentence has strength {own:.2}; \"{}\" answers with {best:.2}", first.title);
            Err(Lost::new(Verdict::NotQuoted, detail))
        }
        _ => Ok(format!("{} of it, its best sentence has strength {own:.2}", many(quotes, "quote"))),
    }
}

fn many(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_over_is_not_told_apart_from_what_never_was() {
        let check = |state: &str, expected| {
            let job = "01a1f976-651f-725d-98be-e287be22e51b".parse().unwrap();
            let item = HandedIn { job, origin: "a.md".into(), state: state.into(), reason: Some("why".into()) };
            assert_eq!(absent(Some(item)).verdict, expected, "{state}");
        };
        check("queued", Verdict::Waiting);
        check("failed", Verdict::Failed);
        check("opened", Verdict::Opened);
        for state in ["indexed", "unchanged", "relabelled", "duplicate", "retired"] {
            check(state, Verdict::Absent);
        }
        assert_eq!(absent(None).verdict, Verdict::Absent);
    }

    #[test]
    fn words_are_told_as_they_were_typed() {
        let typed = typed("How many Refunds, e.g. E42, of all refunds?");
        let check = |word, expected| assert_eq!(typed.get(word).copied(), expected, "{word}");
        check("refund", Some("Refunds"));
        check("e42", Some("E42"));
        check("zebra", None);
    }

    #[test]
    fn one_is_not_many() {
        assert_eq!((many(1, "quote"), many(2, "quote")), ("1 quote".into(), "2 quotes".into()));
    }
}
