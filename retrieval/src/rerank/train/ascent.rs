//! Coordinate ascent: one weight after the other is moved as long as nDCG@10 over all sets gets better.
//!
//! The measure itself is climbed, not a smooth stand-in for it, which for some twenty weights is affordable: sums are kept
//! and only the moved term is added. Sets count alike whatever their size; one in a language that the embedder does not
//! know counts half.

use super::{Question, Set};
use crate::rerank::weights::{FRESH, TERMS, Weights, terms};

type Order = [f32; TERMS.len()];

const STEPS: [f32; 5] = [0.05, 0.1, 0.2, 0.4, 0.8];
const ROUNDS: usize = 6;
/// A round that gains less is the last.
const LEAST_GAIN: f64 = 2e-4;
/// What a unit of weight has to bring: terms that bring nothing stay at nothing.
const PRICE: f64 = 5e-4;
const DEPTH: usize = 10;

/// The best weights that can be reached from these, or from the same with more or less of every other term: a hill that
/// is climbed along one axis at a time has more than one top.
pub(super) fn ascend(sets: &[&Set], begin: Order) -> Order {
    let fields: Vec<Field> = sets.iter().map(|set| Field::of(set)).collect();
    let more = |odd: usize| {
        let mut order = begin;
        (0..FRESH).filter(|term| term % 2 == odd).for_each(|term| order[term] = 2.0 * order[term] + 0.1);
        order
    };
    let climbs = [begin, more(0), more(1)].map(|begin| Climb::from(&fields, begin));
    let best = climbs.into_iter().max_by(|a, b| a.best.total_cmp(&b.best));
    best.map_or(begin, |climb| climb.order)
}

/// The mean nDCG@10 of a set under these weights.
pub(super) fn ndcg(set: &Set, weights: &Weights) -> f64 {
    Field::of(set).mean_ndcg(&weights.order)
}

struct Climb<'a> {
    fields: &'a [Field],
    order: Order,
    best: f64,
}

impl<'a> Climb<'a> {
    fn from(fields: &'a [Field], begin: Order) -> Self {
        let mut climb = Self { fields, order: begin, best: f64::MIN };
        climb.best = climb.value(&begin);
        for _ in 0..ROUNDS {
            let before = climb.best;
            (0..TERMS.len()).filter(|term| *term != FRESH).for_each(|term| climb.along(term));
            if climb.best - before < LEAST_GAIN {
                break;
            }
        }
        climb
    }

    fn along(&mut self, term: usize) {
        for step in STEPS.into_iter().flat_map(|step| [step, -step]) {
            let mut order = self.order;
            order[term] += step;
            let value = self.value(&order);
            if value > self.best + 1e-6 {
                (self.best, self.order) = (value, order);
            }
        }
    }

    fn value(&self, order: &Order) -> f64 {
        let reached: f64 = self.fields.iter().map(|field| field.weight * field.mean_ndcg(order)).sum();
        reached - PRICE * order.iter().map(|weight| f64::from(weight.abs())).sum::<f64>()
    }
}

/// A set, laid out for being ranked many times.
struct Field {
    questions: Vec<Rankable>,
    weight: f64,
}

struct Rankable {
    /// In the order of documents.
    terms: Vec<Order>,
    /// Of the candidates of each document: where they end, and its grade.
    documents: Vec<(usize, u32)>,
    ideal: f64,
}

impl Field {
    fn of(set: &Set) -> Self {
        let known: Vec<f64> = set
            .questions
            .iter()
            .filter_map(|question| Some(f64::from(question.lessons.first()?.signals.known)))
            .collect();
        let mean = known.iter().sum::<f64>() / known.len().max(1) as f64;
        let judged = set.questions.iter().filter(|question| !question.judged.is_empty());
        Self { questions: judged.map(Rankable::of).collect(), weight: 0.5 + 0.5 * mean }
    }

    fn mean_ndcg(&self, order: &Order) -> f64 {
        let sum: f64 = self.questions.iter().map(|question| question.ndcg(order)).sum();
        sum / self.questions.len().max(1) as f64
    }
}

impl Rankable {
    fn of(question: &Question) -> Self {
        let mut lessons: Vec<_> = question.lessons.iter().collect();
        lessons.sort_by_key(|lesson| lesson.document);
        let mut documents: Vec<(usize, u32)> = Vec::new();
        let mut last = None;
        for (at, lesson) in lessons.iter().enumerate() {
            match documents.last_mut() {
                Some((end, _)) if last == Some(lesson.document) => *end = at + 1,
                _ => documents.push((at + 1, lesson.grade)),
            }
            last = Some(lesson.document);
        }
        let ideal = gain(question.judged.iter().copied());
        Self { terms: lessons.iter().map(|lesson| terms(&lesson.signals)).collect(), documents, ideal }
    }

    fn ndcg(&self, order: &Order) -> f64 {
        let mut start = 0;
        let mut ranked: Vec<(f32, u32)> = Vec::with_capacity(self.documents.len());
        for (end, grade) in &self.documents {
            let score = |terms: &Order| terms.iter().zip(order).map(|(term, weight)| term * weight).sum::<f32>();
            ranked.push((self.terms[start..*end].iter().map(score).fold(f32::MIN, f32::max), *grade));
            start = *end;
        }
        ranked.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        if self.ideal > 0.0 { gain(ranked.into_iter().map(|(_, grade)| grade)) / self.ideal } else { 0.0 }
    }
}

fn gain(grades: impl Iterator<Item = u32>) -> f64 {
    grades.take(DEPTH).enumerate().map(|(rank, grade)| f64::from(grade) / (rank as f64 + 2.0).log2()).sum()
}
