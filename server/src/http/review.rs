//! The handlers of looking back: an asker's word on an answer, and for editors what was said and how answers came about.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use retrieval::model::RecordId;

use super::Desk;
use super::conversations::{Name, named};
use super::error::ApiError;
use super::handlers::{Body, malformed};
use super::who::Asker;
use super::wire::{Behind, FeedbackQuery, FeedbackReply, FeedbackRequest, RecordReply};
use crate::people::policy::{Kind, Relation, Verb};
use crate::review::{Feedback, Judged, LONGEST_COMMENT, REASONS, Review};

type Asked = Result<Query<FeedbackQuery>, QueryRejection>;

pub async fn judge(
    State(desk): State<Desk>,
    asker: Asker,
    name: Name,
    body: Body<FeedbackRequest>,
) -> Result<StatusCode, ApiError> {
    asker.must(Verb::Make, Kind::Feedback, Relation::Own)?;
    let (record, feedback) = (id(name)?, said(body.map_err(malformed)?.0)?);
    found(review(&desk).judge(&asker.principal, record, &feedback).await?)
}

pub async fn withdraw(State(desk): State<Desk>, asker: Asker, name: Name) -> Result<StatusCode, ApiError> {
    asker.must(Verb::Remove, Kind::Feedback, Relation::Own)?;
    found(review(&desk).withdraw(&asker.principal, id(name)?).await?)
}

pub async fn list(State(desk): State<Desk>, asker: Asker, asked: Asked) -> Result<Json<FeedbackReply>, ApiError> {
    asker.must(Verb::List, Kind::Feedback, Relation::Others)?;
    let no_part = || ApiError::bad_request("`helpful` is true or false, `after` is where a reply ended");
    let FeedbackQuery { helpful, after, limit } = asked.map_err(|_| no_part())?.0;
    let before = after.map(|after| after.parse()).transpose().map_err(|_| no_part())?;
    let limit = Behind { after: None, limit }.limit();
    let clearance = asker.principal.clearance()?;
    let found = review(&desk).feedback(&clearance, Judged { helpful, before }, limit).await?;
    Ok(Json(FeedbackReply::new(found, limit)))
}

pub async fn record(State(desk): State<Desk>, asker: Asker, name: Name) -> Result<Json<RecordReply>, ApiError> {
    asker.must(Verb::Read, Kind::Explanation, Relation::Others)?;
    let found = review(&desk).record(&asker.principal.clearance()?, id(name)?).await?;
    let found = found.ok_or_else(ApiError::not_found)?;
    Ok(Json(RecordReply::new(found, desk.answerer.generation())))
}

fn said(request: FeedbackRequest) -> Result<Feedback, ApiError> {
    let FeedbackRequest { helpful, reason, comment } = request;
    let (reason, comment) = (reason.unwrap_or_default(), comment.unwrap_or_default());
    if !reason.is_empty() && !REASONS.contains(&reason.as_str()) {
        return Err(ApiError::bad_request(format!("reason is none of {}", REASONS.join(", "))));
    }
    if comment.chars().count() > LONGEST_COMMENT || comment.contains('\0') {
        return Err(ApiError::bad_request("comment is longer than 2,000 characters"));
    }
    Ok(Feedback { is_helpful: helpful, reason, comment })
}

fn found(is_theirs: bool) -> Result<StatusCode, ApiError> {
    is_theirs.then_some(StatusCode::NO_CONTENT).ok_or_else(ApiError::not_found)
}

/// Ids stand in one way: what else Uuid takes for one is not looked up.
fn id(name: Name) -> Result<RecordId, ApiError> {
    let name = named(name)?;
    let id: Option<RecordId> = name.parse().ok();
    id.filter(|id| id.to_string() == name).ok_or_else(ApiError::not_found)
}

fn review(desk: &Desk) -> Review {
    Review::of(&desk.answerer.store)
}
