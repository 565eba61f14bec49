//! Sources that give different figures for the same: both are quoted, with their dates and links to where they stand, and
//! only to who may read both.

use prompts::persona::Persona;
use retrieval::access::Role;
use serde_json::{Value, json};
use server::answer::{Answerer, Voice};

use super::conversations::Talker;
use super::{Sender, serve_home};
use crate::chat::{PATIENT, remote};
use crate::ground::Ground;
use crate::library::{Home, IndexKind};
use crate::models::{Format, ModelServer};

const QUESTION: &str = "How long do refunds take?";
const NOW: &str = "Refunds take up to 10 business days to reach your account.";
const THEN: &str = "Refunds take up to 14 business days to reach your account.";
const NOTE: &str = "The documents disagree: [1] (2025-02-01) and [2] (2023-05-04).";

const LINK: &str = "https://docs.example/2023#:~:text=Refunds%20take%20up%20to%2014,they%20are%20on%20their%20way.";

fn page(title: &str, dated: &str, said: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><title>{title}</title>\
         <meta property=\"article:modified_time\" content=\"{dated}T09:00:00Z\"></head><body><main><h1>{title}</h1>\
         <p>{said} They go to the card that was charged, and we write to you when they are on their way.</p>\
         </main></body></html>"
    )
}

/// What is said now for everybody, what was said then for customers.
async fn home() -> Home {
    let home = Home::new(Ground::sqlite().await, IndexKind::Memory);
    let (now, then) = (page("Refunds", "2025-02-01", NOW), page("Handbook of 2023", "2023-05-04", THEN));
    let pages = [("https://docs.example/refunds", "public", &*now), ("https://docs.example/2023", "customer", &*then)];
    home.ingest(&pages).await;
    home
}

fn cited(reply: &Value, n: u64) -> &Value {
    reply["citations"].as_array().unwrap().iter().find(|cited| cited["n"] == n).unwrap()
}

#[tokio::test]
async fn quotes_that_disagree_are_told_with_their_dates() {
    let home = home().await;
    let answerer = home.answerer();
    let served = serve_home(home, answerer, true);
    let reply = served.ask(Sender::Operator, QUESTION, Some("tier=customer")).await.json();
    let answer = reply["answer"].as_str().unwrap();
    assert!(answer.contains(NOW) && answer.ends_with(NOTE), "{answer}");
    assert_eq!(reply["disagreeing"], json!([{"says": 1, "otherwise": 2}]));
    let other = cited(&reply, 2);
    assert!(other["quote"].as_str().unwrap().starts_with(THEN), "{other}");
    assert_eq!(other["dated"], "2023-05-04T09:00:00Z");
    assert_eq!(cited(&reply, 2)["link"], LINK);
    let hidden = served.ask(Sender::Operator, QUESTION, Some("tier=public")).await;
    assert!(hidden.body.contains("10 business") && !hidden.body.contains("14 business"), "{hidden:?}");
    assert!(hidden.json()["disagreeing"].is_null(), "{hidden:?}");
}

#[tokio::test]
async fn what_was_said_is_kept_as_it_was_told() {
    let home = home().await;
    let answerer = home.answerer();
    let served = serve_home(home, answerer, true);
    let (_, holding) = served.person("cara", Role::Reader, "customer").await;
    let talker = Talker::new(&served, holding).await;
    talker.ask(&served, QUESTION).await;
    let kept = talker.send(&served, "GET").await.json();
    let said = &kept["said"][0];
    assert!(said["answer"].as_str().unwrap().ends_with(NOTE), "{said}");
    assert_eq!((&cited(said, 2)["dated"], &cited(said, 2)["link"]), (&"2023-05-04T09:00:00Z".into(), &LINK.into()));
}

/// A model that goes by one of them and cites both.
#[tokio::test]
async fn a_models_words_are_told_the_same() {
    for said in [format!("{} [1][2]", NOW.trim_end_matches('.')), format!("{} [2][1]", NOW.trim_end_matches('.'))] {
        let server = ModelServer::saying(&said).await;
        let home = home().await;
        let voice =
            Voice { model: remote(&server.url(), Format::OpenAi, "m", PATIENT), speaker: Persona::sample().into() };
        let answerer = Answerer { voice: Some(voice), ..home.answerer() };
        let served = serve_home(home, answerer, true);
        let reply = served.ask(Sender::Operator, QUESTION, Some("tier=customer")).await.json();
        assert_eq!(reply["mode"], "generated", "{reply}");
        let disagreeing = &reply["disagreeing"][0];
        let [says, otherwise] = ["says", "otherwise"].map(|one| disagreeing[one].as_u64().unwrap());
        assert_eq!(cited(&reply, says)["quote"], NOW);
        assert_eq!(cited(&reply, otherwise)["quote"], THEN);
        let note = format!("[{otherwise}] (2023-05-04). The other one says: {THEN} [{otherwise}]");
        assert!(reply["answer"].as_str().unwrap().ends_with(&note), "{reply}");
    }
}
