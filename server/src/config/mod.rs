//! Configuration: `lectern.toml`, then `LECTERN_*`, then the command line; read once.
//!
//! What the house is told, and in which order whoever tells it wins; how the file is written down is for `file`. Secrets
//! come from the environment or from files that the configuration names, and never show in `Debug`.

pub mod answers;
pub mod backup;
pub mod branding;
pub mod chat;
pub mod colour;
mod file;
pub mod handoff;
pub mod index;
pub mod oidc;
pub mod retention;
mod shown;
pub mod widget;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use crate::store::Database;
use answers::AnswersConfig;
use backup::BackupConfig;
use branding::BrandingConfig;
use chat::{ChatConfig, ChatTable};
use file::{address, cache, chunks, crawl, embedder, front, least_free_bytes, parsing, qdrant, reranker};
use handoff::HandoffConfig;
use index::IndexConfig;
use oidc::OidcConfig;
use retention::RetentionConfig;
use widget::WidgetConfig;

pub use shown::{Setting, Table};

const DATA_DIR: &str = "data/run";

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
    pub front: FrontConfig,
    pub parsing: ParsingConfig,
    pub chunks: ChunkConfig,
    pub crawl: CrawlConfig,
    pub cache: CacheConfig,
    pub index: IndexConfig,
    pub retention: RetentionConfig,
    /// Of the disk that the data directory is on; with less, nothing is taken in.
    pub least_free_bytes: u64,
    pub backup: BackupConfig,
    pub answers: AnswersConfig,
    pub branding: BrandingConfig,
    /// Language models; without them the house works by rules.
    pub chat: Option<ChatConfig>,
    /// People who take conversations over; `None` when nobody does.
    pub handoff: Option<HandoffConfig>,
    /// A provider to sign in with; without one there are passwords.
    pub oidc: Option<OidcConfig>,
    /// Other sites that visitors may ask from; `None` when there are none.
    pub widget: Option<WidgetConfig>,
}

/// How the house stands to the network.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FrontConfig {
    /// Whether a reverse proxy that speaks TLS stands before it, and says from where a request comes.
    pub behind_proxy: bool,
    pub tls: Option<TlsConfig>,
    pub limits: LimitConfig,
}

/// Files in PEM.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TlsConfig {
    /// The house's own certificate first, then those that vouch for it.
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// How much one asker may, and how many are talked to at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LimitConfig {
    pub questions_per_minute: u32,
    pub requests_per_minute: u32,
    pub connections: usize,
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
    /// Of this machine, whose files may become documents. Admins say which do, and who reads them.
    pub folders: Vec<PathBuf>,
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
    #[error("{name}: {why}")]
    Wrong { name: &'static str, why: String },
}

/// What a command line adds.
#[derive(Clone, Debug, Default)]
pub struct Given {
    pub config: Option<PathBuf>,
    pub data_dir: Option<PathBuf>,
    pub listen: Option<SocketAddr>,
}

