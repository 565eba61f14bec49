//! `lectern ask`: an answer with its sources.

use super::desk::{self, Desk};
use super::{As, Context, Outcome, print};
use crate::conversation::LONGEST_NAME;

#[derive(clap::Args)]
pub struct Args {
    /// The question
    text: String,
    #[command(flatten)]
    who: As,
    /// Go on with this conversation, by its id or by a name that you give it; it is begun when it is first named
    #[arg(long, value_name = "ID", value_parser = checked_session)]
    session: Option<String>,
}

pub fn checked_session(text: &str) -> Result<String, String> {
    match text.chars().count() {
        1..=LONGEST_NAME if !text.trim().is_empty() => Ok(text.to_owned()),
        _ => Err(format!("a conversation has a name of at most {LONGEST_NAME} characters")),
    }
}

pub async fn run(context: &Context, args: Args) -> Outcome {
    desk::question(&args.text)?;
    let desk = Desk::open(context).await?;
    let reply = desk.ask(&args.text, Some(&args.who.as_label), args.session.as_deref()).await?;
    if context.json {
        print::json(&reply);
    } else {
        print::line(&reply.answer);
        if let Some(notice) = &reply.notice {
            print::note(notice);
        }
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
