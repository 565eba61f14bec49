//! A model folder in the Hugging Face layout, read into what fastembed wants to be given.
//!
//! Fills in what many folders leave out and fastembed insists on. Knows nothing of where the folder came from.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use fastembed::{Pooling, TokenizerFiles};
use serde_json::{Value, json};

use super::LoadError;
use super::prompts::Prompts;

/// What BERT-like encoders can read at once unless their files say less.
const MAX_TOKENS: usize = 512;

/// A model on disk: a graph, with its tokenizer and configuration beside it in the same folder.
#[derive(Clone, Debug)]
pub struct LocalModel {
    /// Stable name of model, weights and kind of graph, such as `all-MiniLM-L6-v2/int8-1a2b3c4d`.
    pub name: String,
    /// The ONNX file.
    pub graph: PathBuf,
}

/// Everything beside the graph.
#[derive(Clone, Debug)]
pub(super) struct Companions {
    pub(super) tokenizer: TokenizerFiles,
    pub(super) max_tokens: usize,
    pub(super) pooling: Pooling,
    pub(super) prompts: Prompts,
}

impl LocalModel {
    pub(super) fn folder(&self) -> &Path {
        self.graph.parent().unwrap_or(Path::new("."))
    }

    /// What tells this graph from another one put in its place: its length and when it was written.
    pub(super) fn made(&self) -> Result<(u64, SystemTime), LoadError> {
        let made = std::fs::metadata(&self.graph).and_then(|graph| Ok((graph.len(), graph.modified()?)));
        made.map_err(|cause| LoadError::Unreadable { file: self.graph.clone(), cause })
    }

    pub(super) fn companions(&self) -> Result<Companions, LoadError> {
        let folder = self.folder();
        let config = json_or_empty(&folder.join("config.json"))?;
        let sentence = json_or_empty(&folder.join("sentence_bert_config.json"))?;
        let pooling = json_or_empty(&folder.join("1_Pooling/config.json"))?;
        let prompts = json_or_empty(&folder.join("config_sentence_transformers.json"))?;
        let special = json_or_empty(&folder.join("special_tokens_map.json"))?;
        let tokenizer_config = with_defaults(json_or_empty(&folder.join("tokenizer_config.json"))?);
        let tokenizer = TokenizerFiles {
            tokenizer_file: read(&folder.join("tokenizer.json"))?,
            config_file: config.to_string().into_bytes(),
            special_tokens_map_file: special.to_string().into_bytes(),
            tokenizer_config_file: tokenizer_config.to_string().into_bytes(),
        };
        Ok(Companions {
            tokenizer,
            max_tokens: max_tokens(&sentence, &config),
            // A graph that pools by itself answers one vector per text, which fastembed passes through either way.
            pooling: if pooling["pooling_mode_cls_token"] == json!(true) { Pooling::Cls } else { Pooling::Mean },
            prompts: Prompts::from_config(&prompts["prompts"]),
        })
    }
}

/// The smaller of what the model was trained on and what it has positions for.
fn max_tokens(sentence: &Value, config: &Value) -> usize {
    [&sentence["max_seq_length"], &config["max_position_embeddings"]]
        .into_iter()
        .filter_map(Value::as_u64)
        .map(|tokens| tokens as usize)
        .fold(MAX_TOKENS, usize::min)
}

fn with_defaults(mut tokenizer_config: Value) -> Value {
    if !tokenizer_config["model_max_length"].is_number() {
        tokenizer_config["model_max_length"] = json!(MAX_TOKENS);
    }
    if tokenizer_config["pad_token"].is_null() {
        tokenizer_config["pad_token"] = json!("[PAD]");
    }
    tokenizer_config
}

pub(super) fn read(file: &Path) -> Result<Vec<u8>, LoadError> {
    std::fs::read(file).map_err(|cause| LoadError::Unreadable { file: file.to_owned(), cause })
}

/// A file that is not there says nothing; one that is no JSON object is damaged.
fn json_or_empty(file: &Path) -> Result<Value, LoadError> {
    let bytes = match std::fs::read(file) {
        Ok(bytes) => bytes,
        Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(json!({})),
        Err(cause) => return Err(LoadError::Unreadable { file: file.to_owned(), cause }),
    };
    match serde_json::from_slice(&bytes) {
        Ok(object @ Value::Object(_)) => Ok(object),
        Ok(_) => Err(LoadError::damaged(file, "it holds no JSON object")),
        Err(cause) => Err(LoadError::damaged(file, cause)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> (tempfile::TempDir, LocalModel) {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files {
            let file = folder.path().join(name);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, content).unwrap();
        }
        let model = LocalModel { name: "m".into(), graph: folder.path().join("int8.onnx") };
        (folder, model)
    }

    #[test]
    fn a_bare_folder_gets_defaults() {
        let (_kept, model) = folder(&[("tokenizer.json", "{}")]);
        let companions = model.companions().unwrap();
        assert_eq!((companions.max_tokens, companions.pooling), (512, Pooling::Mean));
        assert!(String::from_utf8(companions.tokenizer.tokenizer_config_file).unwrap().contains("[PAD]"));
    }

    #[test]
    fn what_the_folder_says_is_kept() {
        let (_kept, model) = folder(&[
            ("tokenizer.json", "{}"),
            ("sentence_bert_config.json", r#"{"max_seq_length": 256}"#),
            ("config.json", r#"{"max_position_embeddings": 512}"#),
            ("1_Pooling/config.json", r#"{"pooling_mode_cls_token": true}"#),
            ("tokenizer_config.json", r#"{"pad_token": {"content": "<pad>"}, "model_max_length": 384}"#),
        ]);
        let companions = model.companions().unwrap();
        assert_eq!((companions.max_tokens, companions.pooling), (256, Pooling::Cls));
        assert!(String::from_utf8(companions.tokenizer.tokenizer_config_file).unwrap().contains("<pad>"));
    }

    #[test]
    fn missing_and_damaged_files_are_named() {
        let (_kept, model) = folder(&[]);
        assert!(model.companions().unwrap_err().to_string().contains("tokenizer.json"));
        let (_kept, model) = folder(&[("tokenizer.json", "{}"), ("config.json", "{")]);
        assert!(model.companions().unwrap_err().to_string().contains("config.json is damaged"));
    }
}
