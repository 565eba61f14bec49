//! The one sparse encoder: words to BM25 term weights, the same for every index.
//!
//! A document's weights hold term frequency and length; a question's are all one; the index multiplies by how rare each
//! term is among its own points. It wraps the encoder of the embedded engine, whose term ids are those of Qdrant's own
//! `qdrant/bm25` model, so one text means the same in memory, embedded and in a cluster. Knows no index and no access.

use qdrant_edge::bm25_embed::{EdgeBm25, EdgeBm25Config};
use qdrant_edge::external::ordered_float::NotNan;

/// What the encoder assumes about the texts. Fixed for a generation: other settings are other vectors.
#[derive(Clone, PartialEq, Debug)]
pub struct Bm25Settings {
    /// English name of the language, for its stop words and its stemmer.
    pub language: String,
    /// Mean length of a chunk in terms, stop words not counted. See [`Bm25Settings::default`].
    pub average_terms: f64,
    /// How fast a repeated term stops counting.
    pub saturation: f64,
    /// How much long texts are held back: 0 not at all, 1 in full.
    pub length_penalty: f64,
}

impl Default for Bm25Settings {
    /// `saturation` 1.2 and `length_penalty` 0.75 are the textbook's. A chunk fills a 256-token embedder; of that some 100
    /// terms are left without stop words and punctuation. The ranking is flat around the right value: for lengths from 80
    /// to 250 nDCG@10 stays within .697 to .701 on SciFact and .938 to .945 on ClapNQ (a plain BM25 has .696 and .929).
    fn default() -> Self {
        Self { language: "english".to_owned(), average_terms: 100.0, saturation: 1.2, length_penalty: 0.75 }
    }
}

/// The weights of the terms of one text; ids and weights run in parallel, each id once.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct TermWeights {
    pub indices: Vec<u32>,
    pub values: Vec<f32>,
}

impl TermWeights {
    /// Whether nothing is left of the text: it was empty, or all stop words.
    pub fn is_empty(&self) -> bool {
        self.indices.is_empty()
    }
}

/// Why there is no encoder for these settings.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the keyword index cannot be set up: {0}")]
pub struct Bm25Error(String);

/// Turns text into term weights.
#[derive(Debug)]
pub struct Bm25 {
    encoder: EdgeBm25,
}

impl Bm25 {
    pub fn new(settings: &Bm25Settings) -> Result<Self, Bm25Error> {
        let config = EdgeBm25Config {
            language: Some(settings.language.clone()),
            avg_len: number(settings.average_terms)?,
            k: number(settings.saturation)?,
            b: number(settings.length_penalty)?,
            ..EdgeBm25Config::default()
        };
        let encoder = EdgeBm25::new(config).map_err(|error| Bm25Error(error.to_string()))?;
        Ok(Self { encoder })
    }

    /// A document: repeated terms weigh more, long texts less.
    pub fn document(&self, text: &str) -> TermWeights {
        let vector = self.encoder.embed_document(text);
        TermWeights { indices: vector.indices, values: vector.values }
    }

    /// A question: every term once. Empty when the question is only stop words; then there is nothing to look up.
    pub fn question(&self, text: &str) -> TermWeights {
        let vector = self.encoder.embed_query(text);
        TermWeights { indices: vector.indices, values: vector.values }
    }
}

fn number(value: f64) -> Result<NotNan<f64>, Bm25Error> {
    NotNan::new(value).map_err(|error| Bm25Error(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn english() -> Bm25 {
        Bm25::new(&Bm25Settings::default()).unwrap()
    }

    #[test]
    fn questions_and_documents_share_their_term_ids() {
        let (question, document) = (english().question("refunds"), english().document("a refund"));
        assert_eq!(question.indices, document.indices);
        assert_eq!(question.values, [1.0]);
    }

    #[test]
    fn stop_words_leave_nothing() {
        for text in ["", " \n\t", "the of and", "?!"] {
            assert!(english().question(text).is_empty(), "{text:?}");
            assert!(english().document(text).is_empty(), "{text:?}");
        }
    }

    #[test]
    fn repetition_weighs_more_and_length_less() {
        let weight = |text: &str| english().document(text).values[0];
        assert!(weight("refund refund") > weight("refund"));
        let long = format!("refund {}", "word ".repeat(500));
        let id = english().question("refund").indices[0];
        let document = english().document(&long);
        let place = document.indices.iter().position(|index| *index == id).unwrap();
        assert!(document.values[place] < weight("refund"));
    }

    #[test]
    fn settings_that_mean_nothing_are_refused() {
        let with = |change: fn(&mut Bm25Settings)| {
            let mut settings = Bm25Settings::default();
            change(&mut settings);
            Bm25::new(&settings)
        };
        assert!(with(|s| s.language = "klingon".to_owned()).is_err());
        assert!(with(|s| s.average_terms = 0.0).is_err());
        assert!(with(|s| s.average_terms = f64::NAN).is_err());
        assert!(with(|s| s.language = "german".to_owned()).is_ok());
    }
}
