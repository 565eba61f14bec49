//! What a document said before is for who reads everything; a document is read again by who looks after it; and what was lost on
//! the way in can be looked for.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{ABSENT, Crowd, add, crowd, id, seen, work};

const BEFORE: &str = "# Door\n\nThe code of the door is zq731x.";
const AFTER: &str = "# Door\n\nAsk at the desk for the code of the door.";

/// A document whose former text was for few, and whose present one is for all.
async fn loosened() -> (Crowd, String) {
    let crowd = crowd().await;
    add(&crowd.served, "door.md", "restricted", BEFORE.as_bytes()).await;
    crowd.served.ground.turn(5);
    add(&crowd.served, "door.md", "public", AFTER.as_bytes()).await;
    let door = id(&crowd.served, "door.md").await.to_string();
    (crowd, format!("/api/v1/documents/{door}/versions"))
}

#[tokio::test]
async fn a_former_text_is_for_who_reads_everything() {
    let (crowd, path) = loosened().await;
    let all = crowd.by("admin", "GET", &path, "").await.json();
    let versions = all["versions"].as_array().unwrap().clone();
    let live: Vec<&Value> = versions.iter().map(|version| &version["live"]).collect();
    assert_eq!(live, [&json!(true), &json!(false)], "{all}");
    let text = |version: &Value| format!("{path}/text?version={}", version["version"].as_str().unwrap());
    assert!(crowd.by("admin", "GET", &text(&versions[1]), "").await.body.contains("zq731x"));
    assert!(crowd.by("admin", "GET", &format!("{path}/text"), "").await.body.contains("Ask at the desk"));
    for name in ["narrow", "editor"] {
        let seen_by = crowd.by(name, "GET", &path, "").await;
        assert_eq!(seen_by.json()["versions"].as_array().unwrap().len(), 1, "{name}");
        assert!(crowd.by(name, "GET", &text(&versions[0]), "").await.body.contains("Ask at the desk"), "{name}");
        let hidden = crowd.by(name, "GET", &text(&versions[1]), "").await;
        let absent = crowd.by(name, "GET", &format!("{path}/text?version={ABSENT}"), "").await;
        assert_eq!((hidden.status, seen(&hidden)), (StatusCode::NOT_FOUND, seen(&absent)), "{name}");
    }
    for (name, status) in [("visitor", 401), ("member", 403)] {
        for path in [path.clone(), text(&versions[0])] {
            assert_eq!(crowd.by(name, "GET", &path, "").await.status.as_u16(), status, "{name} {path}");
        }
    }
    for odd in ["x", "%00", "../../etc"] {
        let reply = crowd.by("admin", "GET", &format!("{path}/text?version={odd}"), "").await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{odd}");
    }
    // The version of another document is none of this one.
    let other = format!("/api/v1/documents/{}/versions/text?version=", crowd.id("refunds.md").await);
    let reply = crowd.by("admin", "GET", &format!("{other}{}", versions[0]["version"].as_str().unwrap()), "").await;
    assert_eq!(reply.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_document_is_read_again_under_its_readers() {
    let crowd = crowd().await;
    let path = |id: &str| format!("/api/v1/documents/{id}/read-again");
    let desk = crowd.id("desk.md").await;
    for name in ["narrow", "outside"] {
        let (hidden, absent) =
            (crowd.by(name, "POST", &path(&desk), "").await, crowd.by(name, "POST", &path(ABSENT), "").await);
        assert_eq!(seen(&hidden), seen(&absent), "{name}");
    }
    let reply = crowd.by("editor", "POST", &path(&desk), "").await;
    assert_eq!(reply.status, StatusCode::ACCEPTED, "{reply:?}");
    work(&crowd.served).await;
    let job = format!("/api/v1/jobs/{}", reply.json()["job"].as_str().unwrap());
    let told = crowd.by("editor", "GET", &job, "").await.json();
    assert_eq!((&told["state"], &told["own"]), (&json!("done"), &json!(true)), "{told}");
    assert_eq!(told["items"][0]["status"], "unchanged", "{told}");
    let read = crowd.by("editor", "GET", &format!("/api/v1/documents/{desk}"), "").await.json();
    assert_eq!((&read["document_id"], &read["tier"]), (&json!(desk), &json!("internal")));
}

#[tokio::test]
async fn what_lost_something_on_the_way_in_is_found() {
    let crowd = crowd().await;
    add(&crowd.served, "torn.html", "public", b"<title>Torn</title><p>Half \xff\xfe a page.</p>").await;
    let titles = async |name: &str, query: &str| {
        let reply = crowd.by(name, "GET", &format!("/api/v1/documents?{query}"), "").await.json();
        let documents = reply["documents"].as_array().unwrap_or_else(|| panic!("{reply}")).clone();
        documents.iter().map(|one| one["title"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let torn =
        crowd.by("editor", "GET", &format!("/api/v1/documents/{}", crowd.id("torn.html").await), "").await.json();
    assert_ne!(torn["problems"], json!([]), "{torn}");
    assert_eq!(titles("editor", "problems=true").await, ["Torn"]);
    assert_eq!(titles("editor", "problems=true&tier=internal").await, [""; 0]);
    assert!(titles("editor", "problems=false").await.len() > 1);
    for (name, query) in [("member", "problems=true"), ("editor", "problems=maybe")] {
        let reply = crowd.by(name, "GET", &format!("/api/v1/documents?{query}"), "").await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{name} {query}");
    }
}
