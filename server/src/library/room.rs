//! Room on the disk: whether enough is left to take something in. It is looked at each time, so that what was refused is taken
//! as soon as somebody has made some, and reading goes on all the while.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Library, LibraryError};

type Look = Box<dyn Fn() -> io::Result<u64> + Send + Sync>;

/// The disk, and how much of it is kept free.
pub struct Room {
    look: Look,
    least_bytes: u64,
    /// Whether the log says that it is low.
    is_told: AtomicBool,
}

impl Room {
    /// On the disk that a folder stands on. With 0 nothing is kept free.
    pub fn on(folder: &Path, least_bytes: u64) -> Self {
        let folder = folder.to_path_buf();
        Self::told_by(Box::new(move || free_bytes(&folder)), least_bytes)
    }

    /// As somebody else says.
    pub fn told_by(look: Look, least_bytes: u64) -> Self {
        Self { look, least_bytes, is_told: AtomicBool::new(false) }
    }

    /// How much is free; `None` where that cannot be seen.
    pub fn free_bytes(&self) -> Option<u64> {
        (self.look)().ok()
    }

    /// Whether less is free than should be. What cannot be seen is no reason to refuse anything: a full disk still is.
    pub fn is_low(&self) -> bool {
        let free = self.free_bytes();
        let is_low = free.is_some_and(|free| free < self.least_bytes);
        if self.is_told.swap(is_low, Ordering::Relaxed) != is_low {
            match is_low {
                true => tracing::warn!(
                    free_bytes = free,
                    least_bytes = self.least_bytes,
                    "the disk is low: nothing is taken in"
                ),
                false => tracing::info!(free_bytes = free, "there is room on the disk again"),
            }
        }
        is_low
    }
}

/// As much as there is.
impl Default for Room {
    fn default() -> Self {
        Self::told_by(Box::new(|| Ok(u64::MAX)), 0)
    }
}

#[cfg(unix)]
fn free_bytes(folder: &Path) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(folder)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(not(unix))]
fn free_bytes(_: &Path) -> io::Result<u64> {
    Err(io::ErrorKind::Unsupported.into())
}

impl Library {
    /// Refused before there is trouble: what was taken in already has to be worked on, and needs room for that.
    pub fn must_have_room(&self) -> Result<(), LibraryError> {
        if self.room.is_low() { Err(LibraryError::LowDisk) } else { Ok(()) }
    }
}
