//! The one sparse encoder: words to BM25 term weights, the same for every index.
//!
//! A document's weights hold term frequency and length; a question's are all one; the index multiplies by how rare each
//! term is among its own points. The embedded engine cuts, stems and numbers the terms; its numbers are those of Qdrant's
//! own `qdrant/bm25` model, so one text means the same in memory, embedded and in a cluster. Knows no index and no access.

use qdrant_edge::bm25_embed::{EdgeBm25, EdgeBm25Config};
use qdrant_edge::external::ordered_float::NotNan;
use serde_json::json;

use super::languages::{self, Treatment};
use super::unspaced;

/// A saturation so late that a term's weight is how often it occurs.
const NEVER: f64 = 1e15;

/// What the encoder assumes about the texts. Fixed for a generation: other settings are other vectors.
#[derive(Clone, PartialEq, Debug)]
pub struct Bm25Settings {
    /// English name of the language, for its stop words and its stemmer; `mixed` for several.
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
    /// Texts of other lengths are other averages, so an index that is built over a corpus takes the corpus's own.
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
pub enum Bm25Error {
    #[error("the keyword index does not know the language \"{0}\"; it knows {known}", known = languages::known())]
    Language(String),
    #[error("the keyword index cannot be set up: {0}")]
    Number(String),
}

/// Turns text into term weights.
#[derive(Debug)]
pub struct Bm25 {
    /// Of the engine's encoder only the terms are wanted, and how often each occurs.
    counter: EdgeBm25,
    settings: Bm25Settings,
}

impl Bm25 {
    pub fn new(settings: &Bm25Settings) -> Result<Self, Bm25Error> {
        let Bm25Settings { language, average_terms, saturation, length_penalty } = settings;
        // Made for its checks.
        let numbers = EdgeBm25Config {
            avg_len: number(*average_terms)?,
            k: number(*saturation)?,
            b: number(*length_penalty)?,
            ..EdgeBm25Config::default()
        };
        EdgeBm25::new(numbers).map_err(|error| Bm25Error::Number(error.to_string()))?;
        let counter = EdgeBm25::new(counting(language)?).map_err(|_| Bm25Error::Language(language.clone()))?;
        Ok(Self { counter, settings: settings.clone() })
    }

    /// A document: repeated terms weigh more, long texts less.
    pub fn document(&self, text: &str) -> TermWeights {
        let counts = self.counts(text);
        let Bm25Settings { average_terms, saturation, length_penalty, language: _ } = self.settings;
        let length = total(&counts) / average_terms;
        let weight = |count: &f32| {
            let count = f64::from(*count);
            let held_back = saturation.mul_add(1.0 - length_penalty + length_penalty * length, count);
            (count * (saturation + 1.0) / held_back) as f32
        };
        TermWeights { values: counts.values.iter().map(weight).collect(), indices: counts.indices }
    }

    /// A question: every term once. Empty when the question is only stop words; then there is nothing to look up.
    pub fn question(&self, text: &str) -> TermWeights {
        let vector = self.counter.embed_query(&unspaced::question(text));
        TermWeights { indices: vector.indices, values: vector.values }
    }

    /// How many terms a document has: what [`Bm25Settings::average_terms`] is the mean of.
    pub fn terms(&self, text: &str) -> usize {
        total(&self.counts(text)) as usize
    }

