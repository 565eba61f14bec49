//! Asking twice is asking once: what is sent with an `Idempotency-Key` is done once, and told the same when it comes again.
//!
//! Put `once(..)` around the handler of a route that makes something. The key is the asker's own: nobody meets the
//! keys of others. Only what succeeded is kept, for a day; after a refusal the key is free. In SQL, so that every server
//! of a house agrees. What the route does is not known here.

use std::sync::{Arc, Mutex, PoisonError};

use axum::RequestExt;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, TryStreamExt};
use retrieval::access::Origin;

use super::error::ApiError;
use super::who::Asker;
use crate::library::{Claimed, Library, RepeatKey};

const HEADER: &str = "idempotency-key";
const LONGEST: usize = 255;
/// A reply that says what was made is short.
const LONGEST_REPLY_BYTES: usize = 256 * 1024;

/// What the layer needs of the house; the guard puts it beside the asker.
#[derive(Clone)]
pub struct Repeats(pub Arc<Library>);

pub async fn once(request: Request, next: Next) -> Response {
    match run(request, next).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    }
}

async fn run(request: Request, next: Next) -> Result<Response, ApiError> {
    let Some(key) = request.headers().get(HEADER) else { return Ok(next.run(request).await) };
    let asker = request.extensions().get::<Asker>().cloned();
    let Repeats(library) = request.extensions().get::<Repeats>().cloned().ok_or_else(unguarded)?;
    let key = repeat_key(&library, &asker.ok_or_else(unguarded)?, key, &request)?;
    match library.claim(&key).await? {
        Claimed::Fresh(claim) => fresh(&library, &key, &claim, request, next).await,
        Claimed::Running => {
            Err(ApiError::conflict("a request with this Idempotency-Key is being worked on: wait for it"))
        }
        Claimed::Answered { body_hash, status, reply } => match hashed(request).await? == body_hash {
            true => Ok(again(status, reply)),
            false => Err(ApiError::other_body()),
        },
    }
}

fn unguarded() -> ApiError {
    ApiError::internal("an idempotent route that nobody guards")
}

fn repeat_key(library: &Library, asker: &Asker, key: &HeaderValue, request: &Request) -> Result<RepeatKey, ApiError> {
    let key = key.to_str().ok().filter(|key| !key.is_empty() && key.len() <= LONGEST);
    let key = key.ok_or_else(|| ApiError::bad_request("Idempotency-Key is 1 to 255 visible letters"))?;
    let asker = match (asker.principal.whose(), asker.principal.origin()) {
        (Some(person), _) => person.to_string(),
        (None, Origin::Operator | Origin::Upkeep(_)) => "operator".into(),
        (None, Origin::Anonymous | Origin::Guest(_) | Origin::Person(_) | Origin::Key(..)) => {
            return Err(ApiError::forbidden());
        }
    };
    let mut hasher = blake3::Hasher::new();
    for part in [request.method().as_str(), request.uri().path(), key] {
        hasher.update(part.as_bytes()).update(&[0]);
    }
    Ok(RepeatKey { workspace: library.workspace, asker, key_hash: hasher.finalize().to_hex().to_string() })
}

async fn fresh(
    library: &Library,
    key: &RepeatKey,
    claim: &str,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let sum = Arc::new(Mutex::new(Sum::of(&request)));
    let summed = Arc::clone(&sum);
    let request = request.map(|body| {
        let add = move |bytes: &Bytes| summed.lock().unwrap_or_else(PoisonError::into_inner).add(bytes);
        Body::from_stream(body.into_data_stream().inspect_ok(add))
    });
    let (parts, body) = next.run(request).await.into_parts();
    if !parts.status.is_success() {
        library.give_up(key, claim).await?;
        return Ok(Response::from_parts(parts, body));
    }
    let reply = to_bytes(body, LONGEST_REPLY_BYTES).await.map_err(ApiError::internal)?;
    let sum = std::mem::take(&mut *sum.lock().unwrap_or_else(PoisonError::into_inner)).finish();
    library.answered(key, claim, &sum, (parts.status.as_u16(), &String::from_utf8_lossy(&reply))).await?;
    Ok(Response::from_parts(parts, Body::from(reply)))
}

