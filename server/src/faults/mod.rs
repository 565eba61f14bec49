//! Faults on request: what must never be left half done fails at a step that somebody named, so that a test sees what the
//! next start makes of it.
//!
//! `LECTERN_FAULT=flushed=kill` arms one step of one process; without it a step costs one load. It is in the binary that is
//! shipped, so that what is tested is what people run (decision 14). To add a step: a row in [`steps`], and
//! `faults::at(Step::NAME)` where it ends; the tests walk every row. Knows no step's work.

mod index;

use std::fmt;
use std::io;
use std::str::FromStr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

pub use index::watched;

#[cfg(unix)]
const UNTIL_ALL_STAND_STILL: std::time::Duration = std::time::Duration::from_secs(1);

/// What a step belongs to: each is walked by a test of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Protocol {
    Write,
    Reindex,
    Backup,
    Restore,
    Migration,
}

/// The steps, in the order in which they are taken: `NAME "as it is typed" of a protocol`.
macro_rules! steps {
    ($($step:ident $name:literal $protocol:ident),+ $(,)?) => {
        /// A step after which everything may end.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Step { $($step),+ }

        impl Step {
            pub const ALL: &[Self] = &[$(Self::$step),+];

            pub fn name(self) -> &'static str {
                match self { $(Self::$step => $name),+ }
            }

            pub fn protocol(self) -> Protocol {
                match self { $(Self::$step => Protocol::$protocol),+ }
            }
        }
    };
}

steps! {
    JobBegun "job-begun" Write,
    OriginalWritten "original-written" Write,
    OriginalSynced "original-synced" Write,
    OriginalPlaced "original-placed" Write,
    ItemsUncommitted "items-uncommitted" Write,
    ItemsCommitted "items-committed" Write,
    Accepted "accepted" Write,
    Claimed "claimed" Write,
    Read "read" Write,
    Parsed "parsed" Write,
    Embedded "embedded" Write,
    Upserted "upserted" Write,
    Flushed "flushed" Write,
    Verified "verified" Write,
    FlipUncommitted "flip-uncommitted" Write,
    Flipped "flipped" Write,
    OutboxTold "outbox-told" Write,
    OutboxStruck "outbox-struck" Write,

    BuildBegun "build-begun" Reindex,
    BuildOpened "build-opened" Reindex,
    BatchWritten "batch-written" Reindex,
    BuildFilled "build-filled" Reindex,
    BuildCompared "build-compared" Reindex,
    BuildJudged "build-judged" Reindex,
    PromotionUncommitted "promotion-uncommitted" Reindex,
    Promoted "promoted" Reindex,
    MadeLive "made-live" Reindex,
    DiscardMarked "discard-marked" Reindex,
    DiscardRemoved "discard-removed" Reindex,
    DiscardCleared "discard-cleared" Reindex,
    RolledBack "rolled-back" Reindex,

    BackupBegun "backup-begun" Backup,
    CutTaken "cut-taken" Backup,
    RowsRead "rows-read" Backup,
    OriginalsPacked "originals-packed" Backup,
    BackupWritten "backup-written" Backup,
    BackupSynced "backup-synced" Backup,
    BackupChecked "backup-checked" Backup,
    BackupPlaced "backup-placed" Backup,
    BackupRotated "backup-rotated" Backup,

    RestoreMarked "restore-marked" Restore,
    TablesMade "tables-made" Restore,
    OriginalsRestored "originals-restored" Restore,
    RowsRestored "rows-restored" Restore,
    RestoreCompared "restore-compared" Restore,
    RestoreCommitted "restore-committed" Restore,
    RestoreProved "restore-proved" Restore,
    RestoreEnded "restore-ended" Restore,

    MigrationBegun "migration-begun" Migration,
    MigrationApplied "migration-applied" Migration,
}

/// How it ends there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Manner {
    /// The process is killed, as by `kill -9` or a power cut.
    Kill,
    /// The code is at fault.
    Panic,
    /// The disk, or whatever the step stands on, fails once.
    Io,
    /// The process stands still until it is told to go on (SIGCONT): for what somebody else does meanwhile.
    Stop,
}

impl Manner {
    /// Those that a step may not survive.
    pub const FAULTS: [Self; 3] = [Self::Kill, Self::Panic, Self::Io];

    pub fn name(self) -> &'static str {
        match self {
            Self::Kill => "kill",
            Self::Panic => "panic",
            Self::Io => "io",
            Self::Stop => "stop",
        }
    }
}

/// What is armed: the step, how it ends, and at which passing.
#[derive(Debug)]
pub struct Armed {
    step: Step,
    manner: Manner,
    passing: u32,
    passed: AtomicU32,
}

