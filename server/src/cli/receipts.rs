//! `lectern receipts`: what left the library, and that it was looked for afterwards and not found.

use super::desk::{self, Desk};
use super::{Context, Outcome, print};
use crate::clock::spelt;
use crate::http::wire::{FindingsReply, ReceiptReply};

const NEWEST: u16 = 50;

/// Shows the receipts of documents that left, the newest first: what left with them, where they were looked for afterwards, and
/// whether anything was found.
#[derive(clap::Args)]
pub struct Args {
    /// Of these documents only, by their ids
    documents: Vec<String>,
    /// So many of the newest
    #[arg(long, default_value_t = NEWEST, value_parser = clap::value_parser!(u16).range(1..=200))]
    limit: u16,
}

pub async fn run(context: &Context, args: Args) -> Outcome {
    let desk = Desk::open(context).await?;
    let done = show(context, &desk, args).await;
    desk.close().await;
    done
}

async fn show(context: &Context, desk: &Desk, args: Args) -> Outcome {
    let mut receipts = Vec::new();
    for document in &args.documents {
        let absent = || desk::gone(&format!("no document \"{document}\" left"));
        receipts.push(desk.receipt(document).await?.ok_or_else(absent)?);
    }
    if args.documents.is_empty() {
        receipts = desk.receipts(args.limit.into()).await?;
    }
    if context.json {
        receipts.iter().for_each(print::json);
        return Ok(());
    }
    let row = |receipt: &ReceiptReply| {
        let left = format!("{} passages, {} answers", receipt.erased.passages, receipt.erased.answers);
        [receipt.document_id.clone(), receipt.why.clone(), spelt(receipt.removed_ms), left, told(receipt)]
    };
    print::table(["document", "why", "left", "with it", "looked for"], &receipts.iter().map(row).collect::<Vec<_>>());
    Ok(())
}

fn told(receipt: &ReceiptReply) -> String {
    let Some(FindingsReply { indexes, points, rows, originals, probes, came_up, backups }) = &receipt.found else {
        return "not yet".to_owned();
    };
    match receipt.proven_ms {
        Some(_) if *backups > 0 => format!("gone: {indexes} indexes, {probes} questions; {backups} backups keep it"),
        Some(_) => format!("gone: {indexes} indexes, {probes} questions"),
        None => format!("not gone: {points} points, {rows} rows, {originals} files, came up {came_up} times"),
    }
}
