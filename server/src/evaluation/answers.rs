//! `eval answers`: the gold questions asked of a house with the seed in it, each as its asker.
//!
//! An answer is correct when its quotes from documents that hold the answer contain the facts of the gold quote (`facts`);
//! it is from the right document when it cites one that holds the answer; its quote is right when it overlaps the gold one;
//! a quote is exact when it stands in its document to the byte. What went wrong is told by where it was lost. Knows neither
//! SQL nor HTTP: how somebody comes to be an asker is handed in.

use retrieval::access::{Clearance, Principal};
use retrieval::evaluate::{Claim, calibrate};
use retrieval::search::Depth;
use serde::{Deserialize, Serialize};

use super::facts::Facts;
use super::figures::{BinOf, Reliability, rounded, share};
use super::gold::{Gold, Seed};
use super::overlap::overlap;
use crate::answer::{Answer, Citation, Question};
use crate::wiring::House;

/// Passages looked through for a document.
const SHOWN: usize = 10;

/// A house with the seed in it, and who may ask there.
pub struct Front<'a> {
    pub house: &'a House,
    pub seed: &'a Seed,
    /// The one who asks as `tier=...,groups=...`.
    pub asker: &'a (dyn Fn(&str) -> anyhow::Result<Principal> + Sync),
    /// An answer, as everything that leaves the house of it.
    pub reply: &'a (dyn Fn(Answer) -> anyhow::Result<String> + Sync),
}

/// As they are printed. Scripts rely on the names: extend, do not rename.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Numbers {
    pub questions: usize,
    pub answerable: usize,
    /// Of the answerable: the quotes contain the facts of the gold quote.
    #[serde(default)]
    pub correct: usize,
    /// Of the answerable: a document that holds the answer is cited.
    pub answered_right: usize,
    /// Of the answerable: a quote overlaps the gold one.
    pub quote_right: usize,
    pub declined_wrongly: usize,
    pub unanswerable: usize,
    pub declined_rightly: usize,
    pub hit_at_1: f64,
    pub hit_at_5: f64,
    /// Of all citations for answerable questions: those of a document that holds the answer.
    pub citation_precision: f64,
    /// Of all citations: those that stand in their document to the byte.
    pub quote_exactness: f64,
    /// Of what was not declined: the mean number of words quoted, and the most.
    #[serde(default)]
    pub words_quoted: f64,
    #[serde(default)]
    pub most_words_quoted: usize,
    pub leak_questions: usize,
    /// Of the leak questions: those whose reply or passages held what they must not.
    pub leaks: usize,
    pub auc: Option<f64>,
    pub ece: f64,
    pub bins: Vec<BinOf>,
}

/// What was found wrong, each a sentence that begins with the id of its question.
pub type Remarks = Vec<String>;

/// What one question came to, as it is printed where every question is asked for.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Told {
    pub id: String,
    pub question: String,
    pub answerable: bool,
    pub declined: bool,
    pub correct: bool,
    /// Facts and words of the gold quote that are in no quote.
    pub missing: Vec<String>,
    /// Where the answer was lost; `None` when it was not.
    pub lost: Option<&'static str>,
    pub confidence: f64,
    pub words_quoted: usize,
    pub quotes: Vec<String>,
}

/// What one question came to.
struct Outcome {
    correct: bool,
    missing: Vec<String>,
    lost: Option<&'static str>,
    quotes: Vec<String>,
    answerable: bool,
    declined: bool,
    /// Place of the first right document among the found ones, from 0.
    place: Option<usize>,
    citations: usize,
    right_citations: usize,
    exact_citations: usize,
    quote_right: bool,
    confidence: f64,
}

/// Ask them all.
pub async fn measure(front: &Front<'_>, gold: &[Gold]) -> anyhow::Result<(Numbers, Remarks, Vec<Told>)> {
    let mut outcomes = Vec::with_capacity(gold.len());
    for question in gold {
        outcomes.push(ask(front, question).await?);
    }
    let remarks = gold.iter().zip(&outcomes).flat_map(|(gold, outcome)| outcome.remarks(&gold.id)).collect();
    let told = gold.iter().zip(&outcomes).map(|(gold, outcome)| outcome.told(gold)).collect();
    Ok((numbers(&outcomes), remarks, told))
}

