//! Passages for the tests of this room.

use uuid::Uuid;

use super::signals::signals;
use crate::access::{AccessLabel, AccessTier};
use crate::model::{DocumentId, Passage, PointId, VersionId};
use crate::ports::{Candidate, Place, Scored};

/// The only passage of document `number`; `cosine` and `bm25` as the index has them.
pub(crate) fn sample(number: u128, title: &str, text: &str, cosine: f32, bm25: Option<f32>) -> Scored {
    let (point, document, version) =
        (PointId(Uuid::from_u128(number)), DocumentId(Uuid::from_u128(number)), VersionId(Uuid::from_u128(number)));
    let place = |score| Place { rank: Some(0), score };
    let candidate =
        Candidate { point, document, version, score: cosine, dense: Some(place(cosine)), sparse: bm25.map(place) };
    let passage = Passage {
        point,
        document,
        family: document,
        version,
        ordinal: 0,
        title: title.into(),
        origin: String::new(),
        label: AccessLabel::tier(AccessTier::Public),
        page: None,
        heading: String::new(),
        text: text.into(),
        bytes: 0..text.len(),
        gap: None,
        dated: None,
        taken_in_ms: 0,
    };
    Scored::new(passage, candidate)
}

pub(crate) fn with_signals(question: &str, mut passages: Vec<Scored>) -> Vec<Scored> {
    let found = signals(question, 1.0, &passages);
    passages.iter_mut().zip(found).for_each(|(scored, signals)| scored.signals = signals);
    passages
}

pub(crate) fn numbers(passages: &[Scored]) -> Vec<u128> {
    passages.iter().map(|scored| scored.passage.document.0.as_u128()).collect()
}
