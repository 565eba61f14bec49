//! A BERT-like encoder as an ONNX graph that is quick on a processor, in floats or in eight-bit integers.
//!
//! Every choice here was measured against ONNX Runtime's own fusions, which are slower on CPUs: one merged projection
//! for query, key and value with the attention scale folded into the query; plain `Add` and `LayerNormalization`;
//! `FusedMatMul` and `Softmax` rather than the `Attention` operator; bias inside the integer product; pooling and unit
//! length in the graph. The integer graph leaves out the attention mask, so it takes one unpadded text per run.

use super::ConvertError;
use super::config::{Activation, EncoderConfig, Pooling};
use super::graph::Graph;
use super::onnx::{Attribute, DimensionProto, FLOAT, INT64, ValueInfoProto};
use super::quantise;
use super::weights::{Dense, Weights};

/// What the weights are stored and multiplied as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Precision {
    Float,
    Int8,
}

/// What is added to the attention score of a padded position: enough to leave it nothing.
const MASKED: f32 = -1e4;

/// The bytes of an ONNX file with the inputs `input_ids` and `attention_mask` and the output `sentence_embedding`.
pub(super) fn build(
    config: &EncoderConfig,
    weights: &Weights<'_>,
    precision: Precision,
) -> Result<Vec<u8>, ConvertError> {
    let mut encoder = Encoder { graph: Graph::default(), config, weights, precision };
    encoder.shared_constants();
    let mut hidden = encoder.embeddings()?;
    encoder.mask();
    for layer in 0..config.layers {
        let attended = encoder.attention(layer, &hidden)?;
        hidden = encoder.feed_forward(layer, &attended)?;
    }
    encoder.pool(&hidden);
    let lengths = || vec![DimensionProto::named("batch"), DimensionProto::named("seq")];
    let inputs = ["input_ids", "attention_mask"].map(|name| ValueInfoProto::tensor(name, INT64, lengths()));
    let vector = vec![DimensionProto::named("batch"), DimensionProto::fixed(config.hidden)];
    let output = ValueInfoProto::tensor("sentence_embedding", FLOAT, vector);
    Ok(encoder.graph.into_bytes("encoder", inputs.to_vec(), output))
}

struct Encoder<'a> {
    graph: Graph,
    config: &'a EncoderConfig,
    weights: &'a Weights<'a>,
    precision: Precision,
}

