//! HTTP: who, what, call, answer. The routes stand in one table with what each needs; nothing is served that is not in it.
//!
//! Wire types live here, domain types do not cross. Knows no SQL and no concrete adapter.

mod access;
mod asking;
mod audit;
mod backup;
mod compatible;
mod conversations;
mod cookie;
mod csrf;
mod cursor;
mod documents;
mod error;
mod etag;
mod generations;
mod handlers;
mod headers;
mod idempotency;
mod inbox;
mod insight;
mod inward;
mod jobs;
mod keeping;
pub mod limits;
mod live;
mod oidc;
pub mod openapi;
mod originals;
mod page;
mod ready;
mod receipts;
mod request_id;
mod review;
mod schedules;
mod serve;
mod sessions;
mod settings;
mod simulate;
mod sites;
mod socket;
mod spending;
mod suggestions;
mod transcripts;
mod uploads;
mod versions;
mod watching;
mod who;
mod widget;
pub mod wire;

mod groups;
mod keys;
mod people;

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use metrics_exporter_prometheus::PrometheusHandle;
use retrieval::cache::Caches;
use tower_http::catch_panic::CatchPanicLayer;

use crate::answer::Answerer;
use crate::audit::Audit;
use crate::canary::Watch;
use crate::chat::Till;
use crate::config::Table;
use crate::config::branding::BrandingConfig;
use crate::library::Library;
use crate::people::People;
use crate::people::oidc::Provider;

pub use access::{Needs, ROUTES, Route};
pub use inward::Inward;
pub use live::Streams;
pub use ready::{Readiness, State as ReadyState};
pub use serve::{Listening, Patience, Tls, TlsError, serve};
pub use who::Peer;
pub use widget::Widget;

/// How the house stands to the network.
#[derive(Clone)]
pub struct Front {
    /// Whether browsers reach it over TLS: its own, or that of a proxy before it.
    pub is_secure: bool,
    /// Whether a proxy stands before it, which is believed when it says from where a request comes.
    pub behind_proxy: bool,
    pub limits: limits::Limits,
}

/// What the handlers work with.
#[derive(Clone)]
pub struct Desk {
    pub people: People,
    /// A provider to sign in with, where one is configured.
    pub oidc: Option<Provider>,
    pub audit: Audit,
    pub watch: Watch,
    pub answerer: Answerer,
    /// The answers that are on their way.
    pub streams: Streams,
    pub library: Arc<Library>,
    pub readiness: Readiness,
    pub caches: Caches,
    pub metrics: PrometheusHandle,
    /// What language models cost.
    pub till: Till,
    /// What the house was told, as it may be shown.
    pub settings: Arc<Vec<Table>>,
    /// What its file says of how it is called and looks; the rest is set in the app.
    pub branding: Arc<BrandingConfig>,
    /// Sites that visitors may ask from, where there are any.
    pub widget: Option<Widget>,
    pub front: Front,
}

/// Every route of the table behind its guard, and all of them behind the layers that every request passes: last named,
/// first passed.
pub fn router(desk: Desk) -> Router {
    let guarded = |route: &Route| {
        let cost = limits::cost(route.method, route.path);
        let guard = who::Guard { desk: desk.clone(), needs: route.needs, cost };
        (route.handler)().layer(from_fn_with_state(guard, who::guard))
    };
    let router = ROUTES.iter().fold(Router::new(), |router, route| router.route(route.path, guarded(route)));
    router
        .fallback(error::no_such_route)
        .method_not_allowed_fallback(error::no_such_method)
        .layer(from_fn(csrf::refuse))
        .layer(from_fn_with_state(desk.clone(), widget::invite))
        .layer(CatchPanicLayer::custom(error::panicked))
        .layer(from_fn_with_state(desk.clone(), headers::set))
        .layer(from_fn(request_id::give))
        .with_state(desk)
}
