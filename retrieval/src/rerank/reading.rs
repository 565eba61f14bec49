//! One passage read against one question: which words, how close together, in which sentence.
//!
//! Words in, counts out, in one pass over the text. Does not know how telling a word is; that depends on the other
//! passages and comes after.

use std::collections::{HashSet, VecDeque};

use crate::words::{Asked, Held, Met, for_each_word};

/// Content words that stand close together: about one sentence and a half.
const STRETCH_WORDS: usize = 12;
/// No more sentences than this are told apart, what follows counts as one more; and no more different stretches are kept.
const MOST_SENTENCES: usize = 64;
const MOST_STRETCHES: usize = 256;

/// What of a question a passage holds, and where.
pub(super) struct Reading {
    pub(super) text: Held,
    pub(super) title: Held,
    /// What each sentence holds that holds anything.
    pub(super) sentences: Vec<Held>,
    /// What stretches of neighbouring words hold, each once.
    pub(super) stretches: Vec<Held>,
    /// Neighbours in the question that are neighbours here, in the same order.
    pub(super) pairs: usize,
    /// The share of the question's pieces of words, three letters each, that occur; 0 where nobody asked for it.
    pub(super) pieces: f32,
}

impl Reading {
    pub(super) fn of(asked: &Asked, title: &str, heading: &str, text: &str) -> Self {
        let above = asked.meet(title).into_iter().chain(asked.meet(heading));
        let title = above.filter_map(|met| met.asked).fold(Held::default(), Held::with);
        let met = asked.meet(text);
        let text = met.iter().filter_map(|met| met.asked).fold(Held::default(), Held::with);
        Self { text, title, sentences: sentences(&met), stretches: stretches(&met), pairs: pairs(&met), pieces: 0.0 }
    }
}

fn sentences(met: &[Met]) -> Vec<Held> {
    let mut held: Vec<(usize, Held)> = Vec::new();
    for (at, sentence) in met.iter().filter_map(|met| Some((met.asked?, met.sentence))) {
        match held.last_mut() {
            Some((last, words)) if *last == sentence || *last >= MOST_SENTENCES => *words = words.with(at),
            _ => held.push((sentence, Held::default().with(at))),
        }
    }
    held.into_iter().map(|(_, words)| words).collect()
}

/// The stretch that ends with each word of the question.
fn stretches(met: &[Met]) -> Vec<Held> {
    let mut near: VecDeque<(usize, usize)> = VecDeque::new();
    let mut held: Vec<Held> = Vec::new();
    for (place, at) in met.iter().enumerate().filter_map(|(place, met)| Some((place, met.asked?))) {
        near.push_back((place, at));
        while near.front().is_some_and(|(first, _)| place - first >= STRETCH_WORDS) {
            near.pop_front();
        }
        let stretch = near.iter().fold(Held::default(), |held, (_, at)| held.with(*at));
        if held.len() < MOST_STRETCHES && !held.contains(&stretch) {
            held.push(stretch);
        }
    }
    held
}

fn pairs(met: &[Met]) -> usize {
    let neighbours = met.windows(2).filter_map(|two| Some((two[0].asked?, two[1].asked?)));
    neighbours.filter(|(first, second)| *second == first + 1).map(|(first, _)| first).collect::<HashSet<_>>().len()
}

/// The pieces of a question's words, for languages whose endings nobody strips: "Rechnungen" and "Rechnung" share six.
pub(super) struct Pieces(HashSet<[char; 3]>);

impl Pieces {
    pub(super) fn of(question: &str) -> Self {
        let mut pieces = HashSet::new();
        for_each_word(question, |word, _| each_piece(word, |piece| pieces.extend([piece])));
        Self(pieces)
    }

    /// The share that these texts hold.
    pub(super) fn held_by<'a>(&self, texts: impl IntoIterator<Item = &'a str>) -> f32 {
        if self.0.is_empty() {
            return 0.0;
        }
        let mut found = HashSet::new();
        for text in texts {
            for_each_word(text, |word, _| {
                each_piece(word, |piece| {
                    if self.0.contains(&piece) {
                        found.insert(piece);
                    }
                });
            });
        }
        found.len() as f32 / self.0.len() as f32
    }
}

/// Of "fee": `·fe`, `fee`, `ee·`.
fn each_piece(word: &str, mut each: impl FnMut([char; 3])) {
    const EDGE: char = '\u{b7}';
    let mut last = [EDGE; 2];
    for c in word.chars().chain([EDGE]) {
        if last[1] != EDGE {
            each([last[0], last[1], c]);
        }
        last = [last[1], c];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(places: &[usize]) -> Held {
        places.iter().fold(Held::default(), |held, at| held.with(*at))
    }

    #[test]
    fn a_passage_is_read_by_sentence_stretch_and_pair() {
        let asked = Asked::new("annual plan refund");
        let far = "word ".repeat(20);
        let text = format!("An annual plan. A refund of it. {far} refund");
        let reading = Reading::of(&asked, "Refunds", "Plans", &text);
        assert_eq!((reading.text, reading.title), (held(&[0, 1, 2]), held(&[1, 2])));
        assert_eq!(reading.sentences, [held(&[0, 1]), held(&[2]), held(&[2])]);
        assert_eq!(reading.stretches, [held(&[0]), held(&[0, 1]), held(&[0, 1, 2]), held(&[2])]);
        assert_eq!(reading.pairs, 2);
    }

    #[test]
    fn nothing_asked_or_nothing_there_is_nothing() {
        for (question, text) in [("", "a text"), ("refund", ""), ("the of", "the of")] {
            let reading = Reading::of(&Asked::new(question), "", "", text);
            assert_eq!((reading.text, reading.pairs, reading.sentences.len()), (Held::default(), 0, 0));
            assert_eq!(Pieces::of(question).held_by([text]), 0.0);
        }
    }

    #[test]
    fn pieces_outlive_endings() {
        let pieces = Pieces::of("Rechnungen");
        assert!(pieces.held_by(["Die Rechnung liegt bei."]) > 0.6);
        assert!(pieces.held_by(["Der Vertrag"]) < 0.2);
        assert_eq!(pieces.held_by(["Vertrag", "Rechnungen"]), 1.0);
    }
}
