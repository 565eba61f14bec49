//! Files and folders: every file below a path, in order, and what could not be read with the reason.
//!
//! Hidden files, sockets, devices and symbolic links are passed over: a link may lead out of the folder that somebody
//! meant to share. Knows nothing of formats; the parser decides what it reads.

use std::fs;
use std::path::{Path, PathBuf};

/// A file that is there to be ingested.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    pub path: PathBuf,
    pub size_bytes: u64,
}

/// Something that could not be listed, with the sentence for the person who named it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unreadable {
    pub path: PathBuf,
    pub reason: String,
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Listing {
    pub found: Vec<Found>,
    pub unreadable: Vec<Unreadable>,
}

/// Every file at or below `root`, sorted by path.
pub fn list(root: &Path) -> Listing {
    let mut listing = Listing::default();
    let mut waiting = vec![root.to_path_buf()];
    while let Some(path) = waiting.pop() {
        match entries(&path, root) {
            Ok(Entry::File(size_bytes)) => listing.found.push(Found { path, size_bytes }),
            Ok(Entry::Folder(children)) => waiting.extend(children),
            Ok(Entry::PassedOver) => {}
            Err(reason) => listing.unreadable.push(Unreadable { path, reason }),
        }
    }
    listing.found.sort_by(|a, b| a.path.cmp(&b.path));
    listing.unreadable.sort_by(|a, b| a.path.cmp(&b.path));
    listing
}

enum Entry {
    File(u64),
    Folder(Vec<PathBuf>),
    PassedOver,
}

fn entries(path: &Path, root: &Path) -> Result<Entry, String> {
    let named = path == root;
    let sentence = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        std::io::ErrorKind::PermissionDenied => "no permission to read it".to_owned(),
        _ => format!("it cannot be read: {error}"),
    };
    // What a person names may be a link; what lies below it may not.
    let kind = if named { fs::metadata(path) } else { fs::symlink_metadata(path) }.map_err(sentence)?;
    let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    if hidden && !named {
        return Ok(Entry::PassedOver);
    }
    if kind.is_dir() {
        let children = fs::read_dir(path).map_err(sentence)?;
        return Ok(Entry::Folder(children.filter_map(|child| child.ok().map(|child| child.path())).collect()));
    }
    match (kind.is_file(), named) {
        (true, _) => Ok(Entry::File(kind.len())),
        (false, true) => Err("it is neither a file nor a folder".to_owned()),
        (false, false) => Ok(Entry::PassedOver),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_files_below_and_passes_over_links_and_hidden_ones() {
        let root = std::env::temp_dir().join(format!("lectern-folder-{}", std::process::id()));
        fs::create_dir_all(root.join("b/.git")).unwrap();
        fs::write(root.join("b/two.md"), "2").unwrap();
        fs::write(root.join("a.md"), "1").unwrap();
        fs::write(root.join("b/.git/config"), "x").unwrap();
        std::os::unix::fs::symlink("/etc/passwd", root.join("leak.md")).unwrap();
        let listing = list(&root);
        let names: Vec<_> = listing.found.iter().map(|f| f.path.strip_prefix(&root).unwrap().to_owned()).collect();
        assert_eq!(names, [PathBuf::from("a.md"), PathBuf::from("b/two.md")]);
        assert_eq!(listing.unreadable, []);
        fs::remove_dir_all(&root).unwrap();
    }

    #[test]
    fn a_missing_path_says_so() {
        let listing = list(Path::new("/nonexistent/lectern"));
        assert_eq!(listing.unreadable[0].reason, "there is no such file or folder");
    }
}