async fn ask(front: &Front<'_>, gold: &Gold) -> anyhow::Result<Outcome> {
    let principal = (front.asker)(&gold.asker)?;
    let clearance = principal.clearance()?;
    let searcher = front.house.answerer.searcher();
    let found = searcher.search(&clearance, &gold.question, Depth::Full, SHOWN).await?;
    let documents = documents(found.passages.iter().map(|scored| front.seed.document(&scored.passage.origin)));
    let answer = front.house.answerer.ask(&principal, &Question::parse(&gold.question)?, &[]).await?;
    let right = |citation: &&Citation| is_one_of(front.seed.document(&citation.origin), &gold.documents);
    let mut exact_citations = 0;
    for citation in &answer.citations {
        exact_citations += usize::from(is_exact(front.house, &clearance, citation).await?);
    }
    let quotes: Vec<&str> = answer.citations.iter().filter(right).map(|citation| citation.quote.as_str()).collect();
    let facts = Facts::of(&gold.quote);
    let missing = facts.missing_from(&quotes);
    let of_right = found.passages.iter().map(|scored| &scored.passage);
    let of_right = of_right.filter(|passage| is_one_of(front.seed.document(&passage.origin), &gold.documents));
    let texts: Vec<&str> = of_right.map(|passage| passage.text.as_str()).collect();
    let lost = || match () {
        () if texts.is_empty() => "document not found",
        () if facts.missing_from(&texts).is_wrong => "facts not in the passages",
        () if answer.declined => "declined",
        () => "facts not quoted",
    };
    let correct = gold.answerable && !missing.is_wrong;
    Ok(Outcome {
        correct,
        lost: (gold.answerable && !correct).then(lost),
        missing: missing.exact.into_iter().chain(missing.words).collect(),
        quotes: answer.citations.iter().map(|citation| citation.quote.clone()).collect(),
        answerable: gold.answerable,
        declined: answer.declined,
        place: documents.iter().position(|document| is_one_of(document, &gold.documents)),
        citations: answer.citations.len(),
        right_citations: answer.citations.iter().filter(right).count(),
        exact_citations,
        quote_right: answer.citations.iter().any(|citation| overlap(&citation.quote, &gold.quote)),
        confidence: found.confidence,
    })
}

/// Each document once, in the order of their best passages.
pub fn documents<'a>(found: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut documents = Vec::new();
    found.for_each(|document| {
        if !documents.contains(&document) {
            documents.push(document);
        }
    });
    documents
}

pub fn is_one_of(document: &str, documents: &[String]) -> bool {
    documents.iter().any(|right| right == document)
}

/// Against the text of the document itself, not against the passage that the answer was made from.
async fn is_exact(house: &House, clearance: &Clearance, citation: &Citation) -> anyhow::Result<bool> {
    let document = house.library.inspect(clearance, &citation.document.to_string()).await?;
    Ok(document.is_some_and(|document| document.text.get(citation.bytes.clone()) == Some(citation.quote.as_str())))
}

impl Outcome {
    fn told(&self, gold: &Gold) -> Told {
        Told {
            id: gold.id.clone(),
            question: gold.question.clone(),
            answerable: self.answerable,
            declined: self.declined,
            correct: self.correct,
            missing: if self.answerable { self.missing.clone() } else { Vec::new() },
            lost: self.lost,
            confidence: self.confidence,
            words_quoted: self.words(),
            quotes: self.quotes.clone(),
        }
    }

    fn words(&self) -> usize {
        self.quotes.iter().map(|quote| quote.split_whitespace().count()).sum()
    }

    fn remarks(&self, id: &str) -> Remarks {
        let mut remarks = Vec::new();
        let mut remark = |so: bool, what: &str| {
            if so {
                remarks.push(format!("{id} {what}"));
            }
        };
        let answered = self.answerable && !self.declined;
        remark(self.answerable && self.declined, "was declined although there is an answer");
        remark(!self.answerable && !self.declined, "was answered although there is no answer");
        remark(answered && self.right_citations == 0, "was answered from another document");
        remark(answered && self.right_citations > 0 && !self.quote_right, "was answered with another quote");
        remark(answered && self.quote_right && !self.correct, "was answered with a part of the facts");
        remark(self.exact_citations < self.citations, "quotes what does not stand there");
        remark(self.answerable && self.place.is_none_or(|place| place > 4), "did not find its document among five");
        remarks
    }
}

