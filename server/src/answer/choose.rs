//! Choosing: which pieces are quoted, and how much of what stands around them.
//!
//! A sentence alone is seldom an answer: a short paragraph or list comes whole, steps always come with each other, a row
//! comes with the head of its table. What is chosen is a few such units within a number of words, in reading order, each
//! quote one stretch of its source. Knows strengths, and not where they come from.

use std::collections::BTreeSet;
use std::ops::Range;

use retrieval::model::Passage;

use super::evidence::{Quote, Weighed};
use super::sentences::Shape;

/// As many units are quoted, and as many words, but for a list of steps that is longer by itself.
const UNITS: usize = 4;
const WORDS: usize = 120;
const STEPS: usize = 160;
/// A paragraph or list that is quoted whole for the sake of one piece.
const WHOLE: usize = 60;
/// Further units are quoted whose best piece is less than so much weaker than the best of all.
const NEARLY: f32 = 2.5;

/// The quotes of an answer, in reading order.
pub fn choose(weighed: &[Weighed], sources: &[&Passage]) -> Vec<Quote> {
    let mut order: Vec<usize> = (0..weighed.len()).collect();
    order.sort_by(|a, b| weighed[*b].strength.total_cmp(&weighed[*a].strength));
    let least = order.first().map_or(0.0, |best| weighed[*best].strength - NEARLY);
    let mut chosen = Chosen { weighed, sources, pieces: BTreeSet::new(), words: 0, units: 0 };
    for at in order.into_iter().filter(|at| weighed[*at].strength >= least) {
        chosen.take(at);
    }
    chosen.quotes()
}

struct Chosen<'a> {
    weighed: &'a [Weighed],
    sources: &'a [&'a Passage],
    pieces: BTreeSet<usize>,
    words: usize,
    units: usize,
}

impl Chosen<'_> {
    /// The piece with what belongs to it, or alone where that is too much.
    fn take(&mut self, at: usize) {
        if self.units == UNITS || self.pieces.contains(&at) || self.is_repeated(at) {
            return;
        }
        for unit in [self.unit(at), vec![at]] {
            let new: Vec<usize> = unit.into_iter().filter(|at| !self.pieces.contains(at)).collect();
            let words = self.words_of(&new);
            if self.pieces.is_empty() || self.words + words <= WORDS {
                self.pieces.extend(new);
                self.words += words;
                self.units += 1;
                return;
            }
        }
    }

    /// The same words stand in another source too.
    fn is_repeated(&self, at: usize) -> bool {
        self.pieces.iter().any(|other| self.text(*other) == self.text(at))
    }

    fn unit(&self, at: usize) -> Vec<usize> {
        let block = self.block(at);
        let words = self.words_of(&block);
        match self.weighed[at].shape {
            Shape::Row(_) => vec![at],
            Shape::Step if words <= STEPS => self.with_lead(block),
            Shape::Sentence | Shape::Item if words <= WHOLE => self.with_lead(block),
            Shape::Sentence if block.contains(&(at + 1)) => vec![at, at + 1],
            Shape::Step | Shape::Sentence | Shape::Item => vec![at],
        }
    }

    /// All pieces of the block of this one, which lie beside each other.
    fn block(&self, at: usize) -> Vec<usize> {
        let place = |at: usize| (self.weighed[at].source, self.weighed[at].block);
        (0..self.weighed.len()).filter(|other| place(*other) == place(at)).collect()
    }

    /// "Do this:" belongs to the list below it.
    fn with_lead(&self, block: Vec<usize>) -> Vec<usize> {
        let is_list = |at: usize| matches!(self.weighed[at].shape, Shape::Step | Shape::Item);
        let lead = block.first().filter(|first| is_list(**first)).and_then(|first| first.checked_sub(1));
        let leads = |lead: &usize| {
            let same = self.weighed[*lead].source == self.weighed[block[0]].source;
            same && !is_list(*lead) && self.text(*lead).ends_with(':')
        };
        lead.filter(leads).into_iter().chain(block.iter().copied()).collect()
    }

    /// Pieces that follow each other become one quote.
    fn quotes(&self) -> Vec<Quote> {
        let mut runs: Vec<Vec<usize>> = Vec::new();
        for at in &self.pieces {
            match runs.last_mut() {
                Some(run) if run.last().is_some_and(|last| last + 1 == *at && self.is_one(*last, *at)) => run.push(*at),
                _ => runs.push(vec![*at]),
            }
        }
        let mut heads = BTreeSet::new();
        runs.iter().flat_map(|run| self.quoted(run, &mut heads)).collect()
    }

    fn is_one(&self, last: usize, next: usize) -> bool {
        let (one, other) = (&self.weighed[last], &self.weighed[next]);
        one.source == other.source && one.block == other.block
    }

    /// A table's head goes before the first of its rows: with it, where nothing but the rule stands between them.
    fn quoted(&self, run: &[usize], heads: &mut BTreeSet<(usize, usize)>) -> Vec<Quote> {
        let (first, last) = (&self.weighed[run[0]], &self.weighed[run[run.len() - 1]]);
        let strength = run.iter().map(|at| self.weighed[*at].strength).fold(f32::MIN, f32::max);
        let quote = |bytes: Range<usize>| Quote {
            source: first.source,
            text: self.sources[first.source].text[bytes].to_owned(),
            strength,
        };
        let whole = first.bytes.start..last.bytes.end;
        let Shape::Row(Some(head)) = &first.shape else { return vec![quote(whole)] };
        if !heads.insert((first.source, head.start)) {
            return vec![quote(whole)];
        }
        let between = &self.sources[first.source].text[head.end..whole.start];
        if between.chars().any(char::is_alphanumeric) {
            return vec![quote(head.clone()), quote(whole)];
        }
        vec![quote(head.start..whole.end)]
    }

    fn text(&self, at: usize) -> &str {
        &self.sources[self.weighed[at].source].text[self.weighed[at].bytes.clone()]
    }

    fn words_of(&self, pieces: &[usize]) -> usize {
        pieces.iter().map(|at| self.text(*at).split_whitespace().count()).sum()
    }
}

