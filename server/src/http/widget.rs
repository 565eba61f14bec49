//! The widget: a window on other sites, in which their visitors ask what everybody may read.
//!
//! Pages of the sites that the configuration names may ask from afar, and nothing else: every other route stays as shut to
//! them as to any site. Whatever such a request brings along is taken off it at once, so that nobody's cookie and nobody's key
//! speaks for a page that is not ours: it comes with empty hands, and is a visitor's. That a browser says from where it comes
//! guards visitors, not the house: what a program could say as well opens nothing that a visitor does not have. More opens only
//! to whom their site vouches for, by a token that it signed (`people/guest.rs`).

use std::collections::BTreeSet;

use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE,
    AUTHORIZATION, COOKIE, ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use retrieval::model::WorkspaceId;

use super::Desk;
use super::error::ApiError;
use super::limits::{Cost, Limits, Whose};
use super::page;
use super::who::Peer;
use crate::clock::Clock;
use crate::config::LimitConfig;
use crate::config::widget::WidgetConfig;
use crate::people::guest::{Guest, Guests, NoGuest};

const SCRIPT: &str = "/widget.js";
const ASK: &str = "/api/v1/ask";
const CONVERSATIONS: &str = "/api/v1/conversations";
const TOKEN: HeaderName = HeaderName::from_static("lectern-visitor");
/// Browsers ask again after ten minutes.
const ASKED_AGAIN: HeaderValue = HeaderValue::from_static("600");

/// Where it may stand, and how much may be asked in it.
#[derive(Clone)]
pub struct Widget {
    origins: BTreeSet<String>,
    limits: Limits,
    clock: Clock,
    guests: Option<Guests>,
}

/// Marks a request that was let in from another site, with empty hands, and whom that vouches for.
#[derive(Clone)]
pub struct Invited(pub Option<Guest>);

impl Widget {
    pub fn new(config: &WidgetConfig, clock: Clock, connections: usize) -> Self {
        let questions_per_minute = config.questions_per_minute;
        // Requests are counted where all are.
        let limits = LimitConfig { questions_per_minute, requests_per_minute: u32::MAX, connections };
        let guests = config.vouching.as_ref().map(|vouching| Guests::new(&vouching.secrets, vouching.most.clone()));
        Self { origins: config.origins.clone(), limits: Limits::new(clock.clone(), limits), clock, guests }
    }

    /// Whom the site vouches for, if it says so.
    fn vouched(&self, headers: &HeaderMap, workspace: WorkspaceId) -> Result<Option<Guest>, ApiError> {
        let mut tokens = headers.get_all(TOKEN).iter();
        let Some(token) = tokens.next() else { return Ok(None) };
        let token = token.to_str().ok().filter(|_| tokens.next().is_none());
        let guests = self.guests.as_ref().ok_or(NoGuest::NobodyVouches);
        let vouched =
            guests.and_then(|guests| guests.vouched(token.ok_or(NoGuest::Malformed)?, workspace, self.clock.now_ms()));
        vouched.map(Some).map_err(|error| ApiError::not_vouched(&error.to_string()))
    }

    /// The site that a request comes from, if it may ask.
    fn guest(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let mut origins = headers.get_all(ORIGIN).iter();
        let origin = origins.next().filter(|_| origins.next().is_none())?;
        self.origins.contains(origin.to_str().ok()?).then(|| origin.clone())
    }
}

/// The element, for whoever puts it into a page.
pub async fn script(headers: HeaderMap) -> Response {
    page::named("widget.js", &headers)
}

/// Open to the sites that are named what the widget needs, before it is looked at whether a request comes from afar.
pub async fn invite(State(desk): State<Desk>, mut request: Request, next: Next) -> Response {
    let Some(widget) = &desk.widget else { return next.run(request).await };
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let Some(guest) = widget.guest(request.headers()).filter(|_| is_open(&method, &path)) else {
        return next.run(request).await;
    };
    let mut response = match (&method, path.as_str()) {
        (&Method::OPTIONS, _) => beforehand(),
        (_, SCRIPT) => next.run(request).await,
        _ => match let_in(widget, &request, desk.people.door.workspace) {
            Ok(invited) => {
                request.headers_mut().remove(COOKIE);
                request.headers_mut().remove(AUTHORIZATION);
                request.extensions_mut().insert(invited);
                next.run(request).await
            }
            Err(refusal) => refusal.into_response(),
        },
    };
    response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, guest);
    response.headers_mut().append(VARY, HeaderValue::from_static("Origin"));
    response
}

/// What the window needs: itself, asking, and a conversation that is its visitor's own.
fn is_open(method: &Method, path: &str) -> bool {
    let is_one = path.strip_prefix(CONVERSATIONS).and_then(|rest| rest.strip_prefix('/'));
    let is_one = is_one.is_some_and(|name| !name.is_empty() && !name.contains('/'));
    match *method {
        Method::GET => path == SCRIPT || is_one,
        Method::POST => path == ASK || path == CONVERSATIONS,
        Method::OPTIONS => path == ASK || path == CONVERSATIONS || is_one,
        _ => false,
    }
}

fn let_in(widget: &Widget, request: &Request, workspace: WorkspaceId) -> Result<Invited, ApiError> {
    let vouched = widget.vouched(request.headers(), workspace)?;
    let whose = match &vouched {
        Some(guest) => Some(Whose::Guest(guest.id)),
        None => Whose::at(request.extensions().get::<Peer>()),
    };
    let cost = if request.uri().path() == ASK { Cost::Question } else { Cost::Request };
    widget.limits.take(whose, cost).map(|()| Invited(vouched))
}

/// What a browser wants to know before it lets a page ask.
fn beforehand() -> Response {
    let allowed = [
        (ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST")),
        (
            ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static("accept, content-type, lectern-visitor, x-conversation-secret"),
        ),
        (ACCESS_CONTROL_MAX_AGE, ASKED_AGAIN),
    ];
    (StatusCode::NO_CONTENT, allowed).into_response()
}
