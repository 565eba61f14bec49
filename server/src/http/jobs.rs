//! The handlers of jobs: who, what, call, answer.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use retrieval::access::Clearance;
use retrieval::model::JobId;
use serde_json::json;

use super::audit::Doing;
use super::documents::{Asked, Id, asked, page_size};
use super::error::ApiError;
use super::handlers::{Body, malformed};
use super::watching::{self, Watching};
use super::who::Asker;
use super::wire::{JobEventsQuery, JobLineReply, JobReply, Jobs, JobsQuery, PageQuery, Retried, Retry};
use super::{Desk, cursor};
use crate::audit::{Thing, What};
use crate::library::{JobFilter, JobKind, JobLine, JobPassed, JobState, Onlooker};
use crate::people::policy::{Kind, Relation, Verb};

const BEFORE_THE_FIRST: i64 = -1;
const LONGEST_WATCH_SECONDS: u64 = 3_600;

/// The newest first: those in which the asker sees something, and those they began.
pub async fn list(State(desk): State<Desk>, asker: Asker, query: Asked<JobsQuery>) -> Result<Json<Jobs>, ApiError> {
    let (query, clearance) = (asked(query)?, asker.principal.clearance()?);
    let (filter, list) = (filter(&query)?, format!("jobs {:?} {:?}", query.kind, query.state));
    let passed = |(created_ms, job): (i64, String)| match job.parse() {
        Ok(job) => Ok(JobPassed { created_ms, job }),
        Err(_) => Err(ApiError::bad_request("after is not a cursor of this list")),
    };
    let after = query.after.as_deref().map(|after| cursor::open(&list, after).and_then(passed)).transpose()?;
    let (onlooker, limit) = (onlooker(&asker, &clearance), page_size(query.limit)?);
    let (lines, next) = desk.library.jobs(onlooker, filter, after, limit).await?;
    let next = next.map(|next| cursor::seal(&list, &(next.created_ms, next.job.to_string()))).transpose()?;
    Ok(Json(Jobs { jobs: lines.into_iter().map(JobLineReply::from).collect(), next }))
}

pub async fn job(
    State(desk): State<Desk>,
    asker: Asker,
    job: Id,
    query: Asked<PageQuery>,
) -> Result<Json<JobReply>, ApiError> {
    let (job, query, clearance) = (job_id(job)?, asked(query)?, asker.principal.clearance()?);
    let list = format!("items of {job}");
    let after = query.after.as_deref().map(|after| cursor::open(&list, after)).transpose()?;
    let page = (after.unwrap_or(BEFORE_THE_FIRST), page_size(query.limit)?);
    let seen = desk.library.job_seen(onlooker(&asker, &clearance), job, page).await?.ok_or_else(ApiError::not_found)?;
    let next = seen.next.map(|next| cursor::seal(&list, &next)).transpose()?;
    Ok(Json(JobReply::new(seen, next)))
}

/// What of it the asker sees.
pub async fn retry(
    State(desk): State<Desk>,
    asker: Asker,
    body: Body<Retry>,
) -> Result<(StatusCode, Json<Retried>), ApiError> {
    let job = body.map_err(malformed)?.0.job.map(|job| job.parse::<JobId>()).transpose();
    let (job, clearance) = (job.map_err(|_| ApiError::not_found())?, asker.principal.clearance()?);
    let job = desk.library.retry(onlooker(&asker, &clearance), job).await?.map(|job| job.to_string());
    Ok((StatusCode::ACCEPTED, Json(Retried { job })))
}

/// One that runs ends within a second or two. What was done stays.
pub async fn cancel(
    State(desk): State<Desk>,
    asker: Asker,
    doing: Doing,
    job: Id,
) -> Result<(StatusCode, Json<JobLineReply>), ApiError> {
    let line = found(&desk, &asker, job_id(job)?).await?;
    asker.must(Verb::Remove, Kind::Job, relation(&line))?;
    if !desk.library.stop(line.job).await? {
        return Err(ApiError::conflict("the job is over: there is nothing to stop"));
    }
    doing.done(What::JobCancelled, Thing::Job, line.job, json!({"kind": line.kind})).await?;
    Ok((StatusCode::ACCEPTED, Json(found(&desk, &asker, line.job).await?.into())))
}

/// How it goes on, as events.
pub async fn events(
    State(desk): State<Desk>,
    asker: Asker,
    headers: HeaderMap,
    job: Id,
    query: Asked<JobEventsQuery>,
) -> Result<Response, ApiError> {
    let (job, seconds) = (job_id(job)?, asked(query)?.for_seconds.unwrap_or(LONGEST_WATCH_SECONDS));
    if seconds > LONGEST_WATCH_SECONDS {
        return Err(ApiError::bad_request("for_seconds is 0 to 3,600"));
    }
    let line = found(&desk, &asker, job).await?;
    let seat = desk.streams.seat()?;
    Ok(watching::told(Watching::new(&desk, &headers, line.job, seconds, seat)))
}

/// Whose eyes these are.
pub(super) fn onlooker<'a>(asker: &Asker, clearance: &'a Clearance) -> Onlooker<'a> {
    let keeps_house = asker.may(Verb::Read, Kind::House, Relation::Others);
    Onlooker { clearance, person: asker.principal.whose(), keeps_house }
}

/// The one way to a job by its id.
pub(super) async fn found(desk: &Desk, asker: &Asker, job: JobId) -> Result<JobLine, ApiError> {
    let clearance = asker.principal.clearance()?;
    desk.library.job_line(onlooker(asker, &clearance), job).await?.ok_or_else(ApiError::not_found)
}

/// What comes from a source belongs to all who look after it. What else a job holds has no say: it may be hidden.
fn relation(line: &JobLine) -> Relation {
    if line.own || line.source.is_some() { Relation::Own } else { Relation::Others }
}

fn filter(query: &JobsQuery) -> Result<JobFilter, ApiError> {
    let kind = query.kind.as_deref().map(|name| {
        JobKind::named(name)
            .ok_or_else(|| ApiError::bad_request("kind is ingest, crawl, reconcile, expire, reindex or backup"))
    });
    let state = query.state.as_deref().map(|name| {
        let sentence = "state is open, queued, running, done, failed or cancelled";
        JobState::named(name).ok_or_else(|| ApiError::bad_request(sentence))
    });
    Ok(JobFilter { kind: kind.transpose()?, state: state.transpose()? })
}

/// What is no id is of nothing.
fn job_id(job: Id) -> Result<JobId, ApiError> {
    job.ok().and_then(|Path(job)| job.parse().ok()).ok_or_else(ApiError::not_found)
}
