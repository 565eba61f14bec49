//! `lectern eval`: how well retrieval does on a set that people judged.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use retrieval::ports::Mode;
use retrieval::search::Depth;
use serde_json::json;

use super::{Context, Outcome, print};
use crate::evaluation::{self, Set, peak_rss_mib, percentile};
use crate::wiring;

#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Index a corpus in a throw-away workspace and measure its rankings
    Retrieval(Retrieval),
}

#[derive(clap::Args)]
struct Retrieval {
    /// A folder in BEIR form: corpus.jsonl, queries.jsonl, qrels/test.tsv
    folder: PathBuf,
    /// Which part of the read path to measure
    #[arg(long, value_enum, default_value_t = Ranking::Full)]
    mode: Ranking,
    /// Ask at most this many of the questions
    #[arg(long)]
    limit: Option<usize>,
    /// Write query, document and score of the 100 best here
    #[arg(long, value_name = "FILE")]
    run_out: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Ranking {
    /// Meaning only
    Dense,
    /// Keywords only
    Sparse,
    /// Both, fused
    Hybrid,
    /// Both, reranked and diversified
    Full,
}

pub async fn run(context: &Context, args: Args) -> Outcome {
    let What::Retrieval(args) = args.what;
    let set = Set::read(&args.folder, args.limit)?;
    let depth = match args.mode {
        Ranking::Dense => Depth::Raw(Mode::Dense),
        Ranking::Sparse => Depth::Raw(Mode::Sparse),
        Ranking::Hybrid => Depth::Raw(Mode::Hybrid),
        Ranking::Full => Depth::Full,
    };
    let house = wiring::throw_away(&context.config, evaluation::records()).await?;
    let report = evaluation::retrieval(&house, &set, depth).await?;
    house.close().await;
    if let Some(path) = &args.run_out {
        evaluation::write_run(path, &report.run)?;
    }
    let measures = report.measures;
    let rounded = |value: f64| (value * 1e4).round() / 1e4;
    let numbers = json!({
        "docs": report.documents,
        "chunks": report.chunks,
        "queries": measures.questions,
        "ndcg_at_10": rounded(measures.ndcg_at_10),
        "recall_at_5": rounded(measures.recall_at_5),
        "recall_at_10": rounded(measures.recall_at_10),
        "recall_at_100": rounded(measures.recall_at_100),
        "mrr_at_10": rounded(measures.mrr_at_10),
        "index_seconds": rounded(report.index_seconds),
        "query_p50_ms": rounded(percentile(&report.query_ms, 0.5)),
        "query_p95_ms": rounded(percentile(&report.query_ms, 0.95)),
        "peak_rss_mib": peak_rss_mib().map(rounded),
    });
    match (context.json, numbers.as_object()) {
        (false, Some(numbers)) => numbers.iter().for_each(|(name, value)| print::line(&format!("{name:<14} {value}"))),
        _ => print::json(&numbers),
    }
    Ok(())
}
