//! Ingestion end to end: uploads to passages that can be found, against embedding the very same chunks and nothing else.
//!
//! Each round embeds the chunks, ingests the documents into a fresh library, and embeds the chunks again, so that a
//! neighbour's work falls on both. The chunks are learned from a first ingestion that does not count.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use ingest::timing::{Stage, Timings};
use retrieval::access::{AccessLabel, AccessTier};
use retrieval::model::Cut;
use retrieval::ports::Purpose;
use server::evaluation::Set;
use server::library::Upload;
use server::wiring::House;

use super::ground::{self, Ground};
use super::handbook::{Handbook, Paper};
use super::machine::{self, Resident, Spent, Watch};
use super::report::{Findings, Target, median};
use super::tokens::Tokens;
use super::{Wanted, progress};

const ROUNDS: usize = 3;
/// The length of a typical abstract.
const TOKENS: usize = 240;
/// Uploads taken at once: what `lectern ingest` does.
const BATCH: usize = 64;

/// One ingestion of everything.
struct Run {
    /// Intake and work together.
    total: Spent,
    intake_seconds: f64,
    timings: Timings,
}

/// What the rounds came to.
#[derive(Default)]
struct Rounds {
    runs: Vec<Run>,
    ratios: Vec<f64>,
    embed_seconds: Vec<f64>,
    /// Processor time of embedding alone, as a share of that of the whole ingestion.
    processor_shares: Vec<f64>,
    worker_peaks: Vec<f64>,
}

pub async fn measure(ground: &Ground, wanted: &Wanted) -> anyhow::Result<Findings> {
    let papers = papers(ground, wanted)?;
    ensure!(!papers.is_empty(), "there is nothing to ingest");
    progress("ingest: learning the chunks");
    let chunks = learn(ground, &papers).await?;
    machine::forget_peak();
    let mut rounds = Rounds::default();
    for round in 1..=ROUNDS {
        progress(&format!("ingest: round {round} of {ROUNDS}"));
        one_round(ground, &papers, &chunks, &mut rounds).await?;
    }
    let mut found = Findings::default();
    judge(&mut found, &rounds, papers.len() as f64, chunks.len() as f64);
    stages(&mut found, &rounds.runs);
    if let Some(model) = &ground.provisioned.model {
        let counted = Tokens::beside(&model.graph)?.count_all(&chunks)? as f64;
        found.remark(format!("{} chunks of {:.0} tokens on average", chunks.len(), counted / chunks.len() as f64));
    }
    found.remark(format!("{ROUNDS} rounds of embedding, ingesting, embedding; the median counts"));
    Ok(found)
}

fn papers(ground: &Ground, wanted: &Wanted) -> anyhow::Result<Vec<Paper>> {
    if let Some(folder) = &wanted.corpus {
        return records(folder, wanted.documents);
    }
    let model = ground.provisioned.model.as_ref().context("a model from the hub keeps its tokenizer: name a corpus")?;
    let (handbook, tokens) = (Handbook::read(&ground::seed())?, Tokens::beside(&model.graph)?);
    (0..wanted.documents).map(|number| handbook.paper(number, TOKENS, &tokens)).collect()
}

fn records(folder: &Path, limit: usize) -> anyhow::Result<Vec<Paper>> {
    let records = Set::read(folder, Some(0))?.documents.into_iter().take(limit);
    let papers = records.map(|record| Paper {
        name: format!("{}.md", record.id),
        text: format!("# {}\n\n{}\n", record.title, record.text),
    });
    Ok(papers.collect())
}

/// The text of every chunk as the embedder reads it, from a library that is thrown away.
async fn learn(ground: &Ground, papers: &[Paper]) -> anyhow::Result<Vec<String>> {
    let site = ground.fresh()?;
    let house = site.open().await?;
    ingest(&house, papers).await?;
    let library = &house.library;
    let live = library.store.document_live(&library.clearance, Cut::default()).await?;
    let versions: Vec<_> = live.iter().map(|document| document.version).collect();
    let chunks = library.store.chunk_list(&library.clearance, Cut::default(), &versions).await?;
    let texts = chunks.iter().map(|chunk| chunk.text_in_context()).collect();
    house.close().await;
    Ok(texts)
}

