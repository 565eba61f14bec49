//! Passages for the tests of this room.

use super::signals::signals;
use crate::model::Passage;
use crate::ports::{Candidate, Place, Scored};

/// The only passage of document `number`; `cosine` and `bm25` as the index has them.
pub(crate) fn sample(number: u128, title: &str, text: &str, cosine: f32, bm25: Option<f32>) -> Scored {
    let passage = Passage { title: title.into(), ..Passage::sample(number, 0, text) };
    let Passage { point, document, version, .. } = passage;
    let place = |score| Place { rank: Some(0), score };
    let candidate =
        Candidate { point, document, version, score: cosine, dense: Some(place(cosine)), sparse: bm25.map(place) };
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
