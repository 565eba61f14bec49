//! Where further indexes of a house are made: indexes in memory or embedded, models that are hashes of words, and what may go
//! wrong with either.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Weak};

use async_trait::async_trait;
use ingest::chunk::{ChunkSettings, Chunker};
use retrieval::adapters::bm25::Bm25Settings;
use retrieval::adapters::edge::{EdgeIndex, EdgeSettings};
use retrieval::adapters::hashing::HashEmbedder;
use retrieval::adapters::memory::MemoryIndex;
use retrieval::model::{Generation, GenerationId, WorkspaceId};
use retrieval::ports::{EmbedError, Embedder, Embedding, IndexError, Purpose, VectorIndex};
use server::generations::{Builder, NotOpened, Standing};
use server::store::{NewGeneration, Recipe, Store};
use tokio::sync::Semaphore;

use super::IndexKind;
use super::faults::Deaf;
use crate::ground::Ground;

/// Opens indexes as it is told.
pub struct Workshop {
    store: Store,
    workspace: WorkspaceId,
    folder: PathBuf,
    kind: IndexKind,
    planned: Mutex<NewGeneration>,
    /// In memory an index is there as long as somebody searches it.
    made: Mutex<HashMap<GenerationId, Weak<dyn VectorIndex>>>,
    pub model: Model,
    /// Whether the next index finds nothing of what it holds.
    pub is_deaf: AtomicBool,
}

/// What the models of further indexes do.
#[derive(Clone, Default)]
pub struct Model {
    /// Texts that were embedded as passages.
    pub embedded: Arc<AtomicUsize>,
    /// Passages wait until they are let through, where somebody holds them up.
    pub held: Arc<AtomicBool>,
    pub let_through: Arc<Let>,
}

pub struct Let(pub Semaphore);

impl Default for Let {
    fn default() -> Self {
        Self(Semaphore::new(0))
    }
}

impl Workshop {
    pub fn new(ground: &Ground, kind: IndexKind) -> Self {
        Self {
            store: ground.store.clone(),
            workspace: ground.workspace,
            folder: ground.folder.path().join("indexes"),
            kind,
            planned: Mutex::new(crate::ground::generation()),
            made: Mutex::default(),
            model: Model::default(),
            is_deaf: AtomicBool::new(false),
        }
    }

    /// The next index has a model of so many numbers, and chunks of about so many characters.
    pub fn configure(&self, numbers: usize, characters: usize) {
        let mut planned = self.planned.lock().unwrap();
        planned.embedder = HashEmbedder::new(numbers).name().to_owned();
        planned.dimensions = numbers;
        planned.recipe.model = format!("hash:{numbers}");
        planned.recipe.target_tokens = Some(characters);
    }
}

#[async_trait]
impl Builder for Workshop {
    fn configured(&self) -> Option<Recipe> {
        Some(self.planned.lock().unwrap().recipe.clone())
    }

    async fn plan(&self) -> Result<NewGeneration, NotOpened> {
        Ok(self.planned.lock().unwrap().clone())
    }

    async fn open(&self, generation: &Generation) -> Result<Standing, NotOpened> {
        let recipe = self.store.generation_recipe(generation.id).await.unwrap().unwrap();
        let index = match self.is_deaf.load(Ordering::SeqCst) {
            true => Arc::new(Deaf(self.index(generation))),
            false => self.index(generation),
        };
        let embedder = Watched { below: HashEmbedder::new(generation.dimensions), model: self.model.clone() };
        let target_tokens = recipe.target_tokens.unwrap_or(300);
        let settings = ChunkSettings { target_tokens, max_tokens: target_tokens + 100, overlap_tokens: 0 };
        let chunker = Chunker::by_characters(settings).unwrap().for_cut(generation.cut);
        Ok(Standing::new(generation.clone(), index, Arc::new(embedder), Arc::new(chunker)))
    }

    async fn remove(&self, generation: &Generation) -> Result<(), IndexError> {
        EdgeIndex::discard(&self.place(generation))
    }

    async fn mark_live(&self, _generation: &Generation) -> Result<(), IndexError> {
        Ok(())
    }
}

impl Workshop {
    fn place(&self, generation: &Generation) -> PathBuf {
        self.folder.join(generation.id.to_string())
    }

    fn index(&self, generation: &Generation) -> Arc<dyn VectorIndex> {
        match self.kind {
            IndexKind::Memory => {
                let bm25 = Bm25Settings::default();
                let made = MemoryIndex::new(self.workspace, generation.dimensions, &bm25).unwrap();
                let index: Arc<dyn VectorIndex> = Arc::new(made);
                self.made.lock().unwrap().insert(generation.id, Arc::downgrade(&index));
                index
            }
            IndexKind::Edge => {
                let settings = EdgeSettings::new(generation.dimensions);
                Arc::new(EdgeIndex::open(&self.place(generation), self.workspace, &settings).unwrap())
            }
        }
    }

    /// Whether anything is left of an index.
    pub fn holds(&self, generation: &Generation) -> bool {
        let in_memory = self.made.lock().unwrap().get(&generation.id).is_some_and(|index| index.strong_count() > 0);
        in_memory || EdgeIndex::is_in(&self.place(generation))
    }
}

/// A model that counts, waits and may be blind.
struct Watched {
    below: HashEmbedder,
    model: Model,
}

#[async_trait]
impl Embedder for Watched {
    fn name(&self) -> &str {
        self.below.name()
    }

    fn dimensions(&self) -> usize {
        self.below.dimensions()
    }

    fn knows(&self, text: &str) -> f32 {
        self.below.knows(text)
    }

    async fn embed(&self, purpose: Purpose, texts: Vec<String>) -> Result<Vec<Embedding>, EmbedError> {
        if purpose == Purpose::Passage && !texts.is_empty() {
            if self.model.held.load(Ordering::SeqCst) {
                self.model.let_through.0.acquire().await.unwrap().forget();
            }
            self.model.embedded.fetch_add(texts.len(), Ordering::SeqCst);
        }
        self.below.embed(purpose, texts).await
    }
}
