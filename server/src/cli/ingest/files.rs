//! What is to be taken in: the files below the named paths, once each, with their labels, in batches.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use ingest::source::{Found, Listing};
use retrieval::access::AccessLabel;

/// A file larger than this is refused before it is read.
const LARGEST_BYTES: u64 = 50 * 1024 * 1024;
/// Uploads are accepted in batches of this many files or bytes, whichever comes first.
const BATCH_FILES: usize = 64;
const BATCH_BYTES: u64 = 16 * 1024 * 1024;

/// What was found below the paths, each with the label it gets, and what cannot be read.
#[derive(Default)]
pub struct Files {
    pub files: Vec<(Found, AccessLabel)>,
    pub refused: Vec<(PathBuf, String)>,
    known: HashSet<PathBuf>,
}

impl Files {
    /// Add a listing; a file named twice counts once.
    pub fn add(&mut self, listing: Listing, label: impl Fn(&Path) -> AccessLabel) {
        self.refused.extend(listing.unreadable.into_iter().map(|unreadable| (unreadable.path, unreadable.reason)));
        for found in listing.found {
            if found.size_bytes > LARGEST_BYTES {
                self.refused.push((found.path, "it is larger than 50 MB".into()));
            } else if self.known.insert(found.path.clone()) {
                let label = label(&found.path);
                self.files.push((found, label));
            }
        }
    }
}

pub(super) fn batches(files: Vec<(Found, AccessLabel)>) -> Vec<Vec<(Found, AccessLabel)>> {
    let (mut batches, mut bytes) = (vec![Vec::new()], 0);
    for (found, label) in files {
        let full =
            batches.last().is_some_and(|batch| batch.len() >= BATCH_FILES || bytes + found.size_bytes > BATCH_BYTES);
        if full {
            batches.push(Vec::new());
            bytes = 0;
        }
        bytes += found.size_bytes;
        if let Some(batch) = batches.last_mut() {
            batch.push((found, label));
        }
    }
    batches
}
