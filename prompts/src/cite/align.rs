//! Alignment: the exact stretch of a source that says most of what a claim says.
//!
//! First by which of the claim's words stand in one, two or three neighbouring segments of a paragraph, whatever their
//! order, because people and models turn sentences round; then, among the best of those, by a local alignment over words
//! (Smith and Waterman's), which prefers the place where they stand in the same order. A segment belongs to a quote only
//! if it adds words, and not just a figure, or any number would be found somewhere near. Says how much was found, not
//! whether it is enough; knows nothing of contradictions.

use std::ops::Range;

use super::source::{Segment, Source};
use super::words::{Kind, Word};

/// Neighbouring segments that may be one quote.
const WIDEST: usize = 3;
/// What another segment must add, so that a quote is no longer than it need be.
const PER_SEGMENT: f32 = 0.04;
/// Places that are looked at closely.
const CLOSELY: usize = 6;
/// How much the order of words counts beside their presence.
const ORDER: f32 = 0.15;

/// Words of a claim that are looked for; no sentence that a person would read has more.
const MOST_WORDS: usize = 64;
/// What a segment must add to a quote.
const ADDED: u32 = 2;

/// Where a claim is said best.
#[derive(Clone, PartialEq, Debug)]
pub struct Place {
    pub segments: Range<usize>,
    /// An exact range of the source's text.
    pub bytes: Range<usize>,
    /// Share of the claim's content found there or in what stands above it, by weight.
    pub coverage: f32,
    /// The same without figures.
    pub plain: f32,
    /// Share of it that stands there in the claim's order.
    pub order: f32,
}

/// A content word of a claim and where it occurs in the source.
struct Sought {
    weight: f32,
    is_plain: bool,
    /// Ascending, each with how well it fits.
    places: Vec<(usize, f32)>,
    /// How well it fits a word of the title.
    above: f32,
}

/// The best place for a claim; `None` when nothing of it is there.
pub fn best(claim: &[Word], source: &Source) -> Option<Place> {
    let sought = seek(claim, source);
    let masks: Vec<u64> = source.segments.iter().map(|segment| mask(&sought, &segment.words)).collect();
    let mut windows: Vec<(f32, Range<usize>)> = Vec::new();
    for first in (0..masks.len()).filter(|at| masks[*at] != 0) {
        for wide in (1..=WIDEST.min(masks.len() - first)).take_while(|wide| is_block(source, first, *wide)) {
            if wide == 1 || each_adds(&masks[first..first + wide], &sought) {
                let thrift = PER_SEGMENT * (wide - 1) as f32;
                windows.push((coverage(&sought, source, &(first..first + wide)).0 - thrift, first..first + wide));
            }
        }
    }
    windows.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.start.cmp(&other.1.start)));
    let total: f32 = sought.iter().map(|word| word.weight).sum();
    let places = windows.into_iter().take(CLOSELY).map(|(score, segments)| {
        let order = in_order(claim, &source.words[words_of(source, segments.clone())]) / total;
        let (coverage, plain) = coverage(&sought, source, &segments);
        let place = Place { bytes: bytes_of(source, &segments), segments, coverage, plain, order };
        (score + ORDER * order, place)
    });
    let earlier_wins = |one: &Place, other: &Place| other.bytes.start.cmp(&one.bytes.start);
    places.max_by(|one, other| one.0.total_cmp(&other.0).then(earlier_wins(&one.1, &other.1))).map(|(_, place)| place)
}

fn is_block(source: &Source, first: usize, wide: usize) -> bool {
    source.segments[first].block == source.segments[first + wide - 1].block
}

/// Which of the words stand in these.
fn mask(sought: &[Sought], words: &Range<usize>) -> u64 {
    let next = |word: &Sought| word.places.partition_point(|(at, _)| *at < words.start);
    let stands = |word: &Sought| word.places.get(next(word)).is_some_and(|(at, _)| *at < words.end);
    let found = sought.iter().enumerate().filter(|(_, word)| stands(word));
    found.fold(0, |mask, (at, _)| mask | 1 << at)
}

