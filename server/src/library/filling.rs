//! Filling an index from SQL: the live one where it lacks something, or one beside it from its first point on.
//!
//! Texts and labels come from the catalog, vectors from the embedding cache or the model; nothing is fetched or parsed. What is
//! there already is not written again, so whatever was interrupted simply goes on.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Instant;

use ingest::draft::{hash_of, place_on_pages};
use retrieval::model::{Chunk, ContentHash, DocumentId, PointId, VersionId};
use retrieval::ports::{EmbedError, Embedding, Point, Purpose, StoredPoint};

use super::reconcile::Reconciled;
use super::{Library, LibraryError};
use crate::faults::{self, Step};
use crate::generations::Standing;
use crate::store::{LiveDocument, StoreError, StoredChunk, WholeText};

/// Points read from the index at once, and versions written between two flushes.
const PAGE: usize = 1_000;
const WRITTEN: usize = 64;
/// Texts embedded at once, and while somebody asks.
const EMBEDDED: usize = 64;
const EMBEDDED_GENTLY: usize = 2;
/// While somebody asks, work rests for so many times as long as it took.
const REST: u32 = 3;

pub(super) type Tell<'a> = &'a (dyn Fn(&str, usize, usize) + Send + Sync);

/// Whether work on an index makes room for whoever asks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// Something is missing from what people search.
    Full,
    /// Nobody waits for it.
    Gentle,
}

/// An index that is brought to what SQL says.
pub(super) struct Filling<'a> {
    library: &'a Library,
    standing: &'a Standing,
    pace: Pace,
    tell: Tell<'a>,
    /// How many points of a version the index holds.
    seen: HashMap<VersionId, usize>,
    pub report: Reconciled,
}

impl<'a> Filling<'a> {
    pub fn new(library: &'a Library, standing: &'a Standing, pace: Pace, tell: Tell<'a>) -> Self {
        Self { library, standing, pace, tell, seen: HashMap::new(), report: Reconciled::default() }
    }

    /// Walk the index: remove what SQL does not know, mend labels, count the rest per version.
    pub async fn walk(&mut self) -> Result<(), LibraryError> {
        let live: HashMap<VersionId, LiveDocument> =
            self.live().await?.into_iter().map(|found| (found.version, found)).collect();
        let (mut seen, mut retold): (HashMap<VersionId, usize>, HashSet<DocumentId>) = Default::default();
        let (index, clearance, mut after) = (&self.standing.index, &self.library.clearance, None);
        loop {
            let page = index.scroll(clearance, after, PAGE).await?;
            // A page may come short when something is deleted while it is read; only an empty one is the end.
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            let (known, orphans): (Vec<&StoredPoint>, Vec<&StoredPoint>) =
                page.iter().partition(|point| live.contains_key(&point.version));
            for point in known {
                *seen.entry(point.version).or_default() += 1;
                let truth = &live[&point.version];
                if point.label != truth.label {
                    // As it stands now: somebody may have given it another since the walk began.
                    if retold.insert(truth.document) {
                        self.library.point_again(truth.document).await?;
                    }
                    self.report.relabelled += 1;
                }
            }
            let orphans = self.orphans(orphans).await?;
            index.delete_points(&orphans).await?;
            self.report.points += page.len();
            self.report.orphans += orphans.len();
            (self.tell)("compared", self.report.points, 0);
        }
        index.flush().await?;
        self.seen = seen;
        Ok(())
    }

    /// Of points that no document had when the walk began, those that none will have: a job writes the points of a version
    /// before anybody sees it.
    async fn orphans(&self, unknown: Vec<&StoredPoint>) -> Result<Vec<PointId>, LibraryError> {
        let versions: HashSet<VersionId> = unknown.iter().map(|point| point.version).collect();
        let versions: Vec<VersionId> = versions.into_iter().collect();
        let wanted = self.library.store.versions_wanted(self.library.workspace, &versions).await?;
        Ok(unknown.into_iter().filter(|point| !wanted.contains(&point.version)).map(|point| point.id).collect())
    }

    /// Write what the last walk, and what was written since, leaves missing; how many versions that were.
    pub async fn fill(&mut self) -> Result<usize, LibraryError> {
        let is_whole = |document: &LiveDocument| {
            let seen = self.seen.get(&document.version).copied().unwrap_or(0);
            // A version without chunks of this cut was not cut yet: every one has some.
            document.chunks > 0 && seen == document.chunks
        };
        let live = self.live().await?;
        let all = live.len();
        let missing: Vec<VersionId> =
            live.iter().filter(|document| !is_whole(document)).map(|document| document.version).collect();
        let there = all - missing.len();
        for versions in missing.chunks(WRITTEN) {
            self.write(versions).await?;
            self.report.rebuilt += versions.len();
            match self.pace {
                Pace::Full => (self.tell)("written again", self.report.rebuilt, missing.len()),
                Pace::Gentle => (self.tell)("written", there + self.report.rebuilt, all),
            }
        }
        Ok(missing.len())
    }

