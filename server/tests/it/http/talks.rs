//! What one does with a conversation besides talking: it gets a title, is looked for, and taken along as a file.

use axum::http::StatusCode;
use retrieval::access::Role;
use serde_json::{Value, json};

use super::bad_input::assert_refused;
use super::conversations::{Talker, operator};
use super::{Holding, Reply, Served, served};
use crate::ground::label;

const REFUNDS: &str = "How long do refunds take?";
const LIST: &str = "/api/v1/conversations";

async fn rename(served: &Served, talker: &Talker, title: &str) -> Reply {
    talker.send_to(served, "PATCH", "", &json!({"title": title}).to_string()).await
}

async fn found(served: &Served, holding: &Holding, query: &str) -> Vec<String> {
    let reply = served.by(holding, "GET", &format!("{LIST}?{query}"), "").await;
    assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
    let all = reply.json()["conversations"].as_array().unwrap().clone();
    all.iter().map(|one| one["title"].as_str().unwrap().to_owned()).collect()
}

/// Hidden from whoever reads up to `internal`, behind an answer that quoted it.
async fn hide_desk(served: &Served) {
    let desk = served.library.find(&served.library.clearance, "desk.md").await.unwrap();
    let (store, workspace) = (&served.ground.store, served.ground.workspace);
    assert!(store.document_relabel(workspace, desk[0], &label("restricted")).await.unwrap());
}

#[tokio::test]
async fn a_conversation_has_a_title() {
    let served = served().await;
    let (_, cookie) = served.person("ada", Role::Reader, "public").await;
    for holding in [Holding::Nothing, cookie.clone(), operator()] {
        let made = served.by(&holding, "POST", LIST, "").await;
        assert_eq!(made.json()["title"], "");
        served.ground.turn(1);
        let talker = Talker::new(&served, holding.clone()).await;
        talker.ask(&served, REFUNDS).await;
        talker.ask(&served, "and to arrive?").await;
        let title = async || talker.send(&served, "GET").await.json()["title"].clone();
        assert_eq!(title().await, REFUNDS);
        let renamed = rename(&served, &talker, " Money back ").await;
        assert_eq!((renamed.status, &renamed.json()["title"]), (StatusCode::OK, &json!("Money back")));
        assert_eq!((&renamed.json()["id"], &renamed.json()["turns"]), (&json!(talker.id), &json!(2)));
        assert_eq!(title().await, "Money back");
        talker.ask(&served, "and on Sundays?").await;
        assert_eq!(title().await, "Money back");
        for bad in ["a\nb", "\u{0}", &"x".repeat(121)] {
            assert_refused(&rename(&served, &talker, bad).await, "the title");
        }
        for bad in [r#"{}"#, r#"{"title": null}"#, r#"{"title": "x", "turns": 0}"#, "[]"] {
            assert_refused(&talker.send_to(&served, "PATCH", "", bad).await, "not the JSON");
        }
        assert_eq!(title().await, "Money back");
        assert_eq!(rename(&served, &talker, "").await.json()["title"], REFUNDS);
    }
    assert_eq!(found(&served, &cookie, "").await, [REFUNDS, ""]);
}

