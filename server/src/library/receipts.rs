//! Proving that what was taken out is gone: it is looked for in every index, in the catalog, among the originals, and pieces
//! of its text are asked for again.
//!
//! A look that finds something leaves the receipt open; the next one comes with the next comparison of index and catalog,
//! which removes what it finds.

use std::sync::Arc;

use retrieval::access::Clearance;
use retrieval::model::{DocumentId, Generation};
use retrieval::ports::{Mode, Purpose, Query};
use retrieval::search::{Depth, Searcher};

use super::{Library, LibraryError};
use crate::backup::{Place, Vault, aside};
use crate::generations::Standing;
use crate::store::{BuildState, Findings, Receipt, Traces};

/// As many as whoever takes something out waits for; the rest has time.
const AT_ONCE: usize = 5;
/// How many are looked for before the next ones are read.
const PAGE: usize = 200;
/// How deep a piece of its text is looked for.
const DEEP: usize = 50;

impl Library {
    /// What left, as far as this clearance could read it, the newest first.
    pub async fn receipts(
        &self,
        clearance: &Clearance,
        before: Option<&(i64, String)>,
        limit: usize,
    ) -> Result<Vec<Receipt>, LibraryError> {
        Ok(self.store.receipts(clearance, before, limit).await?)
    }

    pub async fn receipt(&self, clearance: &Clearance, document: DocumentId) -> Result<Option<Receipt>, LibraryError> {
        Ok(self.store.receipt(clearance, document).await?)
    }

    /// Look for some of what left, right after it did. That it could not be looked for does not bring it back.
    pub(super) async fn prove_some(&self) {
        if let Err(error) = self.prove(AT_ONCE).await {
            tracing::warn!(%error, "what was taken out is looked for later");
        }
    }

    /// Look for everything that was not found gone yet; how much still was not.
    pub(super) async fn prove_all(&self) -> Result<usize, LibraryError> {
        if self.store.receipts_open(self.workspace, 1).await?.is_empty() {
            return Ok(0);
        }
        for kept in self.kept().await? {
            if let Err(error) = self.finder.generations.open(&kept).await {
                tracing::warn!(%error, generation = %kept.id, "nobody knows what is left in it");
            }
        }
        loop {
            let (looked_for, open) = self.prove(PAGE).await?;
            if looked_for < PAGE || open == looked_for {
                return Ok(self.store.receipts_open(self.workspace, usize::MAX).await?.len());
            }
        }
    }

    /// How many were looked for, and how many of them were not found gone.
    async fn prove(&self, limit: usize) -> Result<(usize, usize), LibraryError> {
        let open = self.store.receipts_open(self.workspace, limit).await?;
        if open.is_empty() {
            return Ok((0, 0));
        }
        let (standings, backups) = (self.finder.generations.all(), self.backups_kept().await?);
        // One that is kept and does not stand open is looked into when it does.
        let stands_open = |kept: &Generation| standings.iter().any(|standing| standing.generation.id == kept.id);
        let looks_everywhere = self.kept().await?.iter().all(stands_open);
        let mut left = 0;
        for (document, traces) in &open {
            let mut found = self.look_for(*document, traces, &standings).await?;
            found.backups = backups;
            let is_gone = found.is_gone() && looks_everywhere;
            self.store.receipt_note(*document, &found, is_gone).await?;
            left += usize::from(!is_gone);
        }
        Ok((open.len(), left))
    }

    /// The indexes that answer, or may again.
    async fn kept(&self) -> Result<Vec<Generation>, LibraryError> {
        let builds = self.store.builds(self.workspace).await?.into_iter();
        Ok(builds.filter(|build| build.state == BuildState::Ready).map(|build| build.generation).collect())
    }

    async fn look_for(
        &self,
        document: DocumentId,
        traces: &Traces,
        standings: &[Arc<Standing>],
    ) -> Result<Findings, LibraryError> {
        if self.store.rows_left(document).await? > 0 {
            self.store.erase_left(document).await?;
        }
        let mut found = Findings {
            rows: self.store.rows_left(document).await?,
            originals: self.store.originals_left(&traces.originals).await?,
            probes: traces.probes.len(),
            indexes: standings.len(),
            ..Findings::default()
        };
        for standing in standings {
            for version in &traces.versions {
                found.points += standing.index.points_of(&self.clearance, *version).await?.len();
            }
        }
        // Of the one that answers: the model of another may be busy with building it.
        let live = self.live();
        found.came_up += self.came_up(document, &traces.probes, &live).await?;
        // As people search, for its very words, and so that nothing of them is remembered.
        let asking = Searcher { memory: None, ..self.finder.within(&live) };
        for probe in &traces.probes {
            let passages = asking.search(&self.clearance, probe, Depth::Raw(Mode::Sparse), DEEP).await?.passages;
            found.came_up += passages.iter().filter(|scored| scored.passage.document == document).count();
        }
        Ok(found)
    }

    /// How often an index names the document when it is asked for pieces of its text, behind everything that checks it.
    async fn came_up(
        &self,
        document: DocumentId,
        probes: &[String],
        standing: &Standing,
    ) -> Result<usize, LibraryError> {
        let vectors = standing.embedder.embed(Purpose::Evidence, probes.to_vec()).await?;
        let mut times = 0;
        for (text, dense) in probes.iter().cloned().zip(vectors) {
            let query = Query { dense, text, mode: Mode::Hybrid, dense_share: 0.5, candidates: DEEP, limit: DEEP };
            let candidates = standing.index.search(&self.clearance, &query).await?;
            times += candidates.iter().filter(|candidate| candidate.document == document).count();
        }
        Ok(times)
    }

    /// How many backups lie where the house puts them.
    async fn backups_kept(&self) -> Result<usize, LibraryError> {
        let Some(Vault { folder, .. }) = self.vault.clone() else { return Ok(0) };
        let now_ms = self.store.clock().now_ms();
        Ok(aside(move || if folder.is_dir() { Place::of(&folder, now_ms).many() } else { Ok(0) }).await?)
    }
}
