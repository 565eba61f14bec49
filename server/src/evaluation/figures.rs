//! Numbers as they are printed and kept: rounded, and in the shapes of their JSON.

use retrieval::evaluate::{Bin, Calibration, Interval};
use serde::{Deserialize, Serialize};

/// How far a confidence can be trusted.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Reliability {
    pub questions: usize,
    pub auc: Option<f64>,
    pub ece: f64,
    pub bins: Vec<BinOf>,
}

/// A bar of a reliability plot.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct BinOf {
    pub from: f64,
    pub to: f64,
    pub mean: f64,
    pub answered_share: f64,
    pub count: usize,
}

impl From<&Calibration> for Reliability {
    fn from(found: &Calibration) -> Self {
        let bin = |bin: &Bin| BinOf {
            from: rounded(bin.from),
            to: rounded(bin.to),
            mean: rounded(bin.mean),
            answered_share: rounded(bin.answered_share),
            count: bin.count,
        };
        Self {
            questions: found.questions,
            auc: found.auc.map(rounded),
            ece: rounded(found.ece),
            bins: found.bins.iter().map(bin).collect(),
        }
    }
}

/// To four places; more would be noise.
pub fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

pub fn rounded_interval(interval: Option<Interval>) -> [f64; 2] {
    interval.map_or([0.0; 2], |interval| [rounded(interval.low), rounded(interval.high)])
}

/// Of nothing it is nothing.
pub fn share(part: usize, whole: usize) -> f64 {
    rounded(part as f64 / whole.max(1) as f64)
}

/// The value below which this share of a sample lies.
pub fn percentile(sample: &[f64], share: f64) -> f64 {
    let mut sorted = sample.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = ((sorted.len() as f64 * share).ceil() as usize).clamp(1, sorted.len().max(1)) - 1;
    sorted.get(at).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_of_the_sample() {
        let sample: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!(percentile(&sample, 0.5), 50.0);
        assert_eq!(percentile(&sample, 0.95), 95.0);
        assert_eq!(percentile(&[7.0], 0.95), 7.0);
        assert_eq!(percentile(&[], 0.5), 0.0);
    }
}
