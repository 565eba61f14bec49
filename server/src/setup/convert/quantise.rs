//! Weights as eight-bit integers with one scale per output channel, symmetric around zero.
//!
//! Zero points of zero keep the integer product free of a correction term. Knows nothing of graphs.

/// The largest magnitude; -128 stays unused so that the range is symmetric.
const LEVELS: f32 = 127.0;

/// Scales below this would divide noise by nothing; a channel of zeros stays zero.
const SMALLEST: f32 = 1e-8;

/// How many standard deviations of an input count as its range.
const DEVIATIONS: f32 = 2.0;

/// Inputs and weights fainter than this are treated alike.
const FAINT: f32 = 1e-5;

/// Integers, and the factors that turn them back.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Quantised {
    pub(super) integers: Vec<i8>,
    pub(super) scales: Vec<f32>,
}

/// One scale for each column of a matrix that is stored rows first: the output channels of `x · W`.
pub(super) fn by_column(values: &[f32], columns: usize) -> Quantised {
    let mut peaks = vec![SMALLEST; columns];
    for row in values.chunks_exact(columns) {
        for (peak, value) in peaks.iter_mut().zip(row) {
            *peak = peak.max(value.abs());
        }
    }
    let scales: Vec<f32> = peaks.iter().map(|peak| peak / LEVELS).collect();
    let integers = values.chunks_exact(columns).flat_map(|row| row.iter().zip(&scales).map(level)).collect();
    Quantised { integers, scales }
}

/// One scale for each row: a word's embedding.
pub(super) fn by_row(values: &[f32], columns: usize) -> Quantised {
    let scale = |row: &[f32]| row.iter().fold(SMALLEST, |peak, value| peak.max(value.abs())) / LEVELS;
    let scales: Vec<f32> = values.chunks_exact(columns).map(scale).collect();
    let rows = values.chunks_exact(columns).zip(&scales);
    let integers = rows.flat_map(|(row, scale)| row.iter().map(move |value| level((value, scale)))).collect();
    Quantised { integers, scales }
}

/// Factors that even out the inputs of a layer before they share one scale: input `j` is divided by factor `j` and its
/// row of weights multiplied by it, so that a few loud inputs no longer cost all others their precision. What a layer
/// normalisation will answer can be told from its own vectors, so no text has to be run for it.
pub(super) fn evening(norm_scale: &[f32], norm_bias: &[f32], weights: &[f32], outputs: usize) -> Vec<f32> {
    let loudness = norm_scale.iter().zip(norm_bias).map(|(scale, bias)| bias.abs() + DEVIATIONS * scale.abs());
    let row_peak = |row: &[f32]| row.iter().fold(0.0_f32, |peak, value| peak.max(value.abs()));
    let peaks = weights.chunks_exact(outputs).map(row_peak);
    let factors = loudness.zip(peaks).map(|(input, weight)| (input.max(FAINT) / weight.max(FAINT)).sqrt());
    let factors: Vec<f32> = factors.collect();
    let middle = factors.iter().map(|factor| factor.ln()).sum::<f32>() / factors.len() as f32;
    factors.into_iter().map(|factor| factor / middle.exp()).collect()
}

/// Halves go to the even neighbour, as numpy rounds, so that the file can be compared with one that numpy made.
fn level((value, scale): (&f32, &f32)) -> i8 {
    (value / scale).round_ties_even().clamp(-LEVELS, LEVELS) as i8
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn columns_and_rows_have_their_own_scales() {
        let matrix = [1.0, 100.0, -0.5, 50.0];
        let columns = by_column(&matrix, 2);
        assert_eq!(columns.integers, [127, 127, -64, 64]);
        assert_eq!(columns.scales, [1.0 / 127.0, 100.0 / 127.0]);
        let rows = by_row(&matrix, 2);
        assert_eq!(rows.integers, [1, 127, -1, 127]);
    }

    #[test]
    fn zeros_stay_zero() {
        assert_eq!(by_column(&[0.0; 4], 2).integers, [0; 4]);
    }

    #[test]
    fn evening_turns_loud_inputs_down_and_keeps_the_product() {
        let (weights, loud) = ([1.0, -1.0, 1.0, 1.0], [100.0, 1.0]);
        let factors = evening(&loud, &[0.0, 0.0], &weights, 2);
        assert!(factors[0] > 1.0 && factors[1] < 1.0);
        assert!((factors[0] * factors[1] - 1.0).abs() < 1e-5, "the factors centre on one: {factors:?}");
    }

    proptest! {
        #[test]
        fn nothing_moves_by_more_than_half_a_level(values in proptest::collection::vec(-10.0_f32..10.0, 12)) {
            let quantised = by_column(&values, 3);
            for (index, value) in values.iter().enumerate() {
                let scale = quantised.scales[index % 3];
                let back = f32::from(quantised.integers[index]) * scale;
                prop_assert!((value - back).abs() <= scale * 0.501);
            }
        }
    }
}
