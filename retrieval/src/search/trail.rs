//! The trail of a search: every candidate with its scores, and what became of it.
//!
//! Only what verification let through is in it: what the reader may not see does not exist, here as elsewhere. For editors
//! and for the answer record; made of numbers and titles that the reader may read.

use std::collections::HashMap;

use super::context::{Arranged, Why};
use crate::model::PointId;
use crate::ports::Scored;
use crate::rerank::signals::Signals;
use crate::rerank::weights::{TERMS, Weights, terms};

/// How a search went.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Trail {
    /// In the order of the reranker.
    pub considered: Vec<Considered>,
    /// Why a lesser order stands, if one does.
    pub instead: Option<String>,
    /// Whether the order is that of an earlier search; its stages then took no time.
    pub remembered: bool,
    pub timings: Timings,
}

/// One candidate.
#[derive(Clone, PartialEq, Debug)]
pub struct Considered {
    /// With its text, signals and scores.
    pub scored: Scored,
    pub fate: Fate,
}

/// What became of a candidate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// It stands in the list, at this place from 0.
    Given(usize),
    LeftOut(Why),
}

/// How long each stage took.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Timings {
    pub embedding_ms: f64,
    pub index_ms: f64,
    pub verify_ms: f64,
    pub rerank_ms: f64,
    pub context_ms: f64,
}

impl Considered {
    /// What each term adds to the score of the built-in order, by name. A cross-encoder's score is no such sum.
    pub fn terms(&self, weights: &Weights) -> [(&'static str, f32); TERMS.len()] {
        let values = terms(&self.scored.signals);
        std::array::from_fn(|at| (TERMS[at], values[at] * weights.order[at]))
    }

    /// What speaks for it, by name.
    pub fn signals(&self) -> [(&'static str, f32); 15] {
        // All of them by name, so that none is forgotten.
        let Signals {
            cosine,
            dense,
            sparse,
            coverage,
            sentence,
            stretch,
            title,
            pairs,
            numbers,
            pieces,
            kin,
            fresh,
            lead,
            known,
            strength,
        } = self.scored.signals;
        [
            ("cosine", cosine),
            ("dense", dense),
            ("sparse", sparse),
            ("coverage", coverage),
            ("sentence", sentence),
            ("stretch", stretch),
            ("title", title),
            ("pairs", pairs),
            ("numbers", numbers),
            ("pieces", pieces),
            ("kin", kin),
            ("fresh", fresh),
            ("lead", lead),
            ("known", known),
            ("strength", strength),
        ]
    }
}

impl Timings {
    /// The stages by name, in their order.
    pub fn stages(&self) -> [(&'static str, f64); 5] {
        let Self { embedding_ms, index_ms, verify_ms, rerank_ms, context_ms } = *self;
        [
            ("embedding", embedding_ms),
            ("index", index_ms),
            ("verify", verify_ms),
            ("rerank", rerank_ms),
            ("context", context_ms),
        ]
    }
}

impl Trail {
    pub(super) fn of(ranked: &[Scored], arranged: &Arranged, instead: Option<String>, timings: Timings) -> Self {
        let given =
            arranged.passages.iter().enumerate().map(|(place, scored)| (scored.passage.point, Fate::Given(place)));
        let left_out = arranged.left_out.iter().map(|left| (left.point, Fate::LeftOut(left.why)));
        let fates: HashMap<PointId, Fate> = left_out.chain(given).collect();
        let considered = |scored: &Scored| {
            let fate = fates.get(&scored.passage.point).copied().unwrap_or(Fate::LeftOut(Why::BeyondLimit));
            Considered { scored: scored.clone(), fate }
        };
        Self { considered: ranked.iter().map(considered).collect(), instead, remembered: false, timings }
    }

    /// Of a search that was only measured.
    pub(super) fn measured(verified: &[Scored], limit: usize, timings: Timings) -> Self {
        let fate = |place: usize| if place < limit { Fate::Given(place) } else { Fate::LeftOut(Why::BeyondLimit) };
        let considered =
            verified.iter().enumerate().map(|(at, scored)| Considered { scored: scored.clone(), fate: fate(at) });
        Self { considered: considered.collect(), instead: None, remembered: false, timings }
    }
}
