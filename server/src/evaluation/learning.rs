//! Lessons for the reranker: the candidates of judged questions, as the real read path finds and compares them.
//!
//! Every question is a lesson twice: as it is, and bereft of everything that answers it, which is how a question without an
//! answer looks in a library that is full of the same matters. Does not know what is learned; `retrieval::rerank::train`
//! does.

use std::collections::HashMap;

use retrieval::access::Clearance;
use retrieval::model::DocumentId;
use retrieval::ports::Scored;
use retrieval::rerank::signals::signals;
use retrieval::rerank::train::{Lesson, Question};

use super::answers::{Front, is_one_of};
use super::beir::Set;
use super::followup::stand_alone;
use super::gold::Gold;
use super::house::Corpus;
use crate::wiring::House;

/// Of a set, at most so many questions, from all over it.
const QUESTIONS: usize = 1_000;

/// The lessons of a corpus that is in the house.
pub async fn of_corpus(house: &House, set: &Set, corpus: &Corpus) -> anyhow::Result<Vec<Question>> {
    let step = set.questions.len().div_ceil(QUESTIONS).max(1);
    let mut questions = Vec::new();
    for asked in set.questions.iter().step_by(step) {
        let Some(judged) = set.judged.get(&asked.id) else { continue };
        let grade =
            |document: DocumentId| corpus.names(document).iter().filter_map(|name| judged.get(name)).copied().max();
        let asker = Asker { house, clearance: &house.library.clearance };
        let text = stand_alone(&asked.text, &asked.history);
        let question = asker.ask(&text, |scored| grade(scored.passage.document).unwrap_or(0)).await?;
        questions.push(Question { judged: sorted(judged.values().copied()), ..question });
    }
    for asked in set.unjudged.iter().filter(|asked| asked.answerable() == Some(false)) {
        let asker = Asker { house, clearance: &house.library.clearance };
        questions.push(Question { bereft: None, ..asker.ask(&stand_alone(&asked.text, &asked.history), |_| 0).await? });
    }
    Ok(questions)
}

/// The lessons of the gold questions, each as its asker finds it.
pub async fn of_gold(front: &Front<'_>, gold: &[Gold]) -> anyhow::Result<Vec<Question>> {
    let mut questions = Vec::new();
    for one in gold {
        let clearance = (front.asker)(&one.asker)?.clearance()?;
        let asker = Asker { house: front.house, clearance: &clearance };
        let right = |scored: &Scored| u32::from(is_one_of(front.seed.document(&scored.passage.origin), &one.documents));
        let question = asker.ask(&one.question, right).await?;
        questions.push(match one.answerable {
            true => Question { judged: vec![1; one.documents.len()], ..question },
            false => Question { bereft: None, ..question },
        });
    }
    Ok(questions)
}

struct Asker<'a> {
    house: &'a House,
    clearance: &'a Clearance,
}

impl Asker<'_> {
    async fn ask(&self, question: &str, grade: impl Fn(&Scored) -> u32) -> anyhow::Result<Question> {
        let found = self.house.answerer.searcher().compared(self.clearance, question).await?;
        let mut documents: HashMap<DocumentId, usize> = HashMap::new();
        let lessons: Vec<Lesson> = found
            .iter()
            .map(|scored| {
                let many = documents.len();
                let document = *documents.entry(scored.passage.document).or_insert(many);
                Lesson { signals: scored.signals, document, grade: grade(scored) }
            })
            .collect();
        let known = lessons.first().map_or(1.0, |lesson| lesson.signals.known);
        let others: Vec<Scored> = found.into_iter().filter(|scored| grade(scored) == 0).collect();
        let bereft = (others.len() < lessons.len()).then(|| signals(question, known, &others));
        Ok(Question { lessons, judged: Vec::new(), bereft })
    }
}

fn sorted(grades: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut grades: Vec<u32> = grades.collect();
    grades.sort_unstable_by(|a, b| b.cmp(a));
    grades
}
