//! The command line: what was typed, made into what is meant, and one file per command.
//!
//! `--json` prints one JSON object a line; logs and progress go to standard error. Exit 0 fine, 1 the work failed, 2
//! wrong usage. A command that reads or writes the data directory talks to the running server when there is one.

mod access;
mod ask;
mod audit;
mod backup;
mod chores;
mod conversations;
mod crawl;
mod desk;
mod doctor;
mod eval;
mod extract;
mod ingest;
mod inspect;

mod jobs;
mod print;
mod receipts;
mod reindex;
mod remote;
mod remove;
mod replay;
mod restore;
mod retry;
mod search;
mod serve;
mod setup;
mod sites;
mod talks;
mod why;

mod accounts;
mod groups;
mod keys;
mod users;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::{Config, Given};
use crate::faults::{self, Armed};
use crate::http::wire::parse_eyes;

/// A knowledge base that answers with quotes, and never shows anybody what they may not read.
#[derive(Parser)]
#[command(name = "lectern", version, max_term_width = 100)]
struct Typed {
    /// Configuration file [default: lectern.toml, if it is there]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where everything made at run time stands [default: data/run, or LECTERN_DATA_DIR]
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Print one JSON object a line
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Put the model and the native libraries in place
    Setup(setup::Args),
    /// Serve the page and the API
    Serve(serve::Args),
    /// Take files, folders and pages of the web into the library
    Ingest(ingest::Args),
    /// Look after the sites that documents come from
    Crawl(crawl::CrawlArgs),
    /// Show what would be read of files, without keeping anything
    Extract(extract::Args),
    /// Find passages
    Search(search::Args),
    /// Answer a question with quotes
    Ask(ask::Args),
    /// Look after what was asked with `ask --session`
    Conversations(conversations::ConversationsArgs),
    /// Take documents out of the library
    Remove(remove::Args),
    /// Show what left the library, and that it was looked for afterwards
    Receipts(receipts::Args),
    /// Show everything about a document
    Inspect(inspect::Args),
    /// Say at which step a document that should have answered was lost
    Why(why::Args),
    /// Ask again what was asked, and show what changed
    Replay(replay::Args),
    /// Try again what failed
    Retry(retry::Args),
    /// Show what is being worked on, stop it, and say what begins by itself
    Jobs(jobs::JobsArgs),
    /// Build the index anew, with another model or other settings, while the former one answers
    Reindex(reindex::ReindexArgs),
    /// Measure retrieval and answers on sets of questions
    Eval(eval::Args),
    /// Look after the people who have an account
    Users(users::UsersArgs),
    /// Look after the groups that people belong to
    Groups(groups::GroupsArgs),
    /// Look after the keys of programs
    Keys(keys::KeysArgs),
    /// Say who reads what, and by which rule
    Access(access::Args),
    /// Show what was done, by whom, and check that the log is whole
    Audit(audit::Args),
    /// Write everything that cannot be made again into one file
    Backup(backup::Args),
    /// Bring a backup back into an empty data directory
    Restore(restore::Args),
    /// Check that everything is in order
    Doctor(doctor::Args),
    /// Parse documents for the parent process
    #[command(hide = true)]
    Worker(crate::worker::WorkerArgs),
}

/// How a command failed: what the person should change, or what went wrong with the work.
pub enum Failure {
    Usage(String),
    Work(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Work(error.into())
    }
}

/// What every command is given.
struct Context {
    config: Config,
    json: bool,
}

impl Context {
    /// The cross-encoder that is configured, by name.
    fn reranker(&self) -> Option<&str> {
        self.config.reranker.as_ref().map(|reranker| reranker.model.as_str())
    }
}

type Outcome = Result<(), Failure>;

/// Read the command line and do what it says.
pub fn run() -> ExitCode {
    let typed = Typed::parse();
    if let Command::Worker(args) = &typed.command {
        return exit(crate::worker::serve_parent(args).map_err(Failure::from));
    }
    log_to_stderr();
    if let Err(failure) = arm() {
        return exit(Err(failure));
    }
    // Fails only when a provider is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    exit(start(typed))
}

fn start(typed: Typed) -> Outcome {
    let listen = match &typed.command {
        Command::Serve(args) => args.listen,
        _ => None,
    };
    let config = read_config(typed.config, typed.data_dir, listen)?;
    let context = Context { config, json: typed.json };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let done = runtime.block_on(dispatch(&context, typed.command));
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    done
}

