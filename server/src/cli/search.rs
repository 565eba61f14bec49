//! `lectern search`: passages, best first.

use super::desk::{self, Desk};
use super::{As, Context, Outcome, print};

#[derive(clap::Args)]
pub struct Args {
    /// What to look for
    text: String,
    #[command(flatten)]
    who: As,
    /// How many passages
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=100))]
    limit: u16,
}

pub async fn run(context: &Context, args: Args) -> Outcome {
    desk::question(&args.text)?;
    let desk = Desk::open(context).await?;
    let reply = desk.search(&args.text, args.who.label()?, &args.who.as_label, usize::from(args.limit)).await?;
    if context.json {
        print::json(&reply);
    } else {
        for (at, hit) in reply.hits.iter().enumerate() {
            let heading = if hit.heading.is_empty() { String::new() } else { format!(" > {}", hit.heading) };
            let page = print::page(hit.page);
            print::line(&format!("{}. {}{heading}{page}  [{}]  {}", at + 1, hit.title, hit.tier, hit.url));
            print::line(&format!("   {}\n", excerpt(&hit.text)));
        }
        print::note(&format!("{} passages in {} ms", reply.hits.len(), reply.took_ms));
    }
    desk.close().await;
    Ok(())
}

/// The beginning of a passage on one line.
fn excerpt(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(240) {
        Some((at, _)) => format!("{}...", &words[..at]),
        None => words,
    }
}
