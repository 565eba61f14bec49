//! Addresses and robots.txt against published vectors: every case counts, and those that differ are listed.

use std::collections::HashSet;
use std::path::Path;

use anyhow::Context as _;
use ingest::crawl::robots::Robots;
use serde_json::Value;
use url::Url;
use url::quirks;

use super::super::report::{Findings, Target};

/// Measure on `google_robots_cases.jsonl` and the vectors of the URL standard in a folder.
pub fn measure(data: &Path) -> anyhow::Result<Findings> {
    let mut found = Findings::default();
    robots(&data.join("crawl/google_robots_cases.jsonl"), &mut found)?;
    addresses(&data.join("crawl/rust-url/url/tests"), &mut found)?;
    Ok(found)
}

fn robots(file: &Path, found: &mut Findings) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let (mut cases, mut differ) = (0, 0);
    for line in text.lines().filter(|line| !line.is_empty()) {
        let case: Value = serde_json::from_str(line)?;
        let field = |name: &str| case[name].as_str().unwrap_or_default();
        // A case without an address asks about the site as a whole.
        let url = if field("url").is_empty() { "http://foo.bar/" } else { field("url") };
        let robots = Robots::read(&bytes(field("robotstxt")), field("agent"));
        let allowed = robots.allows_path(path_of(url));
        cases += 1;
        if Some(allowed) != case["allowed"].as_bool() {
            differ += 1;
            let wanted = if allowed { "refused" } else { "allowed" };
            found.remark(format!(
                "robots: {} wants {url} {wanted}; RFC 9309 2.2.2 compares decoded octets",
                field("test")
            ));
        }
    }
    found
        .row("robots verdicts that differ", f64::from(differ), "")
        .target(Target::Exactly(0.0))
        .also("cases", f64::from(cases));
    Ok(())
}

/// Path and query as they are spelled: cases are about spellings, which an address of ours has only one of.
fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or("/", |at| &rest[at..])
}

/// Cases hold bytes as characters up to 255.
fn bytes(text: &str) -> Vec<u8> {
    let latin: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    latin.unwrap_or_else(|| text.as_bytes().to_vec())
}

fn addresses(folder: &Path, found: &mut Findings) -> anyhow::Result<()> {
    let file = folder.join("urltestdata.json");
    let text = std::fs::read(&file).with_context(|| format!("{} cannot be read", file.display()))?;
    let known = std::fs::read_to_string(folder.join("expected_failures.txt"))?;
    let known: HashSet<&str> = known.lines().collect();
    let cases: Vec<Value> = serde_json::from_slice(&text)?;
    let (mut many, mut differ, mut unknown) = (0, 0, 0);
    for case in &cases {
        let Some(input) = case["input"].as_str() else { continue };
        many += 1;
        if !agrees(case, input) {
            let base = case["base"].as_str().map(|base| format!(" against <{base}>")).unwrap_or_default();
            let name = [format!("<{input}>{base}"), format!("<{}>{base}", input.escape_default())];
            differ += 1;
            if !name.iter().any(|name| known.contains(name.as_str())) {
                unknown += 1;
                found.remark(format!("addresses: {} parses otherwise", name[1]));
            }
        }
    }
    let row = found.row("addresses that parse otherwise", f64::from(unknown), "").target(Target::Exactly(0.0));
    row.also("cases", f64::from(many)).also("known and listed by the parser's authors", f64::from(differ - unknown));
    Ok(())
}

fn agrees(case: &Value, input: &str) -> bool {
    let parsed = match case["base"].as_str() {
        None => Url::parse(input),
        Some(base) => Url::parse(base).and_then(|base| base.join(input)),
    };
    let same = |name: &str, read: &str| case[name].as_str().is_none_or(|expected| expected == read);
    match (&parsed, case["failure"].as_bool().unwrap_or(false)) {
        (Err(_), fails) => fails,
        (Ok(_), true) => false,
        (Ok(url), false) => {
            same("href", quirks::href(url))
                && same("protocol", quirks::protocol(url))
                && same("username", quirks::username(url))
                && same("password", quirks::password(url))
                && same("host", quirks::host(url))
                && same("hostname", quirks::hostname(url))
                && same("port", quirks::port(url))
                && same("pathname", quirks::pathname(url))
                && same("search", quirks::search(url))
                && same("hash", quirks::hash(url))
        }
    }
}
