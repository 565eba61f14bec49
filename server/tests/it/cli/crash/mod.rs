//! The crasher: documents come, change, get other readers and go at random, questions are asked all the while, and the
//! server is killed at random moments. After every start what was acknowledged is there and found, what was taken away is
//! not, no document is of two editions, and at the end index and catalog agree to the point.
//!
//! `make crash` goes on for a thousand rounds. SEED and CYCLES name another run; a failure says which it was.

pub(super) mod caller;
pub(super) mod shelf;

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use self::caller::Caller;
use self::shelf::{Known, Shelf, State, Tier};
use super::{Lectern, Server, wait_for};
use crate::postgres;

const DOCUMENTS: u32 = 10;
const SEED: u64 = 20_261_122;
const CYCLES: u64 = 50;
/// Of a round, until the server is killed.
const LONGEST_MS: u64 = 700;
/// Of the last things that were done, for whoever has to find out.
const TOLD: usize = 40;

#[test]
fn nothing_is_lost_and_nothing_returns() {
    Crash::new(SEED, None).run(CYCLES);
}

#[test]
fn nor_on_postgres() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    Crash::new(SEED + 1, Some(runtime.block_on(postgres::database()))).run(CYCLES);
}

#[test]
#[ignore = "takes an hour: make crash"]
fn soak() {
    walk_for_long("SQLite", None);
}

#[test]
#[ignore = "takes an hour: make crash"]
fn soak_on_postgres() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    walk_for_long("Postgres", Some(runtime.block_on(postgres::database())));
}

#[expect(clippy::disallowed_methods, reason = "which walk is walked is no configuration of the program")]
fn walk_for_long(name: &str, database: Option<String>) {
    let number = |name: &str, default| std::env::var(name).map_or(default, |text| text.parse().unwrap());
    let (seed, cycles) = (number("SEED", SEED), number("CYCLES", 1_000));
    let asked = Crash::new(seed, database).run(cycles);
    say(&format!("{name}: {cycles} rounds, {asked} questions, none amiss"));
}

/// For whoever waits for the end of a long walk.
#[expect(clippy::print_stdout, reason = "it is all that one sees of it for an hour")]
fn say(words: &str) {
    println!("{words}");
}

/// A random walk that can be walked again.
#[derive(Clone)]
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: u64) -> u64 {
        // Of Vigna's splitmix64.
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % sides
    }
}

/// What writer and askers share.
struct Shared {
    shelf: Mutex<Shelf>,
    told: Mutex<Vec<String>>,
    is_over: AtomicBool,
}

impl Shared {
    fn tell(&self, what: String) {
        self.told.lock().unwrap().push(what);
    }
}

struct Crash {
    lectern: Lectern,
    database: Option<String>,
    shared: Arc<Shared>,
    seed: u64,
    dice: Dice,
    editions: u64,
}

impl Crash {
    fn new(seed: u64, database: Option<String>) -> Self {
        let shared = Shared { shelf: Mutex::default(), told: Mutex::default(), is_over: AtomicBool::new(false) };
        Self { lectern: Lectern::new(), database, shared: Arc::new(shared), seed, dice: Dice(seed), editions: 0 }
    }

    /// So many rounds; how many questions were asked in them.
    fn run(mut self, cycles: u64) -> u64 {
        let mut asked = 0;
        for cycle in 0..cycles {
            self.shared.tell(format!("round {cycle}"));
            if self.dice.throw(4) == 0 {
                self.die_at_the_start();
            }
            let mut server = self.serve();
            let caller = self.caller(&server);
            self.settle(&caller, cycle);
            asked += self.work_until_killed(&mut server, &caller);
            if cycle % 100 == 99 {
                say(&format!("{} rounds, {asked} questions", cycle + 1));
            }
        }
        self.agree();
        asked
    }

    fn command(&self) -> Command {
        let mut command = self.lectern.command(&["serve", "--listen", "127.0.0.1:0"]);
        if let Some(url) = &self.database {
            command.env("LECTERN_DATABASE_URL", url);
        }
        command.env("RUST_LOG", "info");
        command
    }

    fn serve(&self) -> Server {
        Server::answering(self.command().spawn().unwrap())
    }

    fn caller(&self, server: &Server) -> Caller {
        Caller { address: server.address.clone(), token: self.lectern.token() }
    }

