//! The API as a client meets it: the real router over a real library, one request at a time.

mod access;
mod bad_input;
mod explain;
mod history;
mod table;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use metrics_exporter_prometheus::PrometheusBuilder;
use retrieval::cache::Caches;
use serde_json::Value;
use server::http::{Desk, Readiness, ReadyState, router};
use server::library::Library;
use tower::ServiceExt;

use crate::ground::Ground;
use crate::library::{Home, IndexKind};

pub const TOKEN: &str = "the-operators-own-token";

/// A served library.
pub struct Served {
    router: Router,
    pub readiness: Readiness,
    pub library: Arc<Library>,
    _folder: tempfile::TempDir,
}

/// A reply, read to its end.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The stable code of an error.
    pub fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_default().to_owned()
    }
}

/// With documents of every kind in it.
pub const TEXTS: [(&str, &str, &str); 5] = [
    ("refunds.md", "public", "# Refunds\n\nRefunds take ten business days to arrive."),
    ("sla.md", "customer", "# Service\n\nService is restored within nine hours."),
    ("desk.md", "internal", "# Refunds inside\n\nRefunds take four business days for real."),
    ("pay.md", "internal,groups=hr", "# Pay\n\nRefunds of wages take thirty business days."),
    ("deal.md", "restricted", "# Deal\n\nRefunds take ninety business days after the deal."),
];

pub async fn served() -> Served {
    serve(true).await
}

pub async fn serve(visitors: bool) -> Served {
    let home = Home::new(Ground::sqlite().await, IndexKind::Memory);
    home.ingest(&TEXTS).await;
    let (answerer, readiness) = (home.answerer(), Readiness::new(ReadyState::Ready));
    let library = Arc::new(home.library);
    let desk = Desk {
        workspace: library.workspace,
        answerer,
        library: Arc::clone(&library),
        readiness: readiness.clone(),
        operator_token: TOKEN.to_owned().into(),
        visitors,
        caches: Caches::default(),
        metrics: PrometheusBuilder::new().build_recorder().handle(),
    };
    Served { router: router(desk), readiness, library, _folder: home.ground.folder }
}

/// Who sends a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sender {
    Nobody,
    Operator,
    /// With this in the Authorization header, byte for byte.
    With(&'static [u8]),
}

impl Served {
    pub async fn send(&self, sender: Sender, method: &str, path: &str, body: &str) -> Reply {
        self.send_as(sender, method, path, Some("application/json"), body.as_bytes().to_vec()).await
    }

    pub async fn send_as(
        &self,
        sender: Sender,
        method: &str,
        path: &str,
        content_type: Option<&str>,
        body: Vec<u8>,
    ) -> Reply {
        let mut request = Request::builder().method(Method::from_bytes(method.as_bytes()).unwrap()).uri(path);
        if let Some(content_type) = content_type {
            request = request.header(header::CONTENT_TYPE, content_type);
        }
        request = match sender {
            Sender::Nobody => request,
            Sender::Operator => request.header(header::AUTHORIZATION, format!("Bearer {TOKEN}")),
            Sender::With(value) => request.header(header::AUTHORIZATION, value),
        };
        let response = self.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        let body = String::from_utf8_lossy(&body).into_owned();
        let reply = Reply { status: parts.status, headers: parts.headers, body };
        assert_guarded(&reply);
        reply
    }

    pub async fn search(&self, sender: Sender, query: &str, as_label: Option<&str>) -> Reply {
        self.send(sender, "POST", "/api/v1/search", &serde_json::json!({"query": query, "as": as_label}).to_string())
            .await
    }

    pub async fn ask(&self, sender: Sender, question: &str, as_label: Option<&str>) -> Reply {
        self.send(sender, "POST", "/api/v1/ask", &serde_json::json!({"question": question, "as": as_label}).to_string())
            .await
    }
}

/// Every single reply carries these.
fn assert_guarded(reply: &Reply) {
    let header = |name: &str| reply.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default();
    let policy = header("content-security-policy");
    for rule in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"] {
        assert!(policy.contains(rule), "{rule} is missing: {reply:?}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(header(name), value, "{name}: {reply:?}");
    }
    for word in ["panicked", "src/", "sqlx", "SELECT ", "backtrace"] {
        assert!(!reply.body.contains(word) || reply.headers["content-type"] != "application/json", "{word}: {reply:?}");
    }
}
