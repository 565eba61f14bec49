//! Questions over a socket: the same answers, door, limits and looks as by request.

use futures_util::{SinkExt, StreamExt};
use retrieval::access::Role;
use serde_json::{Value, json};
use server::people::{PersonChange, PersonState};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use super::{Open, PATIENCE, listening, open};
use crate::http::Holding;

const QUESTION: &str = "How long do refunds take?";

struct Socket(WebSocketStream<TcpStream>);

/// A socket, or the status of the refusal.
async fn connect(open: &Open, holding: &Holding, more: &[(&'static str, &str)]) -> Result<Socket, u16> {
    let mut request = format!("ws://{}/api/v1/ws", open.address).into_client_request().unwrap();
    let mut put =
        |name: &'static str, value: &str| request.headers_mut().insert(name, HeaderValue::from_str(value).unwrap());
    match holding {
        Holding::Nothing => {}
        Holding::Cookie(cookie) => drop(put("cookie", &format!("__Host-lectern={cookie}"))),
        Holding::Bearer(token) => drop(put("authorization", &format!("Bearer {token}"))),
    }
    for (name, value) in more {
        put(name, value);
    }
    let stream = TcpStream::connect(open.address).await.unwrap();
    match client_async(request, stream).await {
        Ok((socket, _)) => Ok(Socket(socket)),
        Err(Error::Http(response)) => Err(response.status().as_u16()),
        Err(error) => panic!("{error}"),
    }
}

impl Socket {
    async fn say(&mut self, request: Value) {
        self.0.send(Message::Text(request.to_string().into())).await.unwrap();
    }

    /// The next event; `None` when the other end hangs up.
    async fn hear(&mut self) -> Option<Value> {
        loop {
            match tokio::time::timeout(PATIENCE, self.0.next()).await.expect("nothing is said") {
                Some(Ok(Message::Text(text))) => return Some(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                _ => return None,
            }
        }
    }

    /// The events of an answer, up to its end.
    async fn answer(&mut self, tag: &str) -> Vec<Value> {
        let mut told = Vec::new();
        loop {
            let event = self.hear().await.expect("no end of an answer");
            assert_eq!(event["tag"], tag, "{event}");
            let is_last = ["done", "failed"].contains(&event["event"].as_str().unwrap());
            told.push(event);
            if is_last {
                return told;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn questions_are_answered_over_a_socket_and_answers_come_back_to() {
    let open = open(listening()).await;
    let mut socket = connect(&open, &Holding::Nothing, &[]).await.ok().unwrap();
    socket.say(json!({"tag": "a", "ask": {"question": QUESTION}})).await;
    let told = socket.answer("a").await;
    let whole = open.served.ask(crate::http::Sender::Nobody, QUESTION, None).await.json();
    assert_eq!(told.last().unwrap()["data"]["answer"], whole["answer"]);
    assert_eq!(told[0]["event"], "sources");
    let stream = told[0]["data"]["stream"].as_str().unwrap();
    // Another socket of the same asker.
    let mut other = connect(&open, &Holding::Nothing, &[]).await.ok().unwrap();
    other.say(json!({"tag": "b", "resume": {"stream": stream, "after": 1}})).await;
    let rest = other.answer("b").await;
    let bare =
        |events: &[Value]| events.iter().map(|event| (event["id"].clone(), event["data"].clone())).collect::<Vec<_>>();
    assert_eq!(bare(&rest), bare(&told[1..]));
    let (_, holding) = open.served.person("somebody", Role::Admin, "internal").await;
    let mut stranger = connect(&open, &holding, &[]).await.ok().unwrap();
    for request in [json!({"tag": "c", "resume": {"stream": stream}}), json!({"tag": "c", "stop": stream})] {
        stranger.say(request).await;
        assert_eq!(stranger.answer("c").await[0]["data"]["error"]["code"], "not_found");
    }
    drop((socket, other, stranger));
    open.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_is_rendered_for_who_asks_for_it() {
    let open = open(listening()).await;
    let mut socket = connect(&open, &Holding::Nothing, &[]).await.ok().unwrap();
    socket.say(json!({"tag": "a", "ask": {"question": QUESTION, "format": "html"}})).await;
    let told = socket.answer("a").await;
    let body = json!({"question": QUESTION, "format": "html"}).to_string();
    let whole = open.served.send(crate::http::Sender::Nobody, "POST", "/api/v1/ask", &body).await.json();
    let html = whole["html"].as_str().unwrap();
    assert!(html.starts_with("<p>") && html.contains("href=\"#cite-1\""), "{html}");
    assert_eq!(told.last().unwrap()["data"]["html"], whole["html"]);
    drop(socket);
    open.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_request_is_told_so_and_the_socket_goes_on() {
    let open = open(listening()).await;
    let mut socket = connect(&open, &Holding::Nothing, &[]).await.ok().unwrap();
    let long = "x".repeat(65);
    for wrong in [
        json!(null),
        json!([]),
        json!({}),
        json!({"ask": {"question": QUESTION}, "stop": "x"}),
        json!({"ask": {"question": ""}}),
        json!({"ask": {"question": QUESTION, "more": 1}}),
        json!({"ask": {"question": QUESTION, "as": "tier=restricted"}}),
        json!({"resume": {"stream": "x"}}),
        json!({"resume": {"stream": QUESTION, "after": -1}}),
        json!({"stop": "x"}),
        json!({"tag": long, "stop": "x"}),
    ] {
        socket.say(wrong.clone()).await;
        let told = socket.hear().await.unwrap();
        assert_eq!(told["event"], "failed", "{wrong}: {told}");
    }
    socket.0.send(Message::Binary(vec![1].into())).await.unwrap();
    assert_eq!(socket.hear().await.unwrap()["event"], "failed");
    socket.say(json!({"tag": "z", "ask": {"question": QUESTION}})).await;
    assert_eq!(socket.answer("z").await.last().unwrap()["event"], "done");
    // Larger than any question: hung up on.
    socket.0.send(Message::Text("x".repeat(600 * 1024).into())).await.unwrap();
    assert_eq!(socket.hear().await, None);
    assert!(open.is_well().await);
    open.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_page_elsewhere_opens_a_socket_and_nobody_who_is_not_let_in() {
    let open = open(listening()).await;
    let host = open.address.to_string();
    for (name, value) in [
        ("origin", "https://elsewhere.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        assert_eq!(connect(&open, &Holding::Nothing, &[(name, value)]).await.err(), Some(403), "{name}: {value}");
    }
    let wrong = Holding::Bearer("wrong".into());
    assert_eq!(connect(&open, &wrong, &[]).await.err(), Some(401));
    assert!(connect(&open, &Holding::Nothing, &[("origin", &format!("http://{host}"))]).await.is_ok());

    let (person, holding) = open.served.person("somebody", Role::Reader, "internal").await;
    let mut socket = connect(&open, &holding, &[]).await.ok().unwrap();
    socket.say(json!({"tag": "a", "ask": {"question": QUESTION}})).await;
    assert_eq!(socket.answer("a").await.last().unwrap()["event"], "done");
    let change = PersonChange { state: Some(PersonState::Suspended), ..PersonChange::default() };
    assert!(open.served.people.change(person, change).await.unwrap());
    socket.say(json!({"tag": "b", "ask": {"question": QUESTION}})).await;
    assert_eq!(socket.answer("b").await[0]["data"]["error"]["code"], "not_allowed");
    open.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_house_closes_with_sockets_open() {
    let open = open(listening()).await;
    let mut idle = connect(&open, &Holding::Nothing, &[]).await.ok().unwrap();
    let waiting = tokio::spawn(async move { idle.hear().await });
    open.ends().await;
    assert_eq!(waiting.await.unwrap(), None);
}
