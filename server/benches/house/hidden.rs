//! What is hidden against what is not there: whether the time of a refusal tells one from the other.
//!
//! A visitor asks `lectern serve` for documents of the example handbook that they may not read, and for as many that never
//! were, one after the other on one connection, in an order that is thrown. What is judged is the chance that a refusal of
//! the one kind took longer than one of the other: a half when time says nothing.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Instant;

use anyhow::{Context as _, ensure};
use serde_json::Value;
use uuid::Uuid;

use super::dice::Dice;
use super::ground::{self, Ground};
use super::progress;
use super::report::{Findings, Target, median};
use super::start::Server;

const PAIRS: usize = 2_000;
/// Of what one may ask about a document.
const ASKED: [&str; 4] = ["", "/text", "/chunks", "/original"];
const LARGEST: f64 = 0.55;
/// Standard errors beyond which a difference is taken for one.
const SIGNIFICANT: f64 = 1.96;
/// Asked before anything is measured.
const WARM_UP: usize = 200;

pub fn measure(ground: &Ground) -> anyhow::Result<Findings> {
    let (site, seed) = (ground.fresh()?, ground::seed());
    let config = site.path().join("bench.toml");
    std::fs::write(&config, "[limits]\nrequests_per_minute = 10000000\n")?;
    let config = config.to_string_lossy();
    let mut server = Server::ready(site.path(), &["--seed", &seed.to_string_lossy(), "--config", &config])?;
    let token: Value = serde_json::from_slice(&std::fs::read(site.path().join("server.json"))?)?;
    let token = token["token"].as_str().context("the server told no token")?.to_owned();
    let mut line = Line::open(server.address)?;
    let hidden = hidden(&mut line, &token)?;
    progress(&format!("hidden: {PAIRS} pairs over {} documents", hidden.len()));
    let (mut found, mut dice) = (Findings::default(), Dice::of(&[7]));
    let mut times = [Vec::with_capacity(PAIRS), Vec::with_capacity(PAIRS)];
    for pair in 0..WARM_UP + PAIRS {
        let there = &hidden[dice.below(hidden.len())];
        let absent = Uuid::new_v4().to_string();
        let (rest, first) = (ASKED[pair % ASKED.len()], dice.below(2));
        for kind in [first, 1 - first] {
            let document = if kind == 0 { there.as_str() } else { &absent };
            let started = Instant::now();
            let (status, _) = line.get(&format!("/api/v1/documents/{document}{rest}"), None)?;
            let took = started.elapsed().as_secs_f64() * 1_000_000.0;
            ensure!(status == 404, "a visitor was answered {status} for {document}{rest}");
            if pair >= WARM_UP {
                times[kind].push(took);
            }
        }
    }
    server.stop()?;
    let (chance, error) = (chance(&times), standard_error());
    let row = found.row("the larger chance to tell a hidden document from none, by time", chance.max(1.0 - chance), "");
    row.target(Target::Below(LARGEST)).also("standard errors from a half", (chance - 0.5).abs() / error);
    let row = found.row("a refusal of what is hidden", median(&times[0]), "us");
    row.also("of what is not there", median(&times[1]));
    found.remark(format!(
        "{PAIRS} pairs on one connection; a difference would be significant from {SIGNIFICANT} standard errors on"
    ));
    Ok(found)
}

/// The ids of what a visitor may not read.
fn hidden(line: &mut Line, token: &str) -> anyhow::Result<Vec<String>> {
    let (status, body) = line.get("/api/v1/documents?limit=200", Some(token))?;
    ensure!(status == 200, "the operator was answered {status}");
    let list: Value = serde_json::from_slice(&body)?;
    let documents = list["documents"].as_array().context("a list without documents")?;
    let hidden = documents.iter().filter(|document| document["tier"] != "public");
    let ids: Vec<String> = hidden.filter_map(|document| Some(document["document_id"].as_str()?.to_owned())).collect();
    ensure!(!ids.is_empty(), "nothing is hidden");
    Ok(ids)
}

/// That a refusal of what is hidden takes longer than one of what is not there; ties count half.
fn chance([hidden, absent]: &[Vec<f64>; 2]) -> f64 {
    let mut absent = absent.clone();
    absent.sort_by(f64::total_cmp);
    let longer = |took: &f64| {
        let below = absent.partition_point(|other| other < took);
        let up_to = absent.partition_point(|other| other <= took);
        (below + up_to) as f64 / 2.0
    };
    hidden.iter().map(longer).sum::<f64>() / (hidden.len() * absent.len()) as f64
}

/// Of that chance, were both of one kind (Mann and Whitney).
fn standard_error() -> f64 {
    let pairs = PAIRS as f64;
    ((2.0 * pairs + 1.0) / (12.0 * pairs * pairs)).sqrt()
}

/// One connection that stays open.
struct Line {
    stream: BufReader<TcpStream>,
    address: SocketAddr,
}

impl Line {
    fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream), address })
    }

    fn get(&mut self, path: &str, token: Option<&str>) -> anyhow::Result<(u16, Vec<u8>)> {
        let bearer = token.map_or_else(String::new, |token| format!("Authorization: Bearer {token}\r\n"));
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n{bearer}\r\n", self.address);
        self.stream.get_mut().write_all(request.as_bytes())?;
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let from = head.len();
            ensure!(self.stream.read_line(&mut head)? > 0, "the server hung up");
            let line = head[from..].to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse()?;
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let status = head.split(' ').nth(1).context("a reply without a status")?.parse()?;
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok((status, body))
    }
}
