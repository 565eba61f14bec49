//! The store: SQL, and nothing but SQL, on SQLite or Postgres with the same queries.
//!
//! One file per noun, functions `noun_verb`. SQLite has one writing connection (a second writer would only wait) and
//! several reading ones; Postgres one pool. Nothing here decides who may see what: whatever returns text takes a
//! `&Clearance` and asks it. Does not know the index, the embedder or HTTP.

mod answer_record;
mod api_key;
mod audit;
mod build;
mod canary_run;
mod catalog;
mod conversation;
mod cut;
mod diary;
mod docket;
mod document;
mod ending;
mod erasing;
mod errand;
mod evaluation;
mod feedback;
mod filling;
mod former;
mod generation;
mod group;
mod handoff;
mod heading;
mod idempotency;
mod identity;
mod insight;
mod inspection;
mod item;
mod job;
mod lease;
mod ledger;
mod link;
mod listing;
mod migrating;
mod near;
mod onlooker;
mod origin;
mod originals;
mod outbox;
mod passage;
mod person;
mod phrase;
mod reach;
mod readers;
mod receipt;
mod recut;
mod retry;
mod rows;
mod said;
mod sample;
mod schedule;
mod setting;
mod sign_in;
mod source;
mod spending;
mod stage;
mod state;
mod summary;
mod told;
mod turn;
mod vector;
mod whereabouts;
mod writing;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::{AnyConnection, AnyPool, Connection, Executor};
use tokio::sync::RwLock;

use crate::clock::Clock;

pub use answer_record::{AnswerRecord, KeptRecord, STAGES, Stages, Tokens};
pub use api_key::{ApiKey, NewKey};
pub use audit::{AuditFilter, AuditHead, AuditRow, NewAudit};
pub use build::{Build, BuildState, Promotion};
pub use canary_run::CanaryRun;
pub use catalog::LeasedCatalog;
pub use conversation::{Conversation, Owner};
pub use cut::{Cut, Field, KeptRow, PASSING, Schema, Vectors, kept_tables, known_schema, newest_schema};
pub use diary::LogLine;
pub use docket::{JobFilter, JobLine, JobPassed, JobSeen};
pub use document::LiveDocument;
pub use ending::Fault;
pub use erasing::Erased;
pub use evaluation::Evaluation;
pub use feedback::{Feedback, FeedbackLine, Judged};
pub use filling::{Filling, Found};
pub use former::VersionLine;
pub use generation::{NewGeneration, Recipe};
pub use group::GroupLine;
pub use handoff::{Handoff, Reply, Waiting};
pub use heading::Headings;
pub use idempotency::{Claimed, KEPT_FOR_MS, RUNS_FOR_MS, RepeatKey};
pub use identity::Identity;
pub use insight::{Asked, Gap, Growth, Judgement, Provenance, Rated, UnusedPassed};
pub use inspection::{AskedQuestion, InspectedChunk, Inspection, Likeness};
pub use item::{ItemLine, NewItem};
pub use job::{JobKind, JobState, JobStatus};
pub use lease::{Hold, Lease};
pub use ledger::{LedgerLine, SqlLedger};
pub use link::{Link, LinkPurpose, Redemption};
pub use listing::{ChunkLine, DocumentLine, DocumentRead, Narrowing, OriginalName, Passed, Places, Sorting};
pub use onlooker::Onlooker;
pub use originals::{Incoming, Originals, Pin, Received};
pub use outbox::{Task, TaskKind};
pub use passage::StoredChunk;
pub use person::{NewPerson, Person, PersonChange, PersonError, PersonState};
pub use receipt::{Findings, Receipt, Traces, Why};
pub use recut::WholeText;
pub use schedule::{NewSchedule, Schedule};
pub use setting::SettingName;
pub use sign_in::{NewSignIn, SignIn};
pub use source::Source;
pub use spending::{Account, SpendingLine};
pub use stage::StageLine;
pub use state::{DocumentState, ProblemLine};
pub use summary::Summary;
pub use told::{Looked, Mark, Told};
pub use turn::{Answered, Cited, NewTurn, Part, Quoted, Rest, Turn};
pub use whereabouts::{HandedIn, Whereabouts};

/// A job's worker must be heard of this often, or another takes over.
pub const LEASE: Duration = Duration::from_secs(60);
const READERS: u32 = 8;

