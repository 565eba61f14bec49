//! Why a model could not be loaded, always with the file or the name that a person has to look at.
//!
//! Knows nothing of how to repair it: the server, which put the files there, adds that advice.

use std::path::{Path, PathBuf};

/// Why there is no model to run.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The library is missing, cut short, too old or for another machine.
    #[error("ONNX Runtime cannot be loaded from {}: {cause}", path.display())]
    Library { path: PathBuf, cause: String },
    /// A process has one ONNX Runtime for as long as it lives.
    #[error("ONNX Runtime is already loaded from {}, so {} cannot be loaded", open.display(), wanted.display())]
    AlreadyOpen { open: PathBuf, wanted: PathBuf },
    /// A file of the model is missing or unreadable.
    #[error("{} cannot be read: {cause}", file.display())]
    Unreadable { file: PathBuf, cause: std::io::Error },
    /// A file of the model was read and makes no sense.
    #[error("{} is damaged or not a model that fits: {cause}", file.display())]
    Damaged { file: PathBuf, cause: String },
    /// The configuration names a model that fastembed does not know.
    #[error("no {kind} model is called {name:?}; known are: {known}")]
    UnknownName { kind: &'static str, name: String, known: String },
    /// The hub cannot be reached or does not have the files.
    #[error("the model {name} cannot be fetched or loaded: {cause}")]
    Hub { name: String, cause: String },
    /// The operating system gave no thread.
    #[error("no thread for the model: {0}")]
    Thread(std::io::Error),
}

impl LoadError {
    pub(super) fn library(path: &Path, cause: impl ToString) -> Self {
        Self::Library { path: path.to_owned(), cause: cause.to_string() }
    }

    pub(super) fn damaged(file: &Path, cause: impl ToString) -> Self {
        Self::Damaged { file: file.to_owned(), cause: cause.to_string() }
    }
}
