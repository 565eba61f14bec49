//! Files from a form: kept whole or not at all, called what they were called, and never in place of what one does not see.

use std::fs;

use axum::http::StatusCode;

use super::{Crowd, FORM, add, crowd, form, id, work};
use crate::http::Reply;

const INSIDE: [(&str, &str); 2] = [("tier", "internal"), ("groups", "")];

async fn upload(crowd: &Crowd, name: &str, form: Vec<u8>) -> Reply {
    crowd.with(name, "POST", "/api/v1/documents/upload", &[FORM], form).await
}

/// What lies in the folders of originals, half-written or whole.
fn kept(crowd: &Crowd) -> usize {
    let folder = crowd.served.ground.folder.path().join("originals");
    let count = |folder: &std::path::Path| {
        fs::read_dir(folder).unwrap().filter(|entry| entry.as_ref().unwrap().path().is_file()).count()
    };
    count(&folder) + count(&folder.join("arriving"))
}

/// The paths and ends of the items of a job, as its beginner sees them.
async fn items(crowd: &Crowd, name: &str, accepted: &Reply) -> Vec<(String, String)> {
    assert_eq!(accepted.status, StatusCode::ACCEPTED, "{accepted:?}");
    work(&crowd.served).await;
    let path = format!("/api/v1/jobs/{}", accepted.json()["job"].as_str().unwrap());
    let job = crowd.by(name, "GET", &path, "").await.json();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    job["items"].as_array().unwrap().iter().map(|item| (text(&item["path"]), text(&item["status"]))).collect()
}

#[tokio::test]
async fn files_become_documents_whatever_the_order_of_the_form() {
    let crowd = crowd().await;
    let mut late = form("cut", &[], &[("late.md", b"# Late\n\nThe label comes last.")]);
    late.truncate(late.len() - "--cut--\r\n".len());
    late.extend(form("cut", &[("groups", "hr"), ("tier", "internal")], &[]));
    let accepted = upload(&crowd, "editor", late).await;
    assert_eq!(items(&crowd, "editor", &accepted).await, [("late.md".to_owned(), "indexed".to_owned())]);
    let two = form("cut", &[("tier", "customer")], &[("a.md", b"# A\n\nOne."), ("b.md", b"# B\n\nTwo.")]);
    let accepted = upload(&crowd, "editor", two).await;
    assert_eq!(items(&crowd, "editor", &accepted).await.len(), 2);
    let found = crowd.by("member", "GET", "/api/v1/documents?q=late", "").await;
    assert_eq!(found.json()["documents"][0]["url"], "late.md");
    assert_eq!(
        crowd.by("inside", "GET", "/api/v1/documents?q=late", "").await.json()["documents"],
        serde_json::json!([])
    );
}

#[tokio::test]
async fn a_name_is_what_it_was_called_and_no_path() {
    let crowd = crowd().await;
    for (at, (name, expected)) in [
        ("../../etc/passwd", "passwd"),
        ("C:\\pay\\roll.md", "roll.md"),
        ("say%22hello%22.md", "say\"hello\".md"),
        ("a%0D%0AX-Evil: 1.md", "a%0D%0AX-Evil: 1.md"),
        ("Löhne im März.md", "Löhne im März.md"),
        ("..", "unnamed"),
    ]
    .into_iter()
    .enumerate()
    {
        let text = format!("# T{at}\n\nWords number {at}.");
        let name = name.replace("%22", "\\\"");
        let accepted = upload(&crowd, "editor", form("cut", &INSIDE, &[(&name, text.as_bytes())])).await;
        let items = items(&crowd, "editor", &accepted).await;
        assert_eq!(items, [(expected.to_owned(), "indexed".to_owned())], "{name}");
    }
    let broken = upload(&crowd, "editor", form("cut", &INSIDE, &[("a\r\nX-Evil: 1.md", b"Words.")])).await;
    assert!(broken.status.is_client_error() || items(&crowd, "editor", &broken).await[0].1 == "indexed", "{broken:?}");
    assert!(!broken.headers.contains_key("x-evil"));
}

#[tokio::test]
async fn what_is_no_form_with_files_is_refused_and_nothing_is_kept() {
    let crowd = crowd().await;
    let before = kept(&crowd);
    let whole = form("cut", &INSIDE, &[("a.md", b"Words.")]);
    let many: Vec<(String, &[u8])> = (0..201).map(|number| (format!("{number}.md"), &b"x"[..])).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    let long = "x".repeat(5_000);
    for (body, status, words) in [
        (form("cut", &INSIDE, &[]), 400, "no file"),
        (form("cut", &[], &[("a.md", b"Words.")]), 400, "tier"),
        (form("cut", &[("tier", "secret")], &[("a.md", b"Words.")]), 400, "unknown tier"),
        (form("cut", &[("tier", "internal"), ("groups", "HR")], &[("a.md", b"Words.")]), 400, "not a group"),
        (form("cut", &[("tier", "internal"), ("groups", "hr,nobodys")], &[("a.md", b"Words.")]), 400, "no group"),
        (form("cut", &[("tier", "restricted")], &[("a.md", b"Words.")]), 403, "label"),
        (form("cut", &[("tier", "internal"), ("groups", "nobodys")], &[("a.md", b"Words.")]), 403, "label"),
        (form("cut", &[("tier", "internal"), ("owner", "me")], &[("a.md", b"Words.")]), 400, "takes"),
        (form("cut", &[("tier", &long)], &[("a.md", b"Words.")]), 413, "too long"),
        (form("cut", &INSIDE, &many), 413, "200 files"),
        (whole[..whole.len() - 12].to_vec(), 400, "not whole"),
        (form("other", &INSIDE, &[("a.md", b"Words.")]), 400, "not whole"),
        (Vec::new(), 400, "not whole"),
    ] {
        let reply = upload(&crowd, "editor", body).await;
        assert_eq!(reply.status.as_u16(), status, "{words}: {reply:?}");
        assert!(reply.json()["error"]["message"].as_str().unwrap().contains(words), "{words}: {reply:?}");
    }
    for kind in ["application/json", "multipart/form-data", "text/plain"] {
        let path = "/api/v1/documents/upload";
        let reply = crowd.with("editor", "POST", path, &[("content-type", kind)], whole.clone()).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{kind}");
    }
    for (name, status) in [("visitor", 401), ("member", 403)] {
        assert_eq!(upload(&crowd, name, whole.clone()).await.status.as_u16(), status);
    }
    assert_eq!(settled(&crowd, before).await, before);
    assert!(
        crowd.by("editor", "GET", "/api/v1/jobs", "").await.json()["jobs"]
            .as_array()
            .unwrap()
            .iter()
            .all(|job| job["own"] == false)
    );
}

