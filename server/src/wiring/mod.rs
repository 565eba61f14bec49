//! Wiring: which concrete part stands behind each port. The only place that names adapters.

mod builder;
mod cage;
mod chat;
mod index;
mod words;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use ingest::chunk::{ChunkSettings, Chunker};
use ingest::crawl::ports::{Fetch, Survey};
use ingest::ports::Parse;
use retrieval::access::Principal;
use retrieval::adapters::fastembed::{FastEmbedder, FastReranker, LocalModel, Runtime, embed_once};
use retrieval::cache::{Caches, Rankings, Remembering};
use retrieval::model::{Cut, Generation, WorkspaceId};
use retrieval::ports::{Embedder, Reranker};
use retrieval::rerank::weights::Weights;
use retrieval::rerank::{Budgeted, BuiltIn};

use crate::answer::{Answerer, Rewriter, Team, Triggers};
use crate::backup::Vault;
use crate::chat::Till;
use crate::clock::Clock;
use crate::config::backup::BackupConfig;
use crate::config::handoff::HandoffConfig;
use crate::config::{CacheConfig, Config, CrawlConfig, EmbedderConfig, ModelChoice, ParsingConfig, RerankerConfig};
use crate::datadir::{DataDir, Held};
use crate::fetch::{AllowedAddresses, FetchSettings, Folders, NoWeb, RenderSettings, WebClient};
use crate::generations::{Builder as _, Finder, Generations, Standing};
use crate::library::{Library, Room, Web};
use crate::setup::{self, Choice, Occasion, Provisioned, SetupPaths, progress};
use crate::store::{NewGeneration, Originals, Store};
use crate::worker::{ParseWorkers, WorkerArgs, WorkerSettings};

use self::builder::HouseBuilder;

pub use self::cage::CageMaker;
pub use self::chat::ChatModels;
pub use self::index::{Keywords, Opened, Opening};

const WORKSPACE: &str = "main";
/// Files parsed at once; each is a process that may take half a gigabyte.
const PARSERS: usize = 4;

/// Everything, put together.
pub struct House {
    pub store: Store,
    pub library: Arc<Library>,
    pub answerer: Answerer,
    pub keywords: Keywords,
    pub caches: Caches,
    /// What language models cost.
    pub till: Till,
    /// Whether the index started empty although the catalog is not: answers are incomplete until it is reconciled.
    pub rebuilding: bool,
    /// Dropped last: until then the data directory is ours.
    _held: Held,
    /// A throw-away house takes its folder with it.
    _folder: Option<tempfile::TempDir>,
}

impl House {
    /// Put everything down in order.
    pub async fn close(self) {
        match self.library.put_down().await {
            Ok(0) => {}
            Ok(jobs) => tracing::info!(jobs, "what is not done is for anybody to go on with"),
            Err(error) => {
                tracing::warn!(%error, "the jobs could not be handed back; they are taken up when their leases end")
            }
        }
        for standing in self.library.finder.generations.all() {
            if let Err(error) = standing.index.flush().await {
                tracing::warn!(%error, "an index could not be flushed; it will be reconciled at the next start");
            }
        }
        self.store.close().await;
    }
}

/// The caches of these sizes, and the embedder by way of its own.
fn caches(config: CacheConfig, embedder: Arc<dyn Embedder>) -> (Caches, Arc<dyn Embedder>) {
    let CacheConfig { questions, results } = config;
    let questions = (questions > 0).then(|| Arc::new(Remembering::new(Arc::clone(&embedder), questions)));
    let results = (results > 0).then(|| Arc::new(Rankings::new(results)));
    let embedder = match &questions {
        Some(remembering) => Arc::clone(remembering) as Arc<dyn Embedder>,
        None => embedder,
    };
    (Caches { questions, results }, embedder)
}

/// The house on the configured data directory.
pub async fn open(config: &Config, held: Held) -> anyhow::Result<House> {
    build(config, &DataDir::new(&config.data_dir), held, None).await
}

/// The workers that parse for this house.
pub fn workers(config: &Config, pdfium: Option<PathBuf>) -> anyhow::Result<ParseWorkers> {
    let program = std::env::current_exe().context("this program cannot find itself")?;
    let ParsingConfig { memory_mb, cpu_seconds, pdftotext, tesseract, ocr_languages, unconfined } =
        config.parsing.clone();
    let args = WorkerArgs { memory_mb, cpu_seconds, pdfium, pdftotext, tesseract, ocr_languages, unconfined };
    Ok(ParseWorkers::new(WorkerSettings { program, args, many: PARSERS }))
}

