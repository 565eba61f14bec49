//! What was taken away is forgotten: in the conversations that rest on it, in what goes along with the next question, and
//! in what is said of it.

use axum::http::StatusCode;
use retrieval::access::{AccessTier, Role};
use retrieval::model::{DocumentId, PersonId};
use serde_json::{Value, json};
use server::people::PersonChange;

use super::conversations::Talker;
use super::{Reply, Served, TEXTS, serve_home, served};
use crate::chat::rewriter;
use crate::ground::{Ground, label};
use crate::library::{Home, IndexKind};
use crate::models::ModelServer;

const MASK: &str = "This answer rested on documents that you can no longer read.";

#[tokio::test]
async fn what_was_declined_cites_nothing_and_names_only_what_is_readable() {
    let served = served().await;
    let (_, cookie) = served.person("ada", Role::Reader, "internal").await;
    let talker = Talker::new(&served, cookie).await;
    let reply = talker.ask(&served, "Where do zebras sleep?").await.json();
    assert_eq!(reply["declined"], true);
    assert!(reply["answer"].as_str().unwrap().contains("Refunds inside"), "{reply}");
    let [turn] = &talker.said(&served).await[..] else { panic!("one turn") };
    assert_eq!((&turn["declined"], &turn["citations"]), (&json!(true), &json!([])), "{turn}");
    assert_eq!((&turn["answer"], &turn["masked"]), (&reply["answer"], &json!(false)), "{turn}");
    let named = served.library.find(&served.library.clearance, "desk.md").await.unwrap();
    let (store, workspace) = (&served.ground.store, served.ground.workspace);
    store.document_relabel(workspace, named[0], &label("restricted")).await.unwrap();
    let [turn] = &talker.said(&served).await[..] else { panic!("one turn") };
    assert_eq!((&turn["answer"], &turn["masked"], &turn["citations"]), (&json!(MASK), &json!(true), &json!([])));
    assert!(!turn.to_string().contains("inside"), "{turn}");
}

/// A served library whose questions are rewritten by a model.
async fn modelled(texts: &[(&str, &str, &str)], model: &ModelServer) -> Served {
    let home = Home::new(Ground::sqlite().await, IndexKind::Memory);
    home.ingest(texts).await;
    let mut answerer = home.answerer();
    answerer.rewriter = rewriter(model);
    serve_home(home, answerer, true)
}

/// What is asked through borrowed eyes is kept by who asked, and goes on with what those eyes may read.
#[tokio::test]
async fn borrowed_eyes_see_no_more_of_a_conversation_than_of_the_library() {
    let model = ModelServer::saying("How long do refunds take?").await;
    let served = modelled(&TEXTS, &model).await;
    let (_, cookie) = served.person("boss", Role::Admin, "restricted").await;
    let (_, watched) = served.person("ada", Role::Reader, "public").await;
    let talker = Talker::new(&served, cookie.clone()).await;
    let deal = "How long do refunds take after the deal?";
    assert!(talker.ask(&served, deal).await.body.contains("ninety"));
    let asked = json!({"question": "and to arrive?", "conversation": talker.id, "as": "tier=public"}).to_string();
    let reply = served.by(&cookie, "POST", "/api/v1/ask", &asked).await;
    assert!(reply.status == StatusCode::OK && !reply.body.contains("ninety"), "{reply:?}");
    let [(_, heard)] = &model.heard()[..] else { panic!("asked once") };
    let heard = heard.to_string();
    assert!(heard.contains(deal) && !heard.contains("ninety") && !heard.contains("Source: Deal"), "{heard}");
    let simulated: Vec<Value> = talker.said(&served).await.iter().map(|turn| turn["simulated"].clone()).collect();
    assert_eq!(simulated, [json!(false), json!(true)]);
    let list = served.by(&watched, "GET", "/api/v1/conversations", "").await;
    assert_eq!(list.json()["conversations"], json!([]), "nothing stands among the things of whoever is looked like");
    talker.ask(&served, "and then?").await;
    assert!(model.heard()[1].1.to_string().contains("ninety"), "one's own eyes see it again");
}

/// Words that an earlier answer lent to what was searched for go with that answer.
#[tokio::test]
async fn what_an_earlier_answer_lent_goes_with_it() {
    let model = ModelServer::saying("How long do refunds take after the ninety days of the deal?").await;
    let served = modelled(&TEXTS, &model).await;
    let (person, cookie) = served.person("ada", Role::Reader, "restricted").await;
    let talker = Talker::new(&served, cookie).await;
    talker.ask(&served, "How long do refunds take after the deal?").await;
    assert!(talker.ask(&served, "and to arrive?").await.json()["asked_as"].as_str().unwrap().contains("ninety"));
    let change = PersonChange { tier: Some(AccessTier::Public), ..PersonChange::default() };
    served.ground.store.person_change(served.ground.workspace, person, &change).await.unwrap();
    let said = talker.said(&served).await;
    assert_eq!((said.len(), said[1].get("asked_as")), (2, None), "{said:?}");
    assert!(!Value::from(said).to_string().contains("ninety"));
}

