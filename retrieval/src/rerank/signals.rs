//! The signals of a passage: what speaks for it, each between 0 and 1 or thereabouts.
//!
//! Taken over all passages of one search at once, because most of them are relative: how telling a word is depends on how
//! many passages hold it, and how near is near on how near the others are. Knows neither weights nor access: everything
//! here has been verified.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::reading::{Pieces, Reading};
use crate::model::DocumentId;
use crate::ports::Scored;
use crate::words::{Asked, Held, Weights};

/// What speaks for one passage.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Signals {
    /// Of the question's vector and the passage's.
    pub cosine: f32,
    /// The same, from 0 for the farthest of these passages to 1 for the nearest.
    pub dense: f32,
    /// The keyword score as a share of the best one's.
    pub sparse: f32,
    /// The share of the question's words, rare ones weighing more, that text, title and headings hold.
    pub coverage: f32,
    /// The same for the best sentence.
    pub sentence: f32,
    /// The same for the best dozen of neighbouring words.
    pub stretch: f32,
    /// The same for title and headings alone.
    pub title: f32,
    /// The share of the question's neighbouring words that are neighbours here.
    pub pairs: f32,
    /// The share of the question's numbers, codes and versions that are here exactly; 1 when it names none.
    pub numbers: f32,
    /// The share of the question's word pieces; only where the embedder is no help with the language.
    pub pieces: f32,
    /// The best `dense` of another passage of this document or title: where one answers, its neighbours may.
    pub kin: f32,
    /// 1 for the newest of these passages, 0 for the oldest; half for those without a date.
    pub fresh: f32,
    /// How far the nearest passage's cosine is beyond those of the sixteenth to the twenty-fifth: does meaning point
    /// anywhere? Farther than the chunks of one document, or the answers of one thread, reach. The same for all of a search.
    pub lead: f32,
    /// How well the embedder knows the question's language. The same for all passages of a search.
    pub known: f32,
    /// The best `coverage` of any of them: whether words are to be trusted at all. The same for all of a search.
    pub strength: f32,
}

/// The signals of these passages, which are all that one search has to choose from.
pub fn signals(question: &str, known: f32, passages: &[Scored]) -> Vec<Signals> {
    let asked = Asked::new(question);
    let readings = readings(&asked, question, known, passages);
    let all: Vec<Held> = readings.iter().map(|reading| reading.text.or(reading.title)).collect();
    let weights = Weights::among(&asked, &all);
    let numbers = numbers(&asked);
    let (dense, sparse) = (nearness(passages), shares(passages));
    let (kin, fresh) = (kinship(passages, &dense), freshness(passages));
    let lead = lead(passages);
    let strength = all.iter().map(|held| weights.coverage(*held)).fold(0.0, f32::max);
    let of = |at: usize| {
        let (reading, scored): (&Reading, &Scored) = (&readings[at], &passages[at]);
        Signals {
            cosine: scored.candidate.dense.map_or(0.0, |place| place.score),
            dense: dense[at],
            sparse: sparse[at],
            coverage: weights.coverage(all[at]),
            sentence: best(&weights, &reading.sentences),
            stretch: best(&weights, &reading.stretches),
            title: weights.coverage(reading.title),
            pairs: reading.pairs as f32 / asked.words().len().saturating_sub(1).max(1) as f32,
            numbers: share_held(&numbers, all[at]),
            pieces: reading.pieces,
            kin: kin[at],
            fresh: fresh[at],
            lead,
            known,
            strength,
        }
    };
    (0..passages.len()).map(of).collect()
}

fn readings(asked: &Asked, question: &str, known: f32, passages: &[Scored]) -> Vec<Reading> {
    let pieces = (known < 1.0).then(|| Pieces::of(question));
    let read = |scored: &Scored| {
        let passage = &scored.passage;
        let reading = Reading::of(asked, &passage.title, &passage.heading, &passage.text);
        let texts = [passage.title.as_str(), &passage.heading, &passage.text];
        Reading { pieces: pieces.as_ref().map_or(0.0, |pieces| pieces.held_by(texts)), ..reading }
    };
    passages.iter().map(read).collect()
}

fn best(weights: &Weights, held: &[Held]) -> f32 {
    held.iter().map(|held| weights.coverage(*held)).fold(0.0, f32::max)
}

/// The places of the question's words that hold a digit: they mean one thing exactly.
fn numbers(asked: &Asked) -> Vec<usize> {
    let has_digit = |word: &String| word.chars().any(|c| c.is_ascii_digit());
    asked.words().iter().enumerate().filter(|(_, word)| has_digit(word)).map(|(at, _)| at).collect()
}

fn share_held(numbers: &[usize], held: Held) -> f32 {
    match numbers.len() {
        0 => 1.0,
        many => numbers.iter().filter(|at| held.has(**at)).count() as f32 / many as f32,
    }
}

fn cosines(passages: &[Scored]) -> Vec<f32> {
    passages.iter().map(|scored| scored.candidate.dense.map_or(0.0, |place| place.score)).collect()
}

/// In a small library it is the farther half that the nearest stands out from.
fn lead(passages: &[Scored]) -> f32 {
    let mut cosines = cosines(passages);
    cosines.sort_by(|a, b| b.total_cmp(a));
    let others = cosines.get(15.min(cosines.len() / 2)..cosines.len().min(25)).unwrap_or_default();
    let mean = others.iter().sum::<f32>() / others.len().max(1) as f32;
    if others.is_empty() { 0.0 } else { cosines[0] - mean }
}

