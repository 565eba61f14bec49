//! How far a job is: stage by stage, and where to go on. Written by whoever has the lease, and by nobody else.

use std::collections::HashMap;

use retrieval::model::JobId;
use sqlx::AssertSqlSafe;

use super::lease::{Hold, Lease};
use super::{Store, StoreError, rows};

/// How much of a stage is done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StageLine {
    pub name: String,
    pub done: usize,
    /// 0 while it is not known.
    pub total: usize,
}

type StageRow = (String, String, i64, i64);

impl Store {
    /// Write down how far the job is, and keep the lease. Whoever gets anywhere has no setbacks behind them.
    pub async fn job_progress(&self, lease: &Lease, stages: &[StageLine]) -> Result<Hold, StoreError> {
        let mut tx = self.write().await?;
        if !self.beat(&mut tx, lease).await? {
            return Ok(Hold::Lost);
        }
        let upsert = "INSERT INTO job_stages (job_id, ordinal, name, done, total) VALUES ($1, $2, $3, $4, $5) \
                      ON CONFLICT (job_id, ordinal) DO UPDATE SET name = $3, done = $4, total = $5";
        for (stage, ordinal) in stages.iter().zip(0_i64..) {
            sqlx::query(upsert)
                .bind(lease.job.to_string())
                .bind(ordinal)
                .bind(&stage.name)
                .bind(rows::count(stage.done))
                .bind(rows::count(stage.total))
                .execute(&mut *tx)
                .await?;
        }
        // The faults of a job with items are counted to find the item; those of others to give up where nothing moves.
        let faults = if lease.kind.has_items() { "faults" } else { "0" };
        let update = format!("UPDATE jobs SET setbacks = 0, faults = {faults} WHERE id = $1 RETURNING stop_asked");
        let query = sqlx::query_as(AssertSqlSafe(update)).bind(lease.job.to_string());
        let (stop_asked,): (i64,) = query.fetch_one(&mut *tx).await?;
        tx.commit().await?;
        Ok(if stop_asked == 0 { Hold::Held } else { Hold::StopAsked })
    }

    /// Where to go on, should this process die now; false when somebody else has the job.
    pub async fn job_keep_checkpoint(&self, lease: &Lease, checkpoint: &str) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let held = self.beat(&mut tx, lease).await?;
        if held {
            let update = "UPDATE jobs SET checkpoint = $1 WHERE id = $2";
            sqlx::query(update).bind(checkpoint).bind(lease.job.to_string()).execute(&mut *tx).await?;
            tx.commit().await?;
        }
        Ok(held)
    }

    /// Where whoever had this job before got to; empty at its begin.
    pub async fn job_checkpoint(&self, lease: &Lease) -> Result<String, StoreError> {
        let select = "SELECT checkpoint FROM jobs WHERE id = $1";
        let row: Option<(String,)> =
            sqlx::query_as(select).bind(lease.job.to_string()).fetch_optional(&self.reader).await?;
        Ok(row.map(|(checkpoint,)| checkpoint).unwrap_or_default())
    }

    /// The stages of these jobs, each in their order.
    pub(super) async fn stages_of(&self, jobs: &[String]) -> Result<HashMap<JobId, Vec<StageLine>>, StoreError> {
        let mut stages: HashMap<JobId, Vec<StageLine>> = HashMap::new();
        if jobs.is_empty() {
            return Ok(stages);
        }
        let places = rows::placeholders(1, jobs.len());
        let select = format!(
            "SELECT job_id, name, done, total FROM job_stages WHERE job_id IN ({places}) ORDER BY job_id, ordinal"
        );
        let query = jobs.iter().fold(sqlx::query_as(AssertSqlSafe(select)), |query, job| query.bind(job));
        let found: Vec<StageRow> = query.fetch_all(&self.reader).await?;
        for (job, name, done, total) in found {
            let stage = StageLine { name, done: rows::size(done), total: rows::size(total) };
            stages.entry(rows::id(&job)?).or_default().push(stage);
        }
        Ok(stages)
    }
}
