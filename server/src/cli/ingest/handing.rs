//! Handing files in and watching what becomes of them: in this process, or by the running server.

use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use indicatif::{ProgressBar, ProgressStyle};
use ingest::ports::{Item, Outcome as Ended};
use ingest::source::Found;
use retrieval::access::AccessLabel;

use super::files::{batches, origin};
use super::lines::Lines;
use crate::cli::Outcome;
use crate::cli::desk::Desk;
use crate::cli::remote::Remote;
use crate::http::wire::{ItemReply, NewDocument, NewDocuments};
use crate::library::{Intake, JobState, Upload};
use crate::store::ItemLine;
use crate::wiring::House;

const POLL: std::time::Duration = std::time::Duration::from_millis(300);

/// Hand everything in, and report what can be reported: with a server and without `wait` only that it was accepted.
pub(super) async fn hand_in(desk: &Desk, files: Vec<(Found, AccessLabel)>, wait: bool, lines: &mut Lines) -> Outcome {
    match desk {
        Desk::Here(house) => here(house, files, lines).await,
        Desk::There(server) => {
            let handed_in = there(server, files, wait, lines).await;
            if handed_in.is_err() {
                lines.accepted();
            }
            handed_in
        }
    }
}

/// Accept everything, then work in this process until it is done.
pub async fn here(house: &House, files: Vec<(Found, AccessLabel)>, lines: &mut Lines) -> Outcome {
    let many = files.len();
    drain(house).await?;
    let mut intake = house.library.intake().await?;
    for batch in batches(files) {
        accept(&mut intake, batch, lines).await?;
    }
    lines.jobs.push(intake.close().await?.to_string());
    work_off(house, many, lines).await
}

/// Jobs that an earlier process left behind come first, and silently: they were accepted too.
pub async fn drain(house: &House) -> Outcome {
    while house.library.work(&|_, _| {}).await?.is_some() {}
    Ok(())
}

/// Work on the one job that waits, with a line for each item as it ends.
pub async fn work_off(house: &House, many: usize, lines: &mut Lines) -> Outcome {
    let (bar, report) = (progress(many), Mutex::new(lines));
    let settled = |item: &Item, outcome: &Ended| {
        bar.inc(1);
        let line = ItemReply::from(ItemLine::of(item, outcome));
        bar.suspend(|| report.lock().unwrap_or_else(PoisonError::into_inner).item(&line));
    };
    house.library.work(&settled).await?;
    bar.finish_and_clear();
    Ok(())
}

/// How the server's jobs stand; with `wait`, once they are done.
pub async fn watch(server: &Remote, wait: bool, lines: &mut Lines) -> Outcome {
    for job in lines.jobs.clone() {
        while wait && !is_over(&server.job(&job).await?.state) {
            tokio::time::sleep(POLL).await;
        }
        server.whole_job(&job).await?.items.iter().for_each(|item| lines.item(item));
    }
    Ok(())
}

fn is_over(state: &str) -> bool {
    JobState::named(state).is_none_or(JobState::is_over)
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
    watch(server, wait, lines).await
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
