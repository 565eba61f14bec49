//! `lectern conversations`: what the operator asked with `ask --session`, and what it is called.

use clap::{Args, Subcommand};
use serde_json::json;

use super::ask::checked_session;
use super::talks::Talks;
use super::{Context, Failure, Outcome, desk, print};
use crate::conversation::Title;
use crate::http::wire::{ConversationLine, ConversationReply, Transcript, TurnReply};

#[derive(Args)]
pub struct ConversationsArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Show them, the newest first, or those that hold some words
    List {
        /// In the title, in a question, or in an answer
        words: Option<String>,
    },
    /// Show what was said in one
    Show {
        /// Its id, or the name that was given to `ask --session`
        #[arg(value_parser = checked_session)]
        name: String,
    },
    /// Call it something else
    Rename {
        #[arg(value_parser = checked_session)]
        name: String,
        /// Nothing, as in "", is the title that it has by itself
        #[arg(value_parser = |text: &str| Title::parse(text))]
        title: Title,
    },
    /// Print all of it as a file
    Export {
        #[arg(value_parser = checked_session)]
        name: String,
        /// json or markdown
        #[arg(long, default_value = "json", value_parser = format)]
        format: Transcript,
    },
    /// Forget it
    Remove {
        #[arg(value_parser = checked_session)]
        name: String,
    },
}

fn format(text: &str) -> Result<Transcript, String> {
    Transcript::named(Some(text)).ok_or_else(|| "json or markdown".to_owned())
}

pub async fn run(context: &Context, args: ConversationsArgs) -> Outcome {
    let talks = Talks::open(context).await?;
    let done = what(context, &talks, args.what).await;
    talks.close().await;
    done
}

async fn what(context: &Context, talks: &Talks, what: What) -> Outcome {
    match what {
        What::List { words } => list(context, talks, words.as_deref()).await,
        What::Show { name } => show(context, talks, &name).await,
        What::Export { name, format } => export(talks, &name, format).await,
        What::Rename { name, title } => {
            let line = talks.rename(&name, &title).await?.ok_or_else(|| none(&name))?;
            match context.json {
                true => print::json(&line),
                false => print::line(&format!("it is called: {}", line.title)),
            }
            Ok(())
        }
        What::Remove { name } => {
            if !talks.remove(&name).await? {
                return Err(none(&name));
            }
            match context.json {
                true => print::json(&json!({"removed": name})),
                false => print::line(&format!("forgotten: {name}")),
            }
            Ok(())
        }
    }
}

async fn list(context: &Context, talks: &Talks, words: Option<&str>) -> Outcome {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = talks.list(words, after).await?;
        all.extend(page.conversations);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    match context.json {
        true => all.iter().for_each(print::json),
        false => {
            let row = |line: &ConversationLine| [line.id.clone(), line.turns.to_string(), line.title.clone()];
            print::table(["CONVERSATION", "TURNS", "TITLE"], &all.iter().map(row).collect::<Vec<_>>());
        }
    }
    Ok(())
}

async fn show(context: &Context, talks: &Talks, name: &str) -> Outcome {
    let told = |turn: &TurnReply| match context.json {
        true => print::json(turn),
        false => print::line(&format!("\n{}. {}\n\n{}", turn.turn, turn.question, turn.answer.trim_end())),
    };
    let first = first(talks, name).await?;
    if !context.json {
        print::line(&first.conversation.title);
    }
    each_page(talks, name, first, |page| page.said.iter().for_each(told)).await
}

async fn export(talks: &Talks, name: &str, format: Transcript) -> Outcome {
    let first = first(talks, name).await?;
    let begin = format.begin(&first.conversation);
    print::line(begin.trim_end_matches('\n'));
    let turn = |turn: &TurnReply| print::line(format.turn(turn).trim_end_matches('\n'));
    let end = format.end(&first.replies);
    each_page(talks, name, first, |page| page.said.iter().for_each(turn)).await?;
    if !end.is_empty() {
        print::line(end.trim());
    }
    Ok(())
}

async fn first(talks: &Talks, name: &str) -> Result<ConversationReply, Failure> {
    talks.read(name, None).await?.ok_or_else(|| none(name))
}

/// From the first page on, as long as there is another.
async fn each_page(
    talks: &Talks,
    name: &str,
    first: ConversationReply,
    mut told: impl FnMut(&ConversationReply),
) -> Outcome {
    let mut page = first;
    loop {
        told(&page);
        let Some(next) = page.next.take() else { return Ok(()) };
        page = talks.read(name, Some(next)).await?.ok_or_else(|| none(name))?;
    }
}

fn none(name: &str) -> Failure {
    desk::gone(&format!("there is no conversation \"{name}\"; `lectern conversations list` shows them"))
}
