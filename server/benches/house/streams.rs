//! Answers as they are worked out: how long until the first word of one, and how many at once.
//!
//! `lectern serve` is asked over HTTP. First on a library of made-up chunks: the time from a question to the event that names
//! its sources, one asker after the other. Then on the example handbook with a language model that takes its time, by many
//! askers at once, each of whom reads to the end: every stream has to end as it should, and memory has to stay in bounds. The
//! model is a server in this process that speaks OpenAI's wire format.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use super::corpus::Corpus;
use super::fill::fill;
use super::ground::{self, Ground, Site};
use super::machine::Resident;
use super::report::{Findings, Target, median};
use super::start::Server;
use super::{Wanted, progress};

pub const CHUNKS: usize = 20_000;
const QUESTIONS: usize = 400;
const WARM_UP: usize = 50;
const STREAMS: usize = 500;
/// What the model says: one word after the other, with a pause before each.
const WORDS: usize = 60;
const FIRST_WORD: Duration = Duration::from_millis(80);
const BETWEEN: Duration = Duration::from_millis(40);
pub const REFUNDS: &str = "How long do refunds take?";
/// A stream that says nothing for so long is broken.
const SILENCE: Duration = Duration::from_secs(60);
pub const UNLIMITED: &str =
    "[limits]\nquestions_per_minute = 10000000\nrequests_per_minute = 10000000\nconnections = 2048\n";

pub fn measure(ground: &Ground, wanted: &Wanted) -> anyhow::Result<Findings> {
    let mut found = Findings::default();
    first_events(&mut found, ground, wanted)?;
    many_at_once(&mut found, ground)?;
    Ok(found)
}

fn first_events(found: &mut Findings, ground: &Ground, wanted: &Wanted) -> anyhow::Result<()> {
    let site = ground.fresh()?;
    let corpus = filled(&site, wanted)?;
    let mut server = served(site.path(), UNLIMITED, &[])?;
    progress(&format!("streams: {QUESTIONS} questions to {CHUNKS} chunks"));
    let mut firsts = Vec::with_capacity(QUESTIONS);
    for number in 0..WARM_UP + QUESTIONS {
        let asked = ask(server.address, &corpus.question(number).text)?;
        ensure!(asked.events.last().is_some_and(|(name, _)| name == "done"), "{:?}", asked.events.last());
        if number >= WARM_UP {
            firsts.push(asked.first.as_secs_f64() * 1_000.0);
        }
    }
    server.stop()?;
    firsts.sort_by(f64::total_cmp);
    let row =
        found.row(format!("the first event of an answer, {CHUNKS} chunks, p95"), firsts[firsts.len() * 95 / 100], "ms");
    row.target(Target::Below(60.0)).also("p50", median(&firsts)).also("slowest", firsts[firsts.len() - 1]);
    Ok(())
}

/// A library of made-up chunks, written and closed.
pub fn filled(site: &Site, wanted: &Wanted) -> anyhow::Result<Corpus> {
    let shares = [wanted.tiers[0], wanted.tiers[1], wanted.tiers[2], wanted.tiers[3]];
    tokio::runtime::Runtime::new()?.block_on(async {
        let house = site.open().await?;
        let corpus = Corpus::new(CHUNKS, house.library.live().embedder.dimensions(), &shares);
        fill(&house, &corpus).await?;
        house.close().await;
        Ok(corpus)
    })
}

