//! Who asks: what a request holds out, carried to the door, before anything of its body is read.
//!
//! A guard stands before every route, with what the table says it needs. Behind it a handler takes an [`Asker`], which is
//! there because the guard let somebody in.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_ENCODING, COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use retrieval::access::Principal;

use super::access::Needs;
use super::error::ApiError;
use super::idempotency::Repeats;
use super::limits::{Cost, Whose};
use super::widget::Invited;
use super::{Desk, cookie};
use crate::people::Whence;
use crate::people::door::{By, DoorError, Entered, Held};
use crate::people::policy::{self, Kind, Relation, Verb};

/// In which it is told that there is no such thing.
const STEP: Duration = Duration::from_millis(5);

/// Somebody whom the guard let in.
#[derive(Clone, Debug)]
pub struct Asker {
    pub principal: Principal,
    pub by: By,
}

impl Asker {
    pub fn may(&self, verb: Verb, kind: Kind, relation: Relation) -> bool {
        policy::may(&self.principal, verb, kind, relation)
    }

    pub fn must(&self, verb: Verb, kind: Kind, relation: Relation) -> Result<(), ApiError> {
        if self.may(verb, kind, relation) { Ok(()) } else { Err(self.refusal()) }
    }

    /// Whoever did not sign in may be let when they do.
    fn refusal(&self) -> ApiError {
        match self.by {
            By::Nothing => ApiError::not_allowed(),
            By::Operator | By::SignIn(_) | By::Key(_) => ApiError::forbidden(),
        }
    }
}

/// What the guard of one route knows.
#[derive(Clone)]
pub struct Guard {
    pub desk: Desk,
    pub needs: Needs,
    pub cost: Cost,
}

/// Let in whom the table lets in.
pub async fn guard(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let (mut parts, body) = request.into_parts();
    match guard.admit(&parts.headers, parts.extensions.get(), parts.extensions.get()).await {
        Err(refusal) => return refusal,
        Ok(None) => {}
        Ok(Some(asker)) => {
            if let By::Key(key) = asker.by {
                // Reading goes on where nothing can be written.
                let noted = guard.desk.audit.note_use(&asker.principal, key, super::audit::occasion(&parts)).await;
                if let Err(error) = noted {
                    tracing::warn!(%error, "the use of a key was not noted");
                }
            }
            parts.extensions.insert(asker);
            parts.extensions.insert(Repeats(Arc::clone(&guard.desk.library)));
        }
    }
    let response = next.run(Request::from_parts(parts, body)).await;
    if response.status() == StatusCode::NOT_FOUND {
        tokio::time::sleep(until_told(started.elapsed())).await;
    }
    response
}

/// What is hidden takes a little longer to be found than what is not there. So both are told when a hand that moves in
/// steps moves on, and the step is far longer than the difference.
fn until_told(elapsed: Duration) -> Duration {
    let step = STEP.as_nanos();
    let over = elapsed.as_nanos() % step;
    Duration::from_nanos(u64::try_from(step - over).unwrap_or_default())
}

impl Guard {
    /// Who it is, how often they asked, what they may, and at last whether the body can be read at all.
    async fn admit(
        &self,
        headers: &HeaderMap,
        peer: Option<&Peer>,
        invited: Option<&Invited>,
    ) -> Result<Option<Asker>, Response> {
        let limits = &self.desk.front.limits;
        let entering = async || match invited.and_then(|Invited(guest)| guest.as_ref()) {
            Some(guest) => self.desk.people.door.enter(Held::Word(guest)).await,
            None => entered(&self.desk, headers).await,
        };
        let may = match self.needs {
            Needs::Nothing => limits.take(Whose::at(peer), self.cost).map(|()| None),
            Needs::May(verb, kind) => match entering().await {
                Ok(entered) => {
                    limits.take(Whose::of(&entered, peer), self.cost).and_then(|()| let_in(entered, verb, kind))
                }
                Err(DoorError::Store(error)) => Err(ApiError::unavailable(error)),
                // Guessing is asking, too.
                Err(DoorError::Refused) => {
                    limits.take(Whose::at(peer), Cost::Request).map_err(IntoResponse::into_response)?;
                    return Err(refused());
                }
            },
        };
        let readable = may.and_then(|asker| if is_encoded(headers) { Err(ApiError::encoded()) } else { Ok(asker) });
        readable.map_err(IntoResponse::into_response)
    }
}

fn let_in(entered: Entered, verb: Verb, kind: Kind) -> Result<Option<Asker>, ApiError> {
    let Entered { principal, by } = entered;
    match by {
        _ if policy::may_some(&principal, verb, kind) => Ok(Some(Asker { principal, by })),
        By::Nothing => Err(ApiError::not_allowed()),
        By::Operator | By::SignIn(_) | By::Key(_) => Err(ApiError::forbidden()),
    }
}

/// What is small on the way can be huge once unpacked. Nobody who means well has to pack questions.
fn is_encoded(headers: &HeaderMap) -> bool {
    headers.get_all(CONTENT_ENCODING).iter().any(|encoding| encoding != "identity")
}

/// Whether whoever sends this is let do so, on a route that answers everybody.
pub async fn may(desk: &Desk, headers: &HeaderMap, verb: Verb, kind: Kind) -> bool {
    entered(desk, headers).await.is_ok_and(|entered| policy::may_some(&entered.principal, verb, kind))
}

/// Through the door, with what a request holds out.
pub async fn entered(desk: &Desk, headers: &HeaderMap) -> Result<Entered, DoorError> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let held = match headers.get(AUTHORIZATION) {
        Some(header) => Held::Bearer(bearer(header).ok_or(DoorError::Refused)?),
        None => cookie::of(cookies).map_or(Held::Nothing, Held::Cookie),
    };
    desk.people.door.enter(held).await
}

/// A header that is there but malformed is refused, not taken for a visitor's.
fn bearer(header: &HeaderValue) -> Option<&str> {
    header.to_str().ok()?.strip_prefix("Bearer ").filter(|token| !token.is_empty())
}

/// A cookie that does not open is taken away, so that the next request comes with empty hands.
fn refused() -> Response {
    let mut response = ApiError::not_allowed().into_response();
    response.headers_mut().append(header::SET_COOKIE, cookie::gone());
    response
}

impl<S: Send + Sync> FromRequestParts<S> for Asker {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let asker = parts.extensions.get::<Self>().cloned();
        asker.ok_or_else(|| ApiError::internal("a handler asks who asks where nobody was let in"))
    }
}

/// Where a request came from, for whoever looks at their sign-ins.
pub struct From(pub Whence);

/// The address of the other end, as the listener saw it.
#[derive(Clone, Debug)]
pub struct Peer(pub String);

const LONGEST_AGENT: usize = 200;

impl<S: Send + Sync> FromRequestParts<S> for From {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let address = parts.extensions.get::<Peer>().map_or_else(|| "unknown".into(), |peer| peer.0.clone());
        let agent = parts.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
        Ok(Self(Whence { address, agent: agent.chars().take(LONGEST_AGENT).collect() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absence_is_told_in_steps() {
        let check = |elapsed_us, expected_us| {
            let told = until_told(Duration::from_micros(elapsed_us));
            assert_eq!(told + Duration::from_micros(elapsed_us), Duration::from_micros(expected_us));
        };
        check(0, 5_000);
        check(204, 5_000);
        check(222, 5_000);
        check(4_999, 5_000);
        check(5_000, 10_000);
        check(12_345, 15_000);
    }
}
