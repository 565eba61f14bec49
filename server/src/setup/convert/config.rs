//! What a model folder says about its encoder: sizes, activation, pooling.
//!
//! Refuses early, and in words, what the converter cannot express: a model that is converted wrongly still answers, and
//! nobody would notice. Knows nothing of weights or graphs.

use std::io::ErrorKind;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::ConvertError;

/// The numbers of a BERT-like encoder.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct EncoderConfig {
    pub(super) hidden: usize,
    pub(super) layers: usize,
    pub(super) heads: usize,
    pub(super) intermediate: usize,
    pub(super) epsilon: f32,
    /// Position embeddings that are never used: RoBERTa counts from the padding token on.
    pub(super) position_offset: usize,
    pub(super) activation: Activation,
    pub(super) pooling: Pooling,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Activation {
    Gelu,
    /// Gelu by its tanh formula.
    GeluTanh,
    Relu,
}

/// How token vectors become one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Pooling {
    Mean,
    Cls,
}

#[derive(Deserialize)]
struct ConfigFile {
    model_type: Option<String>,
    hidden_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    intermediate_size: usize,
    #[serde(default = "default_epsilon")]
    layer_norm_eps: f64,
    #[serde(default = "default_activation")]
    hidden_act: String,
    position_embedding_type: Option<String>,
    pad_token_id: Option<usize>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct PoolingFile {
    pooling_mode_cls_token: bool,
    pooling_mode_max_tokens: bool,
    pooling_mode_mean_sqrt_len_tokens: bool,
    pooling_mode_weightedmean_tokens: bool,
    pooling_mode_lasttoken: bool,
}

impl EncoderConfig {
    pub(super) fn read(folder: &Path) -> Result<Self, ConvertError> {
        let file: ConfigFile =
            json(&folder.join("config.json"))?.ok_or_else(|| ConvertError::Missing("config.json".to_owned()))?;
        refuse_further_modules(folder)?;
        let pooling = json::<PoolingFile>(&folder.join("1_Pooling/config.json"))?.unwrap_or_default();
        Ok(Self {
            hidden: file.hidden_size,
            layers: file.num_hidden_layers,
            heads: whole_heads(&file)?,
            intermediate: file.intermediate_size,
            epsilon: file.layer_norm_eps as f32,
            position_offset: position_offset(&file)?,
            activation: activation(&file.hidden_act)?,
            pooling: pooling_of(&pooling)?,
        })
    }

    pub(super) fn head_size(&self) -> usize {
        self.hidden / self.heads
    }
}

fn whole_heads(file: &ConfigFile) -> Result<usize, ConvertError> {
    let heads = file.num_attention_heads;
    if heads > 0 && file.hidden_size > 0 && file.hidden_size.is_multiple_of(heads) {
        return Ok(heads);
    }
    Err(ConvertError::Unsupported(format!("{heads} attention heads over {} values", file.hidden_size)))
}

fn position_offset(file: &ConfigFile) -> Result<usize, ConvertError> {
    if let Some(other) = file.position_embedding_type.as_deref().filter(|kind| *kind != "absolute") {
        return Err(ConvertError::Unsupported(format!("position embeddings of type {other}")));
    }
    match file.model_type.as_deref() {
        None | Some("bert" | "electra") => Ok(0),
        Some("roberta" | "xlm-roberta" | "camembert") => Ok(file.pad_token_id.unwrap_or(1) + 1),
        Some(other) => Err(ConvertError::Unsupported(format!("models of type {other}"))),
    }
}

fn activation(name: &str) -> Result<Activation, ConvertError> {
    match name {
        "gelu" => Ok(Activation::Gelu),
        "gelu_new" | "gelu_fast" | "gelu_pytorch_tanh" => Ok(Activation::GeluTanh),
        "relu" => Ok(Activation::Relu),
        other => Err(ConvertError::Unsupported(format!("the activation {other}"))),
    }
}

fn pooling_of(file: &PoolingFile) -> Result<Pooling, ConvertError> {
    let unusual = file.pooling_mode_max_tokens
        || file.pooling_mode_mean_sqrt_len_tokens
        || file.pooling_mode_weightedmean_tokens
        || file.pooling_mode_lasttoken;
    match (unusual, file.pooling_mode_cls_token) {
        (true, _) => Err(ConvertError::Unsupported("pooling other than mean or first token".to_owned())),
        (false, true) => Ok(Pooling::Cls),
        (false, false) => Ok(Pooling::Mean),
    }
}

/// Sentence-transformers folders list their stages; anything after pooling but a normalisation changes the vector.
fn refuse_further_modules(folder: &Path) -> Result<(), ConvertError> {
    let modules = json::<Vec<Value>>(&folder.join("modules.json"))?.unwrap_or_default();
    for kind in modules.iter().filter_map(|module| module["type"].as_str()) {
        if !["Transformer", "Pooling", "Normalize"].iter().any(|known| kind.ends_with(known)) {
            return Err(ConvertError::Unsupported(format!("the stage {kind}")));
        }
    }
    Ok(())
}

/// The file's content, or `None` where there is no such file.
fn json<T: DeserializeOwned>(file: &Path) -> Result<Option<T>, ConvertError> {
    match std::fs::read(file) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|cause| ConvertError::Configuration { file: file.to_owned(), cause }),
        Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(ConvertError::read(file, cause)),
    }
}

fn default_epsilon() -> f64 {
    1e-12
}

fn default_activation() -> String {
    "gelu".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZES: &str = r#""hidden_size":384,"num_hidden_layers":6,"num_attention_heads":12,"intermediate_size":1536"#;

    fn read(extra: &str, others: &[(&str, &str)]) -> Result<EncoderConfig, ConvertError> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("1_Pooling")).unwrap();
        std::fs::write(folder.path().join("config.json"), format!("{{{SIZES}{extra}}}")).unwrap();
        for (name, content) in others {
            std::fs::write(folder.path().join(name), content).unwrap();
        }
        EncoderConfig::read(folder.path())
    }

    #[test]
    fn sizes_and_defaults_are_read() {
        let config = read("", &[]).unwrap();
        assert_eq!((config.layers, config.head_size(), config.position_offset), (6, 32, 0));
        assert_eq!((config.activation, config.pooling), (Activation::Gelu, Pooling::Mean));
    }

    #[test]
    fn families_differ_in_positions_activation_and_pooling() {
        let cls = [("1_Pooling/config.json", r#"{"pooling_mode_cls_token":true}"#)];
        let config = read(r#","model_type":"xlm-roberta","pad_token_id":1,"hidden_act":"gelu_new""#, &cls).unwrap();
        assert_eq!((config.position_offset, config.activation), (2, Activation::GeluTanh));
        assert_eq!(config.pooling, Pooling::Cls);
    }

    #[test]
    fn what_cannot_be_expressed_is_refused() {
        for extra in [
            r#","model_type":"distilbert""#,
            r#","hidden_act":"swish""#,
            r#","position_embedding_type":"relative_key""#,
        ] {
            assert!(matches!(read(extra, &[]), Err(ConvertError::Unsupported(_))), "{extra}");
        }
        let last_token = [("1_Pooling/config.json", r#"{"pooling_mode_lasttoken":true}"#)];
        assert!(matches!(read("", &last_token), Err(ConvertError::Unsupported(_))));
        let dense = [("modules.json", r#"[{"type":"sentence_transformers.models.Dense"}]"#)];
        assert!(matches!(read("", &dense), Err(ConvertError::Unsupported(_))));
    }
}