async fn dispatch(context: &Context, command: Command) -> Outcome {
    match command {
        Command::Setup(args) => setup::run(context, args).await,
        Command::Serve(args) => serve::run(context, args).await,
        Command::Ingest(args) => ingest::run(context, args).await,
        Command::Crawl(args) => crawl::run(context, args).await,
        Command::Extract(args) => extract::run(context, &args).await,
        Command::Search(args) => search::run(context, args).await,
        Command::Ask(args) => ask::run(context, args).await,
        Command::Conversations(args) => conversations::run(context, args).await,
        Command::Remove(args) => remove::run(context, args).await,
        Command::Receipts(args) => receipts::run(context, args).await,
        Command::Inspect(args) => inspect::run(context, args).await,
        Command::Why(args) => why::run(context, args).await,
        Command::Replay(args) => replay::run(context, args).await,
        Command::Retry(args) => retry::run(context, args).await,
        Command::Jobs(args) => jobs::run(context, args).await,
        Command::Reindex(args) => reindex::run(context, args).await,
        Command::Eval(args) => eval::run(context, args).await,
        Command::Users(args) => users::run(context, args).await,
        Command::Groups(args) => groups::run(context, args).await,
        Command::Keys(args) => keys::run(context, args).await,
        Command::Access(args) => access::run(context, args).await,
        Command::Audit(args) => audit::run(context, args).await,
        Command::Backup(args) => backup::run(context, args).await,
        Command::Restore(args) => restore::run(context, args).await,
        Command::Doctor(args) => doctor::run(context, args).await,
        Command::Worker(_) => Ok(()),
    }
}

#[allow(clippy::disallowed_methods, reason = "the environment is read here, once, for the configuration")]
fn read_config(
    config: Option<PathBuf>,
    data_dir: Option<PathBuf>,
    listen: Option<SocketAddr>,
) -> Result<Config, Failure> {
    let environment = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    Config::load(Given { config, data_dir, listen }, &environment).map_err(|error| Failure::Usage(error.to_string()))
}

/// A fault that a test of durability asks for; never in production, and so never without saying it.
#[allow(
    clippy::disallowed_methods,
    reason = "no setting of the house: a process is told so, once, by whoever starts it"
)]
fn arm() -> Result<(), Failure> {
    let Some(wanted) = std::env::var("LECTERN_FAULT").ok().filter(|wanted| !wanted.is_empty()) else { return Ok(()) };
    let fault: Armed = wanted.parse().map_err(|error: faults::FaultError| Failure::Usage(error.to_string()))?;
    print::note(&format!("LECTERN_FAULT={fault}: this process will fail there; never set it in production"));
    faults::arm(fault);
    Ok(())
}

#[allow(clippy::disallowed_methods, reason = "the log level is the tracing library's own variable")]
fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| {
        tracing_subscriber::EnvFilter::new("warn,server=info,ingest=info,retrieval=info,qdrant_edge=error")
    });
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).compact().init();
}

fn exit(outcome: Outcome) -> ExitCode {
    match outcome {
        Ok(()) if !print::is_complete() => {
            print::complain("the output could not be written");
            ExitCode::from(1)
        }
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Usage(sentence)) => {
            print::complain(&sentence);
            ExitCode::from(2)
        }
        Err(Failure::Work(error)) => {
            print::complain(&chain(&error));
            ExitCode::from(1)
        }
    }
}

/// The error and its causes, each said once: many of ours already end with their cause.
fn chain(error: &anyhow::Error) -> String {
    let mut said = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !said.contains(&cause) {
            said = format!("{said}: {cause}");
        }
    }
    said
}

/// `--as`: whose eyes to look through; the least that anybody has unless it says more.
#[derive(clap::Args)]
struct As {
    /// Ask as somebody of this tier and these groups, as in tier=internal,groups=billing+hr, or as person:NAME
    #[arg(long = "as", value_name = "WHO", default_value = "tier=public", value_parser = checked_as)]
    as_label: String,
}

fn checked_as(text: &str) -> Result<String, String> {
    parse_eyes(text).map(|_| text.to_owned()).map_err(|error| error.to_string())
}
