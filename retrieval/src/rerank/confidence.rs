//! How sure one may be that the passages answer the question: a probability, from the signals of the best of them.
//!
//! Learned on questions with and without an answer (`train`), so that of a hundred questions at .7 about seventy are
//! answered by the passages. Knows no sentences and no model's words; whoever declines decides where.

use super::signals::Signals;
use super::weights::Weights;

/// The best passages that an answer is made of.
const READ: usize = 5;

/// What the confidence is made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Clue {
    /// Of the best passage.
    Cosine,
    /// Of the nearest passage, before the others.
    StandsOut,
    /// Of the best passages, the most.
    Coverage,
    Sentence,
    Stretch,
    Pairs,
    Numbers,
    Title,
    /// The first by meaning is the first by words.
    Agreement,
    Known,
    Strength,
}

impl Clue {
    pub const ALL: [Self; 11] = [
        Self::Cosine,
        Self::StandsOut,
        Self::Coverage,
        Self::Sentence,
        Self::Stretch,
        Self::Pairs,
        Self::Numbers,
        Self::Title,
        Self::Agreement,
        Self::Known,
        Self::Strength,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Cosine => "cosine",
            Self::StandsOut => "stands out",
            Self::Coverage => "coverage",
            Self::Sentence => "sentence",
            Self::Stretch => "stretch",
            Self::Pairs => "pairs",
            Self::Numbers => "numbers",
            Self::Title => "title",
            Self::Agreement => "agreement",
            Self::Known => "language known",
            Self::Strength => "words found",
        }
    }
}

/// The clues of a search, from the signals of its passages in their order.
pub fn clues(ranked: &[Signals]) -> Option<[f32; Clue::ALL.len()]> {
    let first = ranked.first()?;
    let most = |signal: fn(&Signals) -> f32| ranked.iter().take(READ).map(signal).fold(0.0, f32::max);
    let clue = |clue: Clue| match clue {
        Clue::Cosine => first.cosine,
        Clue::StandsOut => first.lead,
        Clue::Coverage => most(|signals| signals.coverage),
        Clue::Sentence => most(|signals| signals.sentence),
        Clue::Stretch => most(|signals| signals.stretch),
        Clue::Pairs => most(|signals| signals.pairs),
        Clue::Numbers => most(|signals| signals.numbers),
        Clue::Title => most(|signals| signals.title),
        Clue::Agreement => f32::from(ranked.iter().any(|signals| signals.dense >= 1.0 && signals.sparse >= 1.0)),
        Clue::Known => first.known,
        Clue::Strength => first.strength,
    };
    Some(Clue::ALL.map(clue))
}

/// The probability that these passages answer; none at all when there are none.
pub fn confidence(weights: &Weights, ranked: &[Signals]) -> f64 {
    let Some(clues) = clues(ranked) else { return 0.0 };
    let sum: f32 = clues.iter().zip(weights.confidence).map(|(clue, weight)| clue * weight).sum();
    logistic(f64::from(sum + weights.constant))
}

pub(super) fn logistic(sum: f64) -> f64 {
    1.0 / (1.0 + (-sum).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signals(cosine: f32, coverage: f32) -> Signals {
        let known = 1.0;
        Signals {
            cosine,
            coverage,
            sentence: coverage,
            stretch: coverage,
            strength: coverage,
            lead: cosine - 0.2,
            known,
            ..Signals::default()
        }
    }

    #[test]
    fn more_evidence_is_more_confidence() {
        let weights = Weights::learned().unwrap();
        let sure = |cosine, coverage| {
            let ranked: Vec<Signals> = [signals(cosine, coverage)].into_iter().chain([signals(0.2, 0.1); 9]).collect();
            confidence(&weights, &ranked)
        };
        assert_eq!(confidence(&weights, &[]), 0.0);
        assert!(sure(0.8, 1.0) > 0.7 && sure(0.2, 0.1) < 0.3, "{} {}", sure(0.8, 1.0), sure(0.2, 0.1));
        assert!(sure(0.6, 0.5) > sure(0.3, 0.5));
        assert!((0.0..=1.0).contains(&sure(0.0, 0.0)));
    }
}
