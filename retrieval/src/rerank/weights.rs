//! How much each signal counts: the terms of the order and of the confidence, and the learned numbers in `weights.json`.
//!
//! A sum of terms, so that every place in a list can be explained by adding up. Some terms are products with what holds
//! for the whole question: how well the embedder knows its language, and whether any passage holds its words. `train`
//! makes the file; what it learned from stands in the file and in docs/EVALUATION.md.

use serde_json::{Map, Value, json};

use super::confidence::Clue;
use super::signals::Signals;

const LEARNED: &str = include_str!("weights.json");

/// What is added up for the order of passages.
pub const TERMS: [&str; 19] = [
    "cosine, language known",
    "cosine, very near",
    "cosine, one stands out",
    "nearness, language known",
    "nearness, one stands out",
    "keywords",
    "keywords, language unknown",
    "keywords, words found",
    "keywords, nearness stands out",
    "coverage",
    "sentence",
    "stretch",
    "pairs",
    "title",
    "numbers",
    "pieces of words",
    "kin",
    "kin, one stands out",
    "fresh",
];

/// Beyond this a passage says nearly what was asked, in other words.
const VERY_NEAR: f32 = 0.6;

/// `fresh` is not learned: no set that people judged has dates. It settles what is otherwise equal.
pub const FRESH: usize = TERMS.len() - 1;

/// The terms of one passage.
pub fn terms(signals: &Signals) -> [f32; TERMS.len()] {
    let Signals { known, strength, lead, .. } = *signals;
    let unknown = 1.0 - known;
    [
        known * signals.cosine,
        known * (signals.cosine - VERY_NEAR).max(0.0),
        known * lead * signals.cosine,
        known * signals.dense,
        known * lead * signals.dense,
        signals.sparse,
        unknown * signals.sparse,
        strength * signals.sparse,
        known * lead * signals.sparse,
        signals.coverage,
        signals.sentence,
        signals.stretch,
        signals.pairs,
        signals.title,
        signals.numbers,
        unknown * signals.pieces,
        known * signals.kin,
        known * lead * signals.kin,
        signals.fresh,
    ]
}

/// The learned numbers.
#[derive(Clone, PartialEq, Debug)]
pub struct Weights {
    /// Names this training; part of what an evaluation's settings say.
    pub version: String,
    pub order: [f32; TERMS.len()],
    /// The logistic function of these and a constant is the confidence.
    pub confidence: [f32; Clue::ALL.len()],
    pub constant: f32,
}

/// Why weights cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the weights of the reranker cannot be read: {0}")]
pub struct WeightsError(String);

impl Weights {
    /// Where learning begins: by hand, meaning and keywords in about equal parts. Always here and never where the last
    /// training ended, or a set that is left out would have taught all the same.
    pub fn beginning() -> Self {
        let begun = |name: &str| match name {
            "cosine, language known" | "keywords, language unknown" => 1.0,
            "keywords" | "coverage" | "pairs" | "pieces of words" => 0.2,
            "cosine, one stands out" => 2.0,
            "fresh" => 0.02,
            _ => 0.0,
        };
        let confidence = [0.0; Clue::ALL.len()];
        Self { version: "beginning".to_owned(), order: TERMS.map(begun), confidence, constant: 0.0 }
    }

    /// Those that this program was built with.
    pub fn learned() -> Result<Self, WeightsError> {
        Self::parse(LEARNED)
    }

    pub fn parse(text: &str) -> Result<Self, WeightsError> {
        let value: Value = serde_json::from_str(text).map_err(|error| WeightsError(error.to_string()))?;
        let version = value["version"].as_str().ok_or_else(|| WeightsError("it has no version".into()))?;
        Ok(Self {
            version: version.to_owned(),
            order: numbers(&value["order"], &TERMS)?,
            confidence: numbers(&value["confidence"], &Clue::ALL.map(Clue::name))?,
            constant: number(&value["confidence"], "constant")?,
        })
    }

    /// As it stands in the file, without what it was learned from.
    pub fn to_json(&self) -> Value {
        let round = |weight: f32| (f64::from(weight) * 1e4).round() / 1e4;
        let order: Map<String, Value> =
            TERMS.iter().zip(self.order).map(|(name, weight)| ((*name).to_owned(), json!(round(weight)))).collect();
        let clues =
            Clue::ALL.iter().zip(self.confidence).map(|(clue, weight)| (clue.name().to_owned(), json!(round(weight))));
        let confidence: Map<String, Value> =
            clues.chain([("constant".to_owned(), json!(round(self.constant)))]).collect();
        json!({"version": self.version, "order": order, "confidence": confidence})
    }

    pub fn score(&self, signals: &Signals) -> f32 {
        terms(signals).iter().zip(self.order).map(|(term, weight)| term * weight).sum()
    }
}

/// Every name has its number, and no other stands there.
fn numbers<const MANY: usize>(value: &Value, names: &[&str; MANY]) -> Result<[f32; MANY], WeightsError> {
    let known = |name: &String| name == "constant" || names.contains(&name.as_str());
    if let Some(name) = value.as_object().and_then(|object| object.keys().find(|name| !known(name))) {
        return Err(WeightsError(format!("nothing is called \"{name}\"")));
    }
    let mut found = [0.0; MANY];
    for (place, name) in found.iter_mut().zip(names) {
        *place = number(value, name)?;
    }
    Ok(found)
}

fn number(value: &Value, name: &str) -> Result<f32, WeightsError> {
    let number = value[name].as_f64().filter(|number| number.is_finite());
    number.map(|number| number as f32).ok_or_else(|| WeightsError(format!("\"{name}\" has no number")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_learned_can_be_read_and_written() {
        let learned = Weights::learned().unwrap();
        assert_eq!(Weights::parse(&learned.to_json().to_string()).unwrap(), learned);
        assert!(learned.order[FRESH] > 0.0, "of two equals the newer comes first");
    }

    #[test]
    fn weights_that_do_not_fit_are_refused() {
        let check = |change: fn(&mut Value), words: &str| {
            let mut value = Weights::learned().unwrap().to_json();
            change(&mut value);
            let error = Weights::parse(&value.to_string()).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        };
        check(|value| value["order"]["magic"] = json!(1), "nothing is called \"magic\"");
        check(|value| value["order"]["pairs"] = json!("much"), "\"pairs\" has no number");
        check(|value| value["confidence"]["constant"] = Value::Null, "\"constant\" has no number");
        check(|value| value["version"] = Value::Null, "version");
        assert!(Weights::parse("{").is_err());
    }
}
