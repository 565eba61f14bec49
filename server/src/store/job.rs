//! Jobs and their items: work with a lease, and one result per item.
//!
//! A claim raises the fencing number; a write that carries an older one changes nothing. Which steps a job consists of
//! is not known here.

use ingest::ports::{Inside, Item, Outcome};
use retrieval::access::AccessLabel;
use retrieval::model::{DocumentId, JobId, SourceId, VersionId, WorkspaceId};
use sqlx::FromRow;

use super::writing::Writing;
use super::{LEASE, Onlooker, Store, StoreError, docket, rows};

/// What failed is kept for so long, and may be tried again.
pub(super) const RETRIED_FOR_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// The right to work on a job until somebody with a higher fence comes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lease {
    pub job: JobId,
    pub workspace: WorkspaceId,
    pub fence: i64,
    /// Where its items come from, when that is a source.
    pub source: Option<SourceId>,
}

/// What has to be done; each kind has workers of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum JobKind {
    /// Items become documents.
    Ingest,
    /// A source is visited; what it brings becomes jobs of the other kind.
    Crawl,
}

impl JobKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Crawl => "crawl",
        }
    }
}

/// Something handed in, before it has ids.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewItem {
    pub origin: String,
    pub original: String,
    pub label: AccessLabel,
}

/// An item as a person reads it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ItemLine {
    pub origin: String,
    pub state: String,
    pub document: Option<DocumentId>,
    pub chunks: usize,
    pub reason: Option<String>,
}

/// A job as a person reads it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct JobStatus {
    pub job: JobId,
    pub state: String,
    pub items: Vec<ItemLine>,
}

#[derive(FromRow)]
struct FailedRow {
    origin: String,
    original: String,
    tier: i64,
    group_names: String,
    source_id: Option<String>,
    now_tier: i64,
    now_groups: String,
}

#[derive(FromRow)]
struct ItemRow {
    ordinal: i64,
    origin: String,
    original: String,
    tier: i64,
    group_names: String,
    document_id: String,
    version_id: String,
}

type ItemLineRow = (String, String, Option<String>, i64, Option<String>);

impl Store {
    /// A job that still takes items; nobody works on it before `job_close`.
    pub async fn job_begin(
        &self,
        workspace: WorkspaceId,
        kind: JobKind,
        source: Option<SourceId>,
        owner: &str,
    ) -> Result<JobId, StoreError> {
        let insert = "INSERT INTO jobs \
                      (id, workspace_id, kind, state, lease_owner, lease_until, fence, created_ms, updated_ms, source_id) \
                      VALUES ($1, $2, $3, 'open', $4, 0, 0, $5, $5, $6)";
        let job = JobId(self.clock.new_id());
        sqlx::query(insert)
            .bind(job.to_string())
            .bind(workspace.to_string())
            .bind(kind.as_str())
            .bind(owner)
            .bind(self.clock.now_ms())
            .bind(source.map(|source| source.to_string()))
            .execute(&self.writer)
            .await?;
        Ok(job)
    }

