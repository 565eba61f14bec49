//! The library: looking after documents. Take in, work off, take out, keep index and catalog in step.
//!
//! Owns the order of the write protocol's outer steps: originals and rows first, then work under a lease, then the
//! outbox. Knows no SQL, no engine and no HTTP.

mod arriving;
mod folder;
mod intake;
mod reading;
mod receipts;
mod relabelling;
mod repeating;
mod room;

mod running;
mod seats;

mod backing;
mod crawling;
mod filling;
mod furniture;
mod gate;
mod ingesting;
mod planning;
mod reconcile;
mod reindexing;
mod sites;
mod upkeep;
mod when;

use std::sync::Arc;
use std::time::Duration;

use ingest::crawl::ports::{Fetch, LedgerError, Survey};
use ingest::pipeline::PipelineError;
use ingest::ports::{CatalogError, Item, Outcome, Parse};
use retrieval::access::Clearance;
use retrieval::model::{DocumentId, JobId, VersionId, WorkspaceId};
use retrieval::ports::{EmbedError, IndexError, ShelfError};
use retrieval::search::SearchError;
use tokio::sync::Mutex;

use crate::backup::{BackupError, Vault};
use crate::faults::{self, Step};
use crate::generations::{Finder, NotOpened, Standing};
use crate::store::{Store, Task, Why};

pub use crate::store::{
    AskedQuestion, Build, BuildState, ChunkLine, Claimed, DocumentLine, DocumentRead, Erased, Findings, InspectedChunk,
    Inspection, ItemLine, JobFilter, JobKind, JobLine, JobPassed, JobSeen, JobState, JobStatus, LedgerLine, Likeness,
    LogLine, Narrowing, Onlooker, Passed, Places, Receipt, Received, RepeatKey, Schedule, Sorting, Source, StageLine,
    StoreError, Vectors, VersionLine,
};
pub use arriving::{Arriving, Naming};
pub use crawling::Crawled;
pub use folder::Synced;
pub use gate::{Gate, KnownItem, Verdict};
pub use ingest::crawl::explain::{Explanation, Finding};
pub use ingest::crawl::plan::{Plan, Scope};
pub use ingest::origin::{bare_origin, path_of};
pub use ingest::parse::PageRules;
pub use ingest::ports::LARGEST_FILE_BYTES;
pub use intake::{Intake, Upload};
pub use planning::{OfTheHouse, Planned, Wish};
pub use reading::OpenOriginal;
pub use reconcile::Reconciled;
pub use reindexing::Wanted;
pub use room::Room;
pub use running::Ending;
pub use seats::Seats;
pub use sites::SourceStatus;
pub use when::{Expression, ExpressionError};

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
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// For the person who made the plan, of a crawl or of when something begins.
    #[error("{0}")]
    Plan(String),
    #[error("the disk is nearly full: free some space; nothing was taken in, and nothing was lost")]
    LowDisk,
    #[error("the job was taken over by another worker")]
    LeaseLost,
    /// We are at fault; the log has the words.
    #[error("something in it stopped the work")]
    Broken,
    /// It cannot be done as things stand; what to do instead.
    #[error("{0}")]
    Refused(&'static str),
    #[error("there is no such index")]
    NoBuild,
    #[error(transparent)]
    NotOpened(#[from] NotOpened),
    #[error(transparent)]
    Shelf(ShelfError),
}

impl From<SearchError> for LibraryError {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Index(error) => Self::Index(error),
            SearchError::Embed(error) => Self::Embed(error),
            SearchError::Shelf(error) => Self::Shelf(error),
        }
    }
}

/// How the library reaches the web.
#[derive(Clone)]
pub struct Web {
    pub fetch: Arc<dyn Fetch>,
    /// What lies in the folders that the operator named, told as a site tells its pages.
    pub folders: Arc<dyn Fetch>,
    pub survey: Arc<dyn Survey>,
    /// How a crawl introduces itself, where its plan says nothing else.
    pub user_agent: String,
    /// Between two requests to one host, where a plan names nothing else.
    pub delay: Duration,
}

impl Web {
    /// Where a plan leads: the web never leads to files, nor files to the web.
    fn fetch_for(&self, plan: &Plan) -> &dyn Fetch {
        if plan.is_of_files() { &*self.folders } else { &*self.fetch }
    }
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
    /// The way to the index, and to those beside it.
    pub finder: Finder,
    pub parser: Arc<dyn Parse>,
    pub web: Web,
    pub workspace: WorkspaceId,
    /// The house's own clearance.
    pub clearance: Clearance,
    /// Names this process in leases.
    pub owner: String,
    /// How many jobs of a kind run at once.
    pub seats: Seats,
    pub room: Room,
    /// When an index that was built anew is good enough.
    pub gate: Gate,
    /// Where backups go that are taken by themselves, if anywhere.
    pub vault: Option<Vault>,
    /// Documents that no source brings leave so many days after they were last handed in, if they ever do.
    pub kept_days: Option<u32>,
    /// One tells the index at a time: what it is told of a label must be what SQL says at that moment.
    pub telling: Mutex<()>,
}

impl Library {
    /// The index that answers, as it stands open.
    pub fn live(&self) -> Arc<Standing> {
        self.finder.generations.live()
    }

    /// What waits: `(queue, what of it, how many)`.
    pub async fn queues(&self) -> Result<Vec<(String, String, usize)>, LibraryError> {
        let mut queues = self.store.jobs_under_way(self.workspace).await?;
        queues.push(("outbox".into(), "waiting".into(), self.store.outbox_len(self.workspace).await?));
        Ok(queues)
    }

