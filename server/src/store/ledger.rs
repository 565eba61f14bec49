//! The crawl ledger in SQL, as one leased crawl of one source writes it.
//!
//! Pages that are handed in become items of a batch, an ingest job that closes when it is full or old. A batch that a
//! crash left open is closed at the next start: what the ledger calls handed in was accepted.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use async_trait::async_trait;
use ingest::crawl::address::Address;
use ingest::crawl::ledger::{Farewell, Found, HandIn, Mark, Opened, Row, Verdict, Via};
use ingest::crawl::ports::{Ledger, LedgerError};
use ingest::origin::{bare_origin, named_apart};
use ingest::ports::Outcome;
use retrieval::model::{Cut, DocumentId, JobId, SourceId, WorkspaceId};
use sqlx::FromRow;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::item::NewItem;
use super::job::JobKind;
use super::lease::Lease;
use super::origin::outermost;
use super::receipt::Why;
use super::source::Source;
use super::writing::Writing;
use super::{Store, StoreError, rows};

/// A batch is closed when it has this many pages or is this old: soon enough to be read, large enough to be indexed well.
const BATCH_PAGES: usize = 64;
const BATCH_AGE: Duration = Duration::from_secs(20);

/// An address as a person reads it in the ledger.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LedgerLine {
    pub url: String,
    /// What leads to its document.
    pub origin: String,
    pub verdict: Verdict,
    pub live: bool,
    pub found_on: Option<String>,
    pub document: Option<DocumentId>,
    pub chunks: usize,
    pub updated_ms: i64,
}

/// The ledger of one source under one lease.
pub struct SqlLedger {
    store: Store,
    lease: Lease,
    source: Source,
    owner: String,
    batch: Mutex<Option<Batch>>,
}

struct Batch {
    job: JobId,
    pages: usize,
    begun: Instant,
}

#[derive(FromRow)]
struct PageRow {
    url: String,
    round: i64,
    verdict: String,
    detail: Option<String>,
    live: i64,
    depth: i64,
    via: String,
    etag: Option<String>,
    last_modified: Option<String>,
    body_hash: Option<String>,
}

#[derive(FromRow)]
struct LineRow {
    url: String,
    origin: String,
    verdict: String,
    detail: Option<String>,
    live: i64,
    found_on: Option<String>,
    document_id: Option<String>,
    chunks: i64,
    updated_ms: i64,
}

impl SqlLedger {
    pub fn new(store: Store, lease: Lease, source: Source, owner: String) -> Self {
        Self { store, lease, source, owner, batch: Mutex::default() }
    }

    async fn write(&self) -> Result<Writing, LedgerError> {
        let mut tx = self.store.write().await.map_err(unavailable)?;
        match self.store.beat(&mut tx, &self.lease).await.map_err(unavailable)? {
            true => Ok(tx),
            false => Err(LedgerError::LeaseLost),
        }
    }

    /// The round that is open, within a transaction.
    async fn round(&self, tx: &mut Writing) -> Result<i64, StoreError> {
        let select = "SELECT round FROM sources WHERE id = $1";
        let (round,): (i64,) = sqlx::query_as(select).bind(self.source.id.to_string()).fetch_one(&mut **tx).await?;
        Ok(round)
    }

    async fn open_round(&self, tx: &mut Writing, plan: &str) -> Result<Opened, StoreError> {
        let source = self.source.id.to_string();
        let begin = "UPDATE sources SET round = round + 1, round_open = 1, live_before = \
                       (SELECT COUNT(*) FROM crawl_pages WHERE source_id = $1 AND live = 1) \
                     WHERE id = $1 AND round_open = 0";
        sqlx::query(begin).bind(&source).execute(&mut **tx).await?;
        let select = "SELECT round, live_before, plan_mark FROM sources WHERE id = $1";
        let (round, live_before, plan_mark): (i64, i64, String) =
            sqlx::query_as(select).bind(&source).fetch_one(&mut **tx).await?;
        let select = "SELECT url, round, verdict, detail, live, depth, via, etag, last_modified, body_hash \
                      FROM crawl_pages WHERE source_id = $1 ORDER BY depth, url";
        let found: Vec<PageRow> = sqlx::query_as(select).bind(&source).fetch_all(&mut **tx).await?;
        let rows = found.into_iter().map(|row| page(row, round)).collect::<Result<_, _>>()?;
        Ok(Opened { rows, live_before: rows::size(live_before), same_plan: plan_mark == plan })
    }

