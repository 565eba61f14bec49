//! `lectern ingest`: files and folders go into the library, with a line for each.

use std::collections::{BTreeMap, HashSet};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use indicatif::{ProgressBar, ProgressStyle};
use ingest::source::{self, Found, Listing};
use retrieval::access::{AccessLabel, AccessTier, Group};
use serde_json::{Value, json};

use super::desk::{self, Desk};
use super::remote::Remote;
use super::{Context, Failure, Outcome, print};
use crate::http::wire::{ItemReply, NewDocument, NewDocuments};
use crate::library::{Intake, Upload};
use crate::store::ItemLine;
use crate::wiring::House;

/// A file larger than this is refused before it is read.
const LARGEST_BYTES: u64 = 50 * 1024 * 1024;
/// Uploads are accepted in batches of this many files or bytes, whichever comes first.
const BATCH_FILES: usize = 64;
const BATCH_BYTES: u64 = 16 * 1024 * 1024;
const POLL: std::time::Duration = std::time::Duration::from_millis(300);

#[derive(clap::Args)]
pub struct Args {
    /// Files and folders
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Who may read them: public, customer, internal or restricted
    #[arg(long, value_parser = |text: &str| text.parse::<AccessTier>())]
    tier: AccessTier,
    /// Only members of these groups may read them, as in billing,hr
    #[arg(long, value_delimiter = ',', value_parser = |text: &str| text.parse::<Group>())]
    groups: Vec<Group>,
    /// With a running server: return when the work is done, not when it is accepted
    #[arg(long)]
    wait: bool,
}

pub async fn run(context: &Context, args: Args) -> Outcome {
    if let Some(url) = args.paths.iter().find(|path| path.to_string_lossy().contains("://")) {
        let sentence = format!("{}: this version reads files and folders, not addresses on the web", url.display());
        return Err(Failure::Usage(sentence));
    }
    let label = AccessLabel { tier: args.tier, groups: args.groups.iter().cloned().collect() };
    let listing = list(&args.paths, &label);
    let desk = Desk::open(context).await?;
    let mut lines = Lines::new(context.json);
    listing.refused.into_iter().for_each(|(path, reason)| lines.refused(&path, reason));
    match &desk {
        Desk::Here(house) => here(house, listing.files, &mut lines).await?,
        Desk::There(server) => there(server, listing.files, args.wait, &mut lines).await?,
    }
    desk.close().await;
    lines.summary()
}

/// What was found below the paths, each with the label it gets, and what cannot be read.
#[derive(Default)]
pub struct Files {
    pub files: Vec<(Found, AccessLabel)>,
    pub refused: Vec<(PathBuf, String)>,
    known: HashSet<PathBuf>,
}

fn list(paths: &[PathBuf], label: &AccessLabel) -> Files {
    let mut files = Files::default();
    for path in paths {
        let listing = source::list(path);
        files.add(listing, |_| label.clone());
    }
    files
}

impl Files {
    /// Add a listing; a file named twice counts once.
    pub fn add(&mut self, listing: Listing, label: impl Fn(&Path) -> AccessLabel) {
        self.refused.extend(listing.unreadable.into_iter().map(|unreadable| (unreadable.path, unreadable.reason)));
        for found in listing.found {
            if found.size_bytes > LARGEST_BYTES {
                self.refused.push((found.path, "it is larger than 50 MB".into()));
            } else if self.known.insert(found.path.clone()) {
                let label = label(&found.path);
                self.files.push((found, label));
            }
        }
    }
}

/// Accept everything, then work in this process until it is done.
pub async fn here(house: &House, files: Vec<(Found, AccessLabel)>, lines: &mut Lines) -> Outcome {
    let bar = progress(files.len());
    let mut intake = house.library.intake().await?;
    for batch in batches(files) {
        accept(&mut intake, batch, lines).await?;
    }
    let job = intake.close().await?;
    lines.jobs.push(job.to_string());
    let report = std::sync::Mutex::new(&mut *lines);
    let settled = |item: &ingest::ports::Item, outcome: &ingest::ports::Outcome| {
        bar.inc(1);
        let line = ItemReply::from(ItemLine::of(item, outcome));
        bar.suspend(|| report.lock().unwrap_or_else(std::sync::PoisonError::into_inner).item(&line));
    };
    // Jobs that an earlier process left behind are worked off on the way: they were accepted too.
    while let Some((done, _)) = house.library.work(&settled).await? {
        if done == job {
            break;
        }
    }
    bar.finish_and_clear();
    Ok(())
}

