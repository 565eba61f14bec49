//! Every route of the table, by everybody who may send it a request. A route that is not exercised here fails the test.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use server::http::{Needs, ROUTES, ReadyState};
use server::library::{Plan, Scope};
use server::people::policy::{Least, POLICY};

use super::{Sender, Served, served};
use crate::ground::label;

const WRONG: [Sender; 6] = [
    Sender::With(b"Bearer wrong"),
    Sender::With(b"Bearer "),
    Sender::With(b"Bearer the-operators-own-token2"),
    Sender::With(b"bearer the-operators-own-token"),
    Sender::With(b"Basic dGhlLW9wZXJhdG9yczp0b2tlbg=="),
    Sender::With(b"Bearer \xff\xfe"),
];

/// A request that succeeds for who may send it: method, path of the table, path to call, body.
fn requests(job: &str, source: &str) -> Vec<(&'static str, &'static str, String, String)> {
    let plain = |method, path: &'static str, body: &str| (method, path, path.to_owned(), body.to_owned());
    vec![
        plain("GET", "/", ""),
        ("GET", "/ui/{file}", "/ui/ask.js".into(), String::new()),
        plain("GET", "/healthz", ""),
        plain("GET", "/readyz", ""),
        plain("GET", "/openapi.json", ""),
        plain("GET", "/docs", ""),
        plain("GET", "/metrics", ""),
        plain("POST", "/api/v1/search", r#"{"query":"refunds"}"#),
        plain("POST", "/api/v1/ask", r#"{"question":"How long do refunds take?"}"#),
        plain("POST", "/api/v1/why", r#"{"document":"refunds.md","question":"How long do refunds take?"}"#),
        plain("POST", "/api/v1/documents", r#"{"documents":[{"origin":"n.md","tier":"public","content":"TmV3Lg=="}]}"#),
        ("GET", "/api/v1/jobs/{job}", format!("/api/v1/jobs/{job}"), String::new()),
        ("GET", "/api/v1/documents/inspect", "/api/v1/documents/inspect?name=refunds.md".into(), String::new()),
        plain("POST", "/api/v1/documents/sync", r#"{"folder":"/in","present":[]}"#),
        plain("POST", "/api/v1/jobs/retry", r#"{"job":null}"#),
        plain("POST", "/api/v1/sources", r#"{"url":"http://site.example/docs/","tier":"public"}"#),
        plain("GET", "/api/v1/sources", ""),
        ("GET", "/api/v1/sources/{source}", format!("/api/v1/sources/{source}"), String::new()),
        ("GET", "/api/v1/sources/{source}/pages", format!("/api/v1/sources/{source}/pages"), String::new()),
        ("POST", "/api/v1/sources/{source}/confirm", format!("/api/v1/sources/{source}/confirm"), String::new()),
        (
            "POST",
            "/api/v1/sources/{source}/explain",
            format!("/api/v1/sources/{source}/explain"),
            r#"{"url":"no address"}"#.into(),
        ),
        ("DELETE", "/api/v1/sources/{source}", format!("/api/v1/sources/{source}"), String::new()),
        plain("DELETE", "/api/v1/documents", r#"{"name":"nobody.md"}"#),
        plain("GET", "/api/v1/sign-in-ways", ""),
        plain("GET", "/join", ""),
        plain("GET", "/sign-in", ""),
        plain("GET", "/api/v1/people", ""),
        plain("GET", "/api/v1/groups", ""),
    ]
}

/// What only somebody with an account, a password or a link is let do: see `who_sees_what`.
const NEEDS_AN_ACCOUNT: &[(&str, &str)] = &[
    ("POST", "/api/v1/sessions"),
    ("GET", "/api/v1/sessions"),
    ("DELETE", "/api/v1/sessions/current"),
    ("DELETE", "/api/v1/sessions/{session}"),
    ("GET", "/api/v1/me"),
    ("POST", "/api/v1/me/password"),
    ("POST", "/api/v1/links/inspect"),
    ("POST", "/api/v1/links/redeem"),
    ("GET", "/api/v1/documents"),
    ("POST", "/api/v1/documents/upload"),
    ("GET", "/api/v1/documents/{document}"),
    ("PATCH", "/api/v1/documents/{document}"),
    ("DELETE", "/api/v1/documents/{document}"),
    ("GET", "/api/v1/documents/{document}/chunks"),
    ("GET", "/api/v1/documents/{document}/text"),
    ("GET", "/api/v1/documents/{document}/original"),
    ("GET", "/api/v1/jobs"),
    ("GET", "/api/v1/oidc/start"),
    ("GET", "/api/v1/oidc/callback"),
    ("POST", "/api/v1/people"),
    ("GET", "/api/v1/people/{person}"),
    ("PATCH", "/api/v1/people/{person}"),
    ("DELETE", "/api/v1/people/{person}"),
    ("POST", "/api/v1/people/{person}/link"),
    ("GET", "/api/v1/people/{person}/sessions"),
    ("DELETE", "/api/v1/people/{person}/sessions"),
    ("POST", "/api/v1/groups"),
    ("DELETE", "/api/v1/groups/{group}"),
    ("GET", "/api/v1/keys"),
    ("POST", "/api/v1/keys"),
    ("DELETE", "/api/v1/keys/{key}"),
    ("POST", "/api/v1/conversations"),
    ("GET", "/api/v1/conversations"),
    ("GET", "/api/v1/conversations/{conversation}"),
    ("DELETE", "/api/v1/conversations/{conversation}"),
    ("GET", "/api/v1/audit"),
    ("GET", "/api/v1/audit/export"),
    ("POST", "/api/v1/simulate/compare"),
    ("POST", "/api/v1/access/explain"),
    ("POST", "/api/v1/self-check"),
];

/// Whether the table lets in who did not sign in.
fn lets_visitors_in(needs: Needs) -> bool {
    match needs {
        Needs::Nothing => true,
        Needs::May(verb, kind) => {
            POLICY.iter().any(|rule| (rule.verb, rule.kind, rule.least) == (verb, kind, Least::Visitor))
        }
    }
}

async fn a_job(served: &Served) -> String {
    served.library.intake().await.unwrap().close().await.unwrap().to_string()
}

async fn a_source(served: &Served) -> String {
    let plan = Plan::new("http://other.example/".parse().unwrap(), Scope::Page);
    let (source, _) = served.library.crawl_later(&plan, &label("public")).await.unwrap();
    source.id.to_string()
}

#[tokio::test]
async fn every_route_lets_in_whom_the_table_says() {
    let served = served().await;
    let (job, source) = (a_job(&served).await, a_source(&served).await);
    let mut exercised = BTreeSet::new();
    for (method, route, path, body) in requests(&job, &source) {
        let needs = ROUTES.iter().find(|known| (known.method, known.path) == (method, route)).map(|known| known.needs);
        let needs = needs.unwrap_or_else(|| panic!("{method} {route} is not in the table"));
        exercised.insert((method, route));
        let operator = served.send(Sender::Operator, method, &path, &body).await;
        assert!(operator.status.is_success(), "{method} {path}: {operator:?}");
        let nobody = served.send(Sender::Nobody, method, &path, &body).await;
        let lets_visitors_in = lets_visitors_in(needs);
        assert_eq!(nobody.status.is_success(), lets_visitors_in, "{method} {path}: {nobody:?}");
        for sender in WRONG {
            let wrong = served.send(sender, method, &path, &body).await;
            assert_eq!(wrong.status.is_success(), needs == Needs::Nothing, "{method} {path} {sender:?}: {wrong:?}");
            if !wrong.status.is_success() {
                assert_eq!((wrong.status, wrong.code().as_str()), (StatusCode::UNAUTHORIZED, "not_allowed"));
            }
        }
    }
    exercised.extend(NEEDS_AN_ACCOUNT.iter().copied());
    let table: BTreeSet<_> = ROUTES.iter().map(|route| (route.method, route.path)).collect();
    assert_eq!(exercised, table, "a route is not exercised, or not in the table");
}

#[tokio::test]
async fn where_visitors_are_turned_away_only_the_operator_reads() {
    let served = super::serve(false).await;
    let (job, source) = (a_job(&served).await, a_source(&served).await);
    for (method, route, path, body) in requests(&job, &source) {
        let needs = ROUTES.iter().find(|known| (known.method, known.path) == (method, route)).unwrap().needs;
        let nobody = served.send(Sender::Nobody, method, &path, &body).await;
        assert_eq!(nobody.status.is_success(), needs == Needs::Nothing, "{method} {path}: {nobody:?}");
        assert!(served.send(Sender::Operator, method, &path, &body).await.status.is_success(), "{method} {path}");
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
    for file in ["join.js", "sign-in.js", "api.js", "account.js", "join.html", "sign-in.html"] {
        let reply = served.send(Sender::Nobody, "GET", &format!("/ui/{file}"), "").await;
        assert_eq!(reply.status, StatusCode::OK, "{file}");
        for bad in ["innerHTML", "eval(", "<script>", "style=", "://", "onclick", "document.write"] {
            assert!(!reply.body.contains(bad), "{file}: {bad}");
        }
    }
    for (file, kind) in [("ask.js", "javascript"), ("style.css", "text/css"), ("index.html", "text/html")] {
        let reply = served.send(Sender::Nobody, "GET", &format!("/ui/{file}"), "").await;
        assert!(reply.headers["content-type"].to_str().unwrap().contains(kind), "{reply:?}");
        assert!(!reply.body.contains("innerHTML") && !reply.body.contains("eval("), "{file}");
    }
}
