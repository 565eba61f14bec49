//! The line to the provider: one request, one reply, read whole within a limit of time and size.
//!
//! Redirects are not followed and no proxy is taken from the environment: the client's secret goes to the provider and
//! nowhere else, and by TLS unless the provider is this very machine. Knows nothing of what is said on it.

use std::error::Error;
use std::pin::Pin;
use std::time::Duration;

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use url::Url;

use crate::config::oidc::{OidcConfig, is_here};

const CONNECT: Duration = Duration::from_secs(5);
/// Far more than any provider says at once.
const MOST_BYTES: usize = 1024 * 1024;

/// Why there was no reply; a later try may get one.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct LineError(String);

#[derive(Clone)]
pub struct Line {
    client: reqwest::Client,
    /// Whether the provider is this machine, without TLS.
    is_here: bool,
}

impl Line {
    pub fn new(config: &OidcConfig) -> Result<Self, LineError> {
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .timeout(config.timeout)
            .build()
            .map_err(|error| broken(&error))?;
        Ok(Self { client, is_here: Url::parse(&config.issuer).is_ok_and(|issuer| is_here(&issuer)) })
    }

    /// Whether people and secrets may be sent there: the provider says where, and may be deceived itself.
    pub fn is_safe(&self, url: &Url) -> bool {
        url.scheme() == "https" || (self.is_here && is_here(url))
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, LineError> {
        let request = reqwest::Request::try_from(request).map_err(|error| broken(&error))?;
        if !self.is_safe(request.url()) {
            return Err(LineError("it names an address without TLS".into()));
        }
        let mut response = self.client.execute(request).await.map_err(|error| broken(&error))?;
        if response.status().is_server_error() {
            return Err(LineError(format!("it answers {}", response.status().as_u16())));
        }
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(|error| broken(&error))? {
            if body.len() + piece.len() > MOST_BYTES {
                return Err(LineError(format!("its reply is larger than {MOST_BYTES} bytes")));
            }
            body.extend_from_slice(&piece);
        }
        let mut whole = HttpResponse::new(body);
        (*whole.status_mut(), *whole.headers_mut()) = (status, headers);
        Ok(whole)
    }
}

impl<'c> AsyncHttpClient<'c> for Line {
    type Error = LineError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, LineError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

/// The cause without the address, which stands in the outer error.
fn broken(error: &reqwest::Error) -> LineError {
    if error.is_timeout() {
        return LineError("it took too long".into());
    }
    let mut innermost: &dyn Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    LineError(innermost.to_string())
}
