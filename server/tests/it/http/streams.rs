//! Answers as they are worked out: what is told in which order, coming back for the rest, and what becomes of it when the
//! asker may read it no longer.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use retrieval::access::{AccessTier, Role};
use serde_json::{Value, json};
use server::people::{PersonChange, PersonState};

use super::{Holding, Reply, Served, served};

const QUESTION: &str = "How long do refunds take?";

/// One event of a reply, whole.
#[derive(Clone, PartialEq, Debug)]
pub struct Told {
    pub id: String,
    pub name: String,
    pub data: Value,
}

pub fn told(body: &str) -> Vec<Told> {
    let blocks = body.split("\n\n").filter(|block| block.contains("data: "));
    let field = |block: &str, name: &str| {
        let start = format!("{name}: ");
        block
            .lines()
            .find_map(|line| line.strip_prefix(&start))
            .unwrap_or_else(|| panic!("no {name} in {block}"))
            .to_owned()
    };
    let told = blocks.map(|block| Told {
        id: field(block, "id"),
        name: field(block, "event"),
        data: serde_json::from_str(&field(block, "data")).unwrap(),
    });
    told.collect()
}

impl Served {
    pub async fn listen(&self, holding: &Holding, method: &str, path: &str, body: &str, last: Option<&str>) -> Reply {
        let request = Request::builder().method(method).uri(path);
        let request = request.header("accept", "text/event-stream").header("content-type", "application/json");
        let request = match holding {
            Holding::Nothing => request,
            Holding::Cookie(cookie) => request.header("cookie", format!("__Host-lectern={cookie}")),
            Holding::Bearer(token) => request.header("authorization", format!("Bearer {token}")),
        };
        let request = match last {
            Some(last) => request.header("last-event-id", last),
            None => request,
        };
        self.send_request(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    pub async fn ask_aloud(&self, holding: &Holding, question: &str) -> Vec<Told> {
        let body = json!({"question": question}).to_string();
        told(&self.listen(holding, "POST", "/api/v1/ask", &body, None).await.body)
    }

    async fn resume(&self, holding: &Holding, stream: &str, last: Option<&str>) -> Reply {
        self.listen(holding, "GET", &format!("/api/v1/streams/{stream}"), "", last).await
    }
}

fn stream(told: &[Told]) -> String {
    told[0].data["stream"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn sources_come_first_and_the_whole_answer_last() {
    let served = served().await;
    let reply =
        served.listen(&Holding::Nothing, "POST", "/api/v1/ask", &json!({"question": QUESTION}).to_string(), None).await;
    assert_eq!(reply.headers["content-type"], "text/event-stream");
    let told = told(&reply.body);
    let names: Vec<&str> = told.iter().map(|told| told.name.as_str()).collect();
    assert_eq!((names[0], names[names.len() - 1]), ("sources", "done"));
    assert!(names[1..names.len() - 1].iter().all(|name| ["delta", "checked"].contains(name)), "{names:?}");
    let (id, sources) = (stream(&told), told[0].data["sources"].as_array().unwrap());
    for (at, told) in told.iter().enumerate() {
        assert_eq!(told.id, format!("{id}.{}", at + 1));
    }
    let done = &told.last().unwrap().data;
    let words: String =
        told.iter().filter(|told| told.name == "delta").map(|told| told.data["text"].as_str().unwrap()).collect();
    let checked = told.iter().filter(|told| told.name == "checked");
    let checked: Vec<&Value> = checked
        .flat_map(|told| {
            let words =
                &words[told.data["start"].as_u64().unwrap() as usize..told.data["end"].as_u64().unwrap() as usize];
            assert_eq!(
                (words, &told.data["standing"]),
                (told.data["citations"][0]["quote"].as_str().unwrap(), &json!("supported"))
            );
            told.data["citations"].as_array().unwrap()
        })
        .collect();
    assert_eq!(words, done["answer"].as_str().unwrap());
    assert_eq!(json!(checked), done["citations"]);
    assert!(!checked.is_empty());
    for citation in checked {
        assert!(sources.iter().any(|source| source["document_id"] == citation["document_id"]), "{citation}");
    }
    let mut whole = served.ask(super::Sender::Nobody, QUESTION, None).await.json();
    let mut done = done.clone();
    for differs in ["took_ms", "record_id"] {
        whole[differs] = Value::Null;
        done[differs] = Value::Null;
    }
    assert_eq!(done, whole);
}

#[tokio::test]
async fn whoever_was_cut_off_gets_the_rest_and_nobody_else_anything() {
    let served = served().await;
    let (_, own) = served.person("asker", Role::Reader, "internal").await;
    let (_, other) = served.person("other", Role::Admin, "internal").await;
    let all = served.ask_aloud(&own, QUESTION).await;
    let id = stream(&all);
    for (at, last) in all.iter().enumerate() {
        for last in [last.id.clone(), (at + 1).to_string()] {
            assert_eq!(told(&served.resume(&own, &id, Some(&last)).await.body), all[at + 1..]);
        }
    }
    assert_eq!(told(&served.resume(&own, &id, None).await.body), all);
    let absent = served.resume(&own, "0b0d6b1e-4f7f-4a53-9a0e-3f2f8f6f2a11", None).await;
    assert_eq!(absent.status, StatusCode::NOT_FOUND);
    let upper = id.to_uppercase();
    for (who, id) in [(&other, &id), (&Holding::Nothing, &id), (&own, &upper), (&own, &"x".to_owned())] {
        let reply = served.resume(who, id, None).await;
        assert_eq!((reply.status, &reply.body), (absent.status, &absent.body), "{id}");
        let stopped = served.by(who, "DELETE", &format!("/api/v1/streams/{id}"), "").await;
        assert_eq!((stopped.status, &stopped.body), (absent.status, &absent.body), "{id}");
    }
    for wrong in ["x", "-1", "1.", "18446744073709551616", "\u{e9}"] {
        assert_eq!(served.resume(&own, &id, Some(wrong)).await.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
    assert_eq!(told(&served.resume(&own, &id, Some("999")).await.body), []);
}

#[tokio::test]
async fn what_may_no_longer_be_read_is_not_told_again() {
    let served = served().await;
    let (person, own) = served.person("asker", Role::Reader, "internal").await;
    let id = stream(&served.ask_aloud(&own, QUESTION).await);
    let refunds = served.library.find(&served.library.clearance, "refunds.md").await.unwrap();
    served.library.remove(&refunds).await.unwrap();
    // Twice: what was taken from the shelf does not come back.
    for _ in 0..2 {
        let told = told(&served.resume(&own, &id, None).await.body);
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!((told[0].name.as_str(), &told[0].data["error"]["code"]), ("failed", &json!("revoked")));
    }
    let id = stream(&served.ask_aloud(&own, "Who works at the desk?").await);
    let change = PersonChange { tier: Some(AccessTier::Public), ..PersonChange::default() };
    assert!(served.people.change(person, change).await.unwrap());
    assert_eq!(told(&served.resume(&own, &id, None).await.body).last().unwrap().data["error"]["code"], "revoked");
    let change = PersonChange { state: Some(PersonState::Suspended), ..PersonChange::default() };
    assert!(served.people.change(person, change).await.unwrap());
    assert_eq!(served.resume(&own, &id, None).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_question_that_cannot_be_asked_is_an_error_and_no_stream() {
    let served = served().await;
    for (body, status) in [
        (json!({"question": ""}), 400),
        (json!({"question": "x", "as": "tier=restricted"}), 401),
        (json!({"question": "x", "conversation": "0b0d6b1e-4f7f-4a53-9a0e-3f2f8f6f2a11"}), 404),
    ] {
        let reply = served.listen(&Holding::Nothing, "POST", "/api/v1/ask", &body.to_string(), None).await;
        assert_eq!(reply.status.as_u16(), status, "{body}: {reply:?}");
        assert_eq!(reply.headers["content-type"], "application/json", "{body}");
    }
}
