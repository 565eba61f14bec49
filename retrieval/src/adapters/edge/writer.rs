//! The one thread that changes a shard: updates, flushes and optimisations, in the order they were asked for.
//!
//! One thread, because the engine's `flush` panics when it meets either of the other two. Callers wait for their own
//! piece of work and always hear how it ended. After a panic the shard's memory cannot be trusted, so everything that
//! follows is refused as damaged. Knows the engine; does not know points or filters.

use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;

use qdrant_edge::EdgeShard;
use tokio::sync::{mpsc, oneshot};

use super::contain;
use super::shard::Shard;
use crate::ports::IndexError;

/// Pieces of work that may wait; a caller beyond that waits to hand its own in.
const QUEUE: usize = 64;

type Work = Box<dyn FnOnce(&EdgeShard) -> Result<(), IndexError> + Send>;

struct Job {
    work: Work,
    done: oneshot::Sender<Result<(), IndexError>>,
}

/// A handle on the thread; dropping it finishes what is queued, flushes, and ends the thread.
pub(super) struct Writer {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    damage: Arc<OnceLock<String>>,
}

impl Writer {
    pub(super) fn start(shard: Arc<Shard>) -> Result<Self, IndexError> {
        let (sender, jobs) = mpsc::channel(QUEUE);
        let damage = Arc::new(OnceLock::new());
        let seen = Arc::clone(&damage);
        let thread =
            std::thread::Builder::new().name("index-writer".to_owned()).spawn(move || serve(&shard, jobs, &seen));
        let thread = thread.map_err(|error| IndexError::Unavailable(error.to_string()))?;
        Ok(Self { jobs: Some(sender), thread: Some(thread), damage })
    }

    /// Wait for `work` to have its turn and end. Giving up the wait does not stop it.
    pub(super) async fn run(
        &self,
        work: impl FnOnce(&EdgeShard) -> Result<(), IndexError> + Send + 'static,
    ) -> Result<(), IndexError> {
        self.health()?;
        let (done, answer) = oneshot::channel();
        let gone = || IndexError::Damaged("the writer is gone".to_owned());
        let jobs = self.jobs.as_ref().ok_or_else(gone)?;
        jobs.send(Job { work: Box::new(work), done }).await.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }

    /// Whether the shard can still be trusted.
    pub(super) fn health(&self) -> Result<(), IndexError> {
        self.damage.get().map_or(Ok(()), |what| Err(IndexError::Damaged(what.clone())))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // An error means that the thread panicked outside of any work; there is nobody left to tell.
            let _ = thread.join();
        }
    }
}

/// Make everything applied so far survive a power cut. Only for work on the writer's thread.
pub(super) fn flush(engine: &EdgeShard) -> Result<(), IndexError> {
    engine.flush();
    Ok(())
}

fn serve(shard: &Shard, mut jobs: mpsc::Receiver<Job>, damage: &OnceLock<String>) {
    while let Some(Job { work, done }) = jobs.blocking_recv() {
        let outcome = perform(shard, work, damage);
        // Whoever asked may have gone; the work was done all the same.
        let _ = done.send(outcome);
    }
    let _ = perform(shard, Box::new(flush), damage);
}

fn perform(shard: &Shard, work: Work, damage: &OnceLock<String>) -> Result<(), IndexError> {
    if let Some(what) = damage.get() {
        return Err(IndexError::Damaged(what.clone()));
    }
    let outcome = contain::panics(|| work(shard.engine()));
    if let Err(IndexError::Damaged(what)) = &outcome {
        let _ = damage.set(what.clone());
    }
    outcome
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::adapters::edge::EdgeSettings;

    fn writer(directory: &std::path::Path) -> Writer {
        Writer::start(Arc::new(Shard::open(directory, &EdgeSettings::new(4)).unwrap())).unwrap()
    }

    async fn within_seconds<T>(wait: impl Future<Output = T>) -> T {
        tokio::time::timeout(Duration::from_secs(20), wait).await.expect("nobody hangs")
    }

    #[tokio::test]
    async fn work_is_done_in_order_and_an_error_ends_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let writer = writer(directory.path());
        let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
        for number in 0..3 {
            let seen = Arc::clone(&seen);
            let note = move |_: &EdgeShard| {
                seen.lock().unwrap().push(number);
                Ok(())
            };
            writer.run(note).await.unwrap();
            let refused = writer.run(|_| Err(IndexError::Refused("no".to_owned()))).await;
            assert!(matches!(refused, Err(IndexError::Refused(_))));
        }
        assert_eq!(*seen.lock().unwrap(), [0, 1, 2]);
        assert!(writer.health().is_ok());
    }

    #[tokio::test]
    async fn a_panic_is_damage_for_everyone_who_comes_after() {
        let directory = tempfile::tempdir().unwrap();
        let writer = writer(directory.path());
        let outcome = within_seconds(writer.run(|_| panic!("segments flushed: no space left"))).await;
        assert!(matches!(outcome, Err(IndexError::Damaged(what)) if what.contains("no space left")));
        assert!(matches!(within_seconds(writer.run(flush)).await, Err(IndexError::Damaged(_))));
        assert!(matches!(writer.health(), Err(IndexError::Damaged(_))));
        drop(writer);
        Shard::open(directory.path(), &EdgeSettings::new(4)).unwrap();
    }

    #[tokio::test]
    async fn a_caller_who_leaves_does_not_stop_the_work() {
        let directory = tempfile::tempdir().unwrap();
        let writer = writer(directory.path());
        let done = Arc::new(OnceLock::new());
        let seen = Arc::clone(&done);
        let slow = writer.run(move |_| {
            std::thread::sleep(Duration::from_millis(50));
            seen.set(()).unwrap_or_default();
            Ok(())
        });
        assert!(tokio::time::timeout(Duration::from_millis(5), slow).await.is_err());
        within_seconds(writer.run(flush)).await.unwrap();
        assert!(done.get().is_some());
    }
}
