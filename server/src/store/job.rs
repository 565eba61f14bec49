//! Jobs: what has to be done, taken in and looked up. Who works on them is for `lease`, what they consist of for `item`.
//!
//! Which steps a job consists of is not known here.

use retrieval::model::{JobId, SourceId, WorkspaceId};

use super::item::ItemLine;
use super::writing::Writing;
use super::{Store, StoreError, rows};

/// What failed is kept for so long, and may be tried again.
pub(super) const RETRIED_FOR_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// What the house did for itself is told of for so long.
const TOLD_FOR_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// What people handed in goes before what a crawl brought, since somebody may be waiting for it.
const HANDED_IN: i64 = 1;
const BY_ITSELF: i64 = 0;

/// What has to be done; each kind has workers of its own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum JobKind {
    /// Items become documents.
    Ingest,
    /// A source is visited; what it brings becomes jobs of the kind before.
    Crawl,
    /// Index and catalog are compared.
    Reconcile,
    /// What has ended is forgotten.
    Expire,
    /// The index is built anew beside the one that answers.
    Reindex,
    /// Everything that cannot be made again is written into a file.
    Backup,
}

impl JobKind {
    pub const ALL: [Self; 6] = [Self::Ingest, Self::Crawl, Self::Reconcile, Self::Expire, Self::Reindex, Self::Backup];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Crawl => "crawl",
            Self::Reconcile => "reconcile",
            Self::Expire => "expire",
            Self::Reindex => "reindex",
            Self::Backup => "backup",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Whether it is about the house as a whole, and so for those alone who look after it.
    pub fn is_of_the_house(self) -> bool {
        match self {
            Self::Ingest | Self::Crawl => false,
            Self::Reconcile | Self::Expire | Self::Reindex | Self::Backup => true,
        }
    }

    /// Whether what goes wrong can be one item's fault. Otherwise it is the whole job's.
    pub(super) fn has_items(self) -> bool {
        match self {
            Self::Ingest => true,
            Self::Crawl | Self::Reconcile | Self::Expire | Self::Reindex | Self::Backup => false,
        }
    }
}

/// Where a job stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum JobState {
    /// It still takes items.
    Open,
    Queued,
    Running,
    Done,
    /// It was given up.
    Failed,
    Cancelled,
}

impl JobState {
    pub const ALL: [Self; 6] = [Self::Open, Self::Queued, Self::Running, Self::Done, Self::Failed, Self::Cancelled];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// Whether nothing more becomes of it.
    pub fn is_over(self) -> bool {
        match self {
            Self::Open | Self::Queued | Self::Running => false,
            Self::Done | Self::Failed | Self::Cancelled => true,
        }
    }
}

/// A job as the house itself reads it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct JobStatus {
    pub job: JobId,
    pub state: String,
    pub items: Vec<ItemLine>,
}

impl Store {
    /// A job that still takes items; nobody works on it before `job_close`.
    pub async fn job_begin(
        &self,
        workspace: WorkspaceId,
        kind: JobKind,
        source: Option<SourceId>,
        owner: &str,
    ) -> Result<JobId, StoreError> {
        let mut tx = self.write().await?;
        let job = self.job_insert(&mut tx, workspace, kind, source, (JobState::Open, owner)).await?;
        tx.commit().await?;
        Ok(job)
    }

    pub(super) async fn job_insert(
        &self,
        tx: &mut Writing,
        workspace: WorkspaceId,
        kind: JobKind,
        source: Option<SourceId>,
        (state, owner): (JobState, &str),
    ) -> Result<JobId, StoreError> {
        let insert = "INSERT INTO jobs (id, workspace_id, kind, state, lease_owner, lease_until, fence, created_ms, \
                        updated_ms, source_id, priority) \
                      VALUES ($1, $2, $3, $4, $5, 0, 0, $6, $6, $7, $8)";
        let job = JobId(self.clock.new_id());
        let is_handed_in = kind == JobKind::Ingest && source.is_none();
        sqlx::query(insert)
            .bind(job.to_string())
            .bind(workspace.to_string())
            .bind(kind.as_str())
            .bind(state.as_str())
            .bind(owner)
            .bind(self.clock.now_ms())
            .bind(source.map(|source| source.to_string()))
            .bind(if is_handed_in { HANDED_IN } else { BY_ITSELF })
            .execute(&mut **tx)
            .await?;
        Ok(job)
    }

