//! Sources that disagree: quoted side by side, with their dates, and said to be so.
//!
//! Which of them is right is for the reader to judge. Each quote is of a passage that was cleared for this reader.

use std::cell::OnceCell;
use std::collections::HashMap;

use prompts::cite;
use prompts::template::{Dated, Disagree, Disagreement, Language, TemplateError, Templates};
use retrieval::model::{DocumentId, Passage};

use super::{Citation, Disagreeing};

/// Days are enough.
const DAY: usize = "2026-01-31".len();
/// More than these are not told: whoever reads so many looks at the documents.
const MOST: usize = 2;

/// One source gives another figure than the other for the same.
#[derive(Clone, PartialEq, Debug)]
pub struct Dispute {
    /// The alias of the source that the answer goes by.
    pub says: usize,
    pub otherwise: Citation,
}

/// What other documents say otherwise than the quotes of an answer; new sources are numbered on.
pub fn among(question: &str, citations: &[Citation], sources: &[&Passage]) -> Vec<Dispute> {
    let quoted = |citation: &Citation| {
        cite::Quoted::new(question, &format!("{}\n{}", citation.title, citation.heading), &citation.quote)
    };
    let quoted: Vec<(&Citation, cite::Quoted)> = citations.iter().map(|one| (one, quoted(one))).collect();
    let quoted = quoted.iter().filter(|(_, quoted)| quoted.gives_figures());
    let known: Vec<OnceCell<cite::Source>> = sources.iter().map(|_| OnceCell::new()).collect();
    let mut numbers: HashMap<_, usize> = citations.iter().map(|citation| (citation.point, citation.n)).collect();
    let (mut disputes, mut told): (Vec<Dispute>, Vec<[DocumentId; 2]>) = Default::default();
    let pairs = quoted.flat_map(|quoted| sources.iter().zip(&known).map(move |other| (quoted, other)));
    for ((citation, quoted), (source, known)) in pairs {
        let pair = [citation.document, source.document];
        let is_told = told.iter().any(|told| *told == pair || *told == [pair[1], pair[0]]);
        if pair[0] == pair[1] || is_told || disputes.len() == MOST {
            continue;
        }
        let next = 1 + numbers.values().copied().max().unwrap_or(0);
        let n = numbers.get(&source.point).copied().unwrap_or(next);
        let known = known.get_or_init(|| cite::Source::new(&above(source), &source.text));
        let otherwise = quoted.otherwise(known).and_then(|within| super::citation(n, source, within));
        if let Some(otherwise) = otherwise.filter(|found| reads_as_a_sentence(&found.quote)) {
            numbers.insert(source.point, n);
            told.push(pair);
            disputes.push(Dispute { says: citation.n, otherwise });
        }
    }
    disputes
}

/// And not as a row, several paragraphs, or a line with a row of dots that was taken for the end of a sentence.
fn reads_as_a_sentence(quote: &str) -> bool {
    !quote.starts_with('|') && !["\n\n", ".."].iter().any(|sign| quote.contains(sign))
}

fn above(passage: &Passage) -> String {
    format!("{}\n{}", passage.title, passage.heading)
}

/// That it is so, in words. `citations` hold every source that is named; what `answer` says already is not quoted again.
pub fn told(
    templates: &Templates,
    disputes: &[Dispute],
    citations: &[Citation],
    (answer, language): (&str, Language),
) -> Result<String, TemplateError> {
    let dated = |citation: &Citation| Dated { n: citation.n, dated: citation.dated.as_deref().map(day) };
    let disagreements = disputes.iter().filter_map(|dispute| {
        let says = citations.iter().find(|citation| citation.n == dispute.says).map(dated)?;
        let Dispute { otherwise, .. } = dispute;
        let quote = Some(otherwise.quote.clone()).filter(|quote| !answer.contains(quote.as_str()));
        Some(Disagreement { says, otherwise: dated(otherwise), quote })
    });
    templates.disagree(&Disagree { disagreements: disagreements.collect(), language })
}

impl From<&Dispute> for Disagreeing {
    fn from(dispute: &Dispute) -> Self {
        Self { says: dispute.says, otherwise: dispute.otherwise.n }
    }
}

fn day(dated: &str) -> String {
    dated.get(..DAY).unwrap_or(dated).to_owned()
}
