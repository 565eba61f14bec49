//! `lectern eval report`: the latest runs, written into a document between its marks.

use std::io::ErrorKind;
use std::path::PathBuf;

use anyhow::Context as _;

use super::kept::latest;
use crate::cli::{Context, Outcome, print};
use crate::evaluation::document::renewed;

#[derive(clap::Args)]
pub struct Args {
    /// Sets that should have been measured: those without a run are said to be absent
    #[arg(value_name = "SET")]
    sets: Vec<String>,
    /// The document; what stands outside its marks stays
    #[arg(long, value_name = "FILE", default_value = "docs/EVALUATION.md")]
    out: PathBuf,
}

pub async fn run(context: &Context, args: Args) -> Outcome {
    let runs = latest(context, None, 1).await?;
    let named = || args.out.display().to_string();
    let before = match std::fs::read_to_string(&args.out) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(anyhow::Error::from(error).context(named()).into()),
    };
    let text = renewed(before.as_deref(), &runs, &args.sets).with_context(named)?;
    std::fs::write(&args.out, text).with_context(named)?;
    print::note(&format!("{} is written from {} runs", args.out.display(), runs.len()));
    Ok(())
}