fn again(status: u16, reply: String) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    match reply.is_empty() {
        true => status.into_response(),
        false => (status, [(header::CONTENT_TYPE, "application/json")], reply).into_response(),
    }
}

/// What came is read to its end, within the limit of the route, and let go piece by piece.
async fn hashed(request: Request) -> Result<String, ApiError> {
    let mut sum = Sum::of(&request);
    let mut pieces = request.into_limited_body().into_data_stream();
    while let Some(piece) = pieces.next().await {
        sum.add(&piece.map_err(|_| ApiError::bad_request("the request broke off, or is too large"))?);
    }
    Ok(sum.finish())
}

/// The hash of a body. A form's parts are the same whatever stands between them: every client draws that anew.
#[derive(Default)]
struct Sum {
    hasher: blake3::Hasher,
    boundary: Option<Vec<u8>>,
    /// What may be the beginning of a boundary.
    held: Vec<u8>,
    ended: bool,
}

impl Sum {
    fn of(request: &Request) -> Self {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let is_form = kind.trim_start().to_ascii_lowercase().starts_with("multipart/form-data");
        let boundary = kind.split(';').find_map(|part| part.trim().strip_prefix("boundary="));
        let boundary =
            boundary.map(|boundary| boundary.trim_matches('"')).filter(|boundary| is_form && !boundary.is_empty());
        Self { boundary: boundary.map(|boundary| format!("--{boundary}").into_bytes()), ..Self::default() }
    }

    fn add(&mut self, bytes: &[u8]) {
        let Some(boundary) = self.boundary.clone().filter(|_| !self.ended) else {
            if !self.ended {
                self.hasher.update(bytes);
            }
            return;
        };
        self.held.extend_from_slice(bytes);
        let mut from = 0;
        while let Some(at) = position(&self.held[from..], &boundary) {
            let after = from + at + boundary.len();
            if self.held.len() < after + 2 {
                break;
            }
            self.hasher.update(&self.held[from..from + at]).update(b"|");
            if &self.held[after..after + 2] == b"--" {
                self.ended = true; // what follows belongs to nobody, and is not always read
                return;
            }
            from = after;
        }
        let safe = self.held.len().saturating_sub(boundary.len() + 2).max(from);
        self.hasher.update(&self.held[from..safe]);
        self.held.drain(..safe);
    }

    fn finish(mut self) -> String {
        if !self.ended {
            self.hasher.update(&self.held);
        }
        self.hasher.finalize().to_hex().to_string()
    }
}

fn position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = bytes.get(from..)?.iter().position(|byte| *byte == wanted[0]) {
        if bytes[from + at..].starts_with(wanted) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(kind: &str, body: &str, piece: usize) -> String {
        let request = axum::http::Request::builder().header(header::CONTENT_TYPE, kind).body(Body::empty()).unwrap();
        let mut sum = Sum::of(&request);
        body.as_bytes().chunks(piece).for_each(|piece| sum.add(piece));
        sum.finish()
    }

    #[test]
    fn a_form_is_what_its_parts_are_however_it_is_cut() {
        let form = |boundary: &str, text: &str, rest: &str| {
            let body =
                format!("--{boundary}\r\nname=a\r\n\r\n{text}\r\n--{boundary}\r\n\r\nb--\r\n--{boundary}--{rest}");
            (format!("multipart/form-data; boundary={boundary}"), body)
        };
        let (kind, body) = form("xyz", "one", "\r\n");
        let expected = sum(&kind, &body, 1_000);
        for piece in 1..body.len() {
            for (kind, body) in
                [form("xyz", "one", "\r\n"), form("-----q1-q", "one", ""), form("\"a\"".trim_matches('"'), "one", "zz")]
            {
                assert_eq!(sum(&kind, &body, piece), expected, "{piece} {body}");
            }
            let (kind, body) = form("xyz", "two", "\r\n");
            assert_ne!(sum(&kind, &body, piece), expected);
            assert_eq!(sum("application/json", &body, piece), blake3::hash(body.as_bytes()).to_hex().to_string());
        }
    }
}
