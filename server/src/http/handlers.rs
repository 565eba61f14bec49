//! The handlers: who, what, call, answer.

use std::time::Instant;

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use retrieval::access::{AccessLabel, Role};
use retrieval::search::Depth;
use serde_json::{Value, json};

use super::Desk;
use super::error::ApiError;
use super::ready;
use super::who::{Asker, Operator};
use super::wire::{
    Accepted, AskReply, AskRequest, Hit, JobReply, Name, NewDocument, NewDocuments, Removed, SearchReply,
    SearchRequest, parse_as,
};
use crate::answer::Question;
use crate::library::{LARGEST_UPLOAD_BYTES, Upload};

const HITS: usize = 10;
const MOST_HITS: usize = 100;
/// What an index of Postgres can hold; longer names are addresses with somebody's session in them.
const LONGEST_NAME: usize = 2_000;

type Body<T> = Result<Json<T>, JsonRejection>;

pub async fn healthz() -> &'static str {
    "ok\n"
}

pub async fn readyz(State(desk): State<Desk>) -> (StatusCode, Json<Value>) {
    let state = desk.readiness.state();
    let database = desk.library.ping().await.is_ok();
    let (status, sentence) = match state {
        _ if !database => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer"),
        ready::State::Ready => (StatusCode::OK, state.sentence()),
        ready::State::Rebuilding | ready::State::Draining => (StatusCode::SERVICE_UNAVAILABLE, state.sentence()),
    };
    (status, Json(json!({"ready": status == StatusCode::OK, "state": sentence})))
}

pub async fn metrics(State(desk): State<Desk>, Operator(_): Operator) -> String {
    desk.metrics.render()
}

pub async fn search(
    State(desk): State<Desk>,
    asker: Asker,
    body: Body<SearchRequest>,
) -> Result<Json<SearchReply>, ApiError> {
    let request = body.map_err(malformed)?.0;
    desk.readiness.to_answer()?;
    let (question, started) = (Question::parse(&request.query)?, Instant::now());
    let viewer = asker.viewer();
    let principal = asker.seeing_as(label(request.as_label.as_deref())?)?;
    let limit = request.limit.unwrap_or(HITS).min(MOST_HITS);
    let found = desk.answerer.searcher.search(&principal.clearance()?, question.as_str(), Depth::Full, limit).await?;
    metrics::counter!("lectern_searches_total").increment(1);
    let hits = found.passages.into_iter().map(|scored| Hit::new(scored, viewer)).collect();
    Ok(Json(SearchReply { hits, took_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX) }))
}

pub async fn ask(State(desk): State<Desk>, asker: Asker, body: Body<AskRequest>) -> Result<Json<AskReply>, ApiError> {
    let request = body.map_err(malformed)?.0;
    desk.readiness.to_answer()?;
    let question = Question::parse(&request.question)?;
    let viewer = asker.viewer();
    let principal = asker.seeing_as(label(request.as_label.as_deref())?)?;
    let answer = desk.answerer.ask(&principal, &question).await?;
    let declined = if answer.declined { "true" } else { "false" };
    metrics::counter!("lectern_answers_total", "declined" => declined).increment(1);
    Ok(Json(AskReply::new(answer, viewer)))
}

pub async fn add_documents(
    State(desk): State<Desk>,
    Operator(principal): Operator,
    body: Body<NewDocuments>,
) -> Result<(StatusCode, Json<Accepted>), ApiError> {
    debug_assert_eq!(principal.role(), Role::Admin);
    let documents = body.map_err(malformed)?.0.documents;
    // Megabytes of base64: not for the threads that answer.
    let decoded = tokio::task::spawn_blocking(|| documents.into_iter().map(upload).collect::<Result<Vec<_>, _>>());
    let uploads = decoded.await.map_err(ApiError::internal)??;
    let mut intake = desk.library.intake().await?;
    intake.add(uploads).await?;
    let job = intake.close().await?.to_string();
    Ok((StatusCode::ACCEPTED, Json(Accepted { job })))
}

pub async fn remove_document(
    State(desk): State<Desk>,
    Operator(principal): Operator,
    body: Body<Name>,
) -> Result<Json<Removed>, ApiError> {
    let name = body.map_err(malformed)?.0.name;
    let found = desk.library.find(&principal.clearance()?, &name).await?;
    let removed = match found {
        Some(document) => desk.library.remove(document).await?,
        None => false,
    };
    Ok(Json(Removed { removed }))
}

pub async fn job(
    State(desk): State<Desk>,
    Operator(_): Operator,
    job: Result<Path<String>, PathRejection>,
) -> Result<Json<JobReply>, ApiError> {
    let job = job.ok().and_then(|Path(job)| job.parse().ok()).ok_or_else(ApiError::not_found)?;
    let status = desk.library.job(job).await?.ok_or_else(ApiError::not_found)?;
    Ok(Json(status.into()))
}

fn label(as_label: Option<&str>) -> Result<Option<AccessLabel>, ApiError> {
    Ok(as_label.map(parse_as).transpose()?)
}

fn upload(document: NewDocument) -> Result<Upload, ApiError> {
    if document.origin.trim().is_empty()
        || document.origin.len() > LONGEST_NAME
        || document.origin.chars().any(char::is_control)
    {
        return Err(ApiError::bad_request("origin is not a name: give a path or a URL, at most 2,000 bytes long"));
    }
    let tier = document.tier.parse()?;
    let groups = document.groups.iter().map(|group| group.parse()).collect::<Result<_, _>>()?;
    let bytes = BASE64.decode(&document.content).map_err(|_| ApiError::bad_request("content is not base64"))?;
    if bytes.len() > LARGEST_UPLOAD_BYTES {
        return Err(ApiError::bad_request(format!("{} is larger than 50 MB", document.origin)));
    }
    Ok(Upload { origin: document.origin, bytes, label: AccessLabel { tier, groups } })
}

/// The first line of what is wrong; the rest tells of our types.
fn malformed(rejection: JsonRejection) -> ApiError {
    match rejection {
        JsonRejection::BytesRejection(_) => ApiError::bad_request("the request is too large"),
        JsonRejection::MissingJsonContentType(_) => ApiError::bad_request("send JSON, with its content type"),
        _ => ApiError::bad_request("the request is not the JSON that this route takes"),
    }
}
