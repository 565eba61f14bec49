//! Conversations that a person takes over: why, who sees them, what is said in them, and when they are done.

use axum::http::StatusCode;
use retrieval::access::Role;
use serde_json::{Value, json};

use super::conversations::Talker;
use super::{Holding, Sender, Served, served};

const REFUNDS: &str = "How long do refunds take?";
const UNKNOWN: &str = "What is the capital of Peru?";

/// What waits for this one, the newest first.
async fn inbox(served: &Served, holding: &Holding) -> Vec<Value> {
    let reply = served.by(holding, "GET", "/api/v1/inbox", "").await;
    assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
    reply.json()["handoffs"].as_array().unwrap().clone()
}

async fn editor(served: &Served, login: &str, who: &str) -> Holding {
    served.person(login, Role::Editor, who).await.1
}

#[tokio::test]
async fn who_asks_for_a_person_gets_one() {
    let served = served().await;
    let editor = editor(&served, "ed", "internal").await;
    let (_, reader) = served.person("ada", Role::Reader, "public").await;
    for holding in [Holding::Nothing, reader] {
        let talker = Talker::new(&served, holding.clone()).await;
        let first = talker.ask(&served, REFUNDS).await.json();
        assert_eq!(first.get("handoff"), None, "{first}");
        let told = talker.ask(&served, "I want to talk to a human").await.json();
        assert_eq!((&told["mode"], &told["handoff"]["reason"]), (&json!("handoff"), &json!("asked")), "{told}");
        assert!(told["answer"].as_str().unwrap().contains("the support team"), "{told}");
        let waiting = inbox(&served, &editor).await;
        assert_eq!(waiting.len(), 1, "{waiting:?}");
        let path = format!("/api/v1/inbox/{}", waiting[0]["id"].as_str().unwrap());
        let transcript = served.by(&editor, "GET", &path, "").await.json();
        assert_eq!(transcript["said"][0]["answer"], first["answer"], "{transcript}");
        assert_eq!(transcript["said"][1]["question"], "I want to talk to a human");
        let said = served.by(&editor, "POST", &format!("{path}/replies"), r#"{"text":" Ten days it is. "}"#).await;
        assert_eq!(said.status, StatusCode::CREATED, "{said:?}");
        // Its owner goes on writing, and reads what was said in its place.
        talker.ask(&served, "thanks").await;
        let conversation = talker.send(&served, "GET").await.json();
        assert_eq!(conversation["handoff"]["state"], "open");
        let reply = &conversation["replies"][0];
        assert_eq!((&reply["text"], &reply["after_turn"]), (&json!("Ten days it is."), &json!(2)), "{conversation}");
        for _ in 0..2 {
            let resolved = served.by(&editor, "POST", &format!("{path}/resolve"), "").await;
            assert_eq!(resolved.status, StatusCode::NO_CONTENT);
        }
        assert_eq!(inbox(&served, &editor).await.len(), 0);
        let conversation = talker.send(&served, "GET").await.json();
        assert_eq!((conversation.get("handoff"), conversation["replies"].as_array().unwrap().len()), (None, 1));
        // It may be passed on again.
        assert_eq!(talker.ask(&served, "human please").await.json()["handoff"]["state"], "open");
        let again = inbox(&served, &editor).await[0]["id"].as_str().unwrap().to_owned();
        assert_ne!(format!("/api/v1/inbox/{again}"), path);
        served.by(&editor, "POST", &format!("/api/v1/inbox/{again}/resolve"), "").await;
        let done = served.by(&editor, "GET", "/api/v1/inbox?state=resolved&limit=1", "").await.json();
        assert_eq!((&done["handoffs"][0]["id"], &done["next"]), (&json!(again), &json!(again)), "{done}");
    }
    let noted = served.by(&Holding::Bearer(super::TOKEN.into()), "GET", "/api/v1/audit?limit=50", "").await.body;
    for what in ["transcript_read", "replied", "handoff_resolved"] {
        assert!(noted.contains(what), "{what}: {noted}");
    }
}

#[tokio::test]
async fn what_is_for_a_person_is_passed_on_with_its_reason() {
    let served = served().await;
    let editor = editor(&served, "ed", "public").await;
    for (questions, reason, matter) in [
        (&[UNKNOWN, "Who won the cup in 1974?"][..], "failures", ""),
        (&["you don't understand, how long do refunds take?"], "frustration", ""),
        (&["How long do refunds take? We will take legal action."], "matter", "legal action"),
    ] {
        let talker = Talker::new(&served, Holding::Nothing).await;
        let mut last = Value::Null;
        for (at, question) in questions.iter().enumerate() {
            last = talker.ask(&served, question).await.json();
            assert_eq!(last.get("handoff").is_some(), at + 1 == questions.len(), "{last}");
            assert_ne!(last["mode"], "handoff", "it is answered besides");
        }
        assert_eq!(last["handoff"]["reason"], reason, "{last}");
        assert_eq!(last["handoff"].get("matter"), (!matter.is_empty()).then_some(&json!(matter)), "{last}");
        assert_eq!(inbox(&served, &editor).await[0]["reason"], reason);
    }
    // An answer between them, and nothing has failed twice in a row.
    let talker = Talker::new(&served, Holding::Nothing).await;
    for question in [UNKNOWN, REFUNDS, UNKNOWN] {
        assert_eq!(talker.ask(&served, question).await.json().get("handoff"), None);
    }
    // A button does it, too.
    let path = format!("/api/v1/conversations/{}/handoff", talker.id);
    assert_eq!(served.by(&Holding::Nothing, "POST", &path, "").await.status, StatusCode::NOT_FOUND);
    assert_eq!(talker.send_to(&served, "POST", "/handoff", "").await.status, StatusCode::CREATED);
    assert_eq!(talker.send_to(&served, "POST", "/handoff", "").await.json()["reason"], "asked");
    assert_eq!(inbox(&served, &editor).await.len(), 4);
    // Without a conversation there is nothing that could be passed on, and it is not said that it was.
    let alone = served.by(&Holding::Nothing, "POST", "/api/v1/ask", r#"{"question":"human please"}"#).await.json();
    assert_eq!((alone.get("handoff"), alone["mode"] == "handoff"), (None, false), "{alone}");
}

/// Where nothing is known, the way to a person is told, if there is one.
#[tokio::test]
async fn whoever_gets_no_answer_is_told_of_the_team() {
    let served = served().await;
    const OFFER: &str = "ask for a person: the support team will then read this";
    let alone = served.ask(Sender::Nobody, UNKNOWN, None).await.json();
    assert!(alone["declined"] == true && !alone["answer"].as_str().unwrap().contains(OFFER), "{alone}");
    let talker = Talker::new(&served, Holding::Nothing).await;
    let offered = talker.ask(&served, UNKNOWN).await.json();
    assert!(offered["declined"] == true && offered["answer"].as_str().unwrap().contains(OFFER), "{offered}");
    assert_eq!(talker.ask(&served, "May I ask for a person?").await.json()["mode"], "handoff");
}

#[tokio::test]
async fn nobody_takes_over_what_its_asker_alone_could_read() {
    let served = served().await;
    let (_, hr) = served.person("hr", Role::Reader, "internal,groups=hr").await;
    let talker = Talker::new(&served, hr).await;
    talker.ask(&served, "How long do refunds of wages take?").await;
    talker.ask(&served, "human please").await;
    let member = editor(&served, "member", "internal,groups=hr").await;
    let path = format!("/api/v1/inbox/{}", inbox(&served, &member).await[0]["id"].as_str().unwrap());
    assert!(served.by(&member, "GET", &path, "").await.body.contains("thirty business days"));
    let absent = "/api/v1/inbox/0195d0d0-0000-7000-8000-000000000000";
    for who in ["internal", "public", "internal,groups=billing"] {
        let outside = editor(&served, &format!("ed {}", who.replace([',', '='], "-")), who).await;
        assert_eq!(inbox(&served, &outside).await.len(), 0, "{who}");
        for (method, end, body) in [("GET", "", ""), ("POST", "/replies", r#"{"text":"x"}"#), ("POST", "/resolve", "")]
        {
            let [hidden, gone] = [&path, absent].map(|path| format!("{path}{end}"));
            let [hidden, gone] =
                [served.by(&outside, method, &hidden, body).await, served.by(&outside, method, &gone, body).await];
            assert_eq!((hidden.status, &hidden.body), (StatusCode::NOT_FOUND, &gone.body), "{who} {end}");
        }
    }
    // What its asker can no longer read, whoever takes it over cannot either.
    let document = served.library.store.document_by_name(&served.library.clearance, "pay.md").await.unwrap().unwrap();
    served.library.store.document_remove(served.library.workspace, document).await.unwrap();
    let transcript = served.by(&member, "GET", &path, "").await;
    assert!(!transcript.body.contains("thirty business days"), "{transcript:?}");
    assert_eq!(transcript.json()["said"][0]["masked"], true);
    // With its conversation it goes.
    talker.send(&served, "DELETE").await;
    assert_eq!(inbox(&served, &member).await.len(), 0);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let served = served().await;
    let editor = editor(&served, "ed", "internal").await;
    let talker = Talker::new(&served, Holding::Nothing).await;
    talker.ask(&served, "human please").await;
    let path = format!("/api/v1/inbox/{}/replies", inbox(&served, &editor).await[0]["id"].as_str().unwrap());
    let long = format!(r#"{{"text":"{}"}}"#, "x".repeat(8_001));
    for body in ["", "{}", r#"{"text":""}"#, r#"{"text":" \n"}"#, r#"{"text":null}"#, r#"{"text":"a\u0000b"}"#, &long] {
        assert_eq!(served.by(&editor, "POST", &path, body).await.status, StatusCode::BAD_REQUEST, "{body:.40}");
    }
    for query in ["?state=", "?state=all", "?after=x", "?limit=x", "?what=1"] {
        let reply = served.by(&editor, "GET", &format!("/api/v1/inbox{query}"), "").await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{query}");
    }
    let (_, reader) = served.person("ada", Role::Reader, "internal").await;
    assert_eq!(served.by(&reader, "GET", "/api/v1/inbox", "").await.status, StatusCode::FORBIDDEN);
    // Eyes that are borrowed call for nobody.
    let operator = Holding::Bearer(super::TOKEN.into());
    let begun = served.by(&operator, "POST", "/api/v1/conversations", "").await.json();
    let asked = json!({"question": "human please", "conversation": begun["id"], "as": "tier=public"}).to_string();
    assert_eq!(served.by(&operator, "POST", "/api/v1/ask", &asked).await.json().get("handoff"), None);
}

#[tokio::test]
async fn whoever_reads_more_by_now_is_not_overheard_by_whoever_reads_less() {
    let served = served().await;
    let (person, holding) = served.person("ada", Role::Reader, "public").await;
    let talker = Talker::new(&served, holding).await;
    talker.ask(&served, "human please").await;
    let narrow = editor(&served, "narrow", "public").await;
    let wide = editor(&served, "wide", "internal").await;
    assert_eq!(inbox(&served, &narrow).await.len(), 1);
    let more = server::people::PersonChange { tier: Some(crate::ground::label("internal").tier), ..Default::default() };
    assert!(served.people.change(person, more).await.unwrap());
    talker.ask(&served, "thanks").await;
    assert_eq!((inbox(&served, &narrow).await.len(), inbox(&served, &wide).await.len()), (0, 1));
}