    /// All items are in: anybody may claim the job now.
    pub async fn job_close(&self, job: JobId) -> Result<(), StoreError> {
        sqlx::query("UPDATE jobs SET state = 'queued', updated_ms = $1 WHERE id = $2 AND state = 'open'")
            .bind(self.clock.now_ms())
            .bind(job.to_string())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// It takes no more items, and nobody was told that it has any.
    pub async fn job_abandon(&self, job: JobId) -> Result<(), StoreError> {
        let delete = sqlx::query("DELETE FROM jobs WHERE id = $1 AND state = 'open'");
        delete.bind(job.to_string()).execute(&self.writer).await?;
        Ok(())
    }

    /// A job without items, unless one of its kind and source waits or runs; then that one.
    pub async fn job_queue(
        &self,
        workspace: WorkspaceId,
        kind: JobKind,
        source: Option<SourceId>,
        owner: &str,
    ) -> Result<JobId, StoreError> {
        let mut tx = self.write().await?;
        let job = match self.job_waiting_in(&mut tx, workspace, kind, source).await? {
            Some(job) => job,
            None => self.job_insert(&mut tx, workspace, kind, source, (JobState::Queued, owner)).await?,
        };
        tx.commit().await?;
        Ok(job)
    }

    /// What a crawl that ended early was still filling was accepted page by page, and is read without more to come.
    pub async fn job_close_batches(&self, source: SourceId, owner: &str) -> Result<(), StoreError> {
        let close = "UPDATE jobs SET state = 'queued' WHERE state = 'open' AND source_id = $1 AND lease_owner = $2";
        sqlx::query(close).bind(source.to_string()).bind(owner).execute(&self.writer).await?;
        Ok(())
    }

    pub async fn job_status(&self, workspace: WorkspaceId, job: JobId) -> Result<Option<JobStatus>, StoreError> {
        let state: Option<(String,)> = sqlx::query_as("SELECT state FROM jobs WHERE id = $1 AND workspace_id = $2")
            .bind(job.to_string())
            .bind(workspace.to_string())
            .fetch_optional(&self.reader)
            .await?;
        let Some((state,)) = state else { return Ok(None) };
        Ok(Some(JobStatus { job, state, items: self.item_lines(job).await? }))
    }

    /// The crawl of this source that waits or runs.
    pub async fn job_waiting(&self, source: SourceId) -> Result<Option<JobId>, StoreError> {
        let select = "SELECT id FROM jobs WHERE source_id = $1 AND kind = $2 AND state IN ('open', 'queued', 'running') \
                      ORDER BY created_ms LIMIT 1";
        let found: Option<(String,)> = sqlx::query_as(select)
            .bind(source.to_string())
            .bind(JobKind::Crawl.as_str())
            .fetch_optional(&self.reader)
            .await?;
        found.map(|(id,)| rows::id(&id)).transpose()
    }

    /// Whether one of this kind waits or runs.
    pub async fn job_is_waiting(&self, workspace: WorkspaceId, kind: JobKind) -> Result<bool, StoreError> {
        let under_way = self.jobs_under_way(workspace).await?;
        Ok(under_way.iter().any(|(name, _, many)| name == kind.as_str() && *many > 0))
    }

    pub(super) async fn job_waiting_in(
        &self,
        tx: &mut Writing,
        workspace: WorkspaceId,
        kind: JobKind,
        source: Option<SourceId>,
    ) -> Result<Option<JobId>, StoreError> {
        let select = "SELECT id FROM jobs WHERE workspace_id = $1 AND kind = $2 AND COALESCE(source_id, '') = $3 \
                        AND state IN ('open', 'queued', 'running') ORDER BY created_ms LIMIT 1";
        let found: Option<(String,)> = sqlx::query_as(select)
            .bind(workspace.to_string())
            .bind(kind.as_str())
            .bind(source.map(|source| source.to_string()).unwrap_or_default())
            .fetch_optional(&mut **tx)
            .await?;
        found.map(|(id,)| rows::id(&id)).transpose()
    }

    /// How many jobs of each kind wait or run.
    pub async fn jobs_under_way(&self, workspace: WorkspaceId) -> Result<Vec<(String, String, usize)>, StoreError> {
        let select = "SELECT kind, state, COUNT(*) FROM jobs \
                      WHERE workspace_id = $1 AND state IN ('open', 'queued', 'running') GROUP BY kind, state";
        let found: Vec<(String, String, i64)> =
            sqlx::query_as(select).bind(workspace.to_string()).fetch_all(&self.reader).await?;
        Ok(found.into_iter().map(|(kind, state, many)| (kind, state, rows::size(many))).collect())
    }

    /// Forget what the house did for itself a week ago; how many jobs that were.
    pub async fn jobs_sweep(&self) -> Result<u64, StoreError> {
        let removed = sqlx::query(
            "DELETE FROM jobs WHERE kind IN ('reconcile', 'expire', 'reindex', 'backup') \
               AND state IN ('done', 'failed', 'cancelled') \
               AND updated_ms < $1",
        );
        let removed = removed.bind(self.clock.now_ms() - TOLD_FOR_MS).execute(&self.writer).await?;
        Ok(removed.rows_affected())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_states_go_by_their_names() {
        assert!(JobKind::ALL.iter().all(|kind| JobKind::named(kind.as_str()) == Some(*kind)));
        assert!(JobState::ALL.iter().all(|state| JobState::named(state.as_str()) == Some(*state)));
        assert_eq!((JobKind::named("Ingest"), JobState::named("")), (None, None));
    }
}
