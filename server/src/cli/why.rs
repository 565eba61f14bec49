//! `lectern why`: at which step a document that should have answered was lost.

use std::path::Path;

use super::desk::{self, Desk};
use super::ingest::origin;
use super::{Context, Failure, Outcome, checked_as, print};
use crate::answer::WhyError;
use crate::http::wire::{WhyReply, WhyRequest};

#[derive(clap::Args)]
pub struct Args {
    /// The document's id, the file or the address that it came from, or the end of its path
    #[arg(value_name = "DOCUMENT")]
    name: String,
    /// What it should have answered
    question: String,
    /// Ask as somebody of this tier and these groups, or as person:NAME; without it everything is seen
    #[arg(long = "as", value_name = "WHO", value_parser = checked_as)]
    as_label: Option<String>,
}

pub async fn run(context: &Context, args: Args) -> Outcome {
    desk::question(&args.question)?;
    if args.name.trim().is_empty() {
        // As a file seen from here it would be the working directory.
        return Err(Failure::Usage(WhyError::Nameless.to_string()));
    }
    let desk = Desk::open(context).await?;
    let told = told(&desk, args).await;
    desk.close().await;
    let told = told?;
    match context.json {
        true => print::json(&told),
        false => show(&told),
    }
    Ok(())
}

async fn told(desk: &Desk, args: Args) -> Result<WhyReply, Failure> {
    let file = origin(Path::new(&args.name));
    let named = WhyRequest { document: args.name, question: args.question, as_label: args.as_label };
    let told = desk.why(&named).await?;
    match told.verdict.as_str() {
        // It may be meant as a file seen from here.
        "absent" => desk.why(&WhyRequest { document: file, ..named }).await,
        _ => Ok(told),
    }
}

fn show(told: &WhyReply) {
    for stage in &told.stages {
        let mark = if stage.passed { '\u{2713}' } else { '\u{2717}' };
        print::line(&format!("{mark} {:<10} {}", stage.stage, stage.detail));
    }
    if let Some(advice) = &told.advice {
        print::line(&format!("\n{advice}"));
    }
}
