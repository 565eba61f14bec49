//! A pool of single-threaded sessions, one operating-system thread each.
//!
//! One session per core with one text per run is the fastest way through a small encoder on a CPU (larger batches fall
//! out of the L2 cache) and the only one in which a text's neighbours cannot touch its bits. Each holds the whole model,
//! so only the first stays: the others come while texts wait and go when none has come for a while. Knows nothing of what
//! a session does with a task; a session that panics answers with an error and goes on.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

use super::LoadError;
use super::lanes::{Lane, Lanes};
use crate::ports::EmbedError;

/// How long a session beyond the first waits for its next text.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a session answers, or why it could not.
pub(super) type Reply<R> = Result<R, String>;

/// Makes a session on a thread of its own and lets it serve until it is sent home; says first whether it could be made.
type Serve<T, R> = dyn Fn(&Lanes<Task<T, R>>, Option<Duration>, &mut dyn FnMut(Result<(), LoadError>)) + Send + Sync;

pub(super) struct Pool<T, R> {
    lanes: Arc<Lanes<Task<T, R>>>,
    serve: Arc<Serve<T, R>>,
    most: usize,
    patience: Duration,
    /// Sessions that serve or are being made.
    sessions: Arc<AtomicUsize>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

struct Task<T, R> {
    input: T,
    reply: oneshot::Sender<Reply<R>>,
}

impl<T: Send + 'static, R: Send + 'static> Pool<T, R> {
    /// Make the first session with `load`, on its own thread; returns once it is ready, or with its failure. There will
    /// be at most `most`.
    pub(super) fn start<S>(
        most: NonZeroUsize,
        load: impl Fn() -> Result<S, LoadError> + Send + Sync + 'static,
    ) -> Result<Self, LoadError>
    where
        S: FnMut(T) -> Reply<R>,
    {
        let serve = move |lanes: &Lanes<Task<T, R>>, patience, made: &mut dyn FnMut(_)| match load() {
            Ok(session) => {
                made(Ok(()));
                work_off(lanes, patience, session);
            }
            Err(error) => made(Err(error)),
        };
        let pool = Self {
            lanes: Arc::new(Lanes::new()),
            serve: Arc::new(serve),
            most: most.get(),
            patience: PATIENCE,
            sessions: Arc::default(),
            threads: Mutex::default(),
        };
        let (sender, made) = mpsc::channel();
        pool.spawn(None, move |result| {
            let _ = sender.send(result);
        })?;
        let gone = |_| LoadError::Thread(std::io::Error::other("it ended before its session was made"));
        made.recv().map_err(gone)??;
        Ok(pool)
    }

    /// One more thread with a session of its own, unless there are enough.
    fn spawn(
        &self,
        patience: Option<Duration>,
        mut made: impl FnMut(Result<(), LoadError>) + Send + 'static,
    ) -> Result<(), LoadError> {
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        if self.sessions.load(Ordering::Acquire) >= self.most {
            return Ok(());
        }
        threads.retain(|thread| !thread.is_finished());
        let (lanes, serve) = (Arc::clone(&self.lanes), Arc::clone(&self.serve));
        let counted = Counted::one_more(&self.sessions);
        let body = move || {
            let _counted = counted;
            serve(&lanes, patience, &mut made);
        };
        let thread = std::thread::Builder::new().name(format!("embed-{}", threads.len()));
        threads.push(thread.spawn(body).map_err(LoadError::Thread)?);
        Ok(())
    }

    /// More sessions for those who wait. One that cannot be made is missed by nobody else: the first has shown that the
    /// model is sound.
    fn grow(&self, waiting: usize) {
        for _ in 0..waiting.min(self.most) {
            if self.spawn(Some(self.patience), |_| {}).is_err() {
                return;
            }
        }
    }

    /// Run every input and return the replies in the same order.
    pub(super) async fn run(&self, lane: Lane, inputs: Vec<T>) -> Result<Vec<R>, EmbedError> {
        let mut replies = Vec::with_capacity(inputs.len());
        for receiver in self.enqueue(lane, inputs) {
            replies.push(answer(receiver.await)?);
        }
        Ok(replies)
    }

    /// The same for threads that may wait.
    pub(super) fn run_blocking(&self, lane: Lane, inputs: Vec<T>) -> Result<Vec<R>, EmbedError> {
        self.enqueue(lane, inputs).into_iter().map(|receiver| answer(receiver.blocking_recv())).collect()
    }

