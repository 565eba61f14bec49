//! Opening further generations, each with the model, the sizes and the language that it was built with.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::bail;
use async_trait::async_trait;
use ingest::chunk::Chunker;
use retrieval::access::Clearance;
use retrieval::adapters::fastembed::Runtime;
use retrieval::model::Generation;
use retrieval::ports::{Embedder, IndexError};
use tokio::sync::Mutex;

use super::index::{connect, discard, folder};
use super::{Keywords, Opened, Opening, caches, chunker, embedder, provision};
use crate::config::index::IndexConfig;
use crate::config::{ChunkConfig, Config, EmbedderConfig, ModelChoice};
use crate::datadir::DataDir;
use crate::evaluation::gold::Gold;
use crate::generations::{Builder, NotOpened, Standing};
use crate::library::{Gate, KnownItem};
use crate::setup::Occasion;
use crate::store::{NewGeneration, Recipe, Store};

const DEFAULT: &str = "default";
const FOLDER: &str = "folder:";
const HUB: &str = "hub:";

/// What the configuration says of an index.
pub fn recipe(config: &Config) -> Recipe {
    let ChunkConfig { target_tokens, max_tokens, overlap_tokens } = config.chunks;
    let model = match &config.embedder.model {
        ModelChoice::Default => DEFAULT.to_owned(),
        ModelChoice::Folder(folder) => format!("{FOLDER}{}", folder.display()),
        ModelChoice::Hub(name) => format!("{HUB}{name}"),
    };
    let is_quantised = config.index.is_quantised.unwrap_or(config.qdrant.is_none());
    Recipe { model, language: config.language.clone(), target_tokens, max_tokens, overlap_tokens, is_quantised }
}

/// The configuration, but for the index as it was when this recipe was written down.
pub fn as_in(config: &Config, recipe: &Recipe) -> Config {
    let Recipe { model, language, target_tokens, max_tokens, overlap_tokens, is_quantised } = recipe.clone();
    let model = match (model.strip_prefix(FOLDER), model.strip_prefix(HUB)) {
        (Some(folder), _) => ModelChoice::Folder(PathBuf::from(folder)),
        (None, Some(name)) => ModelChoice::Hub(name.to_owned()),
        (None, None) => ModelChoice::Default,
    };
    Config {
        embedder: EmbedderConfig { model, ..config.embedder.clone() },
        chunks: ChunkConfig { target_tokens, max_tokens, overlap_tokens },
        index: IndexConfig { is_quantised: Some(is_quantised), ..config.index.clone() },
        language,
        ..config.clone()
    }
}

/// When an index that was built anew is good enough.
pub fn gate(config: &IndexConfig) -> anyhow::Result<Gate> {
    let IndexConfig { keep, most_recall_lost, least_agreement, most_more_unsure, .. } = *config;
    let gold = config.gold.as_deref().map(Gold::read).transpose()?.unwrap_or_default();
    let known = gold.into_iter().filter(|one| one.answerable);
    let gold = known.map(|Gold { question, documents, .. }| KnownItem { question, documents }).collect();
    Ok(Gate { gold, keep, most_recall_lost, least_agreement, most_more_unsure, ..Gate::default() })
}

/// A model answers only what it was asked to read.
pub fn fits(generation: &Generation, embedder: &dyn Embedder) -> anyhow::Result<()> {
    if generation.embedder != embedder.name() || generation.dimensions != embedder.dimensions() {
        bail!(
            "the index was built with the model {}, and there is {}: put the former one back",
            generation.embedder,
            embedder.name()
        );
    }
    Ok(())
}

/// Opens generations as this machine can.
pub struct HouseBuilder {
    config: Config,
    data: DataDir,
    store: Store,
    clearance: Clearance,
    runtime: Runtime,
    /// Those that are in memory, by what recipes call them: a second copy would take as much again.
    embedders: Mutex<HashMap<String, Arc<dyn Embedder>>>,
}

