//! Conversations: one's own and nobody else's, gone on with, and over when they are unused.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use retrieval::access::Role;
use serde_json::{Value, json};
use server::store::Owner;

use super::bad_input::assert_refused;
use super::{Holding, Reply, Served, TOKEN, served};
use crate::ground::HOUR_MS;

const REFUNDS: &str = "How long do refunds take?";

/// Somebody, a conversation of theirs, and its secret if they have no account.
#[derive(Clone, Debug)]
pub struct Talker {
    pub holding: Holding,
    pub id: String,
    secret: Option<String>,
}

impl Talker {
    pub async fn new(served: &Served, holding: Holding) -> Self {
        let reply = served.by(&holding, "POST", "/api/v1/conversations", "").await;
        assert_eq!(reply.status, StatusCode::CREATED, "{reply:?}");
        let text = |field: &str| reply.json()[field].as_str().map(str::to_owned);
        let (id, secret) = (text("id").unwrap(), text("secret"));
        assert_eq!(secret.is_some(), matches!(holding, Holding::Nothing), "{reply:?}");
        Self { holding, id, secret }
    }

    /// Somebody who talks in this one's conversation, by their own means.
    pub fn intruding(&self, on: &Self) -> Self {
        Self { id: on.id.clone(), ..self.clone() }
    }

    /// No two questions are of one moment.
    pub async fn ask(&self, served: &Served, question: &str) -> Reply {
        served.ground.turn(1);
        let asked = json!({"question": question, "conversation": self.id, "conversation_secret": self.secret});
        served.by(&self.holding, "POST", "/api/v1/ask", &asked.to_string()).await
    }

    pub async fn send(&self, served: &Served, method: &str) -> Reply {
        self.send_to(served, method, "", "").await
    }

