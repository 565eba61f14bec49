//! What is to be taken in: the files below the named paths, once each, with their labels, in batches.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use ingest::source::{Found, Listing};
use retrieval::access::AccessLabel;

use crate::library::LARGEST_FILE_BYTES;

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
    /// Add a listing; a file named twice counts once, and one without a label is refused: no label never means anybody.
    pub fn add(&mut self, listing: Listing, label: impl Fn(&Path) -> Result<AccessLabel, String>) {
        self.refused.extend(listing.unreadable.into_iter().map(|unreadable| (unreadable.path, unreadable.reason)));
        for found in listing.found {
            if found.size_bytes > LARGEST_FILE_BYTES as u64 {
                self.refused.push((found.path, "it is larger than 50 MB".into()));
            } else if self.known.insert(found.path.clone()) {
                match label(&found.path) {
                    Ok(label) => self.files.push((found, label)),
                    Err(reason) => self.refused.push((found.path, reason)),
                }
            }
        }
    }
}

pub(super) fn batches(files: Vec<(Found, AccessLabel)>) -> Vec<Vec<(Found, AccessLabel)>> {
    let (mut batches, mut bytes) = (Vec::<Vec<_>>::new(), 0);
    for (found, label) in files {
        bytes += found.size_bytes;
        match batches.last_mut() {
            Some(batch) if batch.len() < BATCH_FILES && bytes <= BATCH_BYTES => batch.push((found, label)),
            _ => {
                bytes = found.size_bytes;
                batches.push(vec![(found, label)]);
            }
        }
    }
    batches
}

/// A file is known by its absolute path without links and dots, from wherever it was named: under two names it would be
/// two documents, and tightening one would leave the other. Also when it is gone, for taking it out of the library.
pub fn origin(path: &Path) -> String {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.into());
    let beside = || Some(absolute.parent()?.canonicalize().ok()?.join(absolute.file_name()?));
    let real = absolute.canonicalize().ok().or_else(beside);
    real.unwrap_or(absolute).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use retrieval::access::AccessTier;

    #[test]
    fn a_file_has_one_name() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::fs::create_dir(root.join("docs")).unwrap();
        std::fs::write(root.join("docs/a.md"), "A.").unwrap();
        let expected = root.join("docs/a.md").to_string_lossy().into_owned();
        for name in ["docs/a.md", "docs/../docs/a.md", "./docs/./a.md"] {
            assert_eq!(origin(&root.join(name)), expected, "{name}");
        }
        std::os::unix::fs::symlink(root.join("docs"), root.join("linked")).unwrap();
        assert_eq!(origin(&root.join("linked/a.md")), expected);
        std::fs::remove_file(root.join("docs/a.md")).unwrap();
        assert_eq!(origin(&root.join("linked/a.md")), expected);
    }

    #[test]
    fn batches_are_never_empty() {
        let check = |sizes: &[u64], expected: &[usize]| {
            let found = |size_bytes: &u64| Found { path: "x".into(), size_bytes: *size_bytes };
            let files = sizes.iter().map(|size| (found(size), AccessLabel::tier(AccessTier::Public))).collect();
            assert_eq!(batches(files).iter().map(Vec::len).collect::<Vec<_>>(), expected);
        };
        check(&[], &[]);
        check(&[BATCH_BYTES + 1, 1], &[1, 1]);
        check(&[1; 65], &[64, 1]);
        check(&[BATCH_BYTES / 2, BATCH_BYTES / 2, 1], &[2, 1]);
    }
}
