//! The data directory: where everything made at run time stands, and the lock that makes one process its owner.

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use uuid::Uuid;

const UNFINISHED: &str = "tmp";

/// The paths below a data directory.
#[derive(Clone, Debug)]
pub struct DataDir {
    root: PathBuf,
}

/// The right to read and write a data directory, for as long as this lives.
#[derive(Debug)]
pub struct Held {
    _lock: File,
    /// Names this directory's owner in leases, the same after a restart.
    pub owner: String,
}

/// Why the directory is not ours.
#[derive(Debug, thiserror::Error)]
pub enum HoldError {
    #[error("another lectern process uses this data directory")]
    InUse,
    #[error(
        "a restore into {} did not come to its end: run `lectern restore` again, or delete what it left there", .0.display()
    )]
    Unfinished(PathBuf),
    #[error("the data directory {} cannot be used: {}", .0.display(), .1)]
    Unusable(PathBuf, #[source] io::Error),
}

impl DataDir {
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn database(&self) -> PathBuf {
        self.root.join("lectern.db")
    }

    pub fn originals(&self) -> PathBuf {
        self.root.join("originals")
    }

    pub fn index(&self) -> PathBuf {
        self.root.join("index")
    }

    /// Where a running server says how to reach it.
    pub fn server_file(&self) -> PathBuf {
        self.root.join("server.json")
    }

    /// Stands here from the first thing that a restore writes until all of it was proved.
    fn restoring(&self) -> PathBuf {
        self.root.join("restoring")
    }

    pub fn is_being_restored(&self) -> bool {
        self.restoring().exists()
    }

    pub fn begin_restore(&self) -> io::Result<()> {
        write_private(&self.restoring(), b"a restore runs, or did not come to its end\n")?;
        File::open(&self.root)?.sync_all()
    }

    pub fn end_restore(&self) -> io::Result<()> {
        fs::remove_file(self.restoring())?;
        File::open(&self.root)?.sync_all()
    }

    /// Whether there is no index that could be taken for that of other rows.
    pub fn has_no_index(&self) -> io::Result<bool> {
        match fs::read_dir(self.index()) {
            Ok(mut entries) => Ok(entries.next().is_none()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// Make the directory, closed to everybody else, if it is not there. What a restore has left half done is not used.
    pub fn create(&self) -> Result<(), HoldError> {
        self.make()?;
        if self.is_being_restored() { Err(HoldError::Unfinished(self.root.clone())) } else { Ok(()) }
    }

    fn make(&self) -> Result<(), HoldError> {
        create_private(&self.root).map_err(|error| HoldError::Unusable(self.root.clone(), error))
    }

    /// Become the owner; refused while another process is.
    pub fn hold(&self) -> Result<Held, HoldError> {
        let held = self.hold_to_restore()?;
        if self.is_being_restored() { Err(HoldError::Unfinished(self.root.clone())) } else { Ok(held) }
    }

    /// The same for who restores into it, even where that was begun before.
    pub fn hold_to_restore(&self) -> Result<Held, HoldError> {
        let unusable = |error| HoldError::Unusable(self.root.clone(), error);
        self.make()?;
        let lock = File::options().create(true).truncate(false).write(true).open(self.root.join("lock"));
        let lock = lock.map_err(unusable)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => HoldError::InUse,
            TryLockError::Error(error) => unusable(error),
        })?;
        // Left by a server that was killed: its address is nobody's now, or a stranger's.
        let _ = fs::remove_file(self.server_file());
        self.sweep().map_err(unusable)?;
        let owner = self.owner().map_err(unusable)?;
        Ok(Held { _lock: lock, owner })
    }

    /// Files that `write_private` had begun here when its process died; nobody else writes any while this one holds the lock.
    fn sweep(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.root)? {
            let path = entry?.path();
            let is_unfinished = path.extension().is_some_and(|ending| ending == UNFINISHED);
            if is_unfinished && path.file_stem().map(Path::new).is_some_and(ends_in_a_number) {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }

    fn owner(&self) -> io::Result<String> {
        let path = self.root.join("owner");
        match fs::read_to_string(&path) {
            Ok(owner) if Uuid::parse_str(owner.trim()).is_ok() => Ok(owner.trim().to_owned()),
            _ => {
                let owner = Uuid::new_v4().to_string();
                write_private(&path, owner.as_bytes())?;
                Ok(owner)
            }
        }
    }
}

/// Write a file that only its owner may read, complete or not at all.
pub fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension(format!("{}.{UNFINISHED}", std::process::id()));
    let mut options = File::options();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(temporary, path)
}

/// As the number of the process that writes it.
fn ends_in_a_number(name: &Path) -> bool {
    name.extension().and_then(|number| number.to_str()).is_some_and(|number| number.parse::<u32>().is_ok())
}

/// Texts and vectors are as confidential as the documents: nobody else on the machine may look in.
fn create_private(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if path.is_dir() {
        if !is_ours(path)? {
            return Err(io::Error::other("it holds files that are not lectern's: name a new or an empty folder"));
        }
        let closed = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        return fs::set_permissions(path, closed);
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Whether closing this folder to others takes nothing away from them.
fn is_ours(folder: &Path) -> io::Result<bool> {
    let names = fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>()?;
    let is_ours = |name: &OsString| ["lock", "models", "lectern.toml"].iter().any(|ours| name == ours);
    Ok(names.iter().all(|name| name == "lost+found") || names.iter().any(is_ours))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_owner_at_a_time_under_one_name() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataDir::new(folder.path().join("run"));
        let held = data.hold().unwrap();
        assert!(matches!(data.hold(), Err(HoldError::InUse)));
        let owner = held.owner.clone();
        drop(held);
        assert_eq!(data.hold().unwrap().owner, owner);
    }

    #[test]
    fn what_is_half_restored_is_for_nobody_else() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataDir::new(folder.path().join("run"));
        drop(data.hold_to_restore().unwrap());
        data.begin_restore().unwrap();
        assert!(matches!(data.hold(), Err(HoldError::Unfinished(_))));
        assert!(matches!(data.create(), Err(HoldError::Unfinished(_))));
        let held = data.hold_to_restore().unwrap();
        assert!(matches!(data.hold(), Err(HoldError::InUse)), "while it runs it is in use");
        data.end_restore().unwrap();
        drop(held);
        assert!(data.hold().is_ok());
    }

    #[test]
    fn what_a_dead_process_had_begun_to_write_goes() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataDir::new(folder.path().join("run"));
        drop(data.hold().unwrap());
        for name in ["server.4711.tmp", "notes.tmp"] {
            fs::write(data.root().join(name), "half").unwrap();
        }
        let _held = data.hold().unwrap();
        assert!(!data.root().join("server.4711.tmp").exists() && data.root().join("notes.tmp").exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_of_other_people_is_left_as_it_is() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
        fs::write(folder.path().join("letter.txt"), "Dear all").unwrap();
        assert!(matches!(DataDir::new(folder.path()).hold(), Err(HoldError::Unusable(..))));
        assert_eq!(fs::metadata(folder.path()).unwrap().permissions().mode() & 0o777, 0o755);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_looks_in() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let data = DataDir::new(folder.path().join("run"));
        let _held = data.hold().unwrap();
        assert_eq!(fs::metadata(data.root()).unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(fs::metadata(data.root().join("owner")).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
