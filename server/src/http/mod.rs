//! HTTP: who, what, call, answer. The routes stand in one table with what each needs; nothing is served that is not in it.
//!
//! Wire types live here, domain types do not cross. Knows no SQL and no concrete adapter.

mod access;
mod error;
mod handlers;
mod headers;
mod keeping;
mod page;
mod ready;
mod serve;
mod sites;
mod who;
pub mod wire;

use std::sync::Arc;

use axum::Router;
use metrics_exporter_prometheus::PrometheusHandle;
use retrieval::cache::Caches;
use retrieval::model::WorkspaceId;
use tower_http::catch_panic::CatchPanicLayer;

use crate::answer::Answerer;
use crate::config::Secret;
use crate::library::Library;

pub use access::{Needs, ROUTES, Route};
pub use ready::{Readiness, State as ReadyState};
pub use serve::serve;

/// What the handlers work with.
#[derive(Clone)]
pub struct Desk {
    pub workspace: WorkspaceId,
    pub answerer: Answerer,
    pub library: Arc<Library>,
    pub readiness: Readiness,
    /// Whoever can read the data directory can read this: it makes the command line's requests the operator's.
    pub operator_token: Secret,
    pub visitors: bool,
    pub caches: Caches,
    pub metrics: PrometheusHandle,
}

/// Every route of the table, behind the layers that every request passes.
pub fn router(desk: Desk) -> Router {
    let router = ROUTES.iter().fold(Router::new(), |router, route| router.route(route.path, (route.handler)()));
    router
        .fallback(error::no_such_route)
        .layer(CatchPanicLayer::custom(error::panicked))
        .layer(axum::middleware::from_fn(headers::set))
        .with_state(desk)
}
