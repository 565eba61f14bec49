//! Building the index anew beside the one that answers, and changing from one to another: forth when the new one is good
//! enough, and back at once.
//!
//! A build holds what SQL says at the moment at which it goes live: it is filled, then compared, then brought up once more, and
//! one row changes only if nothing changed meanwhile. Nobody's question meets two of them, or none.

use std::sync::Arc;

use retrieval::model::{Generation, GenerationId, JobId};
use serde_json::json;

use super::filling::{Filling, Pace};
use super::gate::Verdict;
use super::running::{Ending, Run};
use super::{Library, LibraryError};
use crate::faults::{self, Step};
use crate::generations::Standing;
use crate::store::{Build, BuildState, JobKind, Lease, Promotion, StoreError};

/// So often it is brought up to what changed meanwhile before it is left for later.
const TRIES: usize = 100;

/// What becomes of a build once it holds everything.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wanted {
    /// It goes live by itself if it is good enough.
    Promoted,
    /// Somebody looks at it first.
    Held,
}

impl Library {
    /// Have the index built anew, as it is configured now.
    pub async fn reindex(&self, wanted: Wanted) -> Result<(GenerationId, JobId), LibraryError> {
        self.must_have_room()?;
        let new = self.finder.generations.plan().await?;
        if let Some(other) = self.building().await?.filter(|build| build.recipe.as_ref() != Some(&new.recipe)) {
            if self.store.job_is_waiting(self.workspace, JobKind::Reindex).await? {
                return Err(LibraryError::Refused("an index with other settings is being built: cancel that first"));
            }
            self.discard(other.generation.id).await?;
        }
        let begun = self.store.build_begin(self.workspace, &new, wanted == Wanted::Promoted, &self.owner).await?;
        faults::at(Step::BuildBegun).map_err(StoreError::below)?;
        Ok(begun)
    }

    /// Every build of the index, the newest first.
    pub async fn builds(&self) -> Result<Vec<Build>, LibraryError> {
        Ok(self.store.builds(self.workspace).await?)
    }

    /// Whether what is configured is another index than the one that answers.
    pub async fn is_behind(&self) -> Result<bool, LibraryError> {
        let live = self.builds().await?.into_iter().find(|build| build.is_live).and_then(|live| live.recipe);
        let configured = self.finder.generations.configured();
        Ok(live.zip(configured).is_some_and(|(live, configured)| live != configured))
    }

    pub(super) async fn reindex_next(&self) -> Result<Option<(JobId, Ending<()>)>, LibraryError> {
        let Some(run) = self.begin(JobKind::Reindex).await? else { return Ok(None) };
        let ending = self.carry_out(&run, self.build(&run)).await?;
        Ok(Some((run.lease.job, ending)))
    }

    async fn build(&self, run: &Run<'_>) -> Result<(), LibraryError> {
        let build = self.build_in_hand(run).await?;
        if build.is_live {
            return self.discard_beyond_kept().await; // whoever had this job before died right after that
        }
        let standing = self.finder.generations.open(&build.generation).await?;
        faults::at(Step::BuildOpened).map_err(StoreError::below)?;
        let tell = |stage: &str, done: usize, total: usize| run.stage(stage, done, total);
        {
            let _filling = standing.filling.lock().await;
            let mut filling = Filling::new(self, &standing, Pace::Gentle, &tell);
            filling.walk().await?;
            while filling.fill().await? > 0 {}
        }
        faults::at(Step::BuildFilled).map_err(StoreError::below)?;
        // Never needed for correctness; a search would only take longer, and it is compared as it will be.
        if let Err(error) = standing.index.optimize().await {
            tracing::warn!(%error, "the new index was not optimised");
        }
        let verdict = self.compare_builds(&self.live(), &standing, &tell).await?;
        faults::at(Step::BuildCompared).map_err(StoreError::below)?;
        if !self.store.build_judged(&run.lease, build.generation.id, &json!(verdict)).await? {
            return Err(LibraryError::LeaseLost);
        }
        faults::at(Step::BuildJudged).map_err(StoreError::below)?;
        match (build.is_promoted, verdict.passes) {
            (true, true) => self.change_to(&standing, Some(&run.lease)).await?,
            (true, false) => tracing::warn!(?verdict, "the new index is not as good: it is kept and does not go live"),
            (false, _) => tracing::info!("the new index waits for somebody to look at it"),
        }
        Ok(())
    }

