//! The API as a client meets it: the real router over a real library, one request at a time.

mod access;
mod audit;
mod backup;
mod bad_input;
mod compatible;
mod conversations;
mod disagreeing;
mod documents;
mod explain;
mod folders;
mod forgotten;
mod generations;
mod handoffs;
mod history;
mod insight;
mod jobs;
mod limits;
mod malformed;
mod openapi;
mod remembering;
mod review;
mod room;
mod schema;
mod security;
mod settings;
mod simulate;
mod spending;
pub mod streams;
mod suggestions;
mod table;
mod talks;
mod told_again;
mod widget;

mod keys;
mod people;
mod sessions;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use metrics_exporter_prometheus::PrometheusBuilder;
use retrieval::access::{Role, Scope};
use retrieval::cache::Caches;
use retrieval::model::{KeyId, PersonId};
use serde_json::Value;
use server::answer::Answerer;
use server::audit::Audit;
use server::canary::{NoCages, Watch};
use server::chat::{Budgets, Till};
use server::config::LimitConfig;
use server::http::limits::Limits;
use server::http::{Desk, Front, Readiness, ReadyState, Streams, router};
use server::library::Library;
use server::people::door::{Door, Stay};
use server::people::{KeyWish, People, PersonState, Whence};
use server::store::NewPerson;
use tower::ServiceExt;

use crate::ground::{Ground, label};
use crate::library::{Home, IndexKind};

pub const TOKEN: &str = "the-operators-own-token";

/// More than any test asks that is not about them.
pub const PLENTY: LimitConfig =
    LimitConfig { questions_per_minute: 60_000, requests_per_minute: 60_000, connections: 1_024 };

/// A served library.
pub struct Served {
    pub router: Router,
    pub people: People,
    pub desk: Desk,
    pub readiness: Readiness,
    pub library: Arc<Library>,
    /// Whose clock can be turned.
    pub ground: Ground,
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
    limited(visitors, PLENTY).await
}

pub async fn limited(visitors: bool, limits: LimitConfig) -> Served {
    let home = Home::new(Ground::sqlite().await, IndexKind::Memory);
    home.ingest(&TEXTS).await;
    let answerer = home.answerer();
    over(home, answerer, visitors, limits)
}

/// What stands already.
pub fn serve_home(home: Home, answerer: Answerer, visitors: bool) -> Served {
    over(home, answerer, visitors, PLENTY)
}

fn over(home: Home, answerer: Answerer, visitors: bool, limits: LimitConfig) -> Served {
    let readiness = Readiness::new(ReadyState::Ready);
    let library = Arc::new(home.library);
    let door = Door {
        store: library.store.clone(),
        workspace: library.workspace,
        operator: TOKEN.to_owned().into(),
        visitors,
        stay: Stay { idle: Duration::from_secs(3_600), longest: Duration::from_secs(24 * 3_600) },
    };
    let people = People::new(door);
    let desk = Desk {
        people: people.clone(),
        oidc: None,
        audit: Audit::new(library.store.clone(), library.workspace),
        watch: Watch::new(Arc::new(NoCages), library.store.clone(), library.workspace),
        answerer,
        streams: Streams::default(),
        library: Arc::clone(&library),
        readiness: readiness.clone(),
        caches: Caches::default(),
        metrics: PrometheusBuilder::new().build_recorder().handle(),
        till: till(&library),
        settings: Arc::new(Vec::new()),
        branding: Arc::default(),
        widget: None,
        front: front(&library, limits),
    };
    Served { router: router(desk.clone()), people, desk, readiness, library, ground: home.ground }
}

/// As over TLS.
pub fn front(library: &Library, limits: LimitConfig) -> Front {
    let limits = Limits::new(library.store.clock().clone(), limits);
    Front { is_secure: true, behind_proxy: false, limits }
}

/// Without budgets.
pub fn till(library: &Library) -> Till {
    Till { store: library.store.clone(), workspace: library.workspace, budgets: Budgets::default() }
}

/// What somebody holds.
#[derive(Clone, Debug)]
pub enum Holding {
    Nothing,
    Cookie(String),
    Bearer(String),
}

