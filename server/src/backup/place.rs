//! The place of a backup: written beside it, checked, and only then there; and which older ones make room for it.
//!
//! While a file is written it is locked: what lies beside it under such a name and is not was left by a process that died.
//! Does not know what is in one, beyond its head.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::BackupError;
use super::check::{Contents, check};
use super::envelope::Known;
use crate::clock::spelt;
use crate::config::Secret;
use crate::faults::{self, Step};

const ENDING: &str = "backup";
const UNFINISHED: (&str, &str) = (".lectern-", ".tmp");

/// Where a backup is to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    file: PathBuf,
}

impl Place {
    /// This file; in a folder, one that is named after the moment.
    pub fn of(named: &Path, now_ms: i64) -> Self {
        let name = || spelt(now_ms).replace([':', '-'], "").replace('T', "-").to_lowercase();
        let file = match named.is_dir() {
            true => named.join(format!("lectern-{}.{ENDING}", name())),
            false => named.to_owned(),
        };
        Self { file }
    }

    pub fn file(&self) -> &Path {
        &self.file
    }

    /// A file beside it, for its owner alone. What is there and is no backup is not written over.
    pub fn begin(&self) -> Result<NamedTempFile, BackupError> {
        if self.file.exists() && taken_ms(&self.file).is_none() {
            return Err(BackupError::InTheWay(self.file.clone()));
        }
        self.sweep()?;
        let (prefix, suffix) = UNFINISHED;
        let file = tempfile::Builder::new().prefix(prefix).suffix(suffix).tempfile_in(self.folder())?;
        // Where there are no locks nobody takes it for a dead one's either.
        let _ = file.as_file().try_lock();
        faults::at(Step::BackupBegun)?;
        Ok(file)
    }

    /// Remove what processes left that died while they wrote.
    fn sweep(&self) -> Result<(), BackupError> {
        for entry in fs::read_dir(self.folder())? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let is_unfinished = name.starts_with(UNFINISHED.0) && name.ends_with(UNFINISHED.1);
            if is_unfinished && path.is_file() && File::open(&path).is_ok_and(|file| file.try_lock().is_ok()) {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }

    /// Read what was written as somebody would who needs it; then it is there. Blocks.
    pub fn keep(&self, written: NamedTempFile, passphrase: Option<&Secret>) -> Result<Contents, BackupError> {
        faults::at(Step::BackupWritten)?;
        written.as_file().sync_all()?;
        faults::at(Step::BackupSynced)?;
        let contents = check(written.path(), passphrase)?;
        faults::at(Step::BackupChecked)?;
        written.persist(&self.file).map_err(|failed| failed.error)?;
        faults::at(Step::BackupPlaced)?;
        File::open(self.folder())?.sync_all()?;
        Ok(contents)
    }

    /// Remove all but the newest of those whose names differ from this one by numbers alone; which went.
    pub fn rotate(&self, keep: usize) -> Result<Vec<PathBuf>, BackupError> {
        let mut alike = self.alike()?;
        alike.sort();
        let too_many = alike.len().saturating_sub(keep.max(1));
        let gone: Vec<PathBuf> = alike.into_iter().take(too_many).map(|(_, path)| path).collect();
        for path in &gone {
            fs::remove_file(path)?;
            faults::at(Step::BackupRotated)?;
        }
        Ok(gone)
    }

    /// How many there are like it.
    pub fn many(&self) -> Result<usize, BackupError> {
        Ok(self.alike()?.len())
    }

    /// Those like it, each with when it was taken.
    fn alike(&self) -> Result<Vec<(i64, PathBuf)>, BackupError> {
        let pattern = self.pattern()?;
        let mut alike = Vec::new();
        for entry in fs::read_dir(self.folder())? {
            let path = entry?.path();
            if path.file_name().and_then(|name| name.to_str()).map(numberless).as_ref() == Some(&pattern) {
                alike.extend(taken_ms(&path).map(|taken| (taken, path)));
            }
        }
        Ok(alike)
    }

    /// What the names of those like it have in common. One without a number has none like it.
    pub fn pattern(&self) -> Result<String, BackupError> {
        let name = self.file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        match name.contains(|c: char| c.is_ascii_digit()) {
            true => Ok(numberless(name)),
            false => Err(BackupError::Numberless),
        }
    }

    fn folder(&self) -> PathBuf {
        match self.file.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
            _ => PathBuf::from("."),
        }
    }
}

