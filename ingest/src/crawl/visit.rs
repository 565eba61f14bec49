//! A visit: one request, and what its answer means for the address, before anything is decided.
//!
//! Visits run side by side and know nothing of one another: whether a page is a copy, a trap or worth handing in is
//! decided where the whole round is known (`settle.rs`).

use std::time::Duration;

use retrieval::model::ContentHash;
use tokio::time::sleep;

use super::Crawl;
use super::address::Address;
use super::frontier::Task;
use super::ledger::Mark;
use super::novelty::Imprint;
use super::plan::Bounds;
use super::ports::{FetchFault, Fetched, Request};
use super::robots::{self, Standing, Tags};
use super::sitemap::{self, Sitemap};
use crate::parse::{Kind, Survey as Surveyed};

/// How often a site is asked for its rules, or a page for its content.
pub(super) const ATTEMPTS: u32 = 3;
const MOST_HOPS: usize = 5;
const MOST_SITEMAP_BYTES: usize = 50 * 1024 * 1024;
/// Smaller bodies are read where they are; for larger ones the work moves off the async threads.
const LARGE_BYTES: usize = 128 * 1024;
/// A page that no site has; what comes back for it is what the site says when there is nothing.
const NOWHERE: &str = "/lectern-asks-what-you-show-for-a-page-that-does-not-exist";

/// Whoever asks: the crawl, in the name and within the bounds of its plan.
#[derive(Clone, Copy)]
pub(super) struct Caller<'a> {
    pub crawl: &'a Crawl<'a>,
    pub bounds: &'a Bounds,
}

pub(super) enum Visit {
    /// A site told its rules.
    Met {
        origin: Address,
        standing: Standing,
        nowhere: Option<u64>,
    },
    Sitemap {
        task: Task,
        level: u32,
        read: Result<Sitemap, String>,
    },
    Page {
        task: Task,
        answer: Answer,
    },
}

/// What an answer means.
pub(super) enum Answer {
    Redirect {
        to: Result<Address, String>,
        for_good: bool,
    },
    /// The same as we have, without its body.
    Same(Tags),
    Page(Box<Content>),
    Gone(u16),
    TooLarge(String),
    Unsupported(String),
    Failed(String),
    /// Perhaps later.
    Again {
        why: String,
        wait: Option<Duration>,
    },
}

/// A page that is there.
pub(super) struct Content {
    pub bytes: Vec<u8>,
    pub content_type: Option<String>,
    pub mark: Mark,
    pub hash: ContentHash,
    pub tags: Tags,
    /// Of web pages.
    pub page: Option<(Surveyed, Imprint)>,
}

impl Caller<'_> {
    pub fn request(&self, address: &Address, mark: &Mark) -> Request {
        let plan = self.crawl.plan;
        Request {
            url: address.url().clone(),
            etag: mark.etag.clone(),
            last_modified: mark.last_modified.clone(),
            headers: if self.bounds.is_home(address) { plan.headers.clone() } else { Vec::new() },
            user_agent: plan.user_agent.clone(),
            most_bytes: plan.most_bytes,
        }
    }

    fn agent(&self) -> String {
        robots::agent_of(self.crawl.plan.user_agent.as_deref())
    }
}

/// Ask a site for its rules, and what it shows for a page that does not exist.
pub(super) async fn meet(caller: Caller<'_>, origin: Address) -> Visit {
    let request = |address: &Address| caller.request(address, &Mark::default());
    let mut standing = robots::ask(caller.crawl.fetch, request, &origin, &caller.agent()).await;
    for attempt in 1..ATTEMPTS {
        if let Standing::Known(_) = standing {
            break;
        }
        sleep(back_off(attempt)).await;
        standing = robots::ask(caller.crawl.fetch, request, &origin, &caller.agent()).await;
    }
    let mut nowhere = None;
    if let (Standing::Known(robots), Ok(address)) = (&standing, origin.join(NOWHERE))
        && robots.allows(&address)
    {
        sleep(caller.crawl.plan.delay.max(robots.delay().unwrap_or_default())).await;
        if let Ok(Fetched { status: 200, body, .. }) = caller.crawl.fetch.fetch(&request(&address)).await {
            nowhere = Imprint::of(&body).whole();
        }
    }
    Visit::Met { origin, standing, nowhere }
}

pub(super) fn back_off(attempts: u32) -> Duration {
    Duration::from_secs(2 * 4_u64.pow(attempts.clamp(1, 4) - 1))
}

pub(super) async fn sitemap(caller: Caller<'_>, task: Task, level: u32) -> Visit {
    let read =
        read_sitemap(caller, &task.address).await.map_err(|why| format!("{} cannot be read: {why}", task.address));
    Visit::Sitemap { task, level, read }
}

async fn read_sitemap(caller: Caller<'_>, first: &Address) -> Result<Sitemap, String> {
    let mut address = first.clone();
    for _ in 0..=MOST_HOPS {
        let request = Request { most_bytes: MOST_SITEMAP_BYTES, ..caller.request(&address, &Mark::default()) };
        let answer = caller.crawl.fetch.fetch(&request).await.map_err(|fault| fault.to_string())?;
        match (answer.status, answer.location) {
            (300..=399, Some(location)) => address = address.join(&location).map_err(|error| error.to_string())?,
            (200..=299, _) => {
                let (body, base) = (answer.body, address);
                return off_the_threads(usize::MAX, move || sitemap::read(&body, &base)).await;
            }
            (status, _) => return Err(format!("status {status}")),
        }
    }
    Err(format!("it redirects more than {MOST_HOPS} times"))
}

