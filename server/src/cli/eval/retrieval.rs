//! `lectern eval retrieval`: how well retrieval does on a set that people judged.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use retrieval::ports::Mode;
use retrieval::search::Depth;

use super::kept::{Made, keep};
use super::{Keeping, name_of};
use crate::cli::{Context, Failure, Outcome, print};
use crate::config::Config;
use crate::evaluation::kept::{Measured, Settings};
use crate::evaluation::ranking::{self, Numbers, Report, measure, write_run};
use crate::evaluation::{self, Set};
use crate::wiring::{self, House, Keywords};

#[derive(clap::Args)]
pub struct Args {
    /// A folder in BEIR form: corpus.jsonl, queries.jsonl, qrels/test.tsv
    folder: PathBuf,
    /// Which part of the read path to measure
    #[arg(long, value_enum, default_value_t = Ranking::Full)]
    mode: Ranking,
    /// Language of the keyword index, by its English name; auto: the one of the corpus
    #[arg(long, value_name = "NAME", default_value = "auto", value_parser = checked_language)]
    language: String,
    /// Ask at most this many of the questions
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    limit: Option<u32>,
    /// Write query, document and score of the 100 best here; with --mode all, to one file for each mode
    #[arg(long, value_name = "FILE")]
    run_out: Option<PathBuf>,
    #[command(flatten)]
    keeping: Keeping,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Ranking {
    /// Meaning only
    Dense,
    /// Keywords only
    Sparse,
    /// Both, fused
    Hybrid,
    /// Both, reranked and diversified
    Full,
    /// Each of them, over one index
    All,
}

impl Ranking {
    fn modes(self) -> Vec<(&'static str, Depth)> {
        let modes = [
            (Self::Dense, "dense", Depth::Raw(Mode::Dense)),
            (Self::Sparse, "sparse", Depth::Raw(Mode::Sparse)),
            (Self::Hybrid, "hybrid", Depth::Raw(Mode::Hybrid)),
            (Self::Full, "full", Depth::Full),
        ];
        let asked = modes.into_iter().filter(|(ranking, ..)| self == Self::All || self == *ranking);
        asked.map(|(_, name, depth)| (name, depth)).collect()
    }
}

pub async fn run(context: &Context, args: Args) -> Outcome {
    let set = Set::read(&args.folder, args.limit.map(|limit| limit as usize))?;
    set.problems.iter().for_each(|problem| print::complain(problem));
    let name = args.keeping.set.clone().map_or_else(|| name_of(&args.folder), Ok)?;
    let language = language(&args.language, &set);
    print::note(&format!("{name}: the keyword index is for {language}"));
    let config = Config { language: language.clone(), ..context.config.clone() };
    let average_terms = average_terms(&set, &language).await?;
    let house = wiring::throw_away(&config, Some(evaluation::records()), average_terms).await?;
    let corpus = evaluation::index(&house, &set).await?;
    let settings = settings(context, &house, &language, &set);
    let (modes, mut made) = (args.mode.modes(), Vec::new());
    for (mode, depth) in &modes {
        let what = ranking::Measured { mode, depth: *depth, language: &language };
        let report = measure(&house, &set, &corpus, what).await?;
        if let Some(path) = &args.run_out {
            let path = if modes.len() > 1 { of_mode(path, mode) } else { path.clone() };
            write_run(&path, &report.run).map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))?;
        }
        show(context, &report.numbers)?;
        made.push(kept(&name, &settings, report));
    }
    house.close().await;
    if args.keeping.no_store { Ok(()) } else { keep(context, made).await }
}

/// The one that was named, or that of the corpus.
fn language(named: &str, set: &Set) -> String {
    if named == "auto" { evaluation::language(&set.documents).to_owned() } else { named.to_owned() }
}

/// The mean length of the passages that this corpus will be cut into.
pub(super) async fn average_terms(set: &Set, language: &str) -> anyhow::Result<Option<f64>> {
    Keywords::new(language)?.average(evaluation::pieces(&set.documents)).await
}

fn checked_language(name: &str) -> Result<String, String> {
    let known = name == "auto" || wiring::knows_language(name);
    if known { Ok(name.to_owned()) } else { Err("the keyword index does not know this language".to_owned()) }
}

fn settings(context: &Context, house: &House, language: &str, set: &Set) -> Settings {
    let questions = set.questions.iter().map(|question| question.text.as_str());
    let (live, weights) = (house.library.live(), &house.answerer.finder.weights.version);
    Settings::new(live.embedder.name(), language, context.reranker(), weights, questions)
}

fn kept(set: &str, settings: &Settings, report: Report) -> Made {
    let Report { numbers, ndcg_of_each, run: _ } = report;
    let mode = numbers.mode.clone();
    Made {
        set: set.to_owned(),
        mode,
        settings: settings.clone(),
        measured: Measured::Retrieval { numbers, ndcg_of_each },
    }
}

/// `run.tsv` becomes `run.tsv.dense`.
fn of_mode(path: &Path, mode: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(mode);
    name.into()
}

fn show(context: &Context, numbers: &Numbers) -> Result<(), Failure> {
    let value = serde_json::to_value(numbers)?;
    match (context.json, value.as_object()) {
        (false, Some(fields)) => {
            fields.iter().for_each(|(name, value)| print::line(&format!("{name:<14} {value}")));
            print::line("");
        }
        _ => print::json(numbers),
    }
    Ok(())
}