    async fn live(&self) -> Result<Vec<LiveDocument>, LibraryError> {
        Ok(self.library.store.document_live(&self.library.clearance, self.standing.generation.cut).await?)
    }

    /// Write the points of these versions.
    async fn write(&mut self, versions: &[VersionId]) -> Result<(), LibraryError> {
        self.cut(versions).await?;
        let vectors = self.vectors(&self.chunks(versions).await?).await?;
        // From the last look at the labels to the flush nobody tells the index of another one.
        let _telling = self.library.telling.lock().await;
        let chunks = self.chunks(versions).await?;
        let mut points = Vec::with_capacity(chunks.len());
        for version in versions {
            self.seen.remove(version);
        }
        for chunk in chunks {
            let Some(dense) = vectors.get(&chunk.point) else { continue };
            *self.seen.entry(chunk.version).or_default() += 1;
            points.push(point(chunk, Arc::clone(dense)));
        }
        self.standing.index.delete_versions(versions).await?;
        self.standing.index.upsert(points).await?;
        self.standing.index.flush().await?;
        faults::at(Step::BatchWritten).map_err(StoreError::below)?;
        self.library.touch_if_live(self.standing).await
    }

    async fn chunks(&self, versions: &[VersionId]) -> Result<Vec<StoredChunk>, LibraryError> {
        let (store, cut) = (&self.library.store, self.standing.generation.cut);
        Ok(store.chunk_list(&self.library.clearance, cut, versions).await?)
    }

    /// Cut those of these versions that have no chunks of the kind that this index holds.
    async fn cut(&self, versions: &[VersionId]) -> Result<(), LibraryError> {
        let (store, clearance, cut) = (&self.library.store, &self.library.clearance, self.standing.generation.cut);
        for text in store.versions_uncut(clearance, cut, versions).await? {
            let chunker = Arc::clone(&self.standing.chunker);
            let cutting = tokio::task::spawn_blocking(move || {
                let mut chunks = chunker.chunk(&text.body);
                place_on_pages(&mut chunks, &text.pages);
                (keys(&text, &chunks), chunks, text)
            });
            let cut = cutting.await.map_err(|stopped| EmbedError::Failed(format!("a text cannot be cut: {stopped}")));
            let (keys, chunks, text) = cut?;
            store.version_cut(clearance, &text, &chunks, &keys).await?;
        }
        Ok(())
    }

    async fn vectors(&self, chunks: &[StoredChunk]) -> Result<HashMap<PointId, Embedding>, LibraryError> {
        let (store, model) = (&self.library.store, self.standing.embedder.name());
        let keys: Vec<ContentHash> = chunks.iter().map(|chunk| chunk.vector_key).collect();
        let cached = store.vector_find(model, &keys).await?;
        let (mut vectors, mut missing) = (HashMap::with_capacity(chunks.len()), Vec::new());
        for (chunk, hit) in chunks.iter().zip(cached) {
            match hit {
                Some(vector) => drop(vectors.insert(chunk.point, vector)),
                None => missing.push(chunk),
            }
        }
        let mut missing = &missing[..];
        while !missing.is_empty() {
            let (now, later) = missing.split_at(self.at_once().min(missing.len()));
            let begun = Instant::now();
            let texts = now.iter().map(|chunk| chunk.text_in_context()).collect();
            let made = self.standing.embedder.embed(Purpose::Passage, texts).await?;
            if made.len() != now.len() {
                return Err(EmbedError::Failed("fewer vectors than texts".into()).into());
            }
            let kept: Vec<(ContentHash, Embedding)> =
                now.iter().zip(&made).map(|(chunk, vector)| (chunk.vector_key, Arc::clone(vector))).collect();
            store.vectors_keep(model, &kept).await?;
            vectors.extend(now.iter().zip(made).map(|(chunk, vector)| (chunk.point, vector)));
            missing = later;
            self.make_room(begun).await;
        }
        Ok(vectors)
    }

    fn at_once(&self) -> usize {
        if self.gives_way() { EMBEDDED_GENTLY } else { EMBEDDED }
    }

    async fn make_room(&self, begun: Instant) {
        if self.gives_way() {
            tokio::time::sleep(begun.elapsed() * REST).await;
        }
    }

    fn gives_way(&self) -> bool {
        self.pace == Pace::Gentle && self.library.finder.generations.is_busy()
    }
}

fn keys(text: &WholeText, chunks: &[Chunk]) -> Vec<ContentHash> {
    chunks.iter().map(|chunk| hash_of(&chunk.text_in_context(&text.title))).collect()
}

fn point(chunk: StoredChunk, dense: Embedding) -> Point {
    let text = chunk.text_in_context();
    let StoredChunk { point: id, document, version, label, .. } = chunk;
    Point { id, document, version, label, dense, text }
}
