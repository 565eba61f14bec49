//! Crawling: sites are set up, visited, and let go; what a crawl brings becomes ordinary ingest jobs.
//!
//! A crawl waits for the site most of its time, so it has a worker of its own and never holds up an upload.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use ingest::clean::boilerplate;
use ingest::crawl::address::Address;
use ingest::crawl::explain::{Explanation, explain};
use ingest::crawl::plan::{Bounds, Plan};
use ingest::crawl::ports::Request;
use ingest::crawl::{Crawl, CrawlError, Progress, Summary};
use ingest::draft::{Habits, text_of};
use ingest::ports::{CatalogError, Item, NoParts};
use retrieval::access::{AccessLabel, Clearance};
use retrieval::model::JobId;

use super::{Library, LibraryError};
use crate::store::{JobKind, Lease, LedgerLine, Source, SqlLedger};

/// So many pages of a job are read to learn what repeats across a site.
const LEARNED_FROM: usize = 48;
/// Fewer pages teach nothing.
const LEARNED_FROM_AT_LEAST: usize = 5;
/// A site has no more furniture than this; beyond it something else repeats.
const MOST_FURNITURE: usize = 5_000;

const MOST_ROBOTS_BYTES: usize = 500 * 1024;

/// How a source stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SourceStatus {
    pub source: Source,
    /// Whether a crawl of it waits, runs or was interrupted.
    pub crawling: bool,
    /// How many addresses came to which verdict.
    pub verdicts: BTreeMap<String, usize>,
}

impl Library {
    /// Set a site up, or change the one of this address that they see, and queue a crawl of it. One that is queued already
    /// is not queued twice.
    pub async fn crawl_later(
        &self,
        clearance: &Clearance,
        plan: &Plan,
        label: &AccessLabel,
    ) -> Result<(Source, JobId), LibraryError> {
        Bounds::new(plan).map_err(|error| LibraryError::Plan(error.to_string()))?;
        let source = match self.known(clearance, plan, label).await? {
            Some(former) => {
                let source = self.store.source_change(former.id, plan, label).await?;
                self.apply_changes(&former, &source).await?;
                source
            }
            None => self.store.source_put(self.workspace, plan, label).await?,
        };
        if let Some(job) = self.store.job_waiting(source.id).await? {
            return Ok((source, job));
        }
        let job = self.store.job_begin(self.workspace, JobKind::Crawl, Some(source.id), &self.owner).await?;
        self.store.job_close(job).await?;
        Ok((source, job))
    }

    /// The plan that is known of its address, else this one: a person who says nothing of how to crawl changes nothing.
    pub async fn known_plan(
        &self,
        clearance: &Clearance,
        plan: Plan,
        label: &AccessLabel,
    ) -> Result<Plan, LibraryError> {
        let known = self.known(clearance, &plan, label).await?;
        Ok(known.map_or(plan, |source| source.plan))
    }

    /// The source that they mean who set this up: the one of this address and label, else one of this address.
    async fn known(
        &self,
        clearance: &Clearance,
        plan: &Plan,
        label: &AccessLabel,
    ) -> Result<Option<Source>, LibraryError> {
        let Some(start) = plan.start.first() else { return Ok(None) };
        let mut seen = self.sources_seen(clearance, start.as_str()).await?;
        let same = seen.iter().position(|source| source.label == *label);
        Ok(if seen.is_empty() { None } else { Some(seen.swap_remove(same.unwrap_or(0))) })
    }

    /// The sources with this id or address of which what comes is theirs to read.
    async fn sources_seen(&self, clearance: &Clearance, name: &str) -> Result<Vec<Source>, LibraryError> {
        let mut named = self.store.sources_named(self.workspace, name).await?;
        named.retain(|source| clearance.admits(self.workspace, &source.label));
        Ok(named)
    }

    /// Other readers count from now on, not from the next time that the crawl comes by; other selectors mean that pages
    /// which did not change read otherwise.
    async fn apply_changes(&self, former: &Source, source: &Source) -> Result<(), LibraryError> {
        if former.label != source.label {
            self.store.source_relabel(self.workspace, source.id, &source.label).await?;
            self.tell_index().await?;
        }
        if former.label != source.label || former.plan.rules != source.plan.rules {
            self.store.ledger_forget_marks(source.id).await?;
        }
        Ok(())
    }