    /// Whether this is the first that the open round hears of the address.
    async fn discovered(&self, tx: &mut Writing, round: i64, found: &Found) -> Result<bool, StoreError> {
        let insert = "INSERT INTO crawl_pages (source_id, url, origin, round, verdict, live, depth, via, found_on, updated_ms) \
                      VALUES ($1, $2, $2, $3, 'waiting', 0, $4, $5, $6, $7) ON CONFLICT (source_id, url) DO UPDATE \
                      SET round = $3, verdict = 'waiting', detail = NULL, depth = $4, via = $5, found_on = $6, \
                        updated_ms = $7 \
                      WHERE crawl_pages.round < $3";
        let changed = sqlx::query(insert)
            .bind(self.source.id.to_string())
            .bind(found.address.as_str())
            .bind(round)
            .bind(i64::from(found.depth))
            .bind(found.via.as_str())
            .bind(found.from.as_ref().map(|from| from.as_str().to_owned()))
            .bind(self.store.clock.now_ms())
            .execute(&mut **tx)
            .await?;
        Ok(changed.rows_affected() > 0)
    }

    async fn recorded(
        &self,
        tx: &mut Writing,
        round: i64,
        address: &Address,
        verdict: &Verdict,
    ) -> Result<(), StoreError> {
        let upsert = "INSERT INTO crawl_pages (source_id, url, origin, round, verdict, detail, live, depth, via, updated_ms) \
                      VALUES ($1, $2, $2, $3, $4, $5, 0, 0, 'link', $6) ON CONFLICT (source_id, url) DO UPDATE \
                      SET round = $3, verdict = $4, detail = $5, updated_ms = $6";
        sqlx::query(upsert)
            .bind(self.source.id.to_string())
            .bind(address.as_str())
            .bind(round)
            .bind(verdict.as_str())
            .bind(verdict.detail())
            .bind(self.store.clock.now_ms())
            .execute(&mut **tx)
            .await?;
        if *verdict == Verdict::Unchanged {
            let select = "SELECT origin FROM crawl_pages WHERE source_id = $1 AND url = $2";
            let query = sqlx::query_as(select).bind(self.source.id.to_string()).bind(address.as_str());
            let (origin,): (String,) = query.fetch_one(&mut **tx).await?;
            self.store.origin_seen(tx, self.lease.workspace, &origin).await?;
        }
        Ok(())
    }

    /// Whether another source brings this page to the very same readers: two would hand it in, again and again.
    async fn is_brought(&self, tx: &mut Writing, url: &str) -> Result<bool, StoreError> {
        let select = "SELECT s.id FROM crawl_pages p JOIN sources s ON s.id = p.source_id WHERE p.url = $1 AND p.live = 1 \
                        AND s.id <> $2 AND s.workspace_id = $3 AND s.tier = $4 AND s.group_names = $5 LIMIT 1";
        let other: Option<(String,)> = sqlx::query_as(select)
            .bind(url)
            .bind(self.source.id.to_string())
            .bind(self.lease.workspace.to_string())
            .bind(rows::tier_to_sql(&self.source.label))
            .bind(rows::groups_to_sql(&self.source.label))
            .fetch_optional(&mut **tx)
            .await?;
        Ok(other.is_some())
    }