    fn counts(&self, text: &str) -> TermWeights {
        let vector = self.counter.embed_document(&unspaced::passage(text));
        TermWeights { indices: vector.indices, values: vector.values.into_iter().map(f32::round).collect() }
    }
}

fn total(counts: &TermWeights) -> f64 {
    counts.values.iter().copied().map(f64::from).sum()
}

/// An encoder whose weights are the counts of the terms.
fn counting(language: &str) -> Result<EdgeBm25Config, Bm25Error> {
    let Treatment { language, stemmer } = languages::treatment(language);
    // The engine keeps the type's name to itself.
    let stemmer = stemmer.map(|language| serde_json::from_value(json!({ "type": "snowball", "language": language })));
    Ok(EdgeBm25Config {
        language: Some(language.to_owned()),
        stemmer: stemmer.transpose().map_err(|_| Bm25Error::Language(language.to_owned()))?,
        k: number(NEVER)?,
        b: number(0.0)?,
        ..EdgeBm25Config::default()
    })
}

fn number(value: f64) -> Result<NotNan<f64>, Bm25Error> {
    NotNan::new(value).map_err(|error| Bm25Error::Number(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn speaking(language: &str) -> Result<Bm25, Bm25Error> {
        Bm25::new(&Bm25Settings { language: language.to_owned(), ..Bm25Settings::default() })
    }

    fn english() -> Bm25 {
        speaking("english").unwrap()
    }

    /// Whether the passage has every term of the question, and the question has any.
    fn finds(language: &str, question: &str, passage: &str) -> bool {
        let encoder = speaking(language).unwrap();
        let (question, passage) = (encoder.question(question), encoder.document(passage));
        !question.is_empty() && question.indices.iter().all(|index| passage.indices.contains(index))
    }

    #[test]
    fn questions_and_documents_share_their_term_ids() {
        let (question, document) = (english().question("refunds"), english().document("a refund"));
        assert_eq!(question.indices, document.indices);
        assert_eq!(question.values, [1.0]);
    }

    #[test]
    fn weights_are_the_engines_own() {
        let settings = Bm25Settings::default();
        let number = |value| number(value).unwrap();
        let engine = EdgeBm25Config {
            language: Some(settings.language.clone()),
            avg_len: number(settings.average_terms),
            k: number(settings.saturation),
            b: number(settings.length_penalty),
            ..EdgeBm25Config::default()
        };
        let engine = EdgeBm25::new(engine).unwrap();
        let long = "refund the invoice, or refund the voucher: error E404 in v2.1.0 ".repeat(40);
        for text in ["refund", "Refunds are paid within 30 days of the refund.", &long] {
            let (expected, own) = (engine.embed_document(text), english().document(text));
            assert_eq!((own.indices, own.values), (expected.indices, expected.values), "{text}");
        }
    }

    #[test]
    fn terms_are_counted_without_stop_words_and_with_their_repetitions() {
        for (text, expected) in [("", 0), ("the of and", 0), ("a refund of refunds in 30 days", 4), ("退款", 3)] {
            assert_eq!(english().terms(text), expected, "{text}");
        }
        assert_eq!(english().terms(&"refund ".repeat(100_000)), 100_000);
    }

    #[test]
    fn stop_words_leave_nothing() {
        for language in ["english", "mixed", "japanese"] {
            for text in ["", " \n\t", "the of and", "?!", "。、！？", "🦀", "\u{e48}"] {
                let encoder = speaking(language).unwrap();
                assert!(encoder.question(text).is_empty(), "{text:?}");
                assert!(encoder.document(text).is_empty(), "{text:?}");
            }
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
    fn words_without_spaces_are_found() {
        let cases = [
            ("退款", "客户可以在三十天内申请退款。"),
            ("退", "客户可以在三十天内申请退款。"),
            ("申請退款", "客戶可以在三十天內申請退款。"),
            ("東京", "東京は日本の首都です。"),
            ("経費", "出張の経費を精算する方法を説明します"),
            ("データベース", "データベースの接続"),
            ("คืนเงิน", "ลูกค้าสามารถขอคืนเงินได้ภายในสามสิบวัน"),
            ("환불", "고객은 30일 이내에 환불을 요청할 수 있습니다"),
            ("500", "共500元"),
            ("500円", "返金は５００円です"),
            ("Excel 退款", "Excel表格里的退款"),
            ("404", "error 404"),
        ];
        for (question, passage) in cases {
            for language in ["mixed", "chinese", "japanese", "korean", "thai", "english", "german"] {
                assert!(finds(language, question, passage), "{question} in {passage} as {language}");
            }
        }
        assert!(!finds("mixed", "款退", "客户可以在三十天内申请退款。"));
    }

    #[test]
    fn every_language_it_names_is_one_it_knows() {
        for name in languages::known().split(", ") {
            let encoder = speaking(name).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(encoder.terms("42"), 1, "{name}");
        }
        assert!(finds("mixed", "refunds", "a refund"));
        assert!(finds("german", "Rückerstattungen", "die Rückerstattung"));
        assert!(finds("armenian", "քաղաքներ", "քաղաք"));
        assert!(finds("de", "Rückerstattungen", "die Rückerstattung"), "the engine's short names go on working");
    }

    #[test]
    fn settings_that_mean_nothing_are_refused() {
        let with = |change: fn(&mut Bm25Settings)| {
            let mut settings = Bm25Settings::default();
            change(&mut settings);
            Bm25::new(&settings)
        };
        assert!(with(|s| s.average_terms = 0.0).is_err());
        assert!(with(|s| s.average_terms = f64::NAN).is_err());
        assert!(with(|s| s.length_penalty = 2.0).is_err());
        let sentence = speaking("klingon").unwrap_err().to_string();
        assert!(sentence.contains("\"klingon\"") && sentence.contains("german, greek"), "{sentence}");
        assert!(sentence.contains("mixed"), "{sentence}");
    }
}
