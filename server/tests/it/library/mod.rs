//! A library without a model: a real store, a real index, the real pipeline; only vectors are hashes of words.
//!
//! `on_all!` runs tests on both databases and with the index in memory and embedded.

mod builds;
mod context;
mod crawling;
mod faults;
mod inside;
mod intake;
mod interruption;
mod labels;
mod leaving;
mod planning;
mod reconciling;
mod remembered;
pub mod site;
mod stopping;
mod twins;
mod why;
mod workshop;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use ingest::chunk::{ChunkSettings, Chunker};
use ingest::crawl::ports::Survey;
use ingest::parse::{Kind, PageRules, Setting, Survey as Surveyed, parse, survey, unpack};
use ingest::ports::{Parse, ParseFault, Reading, TakeParts};
use prompts::template::Templates;
use retrieval::adapters::bm25::Bm25Settings;
use retrieval::adapters::edge::{EdgeIndex, EdgeSettings};
use retrieval::adapters::hashing::HashEmbedder;
use retrieval::adapters::memory::MemoryIndex;
use retrieval::model::{DocumentId, Generation, JobId};
use retrieval::ports::{Embedder, VectorIndex};
use retrieval::rerank::BuiltIn;
use retrieval::search::{Depth, Searcher};
use server::answer::{Answerer, Rewriter, Team, Triggers};
use server::fetch::{AllowedAddresses, FetchSettings, Folders, WebClient};
use server::generations::{Builder, Finder, Generations, Standing};
use server::library::{Library, LibraryError, Onlooker, Upload, Web};
use server::store::ItemLine;
use url::Url;

use self::workshop::Workshop;
use crate::ground::{Ground, label};

/// Each of these tests, on every database with every index.
macro_rules! on_all {
    ($($test:ident),+ $(,)?) => {
        $crate::library::on_all!(@ sqlite_memory sqlite Memory $($test)+);
        $crate::library::on_all!(@ sqlite_edge sqlite Edge $($test)+);
        $crate::library::on_all!(@ postgres_memory postgres Memory $($test)+);
        $crate::library::on_all!(@ postgres_edge postgres Edge $($test)+);
    };
    (@ $name:ident $ground:ident $index:ident $($test:ident)+) => {
        mod $name { $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                let ground = $crate::ground::Ground::$ground().await;
                super::$test($crate::library::Home::new(ground, $crate::library::IndexKind::$index)).await
            }
        )+ }
    };
}
pub(crate) use on_all;

#[derive(Clone, Copy, Debug)]
pub enum IndexKind {
    Memory,
    Edge,
}

/// A library and everything below it.
pub struct Home {
    pub library: Library,
    pub index: Arc<dyn VectorIndex>,
    pub parsed: Arc<InPlace>,
    pub workshop: Arc<Workshop>,
    pub ground: Ground,
}

/// Parses in this process and counts.
#[derive(Default)]
pub struct InPlace(AtomicUsize);

