//! A cross-encoder as a reranker: question and passage are read together, one pair per run.
//!
//! Far more exact than comparing vectors and far slower, so it sees only what retrieval has already verified. Knows
//! nothing of clearances: whoever calls it has already checked every passage.

use std::num::NonZeroUsize;
use std::path::Path;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use fastembed::{RerankerModel, TextRerank};

use super::folder::LocalModel;
use super::lanes::Lane;
use super::pool::{Pool, Reply};
use super::{LoadError, Runtime, session};
use crate::model::Passage;
use crate::ports::{EmbedError, Reranked, Reranker, Scored};

/// A cross-encoder on a pool of sessions. Scores are probabilities: the logistic function of the model's answer.
pub struct FastReranker {
    pool: Pool<Pair, f32>,
}

struct Pair {
    question: Arc<str>,
    passage: String,
}

impl FastReranker {
    /// A cross-encoder from a folder whose graph answers `logits`.
    pub fn from_folder(runtime: &Runtime, model: &LocalModel, sessions: NonZeroUsize) -> Result<Self, LoadError> {
        let (runtime, model, companions) = (runtime.clone(), model.clone(), model.companions()?);
        Self::start(sessions, move || session::reranking(&runtime, &model, &companions))
    }

    /// A cross-encoder by the name that fastembed knows it by, such as `BAAI/bge-reranker-base`. Fetched into `cache`
    /// the first time, which may take minutes.
    pub fn from_hub(runtime: &Runtime, name: &str, cache: &Path, sessions: NonZeroUsize) -> Result<Self, LoadError> {
        let model = RerankerModel::from_str(name).map_err(|_| unknown(name))?;
        let (runtime, cache) = (runtime.clone(), cache.to_owned());
        let fetching = Arc::new(Mutex::new(()));
        Self::start(sessions, move || {
            let _one_at_a_time = fetching.lock().unwrap_or_else(PoisonError::into_inner);
            session::hub_reranking(&runtime, &model, &cache)
        })
    }

    fn start(
        sessions: NonZeroUsize,
        load: impl Fn() -> Result<TextRerank, LoadError> + Send + Sync + 'static,
    ) -> Result<Self, LoadError> {
        let pool = Pool::start(sessions, move || {
            let mut model = load()?;
            Ok(move |pair: Pair| score(&mut model, &pair))
        })?;
        Ok(Self { pool })
    }
}

#[async_trait]
impl Reranker for FastReranker {
    async fn rerank(&self, question: &str, passages: Vec<Scored>) -> Result<Reranked, EmbedError> {
        let question: Arc<str> = question.into();
        let pair = |scored: &Scored| Pair { question: question.clone(), passage: in_context(&scored.passage) };
        let scores = self.pool.run(Lane::Urgent, passages.iter().map(pair).collect()).await?;
        let mut reranked: Vec<Scored> =
            passages.into_iter().zip(scores).map(|(scored, score)| Scored { score, ..scored }).collect();
        // The sort is stable: what the model finds equally good keeps the order of retrieval.
        reranked.sort_by(|left, right| right.score.total_cmp(&left.score));
        Ok(Reranked { passages: reranked, instead: None })
    }
}

fn score(model: &mut TextRerank, pair: &Pair) -> Reply<f32> {
    let ranked = model.rerank(&*pair.question, [pair.passage.as_str()], false, Some(1));
    let logit = ranked.map_err(|cause| cause.to_string())?.first().map(|result| result.score);
    logit.map(|logit| 1.0 / (1.0 + (-logit).exp())).ok_or_else(|| "the reranker gave no score".to_owned())
}

/// Title and headings often hold the words that tie a passage to the question.
fn in_context(passage: &Passage) -> String {
    let context = [&passage.title, &passage.heading].into_iter().filter(|part| !part.is_empty());
    context.chain([&passage.text]).map(String::as_str).collect::<Vec<_>>().join("\n")
}

fn unknown(name: &str) -> LoadError {
    let known: Vec<_> = TextRerank::list_supported_models().into_iter().map(|model| model.model_code).collect();
    LoadError::UnknownName { kind: "reranking", name: name.to_owned(), known: known.join(", ") }
}
