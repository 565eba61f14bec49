//! Explanations over HTTP: for the operator alone, and of nothing that the reader in question may not see.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::access::{above, assert_nothing_of, remove};
use super::bad_input::assert_refused;
use super::{Reply, Sender, Served, TEXTS, served};

async fn explained(served: &Served, sender: Sender, query: &str, eyes: Option<&str>) -> Reply {
    let body = json!({"query": query, "as": eyes, "explain": true}).to_string();
    served.send(sender, "POST", "/api/v1/search", &body).await
}

async fn why(served: &Served, sender: Sender, document: &str, question: &str, eyes: Option<&str>) -> Reply {
    let body = json!({"document": document, "question": question, "as": eyes}).to_string();
    served.send(sender, "POST", "/api/v1/why", &body).await
}

fn candidates(reply: &Reply) -> Vec<Value> {
    reply.json()["explanation"]["candidates"].as_array().unwrap_or_else(|| panic!("{reply:?}")).clone()
}

fn titles(reply: &Reply) -> BTreeSet<String> {
    candidates(reply).iter().map(|one| one["title"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_visitor_is_explained_nothing() {
    let served = served().await;
    for eyes in [None, Some("tier=public")] {
        for reply in [
            explained(&served, Sender::Nobody, "refunds", eyes).await,
            why(&served, Sender::Nobody, "refunds.md", "How long do refunds take?", eyes).await,
        ] {
            assert_eq!((reply.status, reply.code().as_str()), (StatusCode::UNAUTHORIZED, "not_allowed"), "{reply:?}");
            assert_nothing_of(&reply, &above(0));
        }
    }
    let plain = served.search(Sender::Nobody, "refunds", None).await;
    assert!(plain.status == StatusCode::OK && !plain.body.contains("explanation"), "{plain:?}");
}

#[tokio::test]
async fn the_operator_is_told_every_score() {
    let served = served().await;
    let reply = explained(&served, Sender::Operator, "How long do refunds take?", None).await;
    let explanation = reply.json()["explanation"].clone();
    let stages: BTreeSet<&str> = explanation["timings_ms"].as_object().unwrap().keys().map(String::as_str).collect();
    assert!(stages.is_superset(&["embedding", "index", "verify", "rerank", "context"].into()), "{stages:?}");
    assert!(explanation["asked_as"].is_null() && explanation["language_known"].is_number(), "{explanation}");
    let confidence = explanation["confidence"].as_f64().unwrap();
    assert!((0.0..=1.0).contains(&confidence), "{confidence}");
    assert!(!explanation["reranker"]["version"].as_str().unwrap().is_empty());
    assert!(explanation["reranker"]["instead"].is_null());

    let found = candidates(&reply);
    assert_eq!(titles(&reply).len(), TEXTS.len());
    let places: Vec<u64> = found.iter().filter_map(|one| one["place"].as_u64()).collect();
    assert_eq!(places, (1..=places.len() as u64).collect::<Vec<_>>(), "{found:?}");
    assert_eq!(places.len(), reply.json()["hits"].as_array().unwrap().len());
    let dense: BTreeSet<u64> = found.iter().filter_map(|one| one["dense"]["rank"].as_u64()).collect();
    assert_eq!(dense, (1..=TEXTS.len() as u64).collect(), "{found:?}");
    for one in &found {
        assert_eq!(one["fate"], "given", "{one}");
        let terms: Vec<f64> = one["terms"].as_object().unwrap().values().filter_map(Value::as_f64).collect();
        let (sum, score) = (terms.iter().sum::<f64>(), one["score"].as_f64().unwrap());
        assert!((sum - score).abs() < 1e-2 && terms.iter().all(|term| *term != 0.0), "{sum} is not {score}: {one}");
        assert!(one["signals"].as_object().unwrap().contains_key("cosine"), "{one}");
    }
    let history = json!({"query": "and cards?", "explain": true,
        "history": [{"role": "user", "text": "How long do refunds take?"}]});
    let followed = served.send(Sender::Operator, "POST", "/api/v1/search", &history.to_string()).await.json();
    assert!(followed["asked_as"].is_string(), "{followed}");
    assert_eq!(followed["asked_as"], followed["explanation"]["asked_as"]);
}

#[tokio::test]
async fn a_simulated_reader_is_explained_only_their_own() {
    let served = served().await;
    let everything = &served.library.clearance;
    for (eyes, readable) in [("tier=public", 1), ("tier=customer", 2), ("tier=internal", 3)] {
        let mut hidden: Vec<String> = above(readable).into_iter().map(str::to_owned).collect();
        for (origin, ..) in &TEXTS[readable..] {
            hidden.push(served.library.find(everything, origin).await.unwrap()[0].to_string());
        }
        let hidden: Vec<&str> = hidden.iter().map(String::as_str).collect();
        for question in ["refunds", "wages thirty days", "after the deal", "Deal", "pay.md", "service nine hours"] {
            let reply = explained(&served, Sender::Operator, question, Some(eyes)).await;
            assert!(candidates(&reply).len() <= readable, "{eyes}: {reply:?}");
            assert_nothing_of(&reply, &hidden);
            let told = why(&served, Sender::Operator, "refunds.md", question, Some(eyes)).await;
            assert_eq!(told.status, StatusCode::OK, "{told:?}");
            assert_nothing_of(&told, &hidden);
        }
    }
}

/// Keyword statistics are over all passages of a workspace, so scores may move a little; what is considered may not.
#[tokio::test]
async fn a_hidden_document_changes_nothing_of_what_is_considered() {
    let (with, without) = (served().await, served().await);
    for (origin, ..) in &TEXTS[3..] {
        assert!(remove(&without, origin).await);
    }
    for question in ["How long do refunds take?", "What of the deal?", "pay and wages", "zebra"] {
        let eyes = Some("tier=internal");
        let hidden = explained(&with, Sender::Operator, question, eyes).await;
        assert_eq!(titles(&hidden), titles(&explained(&without, Sender::Operator, question, eyes).await), "{question}");
    }
}

#[tokio::test]
async fn hidden_and_absent_are_told_with_the_same_bytes() {
    let (with, without) = (served().await, served().await);
    for (origin, ..) in &TEXTS[3..] {
        assert!(remove(&without, origin).await);
    }
    let (eyes, question) = (Some("tier=internal"), "What of the deal?");
    let absent = why(&with, Sender::Operator, "nothing.md", question, eyes).await;
    assert_eq!((absent.status, absent.json()["verdict"].clone()), (StatusCode::OK, "absent".into()));
    for (origin, ..) in &TEXTS[3..] {
        for served in [&with, &without] {
            assert_eq!(why(served, Sender::Operator, origin, question, eyes).await.body, absent.body, "{origin}");
        }
        assert_ne!(why(&with, Sender::Operator, origin, question, None).await.body, absent.body, "{origin}");
    }
}

#[tokio::test]
async fn what_cannot_be_asked_is_told_so() {
    let served = served().await;
    assert_refused(&why(&served, Sender::Operator, "refunds.md", " ", None).await, "empty");
    assert_refused(&why(&served, Sender::Operator, "refunds.md", "why?", Some("tier=all")).await, "unknown tier");
    for body in ["", "{}", r#"{"document":"x"}"#, r#"{"document":"x","question":"y","tier":"public"}"#] {
        assert_refused(&served.send(Sender::Operator, "POST", "/api/v1/why", body).await, "not the JSON");
    }
    let odd = json!({"query": "x", "explain": "yes"}).to_string();
    assert_refused(&served.send(Sender::Operator, "POST", "/api/v1/search", &odd).await, "not the JSON");
    assert_refused(&why(&served, Sender::Operator, " ", "why?", None).await, "the name of the document is empty");
    for name in ["\u{0}", "\u{1f600}", "' OR 1=1 --", &"x".repeat(10_000)] {
        let reply = why(&served, Sender::Operator, name, "why?", None).await;
        assert_eq!((reply.status, reply.json()["verdict"].clone()), (StatusCode::OK, "absent".into()), "{reply:?}");
    }
}
