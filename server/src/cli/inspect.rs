//! `lectern inspect`: everything about one document.

use std::path::Path;

use super::desk::{self, Desk};
use super::ingest::origin;
use super::{Context, Outcome, print};
use crate::http::wire::{InspectReply, LikenessReply};

/// Enough of a chunk to recognise it.
const SHOWN_CHARS: usize = 90;

#[derive(clap::Args)]
pub struct Args {
    /// The document's id, the file or the address that it came from
    #[arg(value_name = "DOCUMENT")]
    name: String,
    /// Show the whole text as well
    #[arg(long)]
    text: bool,
}

pub async fn run(context: &Context, args: Args) -> Outcome {
    let desk = Desk::open(context).await?;
    let found = match desk.inspect(&args.name).await? {
        Some(found) => Some(found),
        None => desk.inspect(&origin(Path::new(&args.name))).await?,
    };
    desk.close().await;
    let found = found.ok_or_else(|| desk::gone(&format!("there is no document \"{}\"", args.name)))?;
    match context.json {
        true => print::json(&found),
        false => show(&found, args.text),
    }
    Ok(())
}

fn show(found: &InspectReply, with_text: bool) {
    print::line(&found.title);
    let groups = if found.groups.is_empty() { String::new() } else { format!(", only {}", found.groups.join(", ")) };
    field("id", &found.document_id);
    field("readers", &format!("{}{groups}", found.tier));
    found.origins.iter().for_each(|origin| field("came from", origin));
    for (name, value) in
        [("type", &found.kind), ("language", &found.language), ("author", &found.author), ("dated", &found.dated)]
    {
        value.iter().for_each(|value| field(name, value));
    }
    found.problems.iter().for_each(|problem| field("problem", problem));
    found.near_duplicate_of.iter().for_each(|like| field("nearly the same as", &words(like)));
    found.near_duplicates.iter().for_each(|like| field("stands for", &words(like)));
    for asked in &found.questions {
        field(if asked.cited { "answered" } else { "was found for" }, &asked.question);
    }
    field("text", &format!("{} bytes in {} chunks", found.text.len(), found.chunks.len()));
    for chunk in &found.chunks {
        let page = print::page(chunk.page);
        let heading = if chunk.heading.is_empty() { String::new() } else { format!(" [{}]", chunk.heading) };
        let text = found.text.get(chunk.start..chunk.end).unwrap_or_default();
        let start: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(SHOWN_CHARS).collect();
        print::line(&format!("  {}..{}{page}{heading} {start}", chunk.start, chunk.end));
    }
    if with_text {
        print::line("");
        print::line(&found.text);
    }
}

fn field(name: &str, value: &str) {
    print::line(&format!("  {name:<18} {value}"));
}

fn words(like: &LikenessReply) -> String {
    format!("{} ({}, {})", like.title, like.origin, like.document_id)
}
