//! The write path, top to bottom: read -> parse -> clean -> dedupe -> chunk -> embed -> index -> flush -> verify -> flip.
//!
//! Three stages run side by side so that the embedder, the slowest, never waits: `prepare` turns originals into drafts,
//! `embed` gives drafts their vectors, `publish` writes small batches and lets SQL make them visible. A document is
//! `indexed` only after its points were flushed and counted. What is interrupted anywhere is simply run again: ids were
//! fixed when the item was accepted. Knows no SQL and no engine, only ports.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::{StreamExt, stream};
use retrieval::access::{AccessLabel, Clearance};
use retrieval::model::{ContentHash, DocumentId, PointId, WorkspaceId};
use retrieval::ports::{EmbedError, Embedder, Embedding, IndexError, Point, Purpose, VectorIndex};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use crate::chunk::Chunker;
use crate::dedupe::{Claims, Decision, decide};
use crate::draft::{Habits, draft, hash_of};
use crate::parse::Part;
use crate::ports::{
    Catalog, CatalogError, Change, Draft, Inside, Item, Outcome, Parse, ParseFault, Reading, Settlement, TakeParts,
};
use crate::timing::{Stage, Timings};

/// A batch is flushed when it holds this many documents or is this old.
const BATCH_DOCUMENTS: usize = 64;
const BATCH_AGE: Duration = Duration::from_secs(2);
/// Files parsed at once, and documents waiting in the embedder's queue: enough that neither ever runs dry.
const PARSING: usize = 4;
const EMBEDDING: usize = 16;
/// Archives within archives are opened this deep; what is below was put there to be found.
const DEEPEST_NESTING: usize = 3;
/// Between the origin of a file and the name of one inside it.
const INSIDE: &str = "!/";

