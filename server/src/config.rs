//! Configuration: `lectern.toml`, then `LECTERN_*`, then the command line; read once.
//!
//! An unknown key in the file is an error, because a setting that is not understood is a setting that is not kept.
//! Secrets come from the environment or from files that the configuration names, and never show in `Debug`.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use url::Url;

use crate::store::Database;

const FILE: &str = "lectern.toml";
const DATA_DIR: &str = "data/run";
/// More sessions than this help no one machine, and each holds a copy of the model.
const MOST_THREADS: usize = 8;

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
/// Whoever asked is waiting; the rules take over after it.
const CHAT_TIMEOUT_SECONDS: u64 = 10;

/// What the house is told.
#[derive(Clone, Debug)]
pub struct Config {
    pub data_dir: PathBuf,
    pub listen: SocketAddr,
    /// ONNX Runtime's library, when it is not the provisioned one.
    pub ort_lib: Option<PathBuf>,
    pub database_url: Option<Secret>,
    pub qdrant: Option<QdrantConfig>,
    pub embedder: EmbedderConfig,
    /// Without one the built-in order stands.
    pub reranker: Option<RerankerConfig>,
    /// Language of the keyword index, by its English name; `mixed` for several.
    pub language: String,
    /// Whether people who did not sign in may ask, and read what is public.
    pub visitors: bool,
    pub parsing: ParsingConfig,
    pub chunks: ChunkConfig,
    pub crawl: CrawlConfig,
    pub cache: CacheConfig,
    /// A language model; without one the house works by rules.
    pub chat: Option<ChatConfig>,
}

/// What the parse workers have and may.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ParsingConfig {
    pub memory_mb: u64,
    /// Of processor time, for one document.
    pub cpu_seconds: u64,
    pub pdftotext: Option<PathBuf>,
    pub tesseract: Option<PathBuf>,
    /// In tesseract's words, such as `deu+eng`.
    pub ocr_languages: Option<String>,
    /// Parse even where the kernel cannot keep the workers off the network.
    pub unconfined: bool,
}

/// Sizes in the embedder's tokens; what is not set follows from the embedder.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ChunkConfig {
    pub target_tokens: Option<usize>,
    pub max_tokens: Option<usize>,
    pub overlap_tokens: Option<usize>,
}

/// How the house crawls, whatever the site.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CrawlConfig {
    pub user_agent: String,
    /// Private networks and machines that may be crawled all the same, as in `10.1.0.0/16`.
    pub allow_networks: Vec<String>,
    pub ports: Vec<u16>,
    /// Between two requests to one host.
    pub delay_ms: u64,
    /// A Chromium that shows pages which need scripts; without one they are told as such.
    pub chromium: Option<PathBuf>,
}

/// How much is remembered of what was asked before; 0 is nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CacheConfig {
    /// Questions whose vectors are remembered.
    pub questions: usize,
    /// Searches whose order is remembered.
    pub results: usize,
}

impl CacheConfig {
    /// Every search anew, as whoever measures wants it.
    pub const OFF: Self = Self { questions: 0, results: 0 };
}

/// A cross-encoder that looks again at the best passages.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RerankerConfig {
    /// By the name that fastembed knows it by, or a folder.
    pub model: String,
    /// If it takes longer, the built-in order stands.
    pub within: Duration,
    /// How many passages it looks at.
    pub looks: usize,
}

/// A server that speaks OpenAI's chat completions.
#[derive(Clone, Debug)]
pub struct ChatConfig {
    pub url: Url,
    pub model: String,
    pub api_key: Option<Secret>,
    /// For the whole of a reply.
    pub timeout: Duration,
}

#[derive(Clone, Debug)]
pub struct QdrantConfig {
    pub url: String,
    pub api_key: Option<Secret>,
}

#[derive(Clone, Debug)]
pub struct EmbedderConfig {
    pub model: ModelChoice,
    pub threads: NonZeroUsize,
}

