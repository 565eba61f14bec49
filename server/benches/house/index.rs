//! The index: writing a hundred thousand chunks, searching them for every mix of readers, starting a server on them.
//!
//! Texts and vectors are made up (`corpus`), everything around them is real: catalog, job, embedded index, `Searcher`.

use std::sync::Arc;

use anyhow::ensure;
use retrieval::access::AccessTier;
use retrieval::ports::Mode;
use retrieval::search::{Depth, Searcher};
use server::datadir::DataDir;
use server::wiring::House;

use super::corpus::{Corpus, Question};
use super::fill::{Filled, fill};
use super::ground::{Ground, Site};
use super::machine::{self, Resident, Watch, disk_bytes};
use super::report::{Findings, Target};
use super::search::{self, Latency, Reader, Ready, SHOWN};
use super::{Wanted, exact, progress, start};

const QUESTIONS: usize = 200;
/// Rounds of what is judged, and of what stands beside it.
const ROUNDS: usize = 5;
const FEW_ROUNDS: usize = 3;
/// Starts of the server over the full index.
const STARTS: usize = 3;
const LIMIT_MS: f64 = 8.0;
const LEAST_RECALL: f64 = 0.99;
/// A whole search: the question's embedding, the index, the check, the second look, neighbours.
const WHOLE_LIMIT_MS: f64 = 25.0;
const LEAST_RATE: f64 = 100.0;
/// For so many chunks; more are measured without being judged.
const LIMITED_POINTS: usize = 100_000;
const LIMIT_MIB: f64 = 1_024.0;
const MIB: f64 = 1_048_576.0;

pub async fn measure(ground: &Ground, wanted: &Wanted) -> anyhow::Result<Findings> {
    let [public, customer, internal, restricted] = wanted.tiers[..] else {
        anyhow::bail!("--tiers wants four numbers")
    };
    let shares = [public, customer, internal, restricted];
    ensure!(wanted.points > 0 && shares.iter().sum::<u32>() > 0, "there is nothing to index");
    let site = ground.fresh()?;
    let house = site.open().await?;
    let corpus = Corpus::new(wanted.points, house.library.live().embedder.dimensions(), &shares);
    let questions: Vec<Question> = (0..QUESTIONS).map(|number| corpus.question(number)).collect();
    let mut found = Findings::default();
    machine::forget_peak();
    let filled = writing(&mut found, &house, &corpus).await?;
    searching(&mut found, &site, &house, &corpus, &questions, &filled).await?;
    found.row("memory while searched, with every vector in memory to compare with: peak", Resident::own().peak, "MiB");
    describe(&mut found, &corpus);
    house.close().await;
    let served = (0..STARTS).map(|_| start::serve(site.path(), &[])).collect::<anyhow::Result<Vec<_>>>()?;
    start::judge(&mut found, &format!("`lectern serve` over {} chunks", corpus.points()), &served);
    Ok(found)
}

async fn writing(found: &mut Findings, house: &House, corpus: &Corpus) -> anyhow::Result<Filled> {
    let filled = fill(house, corpus).await?;
    let points = corpus.points() as f64;
    let Filled { upsert_seconds, flush_seconds, verify_seconds, catalog_seconds, .. } = filled;
    let seconds = upsert_seconds + flush_seconds + verify_seconds + catalog_seconds;
    let row = found.row("written", points / seconds, "chunks/s").also("chunks", points).also("seconds", seconds);
    row.also("upsert", upsert_seconds)
        .also("flush", flush_seconds)
        .also("verify", verify_seconds)
        .also("catalog", catalog_seconds);
    resident(found, corpus, "memory while written");
    Ok(filled)
}

