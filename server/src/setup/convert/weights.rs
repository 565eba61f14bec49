//! The weights of an encoder by the part they play, whatever prefix and spelling the file uses.
//!
//! Checks every shape against the configuration, so that a graph is never built from the wrong matrix. Knows nothing of
//! ONNX.

use super::ConvertError;
use super::config::EncoderConfig;
use super::safetensors::{SafeTensors, Tensor};

/// The name that every encoder has; what stands before it is the prefix of all others.
const WORDS: &str = "embeddings.word_embeddings.weight";

/// A dense layer as the graph wants it: `x · weights + bias`, weights with a row per input.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Dense {
    pub(super) weights: Vec<f32>,
    pub(super) bias: Vec<f32>,
    pub(super) inputs: usize,
    pub(super) outputs: usize,
}

/// The two vectors of a layer normalisation.
pub(super) struct Norm {
    pub(super) scale: Vec<f32>,
    pub(super) bias: Vec<f32>,
}

pub(super) struct Weights<'a> {
    file: &'a SafeTensors,
    config: &'a EncoderConfig,
    prefix: String,
}

impl<'a> Weights<'a> {
    pub(super) fn new(file: &'a SafeTensors, config: &'a EncoderConfig) -> Result<Self, ConvertError> {
        let prefix = file.names().filter_map(|name| name.strip_suffix(WORDS)).min_by_key(|prefix| prefix.len());
        let prefix = prefix.ok_or_else(|| ConvertError::Weights(format!("there is no {WORDS}")))?.to_owned();
        Ok(Self { file, config, prefix })
    }

    /// One row per token of the vocabulary.
    pub(super) fn words(&self) -> Result<Tensor, ConvertError> {
        let words = self.tensor(WORDS)?;
        match words.shape.as_slice() {
            [vocabulary, width] if *vocabulary > 0 && *width == self.config.hidden => Ok(words),
            shape => Err(ConvertError::Weights(format!("{WORDS} has the shape {shape:?}"))),
        }
    }

    /// One row per usable position. The embedding of the first segment is added in: a single text has no second one.
    pub(super) fn positions(&self) -> Result<Vec<f32>, ConvertError> {
        let hidden = self.config.hidden;
        let positions = self.tensor("embeddings.position_embeddings.weight")?.values;
        let mut positions = positions
            .get(self.config.position_offset * hidden..)
            .filter(|rest| !rest.is_empty() && rest.len() % hidden == 0)
            .ok_or_else(|| ConvertError::Weights("there are too few position embeddings".to_owned()))?
            .to_vec();
        let segment = "embeddings.token_type_embeddings.weight";
        if self.file.contains(&format!("{}{segment}", self.prefix)) {
            let segments = self.tensor(segment)?.values;
            for row in positions.chunks_exact_mut(hidden) {
                row.iter_mut().zip(&segments).for_each(|(value, segment)| *value += segment);
            }
        }
        Ok(positions)
    }

    /// `name` is the layer normalisation's own name, such as `embeddings.LayerNorm`.
    pub(super) fn norm(&self, name: &str) -> Result<Norm, ConvertError> {
        // Checkpoints from before 2019 call the two gamma and beta.
        let old = self.file.contains(&format!("{}{name}.gamma", self.prefix));
        let (scale, bias) = if old { ("gamma", "beta") } else { ("weight", "bias") };
        let vector = |part| self.shaped(&format!("{name}.{part}"), &[self.config.hidden]);
        Ok(Norm { scale: vector(scale)?, bias: vector(bias)? })
    }

    /// A dense layer of that many inputs and outputs, turned around: files keep a row per output.
    pub(super) fn dense(&self, name: &str, inputs: usize, outputs: usize) -> Result<Dense, ConvertError> {
        let by_output = self.shaped(&format!("{name}.weight"), &[outputs, inputs])?;
        let bias = self.shaped(&format!("{name}.bias"), &[outputs])?;
        let mut weights = vec![0.0; by_output.len()];
        for (output, row) in by_output.chunks_exact(inputs).enumerate() {
            for (input, value) in row.iter().enumerate() {
                weights[input * outputs + output] = *value;
            }
        }
        Ok(Dense { weights, bias, inputs, outputs })
    }

    fn shaped(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, ConvertError> {
        let tensor = self.tensor(name)?;
        if tensor.shape == shape {
            return Ok(tensor.values);
        }
        Err(ConvertError::Weights(format!("{name} has the shape {:?} and not {shape:?}", tensor.shape)))
    }

    fn tensor(&self, name: &str) -> Result<Tensor, ConvertError> {
        self.file.tensor(&format!("{}{name}", self.prefix))
    }
}

impl Dense {
    /// Multiplying the layer multiplies its answer; in double precision, so that it costs a single rounding.
    pub(super) fn scaled(mut self, factor: f64) -> Self {
        let scale = |value: &mut f32| *value = (f64::from(*value) * factor) as f32;
        self.weights.iter_mut().chain(&mut self.bias).for_each(scale);
        self
    }

    /// Layers with the same input as one: their outputs stand side by side.
    pub(super) fn side_by_side(layers: &[Self]) -> Self {
        let inputs = layers.first().map_or(0, |layer| layer.inputs);
        let row = |input: usize| layers.iter().flat_map(move |layer| layer.row(input).iter().copied());
        Self {
            weights: (0..inputs).flat_map(row).collect(),
            bias: layers.iter().flat_map(|layer| layer.bias.iter().copied()).collect(),
            inputs,
            outputs: layers.iter().map(|layer| layer.outputs).sum(),
        }
    }

    fn row(&self, input: usize) -> &[f32] {
        &self.weights[input * self.outputs..(input + 1) * self.outputs]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merged_layers_answer_side_by_side() {
        let left = Dense { weights: vec![1.0, 2.0], bias: vec![0.5], inputs: 2, outputs: 1 };
        let right = Dense { weights: vec![3.0, 4.0, 5.0, 6.0], bias: vec![0.1, 0.2], inputs: 2, outputs: 2 };
        let both = Dense::side_by_side(&[left.scaled(2.0), right]);
        assert_eq!(both.weights, [2.0, 3.0, 4.0, 4.0, 5.0, 6.0]);
        assert_eq!((both.bias, both.inputs, both.outputs), (vec![1.0, 0.1, 0.2], 2, 3));
    }
}