const MANY: usize = 1_000;
/// Taken away in as many ways: deleted, put into another tier, its group dissolved, its reader's tier lowered.
const WAYS: usize = 4;
const PATH: &str = "/api/v1/conversations";

fn question(n: usize) -> String {
    format!("What is the gauge of device zq{n}qz?")
}

/// 1,000 conversations, each over a document of its own with a mark in its title and in its text; then every document is
/// taken away. No mark is left in anything that comes back, or that goes to the language model.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_conversations_forget_what_was_taken_away() {
    let texts: Vec<(String, String, String)> = (0..MANY)
        .map(|n| {
            let who = format!("internal,groups=crew{}", n % WAYS);
            let text = format!("# Canary {n}\n\nThe gauge of device zq{n}qz is canary{n} millimetres.");
            (format!("{n}.md"), who, text)
        })
        .collect();
    let texts = texts.iter().map(|(origin, who, text)| (origin.as_str(), who.as_str(), text.as_str()));
    let texts: Vec<(&str, &str, &str)> = texts.chain([TEXTS[0]]).collect();
    let model = ModelServer::saying("How long do refunds take?").await;
    let served = modelled(&texts, &model).await;
    served.person("boss", Role::Admin, "restricted").await;
    let mut people = Vec::new();
    for way in 0..WAYS {
        people.push(served.person(&format!("p{way}"), Role::Editor, &format!("internal,groups=crew{way}")).await);
    }
    let mut talkers = Vec::new();
    for n in 0..MANY {
        let talker = Talker::new(&served, people[n % WAYS].1.clone()).await;
        let reply = talker.ask(&served, &question(n)).await;
        assert!(reply.body.contains(&format!("canary{n} ")), "{n}: {reply:?}");
        talkers.push(talker);
    }
    assert!(talkers[0].send(&served, "GET").await.body.contains("canary0 "));
    take_away(&served, people[WAYS - 1].0).await;

    for (n, talker) in talkers.iter().enumerate() {
        let reply = talker.send(&served, "GET").await;
        assert_unmarked(&reply);
        let turn = &reply.json()["said"][0];
        assert_eq!((&turn["answer"], &turn["masked"], &turn["citations"]), (&json!(MASK), &json!(true), &json!([])));
        assert_eq!(turn["question"], question(n), "what they typed is theirs");
        let next = talker.ask(&served, "and to arrive?").await;
        assert_unmarked(&next);
        assert_eq!(next.json()["turn"], 2);
    }
    let heard = model.heard();
    assert_eq!(heard.len(), MANY);
    for (n, (_, heard)) in heard.iter().enumerate() {
        let heard = heard.to_string();
        assert!(heard.contains(&question(n)) && !heard.to_lowercase().contains("canary"), "{heard}");
    }
    for (way, (_, holding)) in people.iter().enumerate() {
        let (mut listed, mut next) = (0, Some(String::new()));
        while let Some(after) = next {
            let after = if after.is_empty() { after } else { format!("&after={after}") };
            let list = served.by(holding, "GET", &format!("{PATH}?limit=200{after}"), "").await;
            assert_unmarked(&list);
            listed += list.json()["conversations"].as_array().unwrap().len();
            next = list.json()["next"].as_str().map(str::to_owned);
        }
        assert_eq!(listed, MANY / WAYS);
        for n in (way..MANY).step_by(MANY / 20) {
            let searched = json!({"query": question(n), "explain": true}).to_string();
            assert_unmarked(&served.by(holding, "POST", "/api/v1/search", &searched).await);
            let why = json!({"document": format!("{n}.md"), "question": question(n)}).to_string();
            assert_unmarked(&served.by(holding, "POST", "/api/v1/why", &why).await);
        }
    }
}

fn assert_unmarked(reply: &Reply) {
    assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
    assert!(!format!("{reply:?}").to_lowercase().contains("canary"), "{reply:?}");
}

async fn take_away(served: &Served, lowered: PersonId) {
    let (store, workspace, everything) = (&served.ground.store, served.ground.workspace, &served.library.clearance);
    let mut documents: Vec<DocumentId> = Vec::new();
    for n in 0..MANY {
        documents.push(store.document_by_name(everything, &format!("{n}.md")).await.unwrap().unwrap());
    }
    for (n, document) in documents.iter().enumerate() {
        match n % WAYS {
            0 => assert_eq!(served.library.remove(&[*document]).await.unwrap(), 1),
            1 => assert!(store.document_relabel(workspace, *document, &label("restricted")).await.unwrap()),
            _ => {}
        }
    }
    assert!(store.group_remove(workspace, &"crew2".parse().unwrap()).await.unwrap());
    let change = PersonChange { tier: Some(AccessTier::Customer), ..PersonChange::default() };
    assert!(store.person_change(workspace, lowered, &change).await.unwrap());
}
