//! Running jobs: a seat, a lease that is kept while the work goes on, progress that is written down, an ear for whoever wants it
//! stopped, and an end.
//!
//! To add a kind: a variant of `JobKind` (store/job.rs), a seat (`seats`), a file here that does the work, and an arm in
//! [`Library::run`]. Knows the steps of none.

use std::panic::AssertUnwindSafe;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use ingest::pipeline::PipelineError;
use ingest::ports::CatalogError;
use retrieval::model::JobId;
use retrieval::ports::{EmbedError, IndexError};
use tokio::sync::SemaphorePermit;
use tokio::time::Instant;

use super::{Library, LibraryError};
use crate::store::{Fault, Hold, JobKind, LEASE, Lease, StageLine, Store, StoreError};

/// Between two looks at whether the job is still ours and still wanted.
const PULSE: Duration = Duration::from_millis(500);
/// Progress is written down no more often.
const WRITTEN_EVERY: Duration = Duration::from_secs(1);

/// How work ended that did not fail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ending<T> {
    Done(T),
    /// Somebody wanted it stopped: what was done stays.
    Cancelled,
    /// Another worker has it.
    Lost,
}

/// A job that is being worked on.
pub(super) struct Run<'a> {
    pub lease: Lease,
    store: Store,
    told: Mutex<Told>,
    _seat: SemaphorePermit<'a>,
}

#[derive(Default)]
struct Told {
    stages: Vec<StageLine>,
    /// Whether there is something that is not written down.
    is_news: bool,
}

