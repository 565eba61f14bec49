//! Lines as server-sent events: one at a time, as fast as they are taken, with a heartbeat while there are none.

use std::convert::Infallible;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use super::{Line, Telling};

const HEARTBEAT: Duration = Duration::from_secs(10);
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
const EVENT_STREAM: &str = "text/event-stream";
/// For proxies that would rather collect what is small.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Whether a client asks for events and not for one piece.
pub fn is_wanted(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|accept| accept.to_str().ok());
    let names =
        |accept: &str| accept.split(',').any(|one| one.split(';').next().is_some_and(|m| m.trim() == EVENT_STREAM));
    accepted.into_iter().any(names)
}

/// The number of the last line that a client has, by the id that we gave to it.
pub fn wants_from(headers: &HeaderMap) -> Option<u64> {
    let Some(last) = headers.get(LAST_EVENT_ID) else { return Some(0) };
    let last = last.to_str().ok()?;
    last.rsplit('.').next()?.parse().ok()
}

/// The lines as a reply that goes on.
pub fn told(telling: Telling) -> Response {
    let events = stream::unfold(telling, |mut telling| async {
        let line = telling.next().await?;
        Some((Ok::<_, Infallible>(event(&telling, &line)), telling))
    });
    let mut response = Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)).into_response();
    response.headers_mut().insert(X_ACCEL_BUFFERING, HeaderValue::from_static("no"));
    response
}

fn event(telling: &Telling, line: &Line) -> Event {
    Event::default().id(format!("{}.{}", telling.stream(), line.number)).event(line.name).data(&*line.data)
}
