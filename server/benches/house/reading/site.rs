//! A site of 2,000 pages on this machine, crawled twice: the second time nothing is read, let alone embedded.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use ingest::crawl::plan::{Plan, Scope};
use retrieval::access::{AccessLabel, AccessTier};
use server::wiring::House;
use url::Url;

use super::super::ground::{self, Ground};
use super::super::handbook::{Handbook, Paper};
use super::super::report::{Findings, Target};
use super::super::tokens::Tokens;

const PAGES: usize = 2_000;
/// Of a page, as of an abstract.
const TOKENS: usize = 240;
const DELAY: Duration = Duration::from_millis(5);
/// A house asks two pages at once and waits in between: the limit that its own plan sets.
const CHILDREN: usize = 20;

#[derive(Clone)]
struct Asked {
    pages: Arc<Vec<String>>,
    requests: Arc<AtomicUsize>,
    unmodified: Arc<AtomicUsize>,
}

pub async fn measure(ground: &Ground) -> anyhow::Result<Findings> {
    let asked = Asked { pages: Arc::new(pages(ground)?), requests: Arc::default(), unmodified: Arc::default() };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let (address, port) = (format!("http://{}/docs/0", listener.local_addr()?), listener.local_addr()?.port());
    let router = Router::new().fallback(answer).with_state(asked.clone());
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    let mut site = ground.fresh()?;
    site.reach_loopback(port);
    let house = site.open().await?;
    let plan = Plan { delay: DELAY, ..Plan::new(Url::parse(&address)?, Scope::Section) };

    let mut found = Findings::default();
    let first = crawl(&house, &plan).await?;
    let (requests, points) =
        (asked.requests.load(Ordering::SeqCst), house.library.live().index.count(&house.library.clearance).await?);
    let row = found.row("first crawl", PAGES as f64 / first, "pages/s");
    row.also("pages", PAGES as f64)
        .also("seconds", first)
        .also("points", points as f64)
        .also("requests", requests as f64);
    found.remark(format!(
        "a delay of {} ms between requests, two at once; fetching, parsing and embedding side by side",
        DELAY.as_millis()
    ));
    found.remark(format!("verdicts of the first crawl: {}", verdicts(&house).await?));
    let embedded = vectors(&house).await?;
    let second = crawl(&house, &plan).await?;
    let again = vectors(&house).await? - embedded;
    let row = found.row("documents embedded again by the second crawl", again as f64, "").target(Target::Exactly(0.0));
    row.also("seconds", second).also("answered \"not modified\"", asked.unmodified.load(Ordering::SeqCst) as f64);
    ensure!(asked.requests.load(Ordering::SeqCst) >= requests + PAGES, "the second crawl did not ask for every page");
    house.close().await;
    serving.abort();
    Ok(found)
}

async fn verdicts(house: &House) -> anyhow::Result<String> {
    let sources = house.library.sources().await?;
    let counts = sources.iter().flat_map(|source| &source.verdicts).map(|(verdict, many)| format!("{many} {verdict}"));
    Ok(counts.collect::<Vec<_>>().join(", "))
}

fn pages(ground: &Ground) -> anyhow::Result<Vec<String>> {
    let model = ground.provisioned.model.as_ref().context("the papers are measured with the model's tokenizer")?;
    let (handbook, tokens) = (Handbook::read(&ground::seed())?, Tokens::beside(&model.graph)?);
    (0..PAGES).map(|number| Ok(page(number, &handbook.paper(number, TOKENS, &tokens)?))).collect()
}

/// Crawl and ingest side by side, as the server does; seconds.
async fn crawl(house: &House, plan: &Plan) -> anyhow::Result<f64> {
    let started = Instant::now();
    house.library.crawl_later(&house.library.clearance, plan, &AccessLabel::tier(AccessTier::Public)).await?;
    let done = AtomicUsize::new(0);
    let crawling = async {
        let crawled = house.library.crawl(&|_| {}).await;
        done.store(1, Ordering::SeqCst);
        crawled?.context("there was nothing to crawl")
    };
    let ingesting = async {
        loop {
            let is_last = done.load(Ordering::SeqCst) == 1;
            match house.library.work(&|_, _| {}).await? {
                None if is_last => return Ok::<_, anyhow::Error>(()),
                None => tokio::time::sleep(Duration::from_millis(50)).await,
                Some(_) => {}
            }
        }
    };
    tokio::try_join!(crawling, ingesting)?;
    Ok(started.elapsed().as_secs_f64())
}

/// How many vectors were ever made.
async fn vectors(house: &House) -> anyhow::Result<usize> {
    Ok(house.store.vector_count(house.library.live().embedder.name()).await?)
}

async fn answer(State(asked): State<Asked>, uri: Uri, headers: HeaderMap) -> Response {
    let Some(number) = uri.path().strip_prefix("/docs/").and_then(|number| number.parse::<usize>().ok()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    asked.requests.fetch_add(1, Ordering::SeqCst);
    let Some(page) = asked.pages.get(number) else { return StatusCode::NOT_FOUND.into_response() };
    let etag = format!("\"v1-{number}\"");
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes()) {
        asked.unmodified.fetch_add(1, Ordering::SeqCst);
        return StatusCode::NOT_MODIFIED.into_response();
    }
    ([(header::ETAG, etag)], Html(page.clone())).into_response()
}

/// An article of its own, which leads to its children in a tree of all pages.
fn page(number: usize, paper: &Paper) -> String {
    let links: String = (1..=CHILDREN)
        .map(|child| number * CHILDREN + child)
        .filter(|child| *child < PAGES)
        .map(|child| format!("<li><a href=\"/docs/{child}\">Paper {child}</a></li>"))
        .collect();
    let (title, text) = paper.text.split_once("\n\n").unwrap_or(("# Paper", &paper.text));
    let paragraphs: String = text.split("\n\n").map(|paragraph| format!("<p>{paragraph}</p>")).collect();
    let title = title.trim_start_matches("# ");
    format!(
        "<!doctype html><html lang=en><head><title>{title}</title></head><body><nav><a href=/docs/0>All papers</a></nav>\
         <main><h1>{title}</h1>{paragraphs}<ul>{links}</ul></main><footer>Handbook of papers</footer></body></html>"
    )
}
