//! A round: its state, how it is filled, and its bookkeeping.
//!
//! One task owns all of this. What is asked for next is in `walk.rs`; what an answer comes to in `settle.rs`, `page.rs`
//! and `follow.rs`; how it ends in `close.rs`.

use std::collections::{HashMap, HashSet};

use retrieval::model::ContentHash;

use super::address::Address;
use super::frontier::{Frontier, Rank, Task};
use super::ledger::{Found, Mark, Opened, Row, Verdict, Via};
use super::novelty::Novelty;
use super::plan::Bounds;
use super::politeness::Politeness;
use super::ports::LedgerError;
use super::robots::Robots;
use super::traps::Traps;
use super::visit::Caller;
use super::{Crawl, Progress};

const START: Rank = (0, 0);

/// What is known of an origin.
pub(super) enum Site {
    Meeting,
    Met { robots: Robots, nowhere: Option<u64> },
    Deferred(String),
}

pub(super) struct Round<'a> {
    pub caller: Caller<'a>,
    pub frontier: Frontier,
    pub traps: Traps,
    pub novelty: Novelty,
    pub polite: Politeness,
    pub sites: HashMap<String, Site>,
    /// What earlier rounds left: marks of live pages.
    pub live: HashMap<Address, Mark>,
    pub live_before: usize,
    /// Whether a page may be asked for "only if it changed".
    pub conditional: bool,
    /// Of this round.
    pub verdicts: HashMap<Address, Verdict>,
    /// The first page with a body.
    pub bodies: HashMap<ContentHash, Address>,
    /// Pages that named another as the real one, by the other, while it is not there yet.
    pub deferring: HashMap<Address, Vec<Task>>,
    /// Live pages whose site says that they moved out of the plan for good, and those that the plan leaves out now.
    pub moved_away: HashSet<Address>,
    pub left_out: HashSet<Address>,
    pub sitemaps: HashSet<Address>,
    /// Addresses that were turned away and recorded.
    pub turned_away: usize,
    pub progress: Progress,
    pub problems: Vec<String>,
    /// Requests under way to hosts that have not answered yet.
    pub unproven: usize,
}

impl<'a> Round<'a> {
    pub fn open(crawl: &'a Crawl<'a>, bounds: &'a Bounds, opened: &Opened) -> Self {
        Self {
            caller: Caller { crawl, bounds },
            frontier: Frontier::default(),
            traps: Traps::default(),
            novelty: Novelty::default(),
            polite: Politeness::new(crawl.plan.delay),
            sites: HashMap::new(),
            live: HashMap::new(),
            live_before: opened.live_before,
            conditional: opened.same_plan,
            verdicts: HashMap::new(),
            bodies: HashMap::new(),
            deferring: HashMap::new(),
            moved_away: HashSet::new(),
            left_out: HashSet::new(),
            sitemaps: HashSet::new(),
            turned_away: 0,
            progress: Progress::default(),
            problems: Vec::new(),
            unproven: 0,
        }
    }

    /// Fill the frontier: the start, what an interrupted round left waiting, and what earlier rounds knew.
    pub async fn seed(&mut self, rows: Vec<Row>) -> Result<(), LedgerError> {
        let start = |address: &Address| Found { address: address.clone(), depth: 0, via: Via::Start, from: None };
        let mut found: Vec<Found> = self.caller.bounds.start().iter().map(start).collect();
        let mut known: HashSet<Address> = found.iter().map(|found| found.address.clone()).collect();
        let mut refused = Vec::new();
        for row in rows {
            let admitted = self.caller.bounds.admits(&row.address, row.depth, row.via);
            if row.live {
                self.live.insert(row.address.clone(), row.mark.clone());
                self.left_out.extend(admitted.is_err().then(|| row.address.clone()));
            }
            if row.this_round && row.verdict != Verdict::Waiting {
                self.remember(row);
            } else if known.insert(row.address.clone()) && is_worth_asking(&row) {
                match admitted {
                    Ok(()) => found.push(Found { address: row.address, depth: row.depth, via: row.via, from: None }),
                    Err(why) if row.live || row.this_round => refused.push((row.address, Verdict::OutOfScope(why))),
                    Err(_) => {}
                }
            }
        }
        found.retain(|found| !self.verdicts.contains_key(&found.address));
        for address in self.caller.crawl.plan.sitemaps.iter().filter_map(|url| Address::new(url.clone()).ok()) {
            self.ask_sitemap(address, 0);
        }
        self.enqueue(&found).await?;
        self.record(refused).await?;
        self.release_settled();
        Ok(())
    }

