//! Whether a confidence is worth something: does it tell the answerable from the rest, and does .8 mean four in five?
//!
//! AUC for the first, expected calibration error and the bins of a reliability plot for the second. Knows nothing of
//! where the probabilities come from.

use super::mean;

const BINS: usize = 10;

/// What was said of one question, and how it was.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Claim {
    /// From 0 to 1. What is no number claims nothing, and counts as 0.
    pub confidence: f64,
    pub answerable: bool,
}

/// The claims between two confidences.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Bin {
    pub from: f64,
    pub to: f64,
    /// Mean confidence.
    pub mean: f64,
    /// How many of them were answerable: what the mean should be.
    pub answered_share: f64,
    pub count: usize,
}

/// How good the claims were as a whole.
#[derive(Clone, PartialEq, Debug)]
pub struct Calibration {
    pub questions: usize,
    /// The chance that an answerable question gets the higher confidence of two; a tie is half a chance. `None` when
    /// all are of one kind.
    pub auc: Option<f64>,
    /// Expected calibration error: how far confidence and outcome are apart, bin by bin, weighed by their questions.
    pub ece: f64,
    /// In order, without those that no claim fell into.
    pub bins: Vec<Bin>,
}

/// Judge the claims; their order does not matter.
pub fn calibrate(claims: &[Claim]) -> Calibration {
    let said = |claim: &Claim| if claim.confidence.is_nan() { 0.0 } else { claim.confidence.clamp(0.0, 1.0) };
    let claims: Vec<Claim> = claims.iter().map(|claim| Claim { confidence: said(claim), ..*claim }).collect();
    let bins: Vec<Bin> = (0..BINS).filter_map(|at| bin(&claims, at)).collect();
    let apart = bins.iter().map(|bin| (bin.mean - bin.answered_share).abs() * bin.count as f64).sum::<f64>();
    Calibration { questions: claims.len(), auc: auc(&claims), ece: apart / claims.len().max(1) as f64, bins }
}

fn bin(claims: &[Claim], at: usize) -> Option<Bin> {
    // Certainty belongs to the last bin, not to one of its own.
    let place = |claim: &Claim| ((claim.confidence * BINS as f64) as usize).min(BINS - 1);
    let inside: Vec<&Claim> = claims.iter().filter(|claim| place(claim) == at).collect();
    (!inside.is_empty()).then(|| Bin {
        from: at as f64 / BINS as f64,
        to: (at + 1) as f64 / BINS as f64,
        mean: mean(inside.iter().map(|claim| claim.confidence)),
        answered_share: mean(inside.iter().map(|claim| f64::from(u8::from(claim.answerable)))),
        count: inside.len(),
    })
}

/// The rank statistic of Mann and Whitney: equal confidences share their ranks.
fn auc(claims: &[Claim]) -> Option<f64> {
    let mut sorted = claims.to_vec();
    sorted.sort_by(|a, b| a.confidence.total_cmp(&b.confidence));
    let (mut ranks, mut below) = (0.0, 0);
    for equals in sorted.chunk_by(|a, b| a.confidence == b.confidence) {
        let shared = below as f64 + (equals.len() as f64 + 1.0) / 2.0;
        ranks += shared * equals.iter().filter(|claim| claim.answerable).count() as f64;
        below += equals.len();
    }
    let answerable = claims.iter().filter(|claim| claim.answerable).count() as f64;
    let rest = claims.len() as f64 - answerable;
    let pairs = answerable * rest;
    (pairs > 0.0).then(|| (ranks - answerable * (answerable + 1.0) / 2.0) / pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(said: &[(f64, bool)]) -> Vec<Claim> {
        said.iter().map(|(confidence, answerable)| Claim { confidence: *confidence, answerable: *answerable }).collect()
    }

    #[test]
    fn auc_is_the_chance_of_the_right_order() {
        let check = |said: &[(f64, bool)], expected: Option<f64>| assert_eq!(calibrate(&claims(said)).auc, expected);
        check(&[(0.9, true), (0.8, true), (0.2, false)], Some(1.0));
        check(&[(0.1, true), (0.8, false)], Some(0.0));
        check(&[(0.5, true), (0.5, false), (0.5, false)], Some(0.5));
        check(&[(0.9, true), (0.4, true), (0.6, false), (0.1, false)], Some(0.75));
        check(&[(0.7, true), (0.7, false), (0.1, false), (0.9, true)], Some(0.875));
        check(&[(0.9, true)], None);
        check(&[], None);
        // What is no number is no confidence.
        check(&[(f64::NAN, false), (0.3, true)], Some(1.0));
    }

    #[test]
    fn honest_claims_have_no_error_and_boasts_have_theirs() {
        let fair: Vec<(f64, bool)> = (0..10).map(|at| (0.75, at < 7)).chain((0..10).map(|at| (0.75, at < 8))).collect();
        assert!(calibrate(&claims(&fair)).ece < 1e-9);
        let boast = calibrate(&claims(&[(1.0, false), (1.0, true)]));
        assert_eq!((boast.ece, boast.bins.len()), (0.5, 1));
        assert_eq!(calibrate(&[]).ece, 0.0);
    }

    #[test]
    fn bins_hold_every_claim_once() {
        let many =
            calibrate(&claims(&[(0.0, false), (0.05, false), (0.1, true), (0.99, true), (1.0, true), (7.0, true)]));
        let counts: Vec<(f64, usize)> = many.bins.iter().map(|bin| (bin.from, bin.count)).collect();
        assert_eq!(counts, [(0.0, 2), (0.1, 1), (0.9, 3)]);
        assert_eq!(many.bins[2].answered_share, 1.0);
    }
}
