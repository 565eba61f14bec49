//! What the house does for itself, as jobs that somebody can watch: comparing index and catalog, forgetting what has ended.

use retrieval::model::JobId;

use super::reconcile::Reconciled;
use super::running::{Ending, Run};
use super::{Library, LibraryError};
use crate::store::{JobKind, Why};

const MS_A_DAY: i64 = 24 * 60 * 60 * 1_000;

impl Library {
    /// Have index and catalog compared as soon as may be.
    pub async fn reconcile_soon(&self) -> Result<JobId, LibraryError> {
        Ok(self.store.job_queue(self.workspace, JobKind::Reconcile, None, &self.owner).await?)
    }

    pub(super) async fn reconcile_next(&self) -> Result<Option<(JobId, Ending<()>)>, LibraryError> {
        let Some(run) = self.begin(JobKind::Reconcile).await? else { return Ok(None) };
        let ending = self.carry_out(&run, self.compare(&run)).await?;
        Ok(Some((run.lease.job, ending)))
    }

    async fn compare(&self, run: &Run<'_>) -> Result<(), LibraryError> {
        let report = self.mend(&|stage, done, total| run.stage(stage, done, total)).await?;
        tracing::info!(?report, "index and catalog agree");
        let Reconciled { points, orphans, relabelled, rebuilt, swept } = report;
        metrics::gauge!("lectern_index_points").set(points as f64);
        metrics::counter!("lectern_reconcile_orphans_total").increment(orphans as u64);
        metrics::counter!("lectern_reconcile_relabelled_total").increment(relabelled as u64);
        metrics::counter!("lectern_reconcile_rebuilt_total").increment(rebuilt as u64);
        self.mend_kept().await?;
        self.put_away_discarded().await?;
        let left = self.prove_all().await?;
        metrics::gauge!("lectern_receipts_open").set(left as f64);
        for (stage, many) in [("orphans", orphans), ("relabelled", relabelled), ("originals swept", swept)] {
            run.stage(stage, many, many);
        }
        Ok(())
    }

    pub(super) async fn expire_next(&self) -> Result<Option<(JobId, Ending<()>)>, LibraryError> {
        let Some(run) = self.begin(JobKind::Expire).await? else { return Ok(None) };
        let ending = self.carry_out(&run, self.expire(&run)).await?;
        Ok(Some((run.lease.job, ending)))
    }

    /// What was not seen for as long as its source, or the house, keeps it.
    async fn expire_documents(&self) -> Result<u64, LibraryError> {
        let since = |days: u32| self.store.clock().now_ms() - i64::from(days) * MS_A_DAY;
        let mut gone = 0;
        for source in self.store.source_list(self.workspace).await? {
            let Some(days) = source.plan.kept_days else { continue };
            gone += self.store.ledger_expire(self.workspace, source.id, since(days)).await?;
        }
        let over = match self.kept_days {
            Some(days) => self.store.origins_over(self.workspace, since(days)).await?,
            None => Vec::new(),
        };
        self.retire(&over, Why::Expired).await?;
        Ok(u64::try_from(gone + over.len()).unwrap_or(u64::MAX))
    }

    async fn expire(&self, run: &Run<'_>) -> Result<(), LibraryError> {
        // Whoever takes over goes on behind the last of them that was done.
        let done: usize = run.checkpoint().await?.parse().unwrap_or(0);
        for (at, of) in Ended::ALL.into_iter().enumerate().skip(done) {
            let forgotten = match of {
                Ended::Documents => self.expire_documents().await?,
                Ended::Vectors => self.store.vectors_sweep().await?,
                Ended::Conversations => self.store.conversations_sweep().await?,
                Ended::Links => self.store.links_sweep().await?,
                Ended::Jobs => self.store.jobs_sweep().await?,
            };
            let many = usize::try_from(forgotten).unwrap_or(usize::MAX);
            run.stage(of.as_str(), many, many);
            run.keep_checkpoint(&(at + 1).to_string()).await?;
        }
        Ok(())
    }
}

/// What comes to an end by itself.
#[derive(Clone, Copy)]
enum Ended {
    Conversations,
    Links,
    Jobs,
    Documents,
    Vectors,
}

impl Ended {
    /// A checkpoint is a place in this: what is new goes last.
    const ALL: [Self; 5] = [Self::Conversations, Self::Links, Self::Jobs, Self::Documents, Self::Vectors];

    fn as_str(self) -> &'static str {
        match self {
            Self::Documents => "documents",
            Self::Vectors => "vectors",
            Self::Conversations => "conversations",
            Self::Links => "links",
            Self::Jobs => "jobs",
        }
    }
}