/// Why a run stopped before its end. Single documents never stop it.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    #[error(transparent)]
    Index(#[from] IndexError),
    #[error(transparent)]
    Embed(#[from] EmbedError),
}

/// Everything a run works with.
pub struct Pipeline {
    pub catalog: Arc<dyn Catalog>,
    pub parser: Arc<dyn Parse>,
    pub chunker: Arc<Chunker>,
    pub embedder: Arc<dyn Embedder>,
    pub index: Arc<dyn VectorIndex>,
    /// The house's own clearance, to count what was written.
    pub clearance: Clearance,
    /// What is known of the pages of the source that these items come from.
    pub habits: Arc<Habits>,
    pub timings: Timings,
    claims: Mutex<Claims>,
}

/// What `prepare` makes of an item.
enum Prepared {
    Draft(Item, Box<Draft>, Option<Vec<Inside>>),
    Settled(Box<Settlement>),
    /// What it rests on is changing in this very pass; look again when that is visible.
    Later(Item),
}

impl Pipeline {
    pub fn new(
        catalog: Arc<dyn Catalog>,
        parser: Arc<dyn Parse>,
        chunker: Arc<Chunker>,
        embedder: Arc<dyn Embedder>,
        index: Arc<dyn VectorIndex>,
        clearance: Clearance,
        habits: Habits,
    ) -> Self {
        let (habits, claims) = (Arc::new(habits), Mutex::default());
        Self { catalog, parser, chunker, embedder, index, clearance, habits, timings: Timings::default(), claims }
    }

    /// Bring these items in, and what is found inside them. `settled` hears of every item once its end is durable.
    pub async fn run(
        self: &Arc<Self>,
        mut items: Vec<Item>,
        settled: &(dyn Fn(&Item, &Outcome) + Send + Sync),
    ) -> Result<(), PipelineError> {
        while !items.is_empty() {
            let (now, waiting) = one_per_origin(items);
            items = self.pass(now, settled).await?;
            items.extend(waiting);
            items.sort_by_key(|item| item.ordinal);
            *self.claims() = Claims::default();
        }
        Ok(())
    }

    /// One pass over the items; returns those that must wait for what this pass made visible, and those it brought up.
    async fn pass(
        self: &Arc<Self>,
        items: Vec<Item>,
        settled: &(dyn Fn(&Item, &Outcome) + Send + Sync),
    ) -> Result<Vec<Item>, PipelineError> {
        let mut stages: JoinSet<Result<(), PipelineError>> = JoinSet::new();
        let (prepared, to_embed) = mpsc::channel(EMBEDDING);
        let (embedded, mut to_publish) = mpsc::channel(BATCH_DOCUMENTS);
        stages.spawn(Arc::clone(self).prepare_all(items, prepared));
        stages.spawn(Arc::clone(self).embed_all(to_embed, embedded));

        let mut later = Vec::new();
        while let Some(batch) = next_batch(&mut to_publish).await {
            later.extend(self.publish(batch, settled).await?);
        }
        while let Some(stage) = stages.join_next().await {
            stage.map_err(|e| EmbedError::Failed(format!("a stage of the pipeline stopped: {e}")))??;
        }
        Ok(later)
    }

    async fn prepare_all(self: Arc<Self>, items: Vec<Item>, out: mpsc::Sender<Prepared>) -> Result<(), PipelineError> {
        let mut prepared = stream::iter(items).map(|item| self.prepare(item)).buffer_unordered(PARSING);
        while let Some(item) = prepared.next().await {
            if out.send(item?).await.is_err() {
                return Ok(()); // the publisher stopped and says why
            }
        }
        Ok(())
    }

    /// Read, parse, clean, decide, and chunk what is new.
    async fn prepare(&self, item: Item) -> Result<Prepared, PipelineError> {
        let bytes = match self.timings.time(Stage::Read, self.catalog.original(&item)).await {
            Ok(bytes) => bytes,
            Err(lost @ CatalogError::Lost(_)) => {
                return Ok(settled(item, Change::None, Outcome::Failed { reason: lost.to_string() }));
            }
            Err(error) => return Err(error.into()),
        };
        let (reading, inside) = match self.timings.time(Stage::Parse, self.parse(&item, bytes)).await? {
            Ok(read) => read,
            Err(fault) => return Ok(settled(item, Change::None, Outcome::Failed { reason: fault.to_string() })),
        };
        let prepared = match self.timings.time(Stage::Chunk, self.draft(&item, reading)).await {
            Some(draft) => self.place(item, draft).await?,
            None => settled(item, Change::None, without_text(inside.as_deref())),
        };
        Ok(prepared.with_inside(inside))
    }

    /// What a file says, and what was found inside it and kept.
    async fn parse(
        &self,
        item: &Item,
        bytes: Vec<u8>,
    ) -> Result<Result<(Reading, Option<Vec<Inside>>), ParseFault>, CatalogError> {
        let mut keeper = Keeper { catalog: &*self.catalog, item, kept: Ok(Vec::new()), too_deep: 0 };
        let read = self.parser.parse(&item.origin, bytes, &self.habits.rules, &mut keeper).await;
        let (kept, too_deep) = (keeper.kept?, keeper.too_deep);
        Ok(read.map(|mut reading| {
            let nested = || {
                format!("files inside, left out because they are nested more than {DEEPEST_NESTING} deep: {too_deep}")
            };
            reading.parsed.problems.extend((too_deep > 0).then(nested));
            let inside = reading.kind.has_parts().then_some(kept);
            (reading, inside)
        }))
    }

    /// Title, cleaned text and chunks; `None` when nothing readable is left. CPU work, off the async workers.
    async fn draft(&self, item: &Item, reading: Reading) -> Option<Box<Draft>> {
        let (item, chunker, habits) = (item.clone(), Arc::clone(&self.chunker), Arc::clone(&self.habits));
        let drafted = tokio::task::spawn_blocking(move || draft(&item, reading, &chunker, &habits)).await;
        drafted.ok().flatten().map(Box::new)
    }

    /// Decide what the catalog should do with a draft.
    async fn place(&self, item: Item, mut draft: Box<Draft>) -> Result<Prepared, PipelineError> {
        let standing = self.timings.time(Stage::Settle, self.catalog.standing(&item, draft.content_hash)).await?;
        let decision = decide(&standing, draft.content_hash, &draft.label);
        if !self.claims().grant(&standing, decision, (draft.content_hash, draft.label.clone())) {
            return Ok(Prepared::Later(item));
        }
        Ok(match decision {
            Decision::Keep(document) => {
                let chunks = self.catalog.chunk_count(document).await?;
                settled(item, Change::None, Outcome::Unchanged { document, chunks })
            }
            Decision::Relabel(document) => {
                let former = standing.known.map(|known| known.label);
                self.relabel(document, former.as_ref(), &draft.label).await?;
                let chunks = self.catalog.chunk_count(document).await?;
                settled(item, Change::None, Outcome::Relabelled { document, chunks })
            }
            Decision::Join(document) => settled(item, Change::Join(document), Outcome::Duplicate { document }),
            Decision::Revise(document) => {
                draft.document = document;
                Prepared::Draft(item, draft, None)
            }
            Decision::Create => Prepared::Draft(item, draft, None),
        })
    }

    /// Tighten: SQL first, the index after, through the outbox. Loosen: the index first, so that nobody who may read
    /// from the commit on is told that there is nothing.
    async fn relabel(
        &self,
        document: DocumentId,
        former: Option<&AccessLabel>,
        label: &AccessLabel,
    ) -> Result<(), PipelineError> {
        if former.is_some_and(|former| former.only_loosens_to(label)) {
            self.index.relabel(document, label).await?;
            self.index.flush().await?;
        }
        Ok(self.catalog.relabel(document, label).await?)
    }

    async fn embed_all(
        self: Arc<Self>,
        prepared: mpsc::Receiver<Prepared>,
        out: mpsc::Sender<Prepared>,
    ) -> Result<(), PipelineError> {
        let arriving = stream::unfold(prepared, |mut rx| async { rx.recv().await.map(|item| (item, rx)) });
        let mut embedded = arriving.map(|prepared| self.embed(prepared)).buffer_unordered(EMBEDDING).boxed();
        while let Some(item) = embedded.next().await {
            if out.send(item?).await.is_err() {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Give a draft its vectors, from the cache where the same words were embedded before.
    async fn embed(&self, prepared: Prepared) -> Result<Prepared, PipelineError> {
        let Prepared::Draft(item, mut draft, inside) = prepared else { return Ok(prepared) };
        let texts: Vec<String> = draft.chunks.iter().map(|chunk| chunk.text_in_context(&draft.title)).collect();
        let keys: Vec<ContentHash> = texts.iter().map(|text| hash_of(text)).collect();
        let cached = self.timings.time(Stage::Settle, self.catalog.vectors(self.embedder.name(), &keys)).await?;
        let missing = texts.into_iter().zip(&cached).filter(|(_, hit)| hit.is_none()).map(|(text, _)| text).collect();
        let fresh = match self.timings.time(Stage::Embed, self.embedder.embed(Purpose::Passage, missing)).await {
            Ok(fresh) => fresh,
            Err(EmbedError::Failed(why)) => {
                let reason = format!("embedding failed: {why}");
                return Ok(settled(item, Change::None, Outcome::Failed { reason }).with_inside(inside));
            }
            Err(error @ EmbedError::Unavailable(_)) => return Err(error.into()),
        };
        let mut fresh = fresh.into_iter();
        let vectors: Option<Vec<Embedding>> = cached.into_iter().map(|hit| hit.or_else(|| fresh.next())).collect();
        let vectors = vectors.ok_or_else(|| EmbedError::Failed("fewer vectors than texts".into()))?;
        draft.vectors = keys.into_iter().zip(vectors).collect();
        Ok(Prepared::Draft(item, draft, inside))
    }

    /// Index, flush, verify, and let SQL make the batch visible.
    async fn publish(
        &self,
        batch: Vec<Prepared>,
        settled: &(dyn Fn(&Item, &Outcome) + Send + Sync),
    ) -> Result<Vec<Item>, PipelineError> {
        let (mut drafts, mut settlements, mut later) = (Vec::new(), Vec::new(), Vec::new());
        for prepared in batch {
            match prepared {
                Prepared::Draft(item, draft, inside) => drafts.push((item, draft, inside)),
                Prepared::Settled(settlement) => settlements.push(*settlement),
                Prepared::Later(item) => later.push(item),
            }
        }
        if !drafts.is_empty() {
            self.timings.time(Stage::Index, self.write(&drafts)).await?;
        }
        for (item, draft, inside) in drafts {
            let settlement = self.timings.time(Stage::Index, self.verify(item, draft)).await?;
            settlements.push(Settlement { inside, ..settlement });
        }
        later.extend(self.timings.time(Stage::Settle, self.catalog.settle(self.embedder.name(), &settlements)).await?);
        settlements.iter().for_each(|settlement| settled(&settlement.item, &settlement.outcome));
        Ok(later)
    }

    async fn write(&self, drafts: &[Drafted]) -> Result<(), IndexError> {
        let workspace = self.clearance.workspace();
        let points = drafts.iter().flat_map(|(_, draft, _)| points(workspace, draft)).collect();
        self.index.upsert(points).await?;
        self.index.flush().await
    }

    /// The index must hold exactly the chunks of this version before anybody may see it.
    async fn verify(&self, item: Item, draft: Box<Draft>) -> Result<Settlement, IndexError> {
        let mut expected: Vec<_> = points(self.clearance.workspace(), &draft).map(|point| point.id).collect();
        let mut found = self.index.points_of(&self.clearance, draft.version).await?;
        expected.sort_unstable();
        found.sort_unstable();
        if found != expected {
            let reason = format!("the index kept {} of {} chunks; run it again", found.len(), expected.len());
            let outcome = Outcome::Failed { reason };
            return Ok(Settlement { item, change: Change::None, outcome, inside: None });
        }
        let outcome = Outcome::Indexed { document: draft.document, chunks: draft.chunks.len() };
        Ok(Settlement { item, change: Change::Publish(draft), outcome, inside: None })
    }

    fn claims(&self) -> std::sync::MutexGuard<'_, Claims> {
        self.claims.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The first item of every origin, and those that come after it: what was handed in last is what holds.
fn one_per_origin(items: Vec<Item>) -> (Vec<Item>, Vec<Item>) {
    let mut seen = HashSet::new();
    items.into_iter().partition(|item| seen.insert(item.origin.clone()))
}

fn settled(item: Item, change: Change, outcome: Outcome) -> Prepared {
    Prepared::Settled(Box::new(Settlement { item, change, outcome, inside: None }))
}

fn without_text(inside: Option<&[Inside]>) -> Outcome {
    match inside {
        Some(inside) if !inside.is_empty() => Outcome::Opened { parts: inside.len() },
        Some(_) => Outcome::Failed { reason: "there is nothing in it that could be read".into() },
        None => Outcome::Failed { reason: "there is no text in it".into() },
    }
}

/// A draft of an item, and what was found inside it.
type Drafted = (Item, Box<Draft>, Option<Vec<Inside>>);

impl Prepared {
    fn with_inside(self, inside: Option<Vec<Inside>>) -> Self {
        match self {
            Self::Draft(item, draft, _) => Self::Draft(item, draft, inside),
            Self::Settled(settlement) => Self::Settled(Box::new(Settlement { inside, ..*settlement })),
            Self::Later(item) => Self::Later(item),
        }
    }
}

/// Keeps what is found inside an item, each under a name of its own.
struct Keeper<'a> {
    catalog: &'a dyn Catalog,
    item: &'a Item,
    /// What was kept until now, or why nothing more can be.
    kept: Result<Vec<Inside>, CatalogError>,
    too_deep: usize,
}

#[async_trait]
impl TakeParts for Keeper<'_> {
    async fn take(&mut self, part: Part) {
        let Ok(kept) = &mut self.kept else { return };
        if self.item.origin.matches(INSIDE).count() >= DEEPEST_NESTING {
            self.too_deep += 1;
            return;
        }
        let origin = name_inside(&self.item.origin, &part.name, kept);
        match self.catalog.keep(part.bytes).await {
            Ok(original) => kept.push(Inside { origin, original }),
            Err(error) => self.kept = Err(error),
        }
    }

    fn start_over(&mut self) {
        self.too_deep = 0;
        if let Ok(kept) = &mut self.kept {
            kept.clear();
        }
    }
}

/// Two attachments may have one name.
fn name_inside(outer: &str, name: &str, kept: &[Inside]) -> String {
    let origin = format!("{outer}{INSIDE}{name}");
    let is_taken = |origin: &str| kept.iter().any(|inside| inside.origin == origin);
    match is_taken(&origin) {
        false => origin,
        true => (2..).map(|n| format!("{origin} ({n})")).find(|origin| !is_taken(origin)).unwrap_or(origin),
    }
}

/// The points of a draft: what the index knows of it.
pub fn points(workspace: WorkspaceId, draft: &Draft) -> impl Iterator<Item = Point> {
    draft.chunks.iter().zip(&draft.vectors).map(move |(chunk, (_, vector))| Point {
        id: PointId::of(workspace, draft.document, draft.version, chunk.ordinal),
        document: draft.document,
        version: draft.version,
        label: draft.label.clone(),
        dense: Arc::clone(vector),
        text: chunk.text_in_context(&draft.title),
    })
}

/// What arrives until the batch is full or old; `None` when nothing more will come.
async fn next_batch(from: &mut mpsc::Receiver<Prepared>) -> Option<Vec<Prepared>> {
    let mut batch = vec![from.recv().await?];
    let deadline = Instant::now() + BATCH_AGE;
    while batch.len() < BATCH_DOCUMENTS {
        match timeout_at(deadline, from.recv()).await {
            Ok(Some(prepared)) => batch.push(prepared),
            Ok(None) | Err(_) => break,
        }
    }
    Some(batch)
}
