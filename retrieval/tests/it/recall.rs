//! Searching again: what is remembered saves the index, and shows nobody anything that a fresh search would not.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use retrieval::access::{AccessLabel, AccessTier, Clearance};
use retrieval::adapters::bm25::Bm25Settings;
use retrieval::adapters::hashing::HashEmbedder;
use retrieval::adapters::memory::MemoryIndex;
use retrieval::cache::{Counts, Rankings};
use retrieval::model::{DocumentId, GenerationId, Passage, PointId, VersionId};
use retrieval::ports::{
    Candidate, EmbedError, Embedder, IndexError, Mode, Point, Purpose, Query, Reranked, Reranker, Scored, Shelf,
    ShelfError, StoredPoint, VectorIndex,
};
use retrieval::rerank::BuiltIn;
use retrieval::search::{Depth, Found, Memory, Searcher};
use uuid::Uuid;

use crate::contract::scene::{Dice, HERE, chunk, everything, label, public, reader};

/// The index in memory, which counts how often it is searched.
struct Counting {
    below: MemoryIndex,
    asked: AtomicUsize,
}

#[async_trait]
impl VectorIndex for Counting {
    async fn search(&self, clearance: &Clearance, query: &Query) -> Result<Vec<Candidate>, IndexError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.below.search(clearance, query).await
    }

    async fn count(&self, clearance: &Clearance) -> Result<u64, IndexError> {
        self.below.count(clearance).await
    }

    async fn points_of(&self, clearance: &Clearance, version: VersionId) -> Result<Vec<PointId>, IndexError> {
        self.below.points_of(clearance, version).await
    }

    async fn scroll(
        &self,
        clearance: &Clearance,
        after: Option<PointId>,
        limit: usize,
    ) -> Result<Vec<StoredPoint>, IndexError> {
        self.below.scroll(clearance, after, limit).await
    }

    async fn upsert(&self, points: Vec<Point>) -> Result<(), IndexError> {
        self.below.upsert(points).await
    }

    async fn relabel(&self, document: DocumentId, label: &AccessLabel) -> Result<(), IndexError> {
        self.below.relabel(document, label).await
    }

    async fn delete_versions(&self, versions: &[VersionId]) -> Result<(), IndexError> {
        self.below.delete_versions(versions).await
    }

    async fn delete_points(&self, points: &[PointId]) -> Result<(), IndexError> {
        self.below.delete_points(points).await
    }

    async fn flush(&self) -> Result<(), IndexError> {
        self.below.flush().await
    }

    async fn optimize(&self) -> Result<(), IndexError> {
        self.below.optimize().await
    }
}

/// A shelf that is a list.
#[derive(Default)]
struct List {
    passages: Mutex<Vec<Passage>>,
    version: AtomicU64,
}

#[async_trait]
impl Shelf for List {
    async fn passages(&self, clearance: &Clearance, points: &[PointId]) -> Result<Vec<Passage>, ShelfError> {
        let passages = self.passages.lock().unwrap();
        let find = |point: &PointId| passages.iter().find(|passage| passage.point == *point);
        let found = points.iter().filter_map(find).filter(|found| clearance.admits(HERE, &found.label));
        Ok(found.cloned().collect())
    }

    async fn version(&self, _: &Clearance) -> Result<u64, ShelfError> {
        Ok(self.version.load(Ordering::SeqCst))
    }
}

/// The built-in order, under protest.
struct Lesser(BuiltIn);

#[async_trait]
impl Reranker for Lesser {
    async fn rerank(&self, question: &str, passages: Vec<Scored>) -> Result<Reranked, EmbedError> {
        let reranked = self.0.rerank(question, passages).await?;
        Ok(Reranked { instead: Some("the better model was busy".into()), ..reranked })
    }
}

struct Scene {
    index: Arc<Counting>,
    shelf: Arc<List>,
    rankings: Arc<Rankings>,
    searcher: Searcher,
}

const QUESTION: &str = "how long does a refund take";
const INTERNAL: AccessTier = AccessTier::Internal;

impl Scene {
    /// One document for each of these texts.
    async fn new(texts: &[(AccessLabel, &str)]) -> Self {
        let embedder = HashEmbedder::default();
        let below = MemoryIndex::new(HERE, embedder.dimensions(), &Bm25Settings::default()).unwrap();
        let (index, shelf) = (Arc::new(Counting { below, asked: AtomicUsize::new(0) }), Arc::new(List::default()));
        for (number, (label, text)) in (1..).zip(texts) {
            let dense = embedder.embed(Purpose::Passage, vec![(*text).to_owned()]).await.unwrap().remove(0);
            let point = Point { dense, ..chunk(number, 0, label.clone(), text) };
            shelf.passages.lock().unwrap().push(passage(&point));
            index.upsert(vec![point]).await.unwrap();
        }
        let (built_in, rankings) = (BuiltIn::learned().unwrap(), Arc::new(Rankings::new(100)));
        let generation = GenerationId(Uuid::from_u128(1));
        let searcher = Searcher {
            index: Arc::<Counting>::clone(&index),
            embedder: Arc::new(embedder),
            weights: Arc::clone(&built_in.weights),
            reranker: Arc::new(built_in),
            shelf: Arc::<List>::clone(&shelf),
            memory: Some(Memory { rankings: Arc::clone(&rankings), generation }),
        };
        Self { index, shelf, rankings, searcher }
    }

