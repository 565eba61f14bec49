//! The file: its tables as they are written down, and how each becomes a part of the configuration.
//!
//! An unknown key is an error, because a setting that is not understood is a setting that is not kept. Does not know the
//! command line.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use super::answers::AnswersTable;
use super::backup::BackupTable;
use super::branding::BrandingTable;
use super::chat::ChatTable;
use super::handoff::HandoffTable;
use super::index::IndexTable;
use super::oidc::OidcTable;
use super::retention::RetentionTable;
use super::widget::WidgetTable;
use super::{
    CacheConfig, ChunkConfig, ConfigError, CrawlConfig, EmbedderConfig, FrontConfig, LimitConfig, ModelChoice,
    ParsingConfig, QdrantConfig, RerankerConfig, Secret, TlsConfig,
};

const FILE: &str = "lectern.toml";
/// More sessions than this help no one machine, and each holds a copy of the model.
const MOST_THREADS: usize = 8;

const QUESTIONS_PER_MINUTE: u32 = 20;
const REQUESTS_PER_MINUTE: u32 = 600;
const CONNECTIONS: usize = 1_024;
/// One browser opens half a dozen, and nobody may have all.
const FEWEST_CONNECTIONS: usize = 16;
const PARSE_MEMORY_MB: u64 = 512;
const PARSE_CPU_SECONDS: u64 = 30;
const CRAWLED_PORTS: [u16; 4] = [80, 443, 8080, 8443];
const CRAWL_DELAY_MS: u64 = 500;
/// A cross-encoder of 100 million weights reads some 20 passages in this time on four cores.
const RERANKER_BUDGET_MS: u64 = 1_500;
const RERANKER_PASSAGES: usize = 20;
/// 1.5 KB each, with the default model.
const CACHED_QUESTIONS: usize = 10_000;
/// Some 10 KB each.
const CACHED_RESULTS: usize = 2_000;
/// A batch of the largest files, their texts, vectors and points.
const LEAST_FREE_MB: u32 = 512;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct File {
    pub data_dir: Option<PathBuf>,
    pub listen: Option<String>,
    pub ort_lib: Option<PathBuf>,
    pub database_url: Option<String>,
    pub language: Option<String>,
    pub visitors: Option<bool>,
    pub behind_proxy: Option<bool>,
    pub tls: Option<TlsTable>,
    pub limits: LimitTable,
    pub qdrant: Option<QdrantTable>,
    pub index: IndexTable,
    pub retention: RetentionTable,
    pub embedder: EmbedderTable,
    pub reranker: RerankerTable,
    pub parsing: ParsingTable,
    pub chunks: ChunkTable,
    pub crawl: CrawlTable,
    pub cache: CacheTable,
    pub disk: DiskTable,
    pub backup: BackupTable,
    pub answers: AnswersTable,
    pub branding: BrandingTable,
    pub chat: Option<ChatTable>,
    pub handoff: HandoffTable,
    pub oidc: Option<OidcTable>,
    pub widget: WidgetTable,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsTable {
    certificate: PathBuf,
    key: PathBuf,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct LimitTable {
    questions_per_minute: Option<u32>,
    requests_per_minute: Option<u32>,
    connections: Option<usize>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct ParsingTable {
    memory_mb: Option<u64>,
    cpu_seconds: Option<u64>,
    pdftotext: Option<PathBuf>,
    tesseract: Option<PathBuf>,
    ocr_languages: Option<String>,
    unconfined: bool,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct ChunkTable {
    target_tokens: Option<usize>,
    max_tokens: Option<usize>,
    overlap_tokens: Option<usize>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct CrawlTable {
    user_agent: Option<String>,
    allow_networks: Vec<String>,
    ports: Option<Vec<u16>>,
    delay_ms: Option<u64>,
    chromium: Option<PathBuf>,
    folders: Vec<PathBuf>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct CacheTable {
    questions: Option<usize>,
    results: Option<usize>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct DiskTable {
    least_free_mb: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QdrantTable {
    url: String,
    api_key_file: Option<PathBuf>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct EmbedderTable {
    folder: Option<PathBuf>,
    hub: Option<String>,
    threads: Option<usize>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct RerankerTable {
    model: Option<String>,
    budget_ms: Option<u64>,
    passages: Option<usize>,
}

/// A file that is named must be there; the one in the working directory may be.
pub fn read(named: Option<PathBuf>) -> Result<File, ConfigError> {
    let path = named.clone().unwrap_or_else(|| FILE.into());
    match std::fs::read_to_string(&path) {
        Ok(text) => toml::from_str(&text).map_err(|error| ConfigError::File(path, without_its_text(&text, &error))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && named.is_none() => Ok(File::default()),
        Err(error) => Err(ConfigError::File(path, error.to_string())),
    }
}

/// Where and what is wrong, but not the line itself: it may be the one with a password.
fn without_its_text(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    format!("line {}: {}", 1 + before.matches('\n').count(), error.message())
}

pub fn front(
    behind_proxy: Option<bool>,
    tls: Option<TlsTable>,
    limits: LimitTable,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<FrontConfig, ConfigError> {
    let name = "LECTERN_BEHIND_PROXY";
    let truth = |value: String| {
        let expected = "true or false";
        value.parse::<bool>().map_err(|_| ConfigError::Value { name, value, expected })
    };
    let behind_proxy = environment(name).map(truth).transpose()?.or(behind_proxy).unwrap_or(false);
    let tls = tls.map(|TlsTable { certificate, key }| TlsConfig { certificate, key });
    Ok(FrontConfig { behind_proxy, tls, limits: limited(limits)? })
}

fn limited(table: LimitTable) -> Result<LimitConfig, ConfigError> {
    let rate = |name, value: u32| match value {
        0 => Err(ConfigError::Value { name, value: "0".into(), expected: "a number from 1" }),
        _ => Ok(value),
    };
    let connections = table.connections.unwrap_or(CONNECTIONS);
    if connections < FEWEST_CONNECTIONS {
        let (value, expected) = (connections.to_string(), "a number from 16");
        return Err(ConfigError::Value { name: "limits.connections", value, expected });
    }
    let questions = table.questions_per_minute.unwrap_or(QUESTIONS_PER_MINUTE);
    let requests = table.requests_per_minute.unwrap_or(REQUESTS_PER_MINUTE);
    Ok(LimitConfig {
        questions_per_minute: rate("limits.questions_per_minute", questions)?,
        requests_per_minute: rate("limits.requests_per_minute", requests)?,
        connections,
    })
}

pub fn qdrant(
    table: Option<QdrantTable>,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<QdrantConfig>, ConfigError> {
    let key_file = table.as_ref().and_then(|table| table.api_key_file.clone());
    let key_from_file = key_file.map(|path| secret_in(&path)).transpose()?;
    let url = environment("LECTERN_QDRANT_URL").or(table.map(|table| table.url));
    let api_key = environment("LECTERN_QDRANT_API_KEY").map(Secret).or(key_from_file);
    Ok(url.map(|url| QdrantConfig { url, api_key }))
}

pub fn reranker(table: RerankerTable) -> Result<Option<RerankerConfig>, ConfigError> {
    let least = |name, value: u64| match value {
        0 => Err(ConfigError::Value { name, value: "0".into(), expected: "a number from 1" }),
        _ => Ok(value),
    };
    let budget_ms = least("reranker.budget_ms", table.budget_ms.unwrap_or(RERANKER_BUDGET_MS))?;
    let passages = table.passages.unwrap_or(RERANKER_PASSAGES);
    least("reranker.passages", passages as u64)?;
    let within = Duration::from_millis(budget_ms);
    Ok(table.model.map(|model| RerankerConfig { model, within, looks: passages }))
}

pub fn secret_in(path: &Path) -> Result<Secret, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|error| ConfigError::File(path.into(), error.to_string()))?;
    Ok(Secret(text.trim().to_owned()))
}

pub fn embedder(table: EmbedderTable) -> Result<EmbedderConfig, ConfigError> {
    let model = match (table.folder, table.hub) {
        (None, None) => ModelChoice::Default,
        (Some(folder), None) => ModelChoice::Folder(folder),
        (None, Some(name)) => ModelChoice::Hub(name),
        (Some(_), Some(name)) => {
            let expected = "needed: set either embedder.folder or embedder.hub";
            return Err(ConfigError::Value { name: "embedder.hub", value: name, expected });
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let threads = table.threads.unwrap_or(cores.min(MOST_THREADS));
    let threads = NonZeroUsize::new(threads).ok_or(ConfigError::Value {
        name: "embedder.threads",
        value: "0".into(),
        expected: "a number from 1",
    })?;
    Ok(EmbedderConfig { model, threads })
}

/// Commands that are not named are looked for where the shell would.
pub fn parsing(table: ParsingTable, environment: &dyn Fn(&str) -> Option<String>) -> ParsingConfig {
    let path = environment("PATH").unwrap_or_default();
    let installed =
        |name: &str| std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
    ParsingConfig {
        memory_mb: table.memory_mb.unwrap_or(PARSE_MEMORY_MB),
        cpu_seconds: table.cpu_seconds.unwrap_or(PARSE_CPU_SECONDS),
        pdftotext: table.pdftotext.or_else(|| installed("pdftotext")),
        tesseract: table.tesseract.or_else(|| installed("tesseract")),
        ocr_languages: table.ocr_languages,
        unconfined: table.unconfined,
    }
}

pub fn chunks(table: ChunkTable) -> ChunkConfig {
    let ChunkTable { target_tokens, max_tokens, overlap_tokens } = table;
    ChunkConfig { target_tokens, max_tokens, overlap_tokens }
}

pub fn least_free_bytes(table: DiskTable) -> u64 {
    u64::from(table.least_free_mb.unwrap_or(LEAST_FREE_MB)) * 1024 * 1024
}

pub fn cache(table: CacheTable) -> CacheConfig {
    CacheConfig {
        questions: table.questions.unwrap_or(CACHED_QUESTIONS),
        results: table.results.unwrap_or(CACHED_RESULTS),
    }
}

/// Where a path really lies: links are followed as far as it is there.
fn settled(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let real = |known: &Path| Some(known.canonicalize().ok()?.join(path.strip_prefix(known).ok()?));
    path.ancestors().find_map(real).unwrap_or(path)
}

/// What the house keeps for itself is nobody's document.
pub fn crawl(table: CrawlTable, data_dir: &Path) -> Result<CrawlConfig, ConfigError> {
    let data_dir = settled(data_dir);
    for folder in &table.folders {
        let real = settled(folder);
        let overlaps = real.starts_with(&data_dir) || data_dir.starts_with(&real);
        let why = match () {
            () if !folder.is_absolute() => "is not a path from the root",
            () if overlaps => "holds the data directory, or lies in it",
            () => continue,
        };
        return Err(ConfigError::Wrong { name: "crawl.folders", why: format!("{} {why}", folder.display()) });
    }
    Ok(CrawlConfig {
        user_agent: table.user_agent.unwrap_or_else(|| concat!("Lectern/", env!("CARGO_PKG_VERSION")).into()),
        allow_networks: table.allow_networks,
        ports: table.ports.unwrap_or_else(|| CRAWLED_PORTS.into()),
        delay_ms: table.delay_ms.unwrap_or(CRAWL_DELAY_MS),
        chromium: table.chromium,
        folders: table.folders,
    })
}

pub fn address(text: &str) -> Result<SocketAddr, ConfigError> {
    let expected = "an address such as 127.0.0.1:8080";
    text.parse().map_err(|_| ConfigError::Value { name: "listen", value: text.to_owned(), expected })
}