    /// Visit one source whose turn it is, if there is any; what came of it.
    pub async fn crawl(
        &self,
        progress: &(dyn Fn(&Progress) + Send + Sync),
    ) -> Result<Option<(Source, Summary)>, LibraryError> {
        let _crawling = self.crawling.lock().await;
        let Some(lease) = self.store.job_claim(JobKind::Crawl, &self.owner).await? else { return Ok(None) };
        let Some(source) = self.source_of(&lease).await? else {
            self.store.job_finish(&lease).await?;
            return Ok(None);
        };
        let done = self.while_beating(&lease, self.visit(&lease, &source, progress)).await;
        match done {
            Ok(summary) => {
                self.store.source_set_problems(source.id, &summary.problems).await?;
                self.store.job_finish(&lease).await?;
                self.tell_index().await?;
                Ok(Some((source, summary)))
            }
            Err(LibraryError::Plan(why)) => {
                self.store.source_set_problems(source.id, &[why]).await?;
                self.store.job_finish(&lease).await?;
                Ok(None)
            }
            Err(LibraryError::LeaseLost) => Ok(None),
            Err(error) => {
                self.store.job_release(&lease).await?;
                Err(error)
            }
        }
    }

    async fn visit(
        &self,
        lease: &Lease,
        source: &Source,
        progress: &(dyn Fn(&Progress) + Send + Sync),
    ) -> Result<Summary, LibraryError> {
        let plan = self.introduced(&source.plan);
        let ledger = SqlLedger::new(self.store.clone(), lease.clone(), source.clone(), self.owner.clone());
        let crawl =
            Crawl { plan: &plan, fetch: &*self.web.fetch, survey: &*self.web.survey, ledger: &ledger, progress };
        crawl.run().await.map_err(|error| match error {
            CrawlError::Plan(error) => LibraryError::Plan(error.to_string()),
            CrawlError::Ledger(error) => error.into(),
        })
    }

    /// The name by which robots.txt is read is the one that the site is told.
    fn introduced(&self, plan: &Plan) -> Plan {
        let user_agent = plan.user_agent.clone().or_else(|| Some(self.web.user_agent.clone()));
        Plan { user_agent, ..plan.clone() }
    }

    /// Serve crawls as they come, until cancelled.
    pub async fn keep_crawling(&self, pause: Duration) {
        loop {
            match self.crawl(&|_| {}).await {
                Ok(Some((source, summary))) => {
                    let asked = summary.progress.asked;
                    tracing::info!(
                        source.address,
                        asked,
                        retired = summary.retired,
                        held = summary.held,
                        "a crawl is done"
                    );
                }
                Ok(None) => tokio::time::sleep(pause).await,
                Err(error) => {
                    tracing::warn!(%error, "a crawl was interrupted; it goes on later");
                    tokio::time::sleep(pause * 10).await;
                }
            }
        }
    }

    pub async fn sources(&self) -> Result<Vec<SourceStatus>, LibraryError> {
        let mut found = Vec::new();
        for source in self.store.source_list(self.workspace).await? {
            found.push(self.status_of(source).await?);
        }
        Ok(found)
    }

    /// The source with this id or address, if what comes from it is theirs to read.
    pub async fn source(&self, clearance: &Clearance, name: &str) -> Result<Option<SourceStatus>, LibraryError> {
        match self.sources_seen(clearance, name).await?.into_iter().next() {
            Some(source) => Ok(Some(self.status_of(source).await?)),
            None => Ok(None),
        }
    }

    /// What became of its addresses.
    pub async fn ledger(&self, source: &Source, url: Option<&str>) -> Result<Vec<LedgerLine>, LibraryError> {
        Ok(self.store.ledger_list(source.id, url).await?)
    }

    /// Take out what the last crawl held back; how many pages went.
    pub async fn confirm(&self, source: &Source) -> Result<usize, LibraryError> {
        let retired = self.store.ledger_confirm(self.workspace, source.id).await?;
        self.tell_index().await?;
        Ok(retired)
    }

