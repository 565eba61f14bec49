//! OpenAI's chat completions as words on the wire: what is sent, and what is heard.
//!
//! Ollama, llama.cpp, vLLM and others speak it too, each with something left out or added, so nothing is asked for that
//! is not needed. Knows no network.

use prompts::chat::{ChatError, Message, Request, Speaker};
use reqwest::header::{AUTHORIZATION, HeaderName};
use serde::Deserialize;
use serde_json::{Value, json};

use super::heard::{Heard, Known, Stop, asked_for_a_tool, garbled};
use super::refusal;
use crate::config::Secret;

/// Behind the configured address.
pub const PATH: &str = "chat/completions";
const LAST: &str = "[DONE]";

/// The header that opens the door, and what it says.
pub fn key(key: &Secret) -> (HeaderName, String) {
    (AUTHORIZATION, format!("Bearer {}", key.reveal()))
}

pub fn body(model: &str, request: &Request) -> Value {
    let system = json!({"role": "system", "content": request.system});
    let messages: Vec<Value> = [system].into_iter().chain(request.messages.iter().map(message)).collect();
    json!({
        "model": model,
        "messages": messages,
        "max_tokens": request.max_tokens,
        "temperature": 0,
        "stream": true,
        "stream_options": {"include_usage": true},
    })
}

fn message(message: &Message) -> Value {
    let role = match message.speaker {
        Speaker::Person => "user",
        Speaker::Model => "assistant",
    };
    json!({"role": role, "content": message.text})
}

/// A piece of a completion, or the whole of one: they differ in one name.
#[derive(Deserialize)]
struct Completion {
    model: Option<String>,
    choices: Option<Vec<Choice>>,
    usage: Option<Count>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(alias = "message")]
    delta: Option<Delta>,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Delta {
    content: Option<String>,
    /// What it says instead, when it will not.
    refusal: Option<String>,
    tool_calls: Option<Vec<Value>>,
    /// As some servers call it, and as others do.
    reasoning_content: Option<Value>,
    reasoning: Option<Value>,
}

#[derive(Deserialize)]
struct Count {
    prompt_tokens: Option<u64>,
    completion_tokens: Option<u64>,
}

/// The data of one event.
pub fn event(data: &str, known: &mut Known) -> Result<Heard, ChatError> {
    if data.trim() == LAST {
        return Ok(Heard::All);
    }
    heard(serde_json::from_str(data).map_err(|_| garbled("a piece of it is no chat completion"))?, known)
}

/// A reply in one piece, from a server that does not stream.
pub fn whole(body: &[u8], known: &mut Known) -> Result<String, ChatError> {
    let completion: Completion = serde_json::from_slice(body).map_err(|_| garbled("it is no chat completion"))?;
    if completion.error.is_none() && completion.choices.as_ref().is_none_or(Vec::is_empty) {
        return Err(garbled("it holds no choice"));
    }
    match heard(completion, known)? {
        Heard::Text(text) => Ok(text),
        Heard::Work | Heard::Nothing | Heard::All => Ok(String::new()),
    }
}

fn heard(completion: Completion, known: &mut Known) -> Result<Heard, ChatError> {
    let Completion { model, choices, usage, error } = completion;
    if let Some(error) = error.filter(|error| !error.is_null()) {
        return Err(refusal::within(&error));
    }
    known.name(model.as_deref());
    if let Some(count) = usage {
        known.count(count.prompt_tokens, count.completion_tokens);
    }
    // The piece that counts the tokens holds no choice.
    let Some(Choice { delta, finish_reason }) = choices.unwrap_or_default().into_iter().next() else {
        return Ok(Heard::Nothing);
    };
    let stop = finish_reason.as_deref().map(stop).transpose()?;
    known.stop = stop.or(known.stop);
    delta.map_or(Ok(Heard::Nothing), said)
}

fn said(delta: Delta) -> Result<Heard, ChatError> {
    let is_something = |value: &Option<Value>| value.as_ref().is_some_and(|value| !value.is_null());
    if delta.tool_calls.is_some_and(|calls| !calls.is_empty()) {
        return Err(asked_for_a_tool());
    }
    if delta.refusal.is_some_and(|refusal| !refusal.is_empty()) {
        return Err(ChatError::Refused("it does not want to answer this".to_owned()));
    }
    match delta.content {
        Some(text) if !text.is_empty() => Ok(Heard::Text(text)),
        _ if is_something(&delta.reasoning_content) || is_something(&delta.reasoning) => Ok(Heard::Work),
        _ => Ok(Heard::Nothing),
    }
}

fn stop(reason: &str) -> Result<Stop, ChatError> {
    match reason {
        "length" => Ok(Stop::CutOff),
        "tool_calls" | "function_call" => Err(asked_for_a_tool()),
        "content_filter" => Err(ChatError::Refused("content_filter".to_owned())),
        _ => Ok(Stop::Whole),
    }
}
