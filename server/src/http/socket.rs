//! The handler of sockets: questions in, answers as they are worked out, several at a time.
//!
//! What is asked over a socket passes the same door, the same limits and the same looks as what is asked by request; being
//! connected is no credential.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::Response;
use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use super::Desk;
use super::asking::Asking;
use super::audit::During;
use super::error::ApiError;
use super::limits::{Cost, Whose};
use super::live::{Line, Seat, Still, Telling};
use super::serve::{Raw, raw};
use super::who::{self, Asker, Peer};
use super::wire::SocketRequest;
use crate::audit::Occasion;
use crate::people::door::Entered;
use crate::people::policy::{self, Kind, Verb};

const MOST_BYTES: usize = 512 * 1024;
/// Answers at a time on one socket.
const MOST_ANSWERS: usize = 4;
/// Lines that wait to be taken, for all of its answers; more are not made.
const QUEUE: usize = 16;
/// Between two looks at whether whoever is connected is still let in.
const EVERY: Duration = Duration::from_secs(20);
/// For a client to take what is sent to it.
const PATIENCE: Duration = Duration::from_secs(30);
const LONGEST_TAG: usize = 64;

const VERSION: &str = "13";

type Socket = WebSocketStream<Raw>;

/// Whoever is connected, and what is being told to them.
struct Conversation {
    desk: Desk,
    held: HeaderMap,
    peer: Option<Peer>,
    occasion: Occasion,
    /// Ended with the socket.
    answers: JoinSet<()>,
    lines: mpsc::Sender<String>,
}

pub async fn open(
    State(desk): State<Desk>,
    _: Asker,
    During(occasion): During,
    request: Request,
) -> Result<Response, ApiError> {
    let accept = accepted(request.headers())?;
    let seat = desk.streams.seat()?;
    let (lines, told) = mpsc::channel(QUEUE);
    let (held, peer) = (request.headers().clone(), request.extensions().get().cloned());
    let conversation = Conversation { desk, held, peer, occasion, answers: JoinSet::new(), lines };
    tokio::spawn(async move {
        let Some(raw) = raw(request).await else { return };
        let config = WebSocketConfig::default().max_message_size(Some(MOST_BYTES)).max_frame_size(Some(MOST_BYTES));
        let socket = WebSocketStream::from_raw_socket(raw, Role::Server, Some(config)).await;
        conversation.run(socket, told, seat).await;
    });
    let switching = Response::builder().status(StatusCode::SWITCHING_PROTOCOLS).header(CONNECTION, "upgrade");
    let switching = switching.header(UPGRADE, "websocket").header(SEC_WEBSOCKET_ACCEPT, accept);
    switching.body(Body::empty()).map_err(ApiError::internal)
}

/// What proves to a client that a WebSocket was understood (RFC 6455, 4.2).
fn accepted(headers: &HeaderMap) -> Result<String, ApiError> {
    let says = |name: HeaderName, word: &str| {
        let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).any(|one| one.trim().eq_ignore_ascii_case(word))
    };
    let is_one = says(CONNECTION, "upgrade") && says(UPGRADE, "websocket") && says(SEC_WEBSOCKET_VERSION, VERSION);
    let key = headers.get(SEC_WEBSOCKET_KEY).filter(|_| is_one);
    let key = key.ok_or_else(|| ApiError::bad_request("this is a socket: ask for a WebSocket"))?;
    Ok(derive_accept_key(key.as_bytes()))
}

impl Conversation {
    async fn run(mut self, mut socket: Socket, mut told: mpsc::Receiver<String>, seat: Seat) {
        let mut look = tokio::time::interval(EVERY);
        loop {
            let message = tokio::select! {
                line = told.recv() => line.map(text),
                heard = socket.next() => match heard {
                    Some(Ok(Message::Text(request))) => self.hear(&request).await.map(text),
                    Some(Ok(Message::Binary(_))) => Some(text(failed(None, &ApiError::bad_request("send text")))),
                    Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => None,
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                },
                _ = look.tick() => match self.enter().await {
                    Ok(_) => Some(Message::Ping(Default::default())),
                    Err(_) => return,
                },
                () = seat.closing.cancelled() => break,
            };
            while self.answers.try_join_next().is_some() {}
            if let Some(message) = message
                && !send(&mut socket, message).await
            {
                return;
            }
        }
        // What is being told ends now, too, and its end is told.
        let Self { mut answers, lines, .. } = self;
        drop(lines);
        while let Some(line) = told.recv().await {
            if !send(&mut socket, text(line)).await {
                return;
            }
        }
        while answers.join_next().await.is_some() {}
        let _ = send(&mut socket, Message::Close(None)).await;
    }

