//! Watching a job: how it stands, told as events whenever that changes, to whoever still may know, until it is over.
//!
//! The rows are looked at, not a task of this process: the job may be worked on by another server.

use std::convert::Infallible;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use retrieval::model::JobId;
use serde_json::Value;
use tokio::time::Instant;

use super::error::ApiError;
use super::live::Seat;
use super::who::{self, Asker};
use super::wire::JobLineReply;
use super::{Desk, ReadyState, jobs};
use crate::library::JobState;
use crate::people::policy::{self, Kind, Verb};

/// Between two looks at the job, and at whether whoever watches still may.
const EVERY: Duration = Duration::from_secs(1);
const HEARTBEAT: Duration = Duration::from_secs(10);
/// For proxies that would rather collect what is small.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Somebody who watches a job.
pub struct Watching {
    desk: Desk,
    /// What they were let in with.
    held: HeaderMap,
    job: JobId,
    until: Instant,
    seat: Seat,
    last: Option<JobLineReply>,
    is_over: bool,
}

/// What is told: the name of an event and its data.
type Told = (&'static str, Value);

impl Watching {
    pub fn new(desk: &Desk, headers: &HeaderMap, job: JobId, seconds: u64, seat: Seat) -> Self {
        let mut held = HeaderMap::new();
        for name in [header::AUTHORIZATION, header::COOKIE] {
            for value in headers.get_all(&name) {
                held.append(&name, value.clone());
            }
        }
        let until = Instant::now() + Duration::from_secs(seconds);
        Self { desk: desk.clone(), held, job, until, seat, last: None, is_over: false }
    }

    /// What has changed, once something has: `progress`, and at last `ended`; `later` when there is more to come and no time
    /// left, `failed` when they may no longer know.
    async fn next(&mut self) -> Option<Told> {
        while !self.is_over {
            match self.look().await {
                Err(error) => {
                    self.is_over = true;
                    return Some(("failed", error.told()));
                }
                Ok(line) if JobState::named(&line.state).is_none_or(JobState::is_over) => {
                    self.is_over = true;
                    return Some(("ended", data(&line)));
                }
                Ok(line) if self.last.as_ref() != Some(&line) => {
                    let told = data(&line);
                    self.last = Some(line);
                    return Some(("progress", told));
                }
                Ok(line) if Instant::now() >= self.until || self.closes() => {
                    self.is_over = true;
                    return Some(("later", data(&line)));
                }
                Ok(_) => self.wait().await,
            }
        }
        None
    }

    /// By the same door as a request.
    async fn look(&self) -> Result<JobLineReply, ApiError> {
        let entered = who::entered(&self.desk, &self.held).await.map_err(|_| ApiError::revoked())?;
        let asker = Asker { principal: entered.principal, by: entered.by };
        if !policy::may_some(&asker.principal, Verb::Read, Kind::Job) {
            return Err(ApiError::revoked());
        }
        match jobs::found(&self.desk, &asker, self.job).await {
            Ok(line) => Ok(line.into()),
            Err(_) => Err(ApiError::revoked()),
        }
    }

    fn closes(&self) -> bool {
        self.seat.closing.is_cancelled() || self.desk.readiness.state() == ReadyState::Draining
    }

    async fn wait(&self) {
        tokio::select! {
            () = tokio::time::sleep_until(self.until.min(Instant::now() + EVERY)) => {}
            () = self.seat.closing.cancelled() => {}
        }
    }
}

fn data(line: &JobLineReply) -> Value {
    serde_json::to_value(line).unwrap_or_default()
}

/// As a reply that goes on.
pub fn told(watching: Watching) -> Response {
    let events = stream::unfold(watching, |mut watching| async {
        let (name, data) = watching.next().await?;
        Some((Ok::<_, Infallible>(Event::default().event(name).data(data.to_string())), watching))
    });
    let mut response = Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)).into_response();
    response.headers_mut().insert(X_ACCEL_BUFFERING, HeaderValue::from_static("no"));
    response
}