    /// What this job builds: what whoever had it before was at, what somebody began, or, begun by a schedule, a new one.
    async fn build_in_hand(&self, run: &Run<'_>) -> Result<Build, LibraryError> {
        let build = match run.checkpoint().await?.parse() {
            Ok(generation) => self.build_of(generation).await?,
            Err(_) => match self.building().await? {
                Some(build) => build,
                None => {
                    self.reindex(Wanted::Promoted).await?;
                    self.building().await?.ok_or(LibraryError::NoBuild)?
                }
            },
        };
        if build.state == BuildState::Discarded {
            return Err(LibraryError::Plan("it was discarded meanwhile".to_owned()));
        }
        run.keep_checkpoint(&build.generation.id.to_string()).await?;
        Ok(build)
    }

    /// Answer from this build from now on, whatever it was found to be.
    pub async fn promote(&self, generation: GenerationId) -> Result<(), LibraryError> {
        let build = self.build_of(generation).await?;
        match build.state {
            BuildState::Ready if build.is_live => Ok(()),
            BuildState::Ready => {
                let standing = self.finder.generations.open(&build.generation).await?;
                self.change_to(&standing, None).await
            }
            BuildState::Building => {
                Err(LibraryError::Refused("it is still being built: wait until it holds everything"))
            }
            BuildState::Discarded => Err(LibraryError::Refused("it was discarded: build it anew")),
        }
    }

    /// The index of this name, opened for whoever asks it: the live one, or one that is kept.
    pub async fn kept_index(&self, name: &str) -> Result<Arc<Standing>, LibraryError> {
        let build = self.build_of(name.parse().map_err(|_| LibraryError::NoBuild)?).await?;
        match build.state {
            BuildState::Ready => Ok(self.finder.generations.open(&build.generation).await?),
            BuildState::Building | BuildState::Discarded => Err(LibraryError::NoBuild),
        }
    }

    /// Answer from the build that answered before; which one that is.
    pub async fn roll_back(&self) -> Result<GenerationId, LibraryError> {
        let builds = self.builds().await?;
        let kept = builds.iter().filter(|build| !build.is_live && build.state == BuildState::Ready);
        let last = kept.filter(|build| build.live_ms.is_some()).max_by_key(|build| build.live_ms);
        let last = last.ok_or(LibraryError::Refused("there is no former index to go back to"))?.generation.id;
        self.promote(last).await?;
        faults::at(Step::RolledBack).map_err(StoreError::below)?;
        Ok(last)
    }

    async fn change_to(&self, target: &Standing, lease: Option<&Lease>) -> Result<(), LibraryError> {
        let _filling = target.filling.lock().await;
        let nobody = |_: &str, _: usize, _: usize| {};
        let mut filling = Filling::new(self, target, Pace::Full, &nobody);
        filling.walk().await?;
        for _ in 0..TRIES {
            self.tell_index().await?;
            let from = self.store.generation_live(self.workspace).await?.map(|live| live.id);
            let at = self.store.catalog_version(self.workspace).await?;
            let Some(from) = from.filter(|from| *from != target.generation.id) else { break };
            // Whoever changed a label since has not told it yet.
            if self.store.outbox_len(self.workspace).await? > 0 || filling.fill().await? > 0 {
                continue;
            }
            let wish = Promotion { from, to: target.generation.id, at, lease };
            if self.store.build_promote(self.workspace, wish).await? {
                self.finder.generations.make_live(target.generation.id).await;
                tracing::info!(generation = %target.generation.id, former = %from, "another index is live");
                faults::at(Step::MadeLive).map_err(StoreError::below)?;
                return self.discard_beyond_kept().await;
            }
            if let Some(lease) = lease
                && !self.store.job_beat(lease).await?
            {
                return Err(LibraryError::LeaseLost);
            }
        }
        match self.store.generation_live(self.workspace).await? {
            // By somebody else meanwhile, or before this process heard of it.
            Some(live) if live.id == target.generation.id => {
                self.finder.generations.make_live(live.id).await;
                Ok(())
            }
            _ => Err(LibraryError::Refused("too much changes at the moment: try again")),
        }
    }

