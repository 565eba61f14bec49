//! The one way to fetch: whatever the house reads from the web comes through here, and what it reads of folders (`folder`).
//!
//! `address` and `network` say where we go, `resolve` holds every connection to it, `answer` reads what comes within
//! limits, `charset` makes text readable without its headers, `render` shows a page to a browser whose only way out is
//! `proxy`. Nothing is followed and no cookie is kept: a redirect is an answer, and whoever follows it asks again, so
//! that every hop is checked. Does not know robots.txt, politeness, retries or scope: those are the crawl's.
//!
//! The crypto provider of the process must be installed before a client is made. The root certificates are the
//! machine's own, so that an intranet's are trusted where its machines trust them.

mod address;
mod answer;
mod charset;
mod folder;
mod head;
mod network;
mod proxy;
mod render;
mod resolve;

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ingest::crawl::ports::{Fetch, FetchFault, Fetched, Request};
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use tokio::time::timeout;

pub use address::{AllowedAddresses, Refusal};
pub use folder::Folders;
pub use network::{Cidr, NotANetwork, is_public};
pub use proxy::{Proxy, ProxyLimits};
pub use render::RenderSettings;
use render::Renderer;
use resolve::NoAddress;
pub use resolve::{Gate, Lookup, SystemLookup};

/// How the client introduces itself, where it goes, and how long it waits.
pub struct FetchSettings {
    pub user_agent: String,
    pub allowed: AllowedAddresses,
    pub timeouts: Timeouts,
    /// Without it pages are read as their server sends them.
    pub render: Option<RenderSettings>,
    /// Who is asked for the addresses of a name.
    pub lookup: Arc<dyn Lookup>,
}

#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// For the name, the connection and its encryption together.
    pub connect: Duration,
    /// From the connection to the answer's first line and headers.
    pub first_byte: Duration,
    /// For everything.
    pub total: Duration,
    /// A body may be this late before its rate counts.
    pub patience: Duration,
    pub least_bytes_per_second: u32,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            first_byte: Duration::from_secs(15),
            total: Duration::from_secs(60),
            patience: Duration::from_secs(5),
            least_bytes_per_second: 1_000,
        }
    }
}

impl FetchSettings {
    /// The internet, with the defaults of every limit.
    pub fn new(user_agent: impl Into<String>) -> Self {
        Self {
            user_agent: user_agent.into(),
            allowed: AllowedAddresses::default(),
            timeouts: Timeouts::default(),
            render: None,
            lookup: Arc::new(SystemLookup),
        }
    }
}

/// The machine has no root certificates, or the name of the client cannot be sent.
#[derive(Debug, thiserror::Error)]
#[error("the web client cannot be made: {0}")]
pub struct NoClient(String);

/// Stands where there can be no client: every request is answered with the reason.
pub struct NoWeb(pub String);

#[async_trait]
impl Fetch for NoWeb {
    async fn fetch(&self, _: &Request) -> Result<Fetched, FetchFault> {
        Err(FetchFault::Unreachable(self.0.clone()))
    }

    async fn render(&self, _: &Request) -> Option<Result<Vec<u8>, FetchFault>> {
        None
    }
}

pub struct WebClient {
    client: reqwest::Client,
    gate: Gate,
    timeouts: Timeouts,
    renderer: Option<Renderer>,
}