impl Served {
    /// Somebody with an account and what they hold when they have signed in.
    pub async fn person(&self, login: &str, role: Role, who: &str) -> (PersonId, Holding) {
        let (store, workspace) = (&self.library.store, self.library.workspace);
        let label = label(who);
        for group in &label.groups {
            store.group_insert(workspace, group).await.unwrap();
        }
        let (login, name, state) = (login.to_owned(), login.to_owned(), PersonState::Active);
        let new = NewPerson { login, name, role, label, state, password: None };
        let person = store.person_insert(workspace, &new).await.unwrap();
        (person, self.stay(person).await)
    }

    /// A cookie of a new stay.
    pub async fn stay(&self, person: PersonId) -> Holding {
        let whence = Whence { address: "here".into(), agent: "test".into() };
        Holding::Cookie(self.people.stay(person, "password", &whence).await.unwrap().reveal().to_owned())
    }

    /// A key of this person for everything, perhaps within a label.
    pub async fn key(&self, owner: PersonId, within: Option<&str>) -> (KeyId, Holding) {
        let (scopes, within) = (Scope::ALL.into(), within.map(label));
        let wish = KeyWish { name: "program".into(), scopes, within, lasts: None };
        let (key, minted) = self.people.make_key(owner, &wish).await.unwrap();
        (key, Holding::Bearer(minted.text.reveal().to_owned()))
    }

    /// A request with JSON, or with nothing, in its body.
    pub async fn by(&self, holding: &Holding, method: &str, path: &str, body: &str) -> Reply {
        let mut request = Request::builder().method(Method::from_bytes(method.as_bytes()).unwrap()).uri(path);
        if !body.is_empty() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        request = match holding {
            Holding::Nothing => request,
            Holding::Cookie(cookie) => request.header(header::COOKIE, format!("__Host-lectern={cookie}")),
            Holding::Bearer(token) => request.header(header::AUTHORIZATION, format!("Bearer {token}")),
        };
        self.send_request(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    /// Whatever the request is.
    pub async fn send_request(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        // Each request has a name of its own; with it in there no two replies would be the same.
        let id = parts.headers["x-request-id"].to_str().unwrap();
        let body = String::from_utf8_lossy(&body).replace(id, "REQUEST");
        let reply = Reply { status: parts.status, headers: parts.headers, body };
        assert_guarded(&reply);
        reply
    }
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
        self.send_request(request.body(Body::from(body)).unwrap()).await
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
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("strict-transport-security", "max-age=63072000; includeSubDomains"),
    ] {
        assert_eq!(header(name), value, "{name}: {reply:?}");
    }
    // What has a tag may be a file of the page, which is the same for everybody; all else is kept nowhere.
    let has_tag = reply.headers.contains_key("etag");
    let kept = header("cache-control");
    // A file whose address changes with it is good for ever: a script, a style or a picture, and nothing that the API says.
    let files = ["text/javascript", "text/css", "image/svg+xml"];
    let is_file = has_tag && files.iter().any(|kind| header("content-type").starts_with(kind));
    let for_good = is_file && kept == "public, max-age=31536000, immutable";
    assert!(kept == "no-store" || for_good || has_tag && kept == "no-cache", "{kept}: {reply:?}");
    assert!(header("permissions-policy").contains("camera=()"), "{reply:?}");
    assert!(header("x-request-id").len() == 32, "{reply:?}");
    let opened = |name: &str| name.starts_with("access-control-") || name == "server" || name == "x-powered-by";
    assert!(!reply.headers.keys().any(|name| opened(name.as_str())), "{reply:?}");
    // What has a tag may be asked about again; what is somebody's is kept by nobody.
    assert!(kept == "no-store" || for_good || (kept == "no-cache" && has_tag), "{kept}: {reply:?}");
    for word in ["panicked", "src/", "sqlx", "SELECT ", "backtrace"] {
        assert!(!reply.body.contains(word) || reply.headers["content-type"] != "application/json", "{word}: {reply:?}");
    }
}
