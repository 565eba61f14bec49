//! The handlers of conversations: who, what, call, answer. One's own, for everybody; an admin's are the admin's.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use retrieval::access::Principal;

use super::Desk;
use super::error::ApiError;
use super::handlers::{Body, malformed, viewer};
use super::who::Asker;
use super::wire::{
    AskReply, AskRequest, Behind, ConversationLine, ConversationList, ConversationMade, ConversationReply,
    HandoffReply, Rename, Sought, conversation as sent_along,
};
use crate::answer::{Answer, Past, Question, Team};
use crate::conversation::{Claim, Conversations, Kept, Talk, Title, Wanted};
use crate::people::policy::{Kind, Relation, Verb};
use retrieval::followup::Turn;

/// In which a visitor holds out what they were told when their conversation began. No part of an address: those are
/// written into logs.
const SECRET: &str = "x-conversation-secret";

pub(super) type Name = Result<Path<String>, PathRejection>;
type Asked<T> = Result<Query<T>, QueryRejection>;

/// For a summary that nobody waits for.
const SUMMING: Duration = Duration::from_secs(30);
/// Of words that are looked for.
const LONGEST_WORDS: usize = 200;

/// What a visitor holds out, from the request's head.
pub struct HeldSecret(pub Option<String>);

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

pub async fn list(
    State(desk): State<Desk>,
    asker: Asker,
    asked: Asked<Sought>,
) -> Result<Json<ConversationList>, ApiError> {
    asker.must(Verb::List, Kind::Conversation, Relation::Own)?;
    let asked = asked.map_err(no_part)?.0;
    let before = asked.after.as_ref().map(|after| after.parse()).transpose();
    let before = before.map_err(|_| ApiError::bad_request(NO_PART))?;
    let wanted = Wanted { before, limit: asked.limit(), words: words(asked.q)? };
    let clearance = asker.principal.clearance()?;
    Ok(Json(conversations(&desk).list(&asker.principal, &clearance, &wanted).await?.into()))
}

pub async fn read(
    State(desk): State<Desk>,
    asker: Asker,
    HeldSecret(secret): HeldSecret,
    name: Name,
    asked: Asked<Behind>,
) -> Result<Json<ConversationReply>, ApiError> {
    asker.must(Verb::Read, Kind::Conversation, Relation::Own)?;
    let asked = asked.map_err(no_part)?.0;
    let after = asked.after.as_deref().map_or(Ok(0), str::parse).map_err(|_| ApiError::bad_request(NO_PART))?;
    let (name, clearance) = (named(name)?, asker.principal.clearance()?);
    let claim = Claim { principal: &asker.principal, name: &name, secret: secret.as_deref() };
    let found = conversations(&desk).read(claim, &clearance, after, asked.limit()).await?;
    Ok(Json(ConversationReply::new(found, asked.limit(), viewer(&asker))))
}

pub async fn rename(
    State(desk): State<Desk>,
    asker: Asker,
    HeldSecret(secret): HeldSecret,
    name: Name,
    body: Body<Rename>,
) -> Result<Json<ConversationLine>, ApiError> {
    asker.must(Verb::Change, Kind::Conversation, Relation::Own)?;
    let (title, name) = (Title::parse(&body.map_err(malformed)?.0.title)?, named(name)?);
    let claim = Claim { principal: &asker.principal, name: &name, secret: secret.as_deref() };
    Ok(Json(conversations(&desk).rename(claim, &title).await?.into()))
}

/// The owner wants a person to take over.
pub async fn pass_on(
    State(desk): State<Desk>,
    asker: Asker,
    HeldSecret(secret): HeldSecret,
    name: Name,
) -> Result<(StatusCode, Json<HandoffReply>), ApiError> {
    asker.must(Verb::Make, Kind::Handoff, Relation::Own)?;
    let name = named(name)?;
    let claim = Claim { principal: &asker.principal, name: &name, secret: secret.as_deref() };
    let handoff = conversations(&desk).pass_on(claim).await?;
    Ok((StatusCode::CREATED, Json(handoff.into())))
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
        let (lines, question) = (std::mem::take(&mut request.history), request.question.trim());
        let Some(name) = &request.conversation else { return Ok(Self::SentAlong(sent_along(lines)?)) };
        if !lines.is_empty() {
            return Err(ApiError::bad_request("send a conversation or a history, not both"));
        }
        asker.must(Verb::Read, Kind::Conversation, Relation::Own)?;
        let claim = Claim { principal: &asker.principal, name, secret: request.conversation_secret.as_deref() };
        Ok(Self::Kept(Box::new(conversations(desk).resume(claim, eyes, question).await?)))
    }

    pub fn past(&self) -> Past<'_> {
        match self {
            Self::Kept(talk) => Past { turns: &talk.history, notes: talk.notes.as_deref(), is_kept: true },
            Self::SentAlong(history) => Past { turns: history, ..Past::default() },
        }
    }

    /// The team, if it is a person that they want and there is a conversation to be passed on.
    pub fn called(&self, desk: &Desk, eyes: &Principal, question: &Question) -> Option<Arc<Team>> {
        let Self::Kept(_) = self else { return None };
        conversations(desk).called(eyes, question)
    }

    pub async fn keep(&self, desk: &Desk, eyes: &Principal, question: &Question, answer: &Answer) -> Option<Kept> {
        let Self::Kept(talk) = self else { return None };
        conversations(desk).keep(talk, eyes, question.as_str(), answer).await
    }

    /// Beside the asker, who waits for nothing of it, and not for ever.
    pub fn sum_up(self, desk: &Desk, eyes: Principal, kept: Option<&Kept>) {
        let (Self::Kept(talk), Some(last)) = (self, kept.map(|kept| kept.ordinal)) else { return };
        let (conversations, rewriter) = (conversations(desk), desk.answerer.rewriter.clone());
        desk.streams.meanwhile(async move {
            let summing = conversations.sum_up(&talk, last, &eyes, &rewriter);
            if tokio::time::timeout(SUMMING, summing).await.is_err() {
                tracing::warn!("summing up a conversation took too long");
            }
        });
    }
}

impl AskReply {
    pub fn kept(self, kept: Option<Kept>) -> Self {
        let Some(Kept { conversation, ordinal, handoff }) = kept else { return self };
        let handoff = handoff.map(HandoffReply::from);
        Self { conversation: Some(conversation.to_string()), turn: Some(ordinal), handoff, ..self }
    }
}

const NO_PART: &str = "`after` is not where a reply ended, or `limit` is not a number";

fn no_part(_: QueryRejection) -> ApiError {
    ApiError::bad_request(NO_PART)
}

pub(super) fn named(name: Name) -> Result<String, ApiError> {
    name.map(|Path(name)| name).map_err(|_| ApiError::not_found())
}

/// Nothing to look for is no search.
fn words(q: Option<String>) -> Result<Option<String>, ApiError> {
    let words = q.map(|words| words.trim().to_owned()).filter(|words| !words.is_empty());
    match &words {
        Some(words) if words.chars().count() > LONGEST_WORDS || words.contains('\0') => {
            Err(ApiError::bad_request(format!("q is at most {LONGEST_WORDS} letters long")))
        }
        _ => Ok(words),
    }
}

pub(super) fn conversations(desk: &Desk) -> Conversations {
    Conversations::of(&desk.answerer)
}
