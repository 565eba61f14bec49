//! Opening the index, embedded or in a cluster, and what must be settled before its first point.
//!
//! Keyword weights hold the mean length of a passage, so an index keeps the one that it was begun with. When it is built
//! anew over a catalog that holds passages, that is theirs. Does not know what is searched, or who fills the index.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use retrieval::access::Clearance;
use retrieval::adapters::bm25::{Bm25, Bm25Settings};
use retrieval::adapters::edge::{EdgeIndex, EdgeSettings};
use retrieval::adapters::qdrant::{Cluster, ClusterAddress};
use retrieval::model::Generation;
use retrieval::ports::{IndexError, VectorIndex};

use crate::config::{Config, QdrantConfig};
use crate::datadir::DataDir;
use crate::store::{Store, StoreError};

const QDRANT_TIMEOUT: Duration = Duration::from_secs(30);
/// Passages that are measured: their mean is within some two percent of everybody's.
const SAMPLE: usize = 2_000;
/// Fewer than these say little about those to come.
const ENOUGH: usize = 200;

/// What the keyword index takes a passage to be.
#[derive(Clone)]
pub struct Keywords {
    encoder: Arc<Bm25>,
    /// Mean length of a passage in terms; fixed for an index.
    pub average_terms: f64,
}

impl Keywords {
    /// For texts of this language, of the length that passages usually have.
    pub fn new(language: &str) -> anyhow::Result<Self> {
        let settings = Bm25Settings { language: language.to_owned(), ..Bm25Settings::default() };
        Ok(Self { encoder: Arc::new(Bm25::new(&settings)?), average_terms: settings.average_terms })
    }

    /// The mean length of these passages in terms; none where they are too few to tell.
    pub async fn average(&self, passages: Vec<String>) -> anyhow::Result<Option<f64>> {
        if passages.len() < ENOUGH {
            return Ok(None);
        }
        let encoder = Arc::clone(&self.encoder);
        let count = move || {
            let terms: usize = passages.iter().map(|passage| encoder.terms(passage)).sum();
            terms as f64 / passages.len() as f64
        };
        // Passages of signs alone have no terms; no mean can be nothing.
        Ok(Some(tokio::task::spawn_blocking(count).await?).filter(|average| *average >= 1.0))
    }

    /// The mean length of the passages that the catalog holds now.
    pub async fn present_average(&self, store: &Store, clearance: &Clearance) -> anyhow::Result<Option<f64>> {
        self.average(store.chunk_sample(clearance, SAMPLE).await?).await
    }
}

/// An index that is about to be opened.
pub struct Opening<'a> {
    pub config: &'a Config,
    pub data: &'a DataDir,
    pub store: &'a Store,
    pub generation: &'a Generation,
    /// Everything: the passages are only counted.
    pub clearance: &'a Clearance,
    /// Where it is known beforehand, what an index that is built anew takes for the mean length of a passage.
    pub average_terms: Option<f64>,
}

/// An open index.
pub struct Opened {
    pub index: Arc<dyn VectorIndex>,
    pub keywords: Keywords,
}

impl Opening<'_> {
    pub async fn open(&self) -> anyhow::Result<Opened> {
        match &self.config.qdrant {
            Some(qdrant) => self.in_cluster(qdrant).await,
            None => self.embedded().await,
        }
    }

    async fn embedded(&self) -> anyhow::Result<Opened> {
        let folder = folder(self.data, self.generation);
        if !EdgeIndex::is_in(&folder) {
            self.begin().await?;
        }
        match self.shard(&folder).await {
            // The catalog and the embedding cache hold all that it held.
            Err(error) if is_damage(&error) => {
                tracing::error!(%error, "the index is damaged and is rebuilt from the catalog");
                discard(folder.clone()).await?;
                self.begin().await?;
                self.shard(&folder).await
            }
            opened => opened,
        }
    }

    async fn shard(&self, folder: &Path) -> anyhow::Result<Opened> {
        let (keywords, bm25) = self.keywords().await?;
        let Generation { workspace, dimensions, .. } = *self.generation;
        let is_quantised = self.config.index.is_quantised.unwrap_or(true);
        let settings = EdgeSettings { bm25, is_quantised, ..EdgeSettings::new(dimensions) };
        let folder = folder.to_owned();
        let open = move || EdgeIndex::open(&folder, workspace, &settings);
        Ok(Opened { index: Arc::new(tokio::task::spawn_blocking(open).await??), keywords })
    }

    async fn in_cluster(&self, qdrant: &QdrantConfig) -> anyhow::Result<Opened> {
        let cluster = connect(qdrant).await?;
        if !cluster.holds(self.generation).await? {
            self.begin().await?;
        }
        let (keywords, bm25) = self.keywords().await?;
        let is_quantised = self.config.index.is_quantised.unwrap_or(false);
        let index = cluster.open(self.generation, &bm25, is_quantised).await?;
        Ok(Opened { index: Arc::new(index), keywords })
    }

    /// Before the first point of an index: measure, and record.
    async fn begin(&self) -> anyhow::Result<()> {
        let average = match self.average_terms {
            Some(known) => Some(known),
            None => Keywords::new(&self.generation.language)?.present_average(self.store, self.clearance).await?,
        };
        Ok(self.store.generation_set_average_terms(self.generation.id, average).await?)
    }

    /// As this index was begun.
    async fn keywords(&self) -> anyhow::Result<(Keywords, Bm25Settings)> {
        let settings = self.settings().await?;
        let keywords = Keywords { encoder: Arc::new(Bm25::new(&settings)?), average_terms: settings.average_terms };
        Ok((keywords, settings))
    }

    async fn settings(&self) -> Result<Bm25Settings, StoreError> {
        let default = Bm25Settings { language: self.generation.language.clone(), ..Bm25Settings::default() };
        let recorded = self.store.generation_average_terms(self.generation.id).await?;
        Ok(Bm25Settings { average_terms: recorded.unwrap_or(default.average_terms), ..default })
    }
}

/// The way to the cluster, which is there and new enough.
pub(super) async fn connect(qdrant: &QdrantConfig) -> anyhow::Result<Cluster> {
    let api_key = qdrant.api_key.as_ref().map(|key| key.reveal().parse()).transpose()?;
    let address = ClusterAddress { url: qdrant.url.clone(), api_key, timeout: QDRANT_TIMEOUT };
    Ok(Cluster::connect(&address).await?)
}

/// Where the embedded index of a generation stands.
pub(super) fn folder(data: &DataDir, generation: &Generation) -> PathBuf {
    data.index().join(generation.id.to_string())
}

fn is_damage(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(IndexError::Damaged(_)))
}

pub(super) async fn discard(folder: PathBuf) -> anyhow::Result<()> {
    Ok(tokio::task::spawn_blocking(move || EdgeIndex::discard(&folder)).await??)
}