impl InPlace {
    pub fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Parse for InPlace {
    async fn parse(
        &self,
        name: &str,
        bytes: Vec<u8>,
        rules: &PageRules,
        parts: &mut dyn TakeParts,
    ) -> Result<Reading, ParseFault> {
        self.0.fetch_add(1, Ordering::SeqCst);
        let refused = |error: ingest::parse::ParseError| ParseFault::Refused(error.to_string());
        let kind = Kind::sniff(&bytes, Some(name)).map_err(refused)?;
        let url = name.starts_with("http").then(|| name.to_owned());
        let setting = Setting { url, rules: rules.clone(), ..Setting::default() };
        let mut parsed = parse(kind, &bytes, &setting).map_err(refused)?;
        let mut inside = Vec::new();
        if kind.has_parts() {
            parsed.problems.extend(unpack(kind, &bytes, &mut |part| inside.push(part)).map_err(refused)?);
        }
        for part in inside {
            parts.take(part).await;
        }
        Ok(Reading { kind, parsed })
    }
}

#[async_trait]
impl Survey for InPlace {
    async fn survey(&self, url: &Url, bytes: Vec<u8>) -> Result<Surveyed, ParseFault> {
        Ok(survey(&bytes, url.as_str()))
    }
}

impl Home {
    pub fn new(ground: Ground, kind: IndexKind) -> Self {
        let dimensions = HashEmbedder::default().dimensions();
        let index: Arc<dyn VectorIndex> = match kind {
            IndexKind::Memory => {
                Arc::new(MemoryIndex::new(ground.workspace, dimensions, &Bm25Settings::default()).unwrap())
            }
            IndexKind::Edge => {
                let folder = ground.folder.path().join("index");
                Arc::new(EdgeIndex::open(&folder, ground.workspace, &EdgeSettings::new(dimensions)).unwrap())
            }
        };
        let parsed = Arc::new(InPlace::default());
        let workshop = Arc::new(Workshop::new(&ground, kind));
        let live = standing(ground.generation.clone(), Arc::clone(&index), Arc::new(HashEmbedder::default()));
        let generations = Generations::new(live, Arc::clone(&workshop) as Arc<dyn Builder>);
        let library = library(&ground, generations, Arc::clone(&parsed) as Arc<dyn Parse>);
        Self { library, index, parsed, workshop, ground }
    }

    /// The same library as the next process would have it, on another index or the same.
    pub async fn restarted(&self, index: Arc<dyn VectorIndex>) -> Library {
        let live = standing(self.ground.generation.clone(), index, Arc::new(HashEmbedder::default()));
        let generations = Generations::new(live, Arc::clone(&self.workshop) as Arc<dyn Builder>);
        let library = library(&self.ground, generations, Arc::clone(&self.parsed) as Arc<dyn Parse>);
        library.store.job_recover(&library.owner).await.unwrap();
        library
    }

    /// Accept these `(origin, label, text)`, without working on them.
    pub async fn accept(&self, uploads: &[(&str, &str, &str)]) -> JobId {
        let upload = |(origin, who, text): &(&str, &str, &str)| Upload {
            origin: (*origin).to_owned(),
            bytes: text.as_bytes().to_vec(),
            label: label(who),
        };
        let mut intake = self.library.intake().await.unwrap();
        intake.add(uploads.iter().map(upload).collect()).await.unwrap();
        intake.close().await.unwrap()
    }

    /// Accept and work off; how each ended.
    pub async fn ingest(&self, uploads: &[(&str, &str, &str)]) -> Vec<ItemLine> {
        let job = self.accept(uploads).await;
        let (done, _) = self.library.work(&|_, _| {}).await.unwrap().unwrap();
        assert_eq!(done, job);
        self.lines(job).await
    }

    /// What failed anywhere is tried again.
    pub async fn retry(&self) -> Result<Option<JobId>, LibraryError> {
        let everything = self.ground.everything();
        self.library.retry(Onlooker { clearance: &everything, person: None, keeps_house: true }, None).await
    }

    pub async fn lines(&self, job: JobId) -> Vec<ItemLine> {
        self.library.job(job).await.unwrap().unwrap().items
    }

    /// The texts that somebody finds, whatever their order.
    pub async fn found(&self, who: &str, question: &str) -> BTreeSet<String> {
        let clearance = self.ground.reader(who);
        let found = self.searcher().search(&clearance, question, Depth::Full, 400).await.unwrap();
        found.passages.into_iter().map(|scored| scored.passage.text).collect()
    }

    /// The one document that this origin leads to.
    pub async fn document(&self, origin: &str) -> Option<DocumentId> {
        self.ground.store.document_by_name(&self.ground.everything(), origin).await.unwrap()
    }

    /// Whether there was such a document.
    pub async fn remove(&self, document: DocumentId) -> bool {
        self.library.remove(&[document]).await.unwrap() > 0
    }

