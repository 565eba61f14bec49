//! The handlers of asking: who, what, call, answer.

use std::time::Instant;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use retrieval::access::AccessLabel;
use retrieval::search::Depth;
use serde_json::{Value, json};

use super::Desk;
use super::error::ApiError;
use super::ready;
use super::who::{Asker, Operator};
use super::wire::{
    AskReply, AskRequest, Hit, SearchExplanation, SearchReply, SearchRequest, Viewer, WhyReply, WhyRequest,
    conversation, parse_as,
};
use crate::answer::Question;

const HITS: usize = 10;
const MOST_HITS: usize = 100;

pub(super) type Body<T> = Result<Json<T>, JsonRejection>;

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
    for (cache, counts) in desk.caches.counts() {
        metrics::counter!("lectern_cache_hits_total", "cache" => cache).absolute(counts.hits);
        metrics::counter!("lectern_cache_misses_total", "cache" => cache).absolute(counts.misses);
    }
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
    let (viewer, history) = (asker.viewer(), conversation(request.history)?);
    if request.explain && viewer != Viewer::Operator {
        return Err(ApiError::not_allowed());
    }
    let principal = asker.seeing_as(label(request.as_label.as_deref())?)?;
    let limit = request.limit.unwrap_or(HITS).min(MOST_HITS);
    let clearance = principal.clearance()?;
    let asked = desk.answerer.rewriter.stand_alone(question.as_str(), &history).await;
    let found = desk.answerer.searcher.search(&clearance, &asked.text, Depth::Full, limit).await?;
    metrics::counter!("lectern_searches_total").increment(1);
    let explanation = request.explain.then(|| SearchExplanation::new(&desk.answerer.searcher, &asked, &found));
    let hits = found.passages.into_iter().map(|scored| Hit::new(scored, viewer)).collect();
    let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(Json(SearchReply { hits, asked_as: asked.asked_as().map(str::to_owned), took_ms, explanation }))
}

pub async fn ask(State(desk): State<Desk>, asker: Asker, body: Body<AskRequest>) -> Result<Json<AskReply>, ApiError> {
    let request = body.map_err(malformed)?.0;
    desk.readiness.to_answer()?;
    let question = Question::parse(&request.question)?;
    let (viewer, history) = (asker.viewer(), conversation(request.history)?);
    let principal = asker.seeing_as(label(request.as_label.as_deref())?)?;
    let answer = desk.answerer.ask(&principal, &question, &history).await?;
    let declined = if answer.declined { "true" } else { "false" };
    metrics::counter!("lectern_answers_total", "declined" => declined).increment(1);
    Ok(Json(AskReply::new(answer, viewer)))
}

pub async fn why(
    State(desk): State<Desk>,
    Operator(operator): Operator,
    body: Body<WhyRequest>,
) -> Result<Json<WhyReply>, ApiError> {
    let request = body.map_err(malformed)?.0;
    desk.readiness.to_answer()?;
    let question = Question::parse(&request.question)?;
    let label = label(request.as_label.as_deref())?;
    let principal = label.map_or(Ok(operator.clone()), |label| operator.seeing_as(label))?;
    Ok(Json(desk.answerer.why(&principal, &request.document, &question).await?.into()))
}

fn label(as_label: Option<&str>) -> Result<Option<AccessLabel>, ApiError> {
    Ok(as_label.map(parse_as).transpose()?)
}

/// The first line of what is wrong; the rest tells of our types.
pub(super) fn malformed(rejection: JsonRejection) -> ApiError {
    match rejection {
        JsonRejection::BytesRejection(_) => ApiError::bad_request("the request is too large"),
        JsonRejection::MissingJsonContentType(_) => ApiError::bad_request("send JSON, with its content type"),
        _ => ApiError::bad_request("the request is not the JSON that this route takes"),
    }
}
