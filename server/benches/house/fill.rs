//! Filling a library with the made-up corpus: the steps of `ingest::pipeline` from `index` on, with vectors at hand.
//!
//! Rows, job, lease, flush, verification and flip are the real ones, so that SQL can check every hit; only reading,
//! parsing and embedding are left out. Knows the order of the write protocol.

use std::collections::HashMap;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use ingest::draft::hash_of;
use ingest::parse::Kind;
use ingest::pipeline::points;
use ingest::ports::{Catalog, Change, Draft, Item, Outcome, Settlement};
use retrieval::model::{Chunk, PointId};
use server::store::{JobKind, LeasedCatalog, NewItem};
use server::wiring::House;

use super::corpus::{Corpus, Paper};
use super::progress;

/// Documents between two flushes: the pipeline's own measure.
const BATCH: usize = 64;
/// Documents announced to the catalog at once.
const ANNOUNCED: usize = 1_000;

/// Where the time went, and which chunk each point stands for.
#[derive(Default)]
pub struct Filled {
    pub upsert_seconds: f64,
    pub flush_seconds: f64,
    pub verify_seconds: f64,
    pub catalog_seconds: f64,
    pub chunks: HashMap<PointId, usize>,
}

/// Write every document of the corpus.
pub async fn fill(house: &House, corpus: &Corpus) -> anyhow::Result<Filled> {
    let (library, store) = (&house.library, &house.store);
    let job = store.job_begin(library.workspace, JobKind::Ingest, None, &library.owner).await?;
    for (at, papers) in corpus.papers.chunks(ANNOUNCED).enumerate() {
        let items: Vec<NewItem> = papers.iter().map(announced).collect();
        store.job_add(job, at * ANNOUNCED, &items).await?;
    }
    store.job_close(job).await?;
    let lease =
        store.job_claim(JobKind::Ingest, &library.owner).await?.context("the job was taken by somebody else")?;
    let items = store.job_items_queued(&lease).await?;
    let catalog = LeasedCatalog::new(store.clone(), lease.clone(), house.library.live().generation.id);
    let mut filled = Filled::default();
    let batches = items.len().div_ceil(BATCH);
    for (at, (items, papers)) in items.chunks(BATCH).zip(corpus.papers.chunks(BATCH)).enumerate() {
        if at % (batches / 10).max(1) == 0 {
            progress(&format!("index: {} of {} chunks written", filled.chunks.len(), corpus.points()));
        }
        write(house, &catalog, corpus, items, papers, &mut filled).await?;
    }
    store.job_finish(&lease).await?;
    Ok(filled)
}

async fn write(
    house: &House,
    catalog: &LeasedCatalog,
    corpus: &Corpus,
    items: &[Item],
    papers: &[Paper],
    filled: &mut Filled,
) -> anyhow::Result<()> {
    let (live, workspace) = (house.library.live(), house.library.workspace);
    let drafts: Vec<Draft> = items.iter().zip(papers).map(|(item, paper)| draft(corpus, item, paper)).collect();
    for (draft, paper) in drafts.iter().zip(papers) {
        let ids = draft.chunks.iter().map(|chunk| PointId::of(workspace, draft.document, draft.version, chunk.ordinal));
        filled.chunks.extend(ids.zip(paper.chunks.clone()));
    }
    let written = drafts.iter().flat_map(|draft| points(workspace, draft)).collect();
    filled.upsert_seconds += timed(live.index.upsert(written)).await?;
    filled.flush_seconds += timed(live.index.flush()).await?;
    filled.verify_seconds += timed(verify(house, &drafts)).await?;
    let settlements: Vec<Settlement> =
        items.iter().cloned().zip(drafts).map(|(item, draft)| settlement(item, draft)).collect();
    filled.catalog_seconds += timed(catalog.settle(live.embedder.name(), &settlements)).await?;
    Ok(())
}

/// The index must hold every chunk of a version before anybody may see it.
async fn verify(house: &House, drafts: &[Draft]) -> anyhow::Result<()> {
    for draft in drafts {
        let found = house.library.live().index.points_of(&house.library.clearance, draft.version).await?;
        ensure!(found.len() == draft.chunks.len(), "the index kept {} of {} chunks", found.len(), draft.chunks.len());
    }
    Ok(())
}

async fn timed<T, E>(work: impl Future<Output = Result<T, E>>) -> Result<f64, E> {
    let started = Instant::now();
    work.await?;
    Ok(started.elapsed().as_secs_f64())
}

fn announced(paper: &Paper) -> NewItem {
    NewItem { origin: format!("bench/{}", paper.number), original: String::new(), label: paper.label.clone() }
}

fn settlement(item: Item, draft: Draft) -> Settlement {
    let outcome = Outcome::Indexed { document: draft.document, chunks: draft.chunks.len() };
    Settlement { item, change: Change::Publish(Box::new(draft)), outcome, inside: None }
}

fn draft(corpus: &Corpus, item: &Item, paper: &Paper) -> Draft {
    let (title, mut text) = (corpus.title(paper), String::new());
    let (mut chunks, mut vectors) = (Vec::new(), Vec::new());
    for (ordinal, number) in (0..).zip(paper.chunks.clone()) {
        let (start, body) = (text.len(), corpus.text(paper, number));
        text.push_str(&body);
        let chunk = Chunk { ordinal, bytes: start..text.len(), page: None, heading: String::new(), text: body };
        vectors.push((hash_of(&chunk.text_in_context(&title)), corpus.vector(paper, number).into()));
        chunks.push(chunk);
        text.push_str("\n\n");
    }
    Draft {
        document: item.document,
        version: item.version,
        label: item.label.clone(),
        content_hash: hash_of(&text),
        kind: Kind::Markdown,
        title,
        language: None,
        author: None,
        dated: None,
        pages: Vec::new(),
        fingerprint: None,
        text,
        problems: Vec::new(),
        chunks,
        vectors,
    }
}