    /// Whoever works here goes: their jobs are for anybody to take up at once.
    pub async fn put_down(&self) -> Result<u64, LibraryError> {
        Ok(self.store.jobs_release(&self.owner).await?)
    }

    /// How a job stands.
    pub async fn job(&self, job: JobId) -> Result<Option<JobStatus>, LibraryError> {
        Ok(self.store.job_status(self.workspace, job).await?)
    }

    /// Take documents out: unreachable from the commits on, out of the index and their bytes gone when this returns. Their
    /// receipts say that they were looked for.
    pub async fn remove(&self, documents: &[DocumentId]) -> Result<usize, LibraryError> {
        let mut removed = 0;
        {
            let _nobody_hands_in = self.store.handing_in.write().await;
            for document in documents {
                let Some(originals) = self.store.document_remove(self.workspace, *document).await? else { continue };
                // The bytes first: an index that cannot be told now is told later, but the names of these are known only here.
                self.drop_originals(originals).await?;
                removed += 1;
            }
            self.tell_index().await?;
        }
        self.prove_some().await;
        Ok(removed)
    }

    /// Let these origins lead nowhere: what came from nowhere else leaves with them.
    pub async fn retire(&self, origins: &[String], why: Why) -> Result<(), LibraryError> {
        {
            let _nobody_hands_in = self.store.handing_in.write().await;
            let originals = self.store.origins_retire(self.workspace, origins, why).await?;
            self.drop_originals(originals).await?;
            self.tell_index().await?;
        }
        self.prove_some().await;
        Ok(())
    }

    async fn drop_originals(&self, originals: Vec<String>) -> Result<(), LibraryError> {
        for original in originals {
            self.store.original_drop(&original).await?;
        }
        Ok(())
    }

    /// Have a job stopped: what was done stays. False when it is over, or never was.
    pub async fn stop(&self, job: JobId) -> Result<bool, LibraryError> {
        Ok(self.store.job_stop(self.workspace, job).await?)
    }

    /// Try again what the onlooker sees of what failed in this job, or in any of the last days; `None` when there is nothing
    /// of the kind.
    pub async fn retry(&self, onlooker: Onlooker<'_>, job: Option<JobId>) -> Result<Option<JobId>, LibraryError> {
        self.must_have_room()?;
        let _no_removal = self.store.handing_in.read().await;
        Ok(self.store.job_retry(onlooker, job, &self.owner).await?)
    }

    /// Read a document again from the bytes that were kept; `None` when the onlooker does not read it.
    pub async fn read_again(
        &self,
        onlooker: Onlooker<'_>,
        document: DocumentId,
    ) -> Result<Option<JobId>, LibraryError> {
        self.must_have_room()?;
        let _no_removal = self.store.handing_in.read().await;
        Ok(self.store.job_read_again(onlooker, document, &self.owner).await?)
    }

    /// The versions of a document, the newest first; `None` when this clearance does not read it.
    pub async fn versions(
        &self,
        clearance: &Clearance,
        document: DocumentId,
    ) -> Result<Option<Vec<VersionLine>>, LibraryError> {
        Ok(self.store.versions_of(clearance, document).await?)
    }

    /// The text of one of them.
    pub async fn version_text(
        &self,
        clearance: &Clearance,
        document: DocumentId,
        version: VersionId,
    ) -> Result<Option<String>, LibraryError> {
        Ok(self.store.version_text(clearance, document, version).await?)
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
        Ok(self.live().index.count(&self.clearance).await? < chunks)
    }

    /// The documents that an origin or an id names, files inside it included, as far as this clearance may know of them.
    pub async fn find(&self, clearance: &Clearance, name: &str) -> Result<Vec<DocumentId>, LibraryError> {
        Ok(self.store.documents_by_name(clearance, name).await?)
    }

    /// Tell every index that stands open what SQL has decided, until nothing is left to tell.
    pub async fn tell_index(&self) -> Result<(), LibraryError> {
        let _telling = self.telling.lock().await;
        loop {
            let tasks = self.store.outbox_next(self.workspace, OUTBOX_BATCH).await?;
            if tasks.is_empty() {
                return Ok(());
            }
            let (ids, tasks): (Vec<String>, Vec<Task>) = tasks.into_iter().unzip();
            self.tell(tasks).await?;
            faults::at(Step::OutboxTold).map_err(StoreError::below)?;
            self.store.outbox_strike(&ids).await?;
            faults::at(Step::OutboxStruck).map_err(StoreError::below)?;
        }
    }

    async fn tell(&self, tasks: Vec<Task>) -> Result<(), LibraryError> {
        // The live one first; taken once, so that none is missed when another goes live meanwhile.
        let all = self.finder.generations.all();
        for (at, standing) in all.iter().enumerate() {
            match self.tell_one(standing, &tasks).await {
                Err(error) if at == 0 => return Err(error.into()),
                // It is held against SQL from end to end before it answers.
                Err(error) => tracing::warn!(%error, "an index beside the live one could not be told"),
                Ok(()) => {}
            }
        }
        Ok(())
    }

    async fn tell_one(&self, standing: &Standing, tasks: &[Task]) -> Result<(), IndexError> {
        let mut versions = Vec::new();
        for task in tasks {
            match task {
                Task::Delete(version) => versions.push(*version),
                Task::Relabel(document, Some(label)) => standing.index.relabel(*document, label).await?,
                Task::Relabel(_, None) => {} // removed meanwhile; its deletion stands in the outbox too
            }
        }
        standing.index.delete_versions(&versions).await?;
        standing.index.flush().await
    }
}
