//! The handlers of conversations that are passed on to a person: who, what, call, answer. For editors who read as far as
//! the asker could; how an owner passes theirs on is in `conversations`.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde_json::json;
use uuid::Uuid;

use super::Desk;
use super::audit::Doing;
use super::conversations::{Name, conversations, named};
use super::error::ApiError;
use super::handlers::{Body, malformed};
use super::who::Asker;
use super::wire::{Behind, InboxQuery, InboxReply, ReplyRequest, TranscriptReply};
use crate::audit::{Thing, What};
use crate::conversation::{LONGEST_REPLY, Waiting};
use crate::people::policy::{Kind, Relation, Verb};

type Asked = Result<Query<InboxQuery>, QueryRejection>;

const NO_PART: &str = "`state` is open or resolved, `after` is where a reply ended, `limit` is a number";

pub async fn list(State(desk): State<Desk>, asker: Asker, asked: Asked) -> Result<Json<InboxReply>, ApiError> {
    asker.must(Verb::List, Kind::Handoff, Relation::Others)?;
    let no_part = || ApiError::bad_request(NO_PART);
    let InboxQuery { state, after, limit } = asked.map_err(|_| no_part())?.0;
    let is_open = match state.as_deref() {
        None | Some("open") => true,
        Some("resolved") => false,
        Some(_) => return Err(no_part()),
    };
    let before = after.map(|after| after.parse()).transpose().map_err(|_| no_part())?;
    let limit = Behind { after: None, limit }.limit();
    let clearance = asker.principal.clearance()?;
    let found = conversations(&desk).inbox(&clearance, Waiting { is_open, before }, limit).await?;
    Ok(Json(InboxReply::new(found, limit)))
}

/// Somebody else's words are read: that is noted.
pub async fn transcript(
    State(desk): State<Desk>,
    asker: Asker,
    doing: Doing,
    name: Name,
) -> Result<Json<TranscriptReply>, ApiError> {
    asker.must(Verb::Read, Kind::Handoff, Relation::Others)?;
    let id = id(name)?;
    let found = conversations(&desk).transcript(&asker.principal.clearance()?, id).await?;
    doing.done(What::TranscriptRead, Thing::Handoff, id, json!({})).await?;
    Ok(Json(found.into()))
}

pub async fn reply(
    State(desk): State<Desk>,
    asker: Asker,
    doing: Doing,
    name: Name,
    body: Body<ReplyRequest>,
) -> Result<StatusCode, ApiError> {
    asker.must(Verb::Change, Kind::Handoff, Relation::Others)?;
    let (id, text) = (id(name)?, body.map_err(malformed)?.0.text);
    let text = text.trim();
    if text.is_empty() || text.chars().count() > LONGEST_REPLY || text.contains('\0') {
        return Err(ApiError::bad_request("text is empty, or longer than 8,000 characters"));
    }
    conversations(&desk).reply(&asker.principal.clearance()?, id, text).await?;
    doing.done(What::Replied, Thing::Handoff, id, json!({})).await?;
    Ok(StatusCode::CREATED)
}

pub async fn resolve(State(desk): State<Desk>, asker: Asker, doing: Doing, name: Name) -> Result<StatusCode, ApiError> {
    asker.must(Verb::Change, Kind::Handoff, Relation::Others)?;
    let id = id(name)?;
    if conversations(&desk).resolve(&asker.principal.clearance()?, id).await? {
        doing.done(What::HandoffResolved, Thing::Handoff, id, json!({})).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Ids stand in one way: what else Uuid takes for one is not looked up.
fn id(name: Name) -> Result<Uuid, ApiError> {
    let name = named(name)?;
    let id: Option<Uuid> = name.parse().ok();
    id.filter(|id| id.to_string() == name).ok_or_else(ApiError::not_found)
}
