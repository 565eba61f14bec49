//! Learning the weights: coordinate ascent on nDCG@10 for the order, logistic regression for the confidence.
//!
//! Both are simple on purpose. A sum with few terms cannot learn a corpus by heart, and boosted trees, tried on the same
//! signals, were no better on questions and sets that they had not seen. Every set is also left out once and ranked by
//! what the others taught: the difference is what is owed to having seen it. Knows signals and judgements; does not know
//! files, and throws no dice: the same lessons teach the same weights.

mod ascent;
mod regression;

use std::collections::HashMap;

use super::confidence::{clues, logistic};
use super::signals::Signals;
use super::weights::Weights;
use crate::evaluate::{Claim, calibrate};

/// The first of this many are what an answer is made of.
const READ: usize = 5;

/// One candidate of a judged question.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Lesson {
    pub signals: Signals,
    /// Which document it is of, by any number that the question's candidates share.
    pub document: usize,
    pub grade: u32,
}

/// A question with everything that was found for it.
#[derive(Clone, PartialEq, Debug)]
pub struct Question {
    pub lessons: Vec<Lesson>,
    /// The grades of all its judged documents, found or not, best first.
    pub judged: Vec<u32>,
    /// The signals of its candidates when those that answer it are taken away: a question without an answer.
    pub bereft: Option<Vec<Signals>>,
}

impl Question {
    /// Whether it is known if what was found answers it. Where none of the judged documents was found, others may answer
    /// just as well: nobody has looked.
    fn is_settled(&self) -> bool {
        self.judged.is_empty() || self.lessons.iter().any(|lesson| lesson.grade > 0)
    }
}

/// The questions of one corpus.
#[derive(Clone, PartialEq, Debug)]
pub struct Set {
    pub name: String,
    /// Sets of one family ask the same questions in several languages: they are left out together.
    pub family: String,
    pub questions: Vec<Question>,
}

/// What was learned, and how well it does.
#[derive(Clone, PartialEq, Debug)]
pub struct Learned {
    pub weights: Weights,
    pub rows: Vec<Row>,
}

/// One set, by what was learned with it and without it.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    pub set: String,
    pub questions: usize,
    pub ndcg: f64,
    pub ndcg_unseen: f64,
    /// Of questions that have an answer among those read, against those that have none.
    pub auc: f64,
    pub auc_unseen: f64,
}

/// Learn from these sets.
pub fn learn(sets: &[Set]) -> Learned {
    let all: Vec<&Set> = sets.iter().collect();
    let weights = taught_by(&all);
    let mut without: HashMap<&str, Weights> = HashMap::new();
    for set in sets {
        without
            .entry(&set.family)
            .or_insert_with(|| taught_by(&sets.iter().filter(|other| other.family != set.family).collect::<Vec<_>>()));
    }
    let row = |set: &Set| {
        let unseen = &without[set.family.as_str()];
        Row {
            set: set.name.clone(),
            questions: set.questions.len(),
            ndcg: ascent::ndcg(set, &weights),
            ndcg_unseen: ascent::ndcg(set, unseen),
            auc: auc(set, &weights),
            auc_unseen: auc(set, unseen),
        }
    };
    let rows = sets.iter().map(row).collect();
    Learned { weights, rows }
}

fn taught_by(sets: &[&Set]) -> Weights {
    let begin = Weights::beginning();
    let ordered = Weights { order: ascent::ascend(sets, begin.order), ..begin };
    let examples: Vec<Vec<regression::Example>> = sets.iter().map(|set| examples(set, &ordered)).collect();
    let (confidence, constant) = regression::fit(&examples);
    Weights { confidence, constant, ..ordered }
}

/// Every question, and once more without its answer.
fn examples(set: &Set, weights: &Weights) -> Vec<regression::Example> {
    let mut examples = Vec::new();
    for question in set.questions.iter().filter(|question| question.is_settled()) {
        let mut ranked: Vec<(Signals, bool)> =
            question.lessons.iter().map(|lesson| (lesson.signals, lesson.grade > 0)).collect();
        rank(&mut ranked, weights, |(signals, _)| signals);
        let is_answered = ranked.iter().take(READ).any(|(_, answers)| *answers);
        let signals: Vec<Signals> = ranked.into_iter().map(|(signals, _)| signals).collect();
        examples.extend(clues(&signals).map(|clues| regression::Example { clues, is_answered }));
        if let Some(mut bereft) = question.bereft.clone() {
            rank(&mut bereft, weights, |signals| signals);
            examples.extend(clues(&bereft).map(|clues| regression::Example { clues, is_answered: false }));
        }
    }
    examples
}

fn rank<T>(ranked: &mut [T], weights: &Weights, signals: impl Fn(&T) -> &Signals) {
    ranked.sort_by(|a, b| weights.score(signals(b)).total_cmp(&weights.score(signals(a))));
}

fn auc(set: &Set, weights: &Weights) -> f64 {
    let examples = examples(set, weights);
    let claim = |example: &regression::Example| {
        let confidence = logistic(example.score(&weights.confidence, weights.constant));
        Claim { confidence, answerable: example.is_answered }
    };
    // Where every question is answered there is nothing to tell apart.
    calibrate(&examples.iter().map(claim).collect::<Vec<_>>()).auc.unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lesson(document: usize, sparse: f32, title: f32, grade: u32) -> Lesson {
        let signals = Signals {
            sparse,
            title,
            coverage: sparse,
            strength: sparse,
            known: 1.0,
            cosine: sparse,
            ..Signals::default()
        };
        Lesson { signals, document, grade }
    }

    /// Questions whose answer has the better title and the worse keywords.
    fn set(name: &str) -> Set {
        let question = |n: u16| {
            let shift = f32::from(n % 7) / 100.0;
            let lessons = vec![lesson(0, 0.9 - shift, 0.1, 0), lesson(1, 0.6 + shift, 0.9, 1), lesson(2, 0.3, 0.2, 0)];
            let bereft = lessons.iter().filter(|lesson| lesson.grade == 0).map(|lesson| lesson.signals).collect();
            Question { lessons, judged: vec![1], bereft: Some(bereft) }
        };
        Set { name: name.into(), family: name.into(), questions: (0..40).map(question).collect() }
    }

    #[test]
    fn the_order_learns_what_tells_answers_and_the_confidence_when_there_is_none() {
        let sets = [set("a"), set("b")];
        let learned = learn(&sets);
        for row in &learned.rows {
            assert!(row.ndcg > 0.99 && row.ndcg_unseen > 0.99, "{row:?}");
            assert!(row.auc > 0.95 && row.auc_unseen > 0.95, "{row:?}");
        }
        assert_eq!(learned, learn(&sets), "the same lessons teach the same weights");
    }
}
