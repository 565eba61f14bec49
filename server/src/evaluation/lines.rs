//! Files with one JSON object a line. A line that is wrong is named by its file and number.

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

/// Why a set cannot be read, or cannot be measured with.
#[derive(Debug, thiserror::Error)]
pub enum SetError {
    #[error("{} cannot be read: {cause}", .file.display())]
    File { file: PathBuf, cause: std::io::Error },
    #[error("{} line {line}: {cause}", .file.display())]
    Line { file: PathBuf, line: usize, cause: String },
    #[error("{}: {what}", .file.display())]
    Nothing { file: PathBuf, what: &'static str },
}

/// What the lines of a file hold, each with its number.
pub fn numbered<T>(file: &Path, read: impl Fn(&str) -> Result<T, String>) -> Result<Vec<(usize, T)>, SetError> {
    let text = std::fs::read_to_string(file).map_err(|cause| SetError::File { file: file.to_owned(), cause })?;
    // Editors of one system put a mark in front that no JSON begins with.
    let text = text.trim_start_matches('\u{feff}');
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let wrong = |at, cause| SetError::Line { file: file.to_owned(), line: at + 1, cause };
    lines.map(|(at, line)| Ok((at + 1, read(line).map_err(|cause| wrong(at, cause))?))).collect()
}

/// The objects of a file; one without any is no set.
pub fn objects<T: DeserializeOwned>(file: &Path, what: &'static str) -> Result<Vec<(usize, T)>, SetError> {
    let found = numbered(file, |line| serde_json::from_str(line).map_err(|error| error.to_string()))?;
    if found.is_empty() { Err(SetError::Nothing { file: file.to_owned(), what }) } else { Ok(found) }
}