    /// Addresses that are to be asked for, from now on in the ledger.
    pub async fn enqueue(&mut self, found: &[Found]) -> Result<(), LedgerError> {
        if found.is_empty() {
            return Ok(());
        }
        self.caller.crawl.ledger.discover(found).await?;
        for Found { address, depth, via, .. } in found {
            self.verdicts.insert(address.clone(), Verdict::Waiting);
            let rank = match (via, self.live.contains_key(address)) {
                (Via::Start, _) => START,
                (_, true) => (1, *depth),
                (_, false) => (2, depth.saturating_add(self.traps.crowding(address))),
            };
            self.frontier.push(Task::page(address.clone(), *depth, *via), rank);
        }
        Ok(())
    }

    /// What became of addresses. Pages that named one of them as the real one hear of it.
    pub async fn record(&mut self, settled: Vec<(Address, Verdict)>) -> Result<(), LedgerError> {
        if settled.is_empty() {
            return Ok(());
        }
        self.caller.crawl.ledger.record(&settled).await?;
        for (address, verdict) in settled {
            self.note(address, verdict);
        }
        Ok(())
    }

    /// A verdict that the ledger has.
    pub fn note(&mut self, address: Address, verdict: Verdict) {
        *self.progress.verdicts.entry(verdict.as_str()).or_default() += 1;
        let good = verdict.is_good();
        let deferring = self.deferring.remove(&address).unwrap_or_default();
        self.verdicts.insert(address, verdict);
        if !good {
            self.release(deferring);
        }
        self.progress.waiting = self.frontier.len();
        (self.caller.crawl.progress)(&self.progress);
    }

    /// The pages that were to stand for these are not there: so each stands for itself after all.
    fn release(&mut self, deferring: Vec<Task>) {
        for task in deferring {
            if let Some(count) = self.progress.verdicts.get_mut("duplicate_of") {
                *count = count.saturating_sub(1);
            }
            self.verdicts.insert(task.address.clone(), Verdict::Waiting);
            self.frontier.push(Task { own: true, ..task }, (1, 0));
        }
    }

    /// The same for pages of an interrupted round, whose others may have been judged before the interruption.
    fn release_settled(&mut self) {
        let is_pending = |verdict: Option<&Verdict>| verdict == Some(&Verdict::Waiting);
        let all = std::mem::take(&mut self.deferring);
        for (other, tasks) in all {
            match self.verdicts.get(&other) {
                verdict if is_pending(verdict) => _ = self.deferring.insert(other, tasks),
                Some(verdict) if verdict.is_good() => {}
                _ => self.release(tasks),
            }
        }
    }

    pub fn ask_sitemap(&mut self, address: Address, level: u32) {
        if self.sitemaps.insert(address.clone()) {
            self.frontier.push(Task::sitemap(address, level), START);
        }
    }

    /// What an interrupted round came to already.
    fn remember(&mut self, row: Row) {
        self.progress.asked += usize::from(row.verdict.was_fetched());
        *self.progress.verdicts.entry(row.verdict.as_str()).or_default() += 1;
        if let (true, Some(body)) = (row.verdict.is_good(), row.mark.body) {
            self.bodies.entry(body).or_insert_with(|| row.address.clone());
        }
        if let Verdict::DuplicateOf(other) = &row.verdict
            && let Ok(other) = Address::parse(other)
        {
            let task = Task::page(row.address.clone(), row.depth, row.via);
            self.deferring.entry(other).or_default().push(task);
        }
        self.verdicts.insert(row.address, row.verdict);
    }

    pub fn note_problem(&mut self, problem: String) {
        if !self.problems.contains(&problem) && self.problems.len() < 100 {
            self.problems.push(problem);
        }
    }
}

/// Whether another look at an address of an earlier round can bring anything. What is gone, moved or a trap comes back
/// when a page leads there again.
fn is_worth_asking(row: &Row) -> bool {
    row.live || !matches!(row.verdict, Verdict::Gone(_) | Verdict::RedirectedTo(_) | Verdict::Trap(_))
}
