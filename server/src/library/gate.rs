//! The gate: whether a new build of the index is at least as good as the one that answers.
//!
//! Both are asked the same: questions whose documents are known, titles of documents, and what people asked of late. And every
//! point of the new one is held against SQL, so that none is there for anybody who may not read it. What was asked is compared
//! and not shown: a verdict is numbers.

use std::collections::HashSet;

use retrieval::model::DocumentId;
use retrieval::search::{Depth, Searcher};
use serde::{Deserialize, Serialize};

use super::filling::{Filling, Pace, Tell};
use super::{Library, LibraryError};
use crate::generations::Standing;

/// The best so many are compared.
const COMPARED: usize = 10;
/// Under it an answer would mostly be "I don't know".
const SURE: f64 = 0.5;

/// What is asked, and what is good enough.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    /// Questions whose documents are known.
    pub gold: Vec<KnownItem>,
    /// So many titles, and so many questions of late.
    pub sample: usize,
    /// Of the documents that should be found, so many fewer may be, as a share.
    pub most_recall_lost: f64,
    /// Of what is found, so much has to be the same where people asked.
    pub least_agreement: f64,
    /// Of what was asked, so much more may be unsure.
    pub most_more_unsure: f64,
    /// Builds that are kept to go back to.
    pub keep: usize,
}

impl Default for Gate {
    /// A better model finds other passages for a third of the questions; a broken one finds nothing that was known.
    fn default() -> Self {
        Self {
            gold: Vec::new(),
            sample: 50,
            most_recall_lost: 0.02,
            least_agreement: 0.4,
            most_more_unsure: 0.1,
            keep: 1,
        }
    }
}

/// A question and where its answer stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownItem {
    pub question: String,
    /// Origins, or how they end.
    pub documents: Vec<String>,
}

/// How a new build compared with the one that answered.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct Verdict {
    pub passes: bool,
    /// Why it does not, in sentences.
    pub reasons: Vec<String>,
    /// Questions with known documents; of those the share that was found among the best ten, before and now.
    pub known: usize,
    pub recall_before: f64,
    pub recall_after: f64,
    /// What people asked of late; what both found alike, and how many were unsure, as shares.
    pub questions: usize,
    pub agreement: f64,
    pub unsure_before: f64,
    pub unsure_after: f64,
    /// Points that did not stand as SQL says, after it was filled.
    pub wrong_points: usize,
}

/// What a search came to.
struct Seen {
    documents: Vec<DocumentId>,
    is_sure: bool,
}

impl Library {
    pub(super) async fn compare_builds(
        &self,
        live: &Standing,
        new: &Standing,
        tell: Tell<'_>,
    ) -> Result<Verdict, LibraryError> {
        let (before, after) = (self.finder.within(live), self.finder.within(new));
        let mut verdict = Verdict { wrong_points: self.wrong_points(new).await?, ..Verdict::default() };
        let known = self.known_items().await?;
        let asked = self.store.questions_asked(&self.clearance, self.gate.sample).await?;
        let all = known.len() + asked.len();
        for (at, (question, documents)) in known.iter().enumerate() {
            let found = |seen: Seen| seen.documents.iter().any(|found| documents.contains(found));
            verdict.recall_before += share(found(self.seen(&before, question).await?), known.len());
            verdict.recall_after += share(found(self.seen(&after, question).await?), known.len());
            tell("compared with the live one", at + 1, all);
        }
        for (at, question) in asked.iter().enumerate() {
            let (before, after) = (self.seen(&before, question).await?, self.seen(&after, question).await?);
            verdict.agreement += agreement(&before.documents, &after.documents) / asked.len() as f64;
            verdict.unsure_before += share(!before.is_sure, asked.len());
            verdict.unsure_after += share(!after.is_sure, asked.len());
            tell("compared with the live one", known.len() + at + 1, all);
        }
        (verdict.known, verdict.questions) = (known.len(), asked.len());
        verdict.reasons = self.gate.objections(&verdict);
        verdict.passes = verdict.reasons.is_empty();
        Ok(verdict)
    }

    async fn seen(&self, searcher: &Searcher, question: &str) -> Result<Seen, LibraryError> {
        let found = searcher.search(&self.clearance, question, Depth::Full, COMPARED).await?;
        let documents = found.passages.iter().map(|scored| scored.passage.document).collect();
        Ok(Seen { documents, is_sure: found.confidence >= SURE })
    }

