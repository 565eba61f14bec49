//! A library with a model of it in memory: what was acknowledged, what may be, and what has to be once nothing is worked on.
//!
//! Of its few documents one is never touched, one is changed again and again, one comes and goes, one is gone for good.

use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use super::Cell;
use crate::cli::crash::caller::{Caller, Reply};
use crate::cli::crash::shelf::{Shelf, State, Tier};
use crate::cli::crash::{chunks, jobs_are_over, look, origin, reconciled, text};
use crate::cli::{Lectern, Server, wait_for};

const KEPT: u32 = 0;
const CHANGED: u32 = 1;
const PASSING: u32 = 2;
const GONE: u32 = 3;
const DOCUMENTS: [u32; 4] = [KEPT, CHANGED, PASSING, GONE];

pub struct House {
    pub lectern: Lectern,
    database: Option<String>,
    shelf: Shelf,
    editions: u64,
}

impl House {
    pub fn new(database: Option<String>) -> Self {
        Self::of(Lectern::new(), database)
    }

    /// With its documents in it.
    pub fn of(lectern: Lectern, database: Option<String>) -> Self {
        let mut house = Self { lectern, database, shelf: Shelf::default(), editions: 0 };
        let server = house.serve(None);
        let caller = house.caller(&server);
        for document in [KEPT, CHANGED, GONE] {
            house.hand_in(&caller, document);
        }
        house.settle(&server, "at its begin");
        house.take_out(&caller, GONE);
        house.settle(&server, "at its begin");
        house.stop(server);
        house
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.lectern.command(arguments);
        if let Some(url) = &self.database {
            command.env("LECTERN_DATABASE_URL", url);
        }
        command.env("RUST_LOG", "info");
        command
    }

    pub fn serve(&self, cell: Option<Cell>) -> Server {
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0"]);
        if let Some(cell) = cell {
            cell.arm(&mut command);
        }
        Server::answering(command.spawn().unwrap())
    }

    pub fn stop(&self, mut server: Server) {
        server.signal("TERM");
        assert_eq!(server.ended(), Some(0), "{}", server.log());
    }

    pub fn caller(&self, server: &Server) -> Caller {
        Caller { address: server.address.clone(), token: self.lectern.token() }
    }

    /// One document changes, another comes or goes.
    pub fn change(&mut self, caller: &Caller) {
        match self.shelf.known(PASSING).is_certainly() {
            Some(Some(_)) => self.take_out(caller, PASSING),
            _ => self.hand_in(caller, PASSING),
        };
        self.hand_in(caller, CHANGED);
    }

    /// How it was answered; nothing where the server died.
    pub fn hand_in(&mut self, caller: &Caller, document: u32) -> Option<Reply> {
        self.editions += 1;
        let tier = if self.editions.is_multiple_of(2) { Tier::Public } else { Tier::Internal };
        self.shelf.may(document, Some((self.editions, tier)));
        let content = BASE64.encode(text(document, self.editions, self.editions as usize % 3));
        let one = json!({"origin": origin(document), "tier": tier.name(), "groups": [], "content": content});
        let reply = caller.call("POST", "/api/v1/documents", &json!({"documents": [one]}))?;
        if answered(&reply, 202) {
            self.shelf.will(document, reply.body["job"].as_str().unwrap().to_owned());
        }
        Some(reply)
    }

    pub fn take_out(&mut self, caller: &Caller, document: u32) -> Option<Reply> {
        self.shelf.may(document, None);
        let reply = caller.call("DELETE", "/api/v1/documents", &json!({"name": origin(document)}))?;
        if answered(&reply, 200) {
            assert_eq!(reply.body["removed"], true, "{reply:?}");
            self.shelf.is(document, None);
        }
        Some(reply)
    }

    /// Questions are answered, whatever becomes of the work.
    pub fn answers(&self, caller: &Caller) {
        // With one's own eyes: to look through others' is noted first.
        let query = json!({"query": format!("quokka{KEPT} quokka{GONE}"), "limit": 50});
        let reply = caller.call("POST", "/api/v1/search", &query).expect("it is not killed");
        assert_eq!(reply.status, 200, "{reply:?}");
        let texts: Vec<&str> =
            reply.body["hits"].as_array().unwrap().iter().map(|hit| hit["text"].as_str().unwrap()).collect();
        let of = |document: u32| texts.iter().filter(|text| text.contains(&format!("edition{document}x"))).count();
        assert!(of(KEPT) > 0 && of(GONE) == 0, "{texts:?}");
    }

    /// Nobody goes on working on what failed.
    pub fn lets_go(&self, caller: &Caller, kind: &str) {
        wait_for("the job to be let go", || {
            let list = caller.call("GET", &format!("/api/v1/jobs?kind={kind}&limit=100"), &Value::Null).unwrap();
            assert_eq!(list.status, 200, "{list:?}");
            list.body["jobs"].as_array().unwrap().iter().all(|job| job["state"] != "running" && job["state"] != "open")
        });
    }

    /// Once nothing is worked on, every document is what was acknowledged, for those who may read it, and of one edition.
    pub fn settle(&mut self, server: &Server, when: &str) {
        let caller = self.caller(server);
        wait_for(&format!("the jobs to end, {when}"), || jobs_are_over(&caller));
        wait_for("the index to be told", || {
            server.metrics(&self.lectern).contains("lectern_queue_length{queue=\"outbox\",state=\"waiting\"} 0")
        });
        for document in DOCUMENTS {
            let found = look(&caller, document, "internal").expect("nobody kills it now");
            let seen = look(&caller, document, "public").expect("nobody kills it now");
            let known = self.shelf.known(document);
            let state: State = found.first().copied();
            let is_public = matches!(state, Some((_, Tier::Public)));
            let fits = found.len() <= 1 && known.must_be().contains(&state) && seen.is_empty() != is_public;
            assert!(fits, "{when}: document {document} is {found:?}, for visitors {seen:?}, and may be {known:?}");
            self.shelf.is(document, state);
        }
        let originals = std::fs::read_dir(self.lectern.data().join("originals")).unwrap();
        let names = originals.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let left: Vec<String> = names.filter(|name| name.ends_with(".tmp")).collect();
        assert_eq!(left, [""; 0], "{when}");
    }

    /// The server that was started last found nothing to mend: the one before left index and catalog in step.
    pub fn was_in_step(&self, server: &Server, when: &str) {
        let report = reconciled(server);
        for mended in ["orphans: 0", "relabelled: 0", "rebuilt: 0"] {
            assert!(report.contains(mended), "{when}: {report}");
        }
        let many = chunks(&self.caller(server));
        assert!(report.contains(&format!("points: {many},")), "{when}: {many} chunks, {report}");
    }
}

/// Whether it was done as expected; it may also be refused, but in no other way than as a fault of ours.
fn answered(reply: &Reply, as_expected: u16) -> bool {
    assert!(reply.status == as_expected || reply.status >= 500, "{reply:?}");
    reply.status == as_expected
}
