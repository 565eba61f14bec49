//! Generations that stand open: the one that questions are answered from, and those beside it, which are being built or kept
//! to go back to.
//!
//! Whoever searches takes the live one once and stays with it: a search sees one generation from its first step to its last,
//! whatever goes live meanwhile. Which one is live is SQL's to say. Knows no SQL and no engine.

mod finder;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use ingest::chunk::Chunker;
use retrieval::model::{Generation, GenerationId};
use retrieval::ports::{Embedder, IndexError, VectorIndex};
use tokio::sync::Mutex;

pub use finder::Finder;

use crate::store::{NewGeneration, Recipe};

/// Whoever searches in what is to be taken down has so long to come to its end.
const LEFT_ALONE: Duration = Duration::from_secs(30);
/// After so long without a search nobody is in the way.
const LULL: Duration = Duration::from_secs(3);
const LOOK: Duration = Duration::from_millis(50);

/// A generation that stands open.
pub struct Standing {
    pub generation: Generation,
    pub index: Arc<dyn VectorIndex>,
    pub embedder: Arc<dyn Embedder>,
    pub chunker: Arc<Chunker>,
    /// One at a time brings it up to what SQL says.
    pub filling: Mutex<()>,
}

impl Standing {
    pub fn new(
        generation: Generation,
        index: Arc<dyn VectorIndex>,
        embedder: Arc<dyn Embedder>,
        chunker: Arc<Chunker>,
    ) -> Self {
        Self { generation, index, embedder, chunker, filling: Mutex::default() }
    }
}

/// Why a generation does not stand open: for whoever looks after the house.
#[derive(Debug, thiserror::Error)]
#[error("an index cannot be opened: {0}")]
pub struct NotOpened(pub String);

/// Opens generations, and puts away what is left of them.
#[async_trait]
pub trait Builder: Send + Sync {
    /// What is configured; nothing in a house that nobody rebuilds.
    fn configured(&self) -> Option<Recipe>;

    /// The next generation, as it is configured: its model is loaded for that.
    async fn plan(&self) -> Result<NewGeneration, NotOpened>;

    /// Its index is begun if it is not there.
    async fn open(&self, generation: &Generation) -> Result<Standing, NotOpened>;

    /// Remove everything that its index was made of; one that is gone is no error.
    async fn remove(&self, generation: &Generation) -> Result<(), IndexError>;

    /// It is the live one now, for whoever looks at the engine itself.
    async fn mark_live(&self, generation: &Generation) -> Result<(), IndexError>;
}

/// Which generations stand open in this process.
pub struct Generations {
    open: RwLock<Open>,
    builder: Arc<dyn Builder>,
    /// An embedded index is opened by one at a time, and put away by nobody meanwhile.
    opening: Mutex<()>,
    /// When somebody last began to search.
    asked: std::sync::Mutex<Option<Instant>>,
}

struct Open {
    live: Arc<Standing>,
    beside: Vec<Arc<Standing>>,
}

impl Generations {
    pub fn new(live: Standing, builder: Arc<dyn Builder>) -> Self {
        let open = Open { live: Arc::new(live), beside: Vec::new() };
        Self { open: RwLock::new(open), builder, opening: Mutex::default(), asked: Default::default() }
    }

    /// One that stays alone.
    pub fn alone(live: Standing) -> Self {
        Self::new(live, Arc::new(NoBuilder))
    }

    pub fn live(&self) -> Arc<Standing> {
        Arc::clone(&self.read().live)
    }

    /// All that stand open, the live one first.
    pub fn all(&self) -> Vec<Arc<Standing>> {
        let open = self.read();
        std::iter::once(&open.live).chain(&open.beside).cloned().collect()
    }

    /// The generation, opened now if it does not stand open yet.
    pub async fn open(&self, generation: &Generation) -> Result<Arc<Standing>, NotOpened> {
        let _one_at_a_time = self.opening.lock().await;
        if let Some(standing) = self.find(generation.id) {
            return Ok(standing);
        }
        let opened = Arc::new(self.builder.open(generation).await?);
        self.write().beside.push(Arc::clone(&opened));
        Ok(opened)
    }

    /// Answer from this one, which stands open, from now on; the former one stays beside it.
    pub async fn make_live(&self, generation: GenerationId) {
        {
            let mut open = self.write();
            let Some(at) = open.beside.iter().position(|one| one.generation.id == generation) else { return };
            let live = open.beside.remove(at);
            let former = std::mem::replace(&mut open.live, live);
            open.beside.push(former);
        }
        // The row in SQL decides; this is for whoever looks into the engine.
        if let Err(error) = self.builder.mark_live(&self.live().generation).await {
            tracing::warn!(%error, "the index that is live could not be marked as such");
        }
    }

    /// Close one that is not live.
    pub async fn close(&self, generation: GenerationId) {
        let mut closing = {
            let mut open = self.write();
            let at = open.beside.iter().position(|one| one.generation.id == generation);
            at.map(|at| open.beside.remove(at))
        };
        let given_up = tokio::time::Instant::now() + LEFT_ALONE;
        while let Some(standing) = closing.take() {
            let is_left = Arc::strong_count(&standing) == 1 && Arc::strong_count(&standing.index) == 1;
            if !is_left && tokio::time::Instant::now() < given_up {
                closing = Some(standing);
                tokio::time::sleep(LOOK).await;
            }
        }
    }

    /// What the next one would be made with.
    pub fn configured(&self) -> Option<Recipe> {
        self.builder.configured()
    }

    /// What the next one would be.
    pub async fn plan(&self) -> Result<NewGeneration, NotOpened> {
        self.builder.plan().await
    }

    /// Whether somebody searched a moment ago, and may search again: what can wait makes room for them.
    pub fn is_busy(&self) -> bool {
        let asked = *self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.is_some_and(|asked| asked.elapsed() < LULL)
    }

    fn hear(&self) {
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Remove what the index of one was made of, which stands open no longer.
    pub async fn remove(&self, generation: &Generation) -> Result<(), IndexError> {
        let _nobody_opens = self.opening.lock().await;
        self.builder.remove(generation).await
    }

    fn find(&self, generation: GenerationId) -> Option<Arc<Standing>> {
        self.all().into_iter().find(|standing| standing.generation.id == generation)
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Open> {
        self.open.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Open> {
        self.open.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// For houses that nobody rebuilds.
struct NoBuilder;

const ONE_ONLY: &str = "this house has one index";

#[async_trait]
impl Builder for NoBuilder {
    fn configured(&self) -> Option<Recipe> {
        None
    }

    async fn plan(&self) -> Result<NewGeneration, NotOpened> {
        Err(NotOpened(ONE_ONLY.to_owned()))
    }

    async fn open(&self, _generation: &Generation) -> Result<Standing, NotOpened> {
        Err(NotOpened(ONE_ONLY.to_owned()))
    }

    async fn remove(&self, _generation: &Generation) -> Result<(), IndexError> {
        Ok(())
    }

    async fn mark_live(&self, _generation: &Generation) -> Result<(), IndexError> {
        Ok(())
    }
}