    /// Killed while it gathers what the last one left.
    fn die_at_the_start(&mut self) {
        let mut process = self.command().stderr(std::process::Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(self.dice.throw(LONGEST_MS)));
        process.kill().unwrap();
        process.wait().unwrap();
    }

    /// Once all jobs are done, every document is in one of the states that it may be in, and that is the one.
    fn settle(&self, caller: &Caller, cycle: u64) {
        wait_for("the jobs to end", || jobs_are_over(caller));
        for document in 0..DOCUMENTS {
            let found = look(caller, document, "internal").expect("nobody kills it now");
            let seen = look(caller, document, "public").expect("nobody kills it now");
            let known = self.shared.shelf.lock().unwrap().known(document);
            let state = self.one_state(document, cycle, &found);
            let is_public = matches!(state, Some((_, Tier::Public)));
            let fits = known.must_be().contains(&state) && seen.is_empty() != is_public;
            assert!(fits, "{}", self.report(cycle, document, &known, &format!("{state:?}, public see {seen:?}")));
            self.shared.shelf.lock().unwrap().is(document, state);
        }
    }

    fn one_state(&self, document: u32, cycle: u64, found: &BTreeSet<(u64, Tier)>) -> State {
        let known = self.shared.shelf.lock().unwrap().known(document);
        assert!(
            found.len() <= 1,
            "{}",
            self.report(cycle, document, &known, &format!("of several editions: {found:?}"))
        );
        found.first().copied()
    }

    fn report(&self, cycle: u64, document: u32, known: &Known, what: &str) -> String {
        let told = self.shared.told.lock().unwrap();
        let last = told[told.len().saturating_sub(TOLD)..].join("\n  ");
        let seed = self.seed;
        format!(
            "SEED={seed}, round {cycle}: document {document} is {what}, and may be {known:?}; the last was\n  {last}"
        )
    }

    fn work_until_killed(&mut self, server: &mut Server, caller: &Caller) -> u64 {
        self.shared.is_over.store(false, Ordering::SeqCst);
        let ms = 20 + self.dice.throw(LONGEST_MS);
        let asker = {
            let (shared, caller, dice) = (Arc::clone(&self.shared), caller.clone(), Dice(self.dice.throw(u64::MAX)));
            std::thread::spawn(move || ask_until_the_end(&shared, &caller, dice))
        };
        let writer = {
            let (shared, caller, dice) = (Arc::clone(&self.shared), caller.clone(), Dice(self.dice.throw(u64::MAX)));
            let from = self.editions;
            std::thread::spawn(move || write_until_the_end(&shared, &caller, dice, from))
        };
        std::thread::sleep(Duration::from_millis(ms));
        server.signal("KILL");
        server.ended();
        self.shared.is_over.store(true, Ordering::SeqCst);
        self.editions = writer.join().expect("the writer's own assertion says why");
        asker.join().expect("the asker's own assertion says why")
    }

    /// Stopped as it should be and started again, there is nothing to mend.
    fn agree(&self) {
        let mut server = self.serve();
        self.settle(&self.caller(&server), u64::MAX);
        server.signal("TERM");
        assert_eq!(server.ended(), Some(0), "{}", server.log());
        let server = self.serve();
        let caller = self.caller(&server);
        let plain = reconciled(&server);
        for mended in ["orphans: 0", "relabelled: 0", "rebuilt: 0"] {
            assert!(plain.contains(mended), "SEED={}: {plain}", self.seed);
        }
        let chunks = chunks(&caller);
        assert!(plain.contains(&format!("points: {chunks},")), "SEED={}: {chunks} chunks, {plain}", self.seed);
    }
}

/// What the comparison at its start found, in one line.
pub(super) fn reconciled(server: &Server) -> String {
    let is_told = |line: &&str| line.contains("index and catalog agree");
    wait_for("index and catalog to agree", || server.log().lines().any(|line| is_told(&line)));
    server.log().lines().find(is_told).map(without_colours).unwrap()
}

fn without_colours(line: &str) -> String {
    let mut parts = line.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |plain, part| plain + part.split_once('m').map_or(part, |(_, text)| text))
}

/// Of all documents, as the catalog counts them.
pub(super) fn chunks(caller: &Caller) -> u64 {
    let list = caller.call("GET", "/api/v1/documents?limit=100", &Value::Null).expect("nobody kills it now");
    let documents = list.body["documents"].as_array().unwrap().clone();
    let of = |document: &Value| {
        let path = format!("/api/v1/documents/{}", document["document_id"].as_str().unwrap());
        caller.call("GET", &path, &Value::Null).unwrap().body["chunks"].as_u64().unwrap()
    };
    documents.iter().map(of).sum()
}