/// Whether every segment brings words that no other of them has, and not figures alone.
fn each_adds(masks: &[u64], sought: &[Sought]) -> bool {
    let plain = sought.iter().enumerate().filter(|(_, word)| word.is_plain).fold(0, |mask, (at, _)| mask | 1 << at);
    (0..masks.len()).all(|own| {
        let others = masks.iter().enumerate().filter(|(at, _)| *at != own).fold(0, |mask, (_, other)| mask | other);
        let added = masks[own] & !others;
        added.count_ones() >= ADDED && added & plain != 0
    })
}

/// How many words of a claim say something, each form once.
pub fn content(claim: &[Word]) -> usize {
    distinct(claim).count()
}

/// How well one word says what another does: 1 the same, less for kin, 0 for strangers.
pub fn likeness(one: &Word, other: &Word) -> f32 {
    match (&one.kind, &other.kind) {
        (Kind::Date(date), Kind::Date(there)) => f32::from(u8::from(date.is_within(there))),
        (Kind::Plain, Kind::Plain) if one.norm != other.norm => kinship(&one.norm, &other.norm),
        _ => f32::from(u8::from(one.norm == other.norm)),
    }
}

/// `approv` and `approval` are kin; `contract` and `contrast` are not.
fn kinship(one: &str, other: &str) -> f32 {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let shared = short.bytes().zip(long.bytes()).take_while(|(a, b)| a == b).count();
    let near = shared >= 5 && short.len() - shared <= 1 && long.len() - shared <= 4;
    if near { 0.8 } else { 0.0 }
}

fn seek(claim: &[Word], source: &Source) -> Vec<Sought> {
    let sought = distinct(claim).take(MOST_WORDS).map(|(at, word)| Sought {
        weight: weight(word),
        is_plain: word.kind == Kind::Plain,
        places: places(claim, at, source),
        above: source.above.iter().map(|above| likeness(word, above)).fold(0.0, f32::max),
    });
    sought.collect()
}

fn distinct(claim: &[Word]) -> impl Iterator<Item = (usize, &Word)> {
    let said = claim.iter().enumerate().filter(|(_, word)| word.is_content());
    said.filter(|(at, word)| !claim[..*at].iter().any(|earlier| earlier.norm == word.norm))
}

fn weight(word: &Word) -> f32 {
    match word.kind {
        Kind::Plain if word.named => 1.5,
        Kind::Plain => 1.0,
        Kind::Number { spelled: true } => 1.0,
        Kind::Number { spelled: false } | Kind::Date(_) | Kind::Code => 2.0,
    }
}

fn places(claim: &[Word], at: usize, source: &Source) -> Vec<(usize, f32)> {
    let word = &claim[at];
    let mut places: Vec<(usize, f32)> = Vec::new();
    let tied = claim.get(at + 1).filter(|_| word.tied).map(|next| format!("{}{}", word.norm, next.norm));
    let after = (at > 0 && claim[at - 1].tied).then(|| format!("{}{}", claim[at - 1].norm, word.norm));
    for form in [Some(&word.norm), tied.as_ref(), after.as_ref()].into_iter().flatten() {
        places.extend(source.places.get(form).into_iter().flatten().map(|at| (*at, 1.0)));
    }
    if places.is_empty() {
        let alike = source.words.iter().enumerate().map(|(at, other)| (at, likeness(word, other)));
        places.extend(alike.filter(|(_, likeness)| *likeness > 0.0));
    }
    places.sort_by_key(|(at, _)| *at);
    places
}

/// The share of all words, and of those that are no figures, that stand in a window or above it.
fn coverage(sought: &[Sought], source: &Source, window: &Range<usize>) -> (f32, f32) {
    let segments = &source.segments[window.clone()];
    let above = segments.iter().flat_map(|segment| [segment.heading, segment.header]).flatten();
    let mut ranges: Vec<Range<usize>> = above.map(|at| source.segments[at].words.clone()).collect();
    ranges.push(words_of(source, window.clone()));
    let found =
        |word: &Sought| ranges.iter().map(|range| fit_within(word, range)).fold(word.above, f32::max) * word.weight;
    let share = |words: &mut dyn Iterator<Item = &Sought>| {
        let (got, all) = words.fold((0.0, 0.0), |(got, all), word| (got + found(word), all + word.weight));
        if all > 0.0 { got / all } else { 1.0 }
    };
    (share(&mut sought.iter()), share(&mut sought.iter().filter(|word| word.is_plain)))
}