async fn searching(
    found: &mut Findings,
    site: &Site,
    house: &House,
    corpus: &Corpus,
    questions: &[Question],
    filled: &Filled,
) -> anyhow::Result<()> {
    let readers = search::readers(house.library.workspace)?;
    let embedded = house.answerer.searcher();
    let ready = Searcher { embedder: Arc::new(Ready::for_all(questions)), ..embedded.clone() };
    let hybrid = Depth::Raw(Mode::Hybrid);
    let before = search::latencies(&ready, questions, &readers, hybrid, FEW_ROUNDS).await?;
    optimising(found, site, house, corpus).await?;
    let after = search::latencies(&ready, questions, &readers, hybrid, ROUNDS).await?;
    let full = search::latencies(&ready, questions, &readers, Depth::Full, FEW_ROUNDS).await?;
    let some: Vec<Reader> = readers.iter().step_by(4).cloned().collect();
    let whole = search::latencies(&embedded, questions, &some, Depth::Full, FEW_ROUNDS).await?;
    let rate = search::rate(&embedded, questions, &some).await?;

    let limited = |target| (corpus.points() <= LIMITED_POINTS).then_some(target);
    search_rows(found, "search p95", &readers, &after, limited(Target::Below(LIMIT_MS)));
    recalling(found, house, corpus, questions, &readers, &ready, filled).await?;
    search_rows(found, "before optimising p95", &readers, &before, None);
    search_rows(found, "with reranking p95", &readers, &full, None);
    search_rows(found, "whole search p95", &some, &whole, limited(Target::Below(WHOLE_LIMIT_MS)));
    let row = found.row("whole searches, as many callers as cores", rate, "a second");
    if let Some(target) = limited(Target::AtLeast(LEAST_RATE)) {
        row.target(target);
    }
    found.remark(format!(
        "search: filter, dense and BM25 fused, SQL check and {SHOWN} texts, without the question's embedding; whole search: \
         with it, reranked and arranged; one caller, {QUESTIONS} questions, each the median of {ROUNDS} rounds ({FEW_ROUNDS} without a target); \
         undisturbed: p95 of their best rounds; processor: mean of one search on all threads"
    ));
    Ok(())
}

async fn optimising(found: &mut Findings, site: &Site, house: &House, corpus: &Corpus) -> anyhow::Result<()> {
    progress("index: optimising");
    let watch = Watch::start();
    house.library.live().index.optimize().await?;
    house.library.live().index.flush().await?;
    let spent = watch.stop();
    found.row("optimised in", spent.seconds, "s").also("processor s", spent.own_seconds);
    let (data, points) = (DataDir::new(site.path()), corpus.points() as f64);
    let (index, catalog) = (disk_bytes(&data.index()) as f64, disk_bytes(&data.database()) as f64);
    let row = found.row("index on disk", index / MIB, "MiB").also("KiB a chunk", index / 1024.0 / points);
    row.also("catalog MiB", catalog / MIB);
    resident(found, corpus, "memory while optimised");
    Ok(())
}

/// The most that was resident since this was last asked, pages of mapped files included.
fn resident(found: &mut Findings, corpus: &Corpus, what: &str) {
    let Resident { total, anonymous, peak } = Resident::own();
    let row = found.row(format!("{what}: peak"), peak, "MiB");
    row.also("at its end", total).also("anonymous", anonymous);
    if corpus.points() <= LIMITED_POINTS {
        row.target(Target::Below(LIMIT_MIB));
    }
    machine::forget_peak();
}

async fn recalling(
    found: &mut Findings,
    house: &House,
    corpus: &Corpus,
    questions: &[Question],
    readers: &[Reader],
    searcher: &Searcher,
    filled: &Filled,
) -> anyhow::Result<()> {
    progress("index: looking at every vector");
    let clearances: Vec<_> = readers.iter().map(|reader| reader.clearance.clone()).collect();
    let truth = exact::nearest(corpus, questions, &clearances, house.library.workspace)?;
    let recalls = search::recalls(searcher, questions, readers, &truth, &filled.chunks).await?;
    for (Reader { name, .. }, recall) in readers.iter().zip(recalls) {
        found.row(format!("recall@{}, {name}", exact::DEPTH), recall, "").target(Target::AtLeast(LEAST_RECALL));
    }
    Ok(())
}

fn search_rows(found: &mut Findings, name: &str, readers: &[Reader], latencies: &[Latency], target: Option<Target>) {
    for (reader, latency) in readers.iter().zip(latencies) {
        let Latency { p50, p95, p99, undisturbed_p95, processor } = *latency;
        let row = found.row(format!("{name}, {}", reader.name), p95, "ms").also("p50", p50).also("p99", p99);
        row.also("undisturbed", undisturbed_p95).also("processor", processor);
        if let Some(target) = target {
            row.target(target);
        }
    }
}

/// What the corpus came to, since it was thrown and not typed.
fn describe(found: &mut Findings, corpus: &Corpus) {
    let share = |fits: &dyn Fn(&super::corpus::Paper) -> bool| {
        let fitting: usize = corpus.papers.iter().filter(|paper| fits(paper)).map(|paper| paper.chunks.len()).sum();
        100.0 * fitting as f64 / corpus.points() as f64
    };
    let tiers = AccessTier::ALL.map(|tier| format!("{tier} {:.0}", share(&|paper| paper.label.tier == tier)));
    let grouped = share(&|paper| !paper.label.groups.is_empty());
    found.remark(format!(
        "{} documents; of 100 chunks: {}; with groups {grouped:.0}",
        corpus.papers.len(),
        tiers.join(", ")
    ));
}