fn nearness(passages: &[Scored]) -> Vec<f32> {
    let cosines = cosines(passages);
    let (least, most) = cosines.iter().fold((f32::MAX, f32::MIN), |(a, b), cosine| (a.min(*cosine), b.max(*cosine)));
    let span = most - least;
    cosines.iter().map(|cosine| if span > f32::EPSILON { (cosine - least) / span } else { 0.0 }).collect()
}

fn shares(passages: &[Scored]) -> Vec<f32> {
    let scores: Vec<f32> = passages.iter().map(|s| s.candidate.sparse.map_or(0.0, |place| place.score)).collect();
    let most = scores.iter().copied().fold(0.0, f32::max);
    scores.iter().map(|score| if most > 0.0 { score / most } else { 0.0 }).collect()
}

/// For each passage the best nearness among the others that share its document, or its title: the answers of one thread
/// and the pages of one guide stand together.
fn kinship(passages: &[Scored], dense: &[f32]) -> Vec<f32> {
    let mut best: HashMap<Kin<'_>, [(f32, usize); 2]> = HashMap::new();
    for (at, scored) in passages.iter().enumerate() {
        for kin in Kin::of(scored) {
            let two = best.entry(kin).or_insert([(0.0, usize::MAX); 2]);
            if dense[at] > two[0].0 {
                *two = [(dense[at], at), two[0]];
            } else if dense[at] > two[1].0 {
                two[1] = (dense[at], at);
            }
        }
    }
    let of_others = |at: usize, two: &[(f32, usize); 2]| if two[0].1 == at { two[1].0 } else { two[0].0 };
    let kinship = |(at, scored): (usize, &Scored)| {
        Kin::of(scored).iter().filter_map(|kin| best.get(kin)).map(|two| of_others(at, two)).fold(0.0, f32::max)
    };
    passages.iter().enumerate().map(kinship).collect()
}

/// What passages may have in common.
#[derive(PartialEq, Eq, Hash)]
enum Kin<'a> {
    Document(DocumentId),
    Title(&'a str),
}

impl<'a> Kin<'a> {
    fn of(scored: &'a Scored) -> Vec<Self> {
        let title = Some(scored.passage.title.as_str()).filter(|title| !title.is_empty());
        [Some(Self::Document(scored.passage.document)), title.map(Self::Title)].into_iter().flatten().collect()
    }
}

/// By the day that the author states. ISO dates are in order as text, whatever their precision.
fn freshness(passages: &[Scored]) -> Vec<f32> {
    const UNKNOWN: f32 = 0.5;
    let mut dates: Vec<&str> = passages.iter().filter_map(|scored| scored.passage.dated.as_deref()).collect();
    dates.sort_unstable();
    dates.dedup();
    let of = |date: &str| match dates.len().cmp(&1) {
        Ordering::Less | Ordering::Equal => UNKNOWN,
        Ordering::Greater => dates.partition_point(|known| *known < date) as f32 / (dates.len() - 1) as f32,
    };
    passages.iter().map(|scored| scored.passage.dated.as_deref().map_or(UNKNOWN, of)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rerank::samples::sample;

    #[test]
    fn what_speaks_for_a_passage() {
        let mut passages = vec![
            sample(1, "Refunds", "A refund of the annual plan 2025 takes ten days.", 0.8, Some(6.0)),
            sample(2, "Refunds", "Ask your bank.", 0.6, None),
            sample(3, "Error E42", "The annual report. The plan.", 0.4, Some(3.0)),
        ];
        passages[0].passage.dated = Some("2025-03".into());
        passages[2].passage.dated = Some("2024-01-01".into());
        let found = signals("refund of an annual plan 2025", 1.0, &passages);
        assert_eq!(found.iter().map(|s| s.cosine).collect::<Vec<_>>(), [0.8, 0.6, 0.4]);
        assert_eq!(found.iter().map(|s| s.sparse).collect::<Vec<_>>(), [1.0, 0.0, 0.5]);
        assert_eq!(found.iter().map(|s| s.numbers).collect::<Vec<_>>(), [1.0, 0.0, 0.0]);
        assert_eq!(found.iter().map(|s| s.fresh).collect::<Vec<_>>(), [1.0, 0.5, 0.0]);
        assert_eq!((found[0].dense, found[2].dense), (1.0, 0.0));
        assert_eq!((found[0].coverage, found[0].strength, found[2].strength), (1.0, 1.0, 1.0));
        assert!(found[2].sentence < found[2].coverage && found[2].coverage < 1.0);
        assert_eq!((found[1].kin, found[2].kin), (1.0, 0.0), "one title");
        assert!((found[0].kin - 0.5).abs() < 1e-6);
        assert_eq!(found[0].pairs, 1.0);
        assert_eq!(found[0].pieces, 0.0);
    }

    #[test]
    fn nothing_to_compare_is_nothing_wrong() {
        assert_eq!(signals("refund", 1.0, &[]), []);
        for question in ["", "the of", "🙂", "'; DROP TABLE documents; --", "日"] {
            let found = signals(question, 0.0, &[sample(1, "", "", 0.0, None), sample(2, "", "a", 0.0, None)]);
            assert!(found.iter().all(|s| [s.dense, s.sparse, s.coverage, s.pieces].iter().all(|v| v.is_finite())));
        }
    }
}