    /// With what stands behind its address, and a body of JSON or nothing.
    pub async fn send_to(&self, served: &Served, method: &str, behind: &str, body: &str) -> Reply {
        let path = format!("/api/v1/conversations/{}{behind}", self.id);
        let mut request = Request::builder().method(Method::from_bytes(method.as_bytes()).unwrap()).uri(path);
        if !body.is_empty() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        request = match &self.holding {
            Holding::Nothing => request,
            Holding::Cookie(cookie) => request.header(header::COOKIE, format!("__Host-lectern={cookie}")),
            Holding::Bearer(token) => request.header(header::AUTHORIZATION, format!("Bearer {token}")),
        };
        if let Some(secret) = &self.secret {
            request = request.header("x-conversation-secret", secret);
        }
        served.send_request(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    pub async fn said(&self, served: &Served) -> Vec<Value> {
        let reply = self.send(served, "GET").await;
        assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
        reply.json()["said"].as_array().unwrap().clone()
    }
}

pub fn operator() -> Holding {
    Holding::Bearer(TOKEN.to_owned())
}

/// The same bytes as for what never was.
pub async fn assert_absent(served: &Served, reply: &Reply) {
    let absent = served.by(&operator(), "GET", "/api/v1/jobs/00000000-0000-0000-0000-000000000000", "").await;
    assert_eq!((reply.status, &reply.body), (StatusCode::NOT_FOUND, &absent.body), "{reply:?}");
    let [told, expected] = [&reply.headers, &absent.headers].map(|headers| {
        let mut headers = headers.clone();
        headers.remove("x-request-id");
        headers
    });
    assert_eq!(told, expected);
}

#[tokio::test]
async fn a_conversation_goes_on() {
    let served = served().await;
    let (_, cookie) = served.person("ada", Role::Reader, "public").await;
    for holding in [Holding::Nothing, cookie] {
        let talker = Talker::new(&served, holding.clone()).await;
        assert_eq!(talker.said(&served).await, Vec::<Value>::new());
        let first = talker.ask(&served, REFUNDS).await.json();
        assert_eq!((&first["conversation"], &first["turn"]), (&json!(talker.id), &json!(1)), "{first}");
        let second = talker.ask(&served, "and to arrive?").await.json();
        assert_eq!(second["asked_as"], "refunds: and to arrive?");
        assert_eq!(second["turn"], 2);
        let said = talker.said(&served).await;
        let questions: Vec<&str> = said.iter().map(|turn| turn["question"].as_str().unwrap()).collect();
        assert_eq!(questions, [REFUNDS, "and to arrive?"]);
        for (turn, reply) in said.iter().zip([&first, &second]) {
            assert_eq!((&turn["answer"], &turn["record_id"]), (&reply["answer"], &reply["record_id"]));
            assert_eq!((&turn["masked"], &turn["simulated"]), (&json!(false), &json!(false)));
            let [kept, given] = [turn, reply].map(|value| value["citations"][0].clone());
            for field in ["n", "document_id", "title", "url", "page", "heading", "quote", "start", "end"] {
                assert_eq!(kept[field], given[field], "{field}: {turn}");
            }
        }
        let plain = served.by(&holding, "POST", "/api/v1/ask", &json!({"question": REFUNDS}).to_string()).await.json();
        assert_eq!((plain.get("conversation"), plain.get("turn")), (None, None), "{plain}");
        assert_eq!(talker.send(&served, "DELETE").await.status, StatusCode::NO_CONTENT);
        assert_absent(&served, &talker.send(&served, "GET").await).await;
        assert_absent(&served, &talker.send(&served, "DELETE").await).await;
        assert_absent(&served, &talker.ask(&served, REFUNDS).await).await;
    }
}

#[tokio::test]
async fn nobody_has_anothers_conversation() {
    let served = served().await;
    let (boss, boss_cookie) = served.person("boss", Role::Admin, "restricted").await;
    let (ada, cookie) = served.person("ada", Role::Reader, "internal").await;
    let holdings = [
        Holding::Nothing,
        Holding::Nothing,
        cookie,
        served.key(ada, None).await.1,
        served.key(ada, Some("public")).await.1,
        boss_cookie,
        served.key(boss, None).await.1,
        operator(),
    ];
    let mut talkers = Vec::new();
    for holding in holdings {
        let talker = Talker::new(&served, holding).await;
        assert_eq!(talker.ask(&served, REFUNDS).await.json()["turn"], 1);
        talkers.push(talker);
    }
    for (at, owner) in talkers.iter().enumerate() {
        for (other, intruder) in talkers.iter().enumerate().filter(|(other, _)| *other != at) {
            let mut armed = vec![intruder.intruding(owner)];
            // Whoever is known by something else is not known by a secret that they came by.
            if !matches!(intruder.holding, Holding::Nothing) {
                armed.push(Talker { secret: owner.secret.clone(), ..intruder.intruding(owner) });
            }
            for intruder in armed {
                for reply in [
                    intruder.send(&served, "GET").await,
                    intruder.send_to(&served, "GET", "/export", "").await,
                    intruder.send_to(&served, "GET", "/export?format=markdown", "").await,
                    intruder.send_to(&served, "PATCH", "", r#"{"title": "taken"}"#).await,
                    intruder.ask(&served, "and to arrive?").await,
                    intruder.send(&served, "DELETE").await,
                ] {
                    assert_absent(&served, &reply).await;
                    assert!(!reply.body.contains("refunds"), "{other} reads what {at} said");
                }
            }
        }
        assert_eq!(owner.said(&served).await.len(), 1);
        let list = served.by(&owner.holding, "GET", "/api/v1/conversations", "").await;
        match owner.holding {
            Holding::Nothing => assert_eq!(list.status, StatusCode::UNAUTHORIZED, "visitors have no list"),
            Holding::Cookie(_) | Holding::Bearer(_) => {
                let ids = |list: &Reply| list.json()["conversations"].as_array().unwrap().clone();
                assert_eq!(ids(&list).iter().map(|one| &one["id"]).collect::<Vec<_>>(), [&json!(owner.id)]);
                assert!(list.json()["next"].is_null());
            }
        }
    }
}

#[tokio::test]
async fn a_visitor_is_known_by_the_secret_alone() {
    let served = served().await;
    let (ada, Holding::Cookie(cookie)) = served.person("ada", Role::Reader, "internal").await else { panic!() };
    let (_, Holding::Bearer(key)) = served.key(ada, None).await else { panic!() };
    let talker = Talker::new(&served, Holding::Nothing).await;
    talker.ask(&served, REFUNDS).await;
    let secret = talker.secret.clone().unwrap();
    let none = String::new();
    for wrong in [
        None,
        Some(none),
        Some("null".into()),
        Some("0".into()),
        Some(secret[..secret.len() - 1].to_owned()),
        Some(format!("{secret}A")),
        Some(secret.replacen("lco_", "lsi_", 1)),
        Some(secret.to_uppercase()),
        Some(secret[4..].to_owned()),
        Some(talker.id.clone()),
        Some("%".repeat(47)),
        Some(cookie),
        Some(key),
        Some(TOKEN.to_owned()),
    ] {
        let wrong = Talker { secret: wrong, ..talker.clone() };
        for method in ["GET", "DELETE"] {
            assert_absent(&served, &wrong.send(&served, method).await).await;
        }
        assert_absent(&served, &wrong.ask(&served, REFUNDS).await).await;
    }
    for (field, value) in [("conversation_secret", json!(0)), ("conversation_secret", json!([secret]))] {
        let mut asked = json!({"question": REFUNDS, "conversation": talker.id, "conversation_secret": secret});
        asked[field] = value;
        let reply = served.by(&Holding::Nothing, "POST", "/api/v1/ask", &asked.to_string()).await;
        assert_refused(&reply, "not the JSON");
    }
    // It opens nothing else.
    for holding in [Holding::Bearer(secret.clone()), Holding::Cookie(secret)] {
        let reply = served.by(&holding, "GET", "/api/v1/me", "").await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{reply:?}");
    }
    assert_eq!(talker.said(&served).await.len(), 1);
}

#[tokio::test]
async fn what_is_no_id_is_absent() {
    let served = served().await;
    let elsewhere = served.ground.store.workspace_ensure("other").await.unwrap();
    let owner = Owner { name: "operator".into(), person: None };
    let foreign = served.ground.store.conversation_insert(elsewhere, &owner, None).await.unwrap().unwrap();
    let talker = Talker::new(&served, operator()).await;
    let spelt = [talker.id.to_uppercase(), talker.id.replace('-', ""), format!("{{{}}}", talker.id)];
    let odd = ["x", "%00", "%ff", "1'%20OR%201=1", "00000000-0000-0000-0000-000000000000", &foreign.id.to_string()];
    let (_, cookie) = served.person("ada", Role::Admin, "internal").await;
    for holding in [operator(), cookie, Holding::Nothing] {
        for id in odd.iter().map(|id| (*id).to_owned()).chain(spelt.clone()) {
            let id = id.replace('{', "%7B").replace('}', "%7D");
            let talker = Talker { holding: holding.clone(), id, secret: None };
            assert_absent(&served, &talker.send(&served, "GET").await).await;
            assert_absent(&served, &talker.send(&served, "DELETE").await).await;
            assert_absent(&served, &talker.send_to(&served, "GET", "/export", "").await).await;
            assert_absent(&served, &talker.send_to(&served, "PATCH", "", r#"{"title": "x"}"#).await).await;
        }
    }
    let ask = |holding, conversation: Value| {
        let (served, asked) = (&served, json!({"question": REFUNDS, "conversation": conversation}).to_string());
        async move { served.by(&holding, "POST", "/api/v1/ask", &asked).await }
    };
    for id in ["", " ", "x", &foreign.id.to_string()] {
        assert_absent(&served, &ask(Holding::Nothing, json!(id)).await).await;
    }
    for id in ["", " ", &"x".repeat(65), &foreign.id.to_string()] {
        assert_absent(&served, &ask(operator(), json!(id)).await).await;
    }
    for bad in [json!(0), json!([]), json!({}), json!(true)] {
        assert_refused(&ask(operator(), bad).await, "not the JSON");
    }
    let both = json!({"question": "why?", "conversation": talker.id, "history": [{"role": "user", "text": "x"}]});
    assert_refused(&served.by(&operator(), "POST", "/api/v1/ask", &both.to_string()).await, "not both");
    for query in ["after=x", "limit=x", "limit=-1", "order=oldest", "after="] {
        for path in ["/api/v1/conversations".to_owned(), format!("/api/v1/conversations/{}", talker.id)] {
            let reply = served.by(&operator(), "GET", &format!("{path}?{query}"), "").await;
            assert_refused(&reply, "`after`");
        }
    }
}

/// A name is made when the operator first asks by it; everybody else is told ids.
#[tokio::test]
async fn the_operator_gives_names() {
    let served = served().await;
    let named = Talker { holding: operator(), id: "monday \u{1f600}".into(), secret: None };
    let first = named.ask(&served, REFUNDS).await.json();
    let id = first["conversation"].as_str().unwrap().to_owned();
    assert_eq!(named.ask(&served, "and to arrive?").await.json()["turn"], 2);
    let by_id = Talker { id, ..named };
    assert_eq!(by_id.ask(&served, "why?").await.json()["turn"], 3);
    assert_eq!(by_id.said(&served).await.len(), 3);
    let (_, cookie) = served.person("ada", Role::Admin, "restricted").await;
    let other = Talker { holding: cookie, id: "monday".into(), secret: None };
    assert_absent(&served, &other.ask(&served, REFUNDS).await).await;
}

#[tokio::test]
async fn where_visitors_are_turned_away_they_keep_nothing() {
    let served = super::serve(false).await;
    let reply = served.by(&Holding::Nothing, "POST", "/api/v1/conversations", "").await;
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
    let (_, cookie) = served.person("ada", Role::Reader, "public").await;
    assert_eq!(Talker::new(&served, cookie).await.ask(&served, REFUNDS).await.json()["turn"], 1);
}

#[tokio::test]
async fn what_is_unused_ends() {
    let served = served().await;
    let talker = Talker::new(&served, Holding::Nothing).await;
    talker.ask(&served, REFUNDS).await;
    served.ground.turn(29 * 24 * HOUR_MS);
    talker.ask(&served, REFUNDS).await;
    served.ground.turn(30 * 24 * HOUR_MS - 1);
    assert_eq!(talker.said(&served).await.len(), 2);
    served.ground.turn(1);
    for reply in [talker.send(&served, "GET").await, talker.ask(&served, REFUNDS).await] {
        assert_absent(&served, &reply).await;
    }
    assert_eq!(served.ground.store.conversations_sweep().await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn questions_asked_at_once_each_have_their_place() {
    let served = Arc::new(served().await);
    let talker = Talker::new(&served, Holding::Nothing).await;
    let asked = (0..24).map(|_| {
        let (served, talker) = (Arc::clone(&served), talker.clone());
        tokio::spawn(async move { talker.ask(&served, REFUNDS).await.json()["turn"].as_i64().unwrap() })
    });
    let mut places = BTreeSet::new();
    for asked in asked.collect::<Vec<_>>() {
        places.insert(asked.await.unwrap());
    }
    assert_eq!(places, (1..=24).collect());
    assert_eq!(talker.said(&served).await.len(), 24);
    let part = served.by(&operator(), "GET", "/api/v1/conversations?limit=1", "").await;
    assert_eq!(part.json()["conversations"], json!([]), "{part:?}");
}

#[tokio::test]
async fn a_long_conversation_is_read_in_parts() {
    let served = served().await;
    let talker = Talker::new(&served, operator()).await;
    for n in 1..=5 {
        assert_eq!(talker.ask(&served, &format!("question {n}?")).await.json()["turn"], n);
    }
    let (mut seen, mut next) = (Vec::new(), Some(String::from("0")));
    while let Some(after) = next {
        let path = format!("/api/v1/conversations/{}?after={after}&limit=2", talker.id);
        let part = served.by(&operator(), "GET", &path, "").await.json();
        seen.extend(part["said"].as_array().unwrap().iter().map(|turn| turn["turn"].as_i64().unwrap()));
        next = part["next"].as_str().map(str::to_owned);
    }
    assert_eq!(seen, [1, 2, 3, 4, 5]);
}