/// Why nothing was armed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FaultError {
    #[error("LECTERN_FAULT is STEP=kill, STEP=panic, STEP=io or STEP=stop, with @N for the Nth passing, not \"{0}\"")]
    Malformed(String),
    #[error("LECTERN_FAULT: there is no step \"{0}\"; there are {names}", names = names())]
    Unknown(String),
}

fn names() -> String {
    Step::ALL.iter().map(|step| step.name()).collect::<Vec<_>>().join(", ")
}

impl FromStr for Armed {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let malformed = || FaultError::Malformed(text.to_owned());
        let (name, rest) = text.split_once('=').ok_or_else(malformed)?;
        let (manner, passing) = match rest.split_once('@') {
            Some((manner, passing)) => (manner, passing.parse().ok().filter(|passing| *passing > 0)),
            None => (rest, Some(1)),
        };
        let known = [Manner::Kill, Manner::Panic, Manner::Io, Manner::Stop];
        let manner = known.into_iter().find(|known| known.name() == manner).ok_or_else(malformed)?;
        let step = Step::ALL.iter().copied().find(|step| step.name() == name);
        let step = step.ok_or_else(|| FaultError::Unknown(name.to_owned()))?;
        Ok(Self { step, manner, passing: passing.ok_or_else(malformed)?, passed: AtomicU32::new(0) })
    }
}

impl fmt::Display for Armed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}@{}", self.step.name(), self.manner.name(), self.passing)
    }
}

static ARMED: OnceLock<Armed> = OnceLock::new();

/// From now on, in this process, until it ends. Once: whoever comes second changes nothing.
pub fn arm(fault: Armed) {
    let _ = ARMED.set(fault);
}

/// A step was taken. What fails here failed because somebody asked for it.
pub fn at(step: Step) -> io::Result<()> {
    match ARMED.get() {
        Some(armed) if armed.step == step => armed.pass(),
        _ => Ok(()),
    }
}

fn is_armed() -> bool {
    ARMED.get().is_some()
}

impl Armed {
    fn pass(&self) -> io::Result<()> {
        if self.passed.fetch_add(1, Ordering::SeqCst) + 1 != self.passing {
            return Ok(());
        }
        tracing::warn!(fault = %self, "a fault that was asked for happens now");
        match self.manner {
            Manner::Kill => killed(),
            Manner::Panic => panicked(self),
            Manner::Io => Err(io::Error::other(format!("the fault {self} was asked for"))),
            Manner::Stop => stopped(),
        }
    }
}

#[expect(clippy::panic, reason = "somebody wants to know what becomes of a panic here")]
fn panicked(armed: &Armed) -> io::Result<()> {
    panic!("the fault {armed} was asked for")
}

/// Nothing is put down, nothing is written.
#[cfg(unix)]
fn killed() -> io::Result<()> {
    rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL)?;
    loop {
        std::thread::park();
    }
}

#[cfg(not(unix))]
fn killed() -> io::Result<()> {
    std::process::abort()
}

/// The signal is for the process: another thread may be the first to hear of it, and this one would be beyond its step by then.
#[cfg(unix)]
fn stopped() -> io::Result<()> {
    rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::STOP)?;
    std::thread::sleep(UNTIL_ALL_STAND_STILL);
    Ok(())
}

#[cfg(not(unix))]
fn stopped() -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_fault_is_a_step_a_manner_and_a_passing() {
        let check = |text: &str, expected: &str| assert_eq!(text.parse::<Armed>().unwrap().to_string(), expected);
        check("flushed=kill", "flushed=kill@1");
        check("batch-written=io@3", "batch-written=io@3");
        check("parsed=panic@1", "parsed=panic@1");
        check("upserted=stop", "upserted=stop@1");
        for text in ["", "flushed", "flushed=", "flushed=die", "flushed=kill@0", "flushed=kill@", "flushed=kill@x"] {
            assert_eq!(text.parse::<Armed>().unwrap_err(), FaultError::Malformed(text.to_owned()));
        }
        let unknown = "flush=kill".parse::<Armed>().unwrap_err();
        assert!(unknown.to_string().contains("\"flush\"; there are job-begun, original-written"), "{unknown}");
    }

    #[test]
    fn only_the_passing_that_was_asked_for_fails() {
        let armed: Armed = "flushed=io@2".parse().unwrap();
        assert!(armed.pass().is_ok());
        assert_eq!(armed.pass().unwrap_err().to_string(), "the fault flushed=io@2 was asked for");
        assert!(armed.pass().is_ok());
        assert!(at(Step::Flushed).is_ok(), "nothing is armed in this process");
    }

    #[test]
    fn every_step_has_a_name_of_its_own() {
        let names: BTreeSet<&str> = Step::ALL.iter().map(|step| step.name()).collect();
        assert_eq!(names.len(), Step::ALL.len());
    }
}
