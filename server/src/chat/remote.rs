//! A model behind an address: one request over HTTP, one reply as it comes.
//!
//! The key goes to the configured address and nowhere else: redirects are not followed, and no proxy is taken from the
//! environment. Whoever drops the reply closes the connection, so that the other side stops too. The same is asked again
//! only while nothing was said. Knows neither what is asked nor what it costs.

use std::error::Error;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::time::Duration;

use futures_util::{TryStreamExt as _, stream};
use prompts::chat::{ChatError, ChatModel, Payer, Request, Streaming};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Response, StatusCode};
use serde_json::Value;
use tokio::time::{Instant, sleep, timeout_at};
use url::Url;

use super::heard::{Heard, Known, garbled};
use super::reading::Reading;
use super::refusal::{self, Fault};
use super::{anthropic, openai, retry};
use crate::config::Secret;

/// A refusal, or a reply in one piece.
const MOST_BODY_BYTES: usize = 1024 * 1024;

/// How a model is spoken to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Api {
    OpenAi,
    Anthropic,
}

/// How long for what.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Patience {
    pub connect: Duration,
    /// From the request to the first word, in each try.
    pub first_token: Duration,
    /// From one word to the next.
    pub idle: Duration,
    /// For the whole of a reply, with all tries.
    pub total: Duration,
}

#[derive(Clone, Debug)]
pub struct RemoteSettings {
    pub api: Api,
    /// What stands before `/chat/completions` or `/messages`, as in `http://127.0.0.1:11434/v1`.
    pub url: Url,
    pub model: String,
    pub api_key: Option<Secret>,
    pub patience: Patience,
}

pub struct RemoteModel(Arc<Line>);

/// What every call shares.
struct Line {
    client: reqwest::Client,
    settings: RemoteSettings,
    address: Url,
}

impl Api {
    fn path(self) -> &'static str {
        match self {
            Self::OpenAi => openai::PATH,
            Self::Anthropic => anthropic::PATH,
        }
    }

    fn key(self, key: &Secret) -> (HeaderName, String) {
        match self {
            Self::OpenAi => openai::key(key),
            Self::Anthropic => anthropic::key(key),
        }
    }

    fn body(self, model: &str, request: &Request) -> Value {
        match self {
            Self::OpenAi => openai::body(model, request),
            Self::Anthropic => anthropic::body(model, request),
        }
    }

    pub(super) fn event(self, data: &str, known: &mut Known) -> Result<Heard, ChatError> {
        match self {
            Self::OpenAi => openai::event(data, known),
            Self::Anthropic => anthropic::event(data, known),
        }
    }

    fn whole(self, body: &[u8], known: &mut Known) -> Result<String, ChatError> {
        match self {
            Self::OpenAi => openai::whole(body, known),
            Self::Anthropic => anthropic::whole(body, known),
        }
    }
}

impl RemoteSettings {
    /// What every request says.
    fn headers(&self) -> Result<HeaderMap, ChatError> {
        let mut headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("text/event-stream"))]);
        if self.api == Api::Anthropic {
            headers.insert(anthropic::VERSION.0, HeaderValue::from_static(anthropic::VERSION.1));
        }
        if let Some((name, text)) = self.api_key.as_ref().map(|key| self.api.key(key)) {
            let unsayable = |_| ChatError::Refused("its key holds what cannot be sent, such as a line end".to_owned());
            let mut value = HeaderValue::from_str(&text).map_err(unsayable)?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        Ok(headers)
    }
}

impl RemoteModel {
    pub fn new(settings: RemoteSettings) -> Result<Self, ChatError> {
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            // Words are to come one by one, and a reply must not grow when it is unpacked.
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .connect_timeout(settings.patience.connect)
            .default_headers(settings.headers()?)
            .build()
            .map_err(|error| ChatError::Refused(innermost(&error)))?;
        let mut address = settings.url.clone();
        address.set_path(&format!("{}/{}", settings.url.path().trim_end_matches('/'), settings.api.path()));
        Ok(Self(Arc::new(Line { client, settings, address })))
    }
}

impl ChatModel for RemoteModel {
    fn name(&self) -> &str {
        &self.0.settings.model
    }

    fn stream(&self, request: &Request, _payer: &Payer) -> Streaming {
        let asking = Asking { line: Arc::clone(&self.0), request: request.clone() };
        Box::pin(stream::once(asking.speak()).try_flatten())
    }
}

/// One reply, in as many tries as it takes.
struct Asking {
    line: Arc<Line>,
    request: Request,
}

impl Asking {
    async fn speak(self) -> Result<Streaming, ChatError> {
        let deadline = Instant::now() + self.line.settings.patience.total;
        let mut tries = 0;
        loop {
            let fault = match self.attempt(deadline).await {
                Ok(reading) => return Ok(reading.streaming()),
                Err(fault) => fault,
            };
            let pause = retry::pause(tries, fault.again, chance());
            let Some(pause) = pause.filter(|pause| Instant::now() + *pause < deadline) else { return Err(fault.error) };
            tracing::debug!(chat.model = self.line.settings.model, error = %fault.error, "a language model is asked again");
            tries += 1;
            sleep(pause).await;
        }
    }

    /// As far as the first word.
    async fn attempt(&self, deadline: Instant) -> Result<Reading, Fault> {
        let Line { client, settings, address } = &*self.line;
        let until = deadline.min(Instant::now() + settings.patience.first_token);
        let asked = client.post(address.clone()).json(&settings.api.body(&settings.model, &self.request));
        let response = timeout_at(until, asked.send()).await.map_err(|_| late())?.map_err(|error| broken(&error))?;
        let mut reading = self.reading(response, until, deadline).await?;
        reading.wait(until).await?;
        Ok(reading)
    }

    async fn reading(&self, response: Response, until: Instant, deadline: Instant) -> Result<Reading, Fault> {
        let settings = &self.line.settings;
        let (status, is_json) = (response.status(), is_json(&response));
        if status == StatusCode::OK && !is_json {
            return Ok(Reading::new(response, settings, &self.request, deadline));
        }
        let headers = response.headers().clone();
        let body = timeout_at(until, body(response)).await.map_err(|_| late())??;
        if !status.is_success() {
            return Err(refusal::of(status, &headers, &body));
        }
        let mut known = Known::of(&self.request.tools);
        let text = settings.api.whole(&body, &mut known).map_err(Fault::last)?;
        Ok(Reading::whole(text, known.end(&settings.model).map_err(Fault::last)?))
    }
}

/// A server that does not stream says so.
fn is_json(response: &Response) -> bool {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("application/json"))
}

async fn body(mut response: Response) -> Result<Vec<u8>, Fault> {
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(|error| broken(&error))? {
        if body.len() + piece.len() > MOST_BODY_BYTES {
            return Err(Fault::last(garbled(&format!("it is larger than {MOST_BODY_BYTES} bytes"))));
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

/// Whoever has been waiting so long is better served by somebody else than by the same again.
pub(super) fn late() -> Fault {
    Fault::last(ChatError::Unavailable("it took too long".to_owned()))
}

pub(super) fn broken(error: &reqwest::Error) -> Fault {
    if error.is_timeout() {
        return late();
    }
    Fault::passing(ChatError::Unavailable(innermost(error)))
}

/// The cause without the address, which stands in the outer error.
fn innermost(error: &dyn Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

/// From 0 to 1, to spread those who wait: the seed of a map is as good a die as that needs.
fn chance() -> f64 {
    (RandomState::new().hash_one(()) >> 32) as f64 / f64::from(u32::MAX)
}