    async fn of_refunds() -> Self {
        let texts = [
            (public(), "A refund takes ten days."),
            (label(INTERNAL, &[]), "A refund of more than a thousand takes a signature."),
            (public(), "Invoices are sent by mail."),
        ];
        Self::new(&texts).await
    }

    async fn search(&self, clearance: &Clearance, limit: usize) -> Found {
        self.searcher.search(clearance, QUESTION, Depth::Full, limit).await.unwrap()
    }

    /// Search, and say whether the index had to be asked.
    async fn asks(&self, clearance: &Clearance) -> bool {
        let before = self.index.asked.load(Ordering::SeqCst);
        let found = self.search(clearance, 9).await;
        let asked = self.index.asked.load(Ordering::SeqCst) > before;
        assert_eq!(found.trail.remembered, !asked, "a search says whether it was remembered");
        asked
    }

    fn change(&self, at: usize, change: impl FnOnce(&mut Passage)) {
        change(&mut self.shelf.passages.lock().unwrap()[at]);
    }

    fn raise(&self) {
        self.shelf.version.fetch_add(1, Ordering::SeqCst);
    }
}

fn passage(point: &Point) -> Passage {
    Passage {
        point: point.id,
        document: point.document,
        family: point.document,
        version: point.version,
        ordinal: 0,
        title: String::new(),
        origin: String::new(),
        label: point.label.clone(),
        page: None,
        heading: String::new(),
        text: point.text.clone(),
        bytes: 0..point.text.len(),
        gap: None,
        dated: None,
        taken_in_ms: 0,
    }
}

fn texts(found: &Found) -> Vec<&str> {
    found.passages.iter().map(|scored| scored.passage.text.as_str()).collect()
}

/// Everything that was found, but how long it took and whether it was remembered.
fn assert_same(first: &Found, second: &Found) {
    assert_eq!(first.passages, second.passages);
    assert_eq!(first.confidence, second.confidence);
    assert_eq!(first.question, second.question);
    assert_eq!(first.trail.considered, second.trail.considered);
    assert_eq!(first.trail.instead, second.trail.instead);
}

#[tokio::test]
async fn the_second_search_is_the_first_without_the_index() {
    let scene = Scene::of_refunds().await;
    let first = scene.search(&everything(), 9).await;
    let second = scene.search(&everything(), 9).await;
    assert!(!first.trail.remembered && second.trail.remembered);
    assert_eq!((first.passages.len(), scene.index.asked.load(Ordering::SeqCst)), (3, 1));
    assert!(first.confidence > 0.0);
    assert_same(&first, &second);
    assert_eq!(scene.rankings.counts(), Counts { hits: 1, misses: 1 });
}

#[tokio::test]
async fn another_number_of_passages_is_cut_from_the_same_order() {
    let scene = Scene::of_refunds().await;
    let all = scene.search(&everything(), 25).await;
    let best = scene.search(&everything(), 1).await;
    assert!(best.trail.remembered);
    assert_eq!(texts(&best), texts(&all)[..1]);
    assert!(!scene.search(&everything(), 26).await.trail.remembered, "it would have looked deeper");
}

#[tokio::test]
async fn what_is_measured_is_found_anew() {
    let scene = Scene::of_refunds().await;
    for mode in [Mode::Hybrid, Mode::Dense, Mode::Sparse, Mode::Hybrid] {
        let found = scene.searcher.search(&everything(), QUESTION, Depth::Raw(mode), 9).await.unwrap();
        assert!(!found.trail.remembered);
    }
    assert_eq!(scene.index.asked.load(Ordering::SeqCst), 4);
    assert_eq!(scene.rankings.counts(), Counts::default());
}

#[tokio::test]
async fn readers_of_different_things_share_nothing() {
    let scene = Scene::of_refunds().await;
    let readers = [public(), label(INTERNAL, &[]), label(INTERNAL, &["hr"])].map(reader);
    for reader in &readers {
        assert!(scene.asks(reader).await && !scene.asks(reader).await, "{reader:?}");
    }
    assert_eq!(texts(&scene.search(&readers[0], 9).await).len(), 2);
    assert_eq!(texts(&scene.search(&readers[1], 9).await).len(), 3);
    assert!(!scene.asks(&reader(public())).await, "the same rights are the same reader");
}

