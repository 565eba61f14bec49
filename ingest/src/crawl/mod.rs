//! Crawling: from the addresses that a plan starts at to pages that are handed in, and a verdict for every address.
//!
//! [`Crawl::run`] tells the story of one round top to bottom; `round` keeps its state, `visit` asks for one page. A
//! round is only ever as large as its plan, may be dropped at any moment and goes on where it was: the ledger has every
//! address before it is asked for, and every verdict as soon as it is known. Knows no HTTP, no SQL and no HTML: those
//! are ports (`ports.rs`). Knows nothing of documents either, beyond that an address may have one.

pub mod address;
mod close;
pub mod explain;
mod follow;
mod frontier;
pub mod ledger;
mod novelty;
mod page;
pub mod plan;
mod politeness;
pub mod ports;
pub mod robots;
mod round;
mod settle;
pub mod sitemap;
mod traps;
mod visit;
mod walk;

use std::collections::BTreeMap;

use self::plan::{Bounds, Plan, PlanError};
use self::ports::{Fetch, Ledger, LedgerError, Survey};
use self::round::Round;

/// One source, and what it takes to crawl it.
#[derive(Clone, Copy)]
pub struct Crawl<'a> {
    pub plan: &'a Plan,
    pub fetch: &'a dyn Fetch,
    pub survey: &'a dyn Survey,
    pub ledger: &'a dyn Ledger,
    /// Hears how it goes, after every page.
    pub progress: &'a (dyn Fn(&Progress) + Send + Sync),
}

/// How a round goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Pages asked for, in this round.
    pub asked: usize,
    pub waiting: usize,
    /// How many addresses came to which verdict, by its name.
    pub verdicts: BTreeMap<&'static str, usize>,
}

/// How a round went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub progress: Progress,
    /// How many addresses lost their document.
    pub retired: usize,
    /// How many would have, but wait for a person.
    pub held: usize,
    /// What the owner of the source should know of the round as a whole, each a sentence.
    pub problems: Vec<String>,
}

/// Why a round ended before its end.
#[derive(Debug, thiserror::Error)]
pub enum CrawlError {
    /// Never try again with this plan.
    #[error(transparent)]
    Plan(#[from] PlanError),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl Crawl<'_> {
    /// One round, or the rest of one that was interrupted.
    pub async fn run(&self) -> Result<Summary, CrawlError> {
        let bounds = Bounds::new(self.plan)?;
        let opened = self.ledger.begin(&self.plan.mark()).await?;
        let mut round = Round::open(self, &bounds, &opened);
        // What is known from earlier rounds is asked for even if no page leads there any more: that is how its end shows.
        round.seed(opened.rows).await?;
        // Each page: robots, politeness, the request, what it says of itself, where it leads; until nothing waits.
        round.walk().await?;
        // Only now is it known what is missing, and whether that is too much to believe.
        Ok(round.close().await?)
    }
}