    /// Forget a source, and take out everything that came from it alone.
    pub async fn forget(&self, source: &Source) -> Result<usize, LibraryError> {
        let live: Vec<String> =
            self.ledger(source, None).await?.into_iter().filter(|line| line.live).map(|line| line.origin).collect();
        self.store.source_remove(source.id).await?;
        self.retire(&live).await?;
        Ok(live.len())
    }

    async fn status_of(&self, source: Source) -> Result<SourceStatus, LibraryError> {
        let verdicts = self.store.ledger_counts(source.id).await?;
        let crawling = source.is_open || self.store.job_waiting(source.id).await?.is_some();
        Ok(SourceStatus { source, crawling, verdicts })
    }

    async fn source_of(&self, lease: &Lease) -> Result<Option<Source>, LibraryError> {
        match lease.source {
            Some(source) => Ok(self.store.sources_named(self.workspace, &source.to_string()).await?.pop()),
            None => Ok(None),
        }
    }

    /// What is known of the pages that a job brings, and what can be learned from them before they are read for good.
    pub(super) async fn habits(&self, lease: &Lease, items: &[Item]) -> Result<Habits, LibraryError> {
        let Some(source) = self.source_of(lease).await? else { return Ok(Habits::default()) };
        let rules = source.plan.rules.clone();
        if items.len() < LEARNED_FROM_AT_LEAST {
            return Ok(Habits { rules, furniture: source.furniture });
        }
        let mut pages: Vec<HashSet<u64>> = Vec::new();
        for item in items.iter().take(LEARNED_FROM) {
            let bytes = match self.store.original(&item.original).await {
                Ok(bytes) => bytes,
                Err(CatalogError::Lost(_)) => continue,
                Err(error) => return Err(ingest::pipeline::PipelineError::from(error).into()),
            };
            // A page that cannot be read fails in its own turn, with its reason.
            if let Ok(read) = self.parser.parse(&item.origin, bytes, &rules, &mut NoParts).await {
                let text = text_of(&read.parsed).0.text;
                pages.push(boilerplate::block_hashes(&text).into_iter().collect());
            }
        }
        let mut furniture = source.furniture;
        let known = furniture.len();
        furniture.extend(repeated(&pages));
        if furniture.len() > known && furniture.len() <= MOST_FURNITURE {
            self.store.source_set_furniture(source.id, &furniture).await?;
        }
        Ok(Habits { rules, furniture })
    }

    /// What a crawl would do with an address, and why. Asks the site for its robots.txt, and for nothing else.
    pub async fn explain(&self, source: &Source, text: &str) -> Result<Explanation, LibraryError> {
        let address = Address::parse(text).ok();
        let (row, robots) = match &address {
            Some(address) => {
                (self.store.ledger_row(source, address.as_str()).await?, self.robots(&source.plan, address).await)
            }
            None => (None, None),
        };
        let plan = self.introduced(&source.plan);
        let explained = explain(text, &plan, robots.as_deref(), row.as_ref());
        explained.map_err(|error| LibraryError::Plan(error.to_string()))
    }

    /// The site's robots.txt as it is now; `None` where it cannot be had, and empty where there is none.
    async fn robots(&self, plan: &Plan, address: &Address) -> Option<Vec<u8>> {
        let url = address.url().join("/robots.txt").ok()?;
        let request = Request {
            url,
            etag: None,
            last_modified: None,
            headers: Vec::new(),
            user_agent: plan.user_agent.clone(),
            most_bytes: MOST_ROBOTS_BYTES,
        };
        match self.web.fetch.fetch(&request).await {
            Ok(answer) if answer.status == 200 => Some(answer.body),
            Ok(answer) if (400..500).contains(&answer.status) && answer.status != 429 => Some(Vec::new()),
            Ok(_) | Err(_) => None,
        }
    }
}

/// The blocks that stand on so many of these pages that they belong to the site.
fn repeated(pages: &[HashSet<u64>]) -> impl Iterator<Item = u64> {
    let mut seen: BTreeMap<u64, u64> = BTreeMap::new();
    pages.iter().flatten().for_each(|block| *seen.entry(*block).or_default() += 1);
    let many = pages.len() as u64;
    seen.into_iter().filter(move |(_, seen)| boilerplate::is_furniture(*seen, many)).map(|(block, _)| block)
}