/// Where the rows are.
#[derive(Clone, PartialEq, Eq)]
pub enum Database {
    Sqlite(PathBuf),
    /// An address with its password.
    Postgres(String),
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => f.debug_tuple("Sqlite").field(path).finish(),
            Self::Postgres(_) => f.write_str("Postgres(..)"),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Dialect {
    Sqlite,
    Postgres,
}

/// Why the store did not answer, split by what a person does next.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the database was written by a newer version of lectern: use that version, or restore an older backup")]
    Newer,
    #[error("the disk is full: free some space, nothing was lost")]
    DiskFull,
    #[error("the database cannot be used: {0}")]
    Unavailable(#[source] sqlx::Error),
    #[error("a text holds a character that cannot be kept: leave it out")]
    Unkeepable,
    #[error("the database holds a value that this version does not understand: {0}")]
    Unreadable(String),
    #[error("another build of the index went live meanwhile: try again")]
    Superseded,
    #[error("the original cannot be kept or read: {0}")]
    Original(#[source] std::io::Error),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let full = error.as_database_error().is_some_and(|cause| {
            let code = cause.code();
            matches!(code.as_deref(), Some("13" | "53100")) || cause.message().contains("disk is full")
        });
        // A zero byte, which one of the two databases takes for an error and the other for a letter.
        let code = error.as_database_error().and_then(|cause| cause.code());
        let unkeepable = matches!(code.as_deref(), Some("22021" | "22P05"));
        match (full, unkeepable) {
            (true, _) => Self::DiskFull,
            (false, true) => Self::Unkeepable,
            (false, false) => Self::Unavailable(error),
        }
    }
}

impl StoreError {
    /// Why an original could not be kept.
    pub fn keeping(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull => Self::DiskFull,
            _ => Self::Original(error),
        }
    }

    /// What the database stands on failed.
    pub fn below(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull => Self::DiskFull,
            _ => Self::Unavailable(sqlx::Error::Io(error)),
        }
    }
}

#[derive(Clone)]
pub struct Store {
    writer: AnyPool,
    reader: AnyPool,
    dialect: Dialect,
    clock: Clock,
    originals: Originals,
    /// Held for reading while bytes are handed in, from their first byte to the row that names them; for writing while
    /// bytes that nothing names are deleted.
    pub handing_in: Arc<RwLock<()>>,
}

impl Store {
    /// Open the database, bring its tables up to date, and refuse one that a newer version wrote.
    pub async fn open(database: &Database, originals: Originals, clock: Clock) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let (writer, reader, dialect) = match database {
            Database::Sqlite(path) => {
                let url = sqlite_url(path);
                // First by itself: a pool would only say that it waited, not for what.
                let mut first = AnyConnection::connect(&url).await?;
                first.execute(PRAGMAS).await?;
                first.close().await?;
                let writer = sqlite_pool(1).connect(&url).await?;
                let reader = sqlite_pool(READERS).connect_lazy(&url)?;
                (writer, reader, Dialect::Sqlite)
            }
            Database::Postgres(url) => {
                AnyConnection::connect(url).await?.close().await?;
                let pool = AnyPoolOptions::new().max_connections(READERS + 2).connect(url).await?;
                (pool.clone(), pool, Dialect::Postgres)
            }
        };
        migrating::migrate(&mut *writer.acquire().await?, None).await?;
        Ok(Self { writer, reader, dialect, clock, originals, handing_in: Arc::default() })
    }

    pub fn originals(&self) -> &Originals {
        &self.originals
    }

    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.reader).await?;
        Ok(())
    }

    pub async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }
}

/// What every SQLite connection begins with. A search reads fifty passages from all over the file, by four tables and their
/// indexes; the default cache of 2 MB does not even keep the upper floors of those.
const PRAGMAS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
                       PRAGMA busy_timeout = 5000; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8000;";

/// A path as a URL: a data directory may be called `100%` or `what?`.
fn sqlite_url(path: &Path) -> String {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let path = path.to_string_lossy().replace('%', "%25").replace('?', "%3F").replace('#', "%23");
    format!("sqlite://{path}?mode=rwc")
}

fn sqlite_pool(connections: u32) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(connections)
        .idle_timeout(None)
        .max_lifetime(None)
        .after_connect(|connection, _| Box::pin(async move { connection.execute(PRAGMAS).await.map(|_| ()) }))
}
