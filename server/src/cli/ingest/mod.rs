//! `lectern ingest`: files and folders go into the library, with a line for each.

mod files;
mod lines;

use std::io::IsTerminal;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use indicatif::{ProgressBar, ProgressStyle};
use ingest::source::{self, Found};
use retrieval::access::{AccessLabel, AccessTier, Group};

use super::desk::Desk;
use super::remote::Remote;
use super::{Context, Failure, Outcome};
use crate::http::wire::{ItemReply, NewDocument, NewDocuments};
use crate::library::{Intake, Upload};
use crate::store::ItemLine;
use crate::wiring::House;
use files::batches;
pub use files::{Files, origin};
pub use lines::Lines;

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
        Desk::There(server) => {
            let handed_in = there(server, listing.files, args.wait, &mut lines).await;
            if handed_in.is_err() {
                lines.accepted();
            }
            handed_in?;
        }
    }
    desk.close().await;
    lines.summary()
}

fn list(paths: &[PathBuf], label: &AccessLabel) -> Files {
    let mut files = Files::default();
    for path in paths {
        let listing = source::list(path);
        files.add(listing, |_| Ok(label.clone()));
    }
    files
}

/// Accept everything, then work in this process until it is done.
pub async fn here(house: &House, files: Vec<(Found, AccessLabel)>, lines: &mut Lines) -> Outcome {
    let bar = progress(files.len());
    // Jobs that an earlier process left behind come first, and silently: they were accepted too.
    while house.library.work(&|_, _| {}).await?.is_some() {}
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
    house.library.work(&settled).await?;
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
    for batch in batches(files) {
        let mut documents = Vec::new();
        for (found, label) in batch {
            match tokio::fs::read(&found.path).await {
                Ok(bytes) => documents.push(document(origin(&found.path), &bytes, &label)),
                Err(error) => lines.refused(&found.path, format!("it cannot be read: {error}")),
            }
        }
        lines.jobs.push(server.add(&NewDocuments { documents }).await?.job);
    }
    for job in lines.jobs.clone() {
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

fn progress(files: usize) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} documents  {per_sec}  {eta} left");
    ProgressBar::new(files as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