#[cfg(test)]
mod tests {
    use retrieval::access::{AccessLabel, AccessTier};
    use retrieval::model::{DocumentId, PointId, VersionId, WorkspaceId};
    use uuid::Uuid;

    use super::super::sentences::pieces;
    use super::super::signals::Signals;
    use super::*;

    fn passage(number: u128, text: &str) -> Passage {
        let (document, version) = (DocumentId(Uuid::from_u128(number)), VersionId(Uuid::from_u128(number)));
        Passage {
            point: PointId::of(WorkspaceId(Uuid::from_u128(7)), document, version, 0),
            document,
            family: document,
            version,
            ordinal: 0,
            title: "Title".into(),
            origin: "a.md".into(),
            label: AccessLabel::tier(AccessTier::Public),
            page: None,
            heading: String::new(),
            text: text.into(),
            bytes: 0..text.len(),
            gap: None,
            dated: None,
            taken_in_ms: 0,
        }
    }

    /// The quotes when pieces with these words in them have these strengths, and all others none.
    fn check(texts: &[&str], strong: &[(&str, f32)], expected: &[&str]) {
        let passages: Vec<Passage> = texts.iter().zip(1..).map(|(text, number)| passage(number, text)).collect();
        let sources: Vec<&Passage> = passages.iter().collect();
        let mut weighed: Vec<Weighed> = Vec::new();
        for (source, passage) in sources.iter().enumerate() {
            for piece in pieces(&passage.text) {
                let strength = strong.iter().find(|(words, _)| piece.words.contains(words)).map_or(0.0, |(_, s)| *s);
                let (bytes, shape, block) = (piece.bytes, piece.shape, piece.block);
                weighed.push(Weighed { source, bytes, shape, block, signals: Signals::default(), strength });
            }
        }
        let quotes = choose(&weighed, &sources);
        assert_eq!(quotes.iter().map(|quote| quote.text.as_str()).collect::<Vec<_>>(), expected);
        assert!(quotes.iter().all(|quote| sources[quote.source].text.contains(&quote.text)));
    }

    const STEPS_TO_TAKE: &str = "Do it like this:\n\n1. Open the settings.\n2. Press the button.\n3. Wait for an hour.";
    const PRICES: &str = "| Plan name | Price |\n|---|---|\n| Solo for one | 24 |\n| Group of many | 149 |";

    #[test]
    fn a_short_paragraph_is_quoted_whole_and_a_long_one_with_what_follows() {
        check(&["One is here. Two is there.\n\nThree is elsewhere."], &[("Two", 9.0)], &["One is here. Two is there."]);
        let long = format!(
            "It begins here. {} Two is there. Three follows it. Four is too far.",
            "Some more words. ".repeat(20)
        );
        check(&[&long], &[("Two", 9.0)], &["Two is there. Three follows it."]);
    }

    #[test]
    fn steps_stay_steps_with_what_leads_to_them() {
        check(
            &[STEPS_TO_TAKE],
            &[("button", 9.0)],
            &["Do it like this:", "1. Open the settings.\n2. Press the button.\n3. Wait for an hour."],
        );
    }

    #[test]
    fn a_row_comes_with_the_head_of_its_table() {
        check(&[PRICES], &[("Solo", 9.0)], &["| Plan name | Price |\n|---|---|\n| Solo for one | 24 |"]);
        check(&[PRICES], &[("Group", 9.0)], &["| Plan name | Price |", "| Group of many | 149 |"]);
        check(&[PRICES], &[("Solo", 9.0), ("Group", 9.0)], &[PRICES]);
    }

    #[test]
    fn quotes_stand_in_reading_order_and_the_weak_are_left_out() {
        let texts = ["Alpha says so.", "Beta says so.", "Gamma says so."];
        check(&texts, &[("Alpha", 8.0), ("Beta", 3.0), ("Gamma", 9.0)], &["Alpha says so.", "Gamma says so."]);
        check(&["Alpha says so.", "Alpha says so."], &[("Alpha", 9.0)], &["Alpha says so."]);
        check(&[], &[], &[]);
    }

    #[test]
    fn no_more_is_quoted_than_is_read() {
        let long: Vec<String> = (0..9).map(|n| format!("Number{n} {}.", "word ".repeat(70))).collect();
        let texts: Vec<&str> = long.iter().map(String::as_str).collect();
        check(&texts, &[("Number", 9.0)], &[long[0].as_str()]);
        let short: Vec<String> = (0..9).map(|n| format!("Number{n} is short.")).collect();
        let texts: Vec<&str> = short.iter().map(String::as_str).collect();
        check(
            &texts,
            &[("Number", 9.0)],
            &[short[0].as_str(), short[1].as_str(), short[2].as_str(), short[3].as_str()],
        );
    }
}
