//! The record beside every provided part: which files belong to it, their sizes and checksums, and where it came from.
//!
//! Written last, so a part without a manifest is a part that was never finished. The quick check trusts size and time
//! of change, because a start must not read a hundred megabytes; what the clock says was touched is read and compared.
//! Knows nothing of what the files are for.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::SetupError;
use super::place::{ScratchFolder, SetupPaths, keep, write};

/// Raised when an older program could misread what is written.
const FORMAT: u32 = 1;

#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub(super) struct Manifest {
    format: u32,
    /// Where the part came from, in words that change when it has to be made anew.
    pub(super) source: String,
    /// What else is worth knowing about a model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) model: Option<ModelFacts>,
    pub(super) files: Vec<Entry>,
}

/// What setup found out when it compared the graphs.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub(super) struct ModelFacts {
    pub(super) name: String,
    /// The file that runs.
    pub(super) graph: String,
    /// Why the graph in floats runs although there could be one in integers.
    pub(super) why_floats: Option<String>,
    /// Cosine between the two graphs on the built-in sentences.
    pub(super) mean_cosine: Option<f32>,
    pub(super) min_cosine: Option<f32>,
}

#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub(super) struct Entry {
    /// Below the folder of the manifest.
    pub(super) path: String,
    size_bytes: u64,
    /// Since 1970; zero where the file system does not say.
    modified_ns: u64,
    pub(super) sha256: String,
}

/// How closely to look.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Check {
    /// Sizes and times; contents only where those differ from the record.
    Quick,
    /// Every byte.
    Full,
}

impl Manifest {
    /// Record files that lie in their places.
    pub(super) fn of(source: String, folder: &Path, files: &[&str]) -> Result<Self, SetupError> {
        let entries = files.iter().map(|path| Entry::of(folder, path)).collect::<Result<_, _>>()?;
        Ok(Self { format: FORMAT, source, model: None, files: entries })
    }

    /// `None` where there is none, or none that this program can read: the part is then made anew.
    pub(super) fn read(file: &Path) -> Option<Self> {
        let manifest: Self = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
        (manifest.format == FORMAT).then_some(manifest)
    }

    pub(super) fn write(&self, paths: &SetupPaths, file: &Path) -> Result<(), SetupError> {
        let scratch = ScratchFolder::new(paths)?;
        let aside = scratch.path().join("manifest.json");
        let json = serde_json::to_vec_pretty(self).map_err(|cause| SetupError::io("write", file)(cause.into()))?;
        write(&aside, &json)?;
        keep(&aside, file)
    }

    /// The first file that is missing or differs from the record.
    pub(super) fn first_damaged(&self, folder: &Path, check: Check) -> Option<PathBuf> {
        let damaged = |entry: &&Entry| !entry.is_sound(folder, check);
        self.files.iter().find(damaged).map(|entry| folder.join(&entry.path))
    }

    pub(super) fn sha256(&self, path: &str) -> Option<&str> {
        self.files.iter().find(|entry| entry.path == path).map(|entry| entry.sha256.as_str())
    }

    /// Whether a sound part was copied or touched, so that the next quick check would read it again.
    pub(super) fn is_stale(&self, folder: &Path) -> bool {
        self.files.iter().any(|entry| stamp(&folder.join(&entry.path)).is_none_or(|(_, at)| at != entry.modified_ns))
    }

    /// The same record with the times of today.
    pub(super) fn restamped(mut self, folder: &Path) -> Self {
        for entry in &mut self.files {
            if let Some((_, modified_ns)) = stamp(&folder.join(&entry.path)) {
                entry.modified_ns = modified_ns;
            }
        }
        self
    }
}

impl Entry {
    fn of(folder: &Path, path: &str) -> Result<Self, SetupError> {
        let file = folder.join(path);
        let sha256 = sha256_of(&file).map_err(SetupError::io("read", &file))?;
        let (size_bytes, modified_ns) = stamp(&file).unwrap_or_default();
        Ok(Self { path: path.to_owned(), size_bytes, modified_ns, sha256 })
    }