impl Run<'_> {
    /// How far a stage is; a total of 0 is not known yet.
    pub fn stage(&self, name: &str, done: usize, total: usize) {
        let mut told = self.told();
        let line = StageLine { name: name.to_owned(), done, total: if total == 0 { 0 } else { total.max(done) } };
        match told.stages.iter_mut().find(|stage| stage.name == name) {
            Some(stage) if *stage == line => return,
            Some(stage) => *stage = line,
            None => told.stages.push(line),
        }
        told.is_news = true;
    }

    /// Where to go on, written down by whoever had this job before; empty at its begin.
    pub async fn checkpoint(&self) -> Result<String, LibraryError> {
        Ok(self.store.job_checkpoint(&self.lease).await?)
    }

    /// Where to go on, should this process die now.
    pub async fn keep_checkpoint(&self, checkpoint: &str) -> Result<(), LibraryError> {
        match self.store.job_keep_checkpoint(&self.lease, checkpoint).await? {
            true => Ok(()),
            false => Err(LibraryError::LeaseLost),
        }
    }

    fn news(&self) -> Option<Vec<StageLine>> {
        let mut told = self.told();
        std::mem::take(&mut told.is_news).then(|| told.stages.clone())
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Library {
    /// Run the next job of this kind, if there is one: which, and whether it came to its end.
    pub async fn run(&self, kind: JobKind) -> Result<Option<(JobId, Ending<()>)>, LibraryError> {
        match kind {
            JobKind::Ingest => Ok(self.ingest(&|_, _| {}).await?.map(|(job, ending)| (job, ending.bare()))),
            JobKind::Crawl => Ok(self.crawl(&|_| {}).await?.map(|crawled| (crawled.job, crawled.ending()))),
            JobKind::Reconcile => self.reconcile_next().await,
            JobKind::Expire => self.expire_next().await,
            JobKind::Reindex => self.reindex_next().await,
            JobKind::Backup => self.backup_next().await,
        }
    }

    /// Serve jobs of one kind as they come, until cancelled; `done` hears of each that came to its end.
    pub async fn keep(&self, kind: JobKind, pause: Duration, done: &(dyn Fn() + Send + Sync)) {
        loop {
            // Whatever one of them does, those after it are worked on.
            match unbroken(self.run_or_catch_up(kind)).await {
                Ok(Some((job, Ending::Done(())))) => {
                    tracing::info!(job.id = %job, job.kind = kind.as_str(), "a job is done");
                    done();
                }
                Ok(Some((job, ending))) => {
                    tracing::info!(job.id = %job, job.kind = kind.as_str(), ?ending, "a job was left");
                }
                Ok(None) => tokio::time::sleep(pause).await,
                Err(error) => {
                    tracing::warn!(%error, job.kind = kind.as_str(), "a job was interrupted; it goes on later");
                    tokio::time::sleep(pause * 10).await;
                }
            }
        }
    }

    async fn run_or_catch_up(&self, kind: JobKind) -> Result<Option<(JobId, Ending<()>)>, LibraryError> {
        let ran = self.run(kind).await?;
        if ran.is_none() {
            self.catch_up(kind).await;
        }
        Ok(ran)
    }

    /// Whoever works on items also tells the index what it was not told.
    async fn catch_up(&self, kind: JobKind) {
        if kind == JobKind::Ingest
            && let Err(error) = self.tell_index().await
        {
            tracing::warn!(%error, "the index could not be told what changed; will try again");
        }
    }

    /// The next job of this kind, once there is a seat for it.
    pub(super) async fn begin(&self, kind: JobKind) -> Result<Option<Run<'_>>, LibraryError> {
        let seat = self.seats.of(kind).await;
        if brings_more(kind) && self.room.is_low() {
            return Ok(None);
        }
        let lease = self.store.job_claim(kind, &self.owner).await?;
        Ok(lease.map(|lease| Run { lease, store: self.store.clone(), told: Mutex::default(), _seat: seat }))
    }

    /// Do the work of a job, and bring the job to its end.
    pub(super) async fn carry_out<T>(
        &self,
        run: &Run<'_>,
        work: impl Future<Output = Result<T, LibraryError>>,
    ) -> Result<Ending<T>, LibraryError> {
        let ended = match self.store.job_look(&run.lease).await {
            Ok(Hold::Lost) => return Ok(Ending::Lost),
            Ok(Hold::StopAsked) => Ok(Ending::Cancelled),
            Ok(Hold::Held) => tokio::select! {
                ended = unbroken(work) => ended.map(Ending::Done),
                ending = self.attend(run) => Ok(ending),
            },
            Err(error) => Err(error.into()),
        };
        self.end(run, ended).await
    }

    async fn end<T>(&self, run: &Run<'_>, ended: Result<Ending<T>, LibraryError>) -> Result<Ending<T>, LibraryError> {
        if let Some(stages) = run.news() {
            self.store.job_progress(&run.lease, &stages).await?;
        }
        match &ended {
            Ok(Ending::Done(_)) => self.store.job_finish(&run.lease).await?,
            Ok(Ending::Cancelled) => self.store.job_cancel(&run.lease).await?,
            Ok(Ending::Lost) => {}
            Err(LibraryError::LeaseLost) => return Ok(Ending::Lost),
            Err(LibraryError::Plan(why)) => self.store.job_fail(&run.lease, why).await?,
            Err(error) => {
                let (fault, why) = judged(error);
                self.store.job_set_back(&run.lease, fault, why).await?;
            }
        }
        ended
    }

    /// Keep the lease alive while the work runs, however long one step of it takes, and write down how far it is; until it is
    /// somebody else's, or nobody wants it any more.
    async fn attend<T>(&self, run: &Run<'_>) -> Ending<T> {
        let (mut beaten, mut written) = (Instant::now(), Instant::now());
        loop {
            tokio::time::sleep(PULSE).await;
            let news = if written.elapsed() >= WRITTEN_EVERY { run.news() } else { None };
            let hold = match news {
                Some(stages) => {
                    (beaten, written) = (Instant::now(), Instant::now());
                    self.store.job_progress(&run.lease, &stages).await
                }
                None if beaten.elapsed() >= LEASE / 3 => {
                    beaten = Instant::now();
                    self.beaten(&run.lease).await
                }
                None => self.store.job_look(&run.lease).await,
            };
            match hold {
                Ok(Hold::Held) => {}
                Ok(Hold::StopAsked) => return Ending::Cancelled,
                Ok(Hold::Lost) => return Ending::Lost,
                Err(error) => tracing::warn!(job.id = %run.lease.job, %error, "the lease could not be looked at"),
            }
        }
    }

    async fn beaten(&self, lease: &Lease) -> Result<Hold, StoreError> {
        match self.store.job_beat(lease).await? {
            true => self.store.job_look(lease).await,
            false => Ok(Hold::Lost),
        }
    }
}