async fn one_round(ground: &Ground, papers: &[Paper], chunks: &[String], rounds: &mut Rounds) -> anyhow::Result<()> {
    let site = ground.fresh()?;
    let house = site.open().await?;
    let before = embed(&house, chunks).await?;
    let run = ingest(&house, papers).await?;
    rounds.worker_peaks.extend(machine::children().into_iter().map(|worker| worker.peak));
    let after = embed(&house, chunks).await?;
    house.close().await;
    let embed_seconds = (before.seconds + after.seconds) / 2.0;
    rounds.ratios.push(embed_seconds / run.total.seconds);
    rounds.processor_shares.push((before.own_seconds + after.own_seconds) / 2.0 / run.total.own_seconds);
    rounds.embed_seconds.push(embed_seconds);
    rounds.runs.push(run);
    Ok(())
}

async fn embed(house: &House, chunks: &[String]) -> anyhow::Result<Spent> {
    let texts = chunks.to_vec();
    let watch = Watch::start();
    house.library.live().embedder.embed(Purpose::Passage, texts).await?;
    Ok(watch.stop())
}

async fn ingest(house: &House, papers: &[Paper]) -> anyhow::Result<Run> {
    let label = AccessLabel::tier(AccessTier::Public);
    let upload = |paper: &Paper| Upload {
        origin: paper.name.clone(),
        bytes: paper.text.clone().into_bytes(),
        label: label.clone(),
    };
    let (watch, started) = (Watch::start(), Instant::now());
    let mut intake = house.library.intake().await?;
    for batch in papers.chunks(BATCH) {
        intake.add(batch.iter().map(upload).collect()).await?;
    }
    let job = intake.close().await?;
    let intake_seconds = started.elapsed().as_secs_f64();
    let (_, timings) = house.library.work(&|_, _| {}).await?.context("the job was taken by somebody else")?;
    let total = watch.stop();
    let status = house.library.job(job).await?.context("the job is gone")?;
    let failed = status.items.iter().find(|item| !["indexed", "duplicate"].contains(&item.state.as_str()));
    ensure!(failed.is_none(), "a document was not indexed: {failed:?}");
    Ok(Run { total, intake_seconds, timings })
}

fn judge(found: &mut Findings, rounds: &Rounds, documents: f64, chunks: f64) {
    let seconds = median(&rounds.runs.iter().map(|run| run.total.seconds).collect::<Vec<_>>());
    let intake = median(&rounds.runs.iter().map(|run| run.intake_seconds).collect::<Vec<_>>());
    let embed_seconds = median(&rounds.embed_seconds);
    let row = found.row("ingested", documents / seconds, "documents/s");
    row.also("documents", documents)
        .also("chunks/s", chunks / seconds)
        .also("seconds", seconds)
        .also("of which intake", intake);
    let row = found.row("the same chunks, embedded only", documents / embed_seconds, "documents/s");
    row.also("chunks/s", chunks / embed_seconds).also("seconds", embed_seconds);
    let (low, high) =
        rounds.ratios.iter().fold((f64::MAX, 0.0_f64), |(low, high), ratio| (low.min(*ratio), high.max(*ratio)));
    let row = found.row("ingestion to embedding only", median(&rounds.ratios), "x");
    row.target(Target::AtLeast(0.85)).also("lowest", low).also("highest", high);
    found.row("embedding's share of ingestion's processor time", median(&rounds.processor_shares), "x");
    found.row("peak memory", Resident::own().peak, "MiB");
    found.row("peak memory of a parse worker", rounds.worker_peaks.iter().copied().fold(0.0, f64::max), "MiB");
}

/// Each stage's time as a share of all stages' time: they overlap, so these are no shares of the clock.
fn stages(found: &mut Findings, runs: &[Run]) {
    let sum = |run: &Run| Stage::ALL.iter().map(|stage| run.timings.spent(*stage).as_secs_f64()).sum::<f64>();
    for stage in Stage::ALL {
        let spent: Vec<f64> = runs.iter().map(|run| run.timings.spent(stage).as_secs_f64()).collect();
        let shares: Vec<f64> = spent.iter().zip(runs).map(|(spent, run)| 100.0 * spent / sum(run)).collect();
        found.row(format!("stage: {}", stage.as_str()), median(&shares), "%").also("seconds", median(&spent));
    }
    found.remark(
        "stages overlap and wait for each other: their times are sums over concurrent documents, queues included",
    );
}