/// What is another in a house that nobody lives in.
struct Trial {
    folder: tempfile::TempDir,
    /// Without one of its own it reads files as every house does.
    parser: Option<Arc<dyn Parse>>,
    average_terms: Option<f64>,
}

/// A house in a temporary folder, with the configured models, on SQLite and embedded Qdrant. Its index is begun before it
/// holds anything, so that the mean length of the passages to come, in terms, is the caller's to say.
pub async fn throw_away(
    config: &Config,
    parser: Option<Arc<dyn Parse>>,
    average_terms: Option<f64>,
) -> anyhow::Result<House> {
    let folder = tempfile::Builder::new().prefix("lectern-").tempdir()?;
    let data = DataDir::new(folder.path());
    let held = data.hold()?;
    // Nobody lives there; it is asked to be measured.
    let config =
        Config { database_url: None, qdrant: None, cache: CacheConfig::OFF, least_free_bytes: 0, ..config.clone() };
    build(&config, &data, held, Some(Trial { folder, parser, average_terms })).await
}

/// The rows of the configured data directory, without models and index: for what is only noted or looked up there.
pub async fn rows(config: &Config, data: &DataDir) -> anyhow::Result<(Store, WorkspaceId)> {
    let originals = Originals::open(&data.originals()).context("the folder of originals cannot be made")?;
    let store = Store::open(&config.database(data.database()), originals, Clock::system()).await?;
    let workspace = store.workspace_ensure(WORKSPACE).await?;
    Ok((store, workspace))
}

/// Whether the keyword index can be built for this language.
pub fn knows_language(name: &str) -> bool {
    Keywords::new(name).is_ok()
}

async fn build(config: &Config, data: &DataDir, held: Held, trial: Option<Trial>) -> anyhow::Result<House> {
    let templates = Arc::new(words::templates(config.answers.templates.as_deref())?);
    let (store, workspace) = rows(config, data).await?;
    store.job_recover(&held.owner).await?;
    let live = store.generation_live(workspace).await?;
    let recipe = match &live {
        Some(live) => store.generation_recipe(live.id).await?,
        None => None,
    };
    // The index that answers goes on as it was built, whatever is configured for the next one.
    let as_built = recipe.as_ref().map_or_else(|| config.clone(), |recipe| builder::as_in(config, recipe));
    if builder::recipe(config) != builder::recipe(&as_built) {
        tracing::warn!("another index is configured than the one that answers: lectern reindex builds it");
    }
    let models = models(&as_built).await?;
    let workers = Arc::new(workers(config, models.pdfium.clone())?);
    let web = web(config, Arc::clone(&workers) as Arc<dyn Survey>)?;
    let generation = generation(&store, workspace, live, &*models.embedder, &as_built).await?;
    let average_terms = trial.as_ref().and_then(|trial| trial.average_terms);
    let clearance = Principal::upkeep(workspace, "write path and reconciliation").clearance()?;
    let opening = Opening {
        config: &as_built,
        data,
        store: &store,
        generation: &generation,
        clearance: &clearance,
        average_terms,
    };
    let Opened { index, keywords } = opening.open().await?;
    let (caches, embedder) = caches(config.cache, models.embedder);
    let chunker = Arc::new(models.chunker.for_cut(generation.cut));
    let builder = HouseBuilder::new(config, data, &store, &clearance, models.runtime, &as_built, &embedder);
    builder.mark_live(&generation).await?;
    let live = Standing::new(generation, index, embedder, chunker);
    let finder = Finder {
        generations: Arc::new(Generations::new(live, Arc::new(builder))),
        reranker: models.reranker,
        shelf: Arc::new(store.clone()),
        weights: models.weights,
        rankings: caches.results.clone(),
        only_in: None,
    };
    let (parser, folder) = trial.map(|trial| (trial.parser, trial.folder)).unzip();
    let parser = parser.flatten();
    let library = Arc::new(Library {
        store: store.clone(),
        finder: finder.clone(),
        parser: parser.unwrap_or(workers),
        web,
        workspace,
        clearance,
        owner: held.owner.clone(),
        seats: Default::default(),
        room: Room::on(data.root(), config.least_free_bytes),
        gate: builder::gate(&config.index)?,
        vault: vault(config),
        kept_days: config.retention.kept_days,
        telling: Default::default(),
    });
    let rebuilding = library.lacks_points().await?;
    let models_of = config.chat.as_ref().map(|chat| ChatModels::new(chat, &store, workspace)).transpose()?;
    let (small, voice) = models_of.map(|chat| (chat.small, chat.voice)).unzip();
    let rewriter = Rewriter::new(small, Arc::clone(&templates));
    let (store_of, mask_personal) = (store.clone(), config.answers.mask_personal);
    let name = config.branding.name.clone();
    let team = config.handoff.as_ref().map(team);
    let answerer = Answerer { finder, rewriter, store: store_of, templates, name, voice, team, mask_personal };
    let till = chat::till(config.chat.as_ref(), &store, workspace);
    Ok(House { store, library, answerer, keywords, caches, till, rebuilding, _held: held, _folder: folder })
}

