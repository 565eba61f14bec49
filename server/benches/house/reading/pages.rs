//! Web pages: how much of the main content is read, by the kind of page, and how fast pages become chunks.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Context as _, ensure};
use flate2::read::MultiGzDecoder;
use ingest::chunk::Chunker;
use ingest::draft::{Habits, draft, text_of};
use ingest::parse::{Kind, Parsed, Setting, parse, plain_text};
use ingest::ports::{Item, Reading};
use retrieval::access::{AccessLabel, AccessTier};
use retrieval::model::{DocumentId, VersionId};
use serde_json::Value;
use uuid::Uuid;

use super::super::report::{Findings, Target, median};
use super::words::{f1, mean};

const ROUNDS: usize = 3;

struct Page {
    html: Vec<u8>,
    url: String,
    kind: String,
    expected: String,
}

/// Measure on a folder with `html/N.html.gz` and `ground-truth/N.json`.
pub fn measure(data: &Path, chunker: &Chunker) -> anyhow::Result<Findings> {
    let pages = pages(&data.join("wcxb_dev"))?;
    let mut scores: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for page in &pages {
        let read = read(page).map(|parsed| plain_text(&text_of(&parsed).0.text)).unwrap_or_default();
        scores.entry(&page.kind).or_default().push(f1(&read, &page.expected));
    }
    let mut found = Findings::default();
    let all = mean(scores.values().flatten().copied());
    let row = found.row("word F1, all pages", all, "").target(Target::AtLeast(0.88));
    row.also("pages", pages.len() as f64);
    for (kind, scores) in &scores {
        let row = found.row(format!("word F1, {kind}"), mean(scores.iter().copied()), "");
        row.also("pages", scores.len() as f64);
        if *kind == "documentation" {
            row.target(Target::AtLeast(0.96));
        }
    }
    let rates: Vec<f64> = (0..ROUNDS).map(|_| rate(&pages, chunker)).collect();
    found.row("HTML to chunks", median(&rates), "pages/s").target(Target::AtLeast(150.0));
    found.remark("all cores, without the embedder; in this process, since the pages are known to be harmless");
    Ok(found)
}

fn pages(folder: &Path) -> anyhow::Result<Vec<Page>> {
    let truths = folder.join("ground-truth");
    let entries = std::fs::read_dir(&truths).with_context(|| format!("{} cannot be read", truths.display()))?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    files.sort();
    ensure!(!files.is_empty(), "{} is empty", truths.display());
    files.iter().map(|file| page(folder, file)).collect()
}

fn page(folder: &Path, truth: &Path) -> anyhow::Result<Page> {
    let value: Value = serde_json::from_slice(&std::fs::read(truth)?)?;
    let name = truth.file_stem().unwrap_or_default().to_string_lossy();
    let packed = std::fs::File::open(folder.join(format!("html/{name}.html.gz")))?;
    let mut html = Vec::new();
    MultiGzDecoder::new(packed).read_to_end(&mut html)?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Ok(Page {
        html,
        url: text(&value["url"]),
        kind: text(&value["_internal"]["page_type"]["primary"]),
        expected: text(&value["ground_truth"]["main_content"]),
    })
}

fn read(page: &Page) -> Option<Parsed> {
    parse(Kind::Html, &page.html, &Setting { url: Some(page.url.clone()), ..Setting::default() }).ok()
}

/// Pages a second, from bytes to chunks, on every core.
fn rate(pages: &[Page], chunker: &Chunker) -> f64 {
    let (next, started) = (AtomicUsize::new(0), Instant::now());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(page) = pages.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let reading = Reading { kind: Kind::Html, parsed: read(page).unwrap_or_default() };
                    draft(&item(&page.url), reading, chunker, &Habits::default());
                }
            });
        }
    });
    pages.len() as f64 / started.elapsed().as_secs_f64()
}

fn item(url: &str) -> Item {
    Item {
        ordinal: 0,
        origin: url.to_owned(),
        original: String::new(),
        label: AccessLabel::tier(AccessTier::Public),
        document: DocumentId(Uuid::nil()),
        version: VersionId(Uuid::nil()),
    }
}