/// Ask for a page.
pub(super) async fn page(caller: Caller<'_>, task: Task, mark: Mark) -> Visit {
    let request = caller.request(&task.address, &mark);
    let answer = match caller.crawl.fetch.fetch(&request).await {
        Ok(fetched) => understand(caller, &task, request, fetched).await,
        Err(FetchFault::Unreachable(why)) => Answer::Again { why, wait: None },
        Err(FetchFault::Forbidden(why)) => Answer::Failed(why),
        Err(fault @ FetchFault::TooLarge { .. }) => Answer::TooLarge(fault.to_string()),
    };
    Visit::Page { task, answer }
}

async fn understand(caller: Caller<'_>, task: &Task, request: Request, fetched: Fetched) -> Answer {
    let conditional = request.etag.is_some() || request.last_modified.is_some();
    match fetched.status {
        200 | 203 => content(caller, task, request, fetched).await,
        304 if conditional => Answer::Same(robots::tags(&fetched.robots_tags, &caller.agent())),
        status @ (301 | 302 | 303 | 307 | 308) => {
            let to = fetched.location.ok_or_else(|| "it redirects without saying where".to_owned());
            let to = to.and_then(|to| task.address.join(&to).map_err(|why| format!("it redirects wrongly: {why}")));
            Answer::Redirect { to, for_good: matches!(status, 301 | 308) }
        }
        status @ (404 | 410) => Answer::Gone(status),
        status @ (401 | 403 | 407) => Answer::Failed(format!("it asks for a login or refuses us (status {status})")),
        status @ (408 | 425 | 429 | 500..=599) => {
            Answer::Again { why: format!("the site answers with status {status}"), wait: fetched.retry_after }
        }
        status => Answer::Failed(format!("the site answers with status {status}")),
    }
}

async fn content(caller: Caller<'_>, task: &Task, request: Request, fetched: Fetched) -> Answer {
    let tags = robots::tags(&fetched.robots_tags, &caller.agent());
    let mark = Mark { etag: fetched.etag, last_modified: fetched.last_modified, body: None };
    let content_type = fetched.content_type;
    let kind = match Kind::sniff(&fetched.body, task.address.file_name()) {
        Ok(kind) => kind,
        Err(error) => return Answer::Unsupported(error.to_string()),
    };
    if kind != Kind::Html {
        return finished(fetched.body, content_type, mark, tags, None).await;
    }
    let survey = match caller.crawl.survey.survey(task.address.url(), fetched.body.clone()).await {
        Ok(survey) if survey.needs_scripts && !tags.noindex && !survey.noindex => {
            return rendered(caller, task, request, content_type, tags).await;
        }
        Ok(survey) => survey,
        Err(fault) => return Answer::Failed(fault.to_string()),
    };
    finished(fetched.body, content_type, mark, tags, Some(survey)).await
}

/// The page as its scripts make it. Without a mark: that of its empty shell would always say "unchanged".
async fn rendered(
    caller: Caller<'_>,
    task: &Task,
    request: Request,
    content_type: Option<String>,
    tags: Tags,
) -> Answer {
    let bytes = match caller.crawl.fetch.render(&request).await {
        Some(Ok(bytes)) => bytes,
        Some(Err(fault)) => return Answer::Failed(format!("it needs JavaScript, and the browser failed: {fault}")),
        None => return Answer::Failed("it needs JavaScript to show anything, and no browser is configured".to_owned()),
    };
    match caller.crawl.survey.survey(task.address.url(), bytes.clone()).await {
        Ok(survey) => finished(bytes, content_type, Mark::default(), tags, Some(survey)).await,
        Err(fault) => Answer::Failed(fault.to_string()),
    }
}

async fn finished(
    bytes: Vec<u8>,
    content_type: Option<String>,
    mark: Mark,
    tags: Tags,
    survey: Option<Surveyed>,
) -> Answer {
    let (size, is_page) = (bytes.len(), survey.is_some());
    let work = move || {
        let hash = ContentHash(*blake3::hash(&bytes).as_bytes());
        let imprint = is_page.then(|| Imprint::of(&bytes));
        (bytes, hash, imprint)
    };
    match off_the_threads(size, work).await {
        Ok((bytes, hash, imprint)) => {
            let mark = Mark { body: Some(hash), ..mark };
            Answer::Page(Box::new(Content { bytes, content_type, mark, hash, tags, page: survey.zip(imprint) }))
        }
        Err(why) => Answer::Failed(why),
    }
}

/// Work on this many bytes, in place if they are few.
async fn off_the_threads<T: Send + 'static>(
    bytes: usize,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, String> {
    if bytes < LARGE_BYTES {
        return Ok(work());
    }
    tokio::task::spawn_blocking(work).await.map_err(|error| format!("reading it failed: {error}"))
}
