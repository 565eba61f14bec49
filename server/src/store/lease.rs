//! Leases: who works on a job, and what a fault of it is about. How work ends is for `ending`.
//!
//! A claim raises the fencing number; a write that carries an older one changes nothing. A job whose process died, or that
//! something in it stopped, is taken up with the question what was in hand: what was so three times goes into quarantine.

use retrieval::model::{JobId, SourceId, WorkspaceId};
use sqlx::AssertSqlSafe;

use super::diary::{Event, logged};
use super::ending::LONGEST_WAIT_MS;
use super::job::JobKind;
use super::writing::Writing;
use super::{LEASE, Store, StoreError, rows};

/// So many faults of its own, and an item, or a job without items, is given up.
const MOST_FAULTS: i64 = 3;
/// So many items are in hand at once after the first fault of a job, to find the one that it is about; after more, one.
const FEW_ITEMS: usize = 8;

const POISON: &str = "it was being read each time that the work broke off: `lectern retry` tries it once more";
const GIVEN_UP: &str = "it was given up: its process died, or it failed, three times without getting any further";

/// The right to work on a job until somebody with a higher fence comes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lease {
    pub job: JobId,
    pub kind: JobKind,
    pub workspace: WorkspaceId,
    pub fence: i64,
    /// Where its items come from, when that is a source.
    pub source: Option<SourceId>,
    /// Of its own, so far.
    pub faults: i64,
    pub(super) setbacks: i64,
}

/// How a lease stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hold {
    Held,
    /// Somebody wants the job stopped.
    StopAsked,
    /// Somebody else has it.
    Lost,
}

type ClaimedRow = (String, i64, Option<String>, i64, i64, i64);

impl Lease {
    /// How many items to have in hand at once; `None` for as many as there are, which needs no note of which.
    pub fn at_hand(&self) -> Option<usize> {
        match self.faults {
            0 => None,
            1 => Some(FEW_ITEMS),
            _ => Some(1),
        }
    }
}

impl Store {
    /// Take the job of this kind whose turn it is and that nobody works on.
    pub async fn job_claim(&self, kind: JobKind, owner: &str) -> Result<Option<Lease>, StoreError> {
        let select = "SELECT id FROM jobs WHERE kind = $1 AND ((state = 'running' AND lease_until < $2) \
                        OR (state = 'queued' AND (not_before <= $2 OR not_before > $3))) \
                      ORDER BY priority DESC, created_ms, id LIMIT 1";
        let now = self.clock.now_ms();
        // What waits for longer than anything does was told to by a clock that was wrong.
        let found: Option<(String,)> = sqlx::query_as(select)
            .bind(kind.as_str())
            .bind(now)
            .bind(now + 2 * LONGEST_WAIT_MS)
            .fetch_optional(&self.reader)
            .await?;
        let Some((job,)) = found else { return Ok(None) };
        let mut tx = self.write().await?;
        let Some((lease, is_blamed)) = self.take(&mut tx, kind, rows::id(&job)?, owner).await? else { return Ok(None) };
        let is_hopeless = is_blamed && self.blame(&mut tx, &lease).await?;
        tx.commit().await?;
        Ok((!is_hopeless).then_some(lease))
    }

    async fn take(
        &self,
        tx: &mut Writing,
        kind: JobKind,
        job: JobId,
        owner: &str,
    ) -> Result<Option<(Lease, bool)>, StoreError> {
        // The condition stands here again: two workers may choose the same row, and the second must find it taken. One that
        // still ran has lost its process.
        let update = format!(
            "UPDATE jobs SET state = 'running', lease_owner = $1, lease_until = $2, fence = fence + 1, \
               updated_ms = $3, note = '', \
               faults = CASE WHEN state = 'running' THEN faults + 1 ELSE faults END, \
               is_blamed = CASE WHEN state = 'running' THEN 1 ELSE is_blamed END, {} \
             WHERE id = $4 AND (state = 'queued' OR (state = 'running' AND lease_until < $3)) \
             RETURNING workspace_id, fence, source_id, faults, setbacks, is_blamed",
            logged("CASE WHEN state = 'running' THEN $5 ELSE $6 END")
        );
        let now = self.clock.now_ms();
        let claimed: Option<ClaimedRow> = sqlx::query_as(AssertSqlSafe(update))
            .bind(owner)
            .bind(now + lease_ms())
            .bind(now)
            .bind(job.to_string())
            .bind(self.log_line(Event::TakenOver, ""))
            .bind(self.log_line(Event::Begun, ""))
            .fetch_optional(&mut **tx)
            .await?;
        let lease = |(workspace, fence, source, faults, setbacks, is_blamed): ClaimedRow| {
            let (workspace, source) = (rows::id(&workspace)?, source.map(|source| rows::id(&source)).transpose()?);
            Ok((Lease { job, kind, workspace, fence, source, faults, setbacks }, is_blamed != 0))
        };
        claimed.map(lease).transpose()
    }