    fn enqueue(&self, lane: Lane, inputs: Vec<T>) -> Vec<oneshot::Receiver<Reply<R>>> {
        let (tasks, receivers): (Vec<_>, Vec<_>) = inputs
            .into_iter()
            .map(|input| {
                let (reply, receiver) = oneshot::channel();
                (Task { input, reply }, receiver)
            })
            .unzip();
        self.grow(self.lanes.push(lane, tasks));
        receivers
    }
}

impl<T, R> Drop for Pool<T, R> {
    /// Waits for the texts that are being worked on, a few milliseconds each: ONNX Runtime must not be torn down, at
    /// the end of the process, under a session that runs.
    fn drop(&mut self) {
        self.lanes.close();
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            let _ = thread.join();
        }
    }
}

/// Counts a session for as long as it is there.
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn one_more(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::AcqRel);
        Self(Arc::clone(count))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

fn work_off<T, R>(lanes: &Lanes<Task<T, R>>, patience: Option<Duration>, mut session: impl FnMut(T) -> Reply<R>) {
    while let Some(Task { input, reply }) = lanes.take(patience) {
        // Whoever asked may have gone: a closed connection, a cancelled job.
        if reply.is_closed() {
            continue;
        }
        let result = catch_unwind(AssertUnwindSafe(|| session(input)));
        let _ = reply.send(result.unwrap_or_else(|_| Err("the session panicked on this text".to_owned())));
    }
}

fn answer<R>(received: Result<Reply<R>, oneshot::error::RecvError>) -> Result<R, EmbedError> {
    match received {
        Ok(reply) => reply.map_err(EmbedError::Failed),
        Err(_) => Err(EmbedError::Unavailable("its threads have stopped".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(sessions: usize) -> Pool<i64, i64> {
        let load = || {
            Ok(|input: i64| match input {
                0 => panic!("a session that fails"),
                negative if negative < 0 => Err("negative".to_owned()),
                input => Ok(input * 2),
            })
        };
        Pool::start(NonZeroUsize::new(sessions).unwrap(), load).unwrap()
    }

    #[tokio::test]
    async fn replies_keep_the_order_of_the_inputs() {
        let doubled = pool(3).run(Lane::Patient, (1..200).collect()).await.unwrap();
        assert_eq!(doubled, (1..200).map(|input| input * 2).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn a_panic_is_answered_and_the_session_goes_on() {
        let pool = pool(1);
        assert!(matches!(pool.run(Lane::Patient, vec![0]).await, Err(EmbedError::Failed(_))));
        assert!(matches!(pool.run(Lane::Patient, vec![-1]).await, Err(EmbedError::Failed(_))));
        assert_eq!(pool.run(Lane::Urgent, vec![21]).await.unwrap(), [42]);
    }

    #[tokio::test]
    async fn a_closed_pool_answers_instead_of_hanging() {
        let pool = pool(1);
        pool.lanes.close();
        assert!(matches!(pool.run(Lane::Urgent, vec![1]).await, Err(EmbedError::Unavailable(_))));
    }

    #[test]
    fn a_first_session_that_cannot_load_fails_the_start() {
        let load = || Err::<fn(i64) -> Reply<i64>, _>(LoadError::Hub { name: "x".into(), cause: "unreachable".into() });
        assert!(Pool::start(NonZeroUsize::new(3).unwrap(), load).is_err());
    }

    #[tokio::test]
    async fn a_later_session_that_cannot_load_is_done_without() {
        let load = || match std::thread::current().name() {
            Some("embed-0") => Ok(|input: i64| Ok(input)),
            _ => Err(LoadError::Hub { name: "x".into(), cause: "unreachable".into() }),
        };
        let pool = Pool::start(NonZeroUsize::new(3).unwrap(), load).unwrap();
        assert_eq!(pool.run(Lane::Patient, (0..50).collect()).await.unwrap(), (0..50).collect::<Vec<_>>());
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn sessions_come_while_texts_wait_and_all_but_one_go() {
        // Every run waits until three sessions run at once.
        let together = Arc::new(std::sync::Barrier::new(3));
        let load = move || {
            let together = Arc::clone(&together);
            Ok(move |input: i64| {
                together.wait();
                Ok(input)
            })
        };
        let mut pool = Pool::start(NonZeroUsize::new(3).unwrap(), load).unwrap();
        pool.patience = Duration::ZERO;
        assert_eq!(pool.sessions.load(Ordering::Acquire), 1);
        assert_eq!(pool.run(Lane::Patient, vec![1, 2, 3]).await.unwrap(), [1, 2, 3]);
        while pool.sessions.load(Ordering::Acquire) > 1 {
            std::thread::yield_now();
        }
        assert_eq!(pool.run(Lane::Patient, vec![1, 2, 3]).await.unwrap(), [1, 2, 3]);
    }
}
