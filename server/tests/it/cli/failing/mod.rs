//! Every step of what must never be half done, ended in every manner: killed, at fault itself, or let down by what it stands
//! on. The real binary fails where it is told to (`LECTERN_FAULT`), is started again, and everything is as it should be.
//!
//! A step is in the table as soon as it is in `server::faults`: each protocol's walk takes all of its steps, and a step that is
//! never taken fails its walk. `make failpoints` walks what takes longer.

mod backup;
mod disk;
mod house;
mod migrations;
mod reindex;
mod restore;
mod write;

use std::process::Command;

use server::faults::{Manner, Protocol, Step};

use super::{Lectern, Ran, Server, wait_for};

/// What the log says as it happens.
const HAPPENS: &str = "a fault that was asked for happens now";

/// One field of the table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Cell {
    step: Step,
    manner: Manner,
    passing: usize,
}

/// Every step of a protocol in each of these manners.
fn cells(protocol: Protocol, manners: &[Manner]) -> Vec<Cell> {
    let steps = Step::ALL.iter().copied().filter(|step| step.protocol() == protocol);
    steps.flat_map(|step| manners.iter().map(move |manner| Cell { step, manner: *manner, passing: 1 })).collect()
}

impl Cell {
    fn name(self) -> String {
        format!("{}={}@{}", self.step.name(), self.manner.name(), self.passing)
    }

    fn arm(self, command: &mut Command) -> &mut Command {
        command.env("LECTERN_FAULT", self.name()).env("RUST_LOG", "info")
    }

    /// A command that comes to its end there: dead, or with one clear sentence.
    fn ends(self, command: &mut Command) {
        let ran: Ran = self.arm(command).output().unwrap().into();
        let name = self.name();
        assert!(ran.err.contains(HAPPENS), "{name} was never passed: {ran:?}");
        let ends_so = match self.manner {
            Manner::Kill | Manner::Stop => ran.code.is_none(),
            // On a thread of its own it is an error for whoever waits for that.
            Manner::Panic => [Some(101), Some(1)].contains(&ran.code) && ran.err.contains("panicked"),
            Manner::Io => ran.code == Some(1) && ran.err.contains(&format!("the fault {name} was asked for")),
        };
        assert!(ends_so, "{name}: {ran:?}");
    }

    /// A server meets it: it is dead, or goes on. Whether it goes on.
    fn is_survived_by(self, server: &mut Server) -> bool {
        if self.manner == Manner::Kill {
            assert_eq!(server.ended(), None, "{}: {}", self.name(), server.log());
        } else {
            wait_for(&format!("{} to happen", self.name()), || server.log().contains(HAPPENS));
        }
        assert!(server.log().contains(HAPPENS), "{} was never passed: {}", self.name(), server.log());
        self.manner != Manner::Kill
    }
}

#[test]
fn a_fault_that_nobody_knows_is_no_start() {
    let lectern = Lectern { folder: tempfile::tempdir().unwrap() };
    for (fault, words) in [
        ("flush=kill", "there is no step \"flush\"; there are job-begun,"),
        ("flushed=die", "LECTERN_FAULT is STEP=kill"),
        ("flushed=io@0", "LECTERN_FAULT is STEP=kill"),
    ] {
        let ran: Ran = lectern.command(&["audit"]).env("LECTERN_FAULT", fault).output().unwrap().into();
        ran.complains(2, words);
    }
    assert!(!lectern.data().exists());
    let ran: Ran = Lectern::new().command(&["audit"]).env("LECTERN_FAULT", "flushed=kill").output().unwrap().into();
    assert!(ran.expect(0).err.contains("LECTERN_FAULT=flushed=kill@1: this process will fail there"));
}
