//! Looking after the house: whether questions stay quick while the index is built anew, and how long a server takes to stop.
//!
//! `lectern serve` is asked over HTTP and stopped as a service manager stops it. While the index is built one asker asks on
//! without a pause, before it and meanwhile: the ratio of the two is what counts, since it hardly knows the machine.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::corpus::Corpus;
use super::ground::{self, Ground};
use super::report::{Findings, Target, median};
use super::start::Server;
use super::streams::{CHUNKS, REFUNDS, Told, UNLIMITED, ask, filled, model, served};
use super::{Wanted, progress};

const QUESTIONS: usize = 400;
const WARM_UP: usize = 50;
const STREAMS: usize = 200;
const STOPS: usize = 5;
/// Until each of the streams has said something.
const FLOWING: Duration = Duration::from_secs(2);

pub fn measure(ground: &Ground, wanted: &Wanted) -> anyhow::Result<Findings> {
    let mut found = Findings::default();
    while_it_is_built(&mut found, ground, wanted)?;
    stopping(&mut found, ground)?;
    Ok(found)
}

fn while_it_is_built(found: &mut Findings, ground: &Ground, wanted: &Wanted) -> anyhow::Result<()> {
    let site = ground.fresh()?;
    let corpus = filled(&site, wanted)?;
    let mut server = served(site.path(), UNLIMITED, &[])?;
    progress(&format!("upkeep: {QUESTIONS} questions to {CHUNKS} chunks, nothing else to do"));
    p95(server.address, &corpus, 0, WARM_UP)?;
    let quiet = p95(server.address, &corpus, WARM_UP, QUESTIONS)?;
    as_operator(server.address, site.path(), "POST", "/api/v1/generations")?;
    progress(&format!("upkeep: {QUESTIONS} questions while the index is built anew"));
    let built = p95(server.address, &corpus, WARM_UP + QUESTIONS, QUESTIONS)?;
    let still = is_building(server.address, site.path())?;
    let begun = Instant::now();
    while is_building(server.address, site.path())? {
        sleep(Duration::from_millis(200));
    }
    server.stop()?;
    ensure!(still, "the index was built before the questions were over: ask fewer, or of more chunks");
    let row = found.row("answers while the index is built, p95, as a share of before", built / quiet, "");
    row.target(Target::Below(1.25)).also("before, ms", quiet).also("meanwhile, ms", built);
    found.row("the rest of it, once nobody asks", begun.elapsed().as_secs_f64(), "s");
    Ok(())
}

/// Of whole answers, to different questions, one after the other.
fn p95(address: SocketAddr, corpus: &Corpus, from: usize, many: usize) -> anyhow::Result<f64> {
    let mut took = Vec::with_capacity(many);
    for number in from..from + many {
        let told = ask(address, &corpus.question(number).text)?;
        ensure!(told.events.last().is_some_and(|(name, _)| name == "done"), "{:?}", told.events.last());
        took.push(told.whole.as_secs_f64() * 1_000.0);
    }
    took.sort_by(f64::total_cmp);
    Ok(took[took.len() * 95 / 100])
}

fn is_building(address: SocketAddr, data_dir: &Path) -> anyhow::Result<bool> {
    let told = as_operator(address, data_dir, "GET", "/api/v1/generations")?;
    let generations = told["generations"].as_array().context("no list of indexes")?;
    Ok(generations.iter().any(|one| one["state"] == "building"))
}

fn as_operator(address: SocketAddr, data_dir: &Path, method: &str, path: &str) -> anyhow::Result<Value> {
    let told: Value = serde_json::from_slice(&std::fs::read(data_dir.join("server.json"))?)?;
    let token = told["token"].as_str().context("no token of the operator")?;
    let mut stream = TcpStream::connect(address)?;
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}"
    )?;
    let mut reply = String::new();
    stream.read_to_string(&mut reply)?;
    let (head, body) = reply.split_once("\r\n\r\n").context("no reply")?;
    ensure!(head.split(' ').nth(1).is_some_and(|status| status.starts_with('2')), "{method} {path}: {reply}");
    Ok(serde_json::from_str(body)?)
}

fn stopping(found: &mut Findings, ground: &Ground) -> anyhow::Result<()> {
    let (site, seed, model) = (ground.fresh()?, ground::seed(), model()?);
    let config = format!("{UNLIMITED}[chat]\nurl = \"http://{model}/v1\"\nmodel = \"slow\"\n");
    let seeded = ["--seed", &seed.to_string_lossy()];
    let mut stops = Vec::with_capacity(STOPS);
    for round in 1..=STOPS {
        progress(&format!("upkeep: stopping while nobody asks, {round} of {STOPS}"));
        let mut server = served(site.path(), &config, &seeded)?;
        sleep(FLOWING);
        stops.push(stopped(&mut server)?);
    }
    let slowest = stops.iter().copied().fold(0.0, f64::max);
    found
        .row("a server that nobody asks stops after", median(&stops), "s")
        .target(Target::Below(2.0))
        .also("slowest", slowest);

    progress(&format!("upkeep: stopping amid {STREAMS} answers"));
    let mut server = served(site.path(), &config, &seeded)?;
    let address = server.address;
    let asking: Vec<_> = (0..STREAMS).map(|_| thread::spawn(move || ask(address, REFUNDS))).collect();
    sleep(FLOWING);
    let seconds = stopped(&mut server)?;
    let told = asking.into_iter().filter_map(|asked| asked.join().ok()?.ok());
    let is_told = |told: &Told| told.events.last().is_some_and(|(name, _)| name == "done" || name == "failed");
    let ended = told.filter(is_told).count();
    let row = found.row(format!("a server amid {STREAMS} answers stops after"), seconds, "s");
    row.target(Target::Below(10.0)).also("streams that were told of the end", ended as f64);
    Ok(())
}

fn stopped(server: &mut Server) -> anyhow::Result<f64> {
    let told = Instant::now();
    server.stop()?;
    Ok(told.elapsed().as_secs_f64())
}
