//! The verdict on a claim and one source that it cites: the quote that supports it, or what keeps it from being one.
//!
//! Asks once more without the figures when only they disagree: then the source speaks of the same and says otherwise.

use std::ops::Range;

use super::agree::{Doubt, doubts};
use super::align::{self, Place};
use super::source::Source;
use super::words::{Kind, Word, words};

/// Share of a claim that must stand in its quote. Measured on mechanical paraphrases of a handbook: lower lets claims
/// through that only share a subject, higher refuses sentences that were turned round.
pub const FLOOR: f32 = 0.6;
/// The same without figures: numbers alone say nothing of what they count.
const PLAIN_FLOOR: f32 = 0.45;
/// Content words below which a text claims nothing by itself.
pub const LEAST: usize = 3;

/// A stretch of a source that says what is claimed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Evidence {
    /// The alias of the source, from 1.
    pub n: usize,
    /// An exact range of the source's text.
    pub quote: Range<usize>,
    /// How much of the claim stands there, in hundredths.
    pub strength: u8,
}

/// A source that was cited and does not support the claim.
#[derive(Clone, PartialEq, Debug)]
pub struct Refusal {
    pub n: usize,
    pub doubts: Vec<Doubt>,
    /// Where the source says otherwise, if it speaks of the same and only figures differ.
    pub otherwise: Option<Range<usize>>,
}

/// Whether the source with this alias supports a claim.
pub fn judge(claim: &str, n: usize, source: &Source) -> Result<Evidence, Refusal> {
    let said = words(claim);
    let refuse = |doubts, otherwise| Err(Refusal { n, doubts, otherwise });
    if align::content(&said) == 0 {
        return refuse(vec![Doubt::NothingSaid], None);
    }
    let place = align::best(&said, source);
    let Some(place) = place.filter(|place| place.coverage >= FLOOR && place.plain >= PLAIN_FLOOR) else {
        let found = align::best(&said, source).map_or(0, |place| hundredths(place.coverage));
        return refuse(vec![Doubt::NothingAlike { found }], otherwise(claim, &said, source));
    };
    let doubts = doubts(claim, &said, source, &place);
    if doubts.is_empty() {
        return Ok(Evidence { n, quote: place.bytes, strength: hundredths(place.coverage) });
    }
    let otherwise = otherwise(claim, &said, source);
    refuse(doubts, otherwise)
}

/// Where a source speaks of the same and gives other figures.
fn otherwise(claim: &str, said: &[Word], source: &Source) -> Option<Range<usize>> {
    let (figures, rest): (Vec<Word>, Vec<Word>) = said.iter().cloned().partition(is_figure);
    let place = align::best(&rest, source).filter(|place| place.coverage >= FLOOR)?;
    let speaks = !figures.is_empty() && align::content(&rest) + 1 >= LEAST && has_figures(source, &place);
    let found = doubts(claim, said, source, &place);
    (speaks && !found.is_empty() && found.iter().all(Doubt::is_figure)).then_some(place.bytes)
}

pub fn is_figure(word: &Word) -> bool {
    word.is_number() || matches!(word.kind, Kind::Date(_))
}

fn has_figures(source: &Source, place: &Place) -> bool {
    source.words[align::words_of(source, place.segments.clone())].iter().any(is_figure)
}

fn hundredths(share: f32) -> u8 {
    (share.clamp(0.0, 1.0) * 100.0).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_or_a_reason() {
        let source = Source::new("Refunds", "Refunds take up to 10 business days to reach your account. Ask the desk.");
        let found = judge("Refunds reach your account within 10 business days.", 1, &source).unwrap();
        assert_eq!(&source.text[found.quote], "Refunds take up to 10 business days to reach your account.");
        let refused = judge("Refunds reach your account within 12 business days.", 1, &source).unwrap_err();
        assert_eq!(refused.doubts, [Doubt::Number("12".into())]);
        assert_eq!(refused.otherwise, Some(0..58));
        let refused = judge("Whales sing in the northern seas.", 1, &source).unwrap_err();
        assert_eq!((refused.doubts, refused.otherwise), (vec![Doubt::NothingAlike { found: 0 }], None));
        assert_eq!(judge("Yes.", 1, &source).unwrap_err().doubts, [Doubt::NothingAlike { found: 0 }]);
        assert_eq!(judge("It is so.", 1, &source).unwrap_err().doubts, [Doubt::NothingSaid]);
    }
}
