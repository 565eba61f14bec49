//! What was told beside an answer is told again when its conversation is read: by whom it was worded, which sentences are not
//! borne out, what was looked at, and what its asker said of it. All of it no longer than the answer may be read.

use axum::http::StatusCode;
use prompts::persona::Persona;
use retrieval::access::Role;
use serde_json::{Value, json};
use server::answer::{Answerer, Voice};

use super::conversations::Talker;
use super::{Holding, Served, serve_home, served};
use crate::chat::{PATIENT, remote};
use crate::ground::{Ground, label};
use crate::library::{Home, IndexKind};
use crate::models::{Format, ModelServer};

const QUESTION: &str = "How long do refunds take?";
const SAID: &str = "Refunds take ten business days to arrive [1]. Refunds cost 99 euros each [1].";

/// With a model that says something that its source does not.
async fn worded(server: &ModelServer) -> Served {
    let home = Home::new(Ground::sqlite().await, IndexKind::Memory);
    home.ingest(&[("refunds.md", "public", "# Refunds\n\nRefunds take ten business days to arrive.")]).await;
    let voice = Voice { model: remote(&server.url(), Format::OpenAi, "m", PATIENT), speaker: Persona::sample().into() };
    let answerer = Answerer { voice: Some(voice), ..home.answerer() };
    serve_home(home, answerer, true)
}

fn titles(turn: &Value) -> Vec<String> {
    let sources = turn["sources"].as_array().cloned().unwrap_or_default();
    sources.iter().map(|source| source["title"].as_str().unwrap().to_owned()).collect()
}

async fn hide(served: &Served, name: &str) {
    let document = served.library.find(&served.library.clearance, name).await.unwrap()[0];
    let (store, workspace) = (&served.ground.store, served.ground.workspace);
    assert!(store.document_relabel(workspace, document, &label("restricted")).await.unwrap());
}

#[tokio::test]
async fn a_sentence_that_is_not_borne_out_stays_marked() {
    let server = ModelServer::saying(SAID).await;
    let served = worded(&server).await;
    let (_, reader) = served.person("ada", Role::Reader, "public").await;
    let talker = Talker::new(&served, reader).await;
    let reply = talker.ask(&served, QUESTION).await.json();
    let turn = &talker.said(&served).await[0];
    assert_eq!((&turn["mode"], &turn["model"]), (&json!("generated"), &reply["model"]), "{turn}");
    let answer = turn["answer"].as_str().unwrap();
    assert_eq!(answer, reply["answer"].as_str().unwrap());
    let marks = turn["marks"].as_array().unwrap();
    assert_eq!((marks.len(), &marks[0]["standing"]), (1, &json!("unsupported")), "{turn}");
    let at = |field: &str| usize::try_from(marks[0][field].as_u64().unwrap()).unwrap();
    assert!(answer[at("start")..at("end")].contains("99 euros"), "{turn}");
    assert!(!answer[at("start")..at("end")].contains("ten business days"), "{turn}");

    hide(&served, "refunds.md").await;
    let masked = &talker.said(&served).await[0];
    assert_eq!(masked["masked"], true);
    for gone in ["mode", "model", "marks", "sources", "notice", "helpful"] {
        assert!(masked.get(gone).is_none(), "{gone} in {masked}");
    }
}

#[tokio::test]
async fn why_there_are_quotes_in_place_of_words_is_told_again() {
    let server = ModelServer::saying("I would rather talk about the weather.").await;
    let served = worded(&server).await;
    let (_, reader) = served.person("ada", Role::Reader, "public").await;
    let talker = Talker::new(&served, reader).await;
    let reply = talker.ask(&served, QUESTION).await.json();
    assert!(reply["notice"].as_str().is_some_and(|notice| notice.contains("quoted instead")), "{reply}");
    let turn = &talker.said(&served).await[0];
    assert_eq!((&turn["mode"], &turn["notice"]), (&json!("extractive"), &reply["notice"]));
    assert!(turn.get("marks").is_none(), "{turn}");
}

#[tokio::test]
async fn what_was_looked_at_is_told_as_far_as_it_is_readable() {
    let served = served().await;
    let (_, reader) = served.person("ada", Role::Reader, "internal").await;
    let talker = Talker::new(&served, reader).await;
    let reply = talker.ask(&served, QUESTION).await.json();
    let turn = talker.said(&served).await[0].clone();
    let cited: Vec<&Value> = turn["citations"].as_array().unwrap().iter().map(|cited| &cited["document_id"]).collect();
    let looked = turn["sources"].as_array().unwrap().iter().find(|one| !cited.contains(&&one["document_id"]));
    let looked = looked.unwrap_or_else(|| panic!("all is cited: {turn}"));
    let (title, url) = (looked["title"].as_str().unwrap().to_owned(), looked["url"].as_str().unwrap().to_owned());
    assert!(!url.contains('/'), "readers are told the name of a file: {url}");
    hide(&served, &url).await;
    let later = &talker.said(&served).await[0];
    assert_eq!((&later["masked"], &later["answer"]), (&json!(false), &reply["answer"]));
    assert!(titles(&turn).contains(&title) && !titles(later).contains(&title), "{later}");
    assert_eq!(titles(later).len() + 1, titles(&turn).len());
    assert_eq!(later["mode"], "extractive");
}

#[tokio::test]
async fn what_its_asker_said_of_an_answer_is_told_to_them() {
    let served = served().await;
    let (_, reader) = served.person("ada", Role::Reader, "internal").await;
    for holding in [Holding::Nothing, reader] {
        let talker = Talker::new(&served, holding.clone()).await;
        let record = talker.ask(&served, QUESTION).await.json()["record_id"].as_str().unwrap().to_owned();
        let helpful = async || talker.said(&served).await[0].get("helpful").cloned();
        assert_eq!(helpful().await, None);
        let path = format!("/api/v1/answers/{record}/feedback");
        for said in [true, false] {
            let body = json!({"helpful": said}).to_string();
            assert_eq!(served.by(&holding, "PUT", &path, &body).await.status, StatusCode::NO_CONTENT);
            assert_eq!(helpful().await, Some(json!(said)));
        }
        assert_eq!(served.by(&holding, "DELETE", &path, "").await.status, StatusCode::NO_CONTENT);
        assert_eq!(helpful().await, None);
    }
}
