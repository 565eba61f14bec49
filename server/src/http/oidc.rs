//! The handlers of signing in with a provider: a browser sets out, and comes back.
//!
//! Whatever goes wrong leads to the page to sign in on, with a code of ours behind it; what the provider said of it does not
//! cross.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use serde_json::json;

use super::audit::During;
use super::error::ApiError;
use super::sessions::note_as;
use super::who::From;
use super::wire::{OidcAnswer, OidcWay, SignInWays};
use super::{Desk, cookie};
use crate::audit::{Deed, What};
use crate::people::oidc::{Answer, LASTS, OidcError, Provider};

const HOME: &str = "/";

pub async fn ways(State(desk): State<Desk>) -> Json<SignInWays> {
    let oidc = desk.oidc.map(|provider| OidcWay { name: provider.config().name.clone() });
    Json(SignInWays { password: true, oidc })
}

pub async fn start(State(desk): State<Desk>) -> Result<Response, ApiError> {
    let set_out = desk.people.set_out(provider(&desk)?).await;
    Ok(match set_out {
        Ok((address, secret)) => go(address.as_str(), [cookie::errand(&secret, LASTS)]),
        Err(error) => turned_away(&error),
    })
}

pub async fn callback(
    State(desk): State<Desk>,
    From(whence): From,
    During(occasion): During,
    headers: HeaderMap,
    answer: Result<Query<OidcAnswer>, QueryRejection>,
) -> Result<Response, ApiError> {
    let provider = provider(&desk)?;
    let Ok(Query(OidcAnswer { code, state, error, iss })) = answer else { return Ok(turned_away(&OidcError::Stale)) };
    let answer =
        Answer { code: code.as_deref(), state: state.as_deref(), error: error.as_deref(), issuer: iss.as_deref() };
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let came_back = desk.people.come_back(provider, cookie::errand_of(cookies), &answer, &whence).await;
    if let Ok((person, _)) = &came_back {
        let deed = Deed::new(What::SignedIn, occasion).with(json!({"way": "oidc"}));
        note_as(&desk, *person, deed).await?;
    }
    Ok(match came_back {
        Ok((_, secret)) => go(HOME, [cookie::stay(&secret, desk.people.door.stay.longest), cookie::errand_gone()]),
        Err(error) => turned_away(&error),
    })
}

/// Where none is configured, nothing is there.
fn provider(desk: &Desk) -> Result<&Provider, ApiError> {
    desk.oidc.as_ref().ok_or_else(ApiError::not_found)
}

fn go<const N: usize>(address: &str, cookies: [HeaderValue; N]) -> Response {
    (AppendHeaders(cookies.map(|cookie| (SET_COOKIE, cookie))), Redirect::to(address)).into_response()
}

fn turned_away(error: &OidcError) -> Response {
    let code = error.code();
    tracing::warn!(code, ?error, "nobody came in by way of the provider");
    go(&format!("/sign-in#oidc={code}"), [])
}