/// Where backups go that are taken by themselves.
fn vault(config: &Config) -> Option<Vault> {
    let BackupConfig { folder, keep, passphrase } = config.backup.clone();
    folder.map(|folder| Vault { folder, keep, passphrase })
}

/// Whoever takes conversations over.
fn team(config: &HandoffConfig) -> Arc<Team> {
    let HandoffConfig { team, hours, matters, failures } = config.clone();
    Arc::new(Team { name: team, hours, matters: Triggers::new(matters), failures })
}

/// The way to the web. A machine that has none, for want of root certificates, still serves what it has.
fn web(config: &Config, survey: Arc<dyn Survey>) -> anyhow::Result<Web> {
    let CrawlConfig { user_agent, allow_networks, ports, delay_ms, chromium, folders } = config.crawl.clone();
    let networks = allow_networks.iter().map(|network| network.parse().context("crawl.allow_networks"));
    let settings = FetchSettings {
        allowed: AllowedAddresses { networks: networks.collect::<anyhow::Result<_>>()?, ports },
        render: chromium.map(RenderSettings::new),
        ..FetchSettings::new(user_agent.clone())
    };
    let fetch: Arc<dyn Fetch> = match WebClient::new(settings) {
        Ok(client) => Arc::new(client),
        Err(error) => Arc::new(NoWeb(error.to_string())),
    };
    let folders = Arc::new(Folders::new(folders));
    Ok(Web { fetch, folders, survey, user_agent, delay: Duration::from_millis(delay_ms) })
}

/// The generation that is live, or the first one. An index made by another model cannot answer this one's questions.
async fn generation(
    store: &Store,
    workspace: WorkspaceId,
    live: Option<Generation>,
    embedder: &dyn Embedder,
    config: &Config,
) -> anyhow::Result<Generation> {
    let recipe = builder::recipe(config);
    let Some(live) = live else {
        // Before anything is recorded: a misspelt language would be refused now and its correction for ever after.
        Keywords::new(&recipe.language)?;
        let new = NewGeneration { embedder: embedder.name().to_owned(), dimensions: embedder.dimensions(), recipe };
        return Ok(store.generation_begin(workspace, &new, Cut::default()).await?);
    };
    if live.language != recipe.language {
        bail!(
            "the keyword index was built for {}, the configuration says {}: set the language back, start, and set it again \
             for `lectern reindex`",
            live.language,
            recipe.language
        );
    }
    builder::fits(&live, embedder)?;
    // One from before recipes were kept: it was built as is configured, or it would not fit.
    if store.generation_recipe(live.id).await?.is_none() {
        store.generation_set_recipe(live.id, &recipe).await?;
    }
    Ok(live)
}

/// What runs on ONNX Runtime, and the tokenizer that measures for it.
struct Models {
    runtime: Runtime,
    embedder: Arc<dyn Embedder>,
    reranker: Arc<dyn Reranker>,
    weights: Arc<Weights>,
    chunker: Chunker,
    /// For reading PDF files; without it they are read less well.
    pdfium: Option<PathBuf>,
}