    fn is_sound(&self, folder: &Path, check: Check) -> bool {
        let file = folder.join(&self.path);
        let Some((size_bytes, modified_ns)) = stamp(&file) else { return false };
        if size_bytes != self.size_bytes {
            return false;
        }
        let untouched = modified_ns == self.modified_ns && check == Check::Quick;
        untouched || sha256_of(&file).is_ok_and(|sha256| sha256 == self.sha256)
    }
}

/// Size and time of change of a file that is there.
fn stamp(file: &Path) -> Option<(u64, u64)> {
    let metadata = fs::metadata(file).ok().filter(fs::Metadata::is_file)?;
    let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    Some((metadata.len(), modified.map_or(0, |since| since.as_nanos() as u64)))
}

pub(super) fn sha256_of(file: &Path) -> std::io::Result<String> {
    let (mut file, mut hash, mut buffer) = (File::open(file)?, Sha256::new(), vec![0; 1 << 20]);
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hex(&hash.finalize())),
            count => hash.update(&buffer[..count]),
        }
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part() -> (tempfile::TempDir, Manifest) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a"), "alpha").unwrap();
        fs::write(folder.path().join("b"), "beta").unwrap();
        let manifest = Manifest::of("test".into(), folder.path(), &["a", "b"]).unwrap();
        (folder, manifest)
    }

    fn touch(file: &Path, seconds: u64) {
        let time = UNIX_EPOCH + std::time::Duration::from_secs(seconds);
        File::options().write(true).open(file).unwrap().set_modified(time).unwrap();
    }

    #[test]
    fn a_sound_part_survives_its_record() {
        let (folder, manifest) = part();
        let file = folder.path().join("manifest.json");
        manifest.write(&SetupPaths::new(folder.path()), &file).unwrap();
        let read = Manifest::read(&file).unwrap();
        assert_eq!(read, manifest);
        assert_eq!(read.first_damaged(folder.path(), Check::Full), None);
        assert!(!read.is_stale(folder.path()));
    }

    #[test]
    fn missing_shortened_and_changed_files_are_named() {
        let (folder, manifest) = part();
        let b = folder.path().join("b");
        fs::write(&b, "bet").unwrap();
        assert_eq!(manifest.first_damaged(folder.path(), Check::Quick), Some(b.clone()));
        fs::write(&b, "beta with more").unwrap();
        assert_eq!(manifest.first_damaged(folder.path(), Check::Quick), Some(b.clone()));
        fs::write(&b, "bexa").unwrap();
        touch(&b, 1);
        assert_eq!(manifest.first_damaged(folder.path(), Check::Quick), Some(b.clone()));
        fs::remove_file(&b).unwrap();
        assert_eq!(manifest.first_damaged(folder.path(), Check::Quick), Some(b));
    }

    #[test]
    fn a_change_behind_the_clock_is_found_by_the_full_check_only() {
        let (folder, manifest) = part();
        let b = folder.path().join("b");
        let before = fs::metadata(&b).unwrap().modified().unwrap();
        fs::write(&b, "bexa").unwrap();
        File::options().write(true).open(&b).unwrap().set_modified(before).unwrap();
        assert_eq!(manifest.first_damaged(folder.path(), Check::Quick), None);
        assert_eq!(manifest.first_damaged(folder.path(), Check::Full), Some(b));
    }

    #[test]
    fn a_copied_part_is_sound_and_gets_new_times() {
        let (folder, manifest) = part();
        touch(&folder.path().join("a"), 1);
        assert_eq!(manifest.first_damaged(folder.path(), Check::Quick), None);
        assert!(manifest.is_stale(folder.path()));
        assert!(!manifest.restamped(folder.path()).is_stale(folder.path()));
    }

    #[test]
    fn an_unreadable_record_is_no_record() {
        let (folder, manifest) = part();
        let file = folder.path().join("manifest.json");
        fs::write(&file, "{").unwrap();
        assert_eq!(Manifest::read(&file), None);
        let newer = Manifest { format: FORMAT + 1, ..manifest };
        fs::write(&file, serde_json::to_vec(&newer).unwrap()).unwrap();
        assert_eq!(Manifest::read(&file), None);
    }
}
