//! Answers on their way: kept line by line as they are told, for whoever asked, and once more for whoever comes back.
//!
//! A line is kept once however many read it, so that a slow reader holds up nobody and costs nothing. What nobody listens
//! to any more is told to stop, and what its asker may no longer read is taken from the shelf at once. Does not know what
//! the lines say.

mod pen;
mod sse;
mod still;
mod telling;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use retrieval::access::{Origin, Principal};
use retrieval::model::{DocumentId, WorkspaceId};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;
use tracing::Instrument;
use uuid::Uuid;

use super::error::ApiError;

pub use pen::{Ending, Pen};
pub use sse::{is_wanted, told, wants_from};
pub use still::{SeenWith, Still};
pub use telling::Telling;

/// So many at once, running and just ended.
const MOST: usize = 2_000;
/// Sockets, each of which may tell several.
const MOST_SOCKETS: usize = 500;
/// For whoever comes back to one that ended.
const KEPT: Duration = Duration::from_secs(60);
/// For whoever is cut off to come back, before what is being told to nobody stops.
const GRACE: Duration = Duration::from_millis(500);

/// Every answer that is on its way, or was just now.
#[derive(Clone, Default)]
pub struct Streams {
    shelf: Arc<Mutex<HashMap<Uuid, Arc<Stream>>>>,
    tasks: TaskTracker,
    /// Cancelled when the house closes.
    closing: CancellationToken,
    sockets: Sockets,
}

/// One answer on its way.
pub struct Stream {
    id: Uuid,
    whose: Owner,
    eyes: SeenWith,
    told: Mutex<Told>,
    /// How many lines there ever were: what readers wait on.
    count: watch::Sender<u64>,
    readers: watch::Sender<usize>,
    enough: CancellationToken,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Owner(WorkspaceId, Origin);

#[derive(Default)]
struct Told {
    lines: Vec<Line>,
    rests_on: Vec<DocumentId>,
    ended: Option<Instant>,
}

/// One event: its number counts from 1.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    pub number: u64,
    pub name: &'static str,
    pub data: Arc<str>,
}

/// One of so many sockets. The house waits for it when it closes.
pub struct Seat {
    pub closing: CancellationToken,
    _place: OwnedSemaphorePermit,
    _waited_for: TaskTrackerToken,
}

#[derive(Clone)]
struct Sockets(Arc<Semaphore>);

impl Default for Sockets {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(MOST_SOCKETS)))
    }
}

/// Somebody who reads along, for as long as this lives.
pub struct Reader(Arc<Stream>);

impl Streams {
    /// Begin to tell, and read along from the first line. `tell` goes on when the reader goes, until its pen says that it
    /// is enough; it ends with a line that says how it ended.
    pub fn open<F>(&self, asker: &Principal, eyes: SeenWith, tell: impl FnOnce(Pen) -> F) -> Result<Reader, ApiError>
    where
        F: Future<Output = Ending> + Send + 'static,
    {
        let stream = Arc::new(Stream::new(Owner::of(asker), eyes));
        self.put(Arc::clone(&stream))?;
        let reader = Reader::of(&stream);
        let telling = tell(Pen::new(Arc::clone(&stream)));
        self.tasks.spawn(run(stream, telling).in_current_span());
        Ok(reader)
    }

    /// Work that ends by itself, whoever waits for it, and that the house waits for.
    pub fn beside<F>(&self, work: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        self.tasks.spawn(work.in_current_span())
    }

    /// Work that nobody waits for and that can be made up for: let go when the house closes.
    pub fn meanwhile(&self, work: impl Future<Output = ()> + Send + 'static) {
        let closing = self.closing.clone();
        self.beside(async move { closing.run_until_cancelled(work).await });
    }

    /// Read along with one that is running, or was just now. Somebody else's is as absent as one that never was.
    pub fn join(&self, asker: &Principal, id: &str) -> Result<Reader, ApiError> {
        let found = id.parse().ok().and_then(|id: Uuid| self.shelf().get(&id).cloned());
        let own = found.filter(|stream| stream.whose == Owner::of(asker) && stream.id.to_string() == id);
        let own = own.filter(|stream| !stream.is_over());
        own.map(|stream| Reader::of(&stream)).ok_or_else(ApiError::not_found)
    }

    /// The house closes: what is being told ends now, with what was told of it.
    pub fn cut_short(&self) {
        self.closing.cancel();
        for stream in self.shelf().values() {
            stream.enough.cancel();
        }
    }

