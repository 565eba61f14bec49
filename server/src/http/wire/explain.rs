//! How a search came about, for editors: every candidate with its scores, and what became of it.
//!
//! Made of the trail, which holds only what was verified for the reader: what that reader may not see is not in it, and
//! nothing here says that anything was left out for that.

use std::collections::HashMap;

use retrieval::model::{Cut, Passage, PointId};
use retrieval::ports::Place;
use retrieval::search::context::Why;
use retrieval::search::trail::{Considered, Fate};
use retrieval::search::{Found, Searcher};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Named;
use crate::answer::StandAlone;

#[derive(Serialize, Deserialize, ToSchema)]
pub struct SearchExplanation {
    /// What was searched for, if not the question as it was typed.
    pub asked_as: Option<String>,
    /// How well the embedder knows the question's language, from 0 to 1.
    pub language_known: f32,
    /// The probability that the passages answer the question.
    pub confidence: f64,
    /// Whether the order was remembered from an equal search: the model, the index and the second look took no time.
    pub remembered: bool,
    /// The stages in their order.
    pub timings_ms: Named,
    pub reranker: RerankerReply,
    /// In the order of the reranker.
    pub candidates: Vec<CandidateReply>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct RerankerReply {
    /// Of the learned weights.
    pub version: String,
    /// Why a lesser order stands, if one does.
    pub instead: Option<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct CandidateReply {
    pub document_id: String,
    pub title: String,
    pub url: String,
    pub heading: String,
    /// Of the chunk in its document, from 1.
    pub ordinal: u32,
    pub dense: Option<PlaceReply>,
    pub sparse: Option<PlaceReply>,
    pub fused: f32,
    pub score: f32,
    /// What each term adds to the score of the built-in order, the most first.
    pub terms: Named,
    pub signals: Named,
    /// `given`, `copy_of`, `joined_to` or `beyond_limit`.
    pub fate: String,
    /// Of what was given, from 1.
    pub place: Option<usize>,
    /// What it is a copy of, or was joined to.
    pub of: Option<OtherReply>,
}

/// Where one of the two rankings has it.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct PlaceReply {
    /// From 1; none where it was too far down and only its score was looked up.
    pub rank: Option<usize>,
    pub score: f32,
}

/// Another candidate.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct OtherReply {
    /// Its number among the candidates, from 1.
    pub candidate: usize,
    pub document_id: String,
    pub title: String,
}

impl SearchExplanation {
    pub fn new(searcher: &Searcher, asked: &StandAlone, found: &Found) -> Self {
        let considered = &found.trail.considered;
        let others = considered.iter().zip(1..).map(|(one, number)| (one.scored.passage.point, (number, one)));
        let others: Others<'_> = others.collect();
        Self {
            asked_as: asked.asked_as().map(str::to_owned),
            language_known: considered.first().map_or(1.0, |one| one.scored.signals.known),
            confidence: found.confidence,
            remembered: found.trail.remembered,
            timings_ms: Named::new(found.trail.timings.stages()),
            reranker: RerankerReply { version: searcher.weights.version.clone(), instead: found.trail.instead.clone() },
            candidates: considered.iter().map(|one| CandidateReply::new(searcher, &others, one)).collect(),
        }
    }
}

/// The candidates by their points, each with its number.
type Others<'a> = HashMap<PointId, (usize, &'a Considered)>;

impl CandidateReply {
    fn new(searcher: &Searcher, others: &Others<'_>, one: &Considered) -> Self {
        let (passage, candidate) = (&one.scored.passage, &one.scored.candidate);
        let (fate, place, of) = match one.fate {
            Fate::Given(place) => ("given", Some(place + 1), None),
            Fate::LeftOut(Why::CopyOf(point)) => ("copy_of", None, Some(point)),
            Fate::LeftOut(Why::JoinedTo(point)) => ("joined_to", None, Some(point)),
            Fate::LeftOut(Why::BeyondLimit) => ("beyond_limit", None, None),
        };
        Self {
            document_id: passage.document.to_string(),
            title: passage.title.clone(),
            url: passage.origin.clone(),
            heading: passage.heading.clone(),
            ordinal: (passage.ordinal % Cut::SPAN).saturating_add(1),
            dense: candidate.dense.map(PlaceReply::from),
            sparse: candidate.sparse.map(PlaceReply::from),
            fused: candidate.score,
            score: one.scored.score,
            terms: terms(searcher, one),
            signals: Named::new(one.signals().map(|(name, value)| (name, f64::from(value)))),
            fate: fate.to_owned(),
            place,
            of: of.and_then(|point| others.get(&point)).map(OtherReply::from),
        }
    }
}

/// What counted, the most first.
fn terms(searcher: &Searcher, one: &Considered) -> Named {
    let all = Named::new(one.terms(&searcher.weights).map(|(name, value)| (name, f64::from(value))));
    let mut counted: Vec<(String, f64)> = all.0.into_iter().filter(|(_, value)| *value != 0.0).collect();
    counted.sort_by(|(_, a), (_, b)| b.abs().total_cmp(&a.abs()));
    Named(counted)
}

impl From<Place> for PlaceReply {
    fn from(Place { rank, score }: Place) -> Self {
        Self { rank: rank.map(|rank| rank + 1), score }
    }
}

impl From<&(usize, &Considered)> for OtherReply {
    fn from((candidate, other): &(usize, &Considered)) -> Self {
        let Passage { document, title, .. } = &other.scored.passage;
        Self { candidate: *candidate, document_id: document.to_string(), title: title.clone() }
    }
}
