//! How work on a job ends: well, for good, for a while, or because somebody wants it to. Each is a write under the lease,
//! and changes nothing once somebody else has the job.

use retrieval::model::{JobId, WorkspaceId};
use sqlx::AssertSqlSafe;

use super::diary::{Event, logged};
use super::lease::Lease;
use super::{Store, StoreError, rows};

/// After a fault a job waits this long, twice as long after the next one, and never longer than the last of these.
const FIRST_WAIT_MS: i64 = 5_000;
pub(super) const LONGEST_WAIT_MS: i64 = 60_000;

const STOPPED: &str = "the job was cancelled before it was read";

/// Whose fault it is that the work broke off.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// The database, the index, the model, the disk: it would have hit any job.
    House,
    /// Something in the job.
    Job,
}

impl Store {
    pub async fn job_finish(&self, lease: &Lease) -> Result<(), StoreError> {
        let update = format!(
            "UPDATE jobs SET state = 'done', lease_until = 0, updated_ms = $1, note = '', {} \
             WHERE id = $2 AND fence = $3 AND state = 'running'",
            logged("$4")
        );
        sqlx::query(AssertSqlSafe(update))
            .bind(self.clock.now_ms())
            .bind(lease.job.to_string())
            .bind(lease.fence)
            .bind(self.log_line(Event::Done, ""))
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Give the job up, for a reason that trying again would not change.
    pub async fn job_fail(&self, lease: &Lease, why: &str) -> Result<(), StoreError> {
        let update = format!(
            "UPDATE jobs SET state = 'failed', lease_until = 0, updated_ms = $1, note = $2, {} \
             WHERE id = $3 AND fence = $4 AND state = 'running'",
            logged("$5")
        );
        sqlx::query(AssertSqlSafe(update))
            .bind(self.clock.now_ms())
            .bind(why)
            .bind(lease.job.to_string())
            .bind(lease.fence)
            .bind(self.log_line(Event::Failed, why))
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Hand the job back, for anybody to claim at once.
    pub async fn job_release(&self, lease: &Lease) -> Result<(), StoreError> {
        let update = format!(
            "UPDATE jobs SET state = 'queued', lease_until = 0, {} WHERE id = $1 AND fence = $2 AND state = 'running'",
            logged("$3")
        );
        let update = sqlx::query(AssertSqlSafe(update)).bind(lease.job.to_string()).bind(lease.fence);
        update.bind(self.log_line(Event::HandedBack, "")).execute(&self.writer).await?;
        Ok(())
    }

    /// Whoever works here goes: all of their jobs are for anybody to claim at once. How many there were.
    pub async fn jobs_release(&self, owner: &str) -> Result<u64, StoreError> {
        let update = format!(
            "UPDATE jobs SET state = 'queued', lease_until = 0, {} WHERE state = 'running' AND lease_owner = $1",
            logged("$2")
        );
        let update = sqlx::query(AssertSqlSafe(update)).bind(owner).bind(self.log_line(Event::HandedBack, ""));
        Ok(update.execute(&self.writer).await?.rows_affected())
    }

    /// The work broke off: the job waits a while, longer each time, and `why` says what for.
    pub async fn job_set_back(&self, lease: &Lease, fault: Fault, why: &str) -> Result<(), StoreError> {
        let update = format!(
            "UPDATE jobs SET state = 'queued', lease_until = 0, updated_ms = $1, not_before = $2, note = $3, \
               setbacks = setbacks + 1, faults = faults + $4, is_blamed = $4, {} \
             WHERE id = $5 AND fence = $6 AND state = 'running'",
            logged("$7")
        );
        let now = self.clock.now_ms();
        let own = match fault {
            Fault::House => 0_i64,
            Fault::Job => 1,
        };
        sqlx::query(AssertSqlSafe(update))
            .bind(now)
            .bind(now + wait_ms(lease.setbacks))
            .bind(why)
            .bind(own)
            .bind(lease.job.to_string())
            .bind(lease.fence)
            .bind(self.log_line(Event::SetBack, why))
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Stop here, as somebody asked: what was done stays, what was not says so.
    pub async fn job_cancel(&self, lease: &Lease) -> Result<(), StoreError> {
        let update = format!(
            "UPDATE jobs SET state = 'cancelled', lease_until = 0, updated_ms = $1, {} \
             WHERE id = $2 AND fence = $3 AND state = 'running'",
            logged("$4")
        );
        let mut tx = self.write().await?;
        let cancelled = sqlx::query(AssertSqlSafe(update))
            .bind(self.clock.now_ms())
            .bind(lease.job.to_string())
            .bind(lease.fence)
            .bind(self.log_line(Event::Cancelled, ""))
            .execute(&mut *tx)
            .await?;
        if cancelled.rows_affected() == 1 {
            self.items_end(&mut tx, (lease.job, lease.source), "1 = 1", ("cancelled", STOPPED)).await?;
        }
        tx.commit().await
    }

    /// Ask for the end of a job: one that waits ends here, one that runs is told. False when it is over, or never was.
    pub async fn job_stop(&self, workspace: WorkspaceId, job: JobId) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let ask = format!(
            "UPDATE jobs SET stop_asked = 1, updated_ms = $1, {} \
             WHERE id = $2 AND workspace_id = $3 AND state IN ('open', 'queued', 'running')",
            logged("$4")
        );
        let (now, id) = (self.clock.now_ms(), job.to_string());
        let ask = sqlx::query(AssertSqlSafe(ask)).bind(now).bind(&id).bind(workspace.to_string());
        let asked = ask.bind(self.log_line(Event::StopAsked, "")).execute(&mut *tx).await?;
        let end = format!(
            "UPDATE jobs SET state = 'cancelled', fence = fence + 1, {} WHERE id = $1 AND state = 'queued' \
               AND stop_asked = 1 AND workspace_id = $2 RETURNING source_id",
            logged("$3")
        );
        let end = sqlx::query_as(AssertSqlSafe(end)).bind(&id).bind(workspace.to_string());
        let ended: Option<(Option<String>,)> =
            end.bind(self.log_line(Event::Cancelled, "")).fetch_optional(&mut *tx).await?;
        if let Some((source,)) = ended {
            let source = source.map(|source| rows::id(&source)).transpose()?;
            self.items_end(&mut tx, (job, source), "1 = 1", ("cancelled", STOPPED)).await?;
        }
        tx.commit().await?;
        Ok(asked.rows_affected() == 1)
    }

    /// The leases of this owner's former life end now. What it never closed it never acknowledged: that goes, since by now
    /// it may be older than what people did after it. What waited after a fault is tried at once: much changes with a start.
    pub async fn job_recover(&self, owner: &str) -> Result<(), StoreError> {
        let expire = "UPDATE jobs SET lease_until = 0 WHERE state = 'running' AND lease_owner = $1";
        sqlx::query(expire).bind(owner).execute(&self.writer).await?;
        let hurry = "UPDATE jobs SET not_before = 0 WHERE state = 'queued' AND lease_owner = $1";
        sqlx::query(hurry).bind(owner).execute(&self.writer).await?;
        // A crawl's ledger has recorded each page that it handed in: those were accepted.
        let close =
            "UPDATE jobs SET state = 'queued' WHERE state = 'open' AND lease_owner = $1 AND source_id IS NOT NULL";
        sqlx::query(close).bind(owner).execute(&self.writer).await?;
        let drop = "DELETE FROM jobs WHERE state = 'open' AND lease_owner = $1";
        sqlx::query(drop).bind(owner).execute(&self.writer).await?;
        Ok(())
    }
}

/// How long to wait after so many setbacks in a row.
fn wait_ms(setbacks: i64) -> i64 {
    let doublings = u32::try_from(setbacks.clamp(0, 16)).unwrap_or(16);
    FIRST_WAIT_MS.saturating_mul(1 << doublings).min(LONGEST_WAIT_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_setback_costs_more_time_up_to_a_minute() {
        let waits: Vec<i64> = (0..8).map(wait_ms).collect();
        assert_eq!(waits, [5_000, 10_000, 20_000, 40_000, 60_000, 60_000, 60_000, 60_000]);
        assert_eq!(wait_ms(i64::MAX), LONGEST_WAIT_MS);
    }
}
