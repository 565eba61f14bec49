//! A pool of single-threaded sessions, one operating-system thread each.
//!
//! One session per core with one text per run is the fastest way through a small encoder on a CPU (larger batches fall
//! out of the L2 cache) and the only one in which a text's neighbours cannot touch its bits. Knows nothing of what a
//! session does with a task; a session that panics answers with an error and goes on.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use super::LoadError;
use super::lanes::{Lane, Lanes};
use crate::ports::EmbedError;

/// What a session answers, or why it could not.
pub(super) type Reply<R> = Result<R, String>;

pub(super) struct Pool<T, R> {
    lanes: Arc<Lanes<Task<T, R>>>,
    threads: Vec<JoinHandle<()>>,
}

struct Task<T, R> {
    input: T,
    reply: oneshot::Sender<Reply<R>>,
}

impl<T: Send + 'static, R: Send + 'static> Pool<T, R> {
    /// Start the threads; each makes its own session with `load`, all at the same time. Returns once every session is
    /// ready, or with the first failure and no thread left.
    pub(super) fn start<S>(
        sessions: NonZeroUsize,
        load: impl Fn() -> Result<S, LoadError> + Clone + Send + 'static,
    ) -> Result<Self, LoadError>
    where
        S: FnMut(T) -> Reply<R>,
    {
        let mut pool = Self { lanes: Arc::new(Lanes::new()), threads: Vec::new() };
        let (ready, readiness) = mpsc::channel();
        for index in 0..sessions.get() {
            let (lanes, load, ready) = (pool.lanes.clone(), load.clone(), ready.clone());
            let thread = std::thread::Builder::new().name(format!("embed-{index}"));
            let body = move || match load() {
                Ok(session) => {
                    let _ = ready.send(Ok(()));
                    // Without this the channel would stay open for as long as the session lives.
                    drop(ready);
                    serve(&lanes, session);
                }
                Err(error) => {
                    let _ = ready.send(Err(error));
                }
            };
            pool.threads.push(thread.spawn(body).map_err(LoadError::Thread)?);
        }
        drop(ready);
        readiness.iter().collect::<Result<Vec<()>, LoadError>>()?;
        Ok(pool)
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
        self.lanes.push(lane, tasks);
        receivers
    }
}

impl<T, R> Drop for Pool<T, R> {
    /// Waits for the texts that are being worked on, a few milliseconds each: ONNX Runtime must not be torn down, at
    /// the end of the process, under a session that runs.
    fn drop(&mut self) {
        self.lanes.close();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn serve<T, R>(lanes: &Lanes<Task<T, R>>, mut session: impl FnMut(T) -> Reply<R>) {
    while let Some(Task { input, reply }) = lanes.take() {
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
    fn one_session_that_cannot_load_fails_the_start() {
        let load = || match std::thread::current().name() {
            Some("embed-2") => Err(LoadError::Hub { name: "x".into(), cause: "unreachable".into() }),
            _ => Ok(|input: i64| Ok(input)),
        };
        assert!(Pool::<i64, i64>::start(NonZeroUsize::new(3).unwrap(), load).is_err());
    }
}
