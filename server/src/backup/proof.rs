//! The proof of the index: questions, and the passages that stood first for each when the backup was taken.
//!
//! Asked again over the index that was built anew from the rows, the same passages have to stand there. Does not know how an
//! index is built.

use std::collections::BTreeSet;
use std::sync::Arc;

use retrieval::access::Clearance;
use retrieval::model::PointId;
use retrieval::ports::{Embedder, Mode, Purpose, Query, Shelf, VectorIndex};
use serde::{Deserialize, Serialize};

use super::BackupError;

/// How many questions are asked.
pub const QUESTIONS: usize = 100;
const FIRST: usize = 10;
/// More than are compared, so that those of one score are always put in the same order.
const LOOKED_AT: usize = 50;
/// Where more passages than are candidates have the very same keyword score, which of them are is chance: with so many that
/// chance does not reach the first ten.
const CANDIDATES: usize = 1_000;
const DENSE_SHARE: f32 = 0.6;

/// What the index gave for the questions.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Rankings {
    pub embedder: String,
    /// Whether nothing changed from the cut until all had been asked: only then the index was that of the rows.
    pub is_exact: bool,
    pub rankings: Vec<Ranking>,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Ranking {
    pub question: String,
    pub points: Vec<String>,
}

/// How then and now agree.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Agreement {
    pub questions: usize,
    /// With the same passages in the same order.
    pub identical: usize,
    /// The others, with how many of the passages are the same.
    pub differing: Vec<(String, usize)>,
}

impl Agreement {
    /// How many of all passages that stood first then do so now.
    pub fn share(&self, then: &Rankings) -> f64 {
        let all: usize = then.rankings.iter().map(|ranking| ranking.points.len()).sum();
        let of = |question: &String| then.rankings.iter().find(|ranking| ranking.question == *question);
        let missing = self.differing.iter().filter_map(|(question, same)| Some(of(question)?.points.len() - *same));
        match all {
            0 => 1.0,
            all => 1.0 - missing.sum::<usize>() as f64 / all as f64,
        }
    }
}

/// Who asks an index.
#[derive(Clone)]
pub struct Prover<'a> {
    pub index: Arc<dyn VectorIndex>,
    pub embedder: Arc<dyn Embedder>,
    pub shelf: &'a dyn Shelf,
    /// Everything: what is compared is the index, and nobody is shown any of it.
    pub clearance: &'a Clearance,
}

impl Prover<'_> {
    pub async fn rankings(&self, questions: Vec<String>) -> Result<Vec<Ranking>, BackupError> {
        let mut rankings = Vec::new();
        for question in questions {
            let points = self.first(&question).await?.into_iter().map(|point| point.to_string()).collect();
            rankings.push(Ranking { question, points });
        }
        Ok(rankings)
    }

    async fn first(&self, question: &str) -> Result<Vec<PointId>, BackupError> {
        let vectors = self.embedder.embed(Purpose::Question, vec![question.to_owned()]).await?;
        let query = Query {
            dense: vectors.into_iter().next().unwrap_or_else(|| [].into()),
            text: question.to_owned(),
            mode: Mode::Hybrid,
            dense_share: DENSE_SHARE,
            candidates: CANDIDATES,
            limit: LOOKED_AT,
        };
        let mut found = self.index.search(self.clearance, &query).await?;
        found.sort_by(|one, other| other.score.total_cmp(&one.score).then_with(|| one.point.cmp(&other.point)));
        let points: Vec<PointId> = found.into_iter().map(|candidate| candidate.point).collect();
        // What is written and not visible yet is in the index, too.
        let live = self.shelf.passages(self.clearance, &points).await?;
        Ok(live.into_iter().map(|passage| passage.point).take(FIRST).collect())
    }

    /// Ask again.
    pub async fn compare(&self, then: &Rankings) -> Result<Agreement, BackupError> {
        let questions = then.rankings.iter().map(|ranking| ranking.question.clone()).collect();
        let now = self.rankings(questions).await?;
        Ok(agreement(&then.rankings, &now))
    }
}

fn agreement(then: &[Ranking], now: &[Ranking]) -> Agreement {
    let mut agreement = Agreement { questions: then.len(), ..Agreement::default() };
    for (then, now) in then.iter().zip(now) {
        if then.points == now.points {
            agreement.identical += 1;
        } else {
            let before: BTreeSet<&String> = then.points.iter().collect();
            let same = now.points.iter().filter(|point| before.contains(point)).count();
            agreement.differing.push((then.question.clone(), same));
        }
    }
    agreement
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranking(question: &str, points: &[&str]) -> Ranking {
        Ranking { question: question.into(), points: points.iter().map(|point| (*point).to_owned()).collect() }
    }

    #[test]
    fn order_counts_and_what_differs_is_named() {
        let then = [ranking("a", &["1", "2"]), ranking("b", &["1", "2"]), ranking("c", &["1", "2"]), ranking("d", &[])];
        let now = [ranking("a", &["1", "2"]), ranking("b", &["2", "1"]), ranking("c", &["1", "3"]), ranking("d", &[])];
        let differing = vec![("b".to_owned(), 2), ("c".to_owned(), 1)];
        let agreement = agreement(&then, &now);
        assert_eq!(agreement, Agreement { questions: 4, identical: 2, differing });
        let then = Rankings { embedder: "e".into(), is_exact: true, rankings: then.into() };
        assert!((agreement.share(&then) - 5.0 / 6.0).abs() < 1e-9);
        assert_eq!(Agreement::default().share(&Rankings { rankings: Vec::new(), ..then }), 1.0);
    }
}
