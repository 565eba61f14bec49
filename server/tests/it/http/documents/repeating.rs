//! Asking twice: with an `Idempotency-Key` it is done once, whoever keeps count.

use axum::http::StatusCode;

use super::{Crowd, FORM, crowd, form};
use crate::http::Reply;

const DOCUMENT: &str = r#"{"documents":[{"origin":"once.md","tier":"public","content":"T25jZS4="}]}"#;
const OTHER: &str = r#"{"documents":[{"origin":"other.md","tier":"public","content":"T25jZS4="}]}"#;

async fn add(crowd: &Crowd, name: &str, key: &str, body: &str) -> Reply {
    let given = [("idempotency-key", key), ("content-type", "application/json")];
    crowd.with(name, "POST", "/api/v1/documents", &given, body.as_bytes().to_vec()).await
}

async fn jobs(crowd: &Crowd) -> usize {
    crowd.by("admin", "GET", "/api/v1/jobs?limit=200", "").await.json()["jobs"].as_array().unwrap().len()
}

#[tokio::test]
async fn what_comes_twice_is_done_once() {
    let crowd = crowd().await;
    let before = jobs(&crowd).await;
    let first = add(&crowd, "editor", "key 1", DOCUMENT).await;
    let again = add(&crowd, "editor", "key 1", DOCUMENT).await;
    assert_eq!((first.status, &first.body), (StatusCode::ACCEPTED, &again.body));
    assert_eq!((again.status, jobs(&crowd).await), (StatusCode::ACCEPTED, before + 1));
    assert_eq!(again.headers["content-type"], "application/json");
    let other = add(&crowd, "editor", "key 1", OTHER).await;
    assert_eq!((other.status, other.code().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "conflict"));
    // Of another person, by another key, and without any: each is a request of its own.
    assert_ne!(add(&crowd, "narrow", "key 1", DOCUMENT).await.body, first.body);
    assert_ne!(add(&crowd, "editor", "key 2", DOCUMENT).await.body, first.body);
    assert_ne!(crowd.by("editor", "POST", "/api/v1/documents", DOCUMENT).await.body, first.body);
    assert_eq!(jobs(&crowd).await, before + 4);
}

#[tokio::test]
async fn a_form_is_known_again_by_its_parts() {
    let crowd = crowd().await;
    let send = async |kind: &str, body: Vec<u8>| {
        let given = [("idempotency-key", "form"), ("content-type", kind)];
        crowd.with("editor", "POST", "/api/v1/documents/upload", &given, body).await
    };
    let (fields, files) = ([("tier", "public")], [("a.md", &b"# A\n\nWords."[..])]);
    let first = send(FORM.1, form("cut", &fields, &files)).await;
    assert_eq!(first.status, StatusCode::ACCEPTED, "{first:?}");
    let again = send("multipart/form-data; boundary=other-cut", form("other-cut", &fields, &files)).await;
    assert_eq!((again.status, again.body), (StatusCode::ACCEPTED, first.body));
    let other = send(FORM.1, form("cut", &fields, &[("a.md", b"# A\n\nOther words.")])).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_refusal_leaves_the_key_free() {
    let crowd = crowd().await;
    for refused in ["{", r#"{"documents":[{"origin":"x.md","tier":"restricted","content":""}]}"#] {
        assert!(add(&crowd, "editor", "key", refused).await.status.is_client_error());
    }
    assert_eq!(add(&crowd, "editor", "key", DOCUMENT).await.status, StatusCode::ACCEPTED);
    for name in ["visitor", "member"] {
        assert!(matches!(add(&crowd, name, "key", DOCUMENT).await.status.as_u16(), 401 | 403));
    }
    let long = "k".repeat(256);
    for key in ["", &long] {
        assert_eq!(add(&crowd, "editor", key, DOCUMENT).await.status, StatusCode::BAD_REQUEST, "{key}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_at_once_one_is_done() {
    let crowd = crowd().await;
    let before = jobs(&crowd).await;
    let asked = (0..12).map(|_| add(&crowd, "editor", "all at once", DOCUMENT));
    let replies = futures_util::future::join_all(asked).await;
    let done: std::collections::BTreeSet<&str> =
        replies.iter().filter(|reply| reply.status == StatusCode::ACCEPTED).map(|reply| reply.body.as_str()).collect();
    assert_eq!(done.len(), 1, "{replies:?}");
    assert!(replies.iter().all(|reply| matches!(reply.status.as_u16(), 202 | 409)), "{replies:?}");
    assert_eq!(jobs(&crowd).await, before + 1);
}
