//! What is noted of requests, and who is told.

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use retrieval::access::Role;
use serde_json::{Value, json};
use server::people::{Invitation, Login};
use tower::ServiceExt;

use super::{Reply, Sender, Served, served};
use crate::ground::label;

pub const PASSWORD: &str = "correct horse battery staple";

/// Somebody who has come in by their link; what their browser holds.
pub async fn joined(served: &Served, login: &str, role: Role, who: &str) -> String {
    for group in &label(who).groups {
        served.library.store.group_insert(served.library.workspace, group).await.unwrap();
    }
    let invitation = Invitation { login: Login::parse(login).unwrap(), name: None, role, label: label(who) };
    let (_, link) = served.people.invite(invitation).await.unwrap();
    let body = json!({"link": link.reveal(), "password": PASSWORD}).to_string();
    let reply = served.send(Sender::Nobody, "POST", "/api/v1/links/redeem", &body).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{reply:?}");
    let cookie = reply.headers[header::SET_COOKIE].to_str().unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

/// A request from that browser.
pub async fn from(served: &Served, cookie: &str, method: &str, path: &str, body: &str) -> Reply {
    let request = Request::builder().method(method).uri(path).header(header::COOKIE, cookie);
    let request = request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_owned())).unwrap();
    let (parts, body) = served.router.clone().oneshot(request).await.unwrap().into_parts();
    let body = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
    Reply { status: parts.status, headers: parts.headers, body }
}

/// The deeds of one kind, newest first.
pub async fn deeds(served: &Served, what: &str) -> Vec<Value> {
    let reply = served.send(Sender::Operator, "GET", &format!("/api/v1/audit?what={what}"), "").await;
    assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
    reply.json()["deeds"].as_array().unwrap().clone()
}

async fn sign_in(served: &Served, login: &str, password: &str) -> Reply {
    let body = json!({"login": login, "password": password}).to_string();
    served.send(Sender::Nobody, "POST", "/api/v1/sessions", &body).await
}