fn fit_within(word: &Sought, range: &Range<usize>) -> f32 {
    let from = word.places.partition_point(|(at, _)| *at < range.start);
    let within = word.places[from..].iter().take_while(|(at, _)| *at < range.end);
    within.map(|(_, likeness)| *likeness).fold(0.0, f32::max)
}

/// The weight of the best local alignment: content that stands in the same order, less a little for every gap.
fn in_order(claim: &[Word], there: &[Word]) -> f32 {
    let said: Vec<&Word> = claim.iter().filter(|word| word.is_content()).collect();
    let (mut row, mut best) = (vec![0.0_f32; there.len() + 1], 0.0_f32);
    for word in said {
        let mut corner = 0.0;
        for (at, other) in there.iter().enumerate() {
            let above = row[at + 1];
            let likeness = likeness(word, other);
            let matched = if likeness > 0.0 { corner + weight(word) * likeness } else { 0.0 };
            row[at + 1] = matched.max(above - 0.2).max(row[at] - 0.02).max(0.0);
            best = best.max(row[at + 1]);
            corner = above;
        }
    }
    best
}

pub fn words_of(source: &Source, segments: Range<usize>) -> Range<usize> {
    let of = |segment: &Segment| segment.words.clone();
    of(&source.segments[segments.start]).start..of(&source.segments[segments.end - 1]).end
}

fn bytes_of(source: &Source, segments: &Range<usize>) -> Range<usize> {
    source.segments[segments.start].bytes.start..source.segments[segments.end - 1].bytes.end
}

#[cfg(test)]
mod tests {
    use super::super::words::words;
    use super::*;

    const TEXT: &str = "# Refunds\n\nRefunds take up to 10 business days once approved. We send the money back the same \
                        way you paid. A first annual payment is refunded in full if you ask within 30 days.\n\n\
                        | Plan | Requests |\n|---|---|\n| Solo | 60 |\n| Group | 300 |\n";

    fn check(claim: &str, quote: &str, least: f32) {
        let source = Source::new("", TEXT);
        let place = best(&words(claim), &source).unwrap();
        assert_eq!(&source.text[place.bytes.clone()], quote);
        assert!(place.coverage >= least, "{claim}: {}", place.coverage);
    }

    #[test]
    fn the_best_place_is_found_whatever_the_order() {
        check("Refunds take up to ten business days.", "Refunds take up to 10 business days once approved.", 1.0);
        check(
            "If you ask within 30 days, a first annual payment is fully refunded",
            "A first annual payment is refunded in full if you ask within 30 days.",
            0.8,
        );
        check("Group: 300", "| Group | 300 |", 1.0);
    }

    #[test]
    fn a_claim_over_two_sentences_takes_both() {
        check(
            "Refunds take 10 business days and the money goes back the same way you paid.",
            "Refunds take up to 10 business days once approved. We send the money back the same way you paid.",
            0.8,
        );
    }

    #[test]
    fn nothing_in_common_is_no_place() {
        assert_eq!(best(&words("Whales sing."), &Source::new("", TEXT)), None);
        assert_eq!(best(&words("the of and"), &Source::new("", TEXT)), None);
        assert_eq!(best(&words("Refunds"), &Source::new("", "")), None);
    }

    #[test]
    fn kin_is_near_and_no_nearer() {
        assert!(kinship("approv", "approval") > 0.0);
        assert!(kinship("renew", "renewal") > 0.0);
        assert!(kinship("contract", "contrast") == 0.0);
        assert!(kinship("intern", "internet") > 0.0, "a price: some strangers look like kin");
    }
}
