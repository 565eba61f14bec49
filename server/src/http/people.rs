//! The handlers of people: who, what, call, answer. Somebody whom one may not look after is as absent as one who is not.

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use retrieval::model::PersonId;
use serde_json::json;

use super::Desk;
use super::audit::Doing;
use super::error::ApiError;
use super::handlers::{Body, malformed};
use super::who::Asker;
use super::wire::{
    Ended, Invited, LinkMade, NewPersonRequest, PeopleQuery, PeopleReply, PersonChangeRequest, PersonReply,
    SessionReply, Sessions, WishError,
};
use crate::audit::{Thing, What};
use crate::people::door::By;
use crate::people::policy::{Kind, Relation, Verb};
use crate::people::{Login, Person, PersonChange};

pub(super) type Named = Result<Path<String>, PathRejection>;

pub async fn list(
    State(desk): State<Desk>,
    asker: Asker,
    query: Result<Query<PeopleQuery>, QueryRejection>,
) -> Result<Json<PeopleReply>, ApiError> {
    asker.must(Verb::List, Kind::Person, Relation::Others)?;
    let query = query.map_err(unclear)?.0;
    let (door, limit) = (&desk.people.door, query.limit());
    let found = match &query.login {
        Some(login) => {
            let login = Login::parse(login).map_err(WishError::from)?;
            door.store.person_named(door.workspace, login.as_str()).await?.into_iter().collect()
        }
        None => door.store.people(door.workspace, &query.after()?, limit + 1).await?,
    };
    Ok(Json(PeopleReply::page(found, limit)))
}

pub async fn invite(
    State(desk): State<Desk>,
    asker: Asker,
    doing: Doing,
    body: Body<NewPersonRequest>,
) -> Result<(StatusCode, Json<Invited>), ApiError> {
    asker.must(Verb::Make, Kind::Person, Relation::Others)?;
    let (person, link) = desk.people.invite(body.map_err(malformed)?.0.invitation()?).await?;
    let person: PersonReply = read(&desk, person).await?.into();
    doing
        .done(What::PersonInvited, Thing::Person, &person.id, json!({"role": person.role, "tier": person.tier}))
        .await?;
    Ok((StatusCode::CREATED, Json(Invited { person, link: LinkMade::from(link) })))
}

pub async fn person(State(desk): State<Desk>, asker: Asker, named: Named) -> Result<Json<PersonReply>, ApiError> {
    let id = named_one(&asker, Verb::Read, Kind::Person, named)?;
    Ok(Json(read(&desk, id).await?.into()))
}

/// One's own name, or anything about anybody for who looks after people.
pub async fn change(
    State(desk): State<Desk>,
    asker: Asker,
    doing: Doing,
    named: Named,
    body: Body<PersonChangeRequest>,
) -> Result<Json<PersonReply>, ApiError> {
    let id = named_one(&asker, Verb::Change, Kind::Person, named)?;
    let change = body.map_err(malformed)?.0.change()?;
    let is_name_alone = change == PersonChange { name: change.name.clone(), ..PersonChange::default() };
    if !is_name_alone {
        asker.must(Verb::Change, Kind::Person, Relation::Others)?;
    }
    if !desk.people.change(id, change).await? {
        return Err(ApiError::not_found());
    }
    let person: PersonReply = read(&desk, id).await?.into();
    let now = json!({"role": person.role, "tier": person.tier, "groups": person.groups, "state": person.state});
    doing.done(What::PersonChanged, Thing::Person, id, now).await?;
    Ok(Json(person))
}

pub async fn remove(
    State(desk): State<Desk>,
    asker: Asker,
    doing: Doing,
    named: Named,
) -> Result<StatusCode, ApiError> {
    asker.must(Verb::Remove, Kind::Person, Relation::Others)?;
    let id = named_one(&asker, Verb::Remove, Kind::Person, named)?;
    if !desk.people.remove(id).await? {
        return Err(ApiError::not_found());
    }
    doing.done(What::PersonRemoved, Thing::Person, id, json!({})).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Another invitation, or a link to choose another password. The one before does not work any more.
pub async fn link(
    State(desk): State<Desk>,
    asker: Asker,
    doing: Doing,
    named: Named,
) -> Result<(StatusCode, Json<LinkMade>), ApiError> {
    asker.must(Verb::Make, Kind::Person, Relation::Others)?;
    let id = named_one(&asker, Verb::Make, Kind::Person, named)?;
    let link = desk.people.link_again(&read(&desk, id).await?).await?;
    doing.done(What::PersonChanged, Thing::Person, id, json!({"link": "made"})).await?;
    Ok((StatusCode::CREATED, Json(link.into())))
}

pub async fn sessions(State(desk): State<Desk>, asker: Asker, named: Named) -> Result<Json<Sessions>, ApiError> {
    let id = named_one(&asker, Verb::List, Kind::SignIn, named)?;
    let person = read(&desk, id).await?.id;
    let current = match asker.by {
        By::SignIn(stay) => Some(stay),
        By::Nothing | By::Operator | By::Key(_) => None,
    };
    let found = desk.people.door.store.sign_ins_of(person).await?;
    Ok(Json(Sessions { sessions: found.into_iter().map(|stay| SessionReply::new(stay, current)).collect() }))
}

/// Everywhere.
pub async fn sign_out(
    State(desk): State<Desk>,
    asker: Asker,
    doing: Doing,
    named: Named,
) -> Result<Json<Ended>, ApiError> {
    let id = named_one(&asker, Verb::Remove, Kind::SignIn, named)?;
    let person = read(&desk, id).await?.id;
    let ended = desk.people.sign_out_everywhere(person).await?;
    doing.done(What::SignedOut, Thing::Person, person, json!({"stays": ended})).await?;
    Ok(Json(Ended { ended }))
}

/// Whom a path names, if the asker may do this to them.
fn named_one(asker: &Asker, verb: Verb, kind: Kind, named: Named) -> Result<PersonId, ApiError> {
    let named = named.ok().and_then(|Path(id)| id.parse::<PersonId>().ok());
    let id = named.ok_or_else(ApiError::not_found)?;
    let is_own = asker.principal.whose() == Some(id) && asker.may(verb, kind, Relation::Own);
    if is_own || asker.may(verb, kind, Relation::Others) { Ok(id) } else { Err(ApiError::not_found()) }
}

pub(super) async fn read(desk: &Desk, person: PersonId) -> Result<Person, ApiError> {
    let door = &desk.people.door;
    door.store.person(door.workspace, person).await?.ok_or_else(ApiError::not_found)
}

pub(super) fn unclear(_: QueryRejection) -> ApiError {
    ApiError::bad_request("the address asks for something that this route does not know")
}

impl From<WishError> for ApiError {
    fn from(error: WishError) -> Self {
        match error {
            WishError::Access(error) => error.into(),
            WishError::People(error) => error.into(),
            WishError::Malformed(sentence) => Self::bad_request(sentence),
        }
    }
}
