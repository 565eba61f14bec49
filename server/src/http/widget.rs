//! The widget: a window on other sites, in which their visitors ask what everybody may read.
//!
//! Pages of the sites that the configuration names may ask from afar, and nothing else: every other route stays as shut to
//! them as to any site. Whatever such a request brings along is taken off it at once, so that nobody's cookie and nobody's key
//! speaks for a page that is not ours: it comes with empty hands, and is a visitor's. That a browser says from where it comes
//! guards visitors, not the house: what a program could say as well opens nothing that a visitor does not have.

use std::collections::BTreeSet;

use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE,
    AUTHORIZATION, COOKIE, ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Desk;
use super::limits::{Cost, Limits, Whose};
use super::page;
use super::who::Peer;
use crate::clock::Clock;
use crate::config::LimitConfig;
use crate::config::widget::WidgetConfig;

const SCRIPT: &str = "/widget.js";
const ASK: &str = "/api/v1/ask";
/// Browsers ask again after ten minutes.
const ASKED_AGAIN: HeaderValue = HeaderValue::from_static("600");

/// Where it may stand, and how much may be asked in it.
#[derive(Clone)]
pub struct Widget {
    origins: BTreeSet<String>,
    limits: Limits,
}

/// Marks a request that was let in from another site, with empty hands.
#[derive(Clone, Copy)]
pub struct Invited;

impl Widget {
    pub fn new(config: &WidgetConfig, clock: Clock, connections: usize) -> Self {
        let questions_per_minute = config.questions_per_minute;
        // Requests are counted where all are.
        let limits = LimitConfig { questions_per_minute, requests_per_minute: u32::MAX, connections };
        Self { origins: config.origins.clone(), limits: Limits::new(clock, limits) }
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
    let is_open = [(Method::GET, SCRIPT), (Method::POST, ASK), (Method::OPTIONS, ASK)]
        .iter()
        .any(|(known, open)| *known == method && *open == path);
    let Some(guest) = widget.guest(request.headers()).filter(|_| is_open) else { return next.run(request).await };
    let mut response = match method {
        Method::OPTIONS => beforehand(),
        Method::GET => next.run(request).await,
        _ => match widget.limits.take(Whose::at(request.extensions().get::<Peer>()), Cost::Question) {
            Ok(()) => {
                request.headers_mut().remove(COOKIE);
                request.headers_mut().remove(AUTHORIZATION);
                request.extensions_mut().insert(Invited);
                next.run(request).await
            }
            Err(refusal) => refusal.into_response(),
        },
    };
    response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, guest);
    response.headers_mut().append(VARY, HeaderValue::from_static("Origin"));
    response
}

/// What a browser wants to know before it lets a page ask.
fn beforehand() -> Response {
    let allowed = [
        (ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST")),
        (ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("accept, content-type")),
        (ACCESS_CONTROL_MAX_AGE, ASKED_AGAIN),
    ];
    (StatusCode::NO_CONTENT, allowed).into_response()
}
