//! Wiring: which concrete part stands behind each port. The only place that names adapters.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use ingest::chunk::{ChunkSettings, Chunker};
use ingest::crawl::ports::{Fetch, Survey};
use ingest::ports::Parse;
use prompts::template::Templates;
use retrieval::access::Principal;
use retrieval::adapters::bm25::{Bm25, Bm25Settings};
use retrieval::adapters::edge::{EdgeIndex, EdgeSettings};
use retrieval::adapters::fastembed::{FastEmbedder, FastReranker, LocalModel, Runtime, embed_once};
use retrieval::adapters::qdrant::{Cluster, ClusterAddress};
use retrieval::model::{Generation, WorkspaceId};
use retrieval::ports::{Embedder, IndexError, Reranker, VectorIndex};
use retrieval::rerank::BuiltIn;
use retrieval::search::Searcher;

use crate::answer::Answerer;
use crate::clock::Clock;
use crate::config::{Config, CrawlConfig, EmbedderConfig, ModelChoice, ParsingConfig, QdrantConfig};
use crate::datadir::{DataDir, Held};
use crate::fetch::{AllowedAddresses, FetchSettings, NoWeb, RenderSettings, WebClient};
use crate::library::{Library, Web};
use crate::setup::{self, Choice, Occasion, Provisioned, SetupPaths, progress};
use crate::store::{Originals, Store};
use crate::worker::{ParseWorkers, WorkerArgs, WorkerSettings};

const WORKSPACE: &str = "main";
const QDRANT_TIMEOUT: Duration = Duration::from_secs(30);
/// Files parsed at once; each is a process that may take half a gigabyte.
const PARSERS: usize = 4;

/// Everything, put together.
pub struct House {
    pub store: Store,
    pub library: Arc<Library>,
    pub answerer: Answerer,
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
        if let Err(error) = self.library.index.flush().await {
            tracing::warn!(%error, "the index could not be flushed; it will be reconciled at the next start");
        }
        self.store.close().await;
    }
}

/// The house on the configured data directory.
pub async fn open(config: &Config, held: Held) -> anyhow::Result<House> {
    build(config, &DataDir::new(&config.data_dir), held, None, None).await
}

/// The workers that parse for this house.
pub fn workers(config: &Config, pdfium: Option<PathBuf>) -> anyhow::Result<ParseWorkers> {
    let program = std::env::current_exe().context("this program cannot find itself")?;
    let ParsingConfig { memory_mb, cpu_seconds, pdftotext, tesseract, ocr_languages, unconfined } =
        config.parsing.clone();
    let args = WorkerArgs { memory_mb, cpu_seconds, pdfium, pdftotext, tesseract, ocr_languages, unconfined };
    Ok(ParseWorkers::new(WorkerSettings { program, args, many: PARSERS }))
}

/// A house in a temporary folder, with the configured models, on SQLite and embedded Qdrant.
pub async fn throw_away(config: &Config, parser: Arc<dyn Parse>) -> anyhow::Result<House> {
    let folder = tempfile::Builder::new().prefix("lectern-").tempdir()?;
    let data = DataDir::new(folder.path());
    let held = data.hold()?;
    let config = Config { database_url: None, qdrant: None, ..config.clone() };
    build(&config, &data, held, Some(parser), Some(folder)).await
}

async fn build(
    config: &Config,
    data: &DataDir,
    held: Held,
    parser: Option<Arc<dyn Parse>>,
    folder: Option<tempfile::TempDir>,
) -> anyhow::Result<House> {
    let originals = Originals::open(&data.originals()).context("the folder of originals cannot be made")?;
    let store = Store::open(&config.database(data.database()), originals, Clock::system()).await?;
    store.job_recover(&held.owner).await?;
    let models = models(config).await?;
    let workers = Arc::new(workers(config, models.pdfium.clone())?);
    let web = web(config, Arc::clone(&workers) as Arc<dyn Survey>)?;
    let workspace = store.workspace_ensure(WORKSPACE).await?;
    let generation = generation(&store, workspace, &*models.embedder, &config.language).await?;
    let index = index(config, data, &generation).await?;
    let searcher = Searcher {
        index: Arc::clone(&index),
        embedder: Arc::clone(&models.embedder),
        reranker: models.reranker,
        shelf: Arc::new(store.clone()),
    };
    let library = Arc::new(Library {
        store: store.clone(),
        index,
        embedder: models.embedder,
        parser: parser.unwrap_or(workers),
        web,
        chunker: models.chunker,
        workspace,
        clearance: Principal::upkeep(workspace, "write path and reconciliation").clearance()?,
        owner: held.owner.clone(),
        working: Default::default(),
        crawling: Default::default(),
    });
    let rebuilding = library.lacks_points().await?;
    let templates = Arc::new(Templates::load()?);
    let answerer = Answerer { searcher, store: store.clone(), templates, generation: generation.id };
    Ok(House { store, library, answerer, rebuilding, _held: held, _folder: folder })
}

