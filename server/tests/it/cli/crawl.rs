//! A site on this machine, served from the example handbook, as somebody crawls, explains, inspects and forgets it.

use serde_json::Value;

use super::{Lectern, root, wait_for};
use crate::library::site::Site;

/// The public part of the handbook as a site, with a page that leads to every document.
async fn handbook() -> Site {
    let site = Site::open().await;
    let mut links = String::new();
    for entry in std::fs::read_dir(root().join("data/seed/public")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let kind = match path.extension().and_then(|extension| extension.to_str()) {
            Some("html") => "text/html; charset=utf-8",
            Some("md") => "text/markdown; charset=utf-8",
            _ => "text/plain; charset=utf-8",
        };
        links.push_str(&format!("<li><a href=\"{name}\">{name}</a></li>"));
        site.put(&format!("/handbook/{name}"), kind, std::fs::read(&path).unwrap());
    }
    site.put("/robots.txt", "text/plain", b"User-agent: *\nDisallow: /handbook/pricing-2025".to_vec());
    let index = format!("<!doctype html><title>Handbook</title><main><h1>Handbook</h1><ul>{links}</ul></main>");
    site.put("/handbook/", "text/html; charset=utf-8", index.into_bytes());
    site
}

/// A program that may reach this site.
fn lectern(site: &Site) -> Lectern {
    let lectern = Lectern::new();
    let port = site.address.rsplit(':').next().unwrap();
    lectern
        .write("lectern.toml", format!("[crawl]\nallow_networks = ['127.0.0.0/8']\nports = [{port}]\ndelay_ms = 0\n"));
    lectern
}

