//! The handlers of searching, and of what says how the house is: who, what, call, answer.

use std::time::Instant;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::{HeaderMap, StatusCode};
use retrieval::search::Depth;
use serde_json::{Value, json};

use super::Desk;
use super::audit::During;
use super::error::ApiError;
use super::ready;
use super::simulate::seeing;
use super::who::{self, Asker};
use super::wire::{
    Hit, SearchExplanation, SearchReply, SearchRequest, SelfCheckReply, Viewer, WhyReply, WhyRequest, conversation,
};
use crate::answer::Question;
use crate::library::{JobKind, JobState};
use crate::people::policy::{Kind, Relation, Verb};

const HITS: usize = 10;
const MOST_HITS: usize = 100;

pub(super) type Body<T> = Result<Json<T>, JsonRejection>;

pub async fn healthz() -> &'static str {
    "ok\n"
}

/// Whether it is ready, for everybody; how the last check for leaks ended, for who looks after the house.
pub async fn readyz(State(desk): State<Desk>, headers: HeaderMap) -> (StatusCode, Json<Value>) {
    let state = desk.readiness.state();
    let database = desk.library.ping().await.is_ok();
    let (status, sentence) = match state {
        _ if !database => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer"),
        ready::State::Ready => (StatusCode::OK, state.sentence()),
        ready::State::Rebuilding | ready::State::Draining => (StatusCode::SERVICE_UNAVAILABLE, state.sentence()),
    };
    let mut told = json!({"ready": status == StatusCode::OK, "state": sentence});
    if database && who::may(&desk, &headers, Verb::Read, Kind::House).await {
        told["details"] = details(&desk).await;
    }
    (status, Json(told))
}

async fn details(desk: &Desk) -> Value {
    let last = desk.watch.last().await.ok().flatten().map(SelfCheckReply::from);
    let head = desk.audit.head().await.ok().flatten();
    let head = head.map(|head| json!({"number": head.number, "hash": head.hash}));
    json!({"leaks": last, "audit": head})
}

pub async fn metrics(State(desk): State<Desk>, _: Asker) -> String {
    measured(&desk).await;
    for (cache, counts) in desk.caches.counts() {
        metrics::counter!("lectern_cache_hits_total", "cache" => cache).absolute(counts.hits);
        metrics::counter!("lectern_cache_misses_total", "cache" => cache).absolute(counts.misses);
    }
    desk.metrics.render()
}

/// What waits, and how much room there is, as they are now. A database that does not answer is seen elsewhere.
async fn measured(desk: &Desk) {
    // What is empty now may not have been before.
    for kind in JobKind::ALL {
        for state in JobState::ALL.into_iter().filter(|state| !state.is_over()) {
            metrics::gauge!("lectern_queue_length", "queue" => kind.as_str(), "state" => state.as_str()).set(0.0);
        }
    }
    for (queue, state, many) in desk.library.queues().await.unwrap_or_default() {
        metrics::gauge!("lectern_queue_length", "queue" => queue, "state" => state).set(many as f64);
    }
    if let Some(free) = desk.library.room.free_bytes() {
        metrics::gauge!("lectern_disk_free_bytes").set(free as f64);
    }
}

pub async fn search(
    State(desk): State<Desk>,
    asker: Asker,
    During(occasion): During,
    body: Body<SearchRequest>,
) -> Result<Json<SearchReply>, ApiError> {
    let request = body.map_err(malformed)?.0;
    desk.readiness.to_answer()?;
    let (question, started) = (Question::parse(&request.query)?, Instant::now());
    let (viewer, history) = (viewer(&asker), conversation(request.history)?);
    if request.explain {
        asker.must(Verb::Read, Kind::Explanation, Relation::Others)?;
    }
    let principal = seeing(&desk, &asker, request.as_label.as_deref(), &occasion).await?;
    let limit = request.limit.unwrap_or(HITS).min(MOST_HITS);
    let clearance = principal.clearance()?;
    let asked = desk.answerer.rewriter.stand_alone(question.as_str(), &history).await;
    let searcher = desk.answerer.searcher();
    let found = searcher.search(&clearance, &asked.text, Depth::Full, limit).await?;
    metrics::counter!("lectern_searches_total").increment(1);
    let explanation = request.explain.then(|| SearchExplanation::new(&searcher, &asked, &found));
    let hits = found.passages.into_iter().map(|scored| Hit::new(scored, viewer)).collect();
    let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(Json(SearchReply { hits, asked_as: asked.asked_as().map(str::to_owned), took_ms, explanation }))
}

pub async fn why(
    State(desk): State<Desk>,
    asker: Asker,
    During(occasion): During,
    body: Body<WhyRequest>,
) -> Result<Json<WhyReply>, ApiError> {
    let request = body.map_err(malformed)?.0;
    desk.readiness.to_answer()?;
    let question = Question::parse(&request.question)?;
    let principal = seeing(&desk, &asker, request.as_label.as_deref(), &occasion).await?;
    Ok(Json(desk.answerer.why(&principal, &request.document, &question).await?.into()))
}

/// Decided by who asks, whoever's eyes are looked through.
pub(super) fn viewer(asker: &Asker) -> Viewer {
    match asker.may(Verb::Read, Kind::Explanation, Relation::Others) {
        true => Viewer::Editor,
        false => Viewer::Reader,
    }
}

/// The first line of what is wrong; the rest tells of our types.
pub(super) fn malformed(rejection: JsonRejection) -> ApiError {
    match rejection {
        JsonRejection::BytesRejection(lost) if lost.status() != StatusCode::PAYLOAD_TOO_LARGE => {
            ApiError::bad_request("the request did not arrive whole, or took too long to")
        }
        JsonRejection::BytesRejection(_) => ApiError::bad_request("the request is too large"),
        JsonRejection::MissingJsonContentType(_) => ApiError::bad_request("send JSON, with its content type"),
        _ => ApiError::bad_request("the request is not the JSON that this route takes"),
    }
}
