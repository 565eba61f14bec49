//! The handlers for clients that speak OpenAI's chat completions: the knowledge base as one more model.
//!
//! The same questions, rights, limits and answers as everywhere; only the words around them are another's. Sources stand
//! below an answer, because such clients show nothing else.

use std::collections::BTreeSet;
use std::convert::Infallible;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde_json::Value;
use uuid::Uuid;

use super::Desk;
use super::asking::Asking;
use super::audit::During;
use super::error::ApiError;
use super::handlers::{Body, malformed};
use super::live::{Line, Telling};
use super::who::Asker;
use super::wire::{
    AskReply, Cited, CompletionChoice, CompletionError, CompletionReply, CompletionRequest, MODEL, ModelLine,
    ModelList, Spoken,
};

const OWNER: &str = "lectern";

pub async fn models(_: Asker) -> Json<ModelList> {
    let line = ModelLine { id: MODEL, object: "model", created: 0, owned_by: OWNER };
    Json(ModelList { object: "list", data: vec![line] })
}

pub async fn complete(
    State(desk): State<Desk>,
    asker: Asker,
    During(occasion): During,
    headers: HeaderMap,
    body: Body<CompletionRequest>,
) -> Result<Response, ApiError> {
    let request = body.map_err(malformed)?.0;
    if request.model != MODEL {
        return Err(ApiError::bad_request(format!("the one model here is \"{MODEL}\"")));
    }
    let is_stream = request.stream;
    let asking = Asking::of(&desk, &asker, &occasion, request.into_question()?).await?;
    let completion = Completion {
        id: format!("chatcmpl-{}", Uuid::new_v4().simple()),
        created: desk.answerer.store.clock().now_ms() / 1_000,
    };
    match is_stream {
        true => Ok(completion.told(asking.begin(&headers)?)),
        false => Ok(Json(completion.whole(asking.whole().await?)).into_response()),
    }
}

/// What all pieces of one completion have in common.
struct Completion {
    id: String,
    created: i64,
}

/// How far a completion is told.
struct Told {
    completion: Completion,
    telling: Telling,
    words: String,
    is_over: bool,
}

impl Completion {
    fn whole(&self, reply: AskReply) -> CompletionReply {
        let content = format!("{}{}", reply.answer, sources(&reply));
        let message = Spoken { role: Some("assistant"), content: Some(content) };
        let choice = CompletionChoice { index: 0, message: Some(message), delta: None, finish_reason: Some("stop") };
        CompletionReply { citations: reply.citations, ..self.piece("chat.completion", choice) }
    }

    fn told(self, telling: Telling) -> Response {
        let told = Told { completion: self, telling, words: String::new(), is_over: false };
        let events = stream::unfold(told, |mut told| async {
            let events = told.next().await?;
            Some((stream::iter(events.into_iter().map(Ok::<_, Infallible>)), told))
        });
        let events = futures_util::StreamExt::flatten(events);
        Sse::new(events).keep_alive(KeepAlive::default()).into_response()
    }

    fn delta(&self, delta: Spoken, finish_reason: Option<&'static str>) -> Event {
        let choice = CompletionChoice { index: 0, message: None, delta: Some(delta), finish_reason };
        let piece = self.piece("chat.completion.chunk", choice);
        // Our own shapes can all be spelt.
        Event::default().json_data(&piece).unwrap_or_default()
    }

    fn piece(&self, object: &'static str, choice: CompletionChoice) -> CompletionReply {
        let (id, choices) = (self.id.clone(), vec![choice]);
        CompletionReply { id, object, created: self.created, model: MODEL, choices, citations: Vec::new() }
    }
}

impl Told {
    /// What follows from the next line; `None` behind the last.
    async fn next(&mut self) -> Option<Vec<Event>> {
        if self.is_over {
            return None;
        }
        let line = self.telling.next().await;
        Some(line.map_or_else(Vec::new, |line| self.pieces(&line)))
    }

    fn pieces(&mut self, line: &Line) -> Vec<Event> {
        let data: Value = serde_json::from_str(&line.data).unwrap_or_default();
        let says = |content: String| Spoken { content: Some(content), ..Spoken::default() };
        match line.name {
            "sources" => {
                vec![self.completion.delta(Spoken { role: Some("assistant"), content: Some(String::new()) }, None)]
            }
            "delta" => {
                let words = data["text"].as_str().unwrap_or_default();
                self.words.push_str(words);
                vec![self.completion.delta(says(words.to_owned()), None)]
            }
            "done" => {
                self.is_over = true;
                let Ok(reply) = serde_json::from_value::<AskReply>(data) else { return Vec::new() };
                let mut rest = sources(&reply);
                if self.words.trim_end() != reply.answer.trim_end() && !self.words.is_empty() {
                    // What was told does not stand, and cannot be taken back here.
                    rest = format!("\n\n---\n\n{}{rest}", reply.answer);
                }
                let end = self.completion.delta(Spoken::default(), Some("stop"));
                vec![self.completion.delta(says(rest), None), end, Event::default().data("[DONE]")]
            }
            "failed" => {
                self.is_over = true;
                vec![Event::default().data(&*line.data), Event::default().data("[DONE]")]
            }
            _ => Vec::new(),
        }
    }
}

/// What the markers of an answer stand for.
fn sources(reply: &AskReply) -> String {
    let (mut lines, mut named): (Vec<String>, BTreeSet<usize>) = Default::default();
    for Cited { n, title, link, .. } in &reply.citations {
        let address = link.as_ref().map_or(String::new(), |link| format!(" <{link}>"));
        if named.insert(*n) {
            lines.push(format!("[{n}] {title}{address}"));
        }
    }
    if lines.is_empty() { String::new() } else { format!("\n\n{}", lines.join("\n")) }
}

impl From<CompletionError> for ApiError {
    fn from(error: CompletionError) -> Self {
        Self::bad_request(error.to_string())
    }
}
