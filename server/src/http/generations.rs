//! The handlers of builds of the index: who, what, call, answer.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use retrieval::model::GenerationId;
use serde_json::json;

use super::Desk;
use super::audit::Doing;
use super::documents::Id;
use super::error::ApiError;
use super::handlers::{Body, malformed};
use super::who::Asker;
use super::wire::{GenerationList, GenerationReply, ReindexRequest, Reindexing};
use crate::audit::{Thing, What};
use crate::library::Wanted;
use crate::people::policy::{Kind, Relation, Verb};

pub async fn list(State(desk): State<Desk>, asker: Asker) -> Result<Json<GenerationList>, ApiError> {
    asker.must(Verb::Read, Kind::House, Relation::Others)?;
    let generations = desk.library.builds().await?.into_iter().map(GenerationReply::from).collect();
    Ok(Json(GenerationList { generations, behind: desk.library.is_behind().await? }))
}

pub async fn begin(
    State(desk): State<Desk>,
    asker: Asker,
    doing: Doing,
    body: Body<ReindexRequest>,
) -> Result<(StatusCode, Json<Reindexing>), ApiError> {
    asker.must(Verb::Change, Kind::House, Relation::Others)?;
    let wanted = if body.map_err(malformed)?.0.hold { Wanted::Held } else { Wanted::Promoted };
    let (generation, job) = desk.library.reindex(wanted).await?;
    doing.done(What::IndexBegun, Thing::Generation, generation, json!({"held": wanted == Wanted::Held})).await?;
    Ok((StatusCode::ACCEPTED, Json(Reindexing { generation: generation.to_string(), job: job.to_string() })))
}

/// Whatever it was found to be: whoever does this has looked.
pub async fn promote(
    State(desk): State<Desk>,
    asker: Asker,
    doing: Doing,
    id: Id,
) -> Result<Json<GenerationReply>, ApiError> {
    asker.must(Verb::Change, Kind::House, Relation::Others)?;
    let generation = generation_id(id)?;
    desk.library.promote(generation).await?;
    doing.done(What::IndexPromoted, Thing::Generation, generation, json!({})).await?;
    Ok(Json(found(&desk, generation).await?))
}

pub async fn roll_back(
    State(desk): State<Desk>,
    asker: Asker,
    doing: Doing,
) -> Result<Json<GenerationReply>, ApiError> {
    asker.must(Verb::Change, Kind::House, Relation::Others)?;
    let generation = desk.library.roll_back().await?;
    doing.done(What::IndexPromoted, Thing::Generation, generation, json!({"back": true})).await?;
    Ok(Json(found(&desk, generation).await?))
}

pub async fn discard(
    State(desk): State<Desk>,
    asker: Asker,
    doing: Doing,
    id: Id,
) -> Result<Json<GenerationReply>, ApiError> {
    asker.must(Verb::Change, Kind::House, Relation::Others)?;
    let build = desk.library.discard(generation_id(id)?).await?;
    doing.done(What::IndexDiscarded, Thing::Generation, build.generation.id, json!({})).await?;
    Ok(Json(build.into()))
}

async fn found(desk: &Desk, generation: GenerationId) -> Result<GenerationReply, ApiError> {
    let mut builds = desk.library.builds().await?.into_iter();
    builds.find(|build| build.generation.id == generation).map(GenerationReply::from).ok_or_else(ApiError::not_found)
}

/// What is no id is of nothing.
fn generation_id(id: Id) -> Result<GenerationId, ApiError> {
    id.ok().and_then(|Path(id)| id.parse().ok()).ok_or_else(ApiError::not_found)
}
