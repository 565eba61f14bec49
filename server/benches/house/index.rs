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
use super::search::{self, Latency, Reader, Ready};
use super::{Wanted, exact, progress, start};

const QUESTIONS: usize = 200;
const LIMIT_MS: f64 = 8.0;
const LEAST_RECALL: f64 = 0.98;
const MIB: f64 = 1_048_576.0;

pub async fn measure(ground: &Ground, wanted: &Wanted) -> anyhow::Result<Findings> {
    let [public, customer, internal, restricted] = wanted.tiers[..] else {
        anyhow::bail!("--tiers wants four numbers")
    };
    let shares = [public, customer, internal, restricted];
    ensure!(wanted.points > 0 && shares.iter().sum::<u32>() > 0, "there is nothing to index");
    let site = ground.fresh()?;
    let house = site.open().await?;
    let corpus = Corpus::new(wanted.points, house.library.embedder.dimensions(), &shares);
    let questions: Vec<Question> = (0..QUESTIONS).map(|number| corpus.question(number)).collect();
    let mut found = Findings::default();
    machine::forget_peak();
    let filled = writing(&mut found, &house, &corpus).await?;
    searching(&mut found, &site, &house, &corpus, &questions, &filled).await?;
    found.row("peak memory of the part", Resident::own().peak, "MiB");
    describe(&mut found, &corpus);
    house.close().await;
    let served = start::serve(site.path(), &[])?;
    start::judge(&mut found, &format!("`lectern serve` over {} chunks", corpus.points()), &[served]);
    Ok(found)
}

async fn writing(found: &mut Findings, house: &House, corpus: &Corpus) -> anyhow::Result<Filled> {
    let filled = fill(house, corpus).await?;
    let points = corpus.points() as f64;
    let row = found.row("written", points / (filled.index_seconds + filled.catalog_seconds), "chunks/s");
    row.also("chunks", points).also("index s", filled.index_seconds).also("catalog s", filled.catalog_seconds);
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
    let embedded = &house.answerer.searcher;
    let ready = Searcher { embedder: Arc::new(Ready::for_all(questions)), ..embedded.clone() };
    let hybrid = Depth::Raw(Mode::Hybrid);
    let before = search::latencies(&ready, questions, &readers, hybrid).await?;

    progress("index: optimising");
    let watch = Watch::start();
    house.library.index.optimize().await?;
    house.library.index.flush().await?;
    let spent = watch.stop();
    found.row("optimised in", spent.seconds, "s").also("processor s", spent.own_seconds);
    let data = DataDir::new(site.path());
    let on_disk = disk_bytes(&data.index()) as f64;
    let row = found.row("index on disk", on_disk / MIB, "MiB");
    row.also("KiB a chunk", on_disk / 1024.0 / corpus.points() as f64)
        .also("catalog MiB", disk_bytes(&data.database()) as f64 / MIB);

    let after = search::latencies(&ready, questions, &readers, hybrid).await?;
    let full = search::latencies(&ready, questions, &readers, Depth::Full).await?;
    progress("index: looking at every vector");
    let clearances: Vec<_> = readers.iter().map(|reader| reader.clearance.clone()).collect();
    let truth = exact::nearest(corpus, questions, &clearances, house.library.workspace)?;
    let recalls = search::recalls(&ready, questions, &readers, &truth, &filled.chunks).await?;

    for (at, Reader { name, .. }) in readers.iter().enumerate() {
        search_row(found, &format!("search p95, {name}"), after[at]).target(Target::Below(LIMIT_MS));
    }
    for (at, Reader { name, .. }) in readers.iter().enumerate() {
        found.row(format!("recall@{}, {name}", exact::DEPTH), recalls[at], "").target(Target::AtLeast(LEAST_RECALL));
    }
    for (at, Reader { name, .. }) in readers.iter().enumerate() {
        search_row(found, &format!("before optimising p95, {name}"), before[at]);
    }
    for (at, Reader { name, .. }) in readers.iter().enumerate() {
        search_row(found, &format!("with reranking p95, {name}"), full[at]);
    }
    let one = readers.into_iter().take(1).collect::<Vec<_>>();
    let asked = search::latencies(embedded, questions, &one, hybrid).await?;
    search_row(found, &format!("with the question's embedding p95, {}", one[0].name), asked[0]);
    found.remark(search::method(questions.len()));
    found.remark(
        "search: filter, dense and BM25 fused, SQL check and texts; without the question's embedding except where said",
    );
    Ok(())
}

fn search_row<'a>(found: &'a mut Findings, name: &str, latency: Latency) -> &'a mut super::report::Row {
    found.row(name, latency.p95, "ms").also("p50", latency.p50).also("p99", latency.p99)
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