    /// Where the document of a page is: at its address, or apart where that leads to what a source brings to other readers.
    async fn origin_of(&self, tx: &mut Writing, url: &str) -> Result<String, StoreError> {
        let select = "SELECT p.source_id FROM crawl_pages p JOIN sources s ON s.id = p.source_id \
                      WHERE p.origin = $1 AND p.live = 1 AND s.id <> $2 AND s.workspace_id = $3 LIMIT 1";
        let (source, workspace) = (self.source.id.to_string(), self.lease.workspace.to_string());
        let query = sqlx::query_as(select).bind(url).bind(&source).bind(workspace);
        let taken: Option<(String,)> = query.fetch_optional(&mut **tx).await?;
        let apart = named_apart(&source, url);
        let update = "UPDATE crawl_pages SET origin = CASE WHEN $1 = 1 OR origin <> url THEN $2 ELSE url END \
                      WHERE source_id = $3 AND url = $4 RETURNING origin";
        let query = sqlx::query_as(update).bind(i64::from(taken.is_some())).bind(apart).bind(&source).bind(url);
        let (origin,): (String,) = query.fetch_one(&mut **tx).await?;
        Ok(origin)
    }

    async fn keep_mark(&self, tx: &mut Writing, address: &Address, mark: &Mark) -> Result<(), StoreError> {
        let update = "UPDATE crawl_pages SET live = 1, etag = $1, last_modified = $2, body_hash = $3 \
                      WHERE source_id = $4 AND url = $5";
        sqlx::query(update)
            .bind(&mark.etag)
            .bind(&mark.last_modified)
            .bind(mark.body.map(rows::hash_to_sql))
            .bind(self.source.id.to_string())
            .bind(address.as_str())
            .execute(&mut **tx)
            .await?;
        Ok(())
    }