fn many_at_once(found: &mut Findings, ground: &Ground) -> anyhow::Result<()> {
    let (site, seed, model) = (ground.fresh()?, ground::seed(), model()?);
    let config = format!("{UNLIMITED}[chat]\nurl = \"http://{model}/v1\"\nmodel = \"slow\"\n");
    let mut server = served(site.path(), &config, &["--seed", &seed.to_string_lossy()])?;
    let alone = ask(server.address, REFUNDS)?;
    ensure!(alone.words() >= WORDS, "the model was not heard: {:?}", alone.events.last());
    let before = Resident::of(server.process()).context("the memory of a process cannot be read here")?;
    progress(&format!("streams: {STREAMS} at once"));
    let (address, started) = (server.address, Instant::now());
    let asking: Vec<_> = (0..STREAMS).map(|_| thread::spawn(move || ask(address, REFUNDS))).collect();
    let told: Vec<_> =
        asking.into_iter().map(|asked| asked.join().map_err(|_| anyhow::anyhow!("an asker broke"))).collect();
    let took = started.elapsed().as_secs_f64();
    let after = Resident::of(server.process()).context("the memory of a process cannot be read here")?;
    server.stop()?;
    let is_whole = |told: &Told| told.words() >= WORDS && told.events.last().is_some_and(|(name, _)| name == "done");
    let broken = told.into_iter().filter(|told| !matches!(told, Ok(Ok(told)) if is_whole(told))).count();
    let row = found.row(format!("broken, of {STREAMS} streams at once"), broken as f64, "");
    row.target(Target::Below(1.0)).also("all over after, s", took).also("one alone, s", alone.whole.as_secs_f64());
    let row = found.row("memory at the most meanwhile", after.peak, "MiB");
    row.also("before", before.total).also("afterwards", after.total);
    found.remark(format!(
        "the model says {WORDS} words, the first after {} ms, one every {} ms",
        FIRST_WORD.as_millis(),
        BETWEEN.as_millis()
    ));
    Ok(())
}

pub fn served(data_dir: &std::path::Path, config: &str, more: &[&str]) -> anyhow::Result<Server> {
    let file = data_dir.join("bench.toml");
    std::fs::write(&file, config)?;
    Server::ready(data_dir, &[more, &["--config", &file.to_string_lossy()]].concat())
}

/// An answer that was read to its end.
pub struct Told {
    first: Duration,
    pub whole: Duration,
    pub events: Vec<(String, Value)>,
}

impl Told {
    fn words(&self) -> usize {
        let texts =
            self.events.iter().filter(|(name, _)| name == "delta").filter_map(|(_, data)| data["text"].as_str());
        texts.map(|text| text.split_whitespace().count()).sum()
    }
}

pub fn ask(address: SocketAddr, question: &str) -> anyhow::Result<Told> {
    let body = json!({"question": question}).to_string();
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(SILENCE))?;
    let started = Instant::now();
    write!(
        stream,
        "POST /api/v1/ask HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nAccept: text/event-stream\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let (mut told, mut name) = (Told { first: Duration::MAX, whole: Duration::MAX, events: Vec::new() }, String::new());
    for line in BufReader::new(stream).lines() {
        let line = line?;
        if let Some(event) = line.strip_prefix("event: ") {
            name = event.to_owned();
        } else if let Some(data) = line.strip_prefix("data: ") {
            told.first = told.first.min(started.elapsed());
            told.events.push((name.clone(), serde_json::from_str(data)?));
        }
    }
    told.whole = started.elapsed();
    Ok(told)
}

/// Where a model listens that takes its time.
pub fn model() -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            thread::spawn(move || speak(client));
        }
    });
    Ok(address)
}

/// One reply; whoever hangs up has heard enough.
fn speak(client: TcpStream) -> std::io::Result<()> {
    let mut reader = BufReader::new(client);
    let (mut head, mut length) = (String::new(), 0);
    while reader.read_line(&mut head)? > 2 {
        let line = head.to_lowercase();
        length = line.strip_prefix("content-length: ").and_then(|value| value.trim().parse().ok()).unwrap_or(length);
        head.clear();
    }
    reader.read_exact(&mut vec![0; length])?;
    let mut to = reader.into_inner();
    to.set_nodelay(true)?;
    write!(to, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")?;
    sleep(FIRST_WORD);
    let sentence = "Refunds take up to 10 business days to reach your account [1]. ";
    for word in sentence.split_inclusive(' ').cycle().take(WORDS + 1) {
        let piece = json!({"choices": [{"index": 0, "delta": {"content": word}}]});
        write!(to, "data: {piece}\n\n")?;
        sleep(BETWEEN);
    }
    let end = json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]});
    write!(to, "data: {end}\n\ndata: [DONE]\n\n")
}