#[tokio::test]
async fn a_file_that_is_too_large_leaves_nothing() {
    let crowd = crowd().await;
    let before = kept(&crowd);
    let large = vec![b'x'; 60 * 1024 * 1024];
    let reply = upload(&crowd, "editor", form("cut", &INSIDE, &[("small.md", b"Words."), ("large.md", &large)])).await;
    assert_eq!((reply.status, reply.code().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "too_large"), "{reply:?}");
    assert_eq!(settled(&crowd, before).await, before);
}

/// How many files are kept, once those that were being written have gone: the disk is told by another thread.
async fn settled(crowd: &Crowd, expected: usize) -> usize {
    for _ in 0..500 {
        if kept(crowd) == expected {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    kept(crowd)
}

#[tokio::test]
async fn a_name_that_is_taken_by_what_one_does_not_see_is_free() {
    let crowd = crowd().await;
    let hidden = id(&crowd.served, "deal.md").await;
    // By a form and by the route of the command line: the same words for a name that is taken and for one that is not.
    for (name, text) in [("deal.md", "# Mine\n\nMy own words."), ("fresh.md", "# Fresh\n\nFresh words.")] {
        let accepted = upload(&crowd, "editor", form("cut", &INSIDE, &[(name, text.as_bytes())])).await;
        assert_eq!(items(&crowd, "editor", &accepted).await, [(name.to_owned(), "indexed".to_owned())]);
        let content = base64(&format!("{text} By JSON."));
        let body = format!(r#"{{"documents":[{{"origin":"{name}","tier":"customer","content":"{content}"}}]}}"#);
        let accepted = crowd.by("editor", "POST", "/api/v1/documents", &body).await;
        assert_eq!(items(&crowd, "editor", &accepted).await, [(name.to_owned(), "indexed".to_owned())]);
    }
    let deal = crowd.by("admin", "GET", &format!("/api/v1/documents/{hidden}/text"), "").await;
    assert!(deal.body.contains("ninety business days"), "{deal:?}");
    assert_eq!(
        crowd.by("editor", "GET", &format!("/api/v1/documents/{hidden}"), "").await.status,
        StatusCode::NOT_FOUND
    );
    // The same file again is a new state of the same document; from the hidden one it stays apart.
    let again = upload(&crowd, "editor", form("cut", &INSIDE, &[("deal.md", b"# Mine\n\nMy newer words.")])).await;
    assert_eq!(items(&crowd, "editor", &again).await, [("deal.md".to_owned(), "indexed".to_owned())]);
    let found = crowd.by("editor", "GET", "/api/v1/documents?q=mine&tier=internal", "").await.json();
    assert_eq!(found["documents"].as_array().unwrap().len(), 1, "{found}");
    let taken =
        r#"{"documents":[{"origin":"upload:0199a5d0-0000-7000-8000-000000000000/x","tier":"public","content":""}]}"#;
    assert_eq!(crowd.by("editor", "POST", "/api/v1/documents", taken).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn what_waits_when_its_document_gets_other_readers_is_not_read_under_the_former_label() {
    let crowd = crowd().await;
    add(&crowd.served, "plan.md", "internal", b"# Plan\n\nThe plan of old.").await;
    let content = base64("# Plan\n\nThe plan of now.");
    let body = format!(r#"{{"documents":[{{"origin":"plan.md","tier":"internal","content":"{content}"}}]}}"#);
    assert_eq!(crowd.by("editor", "POST", "/api/v1/documents", &body).await.status, StatusCode::ACCEPTED);
    let path = format!("/api/v1/documents/{}", crowd.id("plan.md").await);
    assert_eq!(crowd.by("admin", "PATCH", &path, r#"{"tier":"restricted"}"#).await.status, StatusCode::OK);
    work(&crowd.served).await;
    assert_eq!(crowd.by("editor", "GET", &path, "").await.status, StatusCode::NOT_FOUND);
    // Nor by trying it again: it carries the label of its document now.
    assert_eq!(
        crowd.by("editor", "POST", "/api/v1/jobs/retry", r#"{"job":null}"#).await.json()["job"],
        serde_json::Value::Null
    );
}

fn base64(text: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(text)
}
