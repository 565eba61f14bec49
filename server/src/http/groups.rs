//! The handlers of groups: who, what, call, answer.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use retrieval::access::Group;
use serde_json::json;

use super::Desk;
use super::audit::Doing;
use super::error::ApiError;
use super::handlers::{Body, malformed};
use super::people::Named;
use super::who::Asker;
use super::wire::{GroupReply, GroupsReply, NewGroupRequest};
use crate::audit::{Thing, What};
use crate::people::policy::{Kind, Relation, Verb};

pub async fn list(State(desk): State<Desk>, asker: Asker) -> Result<Json<GroupsReply>, ApiError> {
    asker.must(Verb::List, Kind::Group, Relation::Others)?;
    let found = desk.people.door.store.groups(&asker.principal.clearance()?).await?;
    Ok(Json(GroupsReply { groups: found.into_iter().map(GroupReply::from).collect() }))
}

pub async fn add(
    State(desk): State<Desk>,
    asker: Asker,
    doing: Doing,
    body: Body<NewGroupRequest>,
) -> Result<(StatusCode, Json<GroupReply>), ApiError> {
    asker.must(Verb::Make, Kind::Group, Relation::Others)?;
    let group: Group = body.map_err(malformed)?.0.name.parse()?;
    desk.people.add_group(&group).await?;
    doing.done(What::GroupAdded, Thing::Group, &group, json!({})).await?;
    let found = desk.people.door.store.groups(&asker.principal.clearance()?).await?;
    let made = found.into_iter().find(|line| line.group == group).ok_or_else(ApiError::not_found)?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// Nobody belongs to it any more from here on, whatever they are doing.
pub async fn remove(
    State(desk): State<Desk>,
    asker: Asker,
    doing: Doing,
    named: Named,
) -> Result<StatusCode, ApiError> {
    asker.must(Verb::Remove, Kind::Group, Relation::Others)?;
    let group = named.ok().and_then(|Path(name)| name.parse::<Group>().ok()).ok_or_else(ApiError::not_found)?;
    if !desk.people.remove_group(&group).await? {
        return Err(ApiError::not_found());
    }
    doing.done(What::GroupRemoved, Thing::Group, &group, json!({})).await?;
    Ok(StatusCode::NO_CONTENT)
}