    /// Questions with the documents that answer them: those that were given, and titles that only one document has.
    async fn known_items(&self) -> Result<Vec<(String, Vec<DocumentId>)>, LibraryError> {
        let mut known = Vec::new();
        for item in &self.gate.gold {
            let mut documents = Vec::new();
            for name in &item.documents {
                documents.extend(self.store.documents_named(&self.clearance, name).await?);
            }
            if !documents.is_empty() {
                known.push((item.question.clone(), documents));
            }
        }
        let titles = self.store.titles_sample(&self.clearance, self.gate.sample).await?;
        known.extend(titles.into_iter().map(|(title, document)| (title, vec![document])));
        Ok(known)
    }

    /// How many points do not stand as SQL says; what is wrong is mended by that look.
    async fn wrong_points(&self, standing: &Standing) -> Result<usize, LibraryError> {
        let _filling = standing.filling.lock().await;
        self.tell_index().await?;
        let nobody = |_: &str, _: usize, _: usize| {};
        let mut wrong = 0;
        // Who is given other readers during the first look stands right at the second.
        for _ in 0..2 {
            let mut filling = Filling::new(self, standing, Pace::Gentle, &nobody);
            filling.walk().await?;
            wrong = filling.report.relabelled;
        }
        Ok(wrong)
    }
}

impl Gate {
    /// What speaks against a build, in sentences.
    fn objections(&self, verdict: &Verdict) -> Vec<String> {
        let percent = |share: f64| format!("{:.1} %", share * 100.0);
        let mut objections = Vec::new();
        if verdict.wrong_points > 0 {
            objections.push(format!("{} points had readers that the catalog does not know", verdict.wrong_points));
        }
        if verdict.known > 0 && verdict.recall_after < verdict.recall_before - self.most_recall_lost {
            let (before, after) = (percent(verdict.recall_before), percent(verdict.recall_after));
            objections.push(format!("known documents are found for {after} of the questions, before for {before}"));
        }
        if verdict.questions > 0 && verdict.agreement < self.least_agreement {
            objections.push(format!("only {} of what is found is the same", percent(verdict.agreement)));
        }
        if verdict.questions > 0 && verdict.unsure_after > verdict.unsure_before + self.most_more_unsure {
            let (before, after) = (percent(verdict.unsure_before), percent(verdict.unsure_after));
            objections.push(format!("{after} of what was asked is unsure, before {before}"));
        }
        objections
    }
}

fn share(is_counted: bool, of: usize) -> f64 {
    if is_counted { 1.0 / of as f64 } else { 0.0 }
}

/// How much of what two searches found is the same document; of nothing, all.
fn agreement(one: &[DocumentId], other: &[DocumentId]) -> f64 {
    let (one, other): (HashSet<_>, HashSet<_>) = (one.iter().collect(), other.iter().collect());
    match one.union(&other).count() {
        0 => 1.0,
        all => one.intersection(&other).count() as f64 / all as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_has_to_be_as_good() {
        let good = Verdict {
            known: 10,
            recall_before: 0.9,
            recall_after: 0.9,
            questions: 10,
            agreement: 0.8,
            ..Verdict::default()
        };
        let check =
            |verdict: Verdict, many: usize| assert_eq!(Gate::default().objections(&verdict).len(), many, "{verdict:?}");
        check(good.clone(), 0);
        check(Verdict::default(), 0);
        check(Verdict { recall_after: 0.87, ..good.clone() }, 1);
        check(Verdict { agreement: 0.39, ..good.clone() }, 1);
        check(Verdict { unsure_after: 0.11, ..good.clone() }, 1);
        check(Verdict { wrong_points: 1, unsure_after: 0.2, recall_after: 0.0, agreement: 0.0, ..good }, 4);
    }

    #[test]
    fn agreement_is_of_documents() {
        let id = |n: u128| DocumentId(uuid::Uuid::from_u128(n));
        assert_eq!(agreement(&[], &[]), 1.0);
        assert_eq!(agreement(&[id(1), id(1)], &[id(1)]), 1.0);
        assert_eq!(agreement(&[id(1), id(2)], &[id(2), id(3)]), 1.0 / 3.0);
    }
}