    /// What there is to say at once.
    async fn hear(&mut self, request: &str) -> Option<String> {
        let Ok(request) = serde_json::from_str::<SocketRequest>(request) else {
            return Some(failed(None, &ApiError::bad_request("send `ask`, `resume` or `stop`, as JSON")));
        };
        let tag = request.tag.clone();
        match self.act(request).await {
            Ok(telling) => {
                if let Some(telling) = telling {
                    self.answers.spawn(tell(telling, tag, self.lines.clone()));
                }
                None
            }
            Err(error) => {
                error.log();
                Some(failed(tag.as_deref(), &error))
            }
        }
    }

    async fn act(&self, request: SocketRequest) -> Result<Option<Telling>, ApiError> {
        if request.tag.as_ref().is_some_and(|tag| tag.len() > LONGEST_TAG) {
            return Err(ApiError::bad_request(format!("a tag has at most {LONGEST_TAG} letters")));
        }
        match (request.ask, request.resume, request.stop) {
            (Some(ask), None, None) => {
                let asker = self.let_in(Cost::Question).await?;
                self.has_room()?;
                Ok(Some(Asking::of(&self.desk, &asker, &self.occasion, ask).await?.begin(&self.held)?))
            }
            (None, Some(resume), None) => {
                let asker = self.let_in(Cost::Request).await?;
                self.has_room()?;
                let reader = self.desk.streams.join(&asker.principal, &resume.stream)?;
                let still = Still::new(&self.desk, &self.held, reader.seen_with());
                Ok(Some(Telling::from_behind(resume.after, reader, still).await))
            }
            (None, None, Some(stream)) => {
                let asker = self.let_in(Cost::Request).await?;
                self.desk.streams.join(&asker.principal, &stream)?.stop();
                Ok(None)
            }
            _ => Err(ApiError::bad_request("send one of `ask`, `resume` and `stop`")),
        }
    }

    fn has_room(&self) -> Result<(), ApiError> {
        if self.answers.len() < MOST_ANSWERS {
            return Ok(());
        }
        Err(ApiError::too_many(format!("{MOST_ANSWERS} answers at a time: wait for one to end"), 1))
    }

    async fn let_in(&self, cost: Cost) -> Result<Asker, ApiError> {
        let entered = self.enter().await?;
        self.desk.front.limits.take(Whose::of(&entered, self.peer.as_ref()), cost)?;
        Ok(Asker { principal: entered.principal, by: entered.by })
    }

    async fn enter(&self) -> Result<Entered, ApiError> {
        let entered = who::entered(&self.desk, &self.held).await.map_err(|_| ApiError::not_allowed())?;
        let may = policy::may_some(&entered.principal, Verb::Read, Kind::Passage);
        may.then_some(entered).ok_or_else(ApiError::not_allowed)
    }
}

/// One answer, as fast as its lines are taken.
async fn tell(mut telling: Telling, tag: Option<String>, lines: mpsc::Sender<String>) {
    while let Some(line) = telling.next().await {
        if lines.send(spelt(tag.as_deref(), &telling, &line)).await.is_err() {
            return;
        }
    }
}

fn spelt(tag: Option<&str>, telling: &Telling, line: &Line) -> String {
    let id = format!("{}.{}", telling.stream(), line.number);
    // The data is JSON already.
    format!(r#"{{"tag":{},"id":"{id}","event":"{}","data":{}}}"#, json!(tag), line.name, line.data)
}

fn failed(tag: Option<&str>, error: &ApiError) -> String {
    json!({"tag": tag, "event": "failed", "data": error.told()}).to_string()
}

fn text(line: String) -> Message {
    Message::Text(line.into())
}

async fn send(socket: &mut Socket, message: Message) -> bool {
    matches!(tokio::time::timeout(PATIENCE, socket.send(message)).await, Ok(Ok(())))
}
