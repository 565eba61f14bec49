//! Folders told as a site tells its pages: what is told of them, and what never is.

use std::fs;
use std::os::unix::fs::symlink;

use ingest::crawl::ports::{Fetch as _, FetchFault, Fetched, Request};
use server::fetch::Folders;
use tempfile::TempDir;
use url::Url;

struct Shelf {
    folder: TempDir,
    folders: Folders,
}

impl Shelf {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("docs")).unwrap();
        let folders = Folders::new(vec![folder.path().join("docs")]);
        Self { folder, folders }
    }

    fn put(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn url(&self, path: &str) -> Url {
        let root = Url::from_directory_path(self.folder.path()).unwrap();
        root.join(path).unwrap()
    }

    async fn asked(&self, request: Request) -> Result<Fetched, FetchFault> {
        self.folders.fetch(&request).await
    }

    async fn get(&self, path: &str) -> Result<Fetched, FetchFault> {
        self.asked(request(self.url(path))).await
    }

    /// Where a folder leads, on all its pages, from its own path on.
    async fn links(&self, path: &str) -> Vec<String> {
        let (mut next, mut found) = (Some(self.url(path)), Vec::new());
        while let Some(url) = next.take() {
            let page = self.asked(request(url)).await.unwrap();
            assert_eq!((page.status, page.robots_tags), (200, vec!["noindex".to_owned()]));
            for link in String::from_utf8(page.body).unwrap().split("<a href=\"").skip(1) {
                let link: Url = link.split_once('"').unwrap().0.replace("&amp;", "&").parse().unwrap();
                match link.query() {
                    Some(_) => next = Some(link),
                    None => found.push(link.as_str().strip_prefix(self.url(path).as_str()).unwrap().to_owned()),
                }
            }
        }
        found
    }
}

fn request(url: Url) -> Request {
    Request { url, etag: None, last_modified: None, headers: Vec::new(), user_agent: None, most_bytes: 1_000 }
}

fn forbidden(answer: &Result<Fetched, FetchFault>) -> bool {
    matches!(answer, Err(FetchFault::Forbidden(_)))
}

#[tokio::test]
async fn a_folder_leads_to_what_lies_in_it_and_a_file_is_itself() {
    let shelf = Shelf::new();
    for path in ["docs/b.md", "docs/deep/c.md", "docs/a & \"b\"?.md", "docs/.hidden/d.md", "docs/.env"] {
        shelf.put(path, path);
    }
    assert_eq!(shelf.links("docs/").await, ["a%20&%20%22b%22%3F.md", "b.md", "deep/"]);
    let odd = shelf.get("docs/a%20&%20%22b%22%3F.md").await.unwrap();
    assert_eq!(odd.body, b"docs/a & \"b\"?.md");
    let told = shelf.get("docs/deep/c.md").await.unwrap();
    assert_eq!((told.status, told.body.as_slice()), (200, b"docs/deep/c.md".as_slice()));
    assert_eq!(shelf.get("docs/none.md").await.unwrap().status, 404);
    assert_eq!(shelf.get("docs/b.md/x").await.unwrap().status, 404);

    let again = Request { etag: told.etag, ..request(shelf.url("docs/deep/c.md")) };
    let same = shelf.asked(again.clone()).await.unwrap();
    assert_eq!((same.status, same.body.len()), (304, 0));
    shelf.put("docs/deep/c.md", "longer than it was before");
    assert_eq!(shelf.asked(again).await.unwrap().status, 200);
    shelf.put("docs/large.md", &"x".repeat(1_001));
    assert_eq!(shelf.get("docs/large.md").await, Err(FetchFault::TooLarge { most_bytes: 1_000 }));
}

#[tokio::test]
async fn a_folder_of_thousands_comes_in_pages() {
    let shelf = Shelf::new();
    let names: Vec<String> = (0..2_050).map(|n| format!("{n:04} & more.md")).collect();
    names.iter().for_each(|name| shelf.put(&format!("docs/{name}"), name));
    let expected: Vec<String> = names.iter().map(|name| name.replace(' ', "%20")).collect();
    assert_eq!(shelf.links("docs/").await, expected);
}

#[tokio::test]
async fn nothing_else_of_the_disk_is_told() {
    let shelf = Shelf::new();
    shelf.put("secret.md", "a secret");
    shelf.put("docsy/secret.md", "a secret");
    shelf.put("docs/.ssh/key", "a secret");
    let docs = shelf.folder.path().join("docs");
    symlink(shelf.folder.path().join("secret.md"), docs.join("link.md")).unwrap();
    symlink(shelf.folder.path(), docs.join("up")).unwrap();
    symlink("/etc", docs.join("etc")).unwrap();
    assert!(shelf.links("docs/").await.is_empty());
    let paths = [
        "secret.md",
        "docsy/secret.md",
        "docs/../secret.md",
        "docs/%2e%2e/secret.md",
        "docs/..%2Fsecret.md",
        "docs/link.md",
        "docs/up/secret.md",
        "docs/etc/passwd",
        "docs/.ssh/key",
        "docs/.ssh/",
    ];
    for path in paths {
        let answer = shelf.get(path).await;
        assert!(forbidden(&answer), "{path}: {answer:?}");
    }
    for url in ["file:///etc/passwd", "file:///", "http://127.0.0.1:1/", "https://example.test/etc/passwd"] {
        let answer = shelf.asked(request(url.parse().unwrap())).await;
        assert!(forbidden(&answer), "{url}: {answer:?}");
    }
    assert_eq!(shelf.asked(request("file:///robots.txt".parse().unwrap())).await.unwrap().status, 404);
    assert!(matches!(
        shelf.folders.render(&request(shelf.url("docs/a.html"))).await,
        Some(Err(FetchFault::Forbidden(_)))
    ));
}

#[tokio::test]
async fn a_folder_that_is_away_takes_nothing_along() {
    let shelf = Shelf::new();
    shelf.put("docs/a.md", "a");
    let docs = shelf.folder.path().join("docs");
    fs::rename(&docs, shelf.folder.path().join("elsewhere")).unwrap();
    for path in ["docs/", "docs/a.md"] {
        assert!(matches!(shelf.get(path).await, Err(FetchFault::Unreachable(_))), "{path}");
    }
    symlink(shelf.folder.path().join("elsewhere"), &docs).unwrap();
    assert_eq!(shelf.get("docs/a.md").await.unwrap().body, b"a", "the folder itself may be reached by a link");
}