    /// When nothing is being told any more, and all of it is kept.
    pub async fn ended(&self) {
        self.cut_short();
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// A place for a socket, if there is one.
    pub fn seat(&self) -> Result<Seat, ApiError> {
        let place = Arc::clone(&self.sockets.0).try_acquire_owned();
        let place = place.map_err(|_| ApiError::not_ready("too many sockets are open"))?;
        Ok(Seat { closing: self.closing.clone(), _place: place, _waited_for: self.tasks.token() })
    }

    fn put(&self, stream: Arc<Stream>) -> Result<(), ApiError> {
        let mut shelf = self.shelf();
        shelf.retain(|_, stream| !stream.is_over());
        if shelf.len() >= MOST {
            let ended = shelf.values().filter_map(|stream| Some((stream.told().ended?, stream.id)));
            let Some((_, oldest)) = ended.min() else {
                return Err(ApiError::not_ready("too many answers are on their way"));
            };
            shelf.remove(&oldest);
        }
        shelf.insert(stream.id, stream);
        Ok(())
    }

    fn shelf(&self) -> MutexGuard<'_, HashMap<Uuid, Arc<Stream>>> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Owner {
    fn of(asker: &Principal) -> Self {
        Self(asker.workspace(), asker.origin())
    }
}

/// Until all is told; whoever tells learns when nobody listens any more.
async fn run(stream: Arc<Stream>, telling: impl Future<Output = Ending>) {
    let on_every_path = pen::Shut::at_last(Arc::clone(&stream));
    let mut telling = std::pin::pin!(telling);
    let ending = tokio::select! {
        ending = telling.as_mut() => ending,
        () = stream.unheard() => {
            stream.enough.cancel();
            telling.await
        }
    };
    on_every_path.with(ending);
}

impl Stream {
    fn new(whose: Owner, eyes: SeenWith) -> Self {
        Self {
            id: Uuid::new_v4(),
            whose,
            eyes,
            told: Mutex::default(),
            count: watch::Sender::new(0),
            readers: watch::Sender::new(0),
            enough: CancellationToken::new(),
        }
    }

    /// When nobody has read along for a while.
    async fn unheard(&self) {
        let mut readers = self.readers.subscribe();
        // The sender is ours and lives: neither can fail.
        while readers.wait_for(|readers| *readers == 0).await.is_ok() {
            tokio::select! {
                () = tokio::time::sleep(GRACE) => return,
                _ = readers.wait_for(|readers| *readers > 0) => {}
            }
        }
    }

    /// Ended so long ago that nobody comes back to it.
    fn is_over(&self) -> bool {
        self.told().ended.is_some_and(|ended| ended.elapsed() >= KEPT)
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, told: &mut Told, name: &'static str, data: Arc<str>) {
        let number = *self.count.borrow() + 1;
        told.lines.push(Line { number, name, data });
        self.count.send_replace(number);
    }
}

impl Reader {
    fn of(stream: &Arc<Stream>) -> Self {
        stream.readers.send_modify(|readers| *readers += 1);
        Self(Arc::clone(stream))
    }

    pub fn id(&self) -> Uuid {
        self.0.id
    }

    /// The first line behind `after`, as soon as there is one; `None` when it was the last.
    pub async fn line(&self, after: u64) -> Option<Line> {
        let mut count = self.0.count.subscribe();
        loop {
            {
                let told = self.0.told();
                let next = told.lines.partition_point(|line| line.number <= after);
                match told.lines.get(next) {
                    Some(line) => return Some(line.clone()),
                    None if told.ended.is_some() => return None,
                    None => {}
                }
            }
            // The sender lives as long as the stream does.
            count.changed().await.ok()?;
        }
    }

    pub fn seen_with(&self) -> SeenWith {
        self.0.eyes.clone()
    }

    pub fn rests_on(&self) -> Vec<DocumentId> {
        self.0.told().rests_on.clone()
    }

    /// Its asker has heard enough.
    pub fn stop(&self) {
        self.0.enough.cancel();
    }

    /// What was told is no longer its asker's to read: it is gone, and so is the rest.
    pub fn revoke(&self) {
        self.0.enough.cancel();
        let mut told = self.0.told();
        if told.lines.last().is_some_and(|line| line.name == pen::FAILED) {
            return;
        }
        told.lines.clear();
        self.0.push(&mut told, pen::FAILED, ApiError::revoked().told().to_string().into());
        told.ended = Some(Instant::now());
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.0.readers.send_modify(|readers| *readers = readers.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests;
