//! `lectern search`: passages, best first.

mod explained;

use super::desk::{self, Desk};
use super::{As, Context, Outcome, print};
use crate::http::wire::{ReplacedReply, SearchReply, SearchRequest};

#[derive(clap::Args)]
pub struct Args {
    /// What to look for
    text: String,
    #[command(flatten)]
    who: As,
    /// How many passages
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=100))]
    limit: u16,
    /// Show every candidate with its scores, and what became of it
    #[arg(long)]
    explain: bool,
}

pub async fn run(context: &Context, args: Args) -> Outcome {
    desk::question(&args.text)?;
    let desk = Desk::open(context).await?;
    let request = SearchRequest {
        query: args.text,
        limit: Some(usize::from(args.limit)),
        as_label: Some(args.who.as_label),
        history: Vec::new(),
        explain: args.explain,
    };
    let reply = desk.search(&request).await;
    desk.close().await;
    let reply = reply?;
    match context.json {
        true => print::json(&reply),
        false => show(&reply),
    }
    Ok(())
}

fn show(reply: &SearchReply) {
    for (at, hit) in reply.hits.iter().enumerate() {
        let heading = if hit.heading.is_empty() { String::new() } else { format!(" > {}", hit.heading) };
        let page = print::page(hit.page);
        print::line(&format!("{}. {}{heading}{page}  [{}]  {}", at + 1, hit.title, hit.tier, hit.url));
        if let Some(versions) = versions(&hit.instead_of) {
            print::line(&format!("   {versions}"));
        }
        print::line(&format!("   {}", excerpt(&hit.text)));
        if let Some(counted) = reply.explanation.as_ref().and_then(|explained| explained::counted(explained, at + 1)) {
            print::line(&format!("   {counted}"));
        }
        print::line("");
    }
    if let Some(explanation) = &reply.explanation {
        explained::lines(explanation).iter().for_each(|line| print::line(line));
    }
    print::note(&format!("{} passages in {} ms", reply.hits.len(), reply.took_ms));
}

/// Which former versions a passage is shown instead of; `None` when there are none.
fn versions(instead_of: &[ReplacedReply]) -> Option<String> {
    let named = |one: &ReplacedReply| match &one.dated {
        Some(dated) => format!("{} ({})", one.title, dated.get(..10).unwrap_or(dated)),
        None => one.title.clone(),
    };
    let older: Vec<String> = instead_of.iter().filter(|one| one.older).map(named).collect();
    match &older[..] {
        [] => None,
        [one] => Some(format!("newer of 2 versions; the older is {one}")),
        more => Some(format!("newest of {} versions; the older are {}", more.len() + 1, more.join(", "))),
    }
}

/// The beginning of a passage on one line.
fn excerpt(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(240) {
        Some((at, _)) => format!("{}...", &words[..at]),
        None => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(instead_of: &[(&str, &str, bool)], expected: Option<&str>) {
        let reply = |(title, dated, older): &(&str, &str, bool)| ReplacedReply {
            document_id: String::new(),
            title: (*title).to_owned(),
            dated: Some((*dated).to_owned()).filter(|dated| !dated.is_empty()),
            older: *older,
        };
        assert_eq!(versions(&instead_of.iter().map(reply).collect::<Vec<_>>()).as_deref(), expected);
    }

    #[test]
    fn older_versions_are_named_and_copies_are_not() {
        check(&[], None);
        check(&[("Copy", "2025", false)], None);
        check(
            &[("Prices 2025", "2025-02-03T10:00:00Z", true), ("Copy", "", false)],
            Some("newer of 2 versions; the older is Prices 2025 (2025-02-03)"),
        );
        check(&[("A", "", true), ("B", "2024", true)], Some("newest of 3 versions; the older are A, B (2024)"));
    }
}
