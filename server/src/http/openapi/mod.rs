//! The description of the API, for programs and for the page that shows it: OpenAPI 3.1, put together from one table.
//!
//! To describe a route: derive `ToSchema` for what it takes and gives, and write its row in `table`. Who may comes from the
//! route table and the policy, never from here; a route without a row fails a test. There are no macros at the handlers:
//! what stands there drifts from the code in silence, a row that is missing or wrong fails.

mod document;
mod form;
mod rights;
mod row;
mod table;

use std::sync::LazyLock;

use axum::http::HeaderValue;
use axum::http::header::{CONTENT_TYPE, ETAG};
use axum::response::{IntoResponse, Response};

use super::error::ApiError;
use super::etag::Etag;

pub use document::document;

/// The description and its tag: the same for everybody, for as long as this binary runs.
static WRITTEN: LazyLock<(String, Etag)> = LazyLock::new(|| {
    let text = document().to_string();
    let etag = Etag::of(text.as_bytes());
    (text, etag)
});

/// With its tag, by which the layer of the headers knows what a client has already, as for files of the page.
pub async fn describe() -> Result<Response, ApiError> {
    let (text, etag) = &*WRITTEN;
    Ok(([(ETAG, etag.as_header()?)], [(CONTENT_TYPE, HeaderValue::from_static("application/json"))], text.as_str())
        .into_response())
}