async fn accept(intake: &mut Intake<'_>, batch: Vec<(Found, AccessLabel)>, lines: &mut Lines) -> Outcome {
    let mut uploads = Vec::with_capacity(batch.len());
    for (found, label) in batch {
        match tokio::fs::read(&found.path).await {
            Ok(bytes) => uploads.push(Upload { origin: origin(&found.path), bytes, label }),
            Err(error) => lines.refused(&found.path, format!("it cannot be read: {error}")),
        }
    }
    Ok(intake.add(uploads).await?)
}

/// Hand everything to the server; it works while we watch, or after we left.
async fn there(server: &Remote, files: Vec<(Found, AccessLabel)>, wait: bool, lines: &mut Lines) -> Outcome {
    let mut jobs = Vec::new();
    for batch in batches(files) {
        let mut documents = Vec::new();
        for (found, label) in batch {
            match tokio::fs::read(&found.path).await {
                Ok(bytes) => documents.push(document(origin(&found.path), &bytes, &label)),
                Err(error) => lines.refused(&found.path, format!("it cannot be read: {error}")),
            }
        }
        jobs.push(server.add(&NewDocuments { documents }).await?.job);
    }
    lines.jobs.clone_from(&jobs);
    for job in jobs {
        let mut status = server.job(&job).await?;
        while wait && status.state != "done" {
            tokio::time::sleep(POLL).await;
            status = server.job(&job).await?;
        }
        status.items.iter().for_each(|item| lines.item(item));
    }
    Ok(())
}

fn document(origin: String, bytes: &[u8], label: &AccessLabel) -> NewDocument {
    let groups = label.groups.iter().map(ToString::to_string).collect();
    NewDocument { origin, tier: label.tier.to_string(), groups, content: BASE64.encode(bytes) }
}

fn batches(files: Vec<(Found, AccessLabel)>) -> Vec<Vec<(Found, AccessLabel)>> {
    let (mut batches, mut bytes) = (vec![Vec::new()], 0);
    for (found, label) in files {
        let full =
            batches.last().is_some_and(|batch| batch.len() >= BATCH_FILES || bytes + found.size_bytes > BATCH_BYTES);
        if full {
            batches.push(Vec::new());
            bytes = 0;
        }
        bytes += found.size_bytes;
        if let Some(batch) = batches.last_mut() {
            batch.push((found, label));
        }
    }
    batches
}

/// A file is known by its absolute path, from wherever it was named.
fn origin(path: &Path) -> String {
    std::path::absolute(path).unwrap_or_else(|_| path.into()).to_string_lossy().into_owned()
}

fn progress(files: usize) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} documents  {per_sec}  {eta} left");
    ProgressBar::new(files as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// What the person reads: a line an item, and a summary.
pub struct Lines {
    style: Style,
    counts: BTreeMap<String, usize>,
    /// For `lectern jobs`.
    jobs: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Json,
    Words,
    /// Only what failed.
    Silent,
}

impl Lines {
    fn new(json: bool) -> Self {
        let style = if json { Style::Json } else { Style::Words };
        Self { style, counts: BTreeMap::new(), jobs: Vec::new() }
    }

    pub fn silent() -> Self {
        Self { style: Style::Silent, counts: BTreeMap::new(), jobs: Vec::new() }
    }

    fn item(&mut self, item: &ItemReply) {
        *self.counts.entry(item.status.clone()).or_default() += 1;
        match self.style {
            Style::Json => return print::json(item),
            Style::Silent if item.reason.is_none() => return,
            Style::Silent | Style::Words => {}
        }
        let name = item.path.as_deref().or(item.url.as_deref()).unwrap_or_default();
        match &item.reason {
            Some(reason) => print::line(&format!("{:<10} {name}: {reason}", item.status)),
            None => print::line(&format!("{:<10} {name}", item.status)),
        }
    }

    fn refused(&mut self, path: &Path, reason: String) {
        let path = Some(path.to_string_lossy().into_owned());
        self.item(&ItemReply {
            path,
            url: None,
            status: "failed".into(),
            document_id: None,
            chunks: 0,
            reason: Some(reason),
        });
    }

    pub fn summary(&self) -> Outcome {
        let failed = self.counts.get("failed").copied().unwrap_or(0);
        let total: usize = self.counts.values().sum();
        if self.style == Style::Json {
            let counts: serde_json::Map<String, Value> =
                self.counts.iter().map(|(status, count)| (status.clone(), json!(count))).collect();
            print::json(&json!({"summary": counts, "items": total, "jobs": self.jobs}));
        } else {
            let counts: Vec<String> = self.counts.iter().map(|(status, count)| format!("{count} {status}")).collect();
            print::note(&format!("{total} items: {} (job {})", counts.join(", "), self.jobs.join(", ")));
        }
        match (failed, total) {
            (0, _) => Ok(()),
            _ => Err(desk::gone(&format!("{failed} of {total} items failed"))),
        }
    }
}
