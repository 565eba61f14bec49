//! Turns a BERT-family model folder (safetensors in the Hugging Face layout) into ONNX graphs.
//!
//! Two graphs from one set of weights: floats as the reference, and eight-bit integers, which is what usually runs.
//! Knows nothing of where the folder came from, of where the graphs will live, and of running them.

use std::path::{Path, PathBuf};

mod config;
mod encoder;
mod graph;
mod onnx;
mod quantise;
mod safetensors;
mod weights;

use self::config::EncoderConfig;
use self::encoder::Precision;
use self::safetensors::SafeTensors;
use self::weights::Weights;

/// Why a folder could not be converted.
#[derive(Debug, thiserror::Error)]
pub enum ConvertError {
    #[error("{0} is missing")]
    Missing(String),
    #[error("{} cannot be read: {cause}", file.display())]
    Read { file: PathBuf, cause: std::io::Error },
    #[error("{} does not describe an encoder: {cause}", file.display())]
    Configuration { file: PathBuf, cause: serde_json::Error },
    #[error("model.safetensors does not fit: {0}")]
    Weights(String),
    #[error("{0} cannot be converted; name such a model in the configuration to run it from the hub instead")]
    Unsupported(String),
}

impl ConvertError {
    fn read(file: &Path, cause: std::io::Error) -> Self {
        Self::Read { file: file.to_owned(), cause }
    }
}

/// A model folder, read and found convertible.
pub(super) struct Encoder {
    config: EncoderConfig,
    tensors: SafeTensors,
}

impl Encoder {
    pub(super) fn read(folder: &Path) -> Result<Self, ConvertError> {
        let config = EncoderConfig::read(folder)?;
        let file = folder.join("model.safetensors");
        if !file.is_file() {
            return Err(ConvertError::Missing("model.safetensors".to_owned()));
        }
        Ok(Self { config, tensors: SafeTensors::open(&file)? })
    }

    /// The reference graph, in floats.
    pub(super) fn float_graph(&self) -> Result<Vec<u8>, ConvertError> {
        self.graph(Precision::Float)
    }

    /// The graph in eight-bit integers; takes one unpadded text per run.
    pub(super) fn int8_graph(&self) -> Result<Vec<u8>, ConvertError> {
        self.graph(Precision::Int8)
    }

    fn graph(&self, precision: Precision) -> Result<Vec<u8>, ConvertError> {
        encoder::build(&self.config, &Weights::new(&self.tensors, &self.config)?, precision)
    }
}
