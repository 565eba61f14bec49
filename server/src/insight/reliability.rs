//! Reliability: of the answers that were said to be so likely, how many came about and how many helped. Numbers in, numbers out.

use crate::store::Rated;

/// A tenth each.
pub const BINS: usize = 10;
/// Of one.
const THOUSANDTHS: i64 = 1_000;

/// Questions whose passages were about equally likely to answer them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Bin {
    pub asked: usize,
    pub answered: usize,
    /// Those of which somebody said whether they helped.
    pub judged: usize,
    pub helpful: usize,
    /// The mean of how likely they were, in thousandths; none where there were none.
    pub confidence: Option<i64>,
}

/// The least likely first.
pub fn binned(rated: &[Rated]) -> [Bin; BINS] {
    let mut bins = [Bin::default(); BINS];
    let mut sums = [0_i64; BINS];
    for one in rated {
        let at = place(one.confidence);
        let bin = &mut bins[at];
        bin.asked += 1;
        bin.answered += usize::from(!one.is_declined);
        bin.judged += usize::from(one.is_helpful.is_some());
        bin.helpful += usize::from(one.is_helpful == Some(true));
        sums[at] += one.confidence;
    }
    for (bin, sum) in bins.iter_mut().zip(sums) {
        bin.confidence = i64::try_from(bin.asked).ok().filter(|many| *many > 0).map(|many| sum / many);
    }
    bins
}

/// What is certain stands in the last one.
fn place(confidence: i64) -> usize {
    let tenths = confidence.clamp(0, THOUSANDTHS) * 10 / THOUSANDTHS;
    usize::try_from(tenths).unwrap_or_default().min(BINS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stands_with_those_that_were_as_likely() {
        let rated = |confidence, is_declined, is_helpful| Rated { confidence, is_declined, is_helpful };
        let bins = binned(&[
            rated(0, true, None),
            rated(99, true, Some(false)),
            rated(900, false, Some(true)),
            rated(1_000, false, Some(false)),
            rated(950, false, None),
            rated(500, false, None),
        ]);
        let told = |at: usize| {
            let Bin { asked, answered, judged, helpful, confidence } = bins[at];
            (asked, answered, judged, helpful, confidence)
        };
        assert_eq!(told(0), (2, 0, 1, 0, Some(49)));
        assert_eq!(told(5), (1, 1, 0, 0, Some(500)));
        assert_eq!(told(9), (3, 3, 2, 1, Some(950)));
        assert_eq!(told(4), (0, 0, 0, 0, None));
    }
}
