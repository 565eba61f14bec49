//! What crosses the wire about sites: their plans, how they stand, and what became of each address.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::time::Duration;

use retrieval::access::{AccessError, AccessLabel};
use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

use super::ItemReply;
use crate::library::{Explanation, Finding, LedgerLine, PageRules, Plan, Scope, SourceStatus};

/// A site to crawl, or a folder of the server to follow; what is left out has its default.
#[derive(Serialize, Deserialize, Clone, Default, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SiteRequest {
    /// An address of the web, or the path of a folder.
    pub url: String,
    pub tier: String,
    #[serde(default)]
    pub groups: Vec<String>,
    /// `page`, `section` or `site`.
    #[serde(default)]
    pub scope: Option<String>,
    #[serde(default)]
    pub sitemap: bool,
    #[serde(default)]
    pub include: Vec<String>,
    #[serde(default)]
    pub exclude: Vec<String>,
    pub depth: Option<u32>,
    pub pages: Option<usize>,
    pub delay_ms: Option<u64>,
    pub user_agent: Option<String>,
    /// Sent to the site's own host only, and never shown again.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    #[serde(default)]
    pub keep: Vec<String>,
    #[serde(default)]
    pub drop: Vec<String>,
    /// Pages only: no PDF or Office files.
    #[serde(default)]
    pub pages_only: bool,
    /// Days after which a page leaves that was not seen there any more, from 1.
    pub kept_days: Option<u32>,
}

/// Why a request does not make a plan; the sentence is for who sent it.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    #[error("url is not an address on the web, nor a path from the root: {0}")]
    Address(String),
    #[error("scope is page, section or site")]
    Scope,
    #[error(transparent)]
    Access(#[from] AccessError),
    #[error("a header is a name and a value, as in \"Authorization: Bearer ...\"")]
    Header,
    #[error("kept_days is a number from 1")]
    KeptDays,
}

impl SiteRequest {
    /// Whether it says nothing of how to crawl: then what is known of the site stays as it is.
    pub fn is_bare(&self) -> bool {
        let Self { url: _, tier: _, groups: _, scope, sitemap, include, exclude, depth, pages, .. } = self;
        let Self { delay_ms, user_agent, headers, keep, drop, pages_only, kept_days, .. } = self;
        let numbers = scope.is_none()
            && depth.is_none()
            && pages.is_none()
            && delay_ms.is_none()
            && user_agent.is_none()
            && kept_days.is_none();
        let lists = [include, exclude, keep, drop].into_iter().all(Vec::is_empty) && headers.is_empty();
        numbers && lists && !sitemap && !pages_only
    }

    /// The plan and the readers that it asks for; `delay` where it names none.
    pub fn plan(self, delay: Duration) -> Result<(Plan, AccessLabel), SiteError> {
        let start = start(&self.url)?;
        let scope = self.scope.as_deref().map_or(Some(Scope::Page), Scope::named).ok_or(SiteError::Scope)?;
        let groups = self.groups.iter().map(|group| group.parse()).collect::<Result<_, _>>()?;
        let label = AccessLabel { tier: self.tier.parse()?, groups };
        let is_header = |(name, value): &(String, String)| {
            !name.is_empty()
                && name.bytes().all(|b| b.is_ascii_graphic() && b != b':')
                && !value.contains(['\r', '\n', '\0'])
        };
        if !self.headers.iter().all(is_header) {
            return Err(SiteError::Header);
        }
        if self.kept_days == Some(0) {
            return Err(SiteError::KeptDays);
        }
        let default = match start.scheme() {
            "file" => Plan::of_files(start, scope),
            _ => Plan { delay, ..Plan::new(start, scope) },
        };
        let plan = Plan {
            sitemap: self.sitemap,
            include: self.include,
            exclude: self.exclude,
            depth: self.depth.unwrap_or(default.depth),
            pages: self.pages.unwrap_or(default.pages),
            delay: self.delay_ms.map_or(default.delay, Duration::from_millis),
            user_agent: self.user_agent,
            headers: self.headers,
            rules: PageRules { keep: self.keep, drop: self.drop },
            files: !self.pages_only,
            kept_days: self.kept_days,
            ..default
        };
        Ok((plan, label))
    }
}

/// An address as it is written, and a path as the address that it is. What lies in a folder lies below its last `/`.
fn start(text: &str) -> Result<Url, SiteError> {
    let malformed = |why: &dyn Display| SiteError::Address(why.to_string());
    let url = match text.starts_with('/') {
        true => Url::from_file_path(text).map_err(|()| malformed(&"it is no path"))?,
        false => Url::parse(text).map_err(|error| malformed(&error))?,
    };
    match url.to_file_path() {
        Ok(path) if url.scheme() == "file" && path.is_dir() => {
            Url::from_directory_path(path).map_err(|()| malformed(&"it is no path"))
        }
        _ => Ok(url),
    }
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Queued {
    pub source: String,
    pub job: String,
}

/// How a source stands.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct SourceReply {
    pub source: String,
    pub address: String,
    pub tier: String,
    pub groups: Vec<String>,
    pub scope: String,
    pub rounds: i64,
    pub crawling: bool,
    /// How many addresses came to which verdict.
    pub verdicts: BTreeMap<String, usize>,
    pub problems: Vec<String>,
    pub kept_days: Option<u32>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Sources {
    pub sources: Vec<SourceReply>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct LedgerReply {
    pub pages: Vec<PageReply>,
}

/// An address, and what became of it.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct PageReply {
    pub url: String,
    pub status: String,
    pub document_id: Option<String>,
    pub chunks: usize,
    pub reason: Option<String>,
    /// Whether readers find it, whatever the last verdict.
    pub live: bool,
    pub found_on: Option<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Confirmed {
    pub retired: usize,
}

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExplainRequest {
    pub url: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ExplainReply {
    pub url: String,
    /// Whether a crawl would ask for it.
    pub fetched: bool,
    pub findings: Vec<FindingReply>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct FindingReply {
    pub subject: String,
    pub passes: bool,
    pub sentence: String,
}

impl From<SourceStatus> for SourceReply {
    fn from(SourceStatus { source, crawling, verdicts }: SourceStatus) -> Self {
        Self {
            source: source.id.to_string(),
            tier: source.label.tier.to_string(),
            groups: source.label.groups.iter().map(ToString::to_string).collect(),
            scope: source.plan.scope.as_str().to_owned(),
            address: source.address,
            rounds: source.round,
            crawling,
            verdicts,
            kept_days: source.plan.kept_days,
            problems: source.problems,
        }
    }
}

impl From<LedgerLine> for PageReply {
    fn from(line: LedgerLine) -> Self {
        Self {
            status: line.verdict.as_str().to_owned(),
            document_id: line.document.map(|document| document.to_string()),
            chunks: line.chunks,
            reason: line.verdict.detail().map(|_| line.verdict.sentence()),
            url: line.url,
            live: line.live,
            found_on: line.found_on,
        }
    }
}

impl From<PageReply> for ItemReply {
    fn from(page: PageReply) -> Self {
        let PageReply { url, status, document_id, chunks, reason, .. } = page;
        Self { path: None, url: Some(url), status, document_id, chunks, reason }
    }
}

impl From<Explanation> for ExplainReply {
    fn from(Explanation { address, fetched, findings }: Explanation) -> Self {
        let finding = |finding: Finding| FindingReply {
            subject: finding.subject.to_owned(),
            passes: finding.passes,
            sentence: finding.sentence,
        };
        Self { url: address, fetched, findings: findings.into_iter().map(finding).collect() }
    }
}
