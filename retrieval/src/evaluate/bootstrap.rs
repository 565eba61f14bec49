//! Bootstrap intervals: how far a mean over these questions may be off for questions like them.
//!
//! Questions are drawn again with replacement, and the middle 95 % of the means is the interval (percentile method). The
//! draws come from a small generator with a fixed seed, so that the same numbers give the same interval on every machine
//! and in every year. Knows nothing of what the numbers measure.

use super::mean;

const RESAMPLES: usize = 1_000;
/// Left out below and above: 95 % remain.
const TAIL: f64 = 0.025;
const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

/// Where the true mean probably lies.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

/// The 95 % interval of a mean over questions; `None` without any.
pub fn interval_of_mean(values: &[f64]) -> Option<Interval> {
    let mut draw = Draw(SEED);
    let means = (0..RESAMPLES).map(|_| mean((0..values.len()).map(|_| values[draw.below(values.len())])));
    (!values.is_empty()).then(|| middle(means.collect()))
}

/// The 95 % interval of the mean difference of two runs over the same questions in the same order: each question is drawn
/// with both of its values, so that what makes it hard for both cancels out. `None` where they cannot be paired.
pub fn interval_of_difference(values: &[f64], control: &[f64]) -> Option<Interval> {
    let differences: Vec<f64> = values.iter().zip(control).map(|(value, control)| value - control).collect();
    if values.len() == control.len() { interval_of_mean(&differences) } else { None }
}

fn middle(mut means: Vec<f64>) -> Interval {
    means.sort_by(f64::total_cmp);
    let last = means.len() - 1;
    let at = |share: f64| means[((last as f64 * share).round() as usize).min(last)];
    Interval { low: at(TAIL), high: at(1.0 - TAIL) }
}

/// Marsaglia's xorshift64*: far better than needed for drawing questions, and six lines.
struct Draw(u64);

impl Draw {
    fn below(&mut self, many: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let mixed = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d);
        // The upper half times the size: no division, and no bias that a thousand draws could show.
        (((mixed >> 32) * many as u64) >> 32) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_holds_its_mean_and_narrows_with_more_questions() {
        let coins = |many: usize| -> Vec<f64> { (0..many).map(|at| (at % 2) as f64).collect() };
        let width = |many: usize| {
            let interval = interval_of_mean(&coins(many)).unwrap();
            assert!(interval.low < 0.5 && 0.5 < interval.high, "{interval:?}");
            interval.high - interval.low
        };
        // The normal approximation says 2 * 1.96 * 0.5 / sqrt(n): .196 and .062.
        assert!((width(100) - 0.196).abs() < 0.03, "{}", width(100));
        assert!((width(1_000) - 0.062).abs() < 0.01, "{}", width(1_000));
    }

    #[test]
    fn the_same_numbers_give_the_same_interval() {
        let values = [0.1, 0.9, 0.4, 0.7, 0.2];
        assert_eq!(interval_of_mean(&values), interval_of_mean(&values));
        assert_eq!(interval_of_mean(&[0.3; 50]).map(|interval| (interval.low, interval.high)), {
            let same = mean([0.3; 50].into_iter());
            Some((same, same))
        });
        assert_eq!(interval_of_mean(&[]), None);
    }

    #[test]
    fn pairing_sees_a_small_steady_difference_that_two_intervals_hide() {
        let control: Vec<f64> = (0..200).map(|at| f64::from(at % 10) / 10.0).collect();
        let better: Vec<f64> = control.iter().enumerate().map(|(at, v)| v + 0.01 + (at % 3) as f64 * 0.01).collect();
        let (one, other) = (interval_of_mean(&better).unwrap(), interval_of_mean(&control).unwrap());
        assert!(one.low < other.high, "the two overlap");
        assert!(interval_of_difference(&better, &control).unwrap().low > 0.0);
        assert!(interval_of_difference(&control, &better).unwrap().high < 0.0);
        assert_eq!(interval_of_difference(&better, &control[1..]), None);
    }

    #[test]
    fn every_question_is_drawn_equally_often() {
        let (mut draw, mut drawn) = (Draw(SEED), [0; 7]);
        (0..70_000).for_each(|_| drawn[draw.below(7)] += 1);
        assert!(drawn.iter().all(|many| (9_500..10_500).contains(many)), "{drawn:?}");
    }
}