pub(super) fn jobs_are_over(caller: &Caller) -> bool {
    let list = caller.call("GET", "/api/v1/jobs?limit=100", &Value::Null).expect("nobody kills it now");
    assert_eq!(list.status, 200, "{list:?}");
    let is_over = |job: &Value| ["done", "failed", "cancelled"].contains(&job["state"].as_str().unwrap());
    list.body["jobs"].as_array().unwrap().iter().all(is_over)
}

/// The editions of a document that whoever reads so far finds, with their readers. `None` when the server died.
pub(super) fn look(caller: &Caller, document: u32, tier: &str) -> Option<BTreeSet<(u64, Tier)>> {
    let query = json!({"query": format!("quokka{document}"), "limit": 50, "as": format!("tier={tier}")});
    let reply = caller.call("POST", "/api/v1/search", &query)?;
    assert_eq!(reply.status, 200, "{reply:?}");
    let mut found = BTreeSet::new();
    for hit in reply.body["hits"].as_array().unwrap() {
        let text = hit["text"].as_str().unwrap();
        let tier = if hit["tier"] == "public" { Tier::Public } else { Tier::Internal };
        let words = text.split(|c: char| !c.is_ascii_alphanumeric());
        let ours = words.filter_map(|word| word.strip_prefix(&format!("edition{document}x")));
        found.extend(ours.map(|edition| (edition.parse::<u64>().unwrap(), tier)));
    }
    Some(found)
}

/// What is found of a document is what it may have been when it was asked for, or by the time it was told; and what is
/// certainly there is found. How many were asked.
fn ask_until_the_end(shared: &Shared, caller: &Caller, mut dice: Dice) -> u64 {
    let mut asked = 0;
    while !shared.is_over.load(Ordering::SeqCst) {
        let document = dice.throw(DOCUMENTS.into()) as u32;
        let tier = if dice.throw(2) == 0 { "public" } else { "internal" };
        let before = shared.shelf.lock().unwrap().known(document);
        let Some(found) = look(caller, document, tier) else { break };
        asked += 1;
        let after = shared.shelf.lock().unwrap().known(document);
        if after.changes > before.changes + 1 {
            continue; // What it was in between is not known here.
        }
        let may_be: BTreeSet<State> = before.may_be().union(&after.may_be()).copied().collect();
        let told = shared.told.lock().unwrap().iter().rev().take(TOLD).cloned().collect::<Vec<_>>().join("\n  ");
        assert!(
            found.len() <= 1,
            "document {document} is of several editions: {found:?}; the last, backwards:\n  {told}"
        );
        if let (Some(Some(state)), true) = (before.is_certainly(), before.changes == after.changes) {
            let is_theirs = tier == "internal" || state.1 == Tier::Public;
            assert!(
                !is_theirs || found.contains(&state),
                "document {document} is {state:?} and not found for {tier}; backwards:\n  {told}"
            );
        }
        for state in found {
            assert!(
                may_be.contains(&Some(state)),
                "document {document} is {state:?}, not {may_be:?}; backwards:\n  {told}"
            );
            assert!(tier == "internal" || state.1 == Tier::Public, "a visitor finds {state:?} of document {document}");
        }
    }
    asked
}

/// Until the server dies; how many editions there were.
fn write_until_the_end(shared: &Shared, caller: &Caller, mut dice: Dice, from: u64) -> u64 {
    let mut editions = from;
    while !shared.is_over.load(Ordering::SeqCst) {
        let document = dice.throw(DOCUMENTS.into()) as u32;
        let tier = if dice.throw(2) == 0 { Tier::Public } else { Tier::Internal };
        let known = shared.shelf.lock().unwrap().known(document);
        let done = match dice.throw(12) {
            0..6 => {
                editions += 1;
                hand_in(shared, caller, document, (editions, tier), dice.throw(3) as usize)
            }
            6..8 => take_out(shared, caller, document),
            8 => change_index(shared, caller, dice.throw(3)),
            _ if known.waits_in.is_empty() => give_readers(shared, caller, document, &known, tier),
            _ => wait_for_jobs(shared, caller, document, &known),
        };
        if done.is_none() {
            break;
        }
    }
    editions
}

