//! Requests that cannot be served: one public sentence with a stable code, whoever sends them.

use axum::http::StatusCode;
use serde_json::json;

use super::{Reply, Sender, served};

pub(super) fn assert_refused(reply: &Reply, words: &str) {
    assert_eq!((reply.status, reply.code().as_str()), (StatusCode::BAD_REQUEST, "bad_request"), "{reply:?}");
    let message = reply.json()["error"]["message"].as_str().unwrap().to_owned();
    assert!(message.contains(words), "\"{words}\" is not in: {message}");
    assert!(!message.contains('\n') && message.len() < 200, "{message}");
}

#[tokio::test]
async fn a_question_is_text_of_a_bearable_length() {
    let served = served().await;
    let long = "x".repeat(4_001);
    for sender in [Sender::Nobody, Sender::Operator] {
        for (question, words) in [
            ("", "empty"),
            (" \n\t ", "empty"),
            (long.as_str(), "4001"),
            ("a\u{0}b", "not text"),
            ("\u{1b}[2J", "not text"),
        ] {
            assert_refused(&served.ask(sender, question, None).await, words);
            assert_refused(&served.search(sender, question, None).await, words);
        }
        let longest = "ü".repeat(4_000);
        assert_eq!(served.ask(sender, &longest, None).await.status, StatusCode::OK);
        assert_eq!(served.search(sender, &longest, None).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn what_is_not_the_json_of_the_route_is_told_so() {
    let served = served().await;
    for body in [
        "",
        "{",
        "null",
        "[]",
        "\"question\"",
        "{}",
        r#"{"question":7}"#,
        r#"{"question":"x","tier":"restricted"}"#,
        r#"{"question":"x","as":["tier=public"]}"#,
        r#"{"question":"x"} trailing"#,
        r#"{"question":"\ud800"}"#,
    ] {
        assert_refused(&served.send(Sender::Nobody, "POST", "/api/v1/ask", body).await, "not the JSON");
    }
    for body in [r#"{"query":"x","limit":-1}"#, r#"{"query":"x","limit":"all"}"#, r#"{"query":"x","limit":1e99}"#] {
        assert_refused(&served.send(Sender::Nobody, "POST", "/api/v1/search", body).await, "not the JSON");
    }
    let bytes = b"{\"question\":\"\xff\xfe\"}".to_vec();
    let binary = served.send_as(Sender::Nobody, "POST", "/api/v1/ask", Some("application/json"), bytes).await;
    assert_refused(&binary, "not the JSON");
    for kind in [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("multipart/form-data")] {
        let body = br#"{"question":"x"}"#.to_vec();
        assert_refused(&served.send_as(Sender::Nobody, "POST", "/api/v1/ask", kind, body).await, "content type");
    }
}

#[tokio::test]
async fn too_much_is_refused_before_it_is_read() {
    let served = served().await;
    let large = json!({"question": "x".repeat(600_000)}).to_string();
    assert_refused(&served.send(Sender::Nobody, "POST", "/api/v1/ask", &large).await, "too large");
    let large = json!({"query": "x".repeat(600_000)}).to_string();
    assert_refused(&served.send(Sender::Nobody, "POST", "/api/v1/search", &large).await, "too large");
    let huge =
        json!({"documents": [{"origin": "a", "tier": "public", "content": "A".repeat(73 * 1024 * 1024)}]}).to_string();
    assert_refused(&served.send(Sender::Operator, "POST", "/api/v1/documents", &huge).await, "too large");
    // Nobody's upload is refused for who sends it, not for its size.
    let nobody = served.send(Sender::Nobody, "POST", "/api/v1/documents", &huge).await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
    let many = served
        .send(Sender::Operator, "POST", "/api/v1/search", r#"{"query":"refunds","limit":18446744073709551615}"#)
        .await;
    assert_eq!((many.status, many.json()["hits"].as_array().unwrap().len()), (StatusCode::OK, 5));
    let none = served.send(Sender::Operator, "POST", "/api/v1/search", r#"{"query":"refunds","limit":0}"#).await;
    assert_eq!(none.json()["hits"], json!([]));
}

#[tokio::test]
async fn a_document_needs_a_name_a_label_and_contents() {
    let served = served().await;
    let good = json!({"origin": "a.md", "tier": "public", "groups": ["hr"], "content": "QQ=="});
    for (field, value, words) in [
        ("tier", json!("everyone"), "unknown tier"),
        ("tier", json!("Public"), "unknown tier"),
        ("groups", json!(["HR"]), "not a group"),
        ("groups", json!([""]), "not a group"),
        ("groups", json!(["a,b"]), "not a group"),
        ("groups", json!(["*"]), "not a group"),
        ("content", json!("not base64!"), "base64"),
        ("origin", json!(""), "name"),
        ("origin", json!("a\u{0}b"), "name"),
        ("origin", json!("x".repeat(5_000)), "name"),
        ("origin", json!(7), "not the JSON"),
        ("role", json!("admin"), "not the JSON"),
    ] {
        let mut bad = good.clone();
        bad[field] = value;
        let body = json!({"documents": [good.clone(), bad]}).to_string();
        assert_refused(&served.send(Sender::Operator, "POST", "/api/v1/documents", &body).await, words);
    }
    // One bad document refuses the request whole: nothing of it is taken in.
    assert!(served.library.work(&|_, _| {}).await.unwrap().is_none());
}

#[tokio::test]
async fn a_job_that_is_not_there_is_not_found() {
    let served = served().await;
    for job in ["x", "00000000-0000-0000-0000-000000000000", "%00", "%ff", "1'%20OR%201=1"] {
        let reply = served.send(Sender::Operator, "GET", &format!("/api/v1/jobs/{job}"), "").await;
        assert_eq!((reply.status, reply.code().as_str()), (StatusCode::NOT_FOUND, "not_found"), "{job}");
        let nobody = served.send(Sender::Nobody, "GET", &format!("/api/v1/jobs/{job}"), "").await;
        assert_eq!(nobody.status, StatusCode::UNAUTHORIZED, "{job}");
    }
}
