//! `lectern eval train`: learn the reranker's weights from judged sets, and say what is owed to having seen them.

use std::path::{Path, PathBuf};

use retrieval::rerank::train::{Learned, Row, Set as Lessons, learn};
use retrieval::rerank::weights::Weights;
use serde_json::{Value, json};

use super::answers::{asker, reply};
use super::retrieval::average_terms;
use super::{checked_file, name_of};
use crate::cli::{Context, Failure, Outcome, print};
use crate::config::Config;
use crate::evaluation::answers::Front;
use crate::evaluation::gold::{Gold, Seed};
use crate::evaluation::{self, Set, learning};
use crate::wiring;

/// Letters in the name of a folder that is called by its language.
const LANGUAGE_CODE: usize = 2;

#[derive(clap::Args)]
pub struct Args {
    /// Folders in BEIR form; those of one parent that are named by two letters are one set in several languages
    #[arg(required = true)]
    folders: Vec<PathBuf>,
    /// Questions over the seed, that the confidence learns from too
    #[arg(long, value_name = "FILE")]
    gold: Option<PathBuf>,
    /// The documents of the gold questions
    #[arg(long, value_name = "DIR", default_value = "data/seed")]
    seed: PathBuf,
    /// What to call these weights
    #[arg(long, value_name = "NAME")]
    version: String,
    /// Where to write them
    #[arg(long, value_name = "FILE", default_value = "retrieval/src/rerank/weights.json")]
    out: PathBuf,
}

pub async fn run(context: &Context, args: Args) -> Outcome {
    let gold = args.gold.clone().map(checked_file).transpose()?.map(|file| Gold::read(&file)).transpose()?;
    let mut lessons: Vec<Lessons> = Vec::new();
    for folder in &args.folders {
        let learned = of_folder(context, folder).await?;
        if lessons.iter().any(|other| other.name == learned.name) {
            return Err(Failure::Usage(format!("two sets are called {}", learned.name)));
        }
        lessons.push(learned);
    }
    if let Some(gold) = gold {
        lessons.push(of_gold(context, &args.seed, &gold).await?);
    }
    print::note("learning");
    let learned = tokio::task::spawn_blocking(move || learn(&lessons)).await.map_err(anyhow::Error::from)?;
    let Learned { weights, rows } = learned;
    rows.iter().for_each(|row| show(context, row));
    let mut file = Weights { version: args.version, ..weights }.to_json();
    file["learned_from"] = rows.iter().map(described).collect::<Vec<_>>().into();
    let text = format!("{}\n", serde_json::to_string_pretty(&file)?);
    std::fs::write(&args.out, text).map_err(|error| anyhow::anyhow!("{}: {error}", args.out.display()))?;
    Ok(())
}

async fn of_folder(context: &Context, folder: &Path) -> Result<Lessons, Failure> {
    let set = Set::read(folder, None)?;
    let (name, family) = named(folder)?;
    let language = evaluation::language(&set.documents).to_owned();
    print::note(&format!("{name}: the keyword index is for {language}"));
    let average_terms = average_terms(&set, &language).await?;
    let config = Config { language, ..context.config.clone() };
    let house = wiring::throw_away(&config, Some(evaluation::records()), average_terms).await?;
    let corpus = evaluation::index(&house, &set).await?;
    let questions = learning::of_corpus(&house, &set, &corpus).await?;
    house.close().await;
    Ok(Lessons { name, family, questions })
}

async fn of_gold(context: &Context, folder: &Path, gold: &[Gold]) -> Result<Lessons, Failure> {
    let seed = Seed::new(folder).map_err(|error| anyhow::anyhow!("{}: {error}", folder.display()))?;
    let house = wiring::throw_away(&context.config, None, None).await?;
    crate::cli::serve::seed(&house, folder).await?;
    let questions = {
        let asker = asker(&house);
        let front = Front { house: &house, seed: &seed, asker: &asker, reply: &reply };
        learning::of_gold(&front, gold).await?
    };
    house.close().await;
    Ok(Lessons { name: "gold".to_owned(), family: "gold".to_owned(), questions })
}

/// `xquad/de` of the family `xquad`, where the folder beside it holds the same in another language; else both are the
/// folder's name.
fn named(folder: &Path) -> Result<(String, String), Failure> {
    let name = name_of(folder)?;
    let parent = folder.canonicalize().ok().and_then(|folder| folder.parent().map(Path::to_path_buf));
    match parent.filter(|_| name.len() == LANGUAGE_CODE) {
        Some(parent) => {
            let family = name_of(&parent)?;
            Ok((format!("{family}/{name}"), family))
        }
        None => Ok((name.clone(), name)),
    }
}

fn described(row: &Row) -> Value {
    let Row { set, questions, ndcg, ndcg_unseen, auc, auc_unseen } = row;
    let rounded = |value: &f64| (value * 1e4).round() / 1e4;
    json!({
        "set": set, "questions": questions,
        "ndcg_at_10": rounded(ndcg), "ndcg_at_10_without_it": rounded(ndcg_unseen),
        "auc": rounded(auc), "auc_without_it": rounded(auc_unseen),
    })
}

fn show(context: &Context, row: &Row) {
    let Row { set, questions, ndcg, ndcg_unseen, auc, auc_unseen } = row;
    match context.json {
        true => print::json(&described(row)),
        false => print::line(&format!(
            "{set:<16} {questions:>5} questions  nDCG@10 {ndcg:.4}, without it {ndcg_unseen:.4}  AUC {auc:.3}, without it {auc_unseen:.3}"
        )),
    }
}
