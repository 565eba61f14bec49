//! Where the measurements stand: the configured models, and temporary folders for everything else.
//!
//! A [`Site`] is a data directory that shares the provisioned models and libraries with the configured one and nothing
//! more, so that no measurement reads or writes anybody's library. Knows nothing of what is measured.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use ingest::chunk::Chunker;
use retrieval::adapters::fastembed::Runtime;
use retrieval::ports::Embedder;
use server::config::{CacheConfig, Config, Given};
use server::datadir::DataDir;
use server::setup::{Occasion, Provisioned, SetupPaths};
use server::wiring::{self, House};
use server::worker::ParseWorkers;

/// The root of the repository: what the configuration names is named from there, as for `make run`.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// The folder of the example handbook.
pub fn seed() -> PathBuf {
    root().join("data/seed")
}

pub struct Ground {
    pub config: Config,
    pub provisioned: Provisioned,
}

impl Ground {
    /// Read the configuration and provide what is missing, which takes minutes on a fresh machine.
    #[allow(
        clippy::disallowed_methods,
        reason = "the configuration of a bench comes from its environment, as the program's does"
    )]
    pub fn prepare() -> anyhow::Result<Self> {
        let environment = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let mut config = Config::load(Given::default(), &environment)?;
        // A bench is about this machine: neither somebody's database nor somebody's cluster.
        (config.database_url, config.qdrant) = (None, None);
        DataDir::new(&config.data_dir).create()?;
        let provisioned = wiring::provision(&config, Occasion::Start)?;
        Ok(Self { config, provisioned })
    }

    /// The chunker, the embedder and the parse workers that a house of this configuration has.
    pub fn chunker(&self) -> anyhow::Result<Chunker> {
        wiring::chunker(&self.config, &self.provisioned)
    }

    pub fn embedder(&self) -> anyhow::Result<Arc<dyn Embedder>> {
        wiring::embedder(&self.config, &Runtime::open(&self.provisioned.onnxruntime)?, &self.provisioned)
    }

    pub fn workers(&self) -> anyhow::Result<ParseWorkers> {
        wiring::workers(&self.config, self.provisioned.pdfium.clone())
    }

    /// A data directory where nothing was ever ingested.
    pub fn fresh(&self) -> anyhow::Result<Site> {
        let folder = tempfile::Builder::new().prefix("lectern-bench-").tempdir()?;
        let (from, to) = (SetupPaths::new(&self.config.data_dir), SetupPaths::new(folder.path()));
        for (from, to) in [(from.models(), to.models()), (from.libraries(), to.libraries())] {
            if from.exists() {
                link(&from.canonicalize()?, &to).with_context(|| format!("{} cannot be shared", from.display()))?;
            }
        }
        // One process loads ONNX Runtime from one path, however many sites it opens.
        let ort_lib = Some(self.provisioned.onnxruntime.clone());
        // What is remembered would be measured once and never again.
        let cache = CacheConfig::OFF;
        let config = Config { data_dir: folder.path().to_owned(), ort_lib, cache, ..self.config.clone() };
        Ok(Site { config, folder })
    }
}

/// A temporary data directory, gone when dropped.
pub struct Site {
    config: Config,
    folder: tempfile::TempDir,
}

impl Site {
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Let its crawler ask a server on this machine.
    pub fn reach_loopback(&mut self, port: u16) {
        self.config.crawl.allow_networks.push("127.0.0.0/8".to_owned());
        self.config.crawl.ports.push(port);
    }

    /// The house as `lectern serve` opens it.
    pub async fn open(&self) -> anyhow::Result<House> {
        wiring::open(&self.config, DataDir::new(self.path()).hold()?).await
    }
}

#[cfg(unix)]
fn link(from: &Path, to: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(from, to)
}

#[cfg(not(unix))]
fn link(_: &Path, _: &Path) -> std::io::Result<()> {
    Err(std::io::Error::from(std::io::ErrorKind::Unsupported))
}
