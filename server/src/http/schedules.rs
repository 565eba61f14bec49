//! The handlers of what begins by itself: who, what, call, answer.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::json;

use super::Desk;
use super::audit::Doing;
use super::documents::Id;
use super::error::ApiError;
use super::handlers::{Body, malformed};
use super::who::Asker;
use super::wire::{ScheduleReply, ScheduleRequest, Schedules};
use crate::audit::{Thing, What};
use crate::library::{JobKind, OfTheHouse, Source, Wish};
use crate::people::policy::{Kind, Relation, Verb};

/// What a schedule in the path is of.
enum Named {
    House(JobKind),
    Site(Box<Source>),
}

pub async fn list(State(desk): State<Desk>, asker: Asker) -> Result<Json<Schedules>, ApiError> {
    let of_the_house = match asker.may(Verb::Read, Kind::House, Relation::Others) {
        true => OfTheHouse::Too,
        false => OfTheHouse::Not,
    };
    let planned = desk.library.schedules(&asker.principal.clearance()?, of_the_house).await?;
    Ok(Json(Schedules { schedules: planned.into_iter().map(ScheduleReply::from).collect() }))
}

pub async fn change(
    State(desk): State<Desk>,
    asker: Asker,
    doing: Doing,
    name: Id,
    body: Body<ScheduleRequest>,
) -> Result<Json<ScheduleReply>, ApiError> {
    let named = named(&desk, &asker, name).await?;
    let ScheduleRequest { expression, enabled } = body.map_err(malformed)?.0;
    let wish = Wish { expression: &expression, is_on: enabled };
    let planned = match &named {
        Named::House(kind) => desk.library.plan_upkeep(*kind, wish).await?,
        Named::Site(source) => desk.library.plan_crawls(source, wish).await?,
    };
    let (id, detail) = (&planned.schedule.name, json!({"expression": planned.schedule.expression, "enabled": enabled}));
    doing.done(What::ScheduleChanged, Thing::Schedule, id, detail).await?;
    Ok(Json(planned.into()))
}

pub async fn remove(State(desk): State<Desk>, asker: Asker, doing: Doing, name: Id) -> Result<StatusCode, ApiError> {
    let source = match named(&desk, &asker, name).await? {
        Named::Site(source) => source,
        Named::House(_) => return Err(ApiError::conflict("the house always has it: send it with enabled = false")),
    };
    if !desk.library.unplan(&source).await? {
        return Err(ApiError::not_found());
    }
    doing.done(What::ScheduleRemoved, Thing::Schedule, source.id, json!({})).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What the path names, if it is the asker's to plan: a source of which they read what comes, or what the house does for itself.
async fn named(desk: &Desk, asker: &Asker, name: Id) -> Result<Named, ApiError> {
    // A letter that no database keeps: one of them calls it an error.
    let name = name.ok().map(|Path(name)| name).filter(|name| !name.contains('\0')).ok_or_else(ApiError::not_found)?;
    if let Some(kind) = JobKind::named(&name).filter(|kind| kind.is_of_the_house()) {
        asker.must(Verb::Change, Kind::House, Relation::Others)?;
        return Ok(Named::House(kind));
    }
    let found = desk.library.source(&asker.principal.clearance()?, &name).await?;
    found.map(|status| Named::Site(Box::new(status.source))).ok_or_else(ApiError::not_found)
}
