//! Parse workers: the same binary as a child process that may crash, hang or eat its memory without harm.
//!
//! A worker reads one document after another from its standard input and answers on its standard output. It is reused,
//! and replaced after any fault or after enough documents. The parent holds the wall clock, the child and the kernel the
//! other limits.

mod child;
mod confine;
mod frame;

use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use ingest::crawl::ports::Survey;
use ingest::origin::bare_origin;
use ingest::parse::{PageRules, Part, Survey as Surveyed};
use ingest::ports::{LARGEST_FILE_BYTES, NoParts, Parse, ParseFault, Reading, TakeParts};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};
use url::Url;

pub use child::{WorkerArgs, serve_as_typed, serve_parent};
use frame::{Reply, Request, Verb};

/// A worker is replaced after this many documents, whatever leaked.
const DOCUMENTS: usize = 200;
/// A worker that says nothing for so long has hung; every file that it hands out counts as a sign of life.
const SILENCE: Duration = Duration::from_secs(60);
/// And so long may one document take, whatever it hands out.
const WALL_CLOCK: Duration = Duration::from_secs(300);

/// A document that ended so many workers ends no more: every way of reading it has had its turn.
const MOST_DEATHS: usize = 2;

/// What every worker is started with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerSettings {
    pub program: PathBuf,
    pub args: WorkerArgs,
    /// At most so many at once; none is started before it is needed.
    pub many: usize,
}

/// Text recognition says nothing while it looks at one page after another.
const PATIENCE_FOR_PICTURES: Duration = Duration::from_secs(600);

/// What a person may know of a document better than its bytes tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hints {
    /// In the words of `Kind::named`.
    pub kind: Option<String>,
    pub url: Option<String>,
    pub rules: PageRules,
}

/// A pool of worker processes.
pub struct ParseWorkers {
    settings: WorkerSettings,
    idle: Mutex<Vec<Worker>>,
    places: Semaphore,
}

struct Worker {
    process: Child,
    parsed: usize,
}

/// How a document ended a worker, or did not.
enum End {
    Answered(Reply),
    Died(String),
}

impl ParseWorkers {
    pub fn new(settings: WorkerSettings) -> Self {
        let places = Semaphore::new(settings.many.max(1));
        Self { settings, idle: Mutex::default(), places }
    }

    /// Read a document of which somebody knows more than its name.
    pub async fn read(
        &self,
        name: &str,
        bytes: Vec<u8>,
        hints: Hints,
        parts: &mut dyn TakeParts,
    ) -> Result<Reading, ParseFault> {
        match self.ask(request(Verb::Parse, name, &bytes, hints), &bytes, parts).await? {
            Reply::Read(read) => read.and_then(Reading::try_from).map_err(ParseFault::Refused),
            Reply::Surveyed(_) | Reply::Part { .. } => Err(out_of_turn()),
        }
    }

    /// What comes of a document. Where a worker dies over it a fresh one gets a try, which is told so and may read in a
    /// safer way; a worker that read others before may also have been sick of those.
    async fn ask(&self, mut request: Request, bytes: &[u8], parts: &mut dyn TakeParts) -> Result<Reply, ParseFault> {
        let closed = |_| ParseFault::Crashed("the workers are shutting down".into());
        let _place = self.places.acquire().await.map_err(closed)?;
        let mut worker = self.take()?;
        loop {
            let was_fresh = worker.parsed == 0;
            let why = match self.ask_one(worker, &request, bytes, parts).await {
                End::Answered(reply) => return Ok(reply),
                End::Died(why) => why,
            };
            request.deaths += usize::from(was_fresh);
            if request.deaths > MOST_DEATHS {
                return Err(ParseFault::Crashed(why));
            }
            parts.start_over();
            worker = self.start()?;
        }
    }

    async fn ask_one(&self, mut worker: Worker, request: &Request, bytes: &[u8], parts: &mut dyn TakeParts) -> End {
        match worker.ask(request, bytes, parts, Patience::of(&self.settings.args)).await {
            Ok(reply) => {
                worker.parsed += 1;
                self.give_back(worker);
                End::Answered(reply)
            }
            Err(error) if error.kind() == std::io::ErrorKind::TimedOut => End::Died(error.to_string()),
            Err(error) => End::Died(worker.epitaph(&error, &self.settings.args).await),
        }
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
        let process = Command::new(&self.settings.program)
            .arg("worker")
            .args(self.settings.args.as_typed())
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .process_group(0)
            .spawn()
            .map_err(|error| ParseFault::Crashed(format!("it could not be started: {error}")))?;
        Ok(Worker { process, parsed: 0 })
    }
}

