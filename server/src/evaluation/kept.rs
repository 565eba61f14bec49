//! What stays of a run: with which settings which set came to which numbers.
//!
//! Two runs are compared question by question, so the numbers of each question stay, and a mark of the questions says
//! whether they are the same. Does not know where it is kept.

use serde::{Deserialize, Serialize};

use super::{answers, conversations, ranking};

/// A run over one set in one mode.
#[derive(Clone, PartialEq, Debug)]
pub struct Run {
    pub set: String,
    /// Empty where there is only one way.
    pub mode: String,
    pub settings: Settings,
    pub measured: Measured,
    pub created_ms: i64,
}

/// All that the numbers depend on and the set does not say.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Settings {
    pub embedder: String,
    pub language: String,
    pub reranker: String,
    pub weights: String,
    pub program: String,
    pub questions: usize,
    /// Equal for the same questions in the same order.
    pub questions_mark: String,
}

/// What a run of each kind came to.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measured {
    Retrieval { numbers: ranking::Numbers, ndcg_of_each: Vec<f64> },
    Answers(answers::Numbers),
    Conversations(conversations::Numbers),
}

impl Settings {
    pub fn new<'a>(
        embedder: &str,
        language: &str,
        reranker: Option<&str>,
        weights: &str,
        questions: impl Iterator<Item = &'a str>,
    ) -> Self {
        let (mut hash, mut many) = (blake3::Hasher::new(), 0);
        for question in questions {
            // The length keeps "a b" and "c" apart from "a" and "b c".
            hash.update(&(question.len() as u64).to_le_bytes()).update(question.as_bytes());
            many += 1;
        }
        Self {
            embedder: embedder.to_owned(),
            language: language.to_owned(),
            reranker: reranker.unwrap_or("built-in").to_owned(),
            weights: weights.to_owned(),
            program: env!("CARGO_PKG_VERSION").to_owned(),
            questions: many,
            questions_mark: hash.finalize().to_hex()[..16].to_owned(),
        }
    }
}

impl Settings {
    /// By name, those that are not the same here and there.
    pub fn differing(&self, other: &Self) -> Vec<&'static str> {
        let settings = [
            ("embedder", self.embedder != other.embedder),
            ("language", self.language != other.language),
            ("reranker", self.reranker != other.reranker),
            ("weights", self.weights != other.weights),
            ("program", self.program != other.program),
            ("questions", self.questions_mark != other.questions_mark),
        ];
        settings.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect()
    }
}

impl Measured {
    /// As the store names it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Retrieval { .. } => "retrieval",
            Self::Answers(_) => "answers",
            Self::Conversations(_) => "conversations",
        }
    }

    /// The one number that two runs are compared by, with its name.
    pub fn headline(&self) -> (&'static str, f64) {
        match self {
            Self::Retrieval { numbers, .. } => ("ndcg_at_10", numbers.ndcg_at_10),
            Self::Answers(numbers) => {
                let right = (numbers.answered_right + numbers.declined_rightly) as f64;
                ("answered_or_declined_right", right / numbers.questions.max(1) as f64)
            }
            Self::Conversations(numbers) => {
                ("rewritten_hit_at_5", numbers.get("all").map_or(0.0, |all| all.rewritten.hit_at_5))
            }
        }
    }

    /// nDCG@10 of each question, where there are such.
    pub fn of_each(&self) -> &[f64] {
        match self {
            Self::Retrieval { ndcg_of_each, .. } => ndcg_of_each,
            Self::Answers(_) | Self::Conversations(_) => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_have_a_mark() {
        let mark =
            |questions: &[&str]| Settings::new("e", "english", None, "w", questions.iter().copied()).questions_mark;
        assert_eq!(mark(&["a", "b"]), mark(&["a", "b"]));
        assert_ne!(mark(&["a", "b"]), mark(&["b", "a"]));
        assert_ne!(mark(&["a b", "c"]), mark(&["a", "b c"]));
    }

    #[test]
    fn what_is_kept_is_read_again() {
        let answers = Measured::Answers(answers::Numbers { questions: 4, answered_right: 2, ..Default::default() });
        let kind = conversations::Kind { questions: 3, ..Default::default() };
        let conversations = Measured::Conversations([("all".to_owned(), kind)].into());
        for measured in [answers, conversations] {
            let json = serde_json::to_string(&measured).unwrap();
            assert_eq!(serde_json::from_str::<Measured>(&json).unwrap(), measured, "{json}");
            assert!(json.contains(measured.kind()), "{json}");
        }
    }
}
