//! Parse workers: the same binary as a child process that may crash, hang or eat its memory without harm.
//!
//! A worker reads one document after another from its standard input and answers on its standard output. It is reused,
//! and replaced after any fault or after enough documents. The parent holds the wall clock, the child its own limits.

mod child;
mod frame;

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use ingest::parse::Parsed;
use ingest::ports::{Parse, ParseFault};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;

pub use child::serve_parent;

/// A document that takes longer by the wall clock has hung.
const WALL_CLOCK: Duration = Duration::from_secs(60);
/// A worker is replaced after this many documents, whatever leaked.
const DOCUMENTS: usize = 200;

/// A pool of worker processes.
pub struct ParseWorkers {
    program: PathBuf,
    idle: Mutex<Vec<Worker>>,
    places: Semaphore,
}

struct Worker {
    process: Child,
    parsed: usize,
}

impl ParseWorkers {
    /// At most `many` workers of this program at once; none is started before it is needed.
    pub fn new(program: PathBuf, many: usize) -> Self {
        Self { program, idle: Mutex::default(), places: Semaphore::new(many.max(1)) }
    }

    fn take(&self) -> Result<Worker, ParseFault> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.map_or_else(|| self.start(), Ok)
    }

    fn give_back(&self, worker: Worker) {
        if worker.parsed < DOCUMENTS {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
        }
    }

    /// The child inherits nothing it does not need: no environment, no logs.
    fn start(&self) -> Result<Worker, ParseFault> {
        let process = Command::new(&self.program)
            .arg("worker")
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| ParseFault::Crashed(format!("it could not be started: {error}")))?;
        Ok(Worker { process, parsed: 0 })
    }
}

#[async_trait]
impl Parse for ParseWorkers {
    async fn parse(&self, name: &str, bytes: Vec<u8>) -> Result<Parsed, ParseFault> {
        let closed = |_| ParseFault::Crashed("the workers are shutting down".into());
        let _place = self.places.acquire().await.map_err(closed)?;
        let worker = self.take()?;
        // A worker that read others before may have been sick of those; a fresh one has only this document to blame.
        let was_fresh = worker.parsed == 0;
        match self.ask(worker, name, &bytes).await {
            Err(_) if !was_fresh => self.ask(self.start()?, name, &bytes).await?,
            answer => answer?,
        }
    }
}

impl ParseWorkers {
    /// What this worker makes of the document; the outer error is that it died over it.
    async fn ask(
        &self,
        mut worker: Worker,
        name: &str,
        bytes: &[u8],
    ) -> Result<Result<Parsed, ParseFault>, ParseFault> {
        let answer = tokio::time::timeout(WALL_CLOCK, worker.ask(name, bytes)).await;
        match answer {
            // The document was refused or read: either way the worker is well.
            Ok(Ok(answer)) => {
                worker.parsed += 1;
                self.give_back(worker);
                Ok(answer.map_err(ParseFault::Refused))
            }
            Ok(Err(error)) => Err(ParseFault::Crashed(worker.epitaph(&error).await)),
            Err(_) => Ok(Err(ParseFault::Crashed(format!("it took longer than {} seconds", WALL_CLOCK.as_secs())))),
        }
    }
}

impl Worker {
    async fn ask(&mut self, name: &str, bytes: &[u8]) -> std::io::Result<Result<Parsed, String>> {
        let gone = || std::io::Error::from(std::io::ErrorKind::BrokenPipe);
        let input = self.process.stdin.as_mut().ok_or_else(gone)?;
        let output = self.process.stdout.as_mut().ok_or_else(gone)?;
        frame::send_document(input, name, bytes).await?;
        frame::receive_answer(output).await
    }

    /// What is known of how a worker died, as a person can use it.
    async fn epitaph(&mut self, error: &std::io::Error) -> String {
        let ended = tokio::time::timeout(Duration::from_secs(1), self.process.wait()).await;
        match ended {
            Ok(Ok(status)) => format!("it ended with {status}; the file may be too large or too deeply nested"),
            _ => format!("it stopped answering: {error}"),
        }
    }
}