impl Encoder<'_> {
    fn shared_constants(&mut self) {
        let (heads, head_size) = (self.config.heads as i64, self.config.head_size() as i64);
        for (name, value) in [("zero", 0), ("one", 1), ("two", 2)] {
            self.graph.int64s(name, &[value]);
        }
        self.graph.int64s("shape_heads", &[0, 0, 3 * heads, head_size]);
        self.graph.int64s("shape_joined", &[0, 0, self.config.hidden as i64]);
        self.graph.int64s("split_qkv", &[heads; 3]);
    }

    fn embeddings(&mut self) -> Result<String, ConvertError> {
        let hidden = self.config.hidden;
        let positions = self.weights.positions()?;
        self.words()?;
        self.graph.floats("positions", &[positions.len() / hidden, hidden], &positions);
        self.graph.node("Shape", &["input_ids"], "input_shape", &[]);
        self.graph.node("Slice", &["input_shape", "one", "two", "zero"], "length", &[]);
        self.graph.node("Slice", &["positions", "zero", "length", "zero"], "position", &[]);
        self.graph.node("Add", &["word", "position"], "embedded", &[]);
        self.norm("embeddings.LayerNorm", "embedded", "hidden_0")
    }

    /// Integers for the vocabulary save half of the file; a row is turned back when its word occurs.
    fn words(&mut self) -> Result<(), ConvertError> {
        let words = self.weights.words()?;
        let along_rows = [("axis", Attribute::Int(0))];
        match self.precision {
            Precision::Float => {
                self.graph.floats("words", &words.shape, &words.values);
                self.graph.node("Gather", &["words", "input_ids"], "word", &along_rows);
            }
            Precision::Int8 => {
                let quantised = quantise::by_row(&words.values, self.config.hidden);
                self.graph.int8s("words", &words.shape, &quantised.integers);
                self.graph.floats("word_scales", &[words.shape[0], 1], &quantised.scales);
                self.graph.node("Gather", &["words", "input_ids"], "word_int8", &along_rows);
                self.graph.node("Cast", &["word_int8"], "word_float", &[("to", Attribute::Int(i64::from(FLOAT)))]);
                self.graph.node("Gather", &["word_scales", "input_ids"], "word_scale", &along_rows);
                self.graph.node("Mul", &["word_float", "word_scale"], "word", &[]);
            }
        }
        Ok(())
    }

    fn mask(&mut self) {
        self.graph.node("Cast", &["attention_mask"], "present", &[("to", Attribute::Int(i64::from(FLOAT)))]);
        if self.precision == Precision::Float {
            self.graph.int64s("axes_1_2", &[1, 2]);
            self.graph.floats("all_present", &[], &[1.0]);
            self.graph.floats("masked", &[], &[MASKED]);
            self.graph.node("Sub", &["all_present", "present"], "absent", &[]);
            self.graph.node("Mul", &["absent", "masked"], "penalty", &[]);
            self.graph.node("Unsqueeze", &["penalty", "axes_1_2"], "penalties", &[]);
        }
    }

    fn attention(&mut self, layer: usize, hidden: &str) -> Result<String, ConvertError> {
        let (size, name) = (self.config.hidden, format!("encoder.layer.{layer}.attention"));
        let projection = |part| self.weights.dense(&format!("{name}.self.{part}"), size, size);
        let scale = 1.0 / (self.config.head_size() as f64).sqrt();
        let merged =
            Dense::side_by_side(&[projection("query")?.scaled(scale), projection("key")?, projection("value")?]);
        let output = self.weights.dense(&format!("{name}.output.dense"), size, size)?;

        let qkv = self.linear(&merged, hidden, &format!("qkv_{layer}"));
        let context = self.heads(layer, &qkv);
        let attended = self.linear(&output, &context, &format!("attention_{layer}"));
        let sum = self.graph.node("Add", &[&attended, hidden], &format!("attention_sum_{layer}"), &[]);
        self.norm(&format!("{name}.output.LayerNorm"), &sum, &format!("attended_{layer}"))
    }

    /// Scaled dot-product attention over all heads at once.
    fn heads(&mut self, layer: usize, qkv: &str) -> String {
        let name = |part: &str| format!("{part}_{layer}");
        let (query, key, value) = (name("query"), name("key"), name("value"));
        let swap = [("perm", Attribute::Ints(&[0, 2, 1, 3]))];
        let last_axis = [("axis", Attribute::Int(-1))];
        let fused = [("transB", Attribute::Int(1)), ("alpha", Attribute::Float(1.0))];
        let graph = &mut self.graph;
        let split = graph.node("Reshape", &[qkv, "shape_heads"], &name("split"), &[]);
        let by_head = graph.node("Transpose", &[&split], &name("by_head"), &swap);
        let outputs = [query.as_str(), &key, &value];
        graph.fork("Split", &[&by_head, "split_qkv"], &outputs, &[("axis", Attribute::Int(1))]);
        let mut scores = graph.contrib("FusedMatMul", &[&query, &key], &name("scores"), &fused);
        if self.precision == Precision::Float {
            scores = graph.node("Add", &[&scores, "penalties"], &name("masked_scores"), &[]);
        }
        let shares = graph.node("Softmax", &[&scores], &name("shares"), &last_axis);
        let context = graph.node("MatMul", &[&shares, &value], &name("context_by_head"), &[]);
        let together = graph.node("Transpose", &[&context], &name("context_split"), &swap);
        graph.node("Reshape", &[&together, "shape_joined"], &name("context"), &[])
    }

    fn feed_forward(&mut self, layer: usize, attended: &str) -> Result<String, ConvertError> {
        let (size, wide) = (self.config.hidden, self.config.intermediate);
        let name = format!("encoder.layer.{layer}");
        let widen = self.weights.dense(&format!("{name}.intermediate.dense"), size, wide)?;
        let narrow = self.weights.dense(&format!("{name}.output.dense"), wide, size)?;

        let (widen, even) = self.evened(layer, widen, attended)?;
        let wide = self.linear(&widen, &even, &format!("wide_{layer}"));
        let active = self.activation(&wide, &format!("active_{layer}"));
        let narrow = self.linear(&narrow, &active, &format!("narrow_{layer}"));
        let sum = self.graph.node("Add", &[&narrow, attended], &format!("feed_forward_sum_{layer}"), &[]);
        self.norm(&format!("{name}.output.LayerNorm"), &sum, &format!("hidden_{}", layer + 1))
    }

    /// A few dimensions of an encoder are far louder than the rest. Evening them out before the widening layer lifts the
    /// cosine to the reference (default model: worst .988 to .992, mean .9938 to .9949) for one multiplication, which
    /// cannot be seen in the time of a run. At the other projections it gained next to nothing.
    fn evened(&mut self, layer: usize, mut dense: Dense, input: &str) -> Result<(Dense, String), ConvertError> {
        if self.precision == Precision::Float {
            return Ok((dense, input.to_owned()));
        }
        let norm = self.weights.norm(&format!("encoder.layer.{layer}.attention.output.LayerNorm"))?;
        let factors = quantise::evening(&norm.scale, &norm.bias, &dense.weights, dense.outputs);
        for (row, factor) in dense.weights.chunks_exact_mut(dense.outputs).zip(&factors) {
            row.iter_mut().for_each(|weight| *weight *= factor);
        }
        let (divisors, even) = (format!("evening_{layer}"), format!("even_{layer}"));
        let inverse: Vec<f32> = factors.iter().map(|factor| 1.0 / factor).collect();
        self.graph.floats(&divisors, &[dense.inputs], &inverse);
        Ok((dense, self.graph.node("Mul", &[input, &divisors], &even, &[])))
    }

    fn activation(&mut self, input: &str, output: &str) -> String {
        match self.config.activation {
            Activation::Gelu => self.graph.contrib("Gelu", &[input], output, &[]),
            Activation::GeluTanh => self.graph.contrib("FastGelu", &[input], output, &[]),
            Activation::Relu => self.graph.node("Relu", &[input], output, &[]),
        }
    }

    /// `input · weights + bias`. With integers the activations are scaled anew for every text, which is what makes a
    /// batch's answer depend on its neighbours, and one text per run the rule.
    fn linear(&mut self, dense: &Dense, input: &str, output: &str) -> String {
        let name = |part: &str| format!("{output}.{part}");
        let (weights, bias) = (name("weights"), name("bias"));
        let graph = &mut self.graph;
        graph.floats(&bias, &[dense.outputs], &dense.bias);
        if self.precision == Precision::Float {
            graph.floats(&weights, &[dense.inputs, dense.outputs], &dense.weights);
            let product = graph.node("MatMul", &[input, &weights], &name("product"), &[]);
            return graph.node("Add", &[&product, &bias], output, &[]);
        }
        let quantised = quantise::by_column(&dense.weights, dense.outputs);
        let (scales, zeros) = (name("scales"), name("zeros"));
        graph.int8s(&weights, &[dense.inputs, dense.outputs], &quantised.integers);
        graph.floats(&scales, &[dense.outputs], &quantised.scales);
        graph.int8s(&zeros, &[dense.outputs], &vec![0; dense.outputs]);
        let (levels, step, centre) = (name("levels"), name("step"), name("centre"));
        graph.fork("DynamicQuantizeLinear", &[input], &[&levels, &step, &centre], &[]);
        let inputs = [levels.as_str(), &weights, &step, &scales, &centre, &zeros, &bias];
        graph.contrib("MatMulIntegerToFloat", &inputs, output, &[])
    }

    fn norm(&mut self, name: &str, input: &str, output: &str) -> Result<String, ConvertError> {
        let norm = self.weights.norm(name)?;
        let (scale, bias) = (format!("{output}.scale"), format!("{output}.bias"));
        self.graph.floats(&scale, &[self.config.hidden], &norm.scale);
        self.graph.floats(&bias, &[self.config.hidden], &norm.bias);
        let attributes = [("axis", Attribute::Int(-1)), ("epsilon", Attribute::Float(self.config.epsilon))];
        Ok(self.graph.node("LayerNormalization", &[input, &scale, &bias], output, &attributes))
    }

    /// One vector of length one. A sum does where a mean is meant: their directions are the same.
    fn pool(&mut self, hidden: &str) {
        match self.config.pooling {
            Pooling::Mean => {
                self.graph.node("Unsqueeze", &["present", "one"], "present_row", &[]);
                self.graph.node("MatMul", &["present_row", hidden], "sum_row", &[]);
                self.graph.node("Squeeze", &["sum_row", "one"], "pooled", &[]);
            }
            Pooling::Cls => {
                self.graph.node("Gather", &[hidden, "zero"], "first_row", &[("axis", Attribute::Int(1))]);
                self.graph.node("Squeeze", &["first_row", "one"], "pooled", &[]);
            }
        }
        let unit = [("axis", Attribute::Int(1)), ("p", Attribute::Int(2))];
        self.graph.node("LpNormalization", &["pooled"], "sentence_embedding", &unit);
    }
}
