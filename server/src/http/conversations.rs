//! The handlers of conversations: who, what, call, answer. One's own, for everybody; an admin's are the admin's.

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use retrieval::access::Principal;

use super::Desk;
use super::error::ApiError;
use super::handlers::viewer;
use super::who::Asker;
use super::wire::{
    AskReply, AskRequest, Behind, ConversationList, ConversationMade, ConversationReply, conversation as sent_along,
};
use crate::answer::{Answer, Question};
use crate::conversation::{Claim, Conversations, Kept, Talk};
use crate::people::policy::{Kind, Relation, Verb};
use retrieval::followup::Turn;

/// In which a visitor holds out what they were told when their conversation began. No part of an address: those are
/// written into logs.
const SECRET: &str = "x-conversation-secret";

pub(super) type Name = Result<Path<String>, PathRejection>;
type Asked = Result<Query<Behind>, QueryRejection>;

/// What a visitor holds out, from the request's head.
pub struct HeldSecret(Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for HeldSecret {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let held = parts.headers.get(SECRET).and_then(|held| held.to_str().ok());
        Ok(Self(held.map(str::to_owned)))
    }
}

pub async fn begin(State(desk): State<Desk>, asker: Asker) -> Result<(StatusCode, Json<ConversationMade>), ApiError> {
    asker.must(Verb::Make, Kind::Conversation, Relation::Own)?;
    let begun = conversations(&desk).begin(&asker.principal).await?;
    Ok((StatusCode::CREATED, Json(begun.into())))
}

pub async fn list(State(desk): State<Desk>, asker: Asker, asked: Asked) -> Result<Json<ConversationList>, ApiError> {
    asker.must(Verb::List, Kind::Conversation, Relation::Own)?;
    let asked = asked.map_err(no_part)?.0;
    let before = asked.after.as_ref().map(|after| after.parse()).transpose();
    let before = before.map_err(|_| ApiError::bad_request(NO_PART))?;
    let found = conversations(&desk).list(&asker.principal, before, asked.limit()).await?;
    Ok(Json(ConversationList::new(found, asked.limit())))
}

pub async fn read(
    State(desk): State<Desk>,
    asker: Asker,
    HeldSecret(secret): HeldSecret,
    name: Name,
    asked: Asked,
) -> Result<Json<ConversationReply>, ApiError> {
    asker.must(Verb::Read, Kind::Conversation, Relation::Own)?;
    let asked = asked.map_err(no_part)?.0;
    let after = asked.after.as_deref().map_or(Ok(0), str::parse).map_err(|_| ApiError::bad_request(NO_PART))?;
    let (name, clearance) = (named(name)?, asker.principal.clearance()?);
    let claim = Claim { principal: &asker.principal, name: &name, secret: secret.as_deref() };
    let found = conversations(&desk).read(claim, &clearance, after, asked.limit()).await?;
    Ok(Json(ConversationReply::new(found, asked.limit(), viewer(&asker))))
}

pub async fn remove(
    State(desk): State<Desk>,
    asker: Asker,
    HeldSecret(secret): HeldSecret,
    name: Name,
) -> Result<StatusCode, ApiError> {
    asker.must(Verb::Remove, Kind::Conversation, Relation::Own)?;
    let name = named(name)?;
    let claim = Claim { principal: &asker.principal, name: &name, secret: secret.as_deref() };
    conversations(&desk).remove(claim).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a question is asked in: a conversation that is kept here, the lines that were sent along, or nothing.
pub enum Before {
    Kept(Box<Talk>),
    SentAlong(Vec<Turn>),
}

impl Before {
    /// Through these eyes: what they may not read does not go along with the question.
    pub async fn of(desk: &Desk, asker: &Asker, eyes: &Principal, request: &mut AskRequest) -> Result<Self, ApiError> {
        let lines = std::mem::take(&mut request.history);
        let Some(name) = &request.conversation else { return Ok(Self::SentAlong(sent_along(lines)?)) };
        if !lines.is_empty() {
            return Err(ApiError::bad_request("send a conversation or a history, not both"));
        }
        asker.must(Verb::Read, Kind::Conversation, Relation::Own)?;
        let claim = Claim { principal: &asker.principal, name, secret: request.conversation_secret.as_deref() };
        Ok(Self::Kept(Box::new(conversations(desk).resume(claim, eyes).await?)))
    }

    pub fn history(&self) -> &[Turn] {
        match self {
            Self::Kept(talk) => &talk.history,
            Self::SentAlong(history) => history,
        }
    }

    pub async fn keep(&self, desk: &Desk, eyes: &Principal, question: &Question, answer: &Answer) -> Option<Kept> {
        let Self::Kept(talk) = self else { return None };
        conversations(desk).keep(talk, eyes, question.as_str(), answer).await
    }
}

impl AskReply {
    pub fn kept(self, kept: Option<Kept>) -> Self {
        let (conversation, turn) = kept.map(|kept| (kept.conversation.to_string(), kept.ordinal)).unzip();
        Self { conversation, turn, ..self }
    }
}

const NO_PART: &str = "`after` is not where a reply ended, or `limit` is not a number";

fn no_part(_: QueryRejection) -> ApiError {
    ApiError::bad_request(NO_PART)
}

pub(super) fn named(name: Name) -> Result<String, ApiError> {
    name.map(|Path(name)| name).map_err(|_| ApiError::not_found())
}

fn conversations(desk: &Desk) -> Conversations {
    Conversations::new(&desk.answerer.store)
}
