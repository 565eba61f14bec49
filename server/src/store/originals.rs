//! The bytes that people handed in, kept under the hash of their content.
//!
//! A user's file name never becomes a path. A file is complete or absent: temp file, fsync, rename, fsync of the folder.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tempfile::NamedTempFile;

use crate::faults::{self, Step};

/// How many files wait for the disk at a time.
const SYNCED_AT_ONCE: usize = 8;
const HALF_WRITTEN: &str = ".tmp";

/// Where bytes arrive before they are kept: nobody holds up a sweep while they send them.
const ARRIVING: &str = "arriving";
/// What has arrived for so long was left behind by a process that died.
const ARRIVES_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// The folder of originals.
#[derive(Clone, Debug)]
pub struct Originals {
    folder: PathBuf,
    pinned: Arc<Mutex<Pinned>>,
}

/// Whether files may go now, and which of them would have gone otherwise.
#[derive(Debug, Default)]
struct Pinned {
    by: usize,
    spared: HashSet<String>,
}

/// While one of these lives no original goes: a backup reads them, and what a document needed when its rows were read has to
/// be there until it was read, too. Nothing on the disk says so: a process that dies leaves nothing behind but files that the
/// next sweep finds.
#[derive(Debug)]
pub struct Pin(Arc<Mutex<Pinned>>);

impl Pin {
    /// Let go. Returns what was to be removed meanwhile and was not, if nobody else holds on to it.
    pub fn release(self) -> Vec<String> {
        let mut pinned = locked(&self.0);
        match pinned.by {
            1 => pinned.spared.drain().collect(),
            _ => Vec::new(),
        }
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        locked(&self.0).by -= 1;
    }
}

fn locked(pinned: &Mutex<Pinned>) -> MutexGuard<'_, Pinned> {
    pinned.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Bytes on their way in. Gone with this value, unless it is finished and kept.
#[derive(Debug)]
pub struct Incoming {
    file: NamedTempFile,
    hasher: blake3::Hasher,
}

/// Bytes that have arrived whole, and are not kept yet.
#[derive(Debug)]
pub struct Received {
    file: NamedTempFile,
    name: String,
}

impl Incoming {
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hasher.update(bytes);
        self.file.write_all(bytes)
    }

    pub fn finish(self) -> io::Result<Received> {
        faults::at(Step::OriginalWritten)?;
        self.file.as_file().sync_all()?;
        faults::at(Step::OriginalSynced)?;
        Ok(Received { file: self.file, name: self.hasher.finalize().to_hex().to_string() })
    }
}

