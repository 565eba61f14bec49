//! The handlers of the audit log and of the house's check of itself: who, what, call, answer.

use std::convert::Infallible;

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequestParts, Query, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use retrieval::access::Principal;
use serde_json::{Value, json};

use super::error::ApiError;
use super::who::{Asker, Peer};
use super::wire::{AuditLine, AuditQuery, AuditReply, SelfCheckReply};
use super::{Desk, request_id};
use crate::audit::{Audit, AuditFilter, Deed, Occasion, PAGE, Thing, What};
use crate::canary::CanaryError;
use crate::clock::moment;
use crate::people::eyes;

const LINES: usize = 100;

/// On which occasion something is done, as far as a request tells.
pub struct During(pub Occasion);

impl<S: Send + Sync> FromRequestParts<S> for During {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(occasion(parts)))
    }
}

/// For who has no handler's arguments.
pub fn occasion(parts: &Parts) -> Occasion {
    let address = parts.extensions.get::<Peer>().map_or_else(|| "unknown".into(), |peer| peer.0.clone());
    Occasion { address, request: request_id::current().unwrap_or_default() }
}

/// Somebody who is about to do what the log keeps.
pub struct Doing {
    audit: Audit,
    principal: Principal,
    occasion: Occasion,
}

impl Doing {
    /// It was done. Whoever asked is told so only once the log has it.
    pub async fn done(self, what: What, thing: Thing, id: impl ToString, detail: Value) -> Result<(), ApiError> {
        let deed = Deed::new(what, self.occasion).to(thing, id).with(detail);
        Ok(self.audit.note(&self.principal, deed).await?)
    }
}

impl FromRequestParts<Desk> for Doing {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, ApiError> {
        let Asker { principal, .. } = Asker::from_request_parts(parts, desk).await?;
        Ok(Self { audit: desk.audit.clone(), principal, occasion: occasion(parts) })
    }
}

pub async fn list(
    State(desk): State<Desk>,
    asker: Asker,
    query: Result<Query<AuditQuery>, QueryRejection>,
) -> Result<Json<AuditReply>, ApiError> {
    let query = query.map_err(malformed)?.0;
    let below = query.after.as_deref().map_or(Ok(i64::MAX), |after| after.parse().map_err(|_| no_cursor()))?;
    let limit = query.limit.unwrap_or(LINES).clamp(1, PAGE);
    let filter = filter(&desk, &asker, query).await?;
    let rows = desk.audit.newest(&filter, below, limit).await?;
    let next = (rows.len() == limit).then(|| rows.last().map(|row| row.number.to_string())).flatten();
    Ok(Json(AuditReply { deeds: rows.into_iter().map(AuditLine::from).collect(), next }))
}

/// In their order, one JSON object a line: all that had been done when it was asked for.
pub async fn export(
    State(desk): State<Desk>,
    asker: Asker,
    During(occasion): During,
    query: Result<Query<AuditQuery>, QueryRejection>,
) -> Result<Response, ApiError> {
    let query = query.map_err(malformed)?.0;
    if query.after.is_some() || query.limit.is_some() {
        return Err(ApiError::bad_request("an export is whole: it takes neither after nor limit"));
    }
    let filter = filter(&desk, &asker, query).await?;
    let last = desk.audit.head().await?.map_or(0, |head| head.number);
    desk.audit.note(&asker.principal, Deed::new(What::AuditExported, occasion).with(json!({"up_to": last}))).await?;
    let pages = stream::try_unfold((desk, filter, 0), move |(desk, filter, above)| async move {
        let page = desk.audit.onward(&filter, above).await;
        let page = page.inspect_err(|error| tracing::error!(%error, "an export of the audit log broke off"))?;
        let rows: Vec<_> = page.into_iter().take_while(|row| row.number <= last).collect();
        let Some(above) = rows.last().map(|row| row.number) else { return Ok(None) };
        let lines = rows.into_iter().map(AuditLine::from).map(|line| json!(line).to_string() + "\n");
        Ok::<_, crate::library::StoreError>(Some((lines.collect::<String>(), (desk, filter, above))))
    });
    let headers = [
        (header::CONTENT_TYPE, "application/x-ndjson"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"audit.jsonl\""),
    ];
    Ok((headers, Body::from_stream(pages)).into_response())
}

/// Search for leaks now: as long as it takes.
pub async fn self_check(
    State(desk): State<Desk>,
    asker: Asker,
    During(occasion): During,
) -> Result<Json<SelfCheckReply>, ApiError> {
    let run = desk.watch.sweep().await?;
    let detail = json!({"probes": run.probes, "leaks": run.leaks});
    desk.audit.note(&asker.principal, Deed::new(What::LeaksSought, occasion).to(Thing::House, "").with(detail)).await?;
    Ok(Json(run.into()))
}

async fn filter(desk: &Desk, asker: &Asker, query: AuditQuery) -> Result<AuditFilter, ApiError> {
    let AuditQuery { actor, what, object, since, until, .. } = query;
    if what.as_deref().is_some_and(|what| !What::ALL.iter().any(|known| known.as_str() == what)) {
        let known: Vec<&str> = What::ALL.iter().map(|what| what.as_str()).collect();
        return Err(ApiError::bad_request(format!("what is none of: {}", known.join(", "))));
    }
    let at = |text: Option<String>, missing: i64| match text {
        None => Ok(missing),
        Some(text) => {
            moment(&text).ok_or_else(|| ApiError::bad_request("name a moment as in 2026-11-21 or 2026-11-21T23:00:55Z"))
        }
    };
    let actor = match actor {
        // By the name that they sign in by; labels are nobody's name.
        Some(name) => {
            let found = eyes::find(&desk.people.door.store, asker.principal.workspace(), &name).await?;
            found.map_or(name, |person| person.id.to_string())
        }
        None => String::new(),
    };
    Ok(AuditFilter {
        actor,
        what: what.unwrap_or_default(),
        object: object.unwrap_or_default(),
        since_ms: at(since, 0)?,
        until_ms: at(until, i64::MAX)?,
    })
}

fn malformed(_: QueryRejection) -> ApiError {
    ApiError::bad_request("the log is filtered by actor, what, object, since and until; pages by after and limit")
}

fn no_cursor() -> ApiError {
    ApiError::bad_request("after is not the next of another page")
}

impl From<CanaryError> for ApiError {
    fn from(error: CanaryError) -> Self {
        match error {
            CanaryError::Busy => Self::conflict(error.to_string()),
            other => Self::unavailable(other),
        }
    }
}