    pub async fn documents(&self) -> usize {
        self.ground.store.document_count(&self.ground.everything()).await.unwrap()
    }

    pub async fn points(&self) -> u64 {
        self.index.count(&self.ground.everything()).await.unwrap()
    }

    /// Index and catalog agree: nothing is mended when they are compared.
    pub async fn assert_in_step(&self) {
        let report = self.library.reconcile().await.unwrap();
        assert_eq!((report.orphans, report.relabelled, report.rebuilt), (0, 0, 0), "{report:?}");
    }

    /// Live from now on: this index, filled with this model.
    pub fn put_in(&mut self, index: Arc<dyn VectorIndex>, embedder: Arc<dyn Embedder>) {
        let live = standing(self.ground.generation.clone(), index, embedder);
        self.library.finder = finder(&self.ground, Generations::alone(live));
    }

    /// In what is live now.
    pub fn searcher(&self) -> Searcher {
        self.library.finder.now()
    }

    pub fn answerer(&self) -> Answerer {
        let templates = Arc::new(Templates::load().unwrap());
        let rewriter = Rewriter::new(None, Arc::clone(&templates));
        let (finder, store) = (self.library.finder.clone(), self.ground.store.clone());
        let team = Some(Arc::new(team()));
        Answerer { finder, rewriter, store, templates, name: None, voice: None, team, mask_personal: false }
    }
}

/// People who take over.
fn team() -> Team {
    let matters = Triggers::new(["legal action".to_owned()]);
    Team { name: "the support team".into(), hours: None, matters, failures: 2 }
}

fn library(ground: &Ground, generations: Generations, parser: Arc<dyn Parse>) -> Library {
    Library {
        store: ground.store.clone(),
        finder: finder(ground, generations),
        parser,
        workspace: ground.workspace,
        clearance: ground.everything(),
        owner: "tester".into(),
        web: web(),
        seats: Default::default(),
        room: Default::default(),
        gate: Default::default(),
        vault: None,
        kept_days: None,
        telling: Default::default(),
    }
}

pub fn finder(ground: &Ground, generations: Generations) -> Finder {
    let built_in = BuiltIn::learned().unwrap();
    Finder {
        generations: Arc::new(generations),
        reranker: Arc::new(built_in.clone()),
        weights: built_in.weights,
        shelf: Arc::new(ground.store.clone()),
        rankings: None,
        only_in: None,
    }
}

/// With a chunker that counts characters.
pub fn standing(generation: Generation, index: Arc<dyn VectorIndex>, embedder: Arc<dyn Embedder>) -> Standing {
    let settings = ChunkSettings { target_tokens: 300, max_tokens: 400, overlap_tokens: 0 };
    let chunker = Chunker::by_characters(settings).unwrap().for_cut(generation.cut);
    Standing::new(generation, index, embedder, Arc::new(chunker))
}

/// The real client, which may reach this machine and nothing else that is private; in no hurry to be polite.
fn web() -> Web {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let loopback = "127.0.0.0/8".parse().unwrap();
    let allowed = AllowedAddresses { networks: vec![loopback], ports: (1024..=65535).collect() };
    let client = WebClient::new(FetchSettings { allowed, ..FetchSettings::new("Lectern/test") });
    let user_agent = "Lectern/test".to_owned();
    let folders = Arc::new(Folders::new(vec![std::env::temp_dir()]));
    Web {
        fetch: Arc::new(client.unwrap()),
        folders,
        survey: Arc::new(InPlace::default()),
        user_agent,
        delay: Duration::ZERO,
    }
}

/// `state` of each line, in order.
pub fn states(lines: &[ItemLine]) -> Vec<&str> {
    lines.iter().map(|line| line.state.as_str()).collect()
}

/// The texts as `found` gives them.
pub fn texts(expected: &[&str]) -> BTreeSet<String> {
    expected.iter().map(|text| (*text).to_owned()).collect()
}