/// Where the embedding model comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ModelChoice {
    /// all-MiniLM-L6-v2, provisioned by `lectern setup`.
    Default,
    /// A BERT-family encoder in a local folder, converted by `lectern setup`.
    Folder(PathBuf),
    /// Any model that fastembed knows, fetched from the hub.
    Hub(String),
}

/// A value that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(value: String) -> Self {
        Self(value)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{}: {}", .0.display(), .1)]
    File(PathBuf, String),
    #[error("{name}: \"{value}\" is not {expected}")]
    Value { name: &'static str, value: String, expected: &'static str },
}

/// What a command line adds.
#[derive(Clone, Debug, Default)]
pub struct Given {
    pub config: Option<PathBuf>,
    pub data_dir: Option<PathBuf>,
    pub listen: Option<SocketAddr>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct File {
    data_dir: Option<PathBuf>,
    listen: Option<String>,
    ort_lib: Option<PathBuf>,
    database_url: Option<String>,
    language: Option<String>,
    visitors: Option<bool>,
    qdrant: Option<QdrantTable>,
    embedder: EmbedderTable,
    reranker: RerankerTable,
    parsing: ParsingTable,
    chunks: ChunkTable,
    crawl: CrawlTable,
    cache: CacheTable,
    chat: Option<ChatTable>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct ParsingTable {
    memory_mb: Option<u64>,
    cpu_seconds: Option<u64>,
    pdftotext: Option<PathBuf>,
    tesseract: Option<PathBuf>,
    ocr_languages: Option<String>,
    unconfined: bool,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct ChunkTable {
    target_tokens: Option<usize>,
    max_tokens: Option<usize>,
    overlap_tokens: Option<usize>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct CrawlTable {
    user_agent: Option<String>,
    allow_networks: Vec<String>,
    ports: Option<Vec<u16>>,
    delay_ms: Option<u64>,
    chromium: Option<PathBuf>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct CacheTable {
    questions: Option<usize>,
    results: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChatTable {
    url: String,
    model: String,
    api_key_file: Option<PathBuf>,
    timeout_seconds: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QdrantTable {
    url: String,
    api_key_file: Option<PathBuf>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct EmbedderTable {
    folder: Option<PathBuf>,
    hub: Option<String>,
    threads: Option<usize>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct RerankerTable {
    model: Option<String>,
    budget_ms: Option<u64>,
    passages: Option<usize>,
}

impl Config {
    /// Read everything; `environment` answers for one variable.
    pub fn load(given: Given, environment: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let file = read_file(given.config.or_else(|| environment("LECTERN_CONFIG").map(PathBuf::from)))?;
        let path = |name| environment(name).map(PathBuf::from);
        let listen = environment("LECTERN_LISTEN").or(file.listen).map(|text| address(&text)).transpose()?;
        let data_dir = given.data_dir.or_else(|| path("LECTERN_DATA_DIR")).or(file.data_dir);
        if data_dir.as_ref().is_some_and(|folder| folder.as_os_str().is_empty()) {
            let expected = "a folder: name one, or leave it out";
            return Err(ConfigError::Value { name: "data_dir", value: String::new(), expected });
        }
        Ok(Self {
            data_dir: data_dir.unwrap_or_else(|| DATA_DIR.into()),
            listen: given.listen.or(listen).unwrap_or(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080)),
            ort_lib: path("LECTERN_ORT_LIB").or(file.ort_lib),
            database_url: environment("LECTERN_DATABASE_URL").or(file.database_url).map(Secret),
            qdrant: qdrant(file.qdrant, environment)?,
            embedder: embedder(file.embedder)?,
            reranker: reranker(file.reranker)?,
            language: file.language.unwrap_or_else(|| "english".into()),
            visitors: file.visitors.unwrap_or(true),
            parsing: parsing(file.parsing, environment),
            chunks: chunks(file.chunks),
            crawl: crawl(file.crawl),
            cache: cache(file.cache),
            chat: file.chat.map(|table| chat(table, environment)).transpose()?,
        })
    }

    pub fn database(&self, sqlite: PathBuf) -> Database {
        match &self.database_url {
            Some(url) => Database::Postgres(url.reveal().to_owned()),
            None => Database::Sqlite(sqlite),
        }
    }
}

/// A file that is named must be there; the one in the working directory may be.
fn read_file(named: Option<PathBuf>) -> Result<File, ConfigError> {
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

fn qdrant(
    table: Option<QdrantTable>,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<QdrantConfig>, ConfigError> {
    let key_file = table.as_ref().and_then(|table| table.api_key_file.clone());
    let key_from_file = key_file.map(|path| secret_in(&path)).transpose()?;
    let url = environment("LECTERN_QDRANT_URL").or(table.map(|table| table.url));
    let api_key = environment("LECTERN_QDRANT_API_KEY").map(Secret).or(key_from_file);
    Ok(url.map(|url| QdrantConfig { url, api_key }))
}

fn chat(table: ChatTable, environment: &dyn Fn(&str) -> Option<String>) -> Result<ChatConfig, ConfigError> {
    let expected = "an address such as http://127.0.0.1:11434/v1";
    let url = Url::parse(&table.url).ok().filter(|url| ["http", "https"].contains(&url.scheme()) && url.has_host());
    // A password in it would be shown wherever the address is.
    let url = url.filter(|url| url.username().is_empty() && url.password().is_none());
    // The address is not repeated: it may be refused for the password that it holds.
    let url = url.ok_or(ConfigError::Value { name: "chat.url", value: "..".into(), expected })?;
    let from_file = table.api_key_file.map(|path| secret_in(&path)).transpose()?;
    let seconds = table.timeout_seconds.unwrap_or(CHAT_TIMEOUT_SECONDS);
    if seconds == 0 {
        let expected = "a number from 1";
        return Err(ConfigError::Value { name: "chat.timeout_seconds", value: "0".into(), expected });
    }
    Ok(ChatConfig {
        url,
        model: table.model,
        api_key: environment("LECTERN_CHAT_API_KEY").map(Secret).or(from_file),
        timeout: Duration::from_secs(seconds),
    })
}

fn reranker(table: RerankerTable) -> Result<Option<RerankerConfig>, ConfigError> {
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

fn secret_in(path: &Path) -> Result<Secret, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|error| ConfigError::File(path.into(), error.to_string()))?;
    Ok(Secret(text.trim().to_owned()))
}

fn embedder(table: EmbedderTable) -> Result<EmbedderConfig, ConfigError> {
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
fn parsing(table: ParsingTable, environment: &dyn Fn(&str) -> Option<String>) -> ParsingConfig {
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

fn chunks(table: ChunkTable) -> ChunkConfig {
    let ChunkTable { target_tokens, max_tokens, overlap_tokens } = table;
    ChunkConfig { target_tokens, max_tokens, overlap_tokens }
}

fn cache(table: CacheTable) -> CacheConfig {
    CacheConfig {
        questions: table.questions.unwrap_or(CACHED_QUESTIONS),
        results: table.results.unwrap_or(CACHED_RESULTS),
    }
}

fn crawl(table: CrawlTable) -> CrawlConfig {
    CrawlConfig {
        user_agent: table.user_agent.unwrap_or_else(|| concat!("Lectern/", env!("CARGO_PKG_VERSION")).into()),
        allow_networks: table.allow_networks,
        ports: table.ports.unwrap_or_else(|| CRAWLED_PORTS.into()),
        delay_ms: table.delay_ms.unwrap_or(CRAWL_DELAY_MS),
        chromium: table.chromium,
    }
}

fn address(text: &str) -> Result<SocketAddr, ConfigError> {
    let expected = "an address such as 127.0.0.1:8080";
    text.parse().map_err(|_| ConfigError::Value { name: "listen", value: text.to_owned(), expected })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(file: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lectern.toml");
        std::fs::write(&path, file).unwrap();
        let given = Given { config: Some(path), ..Given::default() };
        Config::load(given, &|name| environment.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let config = load("data_dir = 'a'\nlisten = '127.0.0.1:1'", &[("LECTERN_DATA_DIR", "b")]).unwrap();
        assert_eq!(config.data_dir, PathBuf::from("b"));
        assert_eq!(config.listen.port(), 1);
    }

    #[test]
    fn what_is_not_understood_is_an_error() {
        let check = |file, part: &str| assert!(load(file, &[]).unwrap_err().to_string().contains(part), "{file}");
        check("data_dirr = 'a'", "data_dirr");
        check("listen = 'everywhere'", "127.0.0.1:8080");
        check("[embedder]\nfolder = 'a'\nhub = 'b'", "either");
        check("[embedder]\nthreads = 0", "from 1");
        check("[reranker]\nmodel = 'm'\nbudget_ms = 0", "from 1");
        check("[reranker]\nmodel = 'm'\npassages = 0", "from 1");
        check("[chat]\nurl = 'somewhere'\nmodel = 'm'", "11434");
        check("[chat]\nurl = 'file:///etc'\nmodel = 'm'", "11434");
        check("[chat]\nurl = 'http://me:hush@127.0.0.1/v1'\nmodel = 'm'", "11434");
        check("[chat]\nurl = 'http://127.0.0.1/v1'", "model");
        check("[chat]\nurl = 'http://127.0.0.1/v1'\nmodel = 'm'\ntimeout_seconds = 0", "from 1");
        check("=", "lectern.toml");
        check("listen = '127.0.0.1:1'\ndata_dirr = 'a'", "line 2");
        let garbled = load("database_url = 'postgres://u:hush@h/d", &[]).unwrap_err().to_string();
        assert!(!garbled.contains("hush"), "{garbled}");
    }

    #[test]
    fn a_cache_can_be_small_or_none() {
        let cache = |file| load(file, &[]).unwrap().cache;
        assert_eq!(cache(""), CacheConfig { questions: 10_000, results: 2_000 });
        assert_eq!(cache("[cache]\nresults = 0"), CacheConfig { questions: 10_000, results: 0 });
        assert_eq!(cache("[cache]\nquestions = 0\nresults = 0"), CacheConfig::OFF);
        assert!(load("[cache]\nanswers = 1", &[]).unwrap_err().to_string().contains("answers"));
        assert!(load("[cache]\nresults = -1", &[]).is_err());
    }

    #[test]
    fn a_language_model_is_an_address_and_a_name() {
        let file = "[chat]\nurl = 'http://127.0.0.1:11434/v1'\nmodel = 'small'";
        let chat = load(file, &[("LECTERN_CHAT_API_KEY", "hush")]).unwrap().chat.unwrap();
        assert_eq!((chat.url.as_str(), chat.model.as_str()), ("http://127.0.0.1:11434/v1", "small"));
        assert_eq!(chat.api_key.as_ref().map(Secret::reveal), Some("hush"));
        assert!(!format!("{chat:?}").contains("hush"));
        assert!(load("", &[("LECTERN_CHAT_API_KEY", "hush")]).unwrap().chat.is_none());
    }

    #[test]
    fn secrets_do_not_show() {
        let config = load("", &[("LECTERN_DATABASE_URL", "postgres://u:hush@h/d"), ("LECTERN_QDRANT_URL", "http://q")]);
        let config = config.unwrap();
        assert!(!format!("{config:?}").contains("hush"));
        assert_eq!(config.database("x".into()), Database::Postgres("postgres://u:hush@h/d".into()));
        assert!(!format!("{:?}", config.database("x".into())).contains("hush"));
    }
}