fn statuses(lines: &[Value]) -> std::collections::BTreeMap<String, usize> {
    let mut counts = std::collections::BTreeMap::new();
    for line in lines.iter().filter(|line| line["url"].is_string()) {
        *counts.entry(line["status"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    counts
}

fn of<'a>(lines: &'a [Value], ending: &str) -> &'a Value {
    lines.iter().find(|line| line["url"].as_str().is_some_and(|url| url.ends_with(ending))).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_is_taken_in_looked_at_and_let_go() {
    let site = handbook().await;
    let start = format!("{}/handbook/", site.address);
    tokio::task::spawn_blocking(move || {
        let lectern = lectern(&site);
        let crawl = ["ingest", &start, "--tier", "public", "--scope", "section", "--json"];
        let lines = lectern.run(&crawl).expect(0).lines();
        let documents = std::fs::read_dir(root().join("data/seed/public")).unwrap().count();
        let counts = statuses(&lines);
        assert_eq!((counts["indexed"], counts["robots"]), (documents, 1), "{counts:?}");
        assert_eq!(of(&lines, "pricing-2025.md")["status"], "robots");
        let reply = lectern.run(&["ask", "How long do refunds take?", "--json"]).one();
        assert_eq!(reply["citations"][0]["url"], format!("{start}refunds.md"), "{reply}");

        let again = lectern.run(&crawl).expect(0).lines();
        assert_eq!(statuses(&again)["unchanged"], documents, "{again:?}");
        let explained = lectern.run(&["crawl", "explain", &format!("{start}pricing-2025.md"), "--json"]).one();
        assert_eq!(explained["fetched"], false);
        assert!(explained.to_string().contains("robots.txt asks"), "{explained}");
        let explained = lectern.run(&["crawl", "explain", &format!("{}/elsewhere", site.address)]).expect(0);
        assert!(explained.out.contains("a crawl would not ask for it"), "{explained:?}");

        let inspected = lectern.run(&["inspect", &format!("{start}refunds.md"), "--json"]).one();
        assert_eq!(inspected["questions"][0]["question"], "How long do refunds take?");
        let listed = lectern.run(&["crawl", "list", "--json"]).one();
        assert_eq!((listed["address"].as_str(), listed["crawling"].as_bool()), (Some(start.as_str()), Some(false)));
        lectern.run(&["crawl", "forget", &start]).expect(0);
        assert_eq!(lectern.found("refunds", "tier=public"), [""; 0]);
        lectern.run(&["crawl", "pages", &start]).complains(1, "there is no source");
    })
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_running_server_crawls_for_the_command_line() {
    let site = handbook().await;
    let start = format!("{}/handbook/", site.address);
    tokio::task::spawn_blocking(move || {
        let lectern = lectern(&site);
        let _server = lectern.serve(&[]);
        let queued = lectern.run(&["crawl", "run", &start, "--tier", "public", "--exclude", "*.txt", "--json"]).one();
        let source = queued["source"].as_str().unwrap().to_owned();
        wait_for("the crawl to end", || {
            let listed = lectern.run(&["crawl", "list", "--json"]).one();
            listed["crawling"] == false && listed["verdicts"]["handed_in"].is_null() && listed["rounds"] == 1
        });
        let pages = lectern.run(&["crawl", "pages", &source, "--json"]).expect(0).lines();
        assert_eq!(of(&pages, "release-notes-2026.txt")["status"], "out_of_scope");
        assert_eq!(of(&pages, "refunds.md")["status"], "indexed");
        let waited = lectern.run(&["ingest", &start, "--tier", "public", "--scope", "section", "--wait", "--json"]);
        let counts = statuses(&waited.expect(0).lines());
        assert!(
            counts["unchanged"] > 10 && counts["indexed"] == 2,
            "the text files came with the wider plan: {counts:?}"
        );
        let inspected = lectern.run(&["inspect", &format!("{start}refunds.md")]).expect(0);
        assert!(inspected.out.contains("came from") && inspected.out.contains("chunks"), "{inspected:?}");
        lectern.run(&["inspect", "nobody.md"]).complains(1, "there is no document");
    })
    .await
    .unwrap();
}

#[test]
fn a_folder_is_asked_for_by_its_path() {
    let lectern = Lectern::new();
    let shelf = tempfile::Builder::new().prefix("shelf-").tempdir().unwrap();
    let folder = |name: &str| {
        let path = shelf.path().join(name);
        std::fs::create_dir(&path).unwrap();
        std::fs::write(path.join("tide times.md"), format!("# Tides\n\nHigh water at {name} is at noon.\n")).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (north, south) = (folder("north"), folder("south, and longer"));
    lectern.write("lectern.toml", format!("[crawl]\nfolders = [{:?}]\n", shelf.path()));
    for path in [&north, &south] {
        let lines = lectern.run(&["crawl", "run", path, "--tier", "internal", "--json"]).expect(0).lines();
        assert_eq!(statuses(&lines)["indexed"], 1, "{lines:?}");
    }
    let explained = lectern.run(&["crawl", "explain", &format!("{north}/tide times.md"), "--json"]).one();
    assert_eq!(explained["url"], format!("file://{north}/tide%20times.md"), "{explained}");
    assert_eq!(explained["fetched"], true, "{explained}");
    lectern.run(&["crawl", "explain", "/etc/passwd"]).complains(1, "no source has this site");
}

#[test]
fn addresses_inside_are_refused_with_the_reason() {
    let lectern = Lectern::new();
    let pages = |url: &str| {
        let ran = lectern.run(&["ingest", url, "--tier", "public", "--json"]);
        ran.complains(1, "1 of 1 items failed").lines()[0]["reason"].as_str().unwrap().to_owned()
    };
    assert!(pages("http://127.0.0.1:8080/").contains("not an address of the public internet"));
    assert!(pages("http://169.254.169.254/latest/meta-data").contains("not an address of the public internet"));
    assert!(pages("http://localhost/").contains("localhost"));
    lectern.run(&["ingest", "ftp://example.org/x", "--tier", "public"]).complains(2, "http");
    lectern.run(&["ingest", "http://user@example.org/x", "--tier", "public"]).complains(2, "start at");
    lectern
        .run(&["crawl", "run", "https://example.org/", "--tier", "public", "--include", "[a"])
        .complains(2, "not a pattern");
}