/// When the backup in this file was taken; `None` where there is none.
fn taken_ms(file: &Path) -> Option<i64> {
    Known::read(&mut File::open(file).ok()?).ok().map(|known| known.taken_ms)
}

fn numberless(name: &str) -> String {
    let mut pattern = String::new();
    for c in name.chars() {
        match c.is_ascii_digit() {
            true if pattern.ends_with('#') => {}
            true => pattern.push('#'),
            false => pattern.push(c),
        }
    }
    pattern
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::super::envelope::Sealer;
    use super::*;

    const NOON_MS: i64 = 1_790_000_000_000;

    fn backup(folder: &Path, name: &str, taken_ms: i64) -> PathBuf {
        let mut sealer = Sealer::begin(Vec::new(), taken_ms, None).unwrap();
        sealer.write_all(b"anything").unwrap();
        let path = folder.join(name);
        fs::write(&path, sealer.finish().unwrap()).unwrap();
        path
    }

    #[test]
    fn a_folder_gets_a_name_and_a_file_keeps_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::of(folder.path(), NOON_MS);
        let name = place.file().file_name().unwrap().to_str().unwrap();
        assert!(name.starts_with("lectern-20260921-") && name.ends_with("z.backup"), "{name}");
        assert_eq!(place.pattern().unwrap(), "lectern-#-#z.backup");
        let named = Place::of(&folder.path().join("mine.backup"), NOON_MS);
        assert_eq!(named.file(), folder.path().join("mine.backup"));
        assert!(matches!(named.pattern(), Err(BackupError::Numberless)));
    }

    #[test]
    fn the_newest_stay_and_nothing_else_is_touched() {
        let folder = tempfile::tempdir().unwrap();
        let one = |number: i64| backup(folder.path(), &format!("day-{number}.backup"), number);
        let all: Vec<PathBuf> = (8..13).map(one).collect();
        let other = backup(folder.path(), "week-1.backup", 1);
        let text = folder.path().join("day-1.backup");
        fs::write(&text, "no backup").unwrap();
        let place = Place::of(&all[4], NOON_MS);
        assert_eq!(place.rotate(2).unwrap(), all[..3]);
        assert!(place.rotate(2).unwrap().is_empty());
        assert!(all[3].exists() && all[4].exists() && other.exists() && text.exists());
        assert_eq!(place.rotate(0).unwrap(), all[3..4], "the last one stays");
    }

    #[test]
    fn what_a_dead_process_left_goes_and_what_is_written_stays() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::of(&folder.path().join("new-1.backup"), NOON_MS);
        let written = place.begin().unwrap();
        let left = folder.path().join(".lectern-dead.tmp");
        let other = folder.path().join("letter.tmp");
        fs::write(&left, "half").unwrap();
        fs::write(&other, "Dear all").unwrap();
        let second = place.begin().unwrap();
        assert!(!left.exists() && other.exists());
        assert!(written.path().exists() && second.path().exists(), "two are written at once");
    }

    #[test]
    fn what_is_no_backup_is_not_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let letter = folder.path().join("letter.txt");
        fs::write(&letter, "Dear all").unwrap();
        assert!(matches!(Place::of(&letter, NOON_MS).begin(), Err(BackupError::InTheWay(_))));
        let former = backup(folder.path(), "former.backup", 1);
        assert!(Place::of(&former, NOON_MS).begin().is_ok());
        let nowhere = folder.path().join("nowhere").join("new.backup");
        assert!(matches!(Place::of(&nowhere, NOON_MS).begin(), Err(BackupError::File(_))));
    }
}
