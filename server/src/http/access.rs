//! The route table: every path with what it needs of the asker. `tidy` fails when a handler is wired anywhere else.

use axum::extract::DefaultBodyLimit;
use axum::routing::{MethodRouter, delete, get, post};

use super::{Desk, handlers, keeping, page, sites};

/// A question of 4,000 characters fits many times over.
const QUESTION_BYTES: usize = 512 * 1024;
/// A batch of files from the command line: 50 MB of content in base64.
const DOCUMENTS_BYTES: usize = 72 * 1024 * 1024;

/// What a route needs before it does anything.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Needs {
    /// Says nothing about any document.
    Nothing,
    /// A clearance: whatever comes back was readable to it.
    Clearance,
    /// The operator: holds the data directory's token.
    Operator,
}

pub struct Route {
    pub method: &'static str,
    pub path: &'static str,
    pub needs: Needs,
    pub handler: fn() -> MethodRouter<Desk>,
}

pub const ROUTES: &[Route] = &[
    Route { method: "GET", path: "/", needs: Needs::Nothing, handler: || get(page::index) },
    Route { method: "GET", path: "/ui/{file}", needs: Needs::Nothing, handler: || get(page::file) },
    Route { method: "GET", path: "/healthz", needs: Needs::Nothing, handler: || get(handlers::healthz) },
    Route { method: "GET", path: "/readyz", needs: Needs::Nothing, handler: || get(handlers::readyz) },
    Route { method: "GET", path: "/metrics", needs: Needs::Operator, handler: || get(handlers::metrics) },
    Route {
        method: "POST",
        path: "/api/v1/search",
        needs: Needs::Clearance,
        handler: || post(handlers::search).layer(DefaultBodyLimit::max(QUESTION_BYTES)),
    },
    Route {
        method: "POST",
        path: "/api/v1/ask",
        needs: Needs::Clearance,
        handler: || post(handlers::ask).layer(DefaultBodyLimit::max(QUESTION_BYTES)),
    },
    Route {
        method: "POST",
        path: "/api/v1/why",
        needs: Needs::Operator,
        handler: || post(handlers::why).layer(DefaultBodyLimit::max(QUESTION_BYTES)),
    },
    Route {
        method: "POST",
        path: "/api/v1/documents",
        needs: Needs::Operator,
        handler: || post(keeping::add_documents).layer(DefaultBodyLimit::max(DOCUMENTS_BYTES)),
    },
    Route {
        method: "DELETE",
        path: "/api/v1/documents",
        needs: Needs::Operator,
        handler: || delete(keeping::remove_document),
    },
    Route {
        method: "GET",
        path: "/api/v1/documents/inspect",
        needs: Needs::Operator,
        handler: || get(keeping::inspect),
    },
    Route {
        method: "POST",
        path: "/api/v1/documents/sync",
        needs: Needs::Operator,
        handler: || post(keeping::sync).layer(DefaultBodyLimit::max(DOCUMENTS_BYTES)),
    },
    Route { method: "GET", path: "/api/v1/jobs/{job}", needs: Needs::Operator, handler: || get(keeping::job) },
    Route { method: "POST", path: "/api/v1/jobs/retry", needs: Needs::Operator, handler: || post(keeping::retry) },
    Route { method: "POST", path: "/api/v1/sources", needs: Needs::Operator, handler: || post(sites::crawl) },
    Route { method: "GET", path: "/api/v1/sources", needs: Needs::Operator, handler: || get(sites::list) },
    Route { method: "GET", path: "/api/v1/sources/{source}", needs: Needs::Operator, handler: || get(sites::source) },
    Route {
        method: "DELETE",
        path: "/api/v1/sources/{source}",
        needs: Needs::Operator,
        handler: || delete(sites::forget),
    },
    Route {
        method: "GET",
        path: "/api/v1/sources/{source}/pages",
        needs: Needs::Operator,
        handler: || get(sites::pages),
    },
    Route {
        method: "POST",
        path: "/api/v1/sources/{source}/confirm",
        needs: Needs::Operator,
        handler: || post(sites::confirm),
    },
    Route {
        method: "POST",
        path: "/api/v1/sources/{source}/explain",
        needs: Needs::Operator,
        handler: || post(sites::explain),
    },
];
