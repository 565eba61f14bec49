//! ZIP archives of files: each file inside is handed out, one at a time, and nothing is written to a disk.
//!
//! What nobody put there on purpose (links, folders, what operating systems leave behind) is passed over. An archive
//! inside is handed out like any other file; how deep to go is up to the caller. Knows nothing of what the files are.

use super::zipped::{Sort, Zipped};
use super::{ParseError, Part};

/// More problems of one kind are counted.
const MOST_NAMED: usize = 5;

/// Hand out what is inside; the problems are returned.
pub(super) fn unpack(bytes: &[u8], each: &mut dyn FnMut(Part)) -> Result<Vec<String>, ParseError> {
    let mut archive = Zipped::open(bytes)?;
    let entries = archive.entries().to_vec();
    let mut passed = Passed::default();
    let mut handed_out = 0;
    for (number, entry) in entries.into_iter().enumerate() {
        match entry.sort {
            Sort::Folder => continue,
            Sort::Link => passed.over(&entry.name, "a link"),
            Sort::File if is_leftover(&entry.name) => passed.leftovers += 1,
            Sort::File if archive.is_exhausted() => passed.over(&entry.name, "what comes before fills the limit"),
            Sort::File if entry.name.is_empty() => passed.over("a file without a name", "it has no name"),
            Sort::File => match archive.read_number(number) {
                Ok(bytes) if bytes.is_empty() => {}
                Ok(bytes) => {
                    handed_out += 1;
                    each(Part { name: entry.name, bytes });
                }
                Err(error) => {
                    passed.locked += usize::from(archive.is_encrypted(number));
                    passed.over(&entry.name, &error.to_string());
                }
            },
        }
    }
    match handed_out == 0 && passed.locked > 0 {
        true => Err(ParseError::Protected),
        false => Ok(passed.problems()),
    }
}

/// What was not handed out.
#[derive(Debug, Default)]
struct Passed {
    named: Vec<String>,
    more: usize,
    leftovers: usize,
    locked: usize,
}

impl Passed {
    fn over(&mut self, name: &str, why: &str) {
        match self.named.len() < MOST_NAMED {
            true => self.named.push(format!("left out: {name} ({why})")),
            false => self.more += 1,
        }
    }

    fn problems(mut self) -> Vec<String> {
        if self.more > 0 {
            self.named.push(format!("more files left out: {}", self.more));
        }
        if self.leftovers > 0 {
            self.named.push(format!("hidden files left out: {}", self.leftovers));
        }
        self.named
    }
}

/// What systems and editors write beside the files that people mean.
fn is_leftover(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    let is_systems = matches!(file.to_ascii_lowercase().as_str(), "thumbs.db" | "desktop.ini" | "ehthumbs.db");
    is_systems || file.starts_with("~$") || name.split('/').any(|part| part.starts_with('.') || part == "__MACOSX")
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::super::zipped::tests::{archive, locked};
    use super::*;

    /// Names and sizes, and the problems.
    type Unpacked = (Vec<(String, usize)>, Vec<String>);

    fn unpacked(bytes: &[u8]) -> Result<Unpacked, ParseError> {
        let mut parts = Vec::new();
        let problems = unpack(bytes, &mut |part| parts.push((part.name, part.bytes.len())))?;
        Ok((parts, problems))
    }

    fn check(files: &[(&str, &[u8])], parts: &[(&str, usize)], problems: &[&str]) {
        let (found, told) = unpacked(&archive(files)).unwrap();
        let found: Vec<(&str, usize)> = found.iter().map(|(name, size)| (name.as_str(), *size)).collect();
        assert_eq!((found.as_slice(), told), (parts, problems.iter().map(|p| (*p).to_owned()).collect()));
    }

    #[test]
    fn files_are_handed_out() {
        check(&[("a.txt", b"one"), ("b/c.md", b"four"), ("empty", b"")], &[("a.txt", 3), ("b/c.md", 4)], &[]);
    }

    #[test]
    fn leftovers_are_passed_over() {
        let files: [(&str, &[u8]); 5] =
            [("__MACOSX/._a.txt", b"x"), ("b/.DS_Store", b"x"), ("Thumbs.db", b"x"), ("~$a.docx", b"x"), ("a", b"y")];
        check(&files, &[("a", 1)], &["hidden files left out: 4"]);
    }

    #[test]
    fn names_never_leave() {
        check(
            &[("../../../srv/x", b"1"), ("\\\\host\\y", b"2"), ("/etc/z", b"3")],
            &[("srv/x", 1), ("host/y", 1), ("etc/z", 1)],
            &[],
        );
    }

    #[test]
    fn a_bomb_is_left_out_and_the_rest_is_read() {
        let (parts, problems) = unpacked(&archive(&[("bomb", &vec![0; 9_000_000]), ("a.txt", b"x")])).unwrap();
        assert_eq!(parts, [("a.txt".to_owned(), 1)]);
        assert!(problems[0].starts_with("left out: bomb ("), "{problems:?}");
    }

    #[test]
    fn links_are_no_files() {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        writer.add_symlink("passwords", "/etc/passwd", SimpleFileOptions::default()).unwrap();
        writer.add_directory("folder", SimpleFileOptions::default()).unwrap();
        writer.start_file("a", SimpleFileOptions::default()).unwrap();
        writer.write_all(b"x").unwrap();
        let (parts, problems) = unpacked(&writer.finish().unwrap().into_inner()).unwrap();
        assert_eq!(parts, [("a".to_owned(), 1)]);
        assert_eq!(problems, ["left out: passwords (a link)"]);
    }

    #[test]
    fn a_locked_archive_is_protected() {
        assert_eq!(unpacked(&locked(&[("a", b"x")])), Err(ParseError::Protected));
    }
}