    /// What was in hand at the fault bears it; whether the job as a whole is given up.
    async fn blame(&self, tx: &mut Writing, lease: &Lease) -> Result<bool, StoreError> {
        let job = lease.job.to_string();
        // Before the first fault nobody notes what is in hand: it may have been any of them.
        let bears = "UPDATE job_items SET faults = faults + 1, in_hand = 0 \
                     WHERE job_id = $1 AND state = 'queued' AND (in_hand = 1 OR $2 = 1)";
        sqlx::query(bears).bind(&job).bind(lease.faults).execute(&mut **tx).await?;
        let poison = format!("faults >= {MOST_FAULTS}");
        self.items_end(tx, (lease.job, lease.source), &poison, ("quarantined", POISON)).await?;
        let is_hopeless = !lease.kind.has_items() && lease.faults >= MOST_FAULTS;
        let (state, note) = if is_hopeless { ("failed", GIVEN_UP) } else { ("running", "") };
        let line = if is_hopeless { self.log_line(Event::Failed, GIVEN_UP) } else { String::new() };
        let update = format!("UPDATE jobs SET is_blamed = 0, state = $1, note = $2, {} WHERE id = $3", logged("$4"));
        let update = sqlx::query(AssertSqlSafe(update)).bind(state).bind(note).bind(&job);
        update.bind(line).execute(&mut **tx).await?;
        Ok(is_hopeless)
    }

    /// Note that these are being worked on, before anything is done to them; false when somebody else has the job.
    pub async fn job_take_in_hand(&self, lease: &Lease, ordinals: &[u32]) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        if !self.beat(&mut tx, lease).await? {
            return Ok(false);
        }
        let update = "UPDATE job_items SET in_hand = CASE WHEN ordinal >= $1 AND ordinal <= $2 THEN 1 ELSE 0 END \
                      WHERE job_id = $3 AND state = 'queued'";
        let (first, last) = (ordinals.iter().min(), ordinals.iter().max());
        sqlx::query(update)
            .bind(first.map_or(0, |first| i64::from(*first)))
            .bind(last.map_or(-1, |last| i64::from(*last)))
            .bind(lease.job.to_string())
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Keep the lease; false when somebody else has it.
    pub async fn job_beat(&self, lease: &Lease) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let held = self.beat(&mut tx, lease).await?;
        tx.commit().await?;
        Ok(held)
    }

    pub(super) async fn beat(&self, tx: &mut Writing, lease: &Lease) -> Result<bool, StoreError> {
        let update = "UPDATE jobs SET lease_until = $1, updated_ms = $2 \
                      WHERE id = $3 AND fence = $4 AND state = 'running'";
        let now = self.clock.now_ms();
        let beaten = sqlx::query(update)
            .bind(now + lease_ms())
            .bind(now)
            .bind(lease.job.to_string())
            .bind(lease.fence)
            .execute(&mut **tx)
            .await?;
        Ok(beaten.rows_affected() == 1)
    }

    /// How the lease stands, without keeping it.
    pub async fn job_look(&self, lease: &Lease) -> Result<Hold, StoreError> {
        let select = "SELECT stop_asked FROM jobs WHERE id = $1 AND fence = $2 AND state = 'running'";
        let found: Option<(i64,)> =
            sqlx::query_as(select).bind(lease.job.to_string()).bind(lease.fence).fetch_optional(&self.reader).await?;
        Ok(match found {
            Some((0,)) => Hold::Held,
            Some(_) => Hold::StopAsked,
            None => Hold::Lost,
        })
    }
}

pub(super) fn lease_ms() -> i64 {
    i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX)
}
