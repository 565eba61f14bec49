//! Sites: set up, looked at, and let go. What comes of visiting one is for `crawling`.

use std::collections::BTreeMap;

use ingest::crawl::address::Address;
use ingest::crawl::explain::{Explanation, explain};
use ingest::crawl::plan::{Bounds, Plan};
use ingest::crawl::ports::Request;
use retrieval::access::{AccessLabel, Clearance};
use retrieval::model::JobId;
use url::Url;

use super::{Library, LibraryError};
use crate::store::{JobKind, LedgerLine, Source, Why};

const MOST_ROBOTS_BYTES: usize = 500 * 1024;

/// How a source stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SourceStatus {
    pub source: Source,
    /// Whether a crawl of it waits or runs.
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
        self.must_have_room()?;
        Bounds::new(plan).map_err(|error| LibraryError::Plan(error.to_string()))?;
        self.must_be_there(plan).await?;
        let source = match self.known(clearance, plan, label).await? {
            Some(former) => {
                let source = self.store.source_change(former.id, plan, label).await?;
                self.apply_changes(&former, &source).await?;
                source
            }
            None => self.store.source_put(self.workspace, plan, label).await?,
        };
        let job = self.store.job_queue(self.workspace, JobKind::Crawl, Some(source.id), &self.owner).await?;
        Ok((source, job))
    }

    /// A site may be away for an hour; a folder that is not there, or not for us, was misspelt.
    async fn must_be_there(&self, plan: &Plan) -> Result<(), LibraryError> {
        for url in plan.start.iter().filter(|_| plan.is_of_files()) {
            let (headers, most_bytes) = (Vec::new(), plan.most_bytes);
            let request =
                Request { url: url.clone(), etag: None, last_modified: None, headers, user_agent: None, most_bytes };
            let why = match self.web.folders.fetch(&request).await {
                Ok(answer) if answer.status == 200 => continue,
                Ok(_) => "there is no such file or folder on this server".to_owned(),
                Err(fault) => fault.to_string(),
            };
            return Err(LibraryError::Plan(format!("it cannot start at {url}: {why}")));
        }
        Ok(())
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
        self.retire(&live, Why::Removed).await?;
        Ok(live.len())
    }

    async fn status_of(&self, source: Source) -> Result<SourceStatus, LibraryError> {
        // In this order: of a crawl that has ended, the counts are those of its end.
        let crawling = self.store.job_waiting(source.id).await?.is_some();
        let verdicts = self.store.ledger_counts(source.id).await?;
        Ok(SourceStatus { source, crawling, verdicts })
    }

    /// What a crawl would do with an address, and why. Asks the site for its robots.txt, and for nothing else.
    pub async fn explain(&self, source: &Source, text: &str) -> Result<Explanation, LibraryError> {
        let text = &as_address(text, &source.plan);
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
        match self.web.fetch_for(plan).fetch(&request).await {
            Ok(answer) if answer.status == 200 => Some(answer.body),
            Ok(answer) if (400..500).contains(&answer.status) && answer.status != 429 => Some(Vec::new()),
            Ok(_) | Err(_) => None,
        }
    }
}

/// Of a folder one asks by path.
fn as_address(text: &str, plan: &Plan) -> String {
    let url = match text.ends_with('/') {
        true => Url::from_directory_path(text),
        false => Url::from_file_path(text),
    };
    url.ok().filter(|_| plan.is_of_files()).map_or_else(|| text.to_owned(), String::from)
}