impl Originals {
    pub fn open(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder.join(ARRIVING))?;
        Ok(Self { folder: folder.to_path_buf(), pinned: Arc::default() })
    }

    /// Keep these contents; returns their names. Durable when it returns: several files are synced at once, since each
    /// is mostly a wait for the disk, and the folder once for all of them.
    pub fn put(&self, contents: &[Vec<u8>]) -> io::Result<Vec<String>> {
        let share = contents.len().div_ceil(SYNCED_AT_ONCE).max(1);
        let names = std::thread::scope(|scope| {
            let put = |share: &[Vec<u8>]| share.iter().map(|bytes| self.put_one(bytes)).collect::<io::Result<Vec<_>>>();
            let threads: Vec<_> = contents.chunks(share).map(|share| scope.spawn(move || put(share))).collect();
            let stopped = |_| io::Error::other("a thread that kept files stopped");
            threads.into_iter().map(|thread| thread.join().map_err(stopped)?).collect::<io::Result<Vec<_>>>()
        })?;
        File::open(&self.folder)?.sync_all()?;
        Ok(names.into_iter().flatten().collect())
    }

    pub fn begin(&self) -> io::Result<Incoming> {
        let file = tempfile::Builder::new().suffix(HALF_WRITTEN).tempfile_in(self.folder.join(ARRIVING))?;
        Ok(Incoming { file, hasher: blake3::Hasher::new() })
    }

    /// Keep what has arrived; returns the names, and is durable then.
    pub fn keep(&self, received: Vec<Received>) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for Received { file, name } in received {
            file.persist(self.path(&name)?)?;
            faults::at(Step::OriginalPlaced)?;
            names.push(name);
        }
        File::open(&self.folder)?.sync_all()?;
        Ok(names)
    }

    /// The file itself, and how long it is.
    pub fn file(&self, name: &str) -> io::Result<(File, u64)> {
        let file = File::open(self.path(name)?)?;
        let length = file.metadata()?.len();
        Ok((file, length))
    }

    /// Delete what was left behind half way in.
    pub fn sweep_arriving(&self, now: SystemTime) -> io::Result<usize> {
        let mut swept = 0;
        for entry in fs::read_dir(self.folder.join(ARRIVING))? {
            let entry = entry?;
            let written = entry.metadata()?.modified()?;
            if now.duration_since(written).is_ok_and(|age| age > ARRIVES_FOR) {
                fs::remove_file(entry.path())?;
                swept += 1;
            }
        }
        Ok(swept)
    }

    pub fn get(&self, name: &str) -> io::Result<Vec<u8>> {
        fs::read(self.path(name)?)
    }

    /// From now on no original goes, until this and every other pin is released.
    pub fn pin(&self) -> Pin {
        locked(&self.pinned).by += 1;
        Pin(Arc::clone(&self.pinned))
    }

    /// Whether this is left alone at present.
    fn spares(&self, name: &str) -> bool {
        let mut pinned = locked(&self.pinned);
        pinned.by > 0 && {
            pinned.spared.insert(name.to_owned());
            true
        }
    }

    pub fn remove(&self, name: &str) -> io::Result<()> {
        if self.spares(name) {
            return Ok(());
        }
        match fs::remove_file(self.path(name)?) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Remove every original but these, and what was half written; returns how many went. Nothing may be handed in
    /// meanwhile. What we did not put there is left alone.
    pub fn sweep(&self, named: &HashSet<String>) -> io::Result<usize> {
        let mut swept = 0;
        for entry in fs::read_dir(&self.folder)? {
            let name = entry?.file_name();
            let ours = name.to_str().filter(|name| is_hash(name) || name.ends_with(HALF_WRITTEN));
            if let Some(name) = ours.filter(|name| !named.contains(*name) && !self.spares(name)) {
                fs::remove_file(self.folder.join(name))?;
                swept += 1;
            }
        }
        Ok(swept)
    }

    /// The names of all that are kept.
    pub fn names(&self) -> io::Result<Vec<String>> {
        let names = fs::read_dir(&self.folder)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
        names.filter(|name| name.as_ref().map_or(true, |name| is_hash(name))).collect()
    }

    pub fn is_empty(&self) -> io::Result<bool> {
        Ok(self.names()?.is_empty())
    }

    fn put_one(&self, bytes: &[u8]) -> io::Result<String> {
        let name = blake3::hash(bytes).to_hex().to_string();
        let path = self.path(&name)?;
        if fs::metadata(&path).is_ok_and(|kept| kept.len() == bytes.len() as u64) {
            return Ok(name);
        }
        // A name of its own: two people may hand in the same bytes at the same moment.
        let mut file = tempfile::Builder::new().suffix(HALF_WRITTEN).tempfile_in(&self.folder)?;
        file.write_all(bytes)?;
        faults::at(Step::OriginalWritten)?;
        file.as_file().sync_all()?;
        faults::at(Step::OriginalSynced)?;
        file.persist(&path)?;
        faults::at(Step::OriginalPlaced)?;
        Ok(name)
    }

    fn path(&self, name: &str) -> io::Result<PathBuf> {
        match is_hash(name) {
            true => Ok(self.folder.join(name)),
            false => Err(io::Error::new(io::ErrorKind::InvalidInput, "not the name of an original")),
        }
    }
}

fn is_hash(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_bytes_by_their_hash_and_nothing_by_a_path() {
        let folder = tempfile::tempdir().unwrap();
        let originals = Originals::open(folder.path()).unwrap();
        let names = originals.put(&[b"one".to_vec(), b"two".to_vec(), b"one".to_vec()]).unwrap();
        assert_eq!(names[0], names[2]);
        assert_eq!(originals.get(&names[1]).unwrap(), b"two");
        assert!(originals.get("../../etc/passwd").is_err());
        originals.remove(&names[0]).unwrap();
        originals.remove(&names[0]).unwrap();
        assert!(originals.get(&names[0]).is_err());
    }

    #[test]
    fn what_is_pinned_stays_until_it_is_let_go() {
        let folder = tempfile::tempdir().unwrap();
        let originals = Originals::open(folder.path()).unwrap();
        assert!(originals.is_empty().unwrap());
        let names = originals.put(&[b"one".to_vec(), b"two".to_vec()]).unwrap();
        assert!(!originals.is_empty().unwrap());
        let (first, second) = (originals.pin(), originals.clone().pin());
        originals.remove(&names[0]).unwrap();
        assert_eq!(originals.sweep(&HashSet::new()).unwrap(), 0);
        assert_eq!(originals.get(&names[0]).unwrap(), b"one");
        assert_eq!(first.release(), [""; 0], "the second still holds on");
        let mut spared = second.release();
        spared.sort();
        let mut all = names.clone();
        all.sort();
        assert_eq!(spared, all);
        originals.remove(&names[0]).unwrap();
        assert!(originals.get(&names[0]).is_err());
        drop(originals.pin());
        assert_eq!(originals.sweep(&HashSet::new()).unwrap(), 1);
    }

    #[test]
    fn sweeping_leaves_what_is_named_and_what_is_not_ours() {
        let folder = tempfile::tempdir().unwrap();
        let originals = Originals::open(folder.path()).unwrap();
        let names = originals.put(&[b"one".to_vec(), b"two".to_vec()]).unwrap();
        fs::create_dir(folder.path().join("lost+found")).unwrap();
        fs::write(folder.path().join("half.tmp"), "half").unwrap();
        assert_eq!(originals.sweep(&names[..1].iter().cloned().collect()).unwrap(), 2);
        assert!(originals.get(&names[0]).is_ok() && originals.get(&names[1]).is_err());
        assert!(folder.path().join("lost+found").is_dir());
    }
}
