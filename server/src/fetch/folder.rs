//! Folders of this machine, told as a site tells its pages: a folder is a page that leads to what lies in it and asks for no place
//! in an index, a file is itself. A crawl of one follows, schedules, holds back and explains as any crawl does.
//!
//! Only what lies below the folders that the operator named is told, no link is followed, and what is hidden stays so. Knows
//! nothing of who may set such a source up.

use std::fs::{self, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Component, Path, PathBuf};

use async_trait::async_trait;
use ingest::crawl::ports::{Fetch, FetchFault, Fetched, Request};
use url::Url;

/// What one page of a folder leads to; the rest lies on the next.
const ENTRIES: usize = 800;
/// Where the next page of a folder goes on.
const AFTER: &str = "after";

pub struct Folders {
    roots: Vec<PathBuf>,
}

impl Folders {
    pub fn new(roots: Vec<PathBuf>) -> Self {
        Self { roots }
    }

    fn answer(&self, request: &Request) -> Result<Fetched, FetchFault> {
        let path = request.url.to_file_path().map_err(|()| forbidden("this is no file of this machine"))?;
        let Some(root) = self.roots.iter().find(|root| path.starts_with(root)) else {
            // What a site would be asked for before its pages.
            return match path.as_path() == Path::new("/robots.txt") {
                true => Ok(Fetched { status: 404, ..Fetched::default() }),
                false => Err(forbidden("crawl.folders of the configuration names no folder that it lies in")),
            };
        };
        let known = real(root, &path)?;
        let Some((path, found)) = known else { return Ok(Fetched { status: 404, ..Fetched::default() }) };
        match found.file_type() {
            kind if kind.is_dir() => listing(&path, &request.url).map_err(|error| unreadable(&error)),
            kind if kind.is_file() => file(&path, &found, request),
            _ => Err(forbidden("it is neither a file nor a folder")),
        }
    }
}

#[async_trait]
impl Fetch for Folders {
    async fn fetch(&self, request: &Request) -> Result<Fetched, FetchFault> {
        let (folders, request) = (Self { roots: self.roots.clone() }, request.clone());
        let answered = tokio::task::spawn_blocking(move || folders.answer(&request)).await;
        answered.map_err(|error| FetchFault::Unreachable(error.to_string()))?
    }

    async fn render(&self, _: &Request) -> Option<Result<Vec<u8>, FetchFault>> {
        Some(Err(forbidden("the scripts of a file are not run")))
    }
}

/// Where it lies and what it is, if there is such a thing. A root that is not there is away, and takes nothing along.
fn real(root: &Path, path: &Path) -> Result<Option<(PathBuf, Metadata)>, FetchFault> {
    let root_is = fs::canonicalize(root)
        .map_err(|_| FetchFault::Unreachable(format!("the folder {} is not there", root.display())))?;
    let below = path.strip_prefix(root).unwrap_or(Path::new(""));
    if below.components().any(|part| !matches!(part, Component::Normal(name) if !is_hidden(name.as_encoded_bytes()))) {
        return Err(forbidden("what is hidden is left out"));
    }
    let wanted = root_is.join(below);
    match fs::canonicalize(&wanted) {
        Ok(real) if real == wanted => {
            let found = fs::symlink_metadata(&real).map_err(|error| unreadable(&error))?;
            Ok(Some((real, found)))
        }
        Ok(_) => Err(forbidden("it is a link, or lies behind one, and links are not followed")),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(unreadable(&error)),
    }
}

fn is_hidden(name: &[u8]) -> bool {
    name.starts_with(b".")
}

fn file(path: &Path, found: &Metadata, request: &Request) -> Result<Fetched, FetchFault> {
    let most_bytes = request.most_bytes;
    if usize::try_from(found.len()).map_or(true, |bytes| bytes > most_bytes) {
        return Err(FetchFault::TooLarge { most_bytes });
    }
    let etag = format!("{:x}-{:x}-{:x}", found.len(), found.mtime(), found.mtime_nsec());
    if request.etag.as_ref() == Some(&etag) {
        return Ok(Fetched { status: 304, etag: Some(etag), ..Fetched::default() });
    }
    // It may be another by now: a link is not opened, and nothing is waited for.
    let opened = OpenOptions::new().read(true).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK).open(path);
    let mut body = Vec::new();
    let read = opened.and_then(|file| file.take(most_bytes as u64 + 1).read_to_end(&mut body));
    match read {
        Ok(bytes) if bytes > most_bytes => Err(FetchFault::TooLarge { most_bytes }),
        Ok(_) => Ok(Fetched { status: 200, etag: Some(etag), body, ..Fetched::default() }),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Fetched { status: 404, ..Fetched::default() }),
        Err(error) => Err(unreadable(&error)),
    }
}

/// The page that a folder is: what lies in it by name, from where the address says on.
fn listing(folder: &Path, url: &Url) -> io::Result<Fetched> {
    let after = url.query_pairs().find(|(key, _)| key == AFTER).map(|(_, name)| name.into_owned());
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let name = entry.file_name();
        let is_told = (kind.is_dir() || kind.is_file()) && !is_hidden(name.as_encoded_bytes());
        entries.extend(is_told.then(|| (name, kind.is_dir())));
    }
    entries.sort();
    let rest = entries.into_iter().filter(|(name, _)| after.as_deref().is_none_or(|after| *name > *after));
    let mut rest = rest.peekable();
    let mut here = url.clone();
    here.set_query(None);
    let here = here.to_file_path().unwrap_or_default();
    let (mut links, mut last) = (Vec::new(), None);
    for (name, is_folder) in rest.by_ref().take(ENTRIES) {
        let path = here.join(&name);
        links.extend(if is_folder { Url::from_directory_path(path) } else { Url::from_file_path(path) });
        last = Some(name);
    }
    if let (Some(last), true) = (last, rest.peek().is_some()) {
        let mut next = url.clone();
        next.query_pairs_mut().clear().append_pair(AFTER, &last.to_string_lossy());
        links.push(next);
    }
    let told = |link: &Url| format!("<a href=\"{}\">.</a>\n", link.as_str().replace('&', "&amp;").replace('"', "%22"));
    let body = format!("<!doctype html>\n<title>.</title>\n{}", links.iter().map(told).collect::<String>());
    Ok(Fetched { status: 200, robots_tags: vec!["noindex".to_owned()], body: body.into_bytes(), ..Fetched::default() })
}

fn forbidden(why: &str) -> FetchFault {
    FetchFault::Forbidden(why.to_owned())
}

fn unreadable(error: &io::Error) -> FetchFault {
    FetchFault::Unreachable(format!("it cannot be read: {error}"))
}
