//! Other readers for a document, and its end: by whom, under which labels, and in force at once.

use axum::http::StatusCode;

use super::{ABSENT, add, all, crowd, seen};

const TO_CUSTOMERS: &str = r#"{"tier":"customer","groups":[]}"#;

#[tokio::test]
async fn only_editors_change_and_only_what_they_read() {
    let crowd = crowd().await;
    let documents = all(&crowd).await;
    for (name, holding, reads) in &crowd.askers {
        let expected = match *name {
            "visitor" => StatusCode::UNAUTHORIZED,
            "outside" | "inside" | "member" => StatusCode::FORBIDDEN,
            _ => StatusCode::NOT_FOUND,
        };
        for (method, body) in [("PATCH", r#"{"tier":"public"}"#), ("DELETE", "")] {
            let absent = crowd.served.by(holding, method, &format!("/api/v1/documents/{ABSENT}"), body).await;
            assert_eq!(absent.status, expected, "{name} {method}");
            for (origin, id) in documents.iter().filter(|(origin, _)| !reads.contains(origin)) {
                let hidden = crowd.served.by(holding, method, &format!("/api/v1/documents/{id}"), body).await;
                assert_eq!(seen(&hidden), seen(&absent), "{name} {method} {origin}");
            }
        }
    }
}

#[tokio::test]
async fn a_label_is_one_that_its_giver_reads_under() {
    let crowd = crowd().await;
    let path = format!("/api/v1/documents/{}", crowd.id("desk.md").await);
    for (body, status, code) in [
        (r#"{"tier":"restricted"}"#, 403, "forbidden"),
        (r#"{"groups":["nobodys"]}"#, 403, "forbidden"),
        (r#"{"tier":"internal","groups":["hr","nobodys"]}"#, 400, "bad_request"),
        (r#"{"tier":"secret"}"#, 400, "bad_request"),
        (r#"{"groups":["HR"]}"#, 400, "bad_request"),
        (r#"{"groups":[""]}"#, 400, "bad_request"),
        (r#"{"groups":"hr"}"#, 400, "bad_request"),
        (r#"{"groups":null,"tier":null}"#, 400, "bad_request"),
        ("{}", 400, "bad_request"),
        (r#"{"tier":""}"#, 400, "bad_request"),
        (r#"{"tier":"public","title":"mine"}"#, 400, "bad_request"),
        ("[]", 400, "bad_request"),
    ] {
        let reply = crowd.by("editor", "PATCH", &path, body).await;
        assert_eq!((reply.status.as_u16(), reply.code().as_str()), (status, code), "{body}: {reply:?}");
        assert!(!reply.body.contains("Refunds inside"), "a title in an error: {reply:?}");
    }
    let unknown = crowd.by("admin", "PATCH", &path, r#"{"groups":["nobodys"]}"#).await;
    assert_eq!((unknown.status, unknown.code().as_str()), (StatusCode::BAD_REQUEST, "bad_request"));
    assert_eq!(crowd.by("editor", "GET", &path, "").await.json()["tier"], "internal");
}

#[tokio::test]
async fn other_readers_read_at_once_and_the_former_ones_do_not() {
    let crowd = crowd().await;
    let path = format!("/api/v1/documents/{}", crowd.id("desk.md").await);
    let reads = async |name: &str| {
        let shown = crowd.by(name, "GET", &path, "").await.status == StatusCode::OK;
        let query = r#"{"query":"refunds inside"}"#;
        let found = crowd.by(name, "POST", "/api/v1/search", query).await.body.contains("four business days");
        assert_eq!(shown, found, "{name}");
        shown
    };
    for (body, readers) in [
        (r#"{"tier":"public"}"#, &["visitor", "outside", "inside", "member", "narrow", "editor", "admin"][..]),
        (r#"{"groups":["hr"]}"#, &["member", "editor", "admin"]),
        (r#"{"tier":"internal","groups":[]}"#, &["inside", "member", "editor", "admin"]),
        (TO_CUSTOMERS, &["inside", "member", "editor", "admin"]),
    ] {
        let changed = crowd.by("editor", "PATCH", &path, body).await;
        assert_eq!(changed.status, StatusCode::OK, "{body}: {changed:?}");
        for (name, ..) in &crowd.askers {
            assert_eq!(reads(name).await, readers.contains(name), "{name} after {body}");
        }
    }
    let away = crowd.by("admin", "PATCH", &path, r#"{"tier":"restricted"}"#).await;
    assert_eq!((away.status, away.json()["tier"].as_str()), (StatusCode::OK, Some("restricted")));
    assert_eq!(crowd.by("editor", "PATCH", &path, TO_CUSTOMERS).await.status, StatusCode::NOT_FOUND);
    assert_eq!(crowd.by("editor", "DELETE", &path, "").await.status, StatusCode::NOT_FOUND);
    crowd.served.library.reconcile().await.unwrap();
    assert!(!reads("editor").await && reads("admin").await);
}

#[tokio::test]
async fn nobody_changes_what_they_have_not_seen() {
    let crowd = crowd().await;
    let path = format!("/api/v1/documents/{}", crowd.id("sla.md").await);
    let etag = crowd.by("editor", "GET", &path, "").await.headers["etag"].to_str().unwrap().to_owned();
    let with = async |method: &str, etag: &str, body: &str| {
        let given = [("if-match", etag), ("content-type", "application/json")];
        crowd.with("editor", method, &path, &given, body.as_bytes().to_vec()).await
    };
    let first = with("PATCH", &etag, r#"{"tier":"internal"}"#).await;
    assert_eq!(first.status, StatusCode::OK, "{first:?}");
    for method in ["PATCH", "DELETE"] {
        let late = with(method, &etag, r#"{"tier":"public"}"#).await;
        assert_eq!((late.status, late.code().as_str()), (StatusCode::PRECONDITION_FAILED, "changed"));
    }
    let fresh = first.headers["etag"].to_str().unwrap();
    assert_ne!(fresh, etag);
    assert_eq!(with("PATCH", fresh, r#"{"tier":"public"}"#).await.status, StatusCode::OK);
    assert_eq!(with("DELETE", "*", "").await.status, StatusCode::NO_CONTENT);
    assert_eq!(with("DELETE", "*", "").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_taken_out_is_gone_in_every_form() {
    let crowd = crowd().await;
    add(
        &crowd.served,
        "copy.md",
        "internal,groups=hr",
        "# Pay\n\nRefunds of wages take thirty business days.".as_bytes(),
    )
    .await;
    let id = crowd.id("pay.md").await;
    assert_eq!(crowd.id("copy.md").await, id, "exact copies are one document");
    let path = format!("/api/v1/documents/{id}");
    assert_eq!(crowd.by("editor", "GET", &path, "").await.json()["origins"].as_array().unwrap().len(), 2);
    assert_eq!(crowd.by("editor", "DELETE", &path, "").await.status, StatusCode::NO_CONTENT);
    for part in ["", "/chunks", "/text", "/original"] {
        let reply = crowd.by("admin", "GET", &format!("{path}{part}"), "").await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{part}");
    }
    let search = crowd.by("admin", "POST", "/api/v1/search", r#"{"query":"refunds of wages"}"#).await;
    assert!(!search.body.contains("thirty business days"), "{search:?}");
}
