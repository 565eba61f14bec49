//! Reconciling: index against SQL, both ways. SQL is the truth; the index is brought to it.
//!
//! Points that SQL does not know go, labels that differ are set, versions whose points are missing are written again
//! from the catalog's text and the embedding cache, without fetching or parsing anything.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use retrieval::model::{ContentHash, DocumentId, PointId, VersionId};
use retrieval::ports::{Embedding, Point, Purpose, StoredPoint};

use super::{Library, LibraryError};
use crate::store::{JobKind, LiveDocument, StoredChunk};

/// Points read from the index at once, and versions written again between two flushes.
const PAGE: usize = 1_000;
const REBUILT: usize = 64;

/// What a reconciliation found and mended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Reconciled {
    pub points: usize,
    pub orphans: usize,
    pub relabelled: usize,
    pub rebuilt: usize,
    /// Originals that nothing named any more.
    pub swept: usize,
}

type Tell<'a> = &'a (dyn Fn(&str, usize, usize) + Send + Sync);

impl Library {
    /// Bring the index to what SQL says. Waits for a running job: what it has written but not flipped is no orphan.
    pub async fn reconcile(&self) -> Result<Reconciled, LibraryError> {
        let _seat = self.seats.of(JobKind::Reconcile).await;
        self.mend(&|_, _, _| {}).await
    }

    /// The same for who has a seat already. `tell` hears of each stage how much is done, and of how much where that is known.
    pub(super) async fn mend(&self, tell: Tell<'_>) -> Result<Reconciled, LibraryError> {
        self.tell_index().await?;
        let live = self.store.document_live(&self.clearance).await?;
        let live: HashMap<VersionId, LiveDocument> = live.into_iter().map(|found| (found.version, found)).collect();
        let mut report = Reconciled::default();
        let pruned = self.prune(&live, &mut report, tell).await;
        // What was mended before it failed is mended.
        if report.orphans + report.relabelled > 0 {
            self.store.catalog_touch(self.workspace).await?;
        }
        let seen = pruned?;
        let missing: Vec<VersionId> = live
            .values()
            .filter(|document| seen.get(&document.version).copied().unwrap_or(0) != document.chunks)
            .map(|document| document.version)
            .collect();
        for versions in missing.chunks(REBUILT) {
            self.rebuild(versions).await?;
            report.rebuilt += versions.len();
            tell("written again", report.rebuilt, missing.len());
        }
        let _nobody_hands_in = self.store.handing_in.write().await;
        report.swept = self.store.originals_sweep().await?;
        Ok(report)
    }

    /// Walk the index: remove what SQL does not know, mend labels, count the rest per version.
    async fn prune(
        &self,
        live: &HashMap<VersionId, LiveDocument>,
        report: &mut Reconciled,
        tell: Tell<'_>,
    ) -> Result<HashMap<VersionId, usize>, LibraryError> {
        let mut seen: HashMap<VersionId, usize> = HashMap::new();
        let (mut after, mut retold): (Option<PointId>, HashSet<DocumentId>) = (None, HashSet::new());
        loop {
            let page = self.index.scroll(&self.clearance, after, PAGE).await?;
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
                        self.point_again(truth.document).await?;
                    }
                    report.relabelled += 1;
                }
            }
            let orphans: Vec<PointId> = orphans.into_iter().map(|point| point.id).collect();
            self.index.delete_points(&orphans).await?;
            report.points += page.len();
            report.orphans += orphans.len();
            tell("compared", report.points, 0);
        }
        self.index.flush().await?;
        Ok(seen)
    }

    /// Write the points of these versions again.
    async fn rebuild(&self, versions: &[VersionId]) -> Result<(), LibraryError> {
        let chunks = self.store.chunk_list(&self.clearance, versions).await?;
        let vectors = self.vectors(&chunks).await?;
        let points = chunks.into_iter().zip(vectors).map(|(chunk, dense)| point(chunk, dense)).collect();
        self.index.delete_versions(versions).await?;
        self.index.upsert(points).await?;
        self.index.flush().await?;
        Ok(self.store.catalog_touch(self.workspace).await?)
    }

    async fn vectors(&self, chunks: &[StoredChunk]) -> Result<Vec<Embedding>, LibraryError> {
        let keys: Vec<ContentHash> = chunks.iter().map(|chunk| chunk.vector_key).collect();
        let cached = self.store.vector_find(self.embedder.name(), &keys).await?;
        let missing = chunks.iter().zip(&cached).filter(|(_, hit)| hit.is_none());
        let missing = missing.map(|(chunk, _)| chunk.text_in_context()).collect();
        let mut fresh = self.embedder.embed(Purpose::Passage, missing).await?.into_iter();
        let vectors = cached.into_iter().map(|hit| hit.or_else(|| fresh.next()));
        let vectors: Option<Vec<Embedding>> = vectors.collect();
        Ok(vectors.ok_or_else(|| retrieval::ports::EmbedError::Failed("fewer vectors than texts".into()))?)
    }
}

fn point(chunk: StoredChunk, dense: Embedding) -> Point {
    let text = chunk.text_in_context();
    let StoredChunk { point: id, document, version, label, .. } = chunk;
    Point { id, document, version, label, dense: Arc::clone(&dense), text }
}