impl<T> Ending<T> {
    pub(super) fn bare(&self) -> Ending<()> {
        match self {
            Self::Done(_) => Ending::Done(()),
            Self::Cancelled => Ending::Cancelled,
            Self::Lost => Ending::Lost,
        }
    }
}

/// A panic is an error like others: the job that met it waits, and the server goes on.
async fn unbroken<T>(work: impl Future<Output = Result<T, LibraryError>>) -> Result<T, LibraryError> {
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or(Err(LibraryError::Broken))
}

/// Whether a job of this kind waits where the disk is low. What the house does for itself may make room.
fn brings_more(kind: JobKind) -> bool {
    match kind {
        JobKind::Ingest | JobKind::Crawl | JobKind::Reindex => true,
        JobKind::Reconcile | JobKind::Expire | JobKind::Backup => false,
    }
}

/// Whose fault it is, and what whoever looks at the job is told. The log knows more.
fn judged(error: &LibraryError) -> (Fault, &'static str) {
    let index = |error: &IndexError| match error {
        IndexError::Unavailable(_) | IndexError::Damaged(_) => (Fault::House, "the index could not be used"),
        IndexError::DiskFull => (Fault::House, "the disk is full"),
        IndexError::Refused(_) | IndexError::OtherWorkspace => (Fault::Job, "the index refused something in it"),
    };
    let embed = |error: &EmbedError| match error {
        EmbedError::Unavailable(_) => (Fault::House, "the embedding model could not be used"),
        EmbedError::Failed(_) => (Fault::Job, BROKEN),
    };
    match error {
        LibraryError::Broken => (Fault::Job, BROKEN),
        LibraryError::Store(error) => of_store(error),
        LibraryError::Index(error) | LibraryError::Pipeline(PipelineError::Index(error)) => index(error),
        LibraryError::Embed(error) | LibraryError::Pipeline(PipelineError::Embed(error)) => embed(error),
        LibraryError::Pipeline(PipelineError::Catalog(CatalogError::Unavailable(cause))) => {
            cause.downcast_ref().map_or((Fault::House, UNUSABLE), of_store)
        }
        LibraryError::Pipeline(PipelineError::Catalog(CatalogError::Lost(_) | CatalogError::LeaseLost))
        | LibraryError::Ledger(_)
        | LibraryError::Plan(_)
        | LibraryError::LeaseLost => (Fault::House, UNUSABLE),
        LibraryError::Shelf(_) => (Fault::House, UNUSABLE),
        LibraryError::NotOpened(_) | LibraryError::NoBuild => (Fault::House, "the index could not be opened"),
        LibraryError::Refused(why) => (Fault::House, why),
        LibraryError::LowDisk => (Fault::House, "the disk is nearly full"),
        LibraryError::Backup(_) => (Fault::House, "the backup could not be written"),
    }
}

const UNUSABLE: &str = "the database could not be used";
const BROKEN: &str = "something in it stopped the work";

fn of_store(error: &StoreError) -> (Fault, &'static str) {
    match error {
        StoreError::Unkeepable => (Fault::Job, "the database refused something in it"),
        StoreError::DiskFull => (Fault::House, "the disk is full"),
        StoreError::Superseded => (Fault::House, "another build of the index went live: it goes on with that one"),
        StoreError::Original(_) => (Fault::House, "the originals could not be used"),
        StoreError::Newer | StoreError::Unavailable(_) | StoreError::Unreadable(_) => (Fault::House, UNUSABLE),
    }
}
