//! Schedules: what begins by itself. When one is due is worked out elsewhere; here it begins once, however many servers see it
//! due.

use retrieval::model::{JobId, SourceId, WorkspaceId};
use sqlx::{AssertSqlSafe, FromRow};

use super::job::{JobKind, JobState};
use super::{Store, StoreError, rows};

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Schedule {
    /// Its kind, or the id of its source.
    pub name: String,
    pub kind: JobKind,
    pub source: Option<SourceId>,
    pub expression: String,
    pub is_on: bool,
    /// From which "every" counts.
    pub anchor_ms: i64,
    /// 0 while nobody has worked it out.
    pub next_ms: i64,
    /// When it last began something; 0 for never.
    pub last_ms: i64,
    pub last_job: Option<JobId>,
}

/// A schedule as it is wanted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewSchedule {
    pub kind: JobKind,
    pub source: Option<SourceId>,
    pub expression: String,
    pub is_on: bool,
}

#[derive(FromRow)]
struct ScheduleRow {
    name: String,
    kind: String,
    source_id: Option<String>,
    expression: String,
    is_on: i64,
    anchor_ms: i64,
    next_ms: i64,
    last_ms: i64,
    last_job: Option<String>,
}

const COLUMNS: &str = "name, kind, source_id, expression, is_on, anchor_ms, next_ms, last_ms, last_job";

impl Store {
    pub async fn schedules(&self, workspace: WorkspaceId) -> Result<Vec<Schedule>, StoreError> {
        let select = format!("SELECT {COLUMNS} FROM schedules WHERE workspace_id = $1 ORDER BY kind, name");
        let query = sqlx::query_as(AssertSqlSafe(select)).bind(workspace.to_string());
        let found: Vec<ScheduleRow> = query.fetch_all(&self.reader).await?;
        found.into_iter().map(schedule).collect()
    }

    /// Set a schedule up, or another in its place. What is due when is worked out anew.
    pub async fn schedule_put(&self, workspace: WorkspaceId, new: &NewSchedule) -> Result<Schedule, StoreError> {
        let upsert = format!(
            "INSERT INTO schedules (workspace_id, name, kind, source_id, expression, is_on, anchor_ms, next_ms, last_ms) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0) ON CONFLICT (workspace_id, name) DO UPDATE \
             SET expression = $5, is_on = $6, next_ms = 0 RETURNING {COLUMNS}"
        );
        let query =
            sqlx::query_as(AssertSqlSafe(upsert)).bind(workspace.to_string()).bind(new.name()).bind(new.kind.as_str());
        let query = query.bind(new.source.map(|source| source.to_string())).bind(&new.expression);
        let row: ScheduleRow =
            query.bind(i64::from(new.is_on)).bind(self.clock.now_ms()).fetch_one(&self.writer).await?;
        schedule(row)
    }

    /// The same where there is none of its name; one that somebody changed stays as it is.
    pub async fn schedule_ensure(&self, workspace: WorkspaceId, new: &NewSchedule) -> Result<(), StoreError> {
        let insert = "INSERT INTO schedules (workspace_id, name, kind, source_id, expression, is_on, anchor_ms, next_ms, \
                        last_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0) ON CONFLICT (workspace_id, name) DO NOTHING";
        sqlx::query(insert)
            .bind(workspace.to_string())
            .bind(new.name())
            .bind(new.kind.as_str())
            .bind(new.source.map(|source| source.to_string()))
            .bind(&new.expression)
            .bind(i64::from(new.is_on))
            .bind(self.clock.now_ms())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// False when there was none.
    pub async fn schedule_remove(&self, workspace: WorkspaceId, name: &str) -> Result<bool, StoreError> {
        let delete = "DELETE FROM schedules WHERE workspace_id = $1 AND name = $2";
        let removed = sqlx::query(delete).bind(workspace.to_string()).bind(name).execute(&self.writer).await?;
        Ok(removed.rows_affected() > 0)
    }

    /// When one that stands as it was seen is due; false when it stands otherwise by now.
    pub async fn schedule_set_next(
        &self,
        workspace: WorkspaceId,
        seen: &Schedule,
        next_ms: i64,
    ) -> Result<bool, StoreError> {
        let update = "UPDATE schedules SET next_ms = $1 \
                      WHERE workspace_id = $2 AND name = $3 AND next_ms = $4 AND expression = $5";
        let set = sqlx::query(update)
            .bind(next_ms)
            .bind(workspace.to_string())
            .bind(&seen.name)
            .bind(seen.next_ms)
            .bind(&seen.expression)
            .execute(&self.writer)
            .await?;
        Ok(set.rows_affected() == 1)
    }

    /// Begin what is due, unless somebody else just did, or what it began before still waits or runs. Its next time is set
    /// in the same transaction, so that one due time begins one job.
    pub async fn schedule_begin(
        &self,
        workspace: WorkspaceId,
        seen: &Schedule,
        next_ms: i64,
        owner: &str,
    ) -> Result<Option<JobId>, StoreError> {
        let update = "UPDATE schedules SET next_ms = $1 WHERE workspace_id = $2 AND name = $3 AND next_ms = $4 AND is_on = 1 \
                        AND expression = $5";
        let mut tx = self.write().await?;
        let taken = sqlx::query(update)
            .bind(next_ms)
            .bind(workspace.to_string())
            .bind(&seen.name)
            .bind(seen.next_ms)
            .bind(&seen.expression)
            .execute(&mut *tx)
            .await?;
        let is_ours = taken.rows_affected() == 1;
        if !is_ours || self.job_waiting_in(&mut tx, workspace, seen.kind, seen.source).await?.is_some() {
            tx.commit().await?;
            return Ok(None);
        }
        let job = self.job_insert(&mut tx, workspace, seen.kind, seen.source, (JobState::Queued, owner)).await?;
        let note = "UPDATE schedules SET last_ms = $1, last_job = $2 WHERE workspace_id = $3 AND name = $4";
        let query = sqlx::query(note).bind(self.clock.now_ms()).bind(job.to_string());
        query.bind(workspace.to_string()).bind(&seen.name).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(Some(job))
    }
}

impl NewSchedule {
    fn name(&self) -> String {
        self.source.map_or_else(|| self.kind.as_str().to_owned(), |source| source.to_string())
    }
}

fn schedule(row: ScheduleRow) -> Result<Schedule, StoreError> {
    let kind = JobKind::named(&row.kind);
    let kind = kind.ok_or_else(|| StoreError::Unreadable(format!("a schedule of the kind \"{}\"", row.kind)))?;
    Ok(Schedule {
        name: row.name,
        kind,
        source: row.source_id.map(|source| rows::id(&source)).transpose()?,
        expression: row.expression,
        is_on: row.is_on != 0,
        anchor_ms: row.anchor_ms,
        next_ms: row.next_ms,
        last_ms: row.last_ms,
        last_job: row.last_job.map(|job| rows::id(&job)).transpose()?,
    })
}