#[tokio::test]
async fn another_state_of_the_catalog_is_searched_anew() {
    let scene = Scene::of_refunds().await;
    assert!(scene.asks(&everything()).await && !scene.asks(&everything()).await);
    scene.raise();
    assert!(scene.asks(&everything()).await && !scene.asks(&everything()).await);
}

#[tokio::test]
async fn another_generation_is_searched_anew() {
    let mut scene = Scene::of_refunds().await;
    assert!(scene.asks(&everything()).await && !scene.asks(&everything()).await);
    let generation = GenerationId(Uuid::from_u128(2));
    scene.searcher.memory = Some(Memory { rankings: Arc::clone(&scene.rankings), generation });
    assert!(scene.asks(&everything()).await);
}

/// Nobody raised the version, as if that had been forgotten.
#[tokio::test]
async fn what_is_gone_is_gone_at_once_although_remembered() {
    let scene = Scene::of_refunds().await;
    let visitor = reader(public());
    assert!(scene.asks(&visitor).await && !scene.asks(&visitor).await);
    scene.change(0, |passage| passage.label = label(INTERNAL, &[]));
    let found = scene.search(&visitor, 9).await;
    assert_eq!((texts(&found), found.trail.remembered), (vec!["Invoices are sent by mail."], false));
    assert!(!scene.asks(&visitor).await, "the order without it is remembered now");
    scene.shelf.passages.lock().unwrap().remove(2);
    assert_eq!(texts(&scene.search(&visitor, 9).await), [""; 0]);
}

/// A title is not remembered, so it cannot be stale.
#[tokio::test]
async fn what_is_shown_comes_from_the_shelf() {
    let scene = Scene::of_refunds().await;
    scene.search(&everything(), 9).await;
    scene.change(0, |passage| passage.title = "Refunds".into());
    let again = scene.search(&everything(), 9).await;
    assert!(again.trail.remembered);
    assert!(again.passages.iter().any(|scored| scored.passage.title == "Refunds"));
}

#[tokio::test]
async fn an_order_that_stands_in_for_a_better_one_is_not_remembered() {
    let mut scene = Scene::of_refunds().await;
    scene.searcher.reranker = Arc::new(Lesser(BuiltIn::learned().unwrap()));
    assert!(scene.asks(&everything()).await && scene.asks(&everything()).await);
}

#[tokio::test]
async fn without_a_memory_every_search_begins_anew() {
    let mut scene = Scene::of_refunds().await;
    scene.searcher.memory = None;
    assert!(scene.asks(&everything()).await && scene.asks(&everything()).await);
}

/// Documents come, go and change their readers at random, with and without the index hearing of it at once, while people
/// with random rights ask: at no time does a searcher with a memory find anything else than one without.
#[tokio::test]
async fn a_memory_makes_no_difference() {
    const WORDS: [&str; 4] = ["refund", "invoice", "leave", "laptop"];
    let labels: Vec<AccessLabel> = AccessTier::ALL
        .into_iter()
        .flat_map(|tier| [label(tier, &[]), label(tier, &["a"]), label(tier, &["a", "b"])])
        .collect();
    let mut dice = Dice::new(11);
    let text = |number: usize| format!("The {} takes {number} days.", WORDS[number % WORDS.len()]);
    let texts: Vec<String> = (0..24).map(text).collect();
    let labelled: Vec<(AccessLabel, &str)> =
        texts.iter().map(|text| (dice.pick(&labels).clone(), text.as_str())).collect();
    let scene = Scene::new(&labelled).await;
    let anew = Searcher { memory: None, ..scene.searcher.clone() };
    let mut remembered = 0;
    for _ in 0..3_000 {
        if dice.below(6) == 0 {
            let (at, label) = (dice.below(texts.len()), dice.pick(&labels).clone());
            let document = scene.shelf.passages.lock().unwrap()[at].document;
            scene.change(at, |passage| passage.label = label.clone());
            scene.raise();
            if dice.below(2) == 0 {
                scene.index.relabel(document, &label).await.unwrap();
                scene.raise();
            }
        }
        let (clearance, question) = (reader(dice.pick(&labels).clone()), *dice.pick(&WORDS));
        let found = scene.searcher.search(&clearance, question, Depth::Full, 5).await.unwrap();
        assert_same(&found, &anew.search(&clearance, question, Depth::Full, 5).await.unwrap());
        assert!(found.trail.considered.iter().all(|one| clearance.admits(HERE, &one.scored.passage.label)));
        remembered += usize::from(found.trail.remembered);
    }
    assert!(remembered > 100, "only {remembered} searches were remembered: nothing was put to the test");
}