async fn models(config: &Config) -> anyhow::Result<Models> {
    let config = config.clone();
    tokio::task::spawn_blocking(move || {
        let provisioned = provision(&config, Occasion::Start)?;
        let runtime = Runtime::open(&provisioned.onnxruntime).context(setup::REPAIR_HINT)?;
        let embedder = embedder(&config, &runtime, &provisioned)?;
        let built_in = BuiltIn::learned()?;
        let weights = Arc::clone(&built_in.weights);
        let reranker = reranker(&config, &runtime, built_in)?;
        let chunker = chunker(&config, &provisioned)?;
        Ok(Models { runtime, embedder, reranker, weights, chunker, pdfium: provisioned.pdfium })
    })
    .await?
}

/// Put the models and libraries in place; blocks, for minutes the first time.
pub fn provision(config: &Config, occasion: Occasion) -> anyhow::Result<Provisioned> {
    let paths = SetupPaths::new(&config.data_dir);
    Ok(setup::provision(&paths, &choice(config, occasion), progress::on_stderr().as_ref(), &embed_once)?)
}

/// What setup should provide for this configuration.
pub fn choice(config: &Config, occasion: Occasion) -> Choice {
    let model = match &config.embedder.model {
        ModelChoice::Default => setup::ModelChoice::Default,
        ModelChoice::Folder(folder) => setup::ModelChoice::Folder(folder.clone()),
        ModelChoice::Hub(name) => setup::ModelChoice::Hub(name.clone()),
    };
    Choice { occasion, onnxruntime: config.ort_lib.clone(), pdfium: None, model }
}

pub fn embedder(config: &Config, runtime: &Runtime, provisioned: &Provisioned) -> anyhow::Result<Arc<dyn Embedder>> {
    let EmbedderConfig { model, threads } = &config.embedder;
    let embedder = match (model, &provisioned.model) {
        (ModelChoice::Hub(name), _) => FastEmbedder::from_hub(runtime, name, &hub_cache(config), *threads)?,
        (ModelChoice::Default | ModelChoice::Folder(_), Some(model)) => {
            let model = LocalModel { name: model.name.clone(), graph: model.graph.clone() };
            FastEmbedder::from_folder(runtime, &model, *threads).context(setup::REPAIR_HINT)?
        }
        (ModelChoice::Default | ModelChoice::Folder(_), None) => bail!("setup provided no model"),
    };
    Ok(Arc::new(embedder))
}

fn reranker(config: &Config, runtime: &Runtime, first: BuiltIn) -> anyhow::Result<Arc<dyn Reranker>> {
    let Some(RerankerConfig { model, within, looks }) = config.reranker.clone() else { return Ok(Arc::new(first)) };
    let threads = config.embedder.threads;
    let second = match Path::new(&model) {
        folder if folder.is_dir() => {
            let model = LocalModel { graph: folder.join("model.onnx"), name: model };
            FastReranker::from_folder(runtime, &model, threads)?
        }
        _ => FastReranker::from_hub(runtime, &model, &hub_cache(config), threads)?,
    };
    Ok(Arc::new(Budgeted { first, second: Arc::new(second), looks, within }))
}

/// Chunks are measured with the embedder's own tokenizer; a model from the hub keeps its tokenizer to itself, and the
/// cautious rule of thumb stands in.
pub fn chunker(config: &Config, provisioned: &Provisioned) -> anyhow::Result<Chunker> {
    let sized = |default: ChunkSettings| ChunkSettings {
        target_tokens: config.chunks.target_tokens.unwrap_or(default.target_tokens),
        max_tokens: config.chunks.max_tokens.unwrap_or(default.max_tokens),
        overlap_tokens: config.chunks.overlap_tokens.unwrap_or(default.overlap_tokens),
    };
    let Some(model) = &provisioned.model else {
        let characters = ChunkSettings { target_tokens: 600, max_tokens: 700, overlap_tokens: 0 };
        return Ok(Chunker::by_characters(sized(characters))?);
    };
    let tokenizer = model.graph.with_file_name("tokenizer.json");
    let json = std::fs::read(&tokenizer).with_context(|| format!("{} cannot be read", tokenizer.display()))?;
    Ok(Chunker::from_tokenizer_json(&json, sized(ChunkSettings::default()))?)
}

fn hub_cache(config: &Config) -> PathBuf {
    SetupPaths::new(&config.data_dir).hub_cache()
}
