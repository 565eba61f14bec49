//! Reconciling: index against SQL, both ways. SQL is the truth; the index is brought to it.
//!
//! Points that SQL does not know go, labels that differ are set, versions whose points are missing are written again.

use super::filling::{Filling, Pace, Tell};
use super::{Library, LibraryError};
use crate::generations::Standing;
use crate::store::{BuildState, JobKind};

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

impl Library {
    /// Bring the index to what SQL says. Waits for a running job.
    pub async fn reconcile(&self) -> Result<Reconciled, LibraryError> {
        let _seat = self.seats.of(JobKind::Reconcile).await;
        self.mend(&|_, _, _| {}).await
    }

    /// The same for who has a seat already. `tell` hears of each stage how much is done, and of how much where that is known.
    pub(super) async fn mend(&self, tell: Tell<'_>) -> Result<Reconciled, LibraryError> {
        self.tell_index().await?;
        let live = self.live();
        let mut report = self.bring_up(&live, Pace::Full, tell).await?;
        let _nobody_hands_in = self.store.handing_in.write().await;
        report.swept = self.store.originals_sweep().await?;
        Ok(report)
    }

    /// The same for those that are kept to go back to.
    pub(super) async fn mend_kept(&self) -> Result<(), LibraryError> {
        for build in self.store.builds(self.workspace).await? {
            if build.is_live || build.state != BuildState::Ready {
                continue;
            }
            match self.finder.generations.open(&build.generation).await {
                Ok(kept) => drop(self.bring_up(&kept, Pace::Gentle, &|_, _, _| {}).await?),
                Err(error) => tracing::warn!(%error, generation = %build.generation.id, "nobody can go back to it now"),
            }
            // Discarded while it was brought up, it may stand there again.
            if self.build_of(build.generation.id).await?.state == BuildState::Discarded {
                self.put_away(&build.generation).await?;
            }
        }
        Ok(())
    }

    /// What is found in the index that answers is no longer what it was.
    pub(super) async fn touch_if_live(&self, standing: &Standing) -> Result<(), LibraryError> {
        match self.live().generation.id == standing.generation.id {
            true => Ok(self.store.catalog_touch(self.workspace).await?),
            false => Ok(()),
        }
    }

    async fn bring_up(&self, standing: &Standing, pace: Pace, tell: Tell<'_>) -> Result<Reconciled, LibraryError> {
        let _filling = standing.filling.lock().await;
        let mut filling = Filling::new(self, standing, pace, tell);
        let walked = filling.walk().await;
        // What was mended before it failed is mended.
        if filling.report.orphans + filling.report.relabelled > 0 {
            self.touch_if_live(standing).await?;
        }
        walked?;
        filling.fill().await?;
        Ok(filling.report)
    }
}
