//! The library: looking after documents. Take in, work off, take out, keep index and catalog in step.
//!
//! Owns the order of the write protocol's outer steps: originals and rows first, then work under a lease, then the
//! outbox. Knows no SQL, no engine and no HTTP.

mod arriving;
mod crawling;
mod folder;
mod intake;
mod reading;
mod reconcile;
mod relabelling;
mod repeating;

use std::sync::Arc;
use std::time::Duration;

use ingest::chunk::Chunker;
use ingest::crawl::ports::{Fetch, LedgerError, Survey};
use ingest::draft::Habits;
use ingest::pipeline::{Pipeline, PipelineError};
use ingest::ports::{CatalogError, Item, Outcome, Parse};
use ingest::timing::Timings;
use retrieval::access::Clearance;
use retrieval::model::{DocumentId, JobId, WorkspaceId};
use retrieval::ports::{EmbedError, Embedder, IndexError, VectorIndex};
use tokio::sync::Mutex;

use crate::store::{JobKind, LEASE, Lease, LeasedCatalog, Store, Task};

pub use crate::store::{
    AskedQuestion, ChunkLine, Claimed, DocumentLine, DocumentRead, InspectedChunk, Inspection, ItemLine, JobLine,
    JobPassed, JobStatus, LedgerLine, Likeness, Narrowing, Onlooker, Passed, Places, Received, RepeatKey, Sorting,
    Source, StoreError,
};
pub use arriving::{Arriving, Naming};
pub use crawling::SourceStatus;
pub use folder::Synced;
pub use ingest::crawl::explain::{Explanation, Finding};
pub use ingest::crawl::plan::{Plan, Scope};
pub use ingest::origin::bare_origin;
pub use ingest::parse::PageRules;
pub use ingest::ports::LARGEST_FILE_BYTES;
pub use intake::{Intake, Upload};
pub use reading::OpenOriginal;
pub use reconcile::Reconciled;

/// How many outbox tasks are told to the index before one flush.
const OUTBOX_BATCH: usize = 256;

/// Why the library could not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Index(#[from] IndexError),
    #[error(transparent)]
    Embed(#[from] EmbedError),
    #[error(transparent)]
    Pipeline(PipelineError),
    #[error(transparent)]
    Ledger(LedgerError),
    /// For the person who made the plan.
    #[error("{0}")]
    Plan(String),
    #[error("the job was taken over by another worker")]
    LeaseLost,
}

/// How the library reaches the web.
#[derive(Clone)]
pub struct Web {
    pub fetch: Arc<dyn Fetch>,
    pub survey: Arc<dyn Survey>,
    /// How a crawl introduces itself, where its plan says nothing else.
    pub user_agent: String,
    /// Between two requests to one host, where a plan names nothing else.
    pub delay: Duration,
}

impl From<PipelineError> for LibraryError {
    fn from(error: PipelineError) -> Self {
        match error {
            PipelineError::Catalog(CatalogError::LeaseLost) => Self::LeaseLost,
            other => Self::Pipeline(other),
        }
    }
}

impl From<LedgerError> for LibraryError {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::LeaseLost => Self::LeaseLost,
            other => Self::Ledger(other),
        }
    }
}

/// What hears of each item when its end is durable.
pub type Settled<'a> = &'a (dyn Fn(&Item, &Outcome) + Send + Sync);

/// Everything the library works with.
pub struct Library {
    pub store: Store,
    pub index: Arc<dyn VectorIndex>,
    pub embedder: Arc<dyn Embedder>,
    pub parser: Arc<dyn Parse>,
    pub chunker: Arc<Chunker>,
    pub web: Web,
    pub workspace: WorkspaceId,
    /// The house's own clearance.
    pub clearance: Clearance,
    /// Names this process in leases.
    pub owner: String,
    /// One job at a time: the embedder is the bottleneck, and two jobs would only take turns.
    pub working: Mutex<()>,
    /// One crawl at a time: two would only share the line.
    pub crawling: Mutex<()>,
    /// One tells the index at a time: what it is told of a label must be what SQL says at that moment.
    pub telling: Mutex<()>,
}

impl Library {
    /// Work off one job, if there is one; returns which, and where its time went.
    pub async fn work(&self, settled: Settled<'_>) -> Result<Option<(JobId, Timings)>, LibraryError> {
        let _working = self.working.lock().await;
        let Some(lease) = self.store.job_claim(JobKind::Ingest, &self.owner).await? else { return Ok(None) };
        let items = self.store.job_items_queued(&lease).await?;
        let many = items.len();
        let run = async {
            let pipeline = Arc::new(self.pipeline(&lease, self.habits(&lease, &items).await?));
            pipeline.run(items, settled).await?;
            Ok(Arc::into_inner(pipeline).map(|pipeline| pipeline.timings).unwrap_or_default())
        };
        let timings = match self.while_beating(&lease, run).await {
            Ok(timings) => {
                self.store.job_finish(&lease).await?;
                timings
            }
            Err(LibraryError::LeaseLost) => Timings::default(),
            Err(error) => {
                self.store.job_release(&lease).await?;
                return Err(error);
            }
        };
        self.tell_index().await?;
        if many > 0 {
            // Never needed for correctness: a search only takes longer until the next one succeeds.
            if let Err(error) = self.index.optimize().await {
                tracing::warn!(%error, "the index was not optimised");
            }
        }
        Ok(Some((lease.job, timings)))
    }

    /// How a job stands.
    pub async fn job(&self, job: JobId) -> Result<Option<JobStatus>, LibraryError> {
        Ok(self.store.job_status(self.workspace, job).await?)
    }