#[async_trait]
impl Parse for ParseWorkers {
    async fn parse(
        &self,
        name: &str,
        bytes: Vec<u8>,
        rules: &PageRules,
        parts: &mut dyn TakeParts,
    ) -> Result<Reading, ParseFault> {
        let hints = Hints { rules: rules.clone(), ..Hints::default() };
        self.read(bare_origin(name), bytes, hints, parts).await
    }
}

#[async_trait]
impl Survey for ParseWorkers {
    async fn survey(&self, url: &Url, bytes: Vec<u8>) -> Result<Surveyed, ParseFault> {
        let request = request(Verb::Survey, url.as_str(), &bytes, Hints::default());
        match self.ask(request, &bytes, &mut NoParts).await? {
            Reply::Surveyed(survey) => Ok(survey.into()),
            Reply::Read(Err(why)) => Err(ParseFault::Refused(why)),
            Reply::Read(Ok(_)) | Reply::Part { .. } => Err(out_of_turn()),
        }
    }
}

fn request(verb: Verb, name: &str, bytes: &[u8], hints: Hints) -> Request {
    let Hints { kind, url, rules } = hints;
    Request { verb, name: name.to_owned(), kind, url, rules: (&rules).into(), deaths: 0, bytes: bytes.len() as u64 }
}

fn out_of_turn() -> ParseFault {
    ParseFault::Crashed("it answered something else".into())
}

impl Worker {
    async fn ask(
        &mut self,
        request: &Request,
        bytes: &[u8],
        parts: &mut dyn TakeParts,
        patience: Patience,
    ) -> std::io::Result<Reply> {
        let gone = || std::io::Error::from(std::io::ErrorKind::BrokenPipe);
        let input = self.process.stdin.as_mut().ok_or_else(gone)?;
        let output = self.process.stdout.as_mut().ok_or_else(gone)?;
        let end = Instant::now() + patience.in_all;
        let next = |end: Instant| end.min(Instant::now() + patience.silence);
        let hung = || hung(patience.silence);
        timeout_at(next(end), frame::send(input, request, bytes)).await.map_err(|_| hung())??;
        loop {
            match timeout_at(next(end), frame::receive(output)).await.map_err(|_| hung())?? {
                Reply::Part { name, bytes } => {
                    let bytes = frame::receive_bytes(output, bytes, LARGEST_FILE_BYTES);
                    let bytes = timeout_at(next(end), bytes).await.map_err(|_| hung())??;
                    parts.take(Part { name, bytes }).await;
                }
                last => return Ok(last),
            }
        }
    }

    /// What is known of how a worker died, as a person can use it.
    async fn epitaph(&mut self, error: &std::io::Error, limits: &WorkerArgs) -> String {
        let ended = tokio::time::timeout(Duration::from_secs(1), self.process.wait()).await;
        match ended {
            Ok(Ok(status)) if ran_out_of_time(status) => {
                format!("it took more than {} seconds of processor time", limits.cpu_seconds)
            }
            Ok(Ok(status)) => format!("it ended with {status}; the file may be too large or too deeply nested"),
            _ => format!("it stopped answering: {error}"),
        }
    }
}

/// How long a worker may take over one document.
#[derive(Clone, Copy)]
struct Patience {
    silence: Duration,
    in_all: Duration,
}

impl Patience {
    fn of(args: &WorkerArgs) -> Self {
        match args.tesseract {
            None => Self { silence: SILENCE, in_all: WALL_CLOCK },
            Some(_) => Self { silence: PATIENCE_FOR_PICTURES, in_all: PATIENCE_FOR_PICTURES },
        }
    }
}

/// A worker takes the programs that it started along.
impl Drop for Worker {
    fn drop(&mut self) {
        let group = self.process.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw);
        if let Some(group) = group {
            // Fails only when there is nobody left.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }
}

fn hung(silence: Duration) -> std::io::Error {
    let sentence = format!("it said nothing for {} seconds", silence.as_secs());
    std::io::Error::new(std::io::ErrorKind::TimedOut, sentence)
}

fn ran_out_of_time(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    status.signal() == Some(libc::SIGXCPU)
}
