//! The working tree as text: every file that people write, with its path from the root.
//!
//! Reads the disk, not git, so that a file is judged before it is added. Passes over what is built, fetched or made at
//! run time. Knows no rule.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Folders that hold nothing that was written by hand.
const PASSED_OVER: [&str; 5] = ["target", "node_modules", ".git", "data/run", "test-results"];
/// What is kept beside the sources and is no text.
const BINARY: [&str; 9] = ["png", "jpg", "ico", "pdf", "docx", "zip", "onnx", "safetensors", "woff2"];

/// One file of the tree.
pub struct SourceFile {
    /// From the root, with `/` between its parts.
    pub path: String,
    pub text: String,
}

impl SourceFile {
    pub fn is(&self, extension: &str) -> bool {
        self.path.rsplit_once('.').is_some_and(|(_, own)| own == extension)
    }

    pub fn is_below(&self, folder: &str) -> bool {
        is_below(&self.path, folder)
    }

    /// Tests, benches and examples may name what the house itself may not.
    pub fn is_trial(&self) -> bool {
        let folders = ["tests", "benches", "examples"];
        self.path.split('/').any(|part| folders.contains(&part)) || self.path.ends_with("/tests.rs")
    }
}

/// `server/src/http` is below `server/src`, not below `server/sr`; a file is below itself.
pub fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || folder.is_empty())
}

/// Every file, read once.
pub fn all() -> &'static [SourceFile] {
    static FILES: OnceLock<Vec<SourceFile>> = OnceLock::new();
    FILES.get_or_init(|| {
        let mut files = Vec::new();
        walk(&root(), "", &mut files);
        files
    })
}

pub fn rust() -> impl Iterator<Item = &'static SourceFile> {
    all().iter().filter(|file| file.is("rs"))
}

/// The text of one file that has to be there.
pub fn text_of(path: &str) -> &'static str {
    let found = all().iter().find(|file| file.path == path);
    &found.unwrap_or_else(|| panic!("{path} is not in the tree, but a rule looks at it")).text
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn walk(folder: &Path, below: &str, files: &mut Vec<SourceFile>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for entry in entries {
        let name = entry.file_name().unwrap().to_string_lossy();
        let path = if below.is_empty() { name.into_owned() } else { format!("{below}/{name}") };
        if entry.is_symlink()
            || PASSED_OVER.iter().any(|passed| path == *passed || path.ends_with(&format!("/{passed}")))
        {
            continue;
        }
        if entry.is_dir() {
            walk(&entry, &path, files);
        } else if !BINARY.iter().any(|kind| path.ends_with(&format!(".{kind}"))) {
            let text = String::from_utf8_lossy(&std::fs::read(&entry).unwrap()).into_owned();
            files.push(SourceFile { path, text });
        }
    }
}

#[test]
fn a_folder_is_not_a_prefix() {
    let check = |path, folder, expected| assert_eq!(is_below(path, folder), expected, "{path} below {folder}");
    check("server/src/http/who.rs", "server/src/http", true);
    check("server/src/http", "server/src/http", true);
    check("server/src/https.rs", "server/src/http", false);
    check("anything", "", true);
}

#[test]
fn the_walk_sees_this_file_and_nothing_built() {
    assert!(rust().any(|file| file.path == "server/tests/it/tidy/tree.rs"));
    assert!(all().iter().all(|file| !file.is_below("target") && !file.is_below(".git")));
}
