//! `make bench`: what the design promises, measured on this machine, in one table.
//!
//! Each part is a file with the same verb, `measure`, and runs in a process of its own, so that its peak of memory is
//! its own and a part that fails takes no other with it. Every number that is printed was measured in this run; only the
//! targets are written down, each beside its measurement. Knows the house from outside, as `lectern` itself does.
//!
//! ```text
//! make bench                                     everything
//! make bench ARGS="embed start"                  two parts of it
//! make bench ARGS="index --points 10000"         smaller
//! make bench ARGS="ingest --corpus DIR --json"   a corpus in BEIR form, printed as JSON
//! ```

mod bare;
mod corpus;
mod dice;
mod embed;
mod exact;
mod fill;
mod ground;
mod handbook;
mod hidden;
mod index;
mod ingest;
mod machine;
mod reading;
mod report;
mod search;
mod start;
mod streams;
mod tokens;
mod upkeep;
mod zipf;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context as _, bail};
use clap::{Parser, ValueEnum};

use ground::Ground;
use machine::Machine;
use report::{Findings, Report};

/// Measure embedding, indexing and search, ingestion, and the start of the server.
#[derive(Parser)]
#[command(name = "house")]
pub struct Wanted {
    /// What to measure; everything without any
    parts: Vec<Part>,
    /// Chunks in the index
    #[arg(long, default_value_t = 100_000)]
    points: usize,
    /// Per cent of the documents that are public, customer, internal and restricted
    #[arg(long, value_delimiter = ',', default_values_t = [55, 25, 15, 5])]
    tiers: Vec<u32>,
    /// Documents to ingest
    #[arg(long, default_value_t = 2_000)]
    documents: usize,
    /// Ingest these documents, in BEIR form, instead of made-up ones
    #[arg(long, value_name = "DIR")]
    corpus: Option<PathBuf>,
    /// Where the pages, papers, texts and vectors of `make bench-ingest` lie
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Print JSON instead of the table
    #[arg(long)]
    json: bool,
    /// Measure one part in this process and print its findings
    #[arg(long, hide = true)]
    alone: bool,
    /// What cargo says to every bench
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Part {
    Embed,
    Index,
    Ingest,
    Start,
    /// Whether time tells what is hidden from what is not there
    Hidden,
    /// The first word of an answer, and 500 answers at once
    Streams,
    /// Answers while the index is built anew, and how long it takes to stop
    Upkeep,
    /// Of `make bench-ingest`: main content of web pages, and how fast they are read
    Pages,
    /// PDF files
    Papers,
    /// Chunks against questions with known answers
    Chunking,
    /// robots.txt and addresses
    Vectors,
    /// A site of 2,000 pages, twice
    Site,
}

impl Part {
    /// What `make bench` measures; the others need data that is not ours.
    const HOUSE: [Self; 7] =
        [Self::Embed, Self::Index, Self::Ingest, Self::Start, Self::Hidden, Self::Streams, Self::Upkeep];
}

fn main() -> ExitCode {
    // The house starts its parse workers from the program that is running, and that is this one.
    if std::env::args().nth(1).is_some_and(|first| first == "worker") {
        let done = server::worker::serve_as_typed(std::env::args_os().skip(1));
        return if done.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    // Fails only when a provider is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let wanted = Wanted::parse();
    let done = if wanted.alone { alone(&wanted) } else { together(&wanted) };
    done.unwrap_or_else(|error| {
        let _ = writeln!(std::io::stderr(), "make bench: {error:#}");
        ExitCode::FAILURE
    })
}

/// Run the parts one after the other and print what they found.
fn together(wanted: &Wanted) -> anyhow::Result<ExitCode> {
    std::env::set_current_dir(ground::root())?;
    let machine = Machine::look();
    Ground::prepare()?;
    let chosen = if wanted.parts.is_empty() { &Part::HOUSE[..] } else { &wanted.parts };
    let (mut parts, mut failed) = (Vec::new(), false);
    for part in chosen {
        match in_own_process(*part) {
            Ok(found) => parts.push((name(*part), found)),
            Err(error) => {
                failed = true;
                progress(&format!("{}: {error:#}", name(*part)));
            }
        }
    }
    let report = Report { machine: &machine, parts: &parts };
    let json = serde_json::to_string_pretty(&report.to_json())?;
    std::fs::write(build_folder()?.join("bench.json"), &json)?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", if wanted.json { json } else { report.to_table() })?;
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn in_own_process(part: Part) -> anyhow::Result<Findings> {
    let options = std::env::args_os()
        .skip(1)
        .filter(|argument| argument.to_str().is_none_or(|text| Part::from_str(text, false).is_err()));
    let mut command = Command::new(std::env::current_exe()?);
    command.args(options).arg("--alone").arg(name(part)).stdin(Stdio::null()).stderr(Stdio::inherit());
    let output = command.output().context("the part cannot be started")?;
    if !output.status.success() {
        bail!("the part ended with {}", output.status);
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn alone(wanted: &Wanted) -> anyhow::Result<ExitCode> {
    let [part] = wanted.parts[..] else { bail!("one part at a time") };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let ground = Ground::prepare()?;
    let watch = machine::Watch::start();
    let mut found = match part {
        Part::Embed => embed::measure(&ground)?,
        Part::Index => runtime.block_on(index::measure(&ground, wanted))?,
        Part::Ingest => runtime.block_on(ingest::measure(&ground, wanted))?,
        Part::Start => start::measure(&ground)?,
        Part::Hidden => hidden::measure(&ground)?,
        Part::Streams => streams::measure(&ground, wanted)?,
        Part::Upkeep => upkeep::measure(&ground, wanted)?,
        Part::Pages => reading::pages::measure(wanted.data()?, &ground.chunker()?)?,
        Part::Papers => runtime.block_on(reading::papers::measure(wanted.data()?, &ground.workers()?))?,
        Part::Chunking => {
            let (embedder, chunker) = (ground.embedder()?, ground.chunker()?);
            runtime.block_on(reading::chunking::measure(wanted.data()?, &*embedder, &chunker))?
        }
        Part::Vectors => reading::vectors::measure(wanted.data()?)?,
        Part::Site => runtime.block_on(reading::site::measure(&ground))?,
    };
    found.remark(watch.stop().remark());
    serde_json::to_writer(std::io::stdout().lock(), &found)?;
    Ok(ExitCode::SUCCESS)
}

impl Wanted {
    fn data(&self) -> anyhow::Result<&Path> {
        self.data.as_deref().context("name the folder of the measuring data: --data DIR")
    }
}

fn name(part: Part) -> String {
    part.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}

/// Where cargo builds: this program lies two folders below.
fn build_folder() -> anyhow::Result<PathBuf> {
    let program = std::env::current_exe()?;
    program.ancestors().nth(3).map(PathBuf::from).context("this program lies in no build folder")
}

/// A line for whoever waits; the table goes to standard output.
fn progress(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
