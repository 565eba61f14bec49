//! Embedding models and cross-encoders through fastembed on ONNX Runtime.
//!
//! ```text
//! let runtime = Runtime::open(&library)?;                                    // once per process
//! let embedder = FastEmbedder::from_folder(&runtime, &LocalModel { name, graph }, cores)?;
//! let vectors = embedder.embed(Purpose::Passage, texts).await?;
//! ```
//!
//! A pool of single-threaded sessions takes one unpadded text per run, so a text's vector has the same bits whatever is
//! embedded beside it and whichever session takes it; questions overtake passages that wait. Constructors read files
//! (or the hub) and take their time: call them where blocking is allowed. Knows nothing of how a model came to be on
//! this machine, nor of what the texts are.

use std::num::NonZeroUsize;
use std::path::Path;
use std::str::FromStr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use fastembed::{EmbeddingModel, TextEmbedding};

mod allocator;
mod error;
mod folder;
mod knowledge;
mod lanes;
mod pool;
mod prompts;
mod rerank;
mod runtime;
mod session;

pub use error::LoadError;
pub use folder::LocalModel;
pub use rerank::FastReranker;
pub use runtime::Runtime;

use self::knowledge::Knowledge;
use self::lanes::Lane;
use self::pool::{Pool, Reply};
use self::prompts::Prompts;
use crate::ports::{EmbedError, Embedder, Embedding, Purpose};

/// An embedding model on a pool of sessions.
pub struct FastEmbedder {
    name: String,
    dimensions: usize,
    prompts: Prompts,
    knowledge: Knowledge,
    pool: Pool<String, Embedding>,
}

impl FastEmbedder {
    /// A model from a folder, usually one that `lectern setup` made; `sessions` is the number of cores to use.
    pub fn from_folder(runtime: &Runtime, model: &LocalModel, sessions: NonZeroUsize) -> Result<Self, LoadError> {
        let companions = model.companions()?;
        let prompts = companions.prompts.clone();
        let knowledge = Knowledge::of(&companions.tokenizer.tokenizer_file);
        let (runtime, graph, local) = (runtime.clone(), model.graph.clone(), model.clone());
        let made = local.made()?;
        let load = move || match local.made()? == made {
            true => session::embedding(&runtime, &local, &companions),
            // Vectors of two models must never stand under one name.
            false => Err(LoadError::damaged(&local.graph, "it was replaced while it was in use: start again")),
        };
        let embedder =
            Self::start(&model.name, prompts, sessions, load, move |cause| LoadError::damaged(&graph, cause))?;
        Ok(Self { knowledge, ..embedder })
    }

    /// A model by the name that fastembed knows it by, such as `MultilingualE5Small`. Fetched into `cache` the first
    /// time, which may take minutes.
    pub fn from_hub(runtime: &Runtime, name: &str, cache: &Path, sessions: NonZeroUsize) -> Result<Self, LoadError> {
        let model = EmbeddingModel::from_str(name).map_err(|_| unknown(name))?;
        let (prompts, name) = (Prompts::for_hub_model(&model), format!("fastembed/{model}"));
        let (runtime, cache) = (runtime.clone(), cache.to_owned());
        let fetching = Arc::new(Mutex::new(()));
        let load = move || {
            let _one_at_a_time = fetching.lock().unwrap_or_else(PoisonError::into_inner);
            session::hub_embedding(&runtime, &model, &cache)
        };
        let named = name.clone();
        Self::start(&name, prompts, sessions, load, move |cause| LoadError::Hub { name: named.clone(), cause })
    }

    /// As [`embed`](Embedder::embed), for threads that may wait; an async worker may not.
    pub fn embed_blocking(&self, purpose: Purpose, texts: Vec<String>) -> Result<Vec<Embedding>, EmbedError> {
        self.pool.run_blocking(lane(purpose), self.prompted(purpose, texts))
    }

    /// Every session embeds one word before anyone asks: it tells the length of a vector, proves that the graph runs, and
    /// warms it.
    fn start(
        name: &str,
        prompts: Prompts,
        sessions: NonZeroUsize,
        load: impl Fn() -> Result<TextEmbedding, LoadError> + Send + Sync + 'static,
        unfit: impl Fn(String) -> LoadError + Send + Sync + 'static,
    ) -> Result<Self, LoadError> {
        let length = Arc::new(AtomicUsize::new(0));
        let found = length.clone();
        let pool = Pool::start(sessions, move || {
            let mut model = load()?;
            found.store(vector(&mut model, "lectern").map_err(&unfit)?.len(), Ordering::Release);
            Ok(move |text: String| vector(&mut model, &text))
        })?;
        let (name, dimensions) = (name.to_owned(), length.load(Ordering::Acquire));
        Ok(Self { name, dimensions, prompts, knowledge: Knowledge::default(), pool })
    }

    fn prompted(&self, purpose: Purpose, texts: Vec<String>) -> Vec<String> {
        texts.into_iter().map(|text| self.prompts.apply(purpose, text)).collect()
    }
}

#[async_trait]
impl Embedder for FastEmbedder {
    fn name(&self) -> &str {
        &self.name
    }

    fn dimensions(&self) -> usize {
        self.dimensions
    }

    fn knows(&self, text: &str) -> f32 {
        self.knowledge.of_text(text)
    }

    async fn embed(&self, purpose: Purpose, texts: Vec<String>) -> Result<Vec<Embedding>, EmbedError> {
        self.pool.run(lane(purpose), self.prompted(purpose, texts)).await
    }
}

/// Embed a few texts with a graph that nobody keeps open, as setup does when it compares two of them.
pub fn embed_once(library: &Path, graph: &Path, texts: Vec<String>) -> Result<Vec<Embedding>, String> {
    let runtime = Runtime::open(library).map_err(|error| error.to_string())?;
    let model = LocalModel { name: "unnamed".to_owned(), graph: graph.to_owned() };
    let embedder = FastEmbedder::from_folder(&runtime, &model, NonZeroUsize::MIN).map_err(|error| error.to_string())?;
    embedder.embed_blocking(Purpose::Passage, texts).map_err(|error| error.to_string())
}

fn lane(purpose: Purpose) -> Lane {
    match purpose {
        Purpose::Question | Purpose::Evidence => Lane::Urgent,
        Purpose::Passage => Lane::Patient,
    }
}

/// One text, one run: this is what keeps its bits free of its neighbours.
fn vector(model: &mut TextEmbedding, text: &str) -> Reply<Embedding> {
    let vectors = model.embed([text], None).map_err(|cause| cause.to_string())?;
    let vector = vectors.into_iter().next().ok_or("the model gave no vector")?;
    // A damaged graph can load and answer nonsense; nothing downstream survives a vector that is not a number.
    if vector.iter().all(|value| value.is_finite()) {
        Ok(vector.into())
    } else {
        Err("the model gave a vector that is not a number".to_owned())
    }
}

fn unknown(name: &str) -> LoadError {
    let known: Vec<_> = TextEmbedding::list_supported_models().into_iter().map(|info| info.model.to_string()).collect();
    LoadError::UnknownName { kind: "embedding", name: name.to_owned(), known: known.join(", ") }
}
