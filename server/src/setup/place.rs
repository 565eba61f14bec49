//! Where things lie below the data directory, and how a file gets there: written aside, synced, renamed last.
//!
//! A reader sees a whole file or none, and two processes that provide the same thing at once end with the same bytes.
//! Knows nothing of what the files are.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::SetupError;

/// The folders of setup below one data directory.
#[derive(Clone, Debug)]
pub struct SetupPaths {
    data: PathBuf,
}

impl SetupPaths {
    pub fn new(data_directory: &Path) -> Self {
        Self { data: data_directory.to_owned() }
    }

    /// Shared libraries, one manifest beside each.
    pub fn libraries(&self) -> PathBuf {
        self.data.join("lib")
    }

    /// PDFium, if setup has put it there.
    pub fn pdfium(&self) -> Option<PathBuf> {
        Some(self.libraries().join("libpdfium.so")).filter(|library| library.is_file())
    }

    /// A folder per model, a manifest in each.
    pub fn models(&self) -> PathBuf {
        self.data.join("models")
    }

    /// Where fastembed keeps what it fetches by name.
    pub fn hub_cache(&self) -> PathBuf {
        self.models().join("hub")
    }

    /// On the same file system as the rest, so that a rename is one step.
    fn scratch(&self) -> PathBuf {
        self.data.join("tmp")
    }
}

/// A folder of this process alone, gone when dropped.
pub(super) struct ScratchFolder {
    path: PathBuf,
}

impl ScratchFolder {
    pub(super) fn new(paths: &SetupPaths) -> Result<Self, SetupError> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = paths.scratch().join(format!("setup-{}-{count}", std::process::id()));
        fs::create_dir_all(&path).map_err(SetupError::io("create", &path))?;
        Ok(Self { path })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for ScratchFolder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Remove what a killed setup left behind: scratch folders of processes that no longer live.
pub(super) fn sweep(paths: &SetupPaths) {
    // Without a process table there is no telling who lives, and a left-over is better than a loss.
    if !Path::new("/proc/self").exists() {
        return;
    }
    for entry in fs::read_dir(paths.scratch()).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| name.strip_prefix("setup-")?.split('-').next()?.parse::<u32>().ok());
        if owner.is_some_and(|owner| !Path::new("/proc").join(owner.to_string()).exists()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Put a finished file of a scratch folder into its place, durably.
pub(super) fn keep(finished: &Path, place: &Path) -> Result<(), SetupError> {
    let folder = place.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(SetupError::io("create", folder))?;
    File::open(finished).and_then(|file| file.sync_all()).map_err(SetupError::io("write", finished))?;
    fs::rename(finished, place).map_err(SetupError::io("write", place))?;
    // The rename itself is durable only once the folder is.
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(SetupError::io("write", folder))
}

/// Write a whole file into a scratch folder.
pub(super) fn write(file: &Path, content: &[u8]) -> Result<(), SetupError> {
    let folder = file.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(SetupError::io("create", folder))?;
    File::create(file).and_then(|mut file| file.write_all(content)).map_err(SetupError::io("write", file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_appear_whole_and_scratch_goes_away() {
        let data = tempfile::tempdir().unwrap();
        let paths = SetupPaths::new(data.path());
        let scratch = ScratchFolder::new(&paths).unwrap();
        let (aside, place) = (scratch.path().join("deep/a.txt"), paths.models().join("m/a.txt"));
        write(&aside, b"whole").unwrap();
        keep(&aside, &place).unwrap();
        assert_eq!(fs::read(&place).unwrap(), b"whole");
        let gone = scratch.path().to_owned();
        drop(scratch);
        assert!(!gone.exists());
    }

    #[test]
    fn only_the_dead_are_swept() {
        let data = tempfile::tempdir().unwrap();
        let paths = SetupPaths::new(data.path());
        let mine = ScratchFolder::new(&paths).unwrap();
        let dead = paths.scratch().join("setup-4294967295-0");
        fs::create_dir_all(&dead).unwrap();
        sweep(&paths);
        assert!(mine.path().exists());
        assert!(!dead.exists() || !Path::new("/proc/self").exists());
    }
}
