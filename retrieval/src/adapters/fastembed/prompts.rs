//! What some embedding models want to read before a question and before a passage; fastembed adds none of it.
//!
//! A model that was trained with prefixes and runs without them still answers, only worse, so nobody notices. The
//! table is by model family, from the authors' cards.

use fastembed::EmbeddingModel;
use serde_json::Value;

use crate::ports::Purpose;

/// The words before a text, by what the vector is for.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Prompts {
    question: String,
    passage: String,
}

impl Prompts {
    fn new(question: &str, passage: &str) -> Self {
        Self { question: question.to_owned(), passage: passage.to_owned() }
    }

    /// From the `prompts` object of `config_sentence_transformers.json`.
    pub(super) fn from_config(prompts: &Value) -> Self {
        let first = |names: &[&str]| names.iter().find_map(|name| prompts[*name].as_str()).unwrap_or_default();
        Self::new(first(&["query", "question"]), first(&["passage", "document"]))
    }

    pub(super) fn for_hub_model(model: &EmbeddingModel) -> Self {
        use EmbeddingModel as M;
        const SEARCH: &str = "Represent this sentence for searching relevant passages: ";
        match model {
            M::MultilingualE5Small | M::MultilingualE5Base | M::MultilingualE5Large => {
                Self::new("query: ", "passage: ")
            }
            M::NomicEmbedTextV1 | M::NomicEmbedTextV15 | M::NomicEmbedTextV15Q | M::ModernBertEmbedLarge => {
                Self::new("search_query: ", "search_document: ")
            }
            M::EmbeddingGemma300M | M::EmbeddingGemma300MQ | M::EmbeddingGemma300MQ4 => {
                Self::new("task: search result | query: ", "title: none | text: ")
            }
            M::BGESmallZHV15 | M::BGELargeZHV15 => Self::new("为这个句子生成表示以用于检索相关文章：", ""),
            M::BGESmallENV15 | M::BGESmallENV15Q | M::BGEBaseENV15 | M::BGEBaseENV15Q => Self::new(SEARCH, ""),
            M::BGELargeENV15 | M::BGELargeENV15Q => Self::new(SEARCH, ""),
            M::MxbaiEmbedLargeV1 | M::MxbaiEmbedLargeV1Q => Self::new(SEARCH, ""),
            other if format!("{other:?}").starts_with("SnowflakeArctic") => Self::new(SEARCH, ""),
            _ => Self::default(),
        }
    }

    pub(super) fn apply(&self, purpose: Purpose, text: String) -> String {
        let prefix = match purpose {
            Purpose::Question => &self.question,
            Purpose::Evidence | Purpose::Passage => &self.passage,
        };
        if prefix.is_empty() { text } else { format!("{prefix}{text}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(model: EmbeddingModel, question: &str, passage: &str) {
        let prompts = Prompts::for_hub_model(&model);
        assert_eq!(prompts.apply(Purpose::Question, "x".into()), question);
        assert_eq!(prompts.apply(Purpose::Passage, "x".into()), passage);
    }

    #[test]
    fn families_get_their_prefixes() {
        check(EmbeddingModel::MultilingualE5Small, "query: x", "passage: x");
        check(EmbeddingModel::NomicEmbedTextV15, "search_query: x", "search_document: x");
        check(
            EmbeddingModel::SnowflakeArcticEmbedMLong,
            "Represent this sentence for searching relevant passages: x",
            "x",
        );
        check(EmbeddingModel::AllMiniLML6V2, "x", "x");
    }

    #[test]
    fn a_folder_may_bring_its_own() {
        let prompts = Prompts::from_config(&serde_json::json!({"query": "Q: ", "document": "D: "}));
        assert_eq!(prompts, Prompts::new("Q: ", "D: "));
        assert_eq!(Prompts::from_config(&Value::Null), Prompts::default());
    }
}
