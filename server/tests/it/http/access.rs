//! What each asker is shown over HTTP: nothing above them, no scores, and no telling hidden from absent.

use axum::http::StatusCode;
use serde_json::Value;

use super::{Reply, Sender, Served, TEXTS, served};

/// Text of documents that only others may read, and their names.
pub(super) fn above(readable: usize) -> Vec<&'static str> {
    let hidden = TEXTS[readable..].iter();
    hidden.flat_map(|(origin, _, text)| [*origin, text.rsplit("\n\n").next().unwrap()]).collect()
}

pub(super) fn assert_nothing_of(reply: &Reply, hidden: &[&str]) {
    for words in hidden {
        assert!(!reply.body.contains(words), "\"{words}\" was shown: {}", reply.body);
    }
}

fn titles(reply: &Reply) -> Vec<String> {
    let hits = reply.json()["hits"].as_array().cloned().unwrap_or_default();
    let mut titles: Vec<String> = hits.iter().map(|hit| hit["title"].as_str().unwrap().to_owned()).collect();
    titles.sort_unstable();
    titles
}

#[tokio::test]
async fn a_visitor_reads_what_is_public() {
    let served = served().await;
    for question in
        ["How long do refunds take?", "refunds after the deal", "wages thirty days", "service nine hours", "deal.md"]
    {
        let found = served.search(Sender::Nobody, question, None).await;
        assert_eq!(titles(&found), ["Refunds"]);
        assert_nothing_of(&found, &above(1));
        assert_nothing_of(&served.ask(Sender::Nobody, question, None).await, &above(1));
    }
}

#[tokio::test]
async fn the_operator_sees_with_the_eyes_that_it_names() {
    let served = served().await;
    for (eyes, expected) in [
        (None, &["Deal", "Pay", "Refunds", "Refunds inside", "Service"][..]),
        (Some("tier=public"), &["Refunds"]),
        (Some("tier=customer"), &["Refunds", "Service"]),
        (Some("tier=internal"), &["Refunds", "Refunds inside", "Service"]),
        (Some("tier=internal,groups=billing+hr"), &["Pay", "Refunds", "Refunds inside", "Service"]),
        (Some("tier=customer,groups=hr"), &["Refunds", "Service"]),
        (Some("tier=restricted"), &["Deal", "Refunds", "Refunds inside", "Service"]),
    ] {
        assert_eq!(titles(&served.search(Sender::Operator, "refunds", eyes).await), expected, "{eyes:?}");
    }
}

#[tokio::test]
async fn a_visitor_borrows_nobody_elses_eyes() {
    let served = served().await;
    for eyes in ["tier=customer", "tier=restricted", "tier=public,groups=hr", "tier=internal,groups=hr"] {
        for reply in [
            served.search(Sender::Nobody, "refunds", Some(eyes)).await,
            served.ask(Sender::Nobody, "How long do refunds take?", Some(eyes)).await,
        ] {
            assert_eq!((reply.status, reply.code().as_str()), (StatusCode::UNAUTHORIZED, "not_allowed"), "{eyes}");
            assert_nothing_of(&reply, &above(0));
        }
    }
    for eyes in ["tier=everyone", "groups=hr", "", "tier=public,groups=HR", "tier=public,groups=", "all"] {
        for sender in [Sender::Nobody, Sender::Operator] {
            let reply = served.search(sender, "refunds", Some(eyes)).await;
            assert_eq!((reply.status, reply.code().as_str()), (StatusCode::BAD_REQUEST, "bad_request"), "{eyes}");
        }
    }
}

#[tokio::test]
async fn scores_are_for_the_operator() {
    let served = served().await;
    let scores = |reply: &Reply| -> Vec<Value> {
        reply.json()["hits"].as_array().unwrap().iter().map(|hit| hit["score"].clone()).collect()
    };
    let nobody = served.search(Sender::Nobody, "refunds", None).await;
    assert!(scores(&nobody).iter().all(Value::is_null) && !nobody.body.contains("score"), "{nobody:?}");
    assert!(!served.ask(Sender::Nobody, "How long do refunds take?", None).await.body.contains("score"));
    let operator = served.search(Sender::Operator, "refunds", None).await;
    assert_eq!(scores(&operator).len(), 5);
    assert!(scores(&operator).iter().all(Value::is_number), "{operator:?}");
}

/// A library with a hidden document answers a visitor as one without it, letter for letter.
#[tokio::test]
async fn hidden_and_absent_look_the_same() {
    let (with, without) = (served().await, served().await);
    for (origin, ..) in &TEXTS[1..] {
        assert!(remove(&without, origin).await);
    }
    let without_time = |reply: Reply| {
        let mut body = reply.json();
        for field in ["took_ms", "record_id"] {
            body.as_object_mut().unwrap().remove(field);
        }
        let mut text = body.to_string();
        // Ids differ between two libraries; what they are ids of does not.
        for found in body["hits"].as_array().into_iter().chain(body["citations"].as_array()).flatten() {
            text = text.replace(found["document_id"].as_str().unwrap(), "id");
        }
        (reply.status, text)
    };
    for question in ["How long do refunds take?", "What of the deal?", "pay and wages", "Deal", "pay.md", "zebra"] {
        let [hidden, absent] = [&with, &without].map(|served| served.search(Sender::Nobody, question, None));
        assert_eq!(without_time(hidden.await), without_time(absent.await), "{question}");
        let [hidden, absent] = [&with, &without].map(|served| served.ask(Sender::Nobody, question, None));
        assert_eq!(without_time(hidden.await), without_time(absent.await), "{question}");
    }
}

pub(super) async fn remove(served: &Served, name: &str) -> bool {
    let body = serde_json::json!({"name": name}).to_string();
    let reply = served.send(Sender::Operator, "DELETE", "/api/v1/documents", &body).await;
    reply.json()["removed"].as_bool().unwrap()
}

#[tokio::test]
async fn what_the_operator_adds_and_removes_takes_effect() {
    let served = served().await;
    let body = r#"{"documents":[{"origin":"new.md","tier":"internal","groups":["hr"],"content":"TmV3IGJpcmQu"}]}"#;
    let accepted = served.send(Sender::Operator, "POST", "/api/v1/documents", body).await;
    assert_eq!(accepted.status, StatusCode::ACCEPTED);
    let job = format!("/api/v1/jobs/{}", accepted.json()["job"].as_str().unwrap());
    let status = async || served.send(Sender::Operator, "GET", &job, "").await.json();
    assert_eq!(
        (status().await["state"].clone(), status().await["items"][0]["status"].clone()),
        ("queued".into(), "queued".into())
    );
    served.library.work(&|_, _| {}).await.unwrap();
    assert_eq!(
        (status().await["state"].clone(), status().await["items"][0]["status"].clone()),
        ("done".into(), "indexed".into())
    );
    assert_eq!(status().await["items"][0]["path"], "new.md");
    let eyes = "tier=internal,groups=hr";
    assert!(served.search(Sender::Operator, "new bird", Some(eyes)).await.body.contains("New bird."));
    assert!(!served.search(Sender::Operator, "new bird", Some("tier=restricted")).await.body.contains("New bird."));
    assert!(remove(&served, "new.md").await);
    assert!(!remove(&served, "new.md").await);
    assert!(!served.search(Sender::Operator, "new bird", Some(eyes)).await.body.contains("New bird."));
}