/// A page that needs more header lines than this is not a page.
const MOST_HEADERS: usize = 128;
const MOST_HEADER_BYTES: u32 = 64 * 1024;
const IDLE: Duration = Duration::from_secs(30);
/// Pages first, anything else too: what a file is will be seen by its bytes.
const ACCEPT: HeaderValue = HeaderValue::from_static("text/html,application/xhtml+xml,*/*;q=0.8");
/// These belong to the connection or decide whom it reaches, so no source sets them.
const OURS: [HeaderName; 10] = [
    header::ACCEPT_ENCODING,
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::EXPECT,
    header::HOST,
    header::PROXY_AUTHORIZATION,
    header::RANGE,
    header::TE,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

impl WebClient {
    pub fn new(settings: FetchSettings) -> Result<Self, NoClient> {
        let gate = Gate::new(settings.allowed, settings.lookup);
        // A proxy would resolve names behind our back, a redirect would be followed before it is checked.
        let client = reqwest::Client::builder()
            .user_agent(settings.user_agent)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .dns_resolver(gate.clone())
            .connect_timeout(settings.timeouts.connect)
            .http1_max_headers(MOST_HEADERS)
            .http2_max_header_list_size(MOST_HEADER_BYTES)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(2)
            .build()
            .map_err(|error| NoClient(innermost(&error)))?;
        let renderer = settings.render.map(|render| Renderer::new(render, gate.clone(), settings.timeouts.connect));
        Ok(Self { client, gate, timeouts: settings.timeouts, renderer })
    }

    fn asked(&self, request: &Request) -> Result<reqwest::Request, FetchFault> {
        let mut asked = reqwest::Request::new(reqwest::Method::GET, request.url.clone());
        *asked.headers_mut() = headers(request)?;
        Ok(asked)
    }

    async fn answer(&self, asked: reqwest::Request, most_bytes: usize) -> Result<Fetched, FetchFault> {
        let Timeouts { connect, first_byte, .. } = self.timeouts;
        let silent = |_| FetchFault::Unreachable(format!("no answer came within {}", seconds(first_byte)));
        let response = timeout(connect + first_byte, self.client.execute(asked)).await.map_err(silent)?;
        answer::read(response.map_err(|error| fault(&error))?, most_bytes, &self.timeouts).await
    }
}

#[async_trait]
impl Fetch for WebClient {
    async fn fetch(&self, request: &Request) -> Result<Fetched, FetchFault> {
        self.gate.check_url(&request.url).map_err(forbidden)?;
        let asked = self.asked(request)?;
        let Timeouts { total, .. } = self.timeouts;
        let late = |_| FetchFault::Unreachable(format!("the answer took longer than {}", seconds(total)));
        timeout(total, self.answer(asked, request.most_bytes)).await.map_err(late)?
    }

    async fn render(&self, request: &Request) -> Option<Result<Vec<u8>, FetchFault>> {
        self.renderer.as_ref()?.render(request).await
    }
}

/// What the request says of itself; the source's own lines win over ours.
fn headers(request: &Request) -> Result<HeaderMap, FetchFault> {
    let mut headers = HeaderMap::from_iter([(header::ACCEPT, ACCEPT)]);
    let conditions = [(header::IF_NONE_MATCH, &request.etag), (header::IF_MODIFIED_SINCE, &request.last_modified)];
    for (name, known) in conditions {
        // What a server said of itself and cannot be said back is as good as never said.
        if let Some(value) = known.as_ref().and_then(|known| HeaderValue::from_bytes(known.as_bytes()).ok()) {
            headers.insert(name, value);
        }
    }
    if let Some(agent) = &request.user_agent {
        headers.insert(header::USER_AGENT, sendable("User-Agent", agent)?);
    }
    for (name, value) in &request.headers {
        let value = sendable(name, value)?;
        let known = HeaderName::from_bytes(name.as_bytes()).ok().filter(|name| !OURS.contains(name));
        headers.insert(known.ok_or_else(|| unsendable(name))?, value);
    }
    Ok(headers)
}

fn sendable(name: &str, value: &str) -> Result<HeaderValue, FetchFault> {
    let mut value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| unsendable(name))?;
    value.set_sensitive(true); // kept out of logs and of the compression of h2
    Ok(value)
}

/// The value is not in the sentence: it may be a secret.
fn unsendable(name: &str) -> FetchFault {
    FetchFault::Forbidden(format!("the source's header {name:?} cannot be sent"))
}

fn forbidden(refusal: Refusal) -> FetchFault {
    FetchFault::Forbidden(refusal.to_string())
}

fn seconds(duration: Duration) -> String {
    format!("{} seconds", duration.as_secs_f32())
}

/// A refusal made while connecting comes back wrapped in the errors of those who carried it.
fn fault(error: &reqwest::Error) -> FetchFault {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(NoAddress::Refused(refusal)) = error.downcast_ref() {
            return forbidden(refusal.clone());
        }
        cause = error.source();
    }
    let why = innermost(error);
    match () {
        () if error.is_timeout() => FetchFault::Unreachable(format!("the connection timed out: {why}")),
        () if error.is_connect() => FetchFault::Unreachable(format!("no connection could be made: {why}")),
        () => FetchFault::Unreachable(format!("the answer cannot be read: {why}")),
    }
}

fn innermost(error: &dyn Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