impl Config {
    /// Read everything; `environment` answers for one variable.
    pub fn load(given: Given, environment: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let file = file::read(given.config.or_else(|| environment("LECTERN_CONFIG").map(PathBuf::from)))?;
        let path = |name| environment(name).map(PathBuf::from);
        let listen = environment("LECTERN_LISTEN").or(file.listen).map(|text| address(&text)).transpose()?;
        let data_dir = given.data_dir.or_else(|| path("LECTERN_DATA_DIR")).or(file.data_dir);
        if data_dir.as_ref().is_some_and(|folder| folder.as_os_str().is_empty()) {
            let expected = "a folder: name one, or leave it out";
            return Err(ConfigError::Value { name: "data_dir", value: String::new(), expected });
        }
        let data_dir = data_dir.unwrap_or_else(|| DATA_DIR.into());
        Ok(Self {
            listen: given.listen.or(listen).unwrap_or(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080)),
            ort_lib: path("LECTERN_ORT_LIB").or(file.ort_lib),
            database_url: environment("LECTERN_DATABASE_URL").or(file.database_url).map(Secret),
            qdrant: qdrant(file.qdrant, environment)?,
            embedder: embedder(file.embedder)?,
            reranker: reranker(file.reranker)?,
            language: file.language.unwrap_or_else(|| "english".into()),
            visitors: file.visitors.unwrap_or(true),
            front: front(file.behind_proxy, file.tls, file.limits, environment)?,
            parsing: parsing(file.parsing, environment),
            chunks: chunks(file.chunks),
            crawl: crawl(file.crawl, &data_dir)?,
            cache: cache(file.cache),
            index: index::index(file.index)?,
            retention: retention::retention(file.retention)?,
            least_free_bytes: least_free_bytes(file.disk),
            backup: backup::backup(file.backup, environment)?,
            answers: file.answers.into(),
            branding: branding::branding(file.branding, file.chat.as_ref().and_then(ChatTable::persona))?,
            chat: file.chat.map(|table| chat::chat(table, environment)).transpose()?,
            handoff: handoff::handoff(file.handoff)?,
            oidc: file.oidc.map(|table| oidc::oidc(table, environment)).transpose()?,
            widget: widget::widget(file.widget, environment)?,
            data_dir,
        })
    }

    pub fn database(&self, sqlite: PathBuf) -> Database {
        match &self.database_url {
            Some(url) => Database::Postgres(url.reveal().to_owned()),
            None => Database::Sqlite(sqlite),
        }
    }
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
        let check = |file: &str, part: &str| assert!(load(file, &[]).unwrap_err().to_string().contains(part), "{file}");
        check("data_dirr = 'a'", "data_dirr");
        check("listen = 'everywhere'", "127.0.0.1:8080");
        check("[embedder]\nfolder = 'a'\nhub = 'b'", "either");
        check("[embedder]\nthreads = 0", "from 1");
        check("[reranker]\nmodel = 'm'\nbudget_ms = 0", "from 1");
        check("[reranker]\nmodel = 'm'\npassages = 0", "from 1");
        check("[chat]\nurl = 'http://127.0.0.1/v1'", "chat.model");
        check("[crawl]\nfolders = ['docs']", "from the root");
        check("data_dir = '/srv/x/data'\n[crawl]\nfolders = ['/srv/docs', '/srv/x']", "the data directory");
        check("data_dir = '/srv/x/data'\n[crawl]\nfolders = ['/srv/x/data/originals']", "the data directory");
        let (shelf, way) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::os::unix::fs::symlink(shelf.path(), way.path().join("docs")).unwrap();
        let (real, linked) = (shelf.path().display(), way.path().join("docs"));
        check(&format!("data_dir = '{real}/data'\n[crawl]\nfolders = ['{}']", linked.display()), "the data directory");
        check(&format!("data_dir = '{}/data'\n[crawl]\nfolders = ['{real}']", linked.display()), "the data directory");
        check("=", "lectern.toml");
        check("listen = '127.0.0.1:1'\ndata_dirr = 'a'", "line 2");
        let garbled = load("database_url = 'postgres://u:hush@h/d", &[]).unwrap_err().to_string();
        assert!(!garbled.contains("hush"), "{garbled}");
    }

    #[test]
    fn the_front_is_careful_unless_told_otherwise() {
        let front = |file, environment| load(file, environment).map(|config| config.front);
        let limits = LimitConfig { questions_per_minute: 20, requests_per_minute: 600, connections: 1_024 };
        assert_eq!(front("", &[]).unwrap(), FrontConfig { behind_proxy: false, tls: None, limits });
        assert!(front("behind_proxy = true", &[]).unwrap().behind_proxy);
        assert!(front("", &[("LECTERN_BEHIND_PROXY", "true")]).unwrap().behind_proxy);
        assert!(!front("behind_proxy = true", &[("LECTERN_BEHIND_PROXY", "false")]).unwrap().behind_proxy);
        let tls = front("[tls]\ncertificate = 'a.pem'\nkey = 'b.pem'", &[]).unwrap().tls.unwrap();
        assert_eq!((tls.certificate, tls.key), ("a.pem".into(), "b.pem".into()));
        let refused = |file, environment, part: &str| {
            let error = front(file, environment).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        };
        refused("", &[("LECTERN_BEHIND_PROXY", "yes")], "LECTERN_BEHIND_PROXY");
        refused("[tls]\ncertificate = 'a.pem'", &[], "key");
        refused("[limits]\nquestions_per_minute = 0", &[], "from 1");
        refused("[limits]\nrequests_per_minute = 0", &[], "from 1");
        refused("[limits]\nconnections = 15", &[], "from 16");
        refused("[limits]\nrequests_per_minute = -1", &[], "line 2");
        refused("[limits]\nquestions = 1", &[], "questions");
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
    fn an_index_is_judged_by_shares() {
        let index = |file| load(file, &[]).map(|config| config.index);
        assert_eq!((index("").unwrap().keep, index("").unwrap().is_quantised), (1, None));
        assert_eq!(index("[index]\nkeep = 0\nquantised = false").unwrap().is_quantised, Some(false));
        assert!(index("[index]\nleast_agreement = 1.1").unwrap_err().to_string().contains("least_agreement"));
        assert!(index("[index]\nquantized = true").unwrap_err().to_string().contains("quantized"));
    }

    #[test]
    fn some_of_the_disk_is_kept_free() {
        let least = |file| load(file, &[]).unwrap().least_free_bytes;
        assert_eq!(least(""), 512 * 1024 * 1024);
        assert_eq!(least("[disk]\nleast_free_mb = 2048"), 2_048 * 1024 * 1024);
        assert_eq!(least("[disk]\nleast_free_mb = 0"), 0);
        assert!(load("[disk]\nleast_free_mb = -1", &[]).is_err());
        assert!(load("[disk]\nfree = 1", &[]).unwrap_err().to_string().contains("free"));
    }

    #[test]
    fn a_key_alone_makes_no_language_model() {
        assert!(load("", &[("LECTERN_CHAT_API_KEY", "hush")]).unwrap().chat.is_none());
        let file = "[chat]\nurl = 'http://127.0.0.1:11434/v1'\nmodel = 'small'";
        assert_eq!(load(file, &[]).unwrap().chat.unwrap().large[0].model, "small");
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