    /// Add items whose originals are kept already; durable when it returns. An origin named twice counts once.
    pub async fn job_add(&self, job: JobId, first: usize, items: &[NewItem]) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        for (ordinal, item) in (first..).zip(items) {
            self.item_add(&mut tx, job, ordinal, item.clone()).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// All items are in: anybody may claim the job now.
    pub async fn job_close(&self, job: JobId) -> Result<(), StoreError> {
        self.job_set_state(job, "queued").await
    }

    /// A new job, closed already, of what failed in this one, or in any if none is named, as far as the onlooker sees it.
    /// What was handed in again since is left out: an older state must not replace a newer one. `None` when there is
    /// nothing to try again.
    pub async fn job_retry(
        &self,
        onlooker: Onlooker<'_>,
        job: Option<JobId>,
        owner: &str,
    ) -> Result<Option<JobId>, StoreError> {
        let workspace = onlooker.clearance.workspace();
        // Where the origin leads now: nobody tries again what would change a document that they do not see.
        let select = "SELECT i.origin, i.original, i.tier, i.group_names, j.source_id, \
                        COALESCE(d.tier, -1) AS now_tier, COALESCE(d.group_names, '') AS now_groups \
                      FROM job_items i JOIN jobs j ON j.id = i.job_id \
                      LEFT JOIN origins o ON o.workspace_id = j.workspace_id AND o.origin = i.origin \
                      LEFT JOIN documents d ON d.id = o.document_id \
                      WHERE j.workspace_id = $1 AND i.state = 'failed' AND j.state = 'done' AND j.created_ms > $2 \
                        AND ($3 = '' OR j.id = $3) \
                        AND NOT EXISTS (SELECT 1 FROM job_items n JOIN jobs m ON m.id = n.job_id \
                          WHERE n.origin = i.origin AND m.workspace_id = $1 \
                            AND (m.created_ms > j.created_ms OR (m.created_ms = j.created_ms AND m.id > j.id))) \
                      ORDER BY j.created_ms, i.ordinal";
        let failed: Vec<FailedRow> = sqlx::query_as(select)
            .bind(workspace.to_string())
            .bind(self.clock.now_ms() - RETRIED_FOR_MS)
            .bind(job.map(|job| job.to_string()).unwrap_or_default())
            .fetch_all(&self.reader)
            .await?;
        let mut visible = Vec::new();
        for row in failed {
            if docket::sees(onlooker, (row.tier, &row.group_names), (row.now_tier, &row.now_groups))? {
                visible.push(row);
            }
        }
        let failed = visible;
        if failed.is_empty() {
            return Ok(None);
        }
        // What was learned of a source is used only when everything comes from it.
        let source =
            failed[0].source_id.clone().filter(|id| failed.iter().all(|row| row.source_id.as_ref() == Some(id)));
        let source = source.map(|id| rows::id(&id)).transpose()?;
        let items = failed.into_iter().map(|row| {
            Ok(NewItem { origin: row.origin, original: row.original, label: rows::label(row.tier, &row.group_names)? })
        });
        let items = items.collect::<Result<Vec<_>, StoreError>>()?;
        let retried = self.job_begin(workspace, JobKind::Ingest, source, owner).await?;
        self.job_add(retried, 0, &items).await?;
        if let Some(person) = onlooker.person {
            self.job_set_begun_by(retried, person).await?;
        }
        self.job_close(retried).await?;
        Ok(Some(retried))
    }

    pub async fn job_finish(&self, lease: &Lease) -> Result<(), StoreError> {
        let update = "UPDATE jobs SET state = 'done', lease_until = 0, updated_ms = $1 WHERE id = $2 AND fence = $3";
        sqlx::query(update)
            .bind(self.clock.now_ms())
            .bind(lease.job.to_string())
            .bind(lease.fence)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Hand the job back, for anybody to claim at once.
    pub async fn job_release(&self, lease: &Lease) -> Result<(), StoreError> {
        let update = "UPDATE jobs SET lease_until = 0 WHERE id = $1 AND fence = $2 AND state = 'running'";
        sqlx::query(update).bind(lease.job.to_string()).bind(lease.fence).execute(&self.writer).await?;
        Ok(())
    }

    /// The leases of this owner's former life end now. What it never closed it never acknowledged: that goes, since by now
    /// it may be older than what people did after it.
    pub async fn job_recover(&self, owner: &str) -> Result<(), StoreError> {
        let expire = "UPDATE jobs SET lease_until = 0 WHERE state = 'running' AND lease_owner = $1";
        sqlx::query(expire).bind(owner).execute(&self.writer).await?;
        // A crawl's ledger has recorded each page that it handed in: those were accepted.
        let close =
            "UPDATE jobs SET state = 'queued' WHERE state = 'open' AND lease_owner = $1 AND source_id IS NOT NULL";
        sqlx::query(close).bind(owner).execute(&self.writer).await?;
        let drop = "DELETE FROM jobs WHERE state = 'open' AND lease_owner = $1";
        sqlx::query(drop).bind(owner).execute(&self.writer).await?;
        Ok(())
    }

    /// Take the oldest job of this kind that nobody works on.
    pub async fn job_claim(&self, kind: JobKind, owner: &str) -> Result<Option<Lease>, StoreError> {
        // The condition stands twice: on Postgres two workers may choose the same row, and the second must find it taken.
        let update = "UPDATE jobs SET state = 'running', lease_owner = $1, lease_until = $2, fence = fence + 1, \
                      updated_ms = $3 \
                      WHERE (state = 'queued' OR (state = 'running' AND lease_until < $3)) AND id = ( \
                        SELECT id FROM jobs \
                        WHERE kind = $4 AND (state = 'queued' OR (state = 'running' AND lease_until < $3)) \
                        ORDER BY created_ms, id LIMIT 1) \
                      RETURNING id, workspace_id, fence, source_id";
        let now = self.clock.now_ms();
        let claimed: Option<(String, String, i64, Option<String>)> = sqlx::query_as(update)
            .bind(owner)
            .bind(now + lease_ms())
            .bind(now)
            .bind(kind.as_str())
            .fetch_optional(&self.writer)
            .await?;
        let lease = |(job, workspace, fence, source): (String, String, i64, Option<String>)| {
            let source = source.map(|source| rows::id(&source)).transpose()?;
            Ok(Lease { job: rows::id(&job)?, workspace: rows::id(&workspace)?, fence, source })
        };
        claimed.map(lease).transpose()
    }

    /// Keep the lease; false when somebody else has it.
    pub async fn job_beat(&self, lease: &Lease) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let held = self.beat(&mut tx, lease).await?;
        tx.commit().await?;
        Ok(held)
    }

    /// The items that have no result yet.
    pub async fn job_items_queued(&self, lease: &Lease) -> Result<Vec<Item>, StoreError> {
        let select = "SELECT ordinal, origin, original, tier, group_names, document_id, version_id FROM job_items \
                      WHERE job_id = $1 AND state = 'queued' ORDER BY ordinal";
        let found: Vec<ItemRow> = sqlx::query_as(select).bind(lease.job.to_string()).fetch_all(&self.reader).await?;
        found.into_iter().map(item).collect()
    }

    pub async fn job_status(&self, workspace: WorkspaceId, job: JobId) -> Result<Option<JobStatus>, StoreError> {
        let state: Option<(String,)> = sqlx::query_as("SELECT state FROM jobs WHERE id = $1 AND workspace_id = $2")
            .bind(job.to_string())
            .bind(workspace.to_string())
            .fetch_optional(&self.reader)
            .await?;
        let Some((state,)) = state else { return Ok(None) };
        let select =
            "SELECT origin, state, result_id, chunks, reason FROM job_items WHERE job_id = $1 ORDER BY ordinal";
        let found: Vec<ItemLineRow> = sqlx::query_as(select).bind(job.to_string()).fetch_all(&self.reader).await?;
        let items = found.into_iter().map(|(origin, state, result, chunks, reason)| {
            let document = result.map(|id| rows::id(&id)).transpose()?;
            Ok(ItemLine { origin, state, document, chunks: rows::size(chunks), reason })
        });
        Ok(Some(JobStatus { job, state, items: items.collect::<Result<_, StoreError>>()? }))
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

    /// Whether the item still waited: one that was settled meanwhile, by a removal, stays so.
    pub(super) async fn item_settle(
        &self,
        tx: &mut Writing,
        lease: &Lease,
        item: &Item,
        outcome: &Outcome,
    ) -> Result<bool, StoreError> {
        let line = ItemLine::of(item, outcome);
        let update = "UPDATE job_items SET state = $1, result_id = $2, chunks = $3, reason = $4 \
                      WHERE job_id = $5 AND ordinal = $6 AND state = 'queued'";
        let settled = sqlx::query(update)
            .bind(line.state)
            .bind(line.document.map(|document| document.to_string()))
            .bind(rows::count(line.chunks))
            .bind(line.reason)
            .bind(lease.job.to_string())
            .bind(i64::from(item.ordinal))
            .execute(&mut **tx)
            .await?;
        Ok(settled.rows_affected() > 0)
    }

    /// What still waits for the origins of this document was handed in before it was taken out, and goes with it.
    pub(super) async fn items_withdraw(
        &self,
        tx: &mut Writing,
        workspace: WorkspaceId,
        document: DocumentId,
    ) -> Result<(), StoreError> {
        let update = "UPDATE job_items SET state = 'failed', reason = 'it was taken out before it was read' \
                      WHERE state = 'queued' \
                      AND origin IN (SELECT origin FROM origins WHERE document_id = $1 AND workspace_id = $2) \
                      AND job_id IN (SELECT id FROM jobs WHERE workspace_id = $2)";
        sqlx::query(update).bind(document.to_string()).bind(workspace.to_string()).execute(&mut **tx).await?;
        Ok(())
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

    /// One more item of a job that is still open.
    pub(super) async fn item_add(
        &self,
        tx: &mut Writing,
        job: JobId,
        ordinal: usize,
        item: NewItem,
    ) -> Result<(), StoreError> {
        let NewItem { origin, original, label } = item;
        let (document, version) = (DocumentId(self.clock.new_id()), VersionId(self.clock.new_id()));
        let ordinal = u32::try_from(ordinal).unwrap_or(u32::MAX);
        item_insert(tx, job, &Item { ordinal, origin, original, label, document, version }).await
    }

    /// New items of a running job, for what was found inside one of its items, at its end.
    pub(super) async fn items_insert(
        &self,
        tx: &mut Writing,
        job: JobId,
        outer: &Item,
        inside: &[Inside],
    ) -> Result<Vec<Item>, StoreError> {
        let (first,): (i64,) = sqlx::query_as("SELECT COALESCE(MAX(ordinal), -1) + 1 FROM job_items WHERE job_id = $1")
            .bind(job.to_string())
            .fetch_one(&mut **tx)
            .await?;
        let new = inside.iter().zip(rows::size(first)..).map(|(inside, ordinal)| Item {
            ordinal: u32::try_from(ordinal).unwrap_or(u32::MAX),
            origin: inside.origin.clone(),
            original: inside.original.clone(),
            label: outer.label.clone(),
            document: DocumentId(self.clock.new_id()),
            version: VersionId(self.clock.new_id()),
        });
        let new: Vec<Item> = new.collect();
        for item in &new {
            item_insert(tx, job, item).await?;
        }
        Ok(new)
    }

    async fn job_set_state(&self, job: JobId, state: &str) -> Result<(), StoreError> {
        sqlx::query("UPDATE jobs SET state = $1, updated_ms = $2 WHERE id = $3")
            .bind(state)
            .bind(self.clock.now_ms())
            .bind(job.to_string())
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}

impl ItemLine {
    pub fn of(item: &Item, outcome: &Outcome) -> Self {
        let (state, document, chunks, reason) = match outcome {
            Outcome::Indexed { document, chunks } => ("indexed", Some(*document), *chunks, None),
            Outcome::Unchanged { document, chunks } => ("unchanged", Some(*document), *chunks, None),
            Outcome::Relabelled { document, chunks } => ("relabelled", Some(*document), *chunks, None),
            Outcome::Duplicate { document } => ("duplicate", Some(*document), 0, None),
            Outcome::Opened { parts } => ("opened", None, 0, Some(format!("{parts} files inside"))),
            Outcome::Failed { reason } => ("failed", None, 0, Some(reason.clone())),
        };
        Self { origin: item.origin.clone(), state: state.to_owned(), document, chunks, reason }
    }
}

async fn item_insert(tx: &mut Writing, job: JobId, item: &Item) -> Result<(), StoreError> {
    let insert = "INSERT INTO job_items (job_id, ordinal, origin, original, tier, group_names, document_id, \
                  version_id, state, chunks) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'queued', 0)";
    sqlx::query(insert)
        .bind(job.to_string())
        .bind(i64::from(item.ordinal))
        .bind(&item.origin)
        .bind(&item.original)
        .bind(rows::tier_to_sql(&item.label))
        .bind(rows::groups_to_sql(&item.label))
        .bind(item.document.to_string())
        .bind(item.version.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

fn item(row: ItemRow) -> Result<Item, StoreError> {
    Ok(Item {
        ordinal: u32::try_from(row.ordinal).unwrap_or(u32::MAX),
        origin: row.origin,
        original: row.original,
        label: rows::label(row.tier, &row.group_names)?,
        document: rows::id::<DocumentId>(&row.document_id)?,
        version: rows::id::<VersionId>(&row.version_id)?,
    })
}

fn lease_ms() -> i64 {
    i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX)
}
