//! What a crawl needs from outside: a way to fetch, a look at a page that cannot do harm, and a memory.
//!
//! `Fetch` is swapped between the server's HTTP client and a script in tests; `Survey` between a child process and a
//! call in place; `Ledger` between the server's SQL and a map in tests.

use std::time::Duration;

use async_trait::async_trait;
use url::Url;

use super::address::Address;
use super::ledger::{Farewell, Found, HandIn, Opened, Verdict};
use crate::parse::Survey as Surveyed;
use crate::ports::ParseFault;

/// One request. Nothing is followed: a redirect is an answer, and whoever follows it asks again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub url: Url,
    /// What the last answer said of itself: an answer that is still the same is a `304` without a body.
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    /// The source's own: authorisation, cookies. Sent to the source's host only, which is the caller's to see to.
    pub headers: Vec<(String, String)>,
    /// Instead of the house's own name.
    pub user_agent: Option<String>,
    /// The body is cut off here, decoded.
    pub most_bytes: usize,
}

/// An answer, whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fetched {
    pub status: u16,
    /// As sent, with its parameters.
    pub content_type: Option<String>,
    /// Where a redirect leads, as sent: perhaps relative.
    pub location: Option<String>,
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    /// Every `X-Robots-Tag`, as sent.
    pub robots_tags: Vec<String>,
    pub retry_after: Option<Duration>,
    /// Without its transfer and content encodings.
    pub body: Vec<u8>,
}

/// Why there is no answer, split by what the caller does next. The sentences are for the person who runs the crawl.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchFault {
    /// Never ask again: the address leads where we do not go.
    #[error("{0}")]
    Forbidden(String),
    #[error("it is larger than {most_bytes} bytes")]
    TooLarge { most_bytes: usize },
    /// Perhaps later: no connection, a timeout, an answer that broke off.
    #[error("{0}")]
    Unreachable(String),
}

/// Asks the web, within limits and only public addresses.
#[async_trait]
pub trait Fetch: Send + Sync {
    async fn fetch(&self, request: &Request) -> Result<Fetched, FetchFault>;

    /// The page as a browser shows it after its scripts ran; `None` where no browser is configured.
    async fn render(&self, request: &Request) -> Option<Result<Vec<u8>, FetchFault>>;
}

/// Looks at a page out of harm's way: where it leads, and what it says of itself to crawlers.
#[async_trait]
pub trait Survey: Send + Sync {
    async fn survey(&self, url: &Url, bytes: Vec<u8>) -> Result<Surveyed, ParseFault>;
}

/// Why the ledger did not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// Stop: another worker crawls this source now. Nothing was written.
    #[error("the crawl was taken over by another worker")]
    LeaseLost,
    /// Try again later; what was recorded stays recorded.
    #[error("the ledger cannot be used: {0}")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Every address that one source ever led to, and what became of it. Each call is one transaction, so that a crawl
/// that is killed goes on where it was: an address that waits is asked for again, a verdict stands.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// Open a round, or go on with the one that was never finished. `plan` is the mark of the plan.
    async fn begin(&self, plan: &str) -> Result<Opened, LedgerError>;

    /// Addresses that turned up, from now on waiting in this round. The round may know some of them already: those
    /// stay as they are. How many were new to the round.
    async fn discover(&self, found: &[Found]) -> Result<usize, LedgerError>;

    /// What became of addresses in this round, whether they were discovered or not. Their documents and marks stay.
    async fn record(&self, settled: &[(Address, Verdict)]) -> Result<(), LedgerError>;

    /// Accept a page for ingestion, keep its mark and make its address live, all or nothing. The verdict that this
    /// came to: [`Verdict::HandedIn`], or why the page was not accepted.
    async fn hand_in(&self, page: HandIn) -> Result<Verdict, LedgerError>;

    /// End the round: documents leave or are held ([`Verdict::Held`]), and the plan's mark is that of a finished round.
    async fn finish(&self, farewell: &Farewell) -> Result<(), LedgerError>;
}
