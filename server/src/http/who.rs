//! Who asks: the one place where a request becomes a principal.

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use retrieval::access::{AccessError, AccessLabel, Principal, Role};

use super::Desk;
use super::error::ApiError;
use super::wire::Viewer;

/// Anybody: the operator with the token, a visitor without one.
pub struct Asker(Principal);

/// The operator, or nobody gets past.
pub struct Operator(pub Principal);

impl Asker {
    /// The principal to answer; `as_label` is for the operator, who may ask as somebody who reads less.
    pub fn seeing_as(self, as_label: Option<AccessLabel>) -> Result<Principal, AccessError> {
        as_label.map_or(Ok(self.0.clone()), |label| self.0.seeing_as(label))
    }

    /// Decided by who holds the token, whoever's eyes are looked through.
    pub fn viewer(&self) -> Viewer {
        match self.0.role() {
            Role::Admin => Viewer::Operator,
            Role::Reader | Role::Editor => Viewer::Visitor,
        }
    }
}

impl FromRequestParts<Desk> for Asker {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, ApiError> {
        match (token(parts)?, desk.visitors) {
            (Some(token), _) if same(token, desk.operator_token.reveal()) => {
                Ok(Self(Principal::operator(desk.workspace)))
            }
            (Some(_), _) => Err(ApiError::not_allowed()),
            (None, true) => Ok(Self(Principal::anonymous(desk.workspace))),
            (None, false) => Ok(Self(Principal::turned_away(desk.workspace))),
        }
    }
}

impl FromRequestParts<Desk> for Operator {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, ApiError> {
        let held = token(parts)?.is_some_and(|token| same(token, desk.operator_token.reveal()));
        held.then(|| Self(Principal::operator(desk.workspace))).ok_or_else(ApiError::not_allowed)
    }
}

/// The bearer token; a header that is there but malformed is refused, not taken for a visitor.
fn token(parts: &Parts) -> Result<Option<&str>, ApiError> {
    let Some(header) = parts.headers.get(AUTHORIZATION) else { return Ok(None) };
    let token = header.to_str().ok().and_then(|value| value.strip_prefix("Bearer "));
    token.filter(|token| !token.is_empty()).map(Some).ok_or_else(ApiError::not_allowed)
}

/// Takes as long for a wrong token as for the right one.
fn same(given: &str, expected: &str) -> bool {
    blake3::hash(given.as_bytes()) == blake3::hash(expected.as_bytes())
}