    /// The batch that takes the next page; a new one where there is none.
    async fn batch<'a>(&self, held: &'a mut Option<Batch>) -> Result<&'a mut Batch, StoreError> {
        if held.is_none() {
            let (source, workspace) = (Some(self.source.id), self.lease.workspace);
            let job = self.store.job_begin(workspace, JobKind::Ingest, source, &self.owner).await?;
            *held = Some(Batch { job, pages: 0, begun: Instant::now() });
        }
        Ok(held.as_mut().expect("it was just put there"))
    }

    async fn close_batch(&self, held: &mut Option<Batch>) -> Result<(), StoreError> {
        if let Some(batch) = held.take() {
            self.store.job_close(batch.job).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl Ledger for SqlLedger {
    async fn begin(&self, plan: &str) -> Result<Opened, LedgerError> {
        let mut tx = self.write().await?;
        let opened = self.open_round(&mut tx, plan).await.map_err(unavailable)?;
        commit(tx).await?;
        Ok(opened)
    }

    async fn discover(&self, found: &[Found]) -> Result<usize, LedgerError> {
        let mut tx = self.write().await?;
        let round = self.round(&mut tx).await.map_err(unavailable)?;
        let mut new = 0;
        for found in found {
            new += usize::from(self.discovered(&mut tx, round, found).await.map_err(unavailable)?);
        }
        commit(tx).await?;
        Ok(new)
    }

    async fn record(&self, settled: &[(Address, Verdict)]) -> Result<(), LedgerError> {
        let mut tx = self.write().await?;
        let round = self.round(&mut tx).await.map_err(unavailable)?;
        for (address, verdict) in settled {
            self.recorded(&mut tx, round, address, verdict).await.map_err(unavailable)?;
        }
        commit(tx).await
    }

    async fn hand_in(&self, page: HandIn) -> Result<Verdict, LedgerError> {
        let HandIn { address, bytes, mark, .. } = page;
        let _no_sweep = self.store.handing_in.read().await;
        let originals = self.store.originals.clone();
        let kept = tokio::task::spawn_blocking(move || originals.put(&[bytes])).await;
        let kept = kept.map_err(std::io::Error::other).and_then(|kept| kept).map_err(StoreError::keeping);
        let original = kept.map_err(unavailable)?.swap_remove(0);

        let mut held = self.batch.lock().await;
        let batch = self.batch(&mut held).await.map_err(unavailable)?;
        let mut tx = self.write().await?;
        let round = self.round(&mut tx).await.map_err(unavailable)?;
        let verdict = match self.is_brought(&mut tx, address.as_str()).await.map_err(unavailable)? {
            true => Verdict::OutOfScope("another source brings it to the same readers".to_owned()),
            false => Verdict::HandedIn,
        };
        self.recorded(&mut tx, round, &address, &verdict).await.map_err(unavailable)?;
        if verdict == Verdict::HandedIn {
            self.keep_mark(&mut tx, &address, &mark).await.map_err(unavailable)?;
            let origin = self.origin_of(&mut tx, address.as_str()).await.map_err(unavailable)?;
            let item = NewItem { origin, original, label: self.source.label.clone() };
            self.store.item_add(&mut tx, batch.job, batch.pages, item).await.map_err(unavailable)?;
        }
        commit(tx).await?;
        batch.pages += usize::from(verdict == Verdict::HandedIn);
        if batch.pages >= BATCH_PAGES || batch.begun.elapsed() >= BATCH_AGE {
            self.close_batch(&mut held).await.map_err(unavailable)?;
        }
        Ok(verdict)
    }

    async fn finish(&self, farewell: &Farewell) -> Result<(), LedgerError> {
        self.close_batch(&mut *self.batch.lock().await).await.map_err(unavailable)?;
        let mut tx = self.write().await?;
        let round = self.round(&mut tx).await.map_err(unavailable)?;
        for (address, why) in &farewell.hold {
            self.recorded(&mut tx, round, address, &Verdict::Held(why.clone())).await.map_err(unavailable)?;
        }
        for address in &farewell.retire {
            self.store
                .page_retire(&mut tx, self.lease.workspace, (self.source.id, address.as_str()), Why::Vanished)
                .await
                .map_err(unavailable)?;
        }
        let update = "UPDATE sources SET round_open = 0, plan_mark = $1, updated_ms = $2 WHERE id = $3";
        sqlx::query(update)
            .bind(self.source.plan.mark())
            .bind(self.store.clock.now_ms())
            .bind(self.source.id.to_string())
            .execute(&mut *tx)
            .await
            .map_err(|error| unavailable(error.into()))?;
        commit(tx).await
    }
}

impl Store {
    /// What the ledger says of a source's addresses: of one, or of all.
    pub async fn ledger_list(&self, source: SourceId, url: Option<&str>) -> Result<Vec<LedgerLine>, StoreError> {
        let select = "SELECT p.url, p.origin, p.verdict, p.detail, p.live, p.found_on, p.updated_ms, o.document_id, \
                        (SELECT COUNT(*) FROM chunks c WHERE c.document_id = o.document_id \
                          AND c.ordinal / $3 = COALESCE(g.cut, 0)) AS chunks \
                      FROM crawl_pages p JOIN sources s ON s.id = p.source_id \
                      JOIN workspaces w ON w.id = s.workspace_id LEFT JOIN generations g ON g.id = w.live_generation \
                      LEFT JOIN origins o ON o.workspace_id = s.workspace_id AND o.origin = p.origin AND p.live = 1 \
                      WHERE p.source_id = $1 AND ($2 = '' OR p.url = $2) ORDER BY p.url";
        let found: Vec<LineRow> = sqlx::query_as(select)
            .bind(source.to_string())
            .bind(url.unwrap_or_default())
            .bind(i64::from(Cut::SPAN))
            .fetch_all(&self.reader)
            .await?;
        let line = |row: LineRow| {
            let verdict = verdict(&row.verdict, row.detail.as_deref())?;
            let document = row.document_id.as_deref().map(rows::id).transpose()?;
            let (url, origin, found_on) = (row.url, row.origin, row.found_on);
            let (live, chunks, updated_ms) = (row.live != 0, rows::size(row.chunks), row.updated_ms);
            Ok(LedgerLine { url, origin, verdict, live, found_on, document, chunks, updated_ms })
        };
        found.into_iter().map(line).collect()
    }

    /// How many addresses came to which verdict.
    pub async fn ledger_counts(&self, source: SourceId) -> Result<BTreeMap<String, usize>, StoreError> {
        let select = "SELECT verdict, COUNT(*) FROM crawl_pages WHERE source_id = $1 GROUP BY verdict";
        let found: Vec<(String, i64)> = sqlx::query_as(select).bind(source.to_string()).fetch_all(&self.reader).await?;
        Ok(found.into_iter().map(|(verdict, many)| (verdict, rows::size(many))).collect())
    }

    /// The row of one address, as a crawl knows it.
    pub async fn ledger_row(&self, source: &Source, url: &str) -> Result<Option<Row>, StoreError> {
        let select = "SELECT url, round, verdict, detail, live, depth, via, etag, last_modified, body_hash \
                      FROM crawl_pages WHERE source_id = $1 AND url = $2";
        let found: Option<PageRow> =
            sqlx::query_as(select).bind(source.id.to_string()).bind(url).fetch_optional(&self.reader).await?;
        found.map(|row| page(row, source.round)).transpose()
    }

    /// Take out what a crawl held back for a person to confirm; how many pages went.
    pub async fn ledger_confirm(&self, workspace: WorkspaceId, source: SourceId) -> Result<usize, StoreError> {
        let mut tx = self.write().await?;
        let select = "SELECT url FROM crawl_pages WHERE source_id = $1 AND verdict = 'held'";
        let held: Vec<(String,)> = sqlx::query_as(select).bind(source.to_string()).fetch_all(&mut *tx).await?;
        for (url,) in &held {
            self.page_retire(&mut tx, workspace, (source, url), Why::Vanished).await?;
            let update = "UPDATE crawl_pages SET verdict = 'retired' WHERE source_id = $1 AND url = $2";
            sqlx::query(update).bind(source.to_string()).bind(url).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(held.len())
    }

    /// Take out the pages of a source that it was not seen to have since that moment; how many went.
    pub async fn ledger_expire(
        &self,
        workspace: WorkspaceId,
        source: SourceId,
        since_ms: i64,
    ) -> Result<usize, StoreError> {
        let mut tx = self.write().await?;
        let select = "SELECT origin, url FROM crawl_pages WHERE source_id = $1 AND live = 1";
        let live: Vec<(String, String)> = sqlx::query_as(select).bind(source.to_string()).fetch_all(&mut *tx).await?;
        let live: HashMap<String, String> = live.into_iter().collect();
        let select = "SELECT origin FROM origins WHERE workspace_id = $1 AND seen_ms < $2";
        let over: Vec<(String,)> =
            sqlx::query_as(select).bind(workspace.to_string()).bind(since_ms).fetch_all(&mut *tx).await?;
        let over: BTreeSet<&String> = over.iter().filter_map(|(origin,)| live.get(outermost(origin))).collect();
        for url in &over {
            self.page_retire(&mut tx, workspace, (source, url), Why::Expired).await?;
            let update = "UPDATE crawl_pages SET verdict = 'retired' WHERE source_id = $1 AND url = $2";
            sqlx::query(update).bind(source.to_string()).bind(url).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(over.len())
    }

    /// Every page is asked for and read anew the next time, whether it changed or not.
    pub async fn ledger_forget_marks(&self, source: SourceId) -> Result<(), StoreError> {
        let update = "UPDATE crawl_pages SET etag = NULL, last_modified = NULL, body_hash = NULL WHERE source_id = $1";
        sqlx::query(update).bind(source.to_string()).execute(&self.writer).await?;
        Ok(())
    }

    async fn page_retire(
        &self,
        tx: &mut Writing,
        workspace: WorkspaceId,
        (source, url): (SourceId, &str),
        why: Why,
    ) -> Result<(), StoreError> {
        let select = "SELECT origin FROM crawl_pages WHERE source_id = $1 AND url = $2";
        let query = sqlx::query_as(select).bind(source.to_string()).bind(url);
        let origin: Option<(String,)> = query.fetch_optional(&mut **tx).await?;
        if let Some((origin,)) = origin {
            self.origin_retire_whole(tx, workspace, &origin, why).await?;
        }
        let update = "UPDATE crawl_pages SET live = 0, etag = NULL, last_modified = NULL, body_hash = NULL \
                      WHERE source_id = $1 AND url = $2";
        sqlx::query(update).bind(source.to_string()).bind(url).execute(&mut **tx).await?;
        Ok(())
    }

    /// What ingestion made of a page that a crawl handed in. A page that failed is asked for anew the next time.
    pub(super) async fn page_settle(
        &self,
        tx: &mut Writing,
        source: SourceId,
        origin: &str,
        outcome: &Outcome,
    ) -> Result<(), StoreError> {
        let (verdict, forget) = match outcome {
            Outcome::Indexed { .. } | Outcome::Relabelled { .. } | Outcome::Opened { .. } => (Verdict::Indexed, false),
            Outcome::Unchanged { .. } => (Verdict::Unchanged, false),
            Outcome::Duplicate { document } => {
                let select = "SELECT COALESCE(MIN(origin), '') FROM origins WHERE document_id = $1 AND origin <> $2";
                let (twin,): (String,) =
                    sqlx::query_as(select).bind(document.to_string()).bind(origin).fetch_one(&mut **tx).await?;
                (Verdict::DuplicateOf(bare_origin(&twin).to_owned()), false)
            }
            Outcome::Failed { reason } => (Verdict::Failed(reason.clone()), true),
        };
        // What failed may have been tried again.
        let update = "UPDATE crawl_pages SET verdict = $1, detail = $2, live = 1, updated_ms = $3 \
                      WHERE source_id = $4 AND origin = $5 AND verdict IN ('handed_in', 'failed')";
        let (id, now) = (source.to_string(), self.clock.now_ms());
        let query = sqlx::query(update).bind(verdict.as_str()).bind(verdict.detail()).bind(now);
        query.bind(&id).bind(origin).execute(&mut **tx).await?;
        if forget {
            let update = "UPDATE crawl_pages SET etag = NULL, last_modified = NULL, body_hash = NULL, \
                            live = (SELECT COUNT(*) FROM origins o JOIN sources s ON s.workspace_id = o.workspace_id \
                                    WHERE s.id = $1 AND o.origin = $2) \
                          WHERE source_id = $1 AND origin = $2";
            sqlx::query(update).bind(&id).bind(origin).execute(&mut **tx).await?;
        }
        Ok(())
    }
}

fn page(row: PageRow, round: i64) -> Result<Row, StoreError> {
    let unreadable = |what: &str| StoreError::Unreadable(format!("the {what} of {} in the crawl ledger", row.url));
    Ok(Row {
        address: Address::parse(&row.url).map_err(|_| unreadable("address"))?,
        depth: u32::try_from(row.depth).unwrap_or(u32::MAX),
        via: Via::named(&row.via).ok_or_else(|| unreadable("way"))?,
        verdict: verdict(&row.verdict, row.detail.as_deref())?,
        this_round: row.round == round,
        live: row.live != 0,
        mark: Mark {
            etag: row.etag,
            last_modified: row.last_modified,
            body: row.body_hash.as_deref().map(rows::hash).transpose()?,
        },
    })
}

fn verdict(name: &str, detail: Option<&str>) -> Result<Verdict, StoreError> {
    Verdict::named(name, detail).ok_or_else(|| StoreError::Unreadable(format!("the verdict \"{name}\"")))
}

async fn commit(tx: Writing) -> Result<(), LedgerError> {
    tx.commit().await.map_err(unavailable)
}

fn unavailable(error: StoreError) -> LedgerError {
    LedgerError::Unavailable(Box::new(error))
}
