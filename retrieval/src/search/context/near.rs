//! Near duplicates: of passages that are nearly the same, one stands for all, and says for which.
//!
//! Two passages are the same when their words nearly are and they tell the same numbers. Where one is from a newer
//! version of the other's document, less likeness is enough and numbers may differ: that is what became of them. Passages
//! that contradict each other both stay when nobody knows which is right, and so do those of which the question names a
//! number that the other does not hold: who asks for the prices of 2025 does not want those of today. Labels play no
//! part; everything here may be opened by the reader.

use std::cmp::Ordering;
use std::collections::HashSet;

use super::edition::{Edition, are_kin, by_age};
use super::likeness::{Likeness, numbers};
use super::{LeftOut, Why};
use crate::ports::{Replaced, Scored};

/// Shorter texts are alike by chance, and only the same words under the same heading make them copies.
const FEWEST_WORDS: usize = 20;
/// Numbers of a question that are looked for.
const MOST_NUMBERS: usize = 32;
const LEAST_OF_COPIES: f64 = 0.8;
/// One word in twelve may have changed.
const LEAST_OF_VERSIONS: f64 = 0.6;

/// Passages without copies, and what became of those.
pub struct Collapsed {
    /// In the order they came; one that stands for another has the better of both places.
    pub kept: Vec<Scored>,
    pub left_out: Vec<LeftOut>,
}

/// Milliseconds of work for fifty passages: not for an async worker.
pub fn collapse(question: &str, passages: Vec<Scored>) -> Collapsed {
    // Nobody asks for more: a list of numbers is no question.
    let mut asked = numbers(question);
    asked.sort_unstable();
    asked.dedup();
    asked.truncate(MOST_NUMBERS);
    let (mut kept, mut left_out): (Vec<Known>, Vec<LeftOut>) = (Vec::with_capacity(passages.len()), Vec::new());
    for scored in passages {
        let incoming = Known::new(scored, &asked);
        match kept.iter_mut().find_map(|known| known.verdict(&incoming).map(|verdict| (known, verdict))) {
            Some((known, verdict)) => left_out.push(known.absorb(incoming, verdict)),
            None => kept.push(incoming),
        }
    }
    Collapsed { kept: kept.into_iter().map(|known| known.scored).collect(), left_out }
}

/// A passage with what it is compared by.
struct Known {
    scored: Scored,
    likeness: Likeness,
    edition: Edition,
    /// Which of the question's numbers it holds.
    asked: Vec<u64>,
}

/// How two passages that are the same belong together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Copy,
    /// The one that came first is newer.
    OlderVersion,
    NewerVersion,
}

impl Known {
    fn new(scored: Scored, asked: &[u64]) -> Self {
        let passage = &scored.passage;
        let (likeness, edition) = (Likeness::of(&passage.text), Edition::of(&passage.title));
        let above: HashSet<u64> = numbers(&passage.title).into_iter().chain(numbers(&passage.heading)).collect();
        let is_held = |number: &u64| above.contains(number) || likeness.names(*number);
        let asked = asked.iter().copied().filter(is_held).collect();
        Self { scored, likeness, edition, asked }
    }

    /// `None` when both stay.
    fn verdict(&self, other: &Self) -> Option<Verdict> {
        let (a, b) = ((&self.scored.passage, &self.edition), (&other.scored.passage, &other.edition));
        let age = if are_kin(a, b) { by_age(a, b) } else { Ordering::Equal };
        let verdict = match age {
            Ordering::Less => Verdict::NewerVersion,
            Ordering::Greater => Verdict::OlderVersion,
            Ordering::Equal => Verdict::Copy,
        };
        (self.is_alike(other, verdict) && !self.holds_back(other, verdict)).then_some(verdict)
    }

    fn is_alike(&self, other: &Self, verdict: Verdict) -> bool {
        let (likeness, with) = (&self.likeness, &other.likeness);
        let (a, b) = (&self.scored.passage, &other.scored.passage);
        if likeness.words().min(with.words()) < FEWEST_WORDS {
            return likeness.is_same(with) && a.heading == b.heading && a.title == b.title;
        }
        match verdict {
            _ if a.document == b.document => likeness.is_same(with),
            Verdict::Copy => likeness.tells_the_same(with) && likeness.resembles(with, LEAST_OF_COPIES),
            Verdict::OlderVersion | Verdict::NewerVersion => likeness.resembles(with, LEAST_OF_VERSIONS),
        }
    }

    /// Whether the one that would go holds a number of the question that the other does not.
    fn holds_back(&self, other: &Self, verdict: Verdict) -> bool {
        let (stays, goes) = match verdict {
            Verdict::Copy | Verdict::OlderVersion => (self, other),
            Verdict::NewerVersion => (other, self),
        };
        goes.asked.iter().any(|number| !stays.asked.contains(number))
    }

