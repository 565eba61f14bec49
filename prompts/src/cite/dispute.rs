//! Whether two documents disagree: one says of the same, in the same words, another figure.
//!
//! Prices of two plans read like a contradiction, so much must agree: one of the two sentences holds the words of the
//! other, and whatever the question asks about, as far as one of them speaks of it, the other does too. Which of them is
//! right is not known here.

use std::ops::Range;

use super::align::likeness;
use super::judge::{is_figure, judge};
use super::source::Source;
use super::words::{Kind, Word, words};

/// Words that one may have more than the other.
const MORE: usize = 1;
/// Fewer shared words say too little to speak of the same.
const LEAST_SHARED: usize = 3;

/// A question, and what is quoted to answer it.
pub struct Quoted {
    asked: Vec<Word>,
    own: Source,
    /// Its sentences that give a figure; no other can be disputed.
    claims: Vec<(Range<usize>, Vec<Word>)>,
}

impl Quoted {
    /// `above` are the titles and headings that the quote stands under.
    pub fn new(question: &str, above: &str, text: &str) -> Self {
        let own = Source::new(above, text);
        let claims = own.segments.iter().map(|segment| (segment.bytes.clone(), words(&text[segment.bytes.clone()])));
        let claims = claims.filter(|(_, said)| said.iter().any(is_figure)).collect();
        Self { asked: words(question), own, claims }
    }

    /// Whether there is anything that another source could say otherwise.
    pub fn gives_figures(&self) -> bool {
        !self.claims.is_empty()
    }

    /// Where a source says otherwise than a sentence of this.
    pub fn otherwise(&self, source: &Source) -> Option<Range<usize>> {
        self.claims.iter().find_map(|(bytes, ours)| {
            let there = judge(&self.own.text[bytes.clone()], 1, source).err()?.otherwise?;
            let theirs = words(&source.text[there.clone()]);
            let alike = is_said_alike(ours, &theirs);
            let is_same = alike && speaks_of_as_much(&self.asked, (&self.own, ours), (source, &theirs));
            (is_same && differs(ours, &theirs)).then_some(there)
        })
    }
}

/// Whether they share no figure, and are not of two times by their own words.
fn differs(ours: &[Word], theirs: &[Word]) -> bool {
    let [(our_times, our_figures), (their_times, their_figures)] = [ours, theirs]
        .map(|words| words.iter().filter(|word| is_figure(word)).partition::<Vec<_>, _>(|word| is_time(word)));
    let has = |words: &[&Word], word: &Word| words.iter().any(|other| other.norm == word.norm);
    let is_of_one_time = our_times.iter().all(|time| has(&their_times, time)) && our_times.len() == their_times.len();
    is_of_one_time && !our_figures.iter().any(|figure| has(&their_figures, figure))
}

fn is_time(word: &Word) -> bool {
    let is_year = || word.norm.parse().is_ok_and(|year: u32| (1900..2100).contains(&year));
    matches!(word.kind, Kind::Date(_)) || (word.is_number() && is_year())
}

/// Whether the words of one are those of the other, but for figures and `MORE`.
fn is_said_alike(ours: &[Word], theirs: &[Word]) -> bool {
    let plain = |words: &[Word]| words.iter().filter(|word| is_plain(word)).cloned().collect::<Vec<_>>();
    let (ours, theirs) = (plain(ours), plain(theirs));
    let extra = |some: &[Word], others: &[Word]| some.iter().filter(|word| !stands_in(word, others)).count();
    let (more, less) = (extra(&ours, &theirs), extra(&theirs, &ours));
    more.min(less) == 0 && more.max(less) <= MORE && ours.len() >= LEAST_SHARED + more
}

/// Whether neither speaks of something asked about that the other does not speak of.
fn speaks_of_as_much(asked: &[Word], ours: (&Source, &[Word]), theirs: (&Source, &[Word])) -> bool {
    let speaks = |word: &Word, (source, said): (&Source, &[Word])| {
        stands_in(word, said) || stands_in(word, &source.above) || headings(source).any(|words| stands_in(word, words))
    };
    asked.iter().filter(|word| is_plain(word)).all(|word| speaks(word, ours) == speaks(word, theirs))
}

fn headings(source: &Source) -> impl Iterator<Item = &[Word]> {
    let headings = source.segments.iter().filter_map(|segment| segment.heading);
    headings.map(|at| &source.words[source.segments[at].words.clone()])
}

fn is_plain(word: &Word) -> bool {
    word.kind == Kind::Plain && word.is_content()
}

fn stands_in(word: &Word, words: &[Word]) -> bool {
    words.iter().any(|other| likeness(word, other) > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "Refunds take up to 10 business days to reach your account.";

    #[track_caller]
    fn check(question: &str, ours: (&str, &str), theirs: (&str, &str), expected: Option<&str>) {
        let source = Source::new(theirs.0, theirs.1);
        let found = Quoted::new(question, ours.0, ours.1).otherwise(&source);
        assert_eq!(found.map(|range| &theirs.1[range]), expected, "{ours:?} {theirs:?}");
    }

    #[test]
    fn the_same_with_another_figure_is_a_dispute() {
        let asked = "How long does a refund take?";
        let theirs = "Refunds take up to 14 business days to reach your account.";
        check(asked, ("Refunds", OURS), ("Refunds in 2023", theirs), Some(theirs));
        let less = "Refunds reach your account within 5 business days.";
        check(asked, ("Refunds", "Refunds reach your account within 10 business days."), ("Old", less), Some(less));
        let more = "They go to the card that was charged, and we write to you when they are on their way.";
        let (ours, whole) = (format!("{OURS} {more}"), format!("{theirs} {more}"));
        check(asked, ("Refunds\nRefunds", &ours), ("Handbook of 2023\nHandbook of 2023", &whole), Some(theirs));
        let whole = format!("# Handbook of 2023\n\n{whole}");
        check(asked, ("Refunds\nRefunds", &ours), ("Handbook of 2023\nHandbook of 2023", &whole), Some(theirs));
        let within = format!("# Money\n\nWe are fair. {theirs} Ask the desk.");
        check(asked, ("Refunds", OURS), ("Old", &within), Some(theirs));
    }

    #[test]
    fn what_is_said_of_something_else_is_none() {
        let asked = "How long does a refund take?";
        check(asked, ("Refunds", OURS), ("Refunds", OURS), None);
        check(
            asked,
            ("Refunds", OURS),
            ("Exchange", "Exchanges take up to 14 business days to reach your account."),
            None,
        );
        check(asked, ("Refunds", OURS), ("Refunds", "Refunds take a while."), None);
        let (solo, group) =
            ("A workspace holds up to 3 projects of your team.", "A workspace holds up to 20 projects of your team.");
        check("How many projects are in Solo?", ("Solo", solo), ("Group", group), None);
        check("How many projects fit in a workspace?", ("Solo", solo), ("Group", group), Some(group));
        let in_year = |days: u32, year: u32| format!("Everyone has {days} days of annual leave in {year}.");
        check("How many days of leave?", ("Leave", &in_year(27, 2026)), ("Leave", &in_year(25, 2025)), None);
        let (both, one) =
            ("Hotels cost up to 165 in London, elsewhere 130 a night.", "Hotels elsewhere cost 130 a night.");
        check("What may hotels cost?", ("Expenses", both), ("Guide", one), None);
        check("What is it?", ("Solo", "| Solo | 60 |"), ("Solo", "| Solo | 80 |"), None);
    }
}
