//! Items of jobs: one result each. What waits has none yet.

use ingest::ports::{Inside, Item, Outcome};
use retrieval::access::AccessLabel;
use retrieval::model::{DocumentId, JobId, SourceId, VersionId, WorkspaceId};
use sqlx::FromRow;

use super::lease::Lease;
use super::writing::Writing;
use super::{Store, StoreError, rows};
use crate::faults::{self, Step};

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
    /// Add items whose originals are kept already; durable when it returns. An origin named twice counts once.
    pub async fn job_add(&self, job: JobId, first: usize, items: &[NewItem]) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        for (ordinal, item) in (first..).zip(items) {
            self.item_add(&mut tx, job, ordinal, item.clone()).await?;
        }
        faults::at(Step::ItemsUncommitted).map_err(StoreError::below)?;
        tx.commit().await?;
        faults::at(Step::ItemsCommitted).map_err(StoreError::below)
    }

    /// The items that have no result yet.
    pub async fn job_items_queued(&self, lease: &Lease) -> Result<Vec<Item>, StoreError> {
        let select = "SELECT ordinal, origin, original, tier, group_names, document_id, version_id FROM job_items \
                      WHERE job_id = $1 AND state = 'queued' ORDER BY ordinal";
        let found: Vec<ItemRow> = sqlx::query_as(select).bind(lease.job.to_string()).fetch_all(&self.reader).await?;
        found.into_iter().map(item).collect()
    }

    /// How many items a job has.
    pub async fn job_items_total(&self, job: JobId) -> Result<usize, StoreError> {
        let select = "SELECT COUNT(*) FROM job_items WHERE job_id = $1";
        let (many,): (i64,) = sqlx::query_as(select).bind(job.to_string()).fetch_one(&self.reader).await?;
        Ok(rows::size(many))
    }

    pub(super) async fn item_lines(&self, job: JobId) -> Result<Vec<ItemLine>, StoreError> {
        let select =
            "SELECT origin, state, result_id, chunks, reason FROM job_items WHERE job_id = $1 ORDER BY ordinal";
        let found: Vec<ItemLineRow> = sqlx::query_as(select).bind(job.to_string()).fetch_all(&self.reader).await?;
        let lines = found.into_iter().map(|(origin, state, result, chunks, reason)| {
            let document = result.map(|id| rows::id(&id)).transpose()?;
            Ok(ItemLine { origin, state, document, chunks: rows::size(chunks), reason })
        });
        lines.collect()
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

    /// What was handed in before this item, from the same origin, and waits still after a fault, must not take its place.
    pub(super) async fn items_overtake(
        &self,
        tx: &mut Writing,
        lease: &Lease,
        item: &Item,
        outcome: &Outcome,
    ) -> Result<(), StoreError> {
        if matches!(outcome, Outcome::Failed { .. }) {
            return Ok(());
        }
        let update = "UPDATE job_items SET state = 'unchanged', result_id = $1, reason = 'a newer state of it was taken in first' \
                      WHERE origin = $2 AND state = 'queued' AND job_id IN (SELECT j.id FROM jobs j JOIN jobs n ON n.id = $3 \
                        WHERE j.workspace_id = n.workspace_id AND j.state IN ('queued', 'running') \
                          AND (j.created_ms < n.created_ms OR (j.created_ms = n.created_ms AND j.id < n.id)))";
        sqlx::query(update)
            .bind(ItemLine::of(item, outcome).document.map(|document| document.to_string()))
            .bind(&item.origin)
            .bind(lease.job.to_string())
            .execute(&mut **tx)
            .await?;
        Ok(())
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

    /// What of a job still waits and fits the condition ends so, and the ledger of its source hears of it: it is asked for
    /// anew the next time. The condition is words of ours.
    pub(super) async fn items_end(
        &self,
        tx: &mut Writing,
        (job, source): (JobId, Option<SourceId>),
        condition: &str,
        (state, reason): (&str, &str),
    ) -> Result<(), StoreError> {
        let update = format!(
            "UPDATE job_items SET state = $1, reason = $2, in_hand = 0 \
             WHERE job_id = $3 AND state = 'queued' AND {condition} RETURNING origin"
        );
        let query = sqlx::query_as(sqlx::AssertSqlSafe(update)).bind(state).bind(reason).bind(job.to_string());
        let ended: Vec<(String,)> = query.fetch_all(&mut **tx).await?;
        if let Some(source) = source {
            let failed = Outcome::Failed { reason: reason.to_owned() };
            for (origin,) in ended {
                self.page_settle(tx, source, &origin, &failed).await?;
            }
        }
        Ok(())
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
