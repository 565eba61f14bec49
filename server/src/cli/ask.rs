//! `lectern ask`: an answer with its sources.

use super::desk::{self, Desk};
use super::{As, Context, Outcome, print};

#[derive(clap::Args)]
pub struct Args {
    /// The question
    text: String,
    #[command(flatten)]
    who: As,
}

pub async fn run(context: &Context, args: Args) -> Outcome {
    desk::question(&args.text)?;
    let desk = Desk::open(context).await?;
    let reply = desk.ask(&args.text, args.who.label()?, &args.who.as_label).await?;
    if context.json {
        print::json(&reply);
    } else {
        print::line(&reply.answer);
        let mut named = 0;
        for cited in reply.citations.iter() {
            if cited.n > named {
                named = cited.n;
                let heading = cited.heading.rsplit(" > ").next().filter(|heading| *heading != cited.title);
                let heading = heading.filter(|heading| !heading.is_empty()).map(|heading| format!(" > {heading}"));
                let (heading, page) = (heading.unwrap_or_default(), print::page(cited.page));
                print::line(&format!("\n[{}] {}{heading}{page}  {}", cited.n, cited.title, cited.url));
            }
        }
    }
    desk.close().await;
    Ok(())
}
