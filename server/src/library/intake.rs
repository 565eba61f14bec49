//! Taking documents in: bytes kept and rows written before anything is acknowledged.

use std::time::Duration;

use retrieval::access::AccessLabel;
use retrieval::model::JobId;
use tokio::runtime::Handle;

use super::{Library, LibraryError};
use crate::faults::{self, Step};
use crate::store::{JobKind, NewItem, Store, StoreError};

const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LAST_PAUSE: Duration = Duration::from_secs(15);

/// Something handed in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Upload {
    /// A path or a URL, as the person would name it.
    pub origin: String,
    pub bytes: Vec<u8>,
    pub label: AccessLabel,
}

/// A job that takes uploads until it is closed.
pub struct Intake<'a> {
    pub(super) library: &'a Library,
    pub(super) job: JobId,
    pub(super) taken: usize,
    is_closed: bool,
}

impl Library {
    pub async fn intake(&self) -> Result<Intake<'_>, LibraryError> {
        self.must_have_room()?;
        let job = self.store.job_begin(self.workspace, JobKind::Ingest, None, &self.owner).await?;
        let intake = Intake { library: self, job, taken: 0, is_closed: false };
        faults::at(Step::JobBegun).map_err(StoreError::below)?;
        Ok(intake)
    }
}

impl Intake<'_> {
    /// Keep these uploads; accepted and durable when it returns.
    pub async fn add(&mut self, uploads: Vec<Upload>) -> Result<(), LibraryError> {
        self.library.must_have_room()?;
        let _no_removal = self.library.store.handing_in.read().await;
        let originals = self.library.store.originals().clone();
        let (contents, named): (Vec<Vec<u8>>, Vec<(String, AccessLabel)>) =
            uploads.into_iter().map(|upload| (upload.bytes, (upload.origin, upload.label))).unzip();
        let kept = tokio::task::spawn_blocking(move || originals.put(&contents)).await;
        let kept = kept.map_err(std::io::Error::other).and_then(|kept| kept).map_err(StoreError::keeping)?;
        let items: Vec<NewItem> = named
            .into_iter()
            .zip(kept)
            .map(|((origin, label), original)| NewItem { origin, original, label })
            .collect();
        self.library.store.job_add(self.job, self.taken, &items).await?;
        self.taken += items.len();
        Ok(())
    }

    /// No more to come: the job may be worked on.
    pub async fn close(mut self) -> Result<JobId, LibraryError> {
        self.library.store.job_close(self.job).await?;
        self.is_closed = true;
        faults::at(Step::Accepted).map_err(StoreError::below)?;
        Ok(self.job)
    }
}

/// What broke off before it was closed was not acknowledged, and nobody would ever work on it.
impl Drop for Intake<'_> {
    fn drop(&mut self) {
        if let (false, Ok(runtime)) = (self.is_closed, Handle::try_current()) {
            runtime.spawn(let_go(self.library.store.clone(), self.job));
        }
    }
}

/// A disk that is full takes no word of it, and often that is why it broke off: it is said again until it is heard. At the
/// latest it goes with the next start.
async fn let_go(store: Store, job: JobId) {
    let mut pause = FIRST_PAUSE;
    while let Err(error) = store.job_abandon(job).await {
        tracing::warn!(%error, job.id = %job, "what was not handed in to its end cannot be let go yet");
        tokio::time::sleep(pause).await;
        pause = LAST_PAUSE.min(pause * 2);
    }
}