#[tokio::test]
async fn one_finds_ones_own_again() {
    let served = served().await;
    let (_, cookie) = served.person("ada", Role::Reader, "internal").await;
    let (_, other) = served.person("eve", Role::Admin, "restricted").await;
    for question in [REFUNDS, "How fast is service restored?", "Do zebras sleep?", "Do lions sleep?"] {
        Talker::new(&served, cookie.clone()).await.ask(&served, question).await;
        served.ground.turn(1);
    }
    rename(&served, &Talker::new(&served, cookie.clone()).await, "About zebras").await;
    assert_eq!(found(&served, &cookie, "q=zebras").await, ["About zebras", "Do zebras sleep?"]);
    assert_eq!(found(&served, &cookie, "q=ZEBRAS%20Sleep").await, ["Do zebras sleep?"]);
    assert_eq!(found(&served, &cookie, "q=nine%20hours").await, ["How fast is service restored?"], "by its answer");
    assert_eq!(found(&served, &cookie, "q=walrus").await, [""; 0]);
    assert_eq!(found(&served, &cookie, "q=%20").await.len(), 5, "nothing to look for");
    assert_eq!(found(&served, &other, "q=zebras").await, [""; 0], "nobody else's");
    assert_refused(&served.by(&cookie, "GET", &format!("{LIST}?q={}", "x".repeat(201)), "").await, "q is");
    assert_refused(&served.by(&cookie, "GET", &format!("{LIST}?q=%00"), "").await, "q is");
    let visitor = served.by(&Holding::Nothing, "GET", &format!("{LIST}?q=zebras"), "").await;
    assert_eq!(visitor.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_is_found_comes_in_pages() {
    let served = served().await;
    let (_, cookie) = served.person("ada", Role::Reader, "public").await;
    let mut expected = Vec::new();
    for n in 0..120 {
        let talker = Talker::new(&served, cookie.clone()).await;
        let title = if n % 3 == 0 { format!("zebra {n}") } else { format!("lion {n}") };
        rename(&served, &talker, &title).await;
        served.ground.turn(1);
        expected.extend((n % 3 == 0).then_some(title));
    }
    expected.reverse();
    let (mut seen, mut next) = (Vec::new(), Some(String::new()));
    while let Some(after) = next {
        let path = format!("{LIST}?q=zebra&limit=7{after}");
        let page = served.by(&cookie, "GET", &path, "").await.json();
        let titles = page["conversations"].as_array().unwrap().clone();
        assert!(titles.len() <= 7);
        seen.extend(titles.iter().map(|one| one["title"].as_str().unwrap().to_owned()));
        next = page["next"].as_str().map(|next| format!("&after={next}"));
    }
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn what_is_masked_is_neither_found_nor_taken_along() {
    let served = served().await;
    let (_, cookie) = served.person("ada", Role::Reader, "internal").await;
    let talker = Talker::new(&served, cookie.clone()).await;
    let question = "How long do refunds inside take for real?";
    let reply = talker.ask(&served, question).await;
    assert!(reply.body.contains("four business days"), "{reply:?}");
    let files = async || {
        let mut files = Vec::new();
        for behind in ["/export", "/export?format=json", "/export?format=markdown"] {
            files.push(talker.send_to(&served, "GET", behind, "").await.body);
        }
        files
    };
    assert_eq!(found(&served, &cookie, "q=four%20business").await, [question]);
    assert!(files().await.iter().all(|file| file.contains("four business days")));
    let before = served.by(&cookie, "GET", &format!("{LIST}?q=walrus"), "").await;
    hide_desk(&served).await;
    let hidden = served.by(&cookie, "GET", &format!("{LIST}?q=four%20business"), "").await;
    assert_eq!((hidden.status, &hidden.body), (before.status, &before.body), "as if it had never been said");
    assert_eq!(found(&served, &cookie, "q=refunds%20inside").await, [question], "one's own words stay");
    for file in files().await {
        assert!(file.contains("you can no longer read") && !file.contains("four business"), "{file}");
        assert!(!file.contains("Refunds inside"), "no title of it either: {file}");
    }
}

#[tokio::test]
async fn a_file_holds_all_that_was_said() {
    let served = served().await;
    let (_, cookie) = served.person("ada", Role::Reader, "internal").await;
    for holding in [Holding::Nothing, cookie] {
        let talker = Talker::new(&served, holding).await;
        let empty = talker.send_to(&served, "GET", "/export", "").await.json();
        assert_eq!((&empty["id"], &empty["said"]), (&json!(talker.id), &json!([])));
        for n in 1..=120 {
            let question = if n == 1 { REFUNDS.to_owned() } else { format!("hello {n}") };
            talker.ask(&served, &question).await;
        }
        let read = talker.send_to(&served, "GET", "?limit=200", "").await.json();
        let file = talker.send_to(&served, "GET", "/export?format=json", "").await;
        assert_eq!(file.json()["said"], read["said"]);
        assert_eq!(file.json()["said"].as_array().map(Vec::len), Some(120));
        for field in ["id", "title", "turns", "created_ms", "used_ms", "ends_ms"] {
            assert_eq!(file.json()[field], read[field], "{field}");
        }
        let text = talker.send_to(&served, "GET", "/export?format=markdown", "").await;
        assert!(text.body.starts_with("# How long do refunds take?\n") && text.body.contains("\n## 120\n"));
        assert_eq!(text.body.matches("\n## ").count(), 120);
        for (file, media, ending) in
            [(&file, "application/json", "json"), (&text, "text/markdown; charset=utf-8", "md")]
        {
            assert_eq!(file.status, StatusCode::OK);
            assert_eq!(file.headers["content-type"], media);
            let called = file.headers["content-disposition"].to_str().unwrap();
            let expected = format!("attachment; filename=\"How long do refunds take_.{ending}\"");
            assert!(called.starts_with(&expected), "{called}");
            let policies: Vec<_> = file.headers.get_all("content-security-policy").iter().collect();
            assert!(policies.iter().any(|policy| policy.to_str().unwrap().contains("sandbox")), "{policies:?}");
        }
        for odd in ["/export?format=pdf", "/export?format=", "/export?after=3", "/export?x=y"] {
            assert_refused(&talker.send_to(&served, "GET", odd, "").await, "format is");
        }
    }
}

/// Not even where the answer is nothing but titles.
#[tokio::test]
async fn a_title_is_never_a_documents() {
    let served = served().await;
    let (_, cookie) = served.person("ada", Role::Reader, "internal").await;
    let talker = Talker::new(&served, cookie.clone()).await;
    let reply = talker.ask(&served, "Where do zebras sleep?").await.json();
    assert!(reply["answer"].as_str().unwrap().contains("Refunds inside"), "{reply}");
    let titles: Vec<Value> = [talker.send(&served, "GET").await, served.by(&cookie, "GET", LIST, "").await]
        .iter()
        .map(|reply| reply.json().get("title").cloned().unwrap_or(reply.json()["conversations"][0]["title"].clone()))
        .collect();
    assert_eq!(titles, ["Where do zebras sleep?", "Where do zebras sleep?"]);
}
