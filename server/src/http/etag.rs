//! ETags: what a client saw last, so that it need not be sent again, and so that nobody changes what they have not seen.

use axum::Json;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::error::ApiError;

/// The mark of one state as one viewer sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Etag(String);

impl Etag {
    pub fn of(bytes: &[u8]) -> Self {
        let hash = blake3::hash(bytes).to_hex();
        Self(format!("\"{}\"", &hash[..32]))
    }

    pub fn as_header(&self) -> Result<HeaderValue, ApiError> {
        HeaderValue::from_str(&self.0).map_err(ApiError::internal)
    }

    /// Whether the client has this already.
    pub fn is_known(&self, headers: &HeaderMap) -> bool {
        named(headers, &header::IF_NONE_MATCH)
            .any(|name| name == "*" || name.strip_prefix("W/").unwrap_or(name) == self.0)
    }

    /// Refused when the client saw something else than what there is.
    pub fn must_match(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        if !headers.contains_key(header::IF_MATCH) {
            return Ok(());
        }
        match named(headers, &header::IF_MATCH).any(|name| name == "*" || name == self.0) {
            true => Ok(()),
            false => Err(ApiError::changed_meanwhile()),
        }
    }

    /// Whether a range of this very state is asked for, and not of a former one.
    pub fn is_the_range_of(&self, headers: &HeaderMap) -> bool {
        headers.get(header::IF_RANGE).is_none_or(|name| name.as_bytes() == self.0.as_bytes())
    }
}

/// JSON with its mark, or only word that nothing has changed.
pub fn marked(headers: &HeaderMap, reply: &impl Serialize) -> Result<Response, ApiError> {
    let etag = mark(reply)?;
    let given = [(header::ETAG, etag.as_header()?)];
    match etag.is_known(headers) {
        true => Ok((StatusCode::NOT_MODIFIED, given).into_response()),
        false => Ok((given, Json(reply)).into_response()),
    }
}

/// The mark of this reply.
pub fn mark(reply: &impl Serialize) -> Result<Etag, ApiError> {
    Ok(Etag::of(&serde_json::to_vec(reply).map_err(ApiError::internal)?))
}

fn named<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: HeaderName, value: &str) -> HeaderMap {
        [(name, HeaderValue::from_str(value).unwrap())].into_iter().collect()
    }

    #[test]
    fn what_is_known_and_what_matches() {
        let etag = Etag::of(b"one");
        let check = |value: &str, known: bool, matches: bool| {
            assert_eq!(etag.is_known(&headers(header::IF_NONE_MATCH, value)), known, "{value}");
            assert_eq!(etag.must_match(&headers(header::IF_MATCH, value)).is_ok(), matches, "{value}");
        };
        let own = etag.0.as_str();
        check(own, true, true);
        check("*", true, true);
        check(&format!("W/{own}"), true, false);
        check(&format!("\"other\", {own}"), true, true);
        check("\"other\"", false, false);
        check(own.trim_matches('"'), false, false);
        check("", false, false);
        assert!(etag.must_match(&HeaderMap::new()).is_ok() && !etag.is_known(&HeaderMap::new()));
        assert_ne!(etag, Etag::of(b"two"));
    }
}
