//! Logistic regression by plain gradient descent, over clues brought to one scale.
//!
//! A dozen numbers and some thousand examples: nothing faster is needed. Sets count alike whatever their size.

use crate::rerank::confidence::{Clue, logistic};

const CLUES: usize = Clue::ALL.len();
const ROUNDS: usize = 3_000;
const RATE: f64 = 0.5;
/// Pulls weights towards nothing; few examples must not make anybody certain.
const PULL: f64 = 1e-3;

/// The clues of one search, and whether its passages answered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Example {
    pub(super) clues: [f32; CLUES],
    pub(super) is_answered: bool,
}

impl Example {
    pub(super) fn score(&self, weights: &[f32; CLUES], constant: f32) -> f64 {
        let sum: f32 = self.clues.iter().zip(weights).map(|(clue, weight)| clue * weight).sum();
        f64::from(sum + constant)
    }
}

/// Weights and constant that make the examples likeliest.
pub(super) fn fit(sets: &[Vec<Example>]) -> ([f32; CLUES], f32) {
    let (mean, deviation) = scale(sets);
    let many = sets.iter().filter(|set| !set.is_empty()).count().max(1) as f64;
    let examples: Vec<([f64; CLUES], f64, f64)> = sets
        .iter()
        .flat_map(|set| set.iter().map(|example| (example, 1.0 / many / set.len() as f64)))
        .map(|(example, share)| {
            let clues = std::array::from_fn(|at| (f64::from(example.clues[at]) - mean[at]) / deviation[at]);
            (clues, f64::from(u8::from(example.is_answered)), share)
        })
        .collect();
    let (mut weights, mut constant) = ([0.0; CLUES], 0.0);
    for _ in 0..ROUNDS {
        let (mut slopes, mut slope) = (weights.map(|weight| PULL * weight), 0.0);
        for (clues, answered, share) in &examples {
            let sum: f64 = clues.iter().zip(weights).map(|(clue, weight)| clue * weight).sum();
            let error = share * (logistic(sum + constant) - answered);
            slope += error;
            slopes.iter_mut().zip(clues).for_each(|(slope, clue)| *slope += error * clue);
        }
        weights.iter_mut().zip(slopes).for_each(|(weight, slope)| *weight -= RATE * slope);
        constant -= RATE * slope;
    }
    let raw: [f64; CLUES] = std::array::from_fn(|at| weights[at] / deviation[at]);
    let shift: f64 = raw.iter().zip(mean).map(|(weight, mean)| weight * mean).sum();
    (raw.map(|weight| weight as f32), (constant - shift) as f32)
}

/// Mean and deviation of each clue; one that never changes has a deviation of one.
fn scale(sets: &[Vec<Example>]) -> ([f64; CLUES], [f64; CLUES]) {
    let all: Vec<&Example> = sets.iter().flatten().collect();
    let many = all.len().max(1) as f64;
    let mean_of = |value: &dyn Fn(&Example) -> f64| all.iter().map(|example| value(example)).sum::<f64>() / many;
    let mean: [f64; CLUES] = std::array::from_fn(|at| mean_of(&|example| f64::from(example.clues[at])));
    let deviation = std::array::from_fn(|at| {
        let variance = mean_of(&|example| (f64::from(example.clues[at]) - mean[at]).powi(2));
        if variance > 1e-9 { variance.sqrt() } else { 1.0 }
    });
    (mean, deviation)
}