/// The way to the web. A machine that has none, for want of root certificates, still serves what it has.
fn web(config: &Config, survey: Arc<dyn Survey>) -> anyhow::Result<Web> {
    let CrawlConfig { user_agent, allow_networks, ports, delay_ms, chromium } = config.crawl.clone();
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
    Ok(Web { fetch, survey, user_agent, delay: Duration::from_millis(delay_ms) })
}

/// The generation that is live, or the first one. An index made by another model, or for another language, cannot answer
/// this one's questions.
async fn generation(
    store: &Store,
    workspace: WorkspaceId,
    embedder: &dyn Embedder,
    language: &str,
) -> anyhow::Result<Generation> {
    let Some(live) = store.generation_live(workspace).await? else {
        // Before anything is recorded: a misspelt language would be refused now and its correction for ever after.
        Bm25::new(&Bm25Settings { language: language.to_owned(), ..Bm25Settings::default() })?;
        return Ok(store.generation_begin(workspace, embedder.name(), embedder.dimensions(), language).await?);
    };
    if live.language != language {
        bail!(
            "the keyword index was built for {}, the configuration says {language}: set the language back, or use another data directory",
            live.language
        );
    }
    if live.embedder != embedder.name() || live.dimensions != embedder.dimensions() {
        bail!(
            "the index was built with the model {}, the configuration says {}: set the model back, or use another data directory",
            live.embedder,
            embedder.name()
        );
    }
    Ok(live)
}

async fn index(config: &Config, data: &DataDir, generation: &Generation) -> anyhow::Result<Arc<dyn VectorIndex>> {
    let bm25 = Bm25Settings { language: generation.language.clone(), ..Bm25Settings::default() };
    match &config.qdrant {
        Some(qdrant) => cluster(qdrant, generation, &bm25).await,
        None => {
            let folder = data.index().join(generation.id.to_string());
            let (workspace, dimensions) = (generation.workspace, generation.dimensions);
            let settings = EdgeSettings { bm25, ..EdgeSettings::new(dimensions) };
            let open = move || embedded(&folder, workspace, &settings);
            Ok(Arc::new(tokio::task::spawn_blocking(open).await??))
        }
    }
}

/// A shard that does not open is dropped: the catalog and the embedding cache hold all that it held.
fn embedded(folder: &Path, workspace: WorkspaceId, settings: &EdgeSettings) -> Result<EdgeIndex, IndexError> {
    match EdgeIndex::open(folder, workspace, settings) {
        Err(IndexError::Damaged(why)) => {
            tracing::error!(why, "the index is damaged and is rebuilt from the catalog");
            EdgeIndex::create_anew(folder, workspace, settings)
        }
        opened => opened,
    }
}

async fn cluster(
    qdrant: &QdrantConfig,
    generation: &Generation,
    bm25: &Bm25Settings,
) -> anyhow::Result<Arc<dyn VectorIndex>> {
    let api_key = qdrant.api_key.as_ref().map(|key| key.reveal().parse()).transpose()?;
    let cluster =
        Cluster::connect(&ClusterAddress { url: qdrant.url.clone(), api_key, timeout: QDRANT_TIMEOUT }).await?;
    let index = cluster.open(generation, bm25).await?;
    cluster.make_live(generation.workspace, generation.id).await?;
    Ok(Arc::new(index))
}

/// What runs on ONNX Runtime, and the tokenizer that measures for it.
struct Models {
    embedder: Arc<dyn Embedder>,
    reranker: Arc<dyn Reranker>,
    chunker: Arc<Chunker>,
    /// For reading PDF files; without it they are read less well.
    pdfium: Option<PathBuf>,
}

async fn models(config: &Config) -> anyhow::Result<Models> {
    let config = config.clone();
    tokio::task::spawn_blocking(move || {
        let provisioned = provision(&config, Occasion::Start)?;
        let runtime = Runtime::open(&provisioned.onnxruntime).context(setup::REPAIR_HINT)?;
        let embedder = embedder(&config, &runtime, &provisioned)?;
        let reranker = reranker(&config, &runtime)?;
        let chunker = Arc::new(chunker(&config, &provisioned)?);
        Ok(Models { embedder, reranker, chunker, pdfium: provisioned.pdfium })
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

fn reranker(config: &Config, runtime: &Runtime) -> anyhow::Result<Arc<dyn Reranker>> {
    let threads = config.embedder.threads;
    match &config.reranker {
        None => Ok(Arc::new(BuiltIn)),
        Some(named) if Path::new(named).is_dir() => {
            let model = LocalModel { name: named.clone(), graph: Path::new(named).join("model.onnx") };
            Ok(Arc::new(FastReranker::from_folder(runtime, &model, threads)?))
        }
        Some(named) => Ok(Arc::new(FastReranker::from_hub(runtime, named, &hub_cache(config), threads)?)),
    }
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
