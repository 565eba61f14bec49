//! Following folders: what changed is handed in again, and with `--sync` what vanished is taken out.
//!
//! The catalog knows every file's text; what is kept here is only which files need not be read again, by size and time
//! of change. The folder is looked through at intervals: that works on every file system, network ones too.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use ingest::source::Found;
use retrieval::access::AccessLabel;

use super::files::{Files, origin};
use super::handing::hand_in;
use super::lines::Lines;
use crate::cli::desk::{self, Desk};
use crate::cli::{Failure, Outcome, print};
use crate::http::wire::SyncRequest;

/// What a file looked like when it was handed in.
type Seen = (u64, Option<SystemTime>);

/// The state of the followed folders at the last look.
#[derive(Default)]
pub(super) struct Manifest(HashMap<PathBuf, Seen>);

impl Manifest {
    /// The files that are new or look changed since the last look, which this one becomes.
    fn changed(&mut self, files: Vec<(Found, AccessLabel)>) -> Vec<(Found, AccessLabel)> {
        let look = |found: &Found| {
            let modified = std::fs::metadata(&found.path).and_then(|file| file.modified()).ok();
            (found.path.clone(), (found.size_bytes, modified))
        };
        let now: HashMap<PathBuf, Seen> = files.iter().map(|(found, _)| look(found)).collect();
        let is_new = |found: &Found| self.0.get(&found.path) != now.get(&found.path);
        let changed = files.into_iter().filter(|(found, _)| is_new(found)).collect();
        self.0 = now;
        changed
    }
}

/// What following does besides handing in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Following {
    pub sync: bool,
    pub confirmed: bool,
    /// Look again after so long, until stopped.
    pub every: Option<Duration>,
}

/// Hand in, take out, and with `every` do so again and again.
pub(super) async fn follow(
    desk: &Desk,
    paths: &[PathBuf],
    list: impl Fn() -> Files,
    following: Following,
    json: bool,
) -> Outcome {
    let mut manifest = Manifest::default();
    loop {
        let listing = list();
        let mut lines = Lines::new(json);
        let present: HashSet<String> = present(&listing);
        listing.refused.into_iter().for_each(|(path, reason)| lines.refused(&path, reason));
        let changed = manifest.changed(listing.files);
        let quiet = changed.is_empty() && following.every.is_some();
        if !quiet {
            hand_in(desk, changed, true, &mut lines).await?;
        }
        let mut held = false;
        if following.sync {
            for folder in paths.iter().filter(|path| path.is_dir()) {
                held |= sync(desk, folder, &present, following.confirmed, &mut lines).await?;
            }
        }
        let summary = if quiet && lines.is_empty() { Ok(()) } else { lines.summary() };
        let Some(pause) = following.every else {
            return if held { Err(desk::gone("some folders were not synced")) } else { summary };
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = tokio::signal::ctrl_c() => return Ok(()),
        }
    }
}

/// Every file that is there, whether it could be read or not: a closed file is not a deleted one.
fn present(listing: &Files) -> HashSet<String> {
    let read = listing.files.iter().map(|(found, _)| origin(&found.path));
    read.chain(listing.refused.iter().map(|(path, _)| origin(path))).collect()
}

/// Whether it was held back.
async fn sync(
    desk: &Desk,
    folder: &Path,
    present: &HashSet<String>,
    confirmed: bool,
    lines: &mut Lines,
) -> Result<bool, Failure> {
    let request = SyncRequest { folder: origin(folder), present: present.clone(), confirmed };
    let reply = desk.sync(request).await?;
    reply.retired.iter().for_each(|origin| lines.retired(origin));
    if !reply.held.is_empty() {
        print::complain(&format!(
            "{} files below {} are gone, more than 30 % of what is known: nothing was taken out. Check the folder, \
             then repeat with --sync --confirm",
            reply.held.len(),
            folder.display()
        ));
    }
    Ok(!reply.held.is_empty())
}