fn numbers(outcomes: &[Outcome]) -> Numbers {
    let count = |so: fn(&Outcome) -> bool| outcomes.iter().filter(|outcome| so(outcome)).count();
    let answerable = count(|outcome| outcome.answerable);
    let within = |places: usize| {
        let hits = outcomes.iter().filter(|o| o.answerable && o.place.is_some_and(|place| place < places));
        share(hits.count(), answerable)
    };
    let sum = |many: fn(&Outcome) -> usize| outcomes.iter().map(many).sum::<usize>();
    let cited_for_answerable = sum(|outcome| if outcome.answerable { outcome.citations } else { 0 });
    let words: Vec<usize> = outcomes.iter().filter(|outcome| !outcome.declined).map(Outcome::words).collect();
    let claim = |outcome: &Outcome| Claim { confidence: outcome.confidence, answerable: outcome.answerable };
    let Reliability { questions: _, auc, ece, bins } =
        Reliability::from(&calibrate(&outcomes.iter().map(claim).collect::<Vec<_>>()));
    Numbers {
        questions: outcomes.len(),
        answerable,
        correct: count(|outcome| outcome.correct),
        answered_right: count(|outcome| outcome.answerable && outcome.right_citations > 0),
        quote_right: count(|outcome| outcome.answerable && outcome.quote_right),
        declined_wrongly: count(|outcome| outcome.answerable && outcome.declined),
        unanswerable: count(|outcome| !outcome.answerable),
        declined_rightly: count(|outcome| !outcome.answerable && outcome.declined),
        hit_at_1: within(1),
        hit_at_5: within(5),
        citation_precision: share(sum(|o| if o.answerable { o.right_citations } else { 0 }), cited_for_answerable),
        quote_exactness: share(sum(|outcome| outcome.exact_citations), sum(|outcome| outcome.citations)),
        words_quoted: rounded(words.iter().sum::<usize>() as f64 / words.len().max(1) as f64),
        most_words_quoted: words.iter().copied().max().unwrap_or(0),
        leak_questions: 0,
        leaks: 0,
        auc,
        ece,
        bins,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(place: usize, citations: usize, right_citations: usize) -> Outcome {
        Outcome {
            correct: right_citations > 0,
            missing: Vec::new(),
            lost: (right_citations == 0).then_some("declined"),
            quotes: vec!["two words".to_owned(); citations],
            answerable: true,
            declined: citations == 0,
            place: Some(place),
            citations,
            right_citations,
            exact_citations: citations,
            quote_right: right_citations > 0,
            confidence: 0.9,
        }
    }

    #[test]
    fn outcomes_become_numbers() {
        let unanswerable = |declined: bool| Outcome {
            answerable: false,
            declined,
            place: None,
            confidence: 0.1,
            quote_right: false,
            correct: false,
            lost: None,
            ..answered(0, usize::from(!declined), 0)
        };
        let outcomes = [
            answered(0, 2, 2),
            answered(3, 2, 1),
            answered(7, 0, 0),
            unanswerable(true),
            unanswerable(true),
            unanswerable(false),
        ];
        let found = numbers(&outcomes);
        assert_eq!((found.questions, found.answerable, found.unanswerable), (6, 3, 3));
        assert_eq!((found.answered_right, found.declined_wrongly, found.declined_rightly), (2, 1, 2));
        assert_eq!((found.correct, found.words_quoted, found.most_words_quoted), (2, 3.3333, 4));
        assert_eq!((found.hit_at_1, found.hit_at_5), (0.3333, 0.6667));
        assert_eq!((found.citation_precision, found.quote_exactness, found.auc), (0.75, 1.0, Some(1.0)));
    }

    #[test]
    fn what_is_wrong_is_remarked() {
        let check = |outcome: Outcome, words: &[&str]| {
            let remarks = outcome.remarks("g1");
            assert_eq!(remarks.len(), words.len(), "{remarks:?}");
            assert!(remarks.iter().zip(words).all(|(remark, words)| remark.contains(words)), "{remarks:?}");
        };
        check(answered(0, 1, 1), &[]);
        check(Outcome { correct: false, ..answered(0, 1, 1) }, &["a part of the facts"]);
        check(answered(0, 1, 0), &["another document"]);
        check(answered(9, 0, 0), &["declined although", "among five"]);
        check(Outcome { quote_right: false, exact_citations: 0, ..answered(0, 1, 1) }, &["another quote", "not stand"]);
        check(Outcome { answerable: false, ..answered(0, 1, 0) }, &["answered although"]);
    }
}
