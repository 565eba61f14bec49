//! Every route of the table, by who may not send it a request, and what is in no table.

use axum::http::StatusCode;
use server::http::{Needs, ROUTES, ReadyState, Route};

use super::{Reply, Sender, served};

const WRONG: [Sender; 6] = [
    Sender::With(b"Bearer wrong"),
    Sender::With(b"Bearer "),
    Sender::With(b"Bearer the-operators-own-token2"),
    Sender::With(b"bearer the-operators-own-token"),
    Sender::With(b"Basic dGhlLW9wZXJhdG9yczp0b2tlbg=="),
    Sender::With(b"Bearer \xff\xfe"),
];

/// A path of the table, with something in the place of every object.
fn path(route: &Route) -> String {
    let parts = route.path.split('/').map(|part| if part.starts_with('{') { "nothing" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

fn is_turned_away(reply: &Reply) -> bool {
    (reply.status, reply.code().as_str()) == (StatusCode::UNAUTHORIZED, "not_allowed")
}

/// Whoever opens with the right one is in `who_sees_what`.
#[tokio::test]
async fn a_wrong_credential_opens_no_route() {
    let served = served().await;
    for route in ROUTES.iter().filter(|route| route.needs != Needs::Nothing) {
        for sender in WRONG {
            let reply = served.send(sender, route.method, &path(route), "{}").await;
            assert!(is_turned_away(&reply), "{} {} {sender:?}: {reply:?}", route.method, route.path);
        }
    }
}

#[tokio::test]
async fn where_visitors_are_turned_away_only_the_operator_is_let_in() {
    let served = super::serve(false).await;
    for route in ROUTES.iter().filter(|route| route.needs != Needs::Nothing) {
        let nobody = served.send(Sender::Nobody, route.method, &path(route), "{}").await;
        assert!(is_turned_away(&nobody), "{} {}: {nobody:?}", route.method, route.path);
        let operator = served.send(Sender::Operator, route.method, &path(route), "{}").await;
        assert_ne!(operator.status, StatusCode::UNAUTHORIZED, "{} {}: {operator:?}", route.method, route.path);
    }
}

#[tokio::test]
async fn what_is_not_in_the_table_is_not_there() {
    let served = served().await;
    for path in ["/api", "/api/v1", "/api/v1/documents/x", "/ui/", "/ui/nothing.js", "/index.php", "/api/v1/jobs/"] {
        let reply = served.send(Sender::Operator, "GET", path, "").await;
        assert!(matches!(reply.status.as_u16(), 404 | 405), "{path}: {reply:?}");
    }
    for path in ["/ui/../Cargo.toml", "/ui/%2e%2e%2fCargo.toml", "/ui/..%2fsrc%2fmain.rs", "/ui/%2fetc%2fpasswd"] {
        let reply = served.send(Sender::Nobody, "GET", path, "").await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{path}: {reply:?}");
    }
    for (method, path) in
        [("PUT", "/api/v1/ask"), ("GET", "/api/v1/search"), ("PATCH", "/api/v1/documents"), ("POST", "/")]
    {
        let reply = served.send(Sender::Operator, method, path, "{}").await;
        assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}: {reply:?}");
    }
}

#[tokio::test]
async fn ready_says_why_not() {
    let served = served().await;
    for (state, status, words) in [
        (ReadyState::Ready, 200, "ready"),
        (ReadyState::Rebuilding, 503, "rebuilt"),
        (ReadyState::Draining, 503, "shutting down"),
    ] {
        served.readiness.set(state);
        let reply = served.send(Sender::Nobody, "GET", "/readyz", "").await;
        assert_eq!(reply.status.as_u16(), status);
        assert!(reply.json()["state"].as_str().unwrap().contains(words), "{reply:?}");
        assert_eq!(served.send(Sender::Nobody, "GET", "/healthz", "").await.status, StatusCode::OK);
        // Half an index must not say "I don't know".
        let expected = if state == ReadyState::Rebuilding { "unavailable" } else { "" };
        for reply in
            [served.ask(Sender::Nobody, "refunds?", None).await, served.search(Sender::Nobody, "x", None).await]
        {
            let code = if reply.status == StatusCode::OK { String::new() } else { reply.code() };
            assert_eq!(code, expected, "{state:?}: {reply:?}");
        }
    }
    served.readiness.set(ReadyState::Ready);
    served.library.store.close().await;
    let reply = served.send(Sender::Nobody, "GET", "/readyz", "").await;
    assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(reply.body.contains("database"), "{reply:?}");
    let reply = served.ask(Sender::Nobody, "How long do refunds take?", None).await;
    assert_eq!((reply.status, reply.code().as_str()), (StatusCode::SERVICE_UNAVAILABLE, "unavailable"));
}

#[tokio::test]
async fn the_page_runs_nothing_from_elsewhere() {
    let served = served().await;
    let page = served.send(Sender::Nobody, "GET", "/", "").await;
    assert!(page.headers["content-type"].to_str().unwrap().starts_with("text/html"));
    assert!(
        !page.body.contains("://") && !page.body.contains("<script>") && !page.body.contains("style="),
        "{}",
        page.body
    );
    for file in ["pages/join.js", "pages/sign-in.js", "api.js", "shell/header.js", "pages/account.js", "index.html"] {
        let reply = served.send(Sender::Nobody, "GET", &format!("/ui/{file}"), "").await;
        assert_eq!(reply.status, StatusCode::OK, "{file}");
        for bad in ["innerHTML", "eval(", "<script>", "style=", "://", "onclick", "document.write"] {
            assert!(!reply.body.contains(bad), "{file}: {bad}");
        }
    }
    for (file, kind) in
        [("pages/ask/page.js", "javascript"), ("style/base.css", "text/css"), ("index.html", "text/html")]
    {
        let reply = served.send(Sender::Nobody, "GET", &format!("/ui/{file}"), "").await;
        assert!(reply.headers["content-type"].to_str().unwrap().contains(kind), "{reply:?}");
        assert!(!reply.body.contains("innerHTML") && !reply.body.contains("eval("), "{file}");
    }
}