    /// Take documents out: unreachable from the commits on, out of the index and their bytes gone when this returns.
    pub async fn remove(&self, documents: &[DocumentId]) -> Result<usize, LibraryError> {
        let _nobody_hands_in = self.store.handing_in.write().await;
        let mut removed = 0;
        for document in documents {
            let Some(originals) = self.store.document_remove(self.workspace, *document).await? else { continue };
            // The bytes first: an index that cannot be told now is told later, but the names of these are known only here.
            self.drop_originals(originals).await?;
            removed += 1;
        }
        self.tell_index().await?;
        Ok(removed)
    }

    /// Let these origins lead nowhere: what came from nowhere else leaves with them.
    pub async fn retire(&self, origins: &[String]) -> Result<(), LibraryError> {
        let _nobody_hands_in = self.store.handing_in.write().await;
        let originals = self.store.origins_retire(self.workspace, origins).await?;
        self.drop_originals(originals).await?;
        self.tell_index().await
    }

    async fn drop_originals(&self, originals: Vec<String>) -> Result<(), LibraryError> {
        for original in originals {
            self.store.original_drop(&original).await?;
        }
        Ok(())
    }

    /// Try again what the onlooker sees of what failed in this job, or in any of the last days; `None` when there is nothing
    /// of the kind.
    pub async fn retry(&self, onlooker: Onlooker<'_>, job: Option<JobId>) -> Result<Option<JobId>, LibraryError> {
        let _no_removal = self.store.handing_in.read().await;
        Ok(self.store.job_retry(onlooker, job, &self.owner).await?)
    }

    /// Everything about the document that an id or an origin names, if this clearance may know of it.
    pub async fn inspect(&self, clearance: &Clearance, name: &str) -> Result<Option<Inspection>, LibraryError> {
        match self.store.document_by_name(clearance, name).await? {
            Some(document) => Ok(self.store.document_inspect(clearance, document).await?),
            None => Ok(None),
        }
    }

    /// Whether the catalog answers.
    pub async fn ping(&self) -> Result<(), LibraryError> {
        Ok(self.store.ping().await?)
    }

    /// Whether the index lacks what the catalog has: a new, lost or half-filled one, which only a reconciliation mends.
    pub async fn lacks_points(&self) -> Result<bool, LibraryError> {
        let chunks = self.store.chunk_count(self.workspace).await?;
        Ok(self.index.count(&self.clearance).await? < chunks)
    }

    /// The documents that an origin or an id names, files inside it included, as far as this clearance may know of them.
    pub async fn find(&self, clearance: &Clearance, name: &str) -> Result<Vec<DocumentId>, LibraryError> {
        Ok(self.store.documents_by_name(clearance, name).await?)
    }

    /// Tell the index what SQL has decided, until nothing is left to tell.
    pub async fn tell_index(&self) -> Result<(), LibraryError> {
        let _telling = self.telling.lock().await;
        loop {
            let tasks = self.store.outbox_next(self.workspace, OUTBOX_BATCH).await?;
            if tasks.is_empty() {
                return Ok(());
            }
            let (ids, tasks): (Vec<String>, Vec<Task>) = tasks.into_iter().unzip();
            self.tell(tasks).await?;
            self.store.outbox_strike(&ids).await?;
        }
    }

    async fn tell(&self, tasks: Vec<Task>) -> Result<(), LibraryError> {
        let mut versions = Vec::new();
        for task in tasks {
            match task {
                Task::Delete(version) => versions.push(version),
                Task::Relabel(document, Some(label)) => self.index.relabel(document, &label).await?,
                Task::Relabel(_, None) => {} // removed meanwhile; its deletion stands in the outbox too
            }
        }
        self.index.delete_versions(&versions).await?;
        Ok(self.index.flush().await?)
    }

    fn pipeline(&self, lease: &Lease, habits: Habits) -> Pipeline {
        Pipeline::new(
            Arc::new(LeasedCatalog::new(self.store.clone(), lease.clone())),
            Arc::clone(&self.parser),
            Arc::clone(&self.chunker),
            Arc::clone(&self.embedder),
            Arc::clone(&self.index),
            self.clearance.clone(),
            habits,
        )
    }

    /// Keep the lease alive while the work runs, however long one step of it takes.
    async fn while_beating<T>(
        &self,
        lease: &Lease,
        work: impl Future<Output = Result<T, LibraryError>>,
    ) -> Result<T, LibraryError> {
        let beating = async {
            loop {
                tokio::time::sleep(LEASE / 3).await;
                match self.store.job_beat(lease).await {
                    Ok(true) => {}
                    Ok(false) => return LibraryError::LeaseLost,
                    Err(error) => tracing::warn!(job.id = %lease.job, %error, "the lease could not be renewed"),
                }
            }
        };
        tokio::select! {
            done = work => done,
            lost = beating => Err(lost),
        }
    }

    /// Serve jobs as they come, and whatever the outbox holds, until cancelled.
    pub async fn keep_working(&self, pause: Duration) {
        loop {
            match self.work(&|_, _| {}).await {
                Ok(Some((job, _))) => tracing::info!(job.id = %job, "a job is done"),
                Ok(None) => {
                    if let Err(error) = self.tell_index().await {
                        tracing::warn!(%error, "the index could not be told what changed; will try again");
                    }
                    tokio::time::sleep(pause).await;
                }
                Err(error) => {
                    tracing::warn!(%error, "a job was interrupted; it goes on later");
                    tokio::time::sleep(pause * 10).await;
                }
            }
        }
    }
}
