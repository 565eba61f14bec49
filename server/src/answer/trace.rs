//! What the answer record keeps of how an answer came about. For editors and replay, never for the asker.

use std::collections::BTreeSet;

use retrieval::access::{Origin, Principal, Reach};
use retrieval::model::{DocumentId, GenerationId};
use retrieval::search::Found;
use retrieval::search::trail::{Considered, Fate};
use serde_json::{Value, json};

use super::made::{Made, Material};
use super::{Citation, Standing, WordedBy};
use crate::store::{STAGES, Stages};

/// Whether a record's asker is this one. What visitors asked is any visitor's who knows of it: a record's name is told to
/// whoever asked, and cannot be guessed.
pub fn is_theirs(asker: &str, principal: &Principal) -> bool {
    let origin = origin(principal);
    asker.strip_prefix(&origin).is_some_and(|rest| rest.starts_with(' '))
}

fn origin(principal: &Principal) -> String {
    match principal.origin() {
        Origin::Anonymous => "visitor".to_owned(),
        Origin::Guest(guest) => format!("guest {guest}"),
        Origin::Person(person) => format!("person {person}"),
        Origin::Key(key, person) => format!("key {key} of {person}"),
        Origin::Operator => "operator".to_owned(),
        Origin::Upkeep(reason) => reason.to_owned(),
    }
}

/// In the word of the wire and of the record.
pub fn standing_name(standing: Standing) -> &'static str {
    match standing {
        Standing::Uncited => "uncited",
        Standing::Supported => "supported",
        Standing::Unsupported => "unsupported",
        Standing::Conflict => "conflict",
    }
}

/// Who asked, as a label and never as a credential.
pub fn asker(principal: &Principal) -> String {
    let origin = origin(principal);
    let eyes = if principal.is_simulated() { " as" } else { "" };
    let reach = principal.clearance().map(|clearance| match clearance.reach() {
        Reach::Everything => "everything".to_owned(),
        Reach::UpTo(label) => {
            let groups: Vec<&str> = label.groups.iter().map(|group| group.as_str()).collect();
            format!("tier={} groups={}", label.tier, groups.join("+"))
        }
    });
    format!("{origin}{eyes} {}", reach.unwrap_or_else(|_| "nothing".into()))
}

/// What a record keeps besides question and answer.
#[derive(Default)]
pub struct Kept {
    /// In which it was searched; nothing where it was not.
    pub generation: Option<GenerationId>,
    pub trace: Value,
    /// How long each step took, and how likely the passages were to answer; nothing where none were looked for.
    pub stages: Option<Stages>,
    pub confidence: Option<f64>,
    /// The documents that were found, each once, and whether the answer cites them.
    pub documents: Vec<(DocumentId, bool)>,
}

pub fn kept(material: &Material<'_>, made: &Made, generation: GenerationId, stages: Stages) -> Kept {
    Kept {
        generation: Some(generation),
        trace: trace(material, made, &stages),
        stages: Some(stages),
        confidence: Some(material.found.confidence),
        documents: documents(material.found, &made.citations),
    }
}

/// The documents that were found, each once, and whether the answer cites them.
fn documents(found: &Found, citations: &[Citation]) -> Vec<(DocumentId, bool)> {
    let documents: BTreeSet<DocumentId> = found.passages.iter().map(|scored| scored.passage.document).collect();
    let is_cited = |document: &DocumentId| citations.iter().any(|citation| citation.document == *document);
    documents.into_iter().map(|document| (document, is_cited(&document))).collect()
}

/// How the question was asked, candidates with scores and what became of them, and the citations that were checked.
fn trace(material: &Material<'_>, made: &Made, stages: &Stages) -> Value {
    let Material { asked, found, .. } = material;
    let candidate = |considered: &Considered| {
        let (scored, kept) = (&considered.scored, matches!(considered.fate, Fate::Given(_)));
        let (point, fused) = (scored.passage.point.to_string(), scored.candidate.score);
        json!({"point": point, "fused": fused, "score": scored.score, "kept": kept})
    };
    let candidates: Vec<Value> = found.trail.considered.iter().map(candidate).collect();
    let cited: Vec<Value> = made
        .citations
        .iter()
        .map(|c| json!({"n": c.n, "document": c.document.to_string(), "start": c.bytes.start, "end": c.bytes.end}))
        .collect();
    let disagreeing: Vec<[usize; 2]> = made.disagreeing.iter().map(|one| [one.says, one.otherwise]).collect();
    let marks: Vec<Value> =
        made.marks.iter().map(|(range, standing)| json!([range.start, range.end, standing_name(*standing)])).collect();
    let stages: serde_json::Map<_, _> =
        STAGES.iter().zip(stages.0).map(|(stage, ms)| ((*stage).to_owned(), json!(ms))).collect();
    let worded_by = match asked.by {
        WordedBy::Asker => "asker",
        WordedBy::Rules => "rules",
        WordedBy::Model => "model",
    };
    json!({
        "asked_as": asked.asked_as(),
        "worded_by": worded_by,
        "candidates": candidates,
        "citations": cited,
        "disagreeing": disagreeing,
        "strength": made.evidence.strength,
        "sure": made.evidence.sure,
        "notice": made.notice,
        "cut": made.is_cut,
        "marks": marks,
        "worded": made.worded,
        "confidence": found.confidence,
        "stages_ms": stages,
        "instead": found.trail.instead,
        "remembered": found.trail.remembered,
    })
}
