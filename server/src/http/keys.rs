//! The handlers of keys: who, what, call, answer. Somebody else's key is as absent as one that is not there.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use retrieval::model::{KeyId, PersonId};
use serde_json::json;

use super::Desk;
use super::audit::Doing;
use super::error::ApiError;
use super::handlers::{Body, malformed};
use super::people::{Named, read, unclear};
use super::who::Asker;
use super::wire::{KeyMade, KeyReply, KeysQuery, KeysReply, NewKeyRequest};
use crate::audit::{Thing, What};
use crate::people::policy::{Kind, Relation, Verb};

/// One's own, those of somebody, or everybody's.
pub async fn list(
    State(desk): State<Desk>,
    asker: Asker,
    query: Result<Query<KeysQuery>, QueryRejection>,
) -> Result<Json<KeysReply>, ApiError> {
    let owner = match query.map_err(unclear)?.0.owner.as_deref() {
        Some("all") => {
            asker.must(Verb::List, Kind::Key, Relation::Others)?;
            None
        }
        named => Some(read(&desk, owner(&asker, Verb::List, named)?).await?.id),
    };
    let door = &desk.people.door;
    let found = door.store.keys(door.workspace, owner).await?;
    Ok(Json(KeysReply { keys: found.into_iter().map(KeyReply::from).collect() }))
}

/// For at most the scopes of whatever it is made with.
pub async fn make(
    State(desk): State<Desk>,
    asker: Asker,
    doing: Doing,
    body: Body<NewKeyRequest>,
) -> Result<(StatusCode, Json<KeyMade>), ApiError> {
    let request = body.map_err(malformed)?.0;
    let owner = owner(&asker, Verb::Make, request.owner.as_deref())?;
    let (wish, owner) = (request.wish()?, read(&desk, owner).await?.id);
    if !wish.scopes.is_subset(asker.principal.scopes()) {
        return Err(ApiError::forbidden());
    }
    let (key, minted) = desk.people.make_key(owner, &wish).await?;
    let key = desk.people.key(key).await?.ok_or_else(ApiError::not_found)?;
    doing.done(What::KeyMade, Thing::Key, key.id, json!({"owner": owner.to_string(), "prefix": key.prefix})).await?;
    Ok((StatusCode::CREATED, Json(KeyMade { key: key.into(), secret: minted.text.reveal().to_owned() })))
}

pub async fn revoke(
    State(desk): State<Desk>,
    asker: Asker,
    doing: Doing,
    named: Named,
) -> Result<StatusCode, ApiError> {
    let id = named.ok().and_then(|Path(id)| id.parse::<KeyId>().ok()).ok_or_else(ApiError::not_found)?;
    let key = desk.people.key(id).await?.ok_or_else(ApiError::not_found)?;
    may_with_those_of(&asker, Verb::Remove, key.owner)?;
    if !desk.people.door.store.key_remove(key.id).await? {
        return Err(ApiError::not_found());
    }
    doing.done(What::KeyRevoked, Thing::Key, key.id, json!({"owner": key.owner.to_string()})).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whose keys are meant: of the person who is named, or one's own.
fn owner(asker: &Asker, verb: Verb, named: Option<&str>) -> Result<PersonId, ApiError> {
    let Some(named) = named else {
        return asker.principal.whose().ok_or_else(|| ApiError::bad_request("name the owner of the keys"));
    };
    let owner = named.parse().map_err(|_| ApiError::not_found())?;
    may_with_those_of(asker, verb, owner)?;
    Ok(owner)
}

fn may_with_those_of(asker: &Asker, verb: Verb, owner: PersonId) -> Result<(), ApiError> {
    let is_own = asker.principal.whose() == Some(owner) && asker.may(verb, Kind::Key, Relation::Own);
    if is_own || asker.may(verb, Kind::Key, Relation::Others) { Ok(()) } else { Err(ApiError::not_found()) }
}
