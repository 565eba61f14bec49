//! A disk that fills up: what would need room is refused in time, everything else goes on, and nobody has to start anything
//! anew.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::StatusCode;
use serde_json::json;
use server::library::{JobKind, Room};

use super::{Sender, Served, TEXTS, serve_home};
use crate::ground::Ground;
use crate::library::{Home, IndexKind};

const LEAST: u64 = 1_000;

async fn served(free: &Arc<AtomicU64>) -> Served {
    let mut home = Home::new(Ground::sqlite().await, IndexKind::Memory);
    home.ingest(&TEXTS).await;
    let free = Arc::clone(free);
    home.library.room = Room::told_by(Box::new(move || Ok(free.load(Ordering::SeqCst))), LEAST);
    let answerer = home.answerer();
    serve_home(home, answerer, true)
}

async fn add(served: &Served, origin: &str) -> (StatusCode, String) {
    let body = json!({"documents": [{"origin": origin, "tier": "public", "content": "TmV3Lg=="}]}).to_string();
    let reply = served.send(Sender::Operator, "POST", "/api/v1/documents", &body).await;
    (reply.status, reply.code())
}

async fn upload(served: &Served) -> (StatusCode, String) {
    let form = "--x\r\nContent-Disposition: form-data; name=\"tier\"\r\n\r\npublic\r\n--x\r\n\
                Content-Disposition: form-data; name=\"file\"; filename=\"u.md\"\r\n\r\nNew.\r\n--x--\r\n";
    let kind = Some("multipart/form-data; boundary=x");
    let reply = served.send_as(Sender::Operator, "POST", "/api/v1/documents/upload", kind, form.into()).await;
    (reply.status, reply.code())
}

fn refused() -> (StatusCode, String) {
    (StatusCode::INSUFFICIENT_STORAGE, "disk_low".to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_needs_room_is_refused_until_there_is_some() {
    let free = Arc::new(AtomicU64::new(LEAST));
    let served = served(&free).await;
    assert_eq!(add(&served, "a.md").await.0, StatusCode::ACCEPTED, "as much as is kept free is enough");
    free.store(LEAST - 1, Ordering::SeqCst);
    assert_eq!(add(&served, "b.md").await, refused());
    assert_eq!(upload(&served).await, refused());
    let site = json!({"url": "http://site.example/", "tier": "public"}).to_string();
    assert_eq!(served.send(Sender::Operator, "POST", "/api/v1/sources", &site).await.code(), "disk_low");
    assert_eq!(served.send(Sender::Operator, "POST", "/api/v1/jobs/retry", "{}").await.code(), "disk_low");

    // What was taken in waits; what the house does for itself, which may make room, does not.
    assert_eq!(served.library.run(JobKind::Ingest).await.unwrap(), None);
    served.library.reconcile_soon().await.unwrap();
    assert!(served.library.run(JobKind::Reconcile).await.unwrap().is_some());

    assert_eq!(served.send(Sender::Nobody, "GET", "/readyz", "").await.status, StatusCode::OK);
    let answer = served.ask(Sender::Nobody, "How long do refunds take?", None).await.json();
    assert!(answer["answer"].as_str().unwrap().contains("ten business days"), "{answer}");
    let removed = served.send(Sender::Operator, "DELETE", "/api/v1/documents", "{\"name\": \"refunds.md\"}").await;
    assert_eq!(removed.json()["removed"], true, "that makes room");

    free.store(LEAST, Ordering::SeqCst);
    assert_eq!(add(&served, "b.md").await.0, StatusCode::ACCEPTED);
    assert_eq!(upload(&served).await.0, StatusCode::ACCEPTED);
    for _ in 0..3 {
        assert!(served.library.run(JobKind::Ingest).await.unwrap().is_some());
    }
    let found = served.search(Sender::Nobody, "new", None).await.json();
    let texts: Vec<&str> = found["hits"].as_array().unwrap().iter().map(|hit| hit["text"].as_str().unwrap()).collect();
    assert!(texts.contains(&"New."), "{texts:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_queue_is_a_number_among_the_metrics() {
    let free = Arc::new(AtomicU64::new(LEAST));
    let served = served(&free).await;
    add(&served, "a.md").await;
    served.library.reconcile_soon().await.unwrap();
    let mut known = served.library.queues().await.unwrap();
    known.sort();
    let expected = [("ingest", "queued", 1), ("outbox", "waiting", 0), ("reconcile", "queued", 1)];
    assert_eq!(known, expected.map(|(queue, state, many)| (queue.to_owned(), state.to_owned(), many)));
    // A disk that cannot be looked at refuses nothing: when it is full, that is seen.
    let blind = Room::told_by(Box::new(|| Err(std::io::ErrorKind::Unsupported.into())), LEAST);
    assert!(!blind.is_low() && blind.free_bytes().is_none());
    let folder = tempfile::tempdir().unwrap();
    assert!(Room::on(folder.path(), u64::MAX).is_low() && !Room::on(folder.path(), 0).is_low());
}
