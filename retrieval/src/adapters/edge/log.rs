//! The write-ahead log: how long it is, and cutting it.
//!
//! The engine writes every operation into it and reads none back; what counts is how the operations are numbered, since
//! changes with an old number are ignored. It never shortens the log either, and opening maps all of it: 3 KB a point,
//! half of what a large shard would hold in memory. Knows the names of files, nothing of the engine.

use std::path::{Path, PathBuf};
use std::{fs, io};

const DIRECTORY: &str = "wal";
const CLOSED: &str = "closed-";

/// Bytes, blocks reserved ahead included; 0 where it cannot be read, since this is a number for a graph.
pub(super) fn bytes(shard: &Path) -> u64 {
    let files = fs::read_dir(shard.join(DIRECTORY)).into_iter().flatten().flatten();
    files.filter_map(|file| file.metadata().ok()).map(|file| file.len()).sum()
}

/// Whether there is none, or one without a file.
pub(super) fn is_missing(shard: &Path) -> bool {
    fs::read_dir(shard.join(DIRECTORY)).map_or(true, |mut entries| entries.next().is_none())
}

/// Remove every closed file but the last, from which the engine goes on numbering. For a shard that nobody has open. The
/// oldest go first: wherever this is interrupted, what is left has no gap, which the engine would refuse.
pub(super) fn cut(shard: &Path) -> io::Result<()> {
    let directory = shard.join(DIRECTORY);
    if !directory.exists() {
        return Ok(());
    }
    let mut closed: Vec<(u64, PathBuf)> = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let first = entry.file_name().to_str().and_then(|name| name.strip_prefix(CLOSED)?.parse().ok());
        closed.extend(first.map(|first| (first, entry.path())));
    }
    closed.sort_unstable();
    closed.pop();
    closed.into_iter().try_for_each(|(_, path)| fs::remove_file(path))
}
