//! `lectern eval`: how well passages are found and questions answered, kept and set side by side.

mod answers;
mod compared;
mod kept;
mod report;
mod retrieval;
mod train;

use std::path::PathBuf;

use clap::Subcommand;

use super::{Context, Failure, Outcome};

#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Index a corpus in a throw-away workspace and measure its rankings
    Retrieval(retrieval::Args),
    /// Ask the gold questions of a throw-away workspace with the seed in it
    Answers(answers::Args),
    /// Show the last two runs of every set side by side
    List(compared::Args),
    /// Write the latest runs into a document
    Report(report::Args),
    /// Learn the weights of the built-in reranker anew
    Train(train::Args),
}

/// Where a run is noted.
#[derive(clap::Args)]
struct Keeping {
    /// Keep the run under this name [default: the name of the folder or file]
    #[arg(long = "set", value_name = "NAME")]
    set: Option<String>,
    /// Do not keep the run
    #[arg(long)]
    no_store: bool,
}

pub async fn run(context: &Context, args: Args) -> Outcome {
    match args.what {
        What::Retrieval(args) => retrieval::run(context, args).await,
        What::Answers(args) => answers::run(context, args).await,
        What::List(args) => compared::run(context, args).await,
        What::Report(args) => report::run(context, args).await,
        What::Train(args) => train::run(context, args).await,
    }
}

/// What a path is called, when nobody names it otherwise.
fn name_of(path: &std::path::Path) -> Result<String, Failure> {
    let named = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let name = if named.is_dir() { named.file_name() } else { named.file_stem() };
    let name = name.map(|name| name.to_string_lossy().into_owned());
    name.ok_or_else(|| Failure::Usage(format!("{} has no name: give it one with --set", path.display())))
}

/// A file that has to be there.
fn checked_file(path: PathBuf) -> Result<PathBuf, Failure> {
    if path.is_file() { Ok(path) } else { Err(Failure::Usage(format!("{} is not a file", path.display()))) }
}