#[tokio::test]
async fn coming_and_going_is_noted() {
    let served = served().await;
    let cookie = joined(&served, "ada", Role::Reader, "internal").await;
    let me = from(&served, &cookie, "GET", "/api/v1/me", "").await.json()["person"]["id"].as_str().unwrap().to_owned();
    assert_eq!(deeds(&served, "signed_in").await[0]["detail"], json!({"way": "link"}));
    assert_eq!(sign_in(&served, "ada", PASSWORD).await.status, StatusCode::CREATED);
    let entered = deeds(&served, "signed_in").await;
    assert_eq!(entered.len(), 2);
    assert_eq!((&entered[0]["actor"], &entered[0]["person"]), (&json!("person"), &json!(me)));
    assert_eq!(entered[0]["detail"], json!({"way": "password"}));
    for (login, object) in [("ada", json!(me)), ("my-secret-typed-into-the-wrong-field", Value::Null)] {
        assert_eq!(sign_in(&served, login, "wrong password, this one").await.status, StatusCode::UNAUTHORIZED);
        let failed = &deeds(&served, "sign_in_failed").await[0];
        assert_eq!((&failed["actor"], &failed["object_id"]), (&json!("visitor"), &object));
    }
    let wrong = json!({"present": "wrong password", "next": "another horse battery staple"}).to_string();
    assert_eq!(from(&served, &cookie, "POST", "/api/v1/me/password", &wrong).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(deeds(&served, "sign_in_failed").await.len(), 3);
    assert_eq!(from(&served, &cookie, "DELETE", "/api/v1/sessions/current", "").await.status, StatusCode::NO_CONTENT);
    assert_eq!(deeds(&served, "signed_out").await[0]["person"], json!(me));
    let all = served.send(Sender::Operator, "GET", "/api/v1/audit", "").await.body;
    for secret in [PASSWORD, "wrong password", "my-secret", "lsi_", "lnk_"] {
        assert!(!all.contains(secret), "{secret}: {all}");
    }
}

#[tokio::test]
async fn only_who_looks_after_the_house_is_told() {
    let served = served().await;
    let reader = joined(&served, "ada", Role::Reader, "restricted").await;
    let editor = joined(&served, "bob", Role::Editor, "restricted").await;
    let admin = joined(&served, "eve", Role::Admin, "public").await;
    let body = r#"{"query":"refunds","left":"tier=public","right":"tier=internal"}"#;
    for (method, path, body) in [
        ("GET", "/api/v1/audit", ""),
        ("GET", "/api/v1/audit/export", ""),
        ("POST", "/api/v1/simulate/compare", body),
        ("POST", "/api/v1/access/explain", r#"{"person":"ada","document":"refunds.md"}"#),
        ("POST", "/api/v1/self-check", ""),
    ] {
        assert_eq!(served.send(Sender::Nobody, method, path, body).await.status, StatusCode::UNAUTHORIZED, "{path}");
        for cookie in [&reader, &editor] {
            assert_eq!(from(&served, cookie, method, path, body).await.status, StatusCode::FORBIDDEN, "{path}");
        }
        let told = from(&served, &admin, method, path, body).await;
        // Where there are no cages a check cannot be made, whoever asks.
        let expected = if path.ends_with("self-check") { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
        assert_eq!(told.status, expected, "{path}: {told:?}");
    }
    for (cookie, is_told) in [(&reader, false), (&editor, false), (&admin, true)] {
        let ready = from(&served, cookie, "GET", "/readyz", "").await.json();
        assert_eq!(ready["details"].is_object(), is_told, "{ready}");
    }
    let ready = served.send(Sender::With(b"Bearer wrong"), "GET", "/readyz", "").await;
    assert!(ready.status == StatusCode::OK && ready.json().get("details").is_none());
}

#[tokio::test]
async fn the_log_is_paged_filtered_and_exported() {
    let served = served().await;
    for login in ["ada", "bob", "eve"] {
        joined(&served, login, Role::Reader, "public").await;
    }
    let get = async |query: &str| served.send(Sender::Operator, "GET", &format!("/api/v1/audit{query}"), "").await;
    let (mut after, mut numbers) = (String::new(), Vec::new());
    loop {
        let page = get(&format!("?limit=2{after}")).await.json();
        numbers.extend(page["deeds"].as_array().unwrap().iter().map(|deed| deed["number"].as_i64().unwrap()));
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    assert_eq!(numbers, [6, 5, 4, 3, 2, 1]);
    assert_eq!(get("?actor=bob").await.json()["deeds"].as_array().unwrap().len(), 2);
    assert_eq!(get("?actor=operator").await.json()["deeds"].as_array().unwrap().len(), 0);
    assert_eq!(get("?until=2020-01-01").await.json()["deeds"].as_array().unwrap().len(), 0);
    assert_eq!(get("?since=2020-01-01").await.json()["deeds"].as_array().unwrap().len(), 6);
    for bad in [
        "?what=nothing",
        "?what=",
        "?since=yesterday",
        "?until=2026-02-30",
        "?after=x",
        "?after=",
        "?after=99999999999999999999",
        "?limit=-1",
        "?limit=many",
        "?order=up",
    ] {
        let reply = get(bad).await;
        assert_eq!((reply.status, reply.code().as_str()), (StatusCode::BAD_REQUEST, "bad_request"), "{bad}");
    }
    let export = served.send(Sender::Operator, "GET", "/api/v1/audit/export", "").await;
    assert_eq!(export.headers[header::CONTENT_TYPE], "application/x-ndjson");
    let lines: Vec<Value> = export.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 6);
    assert!(lines.windows(2).all(|pair| pair[1]["previous_hash"] == pair[0]["hash"]));
    assert_eq!(deeds(&served, "audit_exported").await[0]["detail"], json!({"up_to": 6}));
    for bad in ["?limit=5", "?after=5", "?what=x"] {
        let reply = served.send(Sender::Operator, "GET", &format!("/api/v1/audit/export{bad}"), "").await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{bad}");
    }
}

/// Nothing is done unseen: where a deed cannot be noted, it fails.
#[tokio::test]
async fn what_cannot_be_noted_is_not_answered() {
    let served = served().await;
    joined(&served, "ada", Role::Reader, "public").await;
    // The next number is taken, so no row can be added.
    let take = "UPDATE audit_heads SET number = 0";
    let path = served.ground.folder.path().join("lectern.db");
    let mut connection =
        <sqlx::AnyConnection as sqlx::Connection>::connect(&format!("sqlite://{}", path.display())).await.unwrap();
    sqlx::query(take).execute(&mut connection).await.unwrap();
    let reply = sign_in(&served, "ada", PASSWORD).await;
    assert_eq!(
        (reply.status, reply.headers.get(header::SET_COOKIE)),
        (StatusCode::SERVICE_UNAVAILABLE, None),
        "{reply:?}"
    );
    let simulated = served.ask(Sender::Operator, "How long do refunds take?", Some("person:ada")).await;
    assert_eq!(simulated.status, StatusCode::SERVICE_UNAVAILABLE, "{simulated:?}");
    // Reading as oneself goes on.
    assert_eq!(served.ask(Sender::Operator, "How long do refunds take?", None).await.status, StatusCode::OK);
}
