//! The walk: what is asked for next, and when.
//!
//! Only visits run side by side; whatever they bring home is settled one after another (`settle.rs`).

use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::time::{Instant, sleep_until};

use super::address::Address;
use super::frontier::{Kind, Task};
use super::ledger::{Verdict, Via};
use super::ports::LedgerError;
use super::round::{Round, Site};
use super::visit::{self, Visit};

/// Requests under way, over all hosts; one host has two.
const AT_ONCE: usize = 32;
/// Of these, for hosts that have not answered yet: fifty that stall leave room for one that does not.
const AT_ONCE_UNPROVEN: usize = 24;

impl<'a> Round<'a> {
    /// Ask for what waits, as politely as each host wants it, until nothing does.
    pub async fn walk(&mut self) -> Result<(), LedgerError> {
        let mut visits = FuturesUnordered::new();
        loop {
            // A verdict may set other pages waiting, which have to be looked at before it is said that nothing waits.
            // One moment for both questions: a pause that ended between them would be nobody's, and the walk over.
            let now = Instant::now();
            if self.leave_hopeless().await? || self.fill(&mut visits, now).await? {
                continue;
            }
            let wake = self.wake_at(now);
            tokio::select! {
                Some(visit) = visits.next(), if !visits.is_empty() => self.settle(visit).await?,
                () = sleep_until(wake.unwrap_or_else(Instant::now)), if wake.is_some() => {}
                else => return Ok(()),
            }
        }
    }

    /// Settle pages of hosts that keep failing and of sites that cannot say their rules. Whether there were any.
    async fn leave_hopeless(&mut self) -> Result<bool, LedgerError> {
        let mut settled = Vec::new();
        for origin in self.frontier.origins() {
            let deferred = match self.sites.get(origin.origin()) {
                Some(Site::Deferred(why)) => Some(why.clone()),
                _ => self.polite.given_up(origin.host()).map(str::to_owned),
            };
            if let Some(why) = deferred {
                self.note_problem(format!("{}: {why}", origin.origin()));
                let pages = self.frontier.drain(origin.origin()).into_iter().filter(|task| task.kind == Kind::Page);
                settled.extend(pages.map(|task| (task.address, Verdict::Failed(why.clone()))));
            }
        }
        let any = !settled.is_empty();
        self.record(settled).await?;
        Ok(any)
    }

    /// Start what may be started now, and settle what is not to be asked for. Whether there was any of the latter.
    async fn fill(
        &mut self,
        visits: &mut FuturesUnordered<BoxFuture<'a, Visit>>,
        now: Instant,
    ) -> Result<bool, LedgerError> {
        let mut origins = self.frontier.origins();
        if self.caller.crawl.plan.sitemap {
            // Where a start is done already, its sitemaps are still to be heard of.
            origins.extend(self.caller.bounds.start().iter().filter(|start| !self.is_met(start)).cloned());
        }
        origins.sort_by_key(|origin| !self.polite.is_proven(origin.host()));
        let mut settled = Vec::new();
        self.unproven = self.unproven.min(visits.len());
        for origin in origins {
            while visits.len() < AT_ONCE && self.may_ask(&origin, now) {
                let Some(visit) = self.start(&origin, now, &mut settled) else { break };
                visits.push(visit);
            }
        }
        let any = !settled.is_empty();
        self.record(settled).await?;
        Ok(any)
    }

    fn may_ask(&self, origin: &Address, now: Instant) -> bool {
        let room = self.polite.is_proven(origin.host()) || self.unproven < AT_ONCE_UNPROVEN;
        room && self.ready_at(origin, now).is_some_and(|at| at <= now)
    }

    /// When something of an origin can be asked for; `None` while an answer has to come first, or for ever.
    fn ready_at(&self, origin: &Address, now: Instant) -> Option<Instant> {
        if matches!(self.sites.get(origin.origin()), Some(Site::Meeting)) || self.is_full() {
            return None;
        }
        let waiting = if self.is_met(origin) { self.frontier.ready_at(origin.origin(), now)? } else { now };
        Some(self.polite.ready_at(origin.host(), now)?.max(waiting))
    }

    fn is_met(&self, origin: &Address) -> bool {
        self.sites.contains_key(origin.origin())
    }

    fn is_full(&self) -> bool {
        self.progress.asked >= self.caller.crawl.plan.pages
    }

    /// When a pause ends. What may start already and has not waits for room, which an answer makes.
    fn wake_at(&self, now: Instant) -> Option<Instant> {
        let origins = self.frontier.origins();
        origins.iter().filter_map(|origin| self.ready_at(origin, now)).filter(|at| *at > now).min()
    }

    /// The next visit of an origin, if what waits there may be asked for at all.
    fn start(
        &mut self,
        origin: &Address,
        now: Instant,
        settled: &mut Vec<(Address, Verdict)>,
    ) -> Option<BoxFuture<'a, Visit>> {
        let caller = self.caller;
        if !self.is_met(origin) {
            self.sites.insert(origin.origin().to_owned(), Site::Meeting);
            self.begin(origin, now);
            return Some(Box::pin(visit::meet(caller, origin.clone())));
        }
        while let Some(task) = self.frontier.pop(origin.origin(), now) {
            if let Kind::Sitemap(level) = task.kind {
                self.begin(origin, now);
                return Some(Box::pin(visit::sitemap(caller, task, level)));
            }
            if let Err(verdict) = self.still_wanted(&task) {
                settled.push((task.address, verdict));
                continue;
            }
            self.begin(origin, now);
            self.progress.asked += usize::from(task.attempts == 0);
            let mark = self.live.get(&task.address).filter(|_| self.conditional && !task.own).cloned();
            return Some(Box::pin(visit::page(caller, task, mark.unwrap_or_default())));
        }
        None
    }

    fn begin(&mut self, origin: &Address, now: Instant) {
        self.unproven += usize::from(!self.polite.is_proven(origin.host()));
        self.polite.start(origin.host(), now);
    }

    fn still_wanted(&self, task: &Task) -> Result<(), Verdict> {
        if let Some(Site::Met { robots, .. }) = self.sites.get(task.address.origin())
            && !robots.allows(&task.address)
        {
            return Err(Verdict::Robots);
        }
        if self.live.contains_key(&task.address) || task.via == Via::Start {
            return Ok(());
        }
        self.traps.is_open(&task.address).map_err(Verdict::Trap)
    }

    /// A visit of a host ended.
    pub fn visited(&mut self, host: &str) {
        self.unproven -= usize::from(!self.polite.is_proven(host) && self.unproven > 0);
    }
}