    /// One of the two goes and is named by the other, which keeps this place.
    fn absorb(&mut self, mut incoming: Self, verdict: Verdict) -> LeftOut {
        if verdict == Verdict::NewerVersion {
            std::mem::swap(self, &mut incoming);
            self.scored.score = self.scored.score.max(incoming.scored.score);
        }
        let Scored { passage, instead_of, .. } = incoming.scored;
        let older = verdict != Verdict::Copy;
        let gone = Replaced { document: passage.document, title: passage.title, dated: passage.dated, older };
        let own = self.scored.passage.document;
        // A copy of a former version is one itself.
        let inherited = instead_of.into_iter().map(|copy| Replaced { older: copy.older || older, ..copy });
        for gone in [gone].into_iter().chain(inherited).filter(|gone| gone.document != own) {
            name(&mut self.scored.instead_of, gone);
        }
        LeftOut { point: passage.point, why: Why::CopyOf(self.scored.passage.point) }
    }
}

/// Every document is named once.
pub(super) fn name(named: &mut Vec<Replaced>, gone: Replaced) {
    if !named.iter().any(|known| known.document == gone.document) {
        named.push(gone);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::scored;
    use super::*;
    use crate::model::Passage;

    const POLICY: &str = "Everyone has 25 days of annual leave, plus public holidays at their place of work. Part-time \
                          colleagues get a share in proportion, rounded up to half days. Ask your lead first.";

    /// Each passage is `(document, title, date, text)`; expected are the documents, each with those it stands for and a `<`
    /// where it is newer.
    fn check(question: &str, passages: &[(u128, &str, &str, &str)], expected: &str) {
        let scored = |(at, (document, title, dated, text)): (usize, &(u128, &str, &str, &str))| {
            let dated = Some((*dated).to_owned()).filter(|dated| !dated.is_empty());
            let chunk = Passage::sample(*document, at as u32, text);
            scored(Passage { title: (*title).to_owned(), dated, ..chunk }, 1.0 - at as f32 / 100.0)
        };
        let Collapsed { kept, left_out } = collapse(question, passages.iter().enumerate().map(scored).collect());
        assert_eq!(kept.len() + left_out.len(), passages.len());
        assert!(kept.is_sorted_by(|a, b| a.score >= b.score), "a better place comes with a better score");
        let shown = kept.iter().map(|scored| {
            let sign = |gone: &Replaced| format!("{}{}", if gone.older { '<' } else { '=' }, gone.document.0.as_u128());
            let named: String = scored.instead_of.iter().map(sign).collect();
            format!("{}{named}", scored.passage.document.0.as_u128())
        });
        assert_eq!(shown.collect::<Vec<_>>().join(" "), expected);
    }

    #[test]
    fn of_copies_the_first_stays() {
        check("", &[(1, "a", "", POLICY), (2, "b", "", &POLICY.to_uppercase()), (3, "c", "", "other")], "1=2 3");
        check("", &[(1, "a", "2025", POLICY), (2, "b", "2026", &POLICY.replace("public", "bank"))], "1=2");
    }

    #[test]
    fn other_numbers_and_denials_are_no_copies() {
        check("", &[(1, "a", "", POLICY), (2, "b", "", &POLICY.replace("25", "27"))], "1 2");
        check("", &[(1, "a", "", POLICY), (2, "b", "", &POLICY.replace("get a", "get no"))], "1 2");
        check("", &[(1, "a", "", POLICY), (2, "a", "", &POLICY.replace("25", "27"))], "1 2");
    }

    #[test]
    fn the_newer_version_takes_the_place() {
        let new = POLICY.replace("25", "27");
        check("", &[(1, "Leave 2025", "", POLICY), (9, "", "", "x"), (2, "Leave 2026", "", &new)], "2<1 9");
        check("", &[(1, "Leave 2026", "", &new), (2, "Leave 2025", "", POLICY)], "1<2");
        check("", &[(1, "Leave", "2025-01-01", POLICY), (2, "Leave", "2026-01-01", &new)], "2<1");
        check(
            "",
            &[(1, "Leave 2024", "", POLICY), (2, "Leave 2025", "", POLICY), (3, "Leave 2026", "", &new)],
            "3<2<1",
        );
    }

    #[test]
    fn who_asks_for_the_older_gets_it() {
        let passages = [(1, "Leave 2025", "", POLICY), (2, "Leave 2026", "", &*POLICY.replace("25", "27"))];
        check("days of leave in 2025", &passages, "1 2");
        check("days of leave in 2026", &passages, "2<1");
        check("are there 25 days of leave", &passages, "1 2");
    }

    #[test]
    fn short_texts_are_copies_only_in_the_same_place() {
        check("", &[(1, "a", "", "Costs five."), (2, "a", "", "costs five"), (3, "b", "", "Costs five.")], "1=2 3");
        check("", &[(1, "P 2025", "", "Costs 5 a month."), (2, "P 2026", "", "Costs 6 a month.")], "1 2");
    }

    #[test]
    fn within_a_document_only_the_same_words_are_a_copy() {
        check("", &[(1, "a", "", POLICY), (1, "a", "", &POLICY.replace("public", "bank"))], "1 1");
        check("", &[(1, "a", "", POLICY), (1, "a", "", POLICY)], "1");
    }

    #[test]
    fn pages_of_one_template_stay() {
        let page = |product: &str| POLICY.replace("colleagues", product).replace("everyone", product);
        let page = |product: &str| page(product).replace("leave", &format!("{product} rent"));
        check("", &[(1, "a", "", &page("bicycles")), (2, "b", "", &page("printers"))], "1 2");
    }
}
