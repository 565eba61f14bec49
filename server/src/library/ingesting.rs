//! Ingesting: the items of a job become documents. After a fault of the job only few of them are in hand at once, and it is
//! written down which, until the one is found that it was about.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ingest::draft::Habits;
use ingest::pipeline::Pipeline;
use ingest::ports::{Item, Outcome};
use ingest::timing::{Stage, Timings};
use retrieval::model::JobId;

use super::running::{Ending, Run};
use super::{Library, LibraryError, Settled};
use crate::faults::{self, Step};
use crate::store::{JobKind, Lease, LeasedCatalog, StoreError};

/// Between two looks at how far the stages are.
const TOLD_EVERY: Duration = Duration::from_millis(500);

impl Library {
    /// Work off one job, if there is one; returns which, and where its time went.
    pub async fn work(&self, settled: Settled<'_>) -> Result<Option<(JobId, Timings)>, LibraryError> {
        let Some((job, ending)) = self.ingest(settled).await? else { return Ok(None) };
        let timings = match ending {
            Ending::Done(timings) => timings,
            Ending::Cancelled | Ending::Lost => Timings::default(),
        };
        Ok(Some((job, timings)))
    }

    pub(super) async fn ingest(&self, settled: Settled<'_>) -> Result<Option<(JobId, Ending<Timings>)>, LibraryError> {
        let Some(run) = self.begin(JobKind::Ingest).await? else { return Ok(None) };
        let many = AtomicUsize::new(0);
        let work = async {
            faults::at(Step::Claimed).map_err(StoreError::below)?;
            let items = self.store.job_items_queued(&run.lease).await?;
            many.store(items.len(), Ordering::Relaxed);
            self.take_in(&run, items, settled).await
        };
        let ending = self.carry_out(&run, work).await?;
        self.tell_index().await?;
        if many.into_inner() > 0 {
            // Never needed for correctness: a search only takes longer until the next one succeeds.
            if let Err(error) = self.live().index.optimize().await {
                tracing::warn!(%error, "the index was not optimised");
            }
        }
        Ok(Some((run.lease.job, ending)))
    }

    async fn take_in(&self, run: &Run<'_>, items: Vec<Item>, settled: Settled<'_>) -> Result<Timings, LibraryError> {
        let pipeline = Arc::new(self.pipeline(&run.lease, self.habits(&run.lease, &items).await?));
        let total = AtomicUsize::new(self.store.job_items_total(run.lease.job).await?);
        let done = AtomicUsize::new(total.load(Ordering::Relaxed).saturating_sub(items.len()));
        let tell = |done: usize, total: usize| {
            run.stage("read", pipeline.timings.times(Stage::Parse), items.len());
            run.stage("embed", pipeline.timings.times(Stage::Embed), 0);
            run.stage("publish", done, total);
        };
        let heard = |item: &Item, outcome: &Outcome| {
            let parts = if let Outcome::Opened { parts } = outcome { *parts } else { 0 };
            let total = total.fetch_add(parts, Ordering::Relaxed) + parts;
            tell(done.fetch_add(1, Ordering::Relaxed) + 1, total);
            settled(item, outcome);
        };
        // Reading and embedding go on while nothing comes to its end.
        let ticking = || async {
            loop {
                tell(done.load(Ordering::Relaxed), total.load(Ordering::Relaxed));
                tokio::time::sleep(TOLD_EVERY).await;
            }
        };
        for in_hand in items.chunks(run.lease.at_hand().unwrap_or(items.len()).max(1)) {
            self.take_in_hand(&run.lease, in_hand).await?;
            tokio::select! {
                done = pipeline.run(in_hand.to_vec(), &heard) => done?,
                never = ticking() => never,
            }
        }
        Ok(Arc::into_inner(pipeline).map(|pipeline| pipeline.timings).unwrap_or_default())
    }

    /// Note which items are in hand, where that has to be known.
    async fn take_in_hand(&self, lease: &Lease, items: &[Item]) -> Result<(), LibraryError> {
        if lease.at_hand().is_none() {
            return Ok(());
        }
        let ordinals: Vec<u32> = items.iter().map(|item| item.ordinal).collect();
        match self.store.job_take_in_hand(lease, &ordinals).await? {
            true => Ok(()),
            false => Err(LibraryError::LeaseLost),
        }
    }

    /// Into the index that is live now: should another one go live meanwhile, nothing more of this run becomes visible.
    fn pipeline(&self, lease: &Lease, habits: Habits) -> Pipeline {
        let live = self.live();
        Pipeline::new(
            Arc::new(LeasedCatalog::new(self.store.clone(), lease.clone(), live.generation.id)),
            Arc::clone(&self.parser),
            Arc::clone(&live.chunker),
            Arc::clone(&live.embedder),
            faults::watched(Arc::clone(&live.index)),
            self.clearance.clone(),
            habits,
        )
    }
}
