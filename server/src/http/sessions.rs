//! The handlers of coming in, of one's own stays, and of links that work once: who, what, call, answer.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};

use super::audit::During;
use super::error::ApiError;
use super::handlers::{Body, malformed};
use super::who::{Asker, From};
use super::wire::{
    LinkReply, LinkRequest, Me, PasswordRequest, RedeemRequest, SessionReply, Sessions, SignInRequest, SignedIn,
};
use super::{Desk, cookie};
use crate::audit::{Deed, Occasion, Thing, What};
use crate::config::Secret;
use crate::people::door::{By, Held};
use crate::people::eyes::find;
use crate::people::policy::{Kind, Relation, Verb};
use crate::people::{Answer, PeopleError, Person};
use retrieval::model::{PersonId, SignInId};
use serde_json::json;

type SignedInReply = (StatusCode, HeaderMap, Json<SignedIn>);

pub async fn sign_in(
    State(desk): State<Desk>,
    From(whence): From,
    During(occasion): During,
    body: Body<SignInRequest>,
) -> Result<SignedInReply, ApiError> {
    let SignInRequest { login, password } = body.map_err(malformed)?.0;
    let (person, secret) = match desk.people.sign_in(&login, &password, &whence).await {
        Err(PeopleError::WrongPassword) => {
            note_failure(&desk, &login, occasion).await?;
            return Err(PeopleError::WrongPassword.into());
        }
        tried => tried?,
    };
    let deed = Deed::new(What::SignedIn, occasion).with(json!({"way": "password"}));
    note_as(&desk, person, deed).await?;
    signed_in(&desk, person, &secret).await
}

/// Ends the stay that the request came with.
pub async fn sign_out(
    State(desk): State<Desk>,
    asker: Asker,
    During(occasion): During,
) -> Result<(StatusCode, HeaderMap), ApiError> {
    if let (By::SignIn(stay), Some(person)) = (asker.by, asker.principal.whose()) {
        desk.people.door.store.sign_in_remove(person, stay).await?;
        let deed = Deed::new(What::SignedOut, occasion).to(Thing::SignIn, stay);
        desk.audit.note(&asker.principal, deed).await?;
    }
    let taken_away: HeaderMap = [(header::SET_COOKIE, cookie::gone())].into_iter().collect();
    Ok((StatusCode::NO_CONTENT, taken_away))
}

pub async fn list(State(desk): State<Desk>, asker: Asker) -> Result<Json<Sessions>, ApiError> {
    let person = own(&asker)?;
    let found = desk.people.door.store.sign_ins_of(person).await?;
    let current = match asker.by {
        By::SignIn(stay) => Some(stay),
        By::Nothing | By::Operator | By::Key(_) => None,
    };
    let sessions = found.into_iter().map(|stay| SessionReply::new(stay, current)).collect();
    Ok(Json(Sessions { sessions }))
}

