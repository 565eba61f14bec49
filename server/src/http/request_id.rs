//! A name for every request, of our own choosing: in its answer, in its errors and beside every line of its log.

use std::time::Instant;

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;
use uuid::Uuid;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

tokio::task_local! {
    static CURRENT: Uuid;
}

/// The name of the request that is being answered here.
pub fn current() -> Option<String> {
    CURRENT.try_with(|id| id.simple().to_string()).ok()
}

/// A client's own name for it is thrown away: it would stand in our log as ours.
pub async fn give(mut request: Request, next: Next) -> Response {
    let (id, started) = (Uuid::new_v4(), Instant::now());
    request.headers_mut().remove(X_REQUEST_ID);
    let name = id.simple().to_string();
    // The path only: a query may hold what somebody asks, and where documents are.
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let span = tracing::info_span!("request", request.id = %name, %method, path);
    let answering = async {
        let mut response = next.run(request).await;
        if let Ok(name) = HeaderValue::from_str(&name) {
            response.headers_mut().insert(X_REQUEST_ID, name);
        }
        let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::debug!(status = response.status().as_u16(), duration_ms, "a request was answered");
        response
    };
    CURRENT.scope(id, answering).instrument(span).await
}