impl HouseBuilder {
    /// `built` is what the index that answers was built as, with this embedder.
    pub fn new(
        config: &Config,
        data: &DataDir,
        store: &Store,
        clearance: &Clearance,
        runtime: Runtime,
        built: &Config,
        embedder: &Arc<dyn Embedder>,
    ) -> Self {
        let embedders = Mutex::new(HashMap::from([(recipe(built).model, Arc::clone(embedder))]));
        let (config, data, store) = (config.clone(), data.clone(), store.clone());
        Self { config, data, store, clearance: clearance.clone(), runtime, embedders }
    }

    /// The model of this configuration and the chunker that counts as it does; blocks aside.
    async fn model(&self, config: &Config) -> anyhow::Result<(Arc<dyn Embedder>, Chunker)> {
        let name = recipe(config).model;
        // One at a time: two that begin together would each load it.
        let mut embedders = self.embedders.lock().await;
        let there = embedders.get(&name).cloned();
        let (config, runtime, is_there) = (config.clone(), self.runtime.clone(), there.is_some());
        let cache = config.cache;
        let loading = tokio::task::spawn_blocking(move || {
            let provisioned = provision(&config, Occasion::Start)?;
            let embedder = if is_there { None } else { Some(embedder(&config, &runtime, &provisioned)?) };
            anyhow::Ok((embedder, chunker(&config, &provisioned)?))
        });
        let (loaded, chunker) = loading.await??;
        let embedder = match (there, loaded) {
            (Some(embedder), _) => embedder,
            (None, Some(loaded)) => caches(cache, loaded).1,
            (None, None) => bail!("the model was not loaded"),
        };
        embedders.insert(name, Arc::clone(&embedder));
        Ok((embedder, chunker))
    }

    async fn standing(&self, generation: &Generation) -> anyhow::Result<Standing> {
        let Some(recipe) = self.store.generation_recipe(generation.id).await? else {
            bail!("nobody knows any more how it was built");
        };
        let config = as_in(&self.config, &recipe);
        let (embedder, chunker) = self.model(&config).await?;
        fits(generation, &*embedder)?;
        let Self { data, store, clearance, .. } = self;
        let opening = Opening { config: &config, data, store, generation, clearance, average_terms: None };
        let Opened { index, .. } = opening.open().await?;
        Ok(Standing::new(generation.clone(), index, embedder, Arc::new(chunker.for_cut(generation.cut))))
    }
}

#[async_trait]
impl Builder for HouseBuilder {
    fn configured(&self) -> Option<Recipe> {
        Some(recipe(&self.config))
    }

    async fn plan(&self) -> Result<NewGeneration, NotOpened> {
        // Before anything is begun with it.
        Keywords::new(&self.config.language).map_err(not_opened)?;
        let (embedder, _) = self.model(&self.config).await.map_err(not_opened)?;
        let (name, dimensions) = (embedder.name().to_owned(), embedder.dimensions());
        Ok(NewGeneration { embedder: name, dimensions, recipe: recipe(&self.config) })
    }

    async fn open(&self, generation: &Generation) -> Result<Standing, NotOpened> {
        self.standing(generation).await.map_err(not_opened)
    }

    async fn remove(&self, generation: &Generation) -> Result<(), IndexError> {
        // A model that nothing is searched with any more leaves the memory.
        self.embedders.lock().await.retain(|_, embedder| Arc::strong_count(embedder) > 1);
        let unreachable = |error: anyhow::Error| IndexError::Unavailable(format!("{error:#}"));
        match &self.config.qdrant {
            Some(qdrant) => {
                let cluster = connect(qdrant).await.map_err(unreachable)?;
                cluster.remove(generation.workspace, generation.id).await
            }
            None => discard(folder(&self.data, generation)).await.map_err(unreachable),
        }
    }

    async fn mark_live(&self, generation: &Generation) -> Result<(), IndexError> {
        let Some(qdrant) = &self.config.qdrant else { return Ok(()) };
        let cluster = connect(qdrant).await.map_err(|error| IndexError::Unavailable(format!("{error:#}")))?;
        cluster.make_live(generation.workspace, generation.id).await
    }
}

fn not_opened(error: anyhow::Error) -> NotOpened {
    NotOpened(format!("{error:#}"))
}
