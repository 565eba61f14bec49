//! Where canaries are kept: a house in a temporary folder with the models of this one, on SQLite and embedded Qdrant, that
//! answers requests as this one does. Does not know what is planted or asked there.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use metrics_exporter_prometheus::PrometheusHandle;
use retrieval::access::Principal;
use retrieval::cache::Caches;
use retrieval::rerank::BuiltIn;

use super::builder::recipe;
use super::chat::till;

use super::{House, Opened, Opening, rows};
use crate::answer::{Answerer, Rewriter};
use crate::audit::Audit;
use crate::canary::{Cage, Cages, CanaryError, NoCages, Watch};
use crate::config::{CacheConfig, Config, LimitConfig};
use crate::datadir::DataDir;
use crate::generations::{Finder, Generations, Standing};
use crate::http::limits::Limits;
use crate::http::{Desk, Front, Inward, Readiness, ReadyState, Streams};
use crate::library::Library;
use crate::people::People;
use crate::people::door::{Door, Stay};
use crate::people::secret::{Purpose, mint};
use crate::store::NewGeneration;

/// Longer than any sweep.
const STAY: Stay = Stay { idle: Duration::from_secs(24 * 3_600), longest: Duration::from_secs(24 * 3_600) };
const OWNER: &str = "canaries";
/// A sweep asks thousands of times in a minute.
const WITHOUT_LIMITS: LimitConfig =
    LimitConfig { questions_per_minute: u32::MAX, requests_per_minute: u32::MAX, connections: 1 };

/// Makes cages, with what this house is made of.
pub struct CageMaker {
    config: Config,
    /// Whose parser, chunker and embedder are lent: a second copy of a model would take as much memory again.
    library: Arc<Library>,
    answerer: Answerer,
    metrics: PrometheusHandle,
}

impl CageMaker {
    pub fn new(config: &Config, house: &House, metrics: PrometheusHandle) -> Self {
        // Nothing of a cage reaches the house's own database, cluster or language model.
        let config = Config { database_url: None, qdrant: None, cache: CacheConfig::OFF, chat: None, ..config.clone() };
        Self { config, library: Arc::clone(&house.library), answerer: house.answerer.clone(), metrics }
    }

    async fn make(&self) -> anyhow::Result<Cage> {
        let folder = tempfile::Builder::new().prefix("lectern-canaries-").tempdir()?;
        let data = DataDir::new(folder.path());
        data.create()?;
        let (store, workspace) = rows(&self.config, &data).await?;
        let lent = self.library.live();
        let (embedder, dimensions) = (lent.embedder.name().to_owned(), lent.embedder.dimensions());
        let new = NewGeneration { embedder, dimensions, recipe: recipe(&self.config) };
        let generation = store.generation_begin(workspace, &new, lent.generation.cut).await?;
        let clearance = Principal::upkeep(workspace, "canaries are planted").clearance()?;
        let opening = Opening {
            config: &self.config,
            data: &data,
            store: &store,
            generation: &generation,
            clearance: &clearance,
            average_terms: None,
        };
        let Opened { index, .. } = opening.open().await?;
        // A second look at every passage would take minutes and could show nothing that was not verified before.
        let built_in = BuiltIn::learned()?;
        let live = Standing::new(generation, index, Arc::clone(&lent.embedder), Arc::clone(&lent.chunker));
        let finder = Finder {
            generations: Arc::new(Generations::alone(live)),
            reranker: Arc::new(built_in.clone()),
            shelf: Arc::new(store.clone()),
            weights: built_in.weights,
            rankings: None,
            only_in: None,
        };
        let library = Arc::new(Library {
            store: store.clone(),
            finder: finder.clone(),
            parser: Arc::clone(&self.library.parser),
            web: self.library.web.clone(),
            workspace,
            clearance,
            owner: OWNER.into(),
            seats: Default::default(),
            room: Default::default(),
            gate: Default::default(),
            vault: None,
            kept_days: None,
            telling: Default::default(),
        });
        let templates = Arc::clone(&self.answerer.templates);
        let rewriter = Rewriter::new(None, Arc::clone(&templates));
        // It is the rights that are looked at, and no model is to be paid for that.
        let answerer = Answerer {
            finder,
            rewriter,
            store: store.clone(),
            templates,
            name: None,
            voice: None,
            team: self.answerer.team.clone(),
            mask_personal: false,
        };
        let clock = store.clock().clone();
        let till = till(None, &store, workspace);
        let operator = mint(Purpose::Operator)?.text;
        let people = People::new(Door { store: store.clone(), workspace, operator, visitors: true, stay: STAY });
        let desk = Desk {
            people: people.clone(),
            oidc: None,
            audit: Audit::new(store.clone(), workspace),
            watch: Watch::new(Arc::new(NoCages), store, workspace),
            answerer: answerer.clone(),
            streams: Streams::default(),
            library: Arc::clone(&library),
            readiness: Readiness::new(ReadyState::Ready),
            caches: Caches::default(),
            metrics: self.metrics.clone(),
            till,
            settings: Arc::default(),
            branding: Arc::default(),
            widget: None,
            front: Front { is_secure: true, behind_proxy: false, limits: Limits::new(clock, WITHOUT_LIMITS) },
        };
        Ok(Cage { people, library, answerer, mouth: Arc::new(Inward::new(desk)), folder: Some(folder) })
    }
}

#[async_trait]
impl Cages for CageMaker {
    async fn cage(&self) -> Result<Cage, CanaryError> {
        self.make().await.map_err(|error| CanaryError::NoCage(format!("{error:#}")))
    }
}