    /// Put a build away that nobody wants any more, and look whether it is gone.
    pub async fn discard(&self, generation: GenerationId) -> Result<Build, LibraryError> {
        let build = self.build_of(generation).await?;
        if build.is_live {
            return Err(LibraryError::Refused("it is the one that answers: promote another first"));
        }
        if build.state == BuildState::Building && self.store.job_is_waiting(self.workspace, JobKind::Reindex).await? {
            return Err(LibraryError::Refused("it is being built: cancel the job first"));
        }
        // A second time is no harm: what a crash left is removed then.
        self.store.build_discard(self.workspace, generation).await?;
        faults::at(Step::DiscardMarked).map_err(StoreError::below)?;
        self.put_away(&build.generation).await?;
        self.build_of(generation).await
    }

    /// What was discarded when something came in between is removed after all.
    pub(super) async fn put_away_discarded(&self) -> Result<(), LibraryError> {
        let is_left = |build: &Build| build.state == BuildState::Discarded && build.receipt.is_none();
        for build in self.builds().await?.into_iter().filter(is_left) {
            self.put_away(&build.generation).await?;
        }
        Ok(())
    }

    pub(super) async fn put_away(&self, generation: &Generation) -> Result<(), LibraryError> {
        self.finder.generations.close(generation.id).await;
        self.finder.generations.remove(generation).await?;
        faults::at(Step::DiscardRemoved).map_err(StoreError::below)?;
        // Last: whoever searched in it to its end found everything.
        self.store.build_clear(generation).await?;
        faults::at(Step::DiscardCleared).map_err(StoreError::below)?;
        let chunks = self.store.chunk_count_of(self.workspace, generation.cut).await?;
        let vectors = self.store.vector_count(&generation.embedder).await?;
        let receipt = json!({
            "at_ms": self.store.clock().now_ms(), "index": "removed", "chunks_left": chunks, "vectors_left": vectors,
        });
        Ok(self.store.build_receipt(generation.id, &receipt).await?)
    }

    /// Of those that answered before, only so many are kept.
    async fn discard_beyond_kept(&self) -> Result<(), LibraryError> {
        let builds = self.builds().await?;
        let is_kept = |build: &&Build| !build.is_live && build.state == BuildState::Ready;
        let mut kept: Vec<&Build> = builds.iter().filter(is_kept).collect();
        kept.sort_by_key(|build| std::cmp::Reverse(build.live_ms.unwrap_or(build.created_ms)));
        for build in kept.into_iter().skip(self.gate.keep) {
            self.discard(build.generation.id).await?;
        }
        Ok(())
    }

    async fn building(&self) -> Result<Option<Build>, LibraryError> {
        Ok(self.builds().await?.into_iter().find(|build| build.state == BuildState::Building))
    }

    pub(super) async fn build_of(&self, generation: GenerationId) -> Result<Build, LibraryError> {
        let found = self.builds().await?.into_iter().find(|build| build.generation.id == generation);
        found.ok_or(LibraryError::NoBuild)
    }

    /// Follow what another server on the same database made live.
    pub async fn look_around(&self) -> Result<(), LibraryError> {
        let live = self.store.generation_live(self.workspace).await?;
        let Some(live) = live.filter(|live| live.id != self.live().generation.id) else { return Ok(()) };
        self.finder.generations.open(&live).await?;
        self.finder.generations.make_live(live.id).await;
        tracing::info!(generation = %live.id, "another index is live");
        Ok(())
    }
}

impl Verdict {
    /// In one line.
    pub fn words(&self) -> String {
        let Self { questions, agreement, recall_before, recall_after, .. } = self;
        format!(
            "{questions} questions: {:.0} % of what is found is the same; known documents found {:.1} % before, {:.1} % now",
            agreement * 100.0,
            recall_before * 100.0,
            recall_after * 100.0
        )
    }
}
