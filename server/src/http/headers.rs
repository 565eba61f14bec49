//! The headers that every answer carries: nothing from elsewhere runs, nothing is framed, sniffed or kept by caches.
//!
//! There are none that open anything to another origin, and no answer to those who ask for it beforehand.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH, STRICT_TRANSPORT_SECURITY};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponseParts, Response, ResponseParts};

use super::Desk;

const HEADERS: [(HeaderName, HeaderValue); 7] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
             object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; \
             require-trusted-types-for 'script'",
        ),
    ),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ),
];
/// Two years. Said over TLS only: over plain HTTP browsers ignore it.
const ALWAYS_TLS: HeaderValue = HeaderValue::from_static("max-age=63072000; includeSubDomains");
const NEVER_KEPT: HeaderValue = HeaderValue::from_static("no-store");
const ASKED_ABOUT: HeaderValue = HeaderValue::from_static("no-cache");

/// Marks a response whose bytes are somebody's file: wherever it is opened, it is alone and runs nothing.
#[derive(Clone, Copy)]
pub struct Sandboxed;

impl IntoResponseParts for Sandboxed {
    type Error = std::convert::Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Self::Error> {
        parts.extensions_mut().insert(self);
        Ok(parts)
    }
}

pub async fn set(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let is_page = !request.uri().path().starts_with("/api/");
    let known = [Method::GET, Method::HEAD].contains(request.method()) && is_page;
    let known = request.headers().get(IF_NONE_MATCH).filter(|_| known).cloned();
    let mut response = next.run(request).await;
    // What has a tag is a file of the page, the same for everybody; all else is somebody's.
    let kept = is_page && response.status().is_success() && response.headers().contains_key(ETAG);
    if kept && known.is_some_and(|known| response.headers().get(ETAG) == Some(&known)) {
        response = unchanged(response);
    }
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, value);
    }
    // A file whose address changes with it says itself that it is good for ever.
    let said = headers.get(CACHE_CONTROL).filter(|_| kept).cloned();
    headers.insert(CACHE_CONTROL, said.unwrap_or(if kept { ASKED_ABOUT } else { NEVER_KEPT }));
    if desk.front.is_secure {
        headers.insert(STRICT_TRANSPORT_SECURITY, ALWAYS_TLS);
    }
    if response.extensions().get::<Sandboxed>().is_some() {
        // Beside the other policy: a browser keeps both.
        let alone = HeaderValue::from_static("default-src 'none'; sandbox");
        response.headers_mut().append(header::CONTENT_SECURITY_POLICY, alone);
    }
    response
}

fn unchanged(response: Response) -> Response {
    let (parts, _) = response.into_parts();
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    let told = parts.headers.into_iter().filter_map(|(name, value)| Some((name?, value)));
    *response.headers_mut() =
        told.filter(|(name, _)| ![CONTENT_LENGTH, CONTENT_TYPE].contains(name)).collect::<HeaderMap>();
    response
}