pub(super) fn origin(document: u32) -> String {
    format!("crash/{document}.md")
}

/// A text of one edition, of one passage or several, each of which names it.
pub(super) fn text(document: u32, edition: u64, sections: usize) -> String {
    let section = |number: usize| {
        let said = format!("The quokka{document} of edition{document}x{edition} was seen near pond {number}. ");
        format!("## Part {number}\n\n{}", said.repeat(if sections == 0 { 2 } else { 18 }))
    };
    let sections: Vec<String> = (0..=sections).map(section).collect();
    format!("# The quokka{document}\n\n{}\n", sections.join("\n\n"))
}

fn hand_in(shared: &Shared, caller: &Caller, document: u32, edition: (u64, Tier), sections: usize) -> Option<()> {
    shared.shelf.lock().unwrap().may(document, Some(edition));
    shared.tell(format!("document {document} is handed in as {edition:?}"));
    let content = BASE64.encode(text(document, edition.0, sections));
    let one = json!({"origin": origin(document), "tier": edition.1.name(), "groups": [], "content": content});
    let reply = caller.call("POST", "/api/v1/documents", &json!({"documents": [one]}))?;
    assert_eq!(reply.status, 202, "{reply:?}");
    let job = reply.body["job"].as_str().unwrap().to_owned();
    shared.tell(format!("document {document}: {edition:?} waits in {job}"));
    shared.shelf.lock().unwrap().will(document, job);
    Some(())
}

fn take_out(shared: &Shared, caller: &Caller, document: u32) -> Option<()> {
    shared.shelf.lock().unwrap().may(document, None);
    shared.tell(format!("document {document} is taken out"));
    let reply = caller.call("DELETE", "/api/v1/documents", &json!({"name": origin(document)}))?;
    assert_eq!(reply.status, 200, "{reply:?}");
    let removed = reply.body["removed"] == true;
    shared.tell(format!("document {document}: taken out {removed}"));
    let mut shelf = shared.shelf.lock().unwrap();
    if removed {
        shelf.is(document, None)
    } else {
        shelf.was_not(document)
    }
    Some(())
}

/// The index is built anew, or the former one answers again; whatever is live holds the same.
fn change_index(shared: &Shared, caller: &Caller, how: u64) -> Option<()> {
    let (path, fitting) = match how {
        0 => ("/api/v1/generations/rollback", [200, 409]),
        _ => ("/api/v1/generations", [202, 409]),
    };
    shared.tell(format!("POST {path}"));
    let reply = caller.call("POST", path, &json!({}))?;
    assert!(fitting.contains(&reply.status), "{reply:?}");
    shared.tell(format!("POST {path}: {}", reply.status));
    Some(())
}

/// Of a document that nothing is open of.
fn give_readers(shared: &Shared, caller: &Caller, document: u32, known: &Known, tier: Tier) -> Option<()> {
    let Some(Some((edition, _))) = known.is_certainly() else { return Some(()) };
    let query = format!("/api/v1/documents/inspect?name={}", origin(document).replace('/', "%2F"));
    let id = caller.call("GET", &query, &Value::Null)?.body["document_id"].as_str().map(str::to_owned)?;
    shared.shelf.lock().unwrap().may(document, Some((edition, tier)));
    shared.tell(format!("document {document} is for {}", tier.name()));
    let reply = caller.call("PATCH", &format!("/api/v1/documents/{id}"), &json!({"tier": tier.name()}))?;
    assert_eq!(reply.status, 200, "{reply:?}");
    shared.tell(format!("document {document}: is for {}", tier.name()));
    shared.shelf.lock().unwrap().is(document, Some((edition, tier)));
    Some(())
}

/// Once its jobs are done, the last edition that was handed in is the one.
fn wait_for_jobs(shared: &Shared, caller: &Caller, document: u32, known: &Known) -> Option<()> {
    for job in &known.waits_in {
        let status = caller.call("GET", &format!("/api/v1/jobs/{job}"), &Value::Null)?;
        assert_eq!(status.status, 200, "{status:?}");
        if status.body["state"] != "done" {
            return Some(());
        }
    }
    let must_be = known.must_be();
    shared.tell(format!("document {document}: its jobs are done, it is one of {must_be:?}"));
    if let (Some(state), 1) = (must_be.first(), must_be.len()) {
        shared.shelf.lock().unwrap().is(document, *state);
    }
    Some(())
}