/// One of one's own. Whoever looks after people ends all of somebody's at once.
pub async fn revoke(
    State(desk): State<Desk>,
    asker: Asker,
    During(occasion): During,
    stay: Result<Path<String>, PathRejection>,
) -> Result<StatusCode, ApiError> {
    let stay: SignInId = stay.ok().and_then(|Path(stay)| stay.parse().ok()).ok_or_else(ApiError::not_found)?;
    let removed = desk.people.door.store.sign_in_remove(own(&asker)?, stay).await?;
    if !removed {
        return Err(ApiError::not_found());
    }
    let deed = Deed::new(What::SignedOut, occasion).to(Thing::SignIn, stay);
    desk.audit.note(&asker.principal, deed).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who one is to the house. A visitor is somebody, too.
pub async fn me(State(desk): State<Desk>, asker: Asker) -> Result<Json<Me>, ApiError> {
    let person = match asker.principal.whose() {
        Some(person) => Some(somebody(&desk, person).await?),
        None => None,
    };
    Ok(Json(Me::new(&asker.principal, person)))
}

/// Another password. Every stay ends, and this one begins anew.
pub async fn password(
    State(desk): State<Desk>,
    asker: Asker,
    From(whence): From,
    During(occasion): During,
    body: Body<PasswordRequest>,
) -> Result<SignedInReply, ApiError> {
    let PasswordRequest { present, next } = body.map_err(malformed)?.0;
    asker.must(Verb::Change, Kind::Person, Relation::Own)?;
    let person = somebody(&desk, own(&asker)?).await?;
    match desk.people.change_password(&person, &present, &next).await {
        Err(PeopleError::WrongPassword) => {
            note_failure(&desk, &person.login, occasion).await?;
            return Err(PeopleError::WrongPassword.into());
        }
        tried => tried?,
    }
    let deed = Deed::new(What::PasswordChanged, occasion).to(Thing::Person, person.id);
    desk.audit.note(&asker.principal, deed).await?;
    let secret = desk.people.stay(person.id, "password", &whence).await?;
    signed_in(&desk, person.id, &secret).await
}

pub async fn link(State(desk): State<Desk>, body: Body<LinkRequest>) -> Result<Json<LinkReply>, ApiError> {
    let (purpose, person) = desk.people.link_for(&body.map_err(malformed)?.0.link).await?;
    Ok(Json(LinkReply::new(purpose, person)))
}

pub async fn redeem(
    State(desk): State<Desk>,
    From(whence): From,
    During(occasion): During,
    body: Body<RedeemRequest>,
) -> Result<SignedInReply, ApiError> {
    let RedeemRequest { link, login, name, password } = body.map_err(malformed)?.0;
    let answer = Answer { login: login.as_deref(), name: name.as_deref(), password: &password };
    let (person, secret) = desk.people.redeem(&link, answer, &whence).await?;
    let (set, entered) = (What::PasswordChanged, What::SignedIn);
    for deed in [Deed::new(set, occasion.clone()).to(Thing::Person, person), Deed::new(entered, occasion)] {
        note_as(&desk, person, deed.with(json!({"way": "link"}))).await?;
    }
    signed_in(&desk, person, &secret).await
}

/// What somebody did who has only just proven who they are.
pub(super) async fn note_as(desk: &Desk, person: PersonId, deed: Deed) -> Result<(), ApiError> {
    let principal = desk.people.door.principal(&somebody(desk, person).await?).map_err(|_| ApiError::not_allowed())?;
    Ok(desk.audit.note(&principal, deed).await?)
}

/// Whose password was guessed at. A name that is nobody's is not kept: people type passwords there.
async fn note_failure(desk: &Desk, login: &str, occasion: Occasion) -> Result<(), ApiError> {
    let door = &desk.people.door;
    let visitor = door.enter(Held::Nothing).await.map_err(|_| ApiError::not_allowed())?.principal;
    let deed = Deed::new(What::SignInFailed, occasion);
    let deed = match find(&door.store, door.workspace, login).await? {
        Some(person) => deed.to(Thing::Person, person.id),
        None => deed,
    };
    Ok(desk.audit.note(&visitor, deed).await?)
}

async fn signed_in(desk: &Desk, person: PersonId, secret: &Secret) -> Result<SignedInReply, ApiError> {
    let person = somebody(desk, person).await?;
    let set = cookie::stay(secret, desk.people.door.stay.longest);
    let given: HeaderMap = [(header::SET_COOKIE, set)].into_iter().collect();
    Ok((StatusCode::CREATED, given, Json(SignedIn::from(person))))
}

/// Whoever has no account has nothing of their own.
fn own(asker: &Asker) -> Result<PersonId, ApiError> {
    asker.principal.whose().ok_or_else(ApiError::forbidden)
}

async fn somebody(desk: &Desk, person: PersonId) -> Result<Person, ApiError> {
    let door = &desk.people.door;
    door.store.person(door.workspace, person).await?.ok_or_else(ApiError::not_allowed)
}
