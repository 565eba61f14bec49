//! How the places are named that documents come from: as a person would, a path or an address.
//!
//! What two people call by one name may be for different readers, and then neither may learn of the other: such a place has
//! an origin of its own, of which people see the name alone. Knows nothing of what is kept under an origin.

use std::fmt::Display;
use std::path::PathBuf;

use url::Url;

/// How an origin of its own begins; an id and a `/` follow, and then the name.
pub const APART: &str = "upload:";
/// What stands before that name: so many letters.
pub const APART_BYTES: usize = APART.len() + 36 + 1;

/// An origin of its own for what is called `name` and must not be taken for what others call so.
pub fn named_apart(id: impl Display, name: &str) -> String {
    format!("{APART}{id}/{name}")
}

/// The name that a person knows an origin by.
pub fn bare_origin(origin: &str) -> &str {
    match origin.get(APART_BYTES..) {
        Some(name) if origin.starts_with(APART) && !name.is_empty() => name,
        _ => origin,
    }
}

/// The file that a followed folder brought.
pub fn path_of(origin: &str) -> Option<PathBuf> {
    origin.starts_with("file://").then(|| Url::parse(origin).ok()?.to_file_path().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_apart_is_known_by_its_name() {
        let check = |origin: &str, expected| assert_eq!(bare_origin(origin), expected);
        check("upload:0199a5d0-0000-7000-8000-000000000000/pay.md", "pay.md");
        check("upload:0199a5d0-0000-7000-8000-000000000000/a/b.md", "a/b.md");
        check("upload:short", "upload:short");
        check("/srv/pay.md", "/srv/pay.md");
        check("upload:0199a5d0-0000-7000-8000-000000000000/", "upload:0199a5d0-0000-7000-8000-000000000000/");
    }

    #[test]
    fn a_file_of_a_folder_has_a_path() {
        assert_eq!(path_of("file:///srv/docs/pay%20bands.md"), Some("/srv/docs/pay bands.md".into()));
        assert_eq!((path_of("/srv/docs/a.md"), path_of("https://a.example/file://x")), (None, None));
    }
}
