//! OpenAI's chat completions as words on the wire: what is sent, and what is heard.
//!
//! Ollama, llama.cpp, vLLM and others speak it too, each with something left out or added, so nothing is asked for that
//! is not needed. Knows no network.

use prompts::chat::{Call, ChatError, Message, Request, Tool};
use reqwest::header::{AUTHORIZATION, HeaderName};
use serde::Deserialize;
use serde_json::{Value, json};

use super::calls::Part;
use super::heard::{Heard, Known, Stop, garbled};
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
    let mut body = json!({
        "model": model,
        "messages": messages,
        "max_tokens": request.max_tokens,
        "temperature": 0,
        "stream": true,
        "stream_options": {"include_usage": true},
    });
    // An empty list is refused by some.
    if !request.tools.is_empty() {
        body["tools"] = request.tools.iter().map(tool).collect();
    }
    body
}

fn message(message: &Message) -> Value {
    match message {
        Message::Person(text) => json!({"role": "user", "content": text}),
        Message::Model { text, calls } if calls.is_empty() => json!({"role": "assistant", "content": text}),
        Message::Model { text, calls } => {
            let text = Some(text).filter(|text| !text.is_empty());
            json!({"role": "assistant", "content": text, "tool_calls": calls.iter().map(call).collect::<Vec<_>>()})
        }
        Message::Outcome { call, text } => json!({"role": "tool", "tool_call_id": call, "content": text}),
    }
}

fn tool(tool: &Tool) -> Value {
    let Tool { name, about, parameters } = tool;
    json!({"type": "function", "function": {"name": name, "description": about, "parameters": parameters}})
}

/// The arguments are text that holds JSON.
fn call(call: &Call) -> Value {
    let arguments = Value::Object(call.arguments.clone()).to_string();
    json!({"id": call.id, "type": "function", "function": {"name": call.tool, "arguments": arguments}})
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
    tool_calls: Option<Vec<CallPart>>,
    /// As some servers call it, and as others do.
    reasoning_content: Option<Value>,
    reasoning: Option<Value>,
}

/// A piece of a call, or the whole of one.
#[derive(Deserialize)]
struct CallPart {
    index: Option<u64>,
    id: Option<String>,
    function: Option<FunctionPart>,
}

#[derive(Deserialize, Default)]
struct FunctionPart {
    name: Option<String>,
    /// Text that holds JSON, or, from some servers, the object itself.
    arguments: Option<Value>,
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
    if let Some(reason) = finish_reason {
        known.stopped(stop(&reason)?)?;
    }
    delta.map_or(Ok(Heard::Nothing), |delta| said(delta, known))
}

fn said(delta: Delta, known: &mut Known) -> Result<Heard, ChatError> {
    let is_something = |value: &Option<Value>| value.as_ref().is_some_and(|value| !value.is_null());
    let calls = delta.tool_calls.unwrap_or_default();
    for call in &calls {
        called(call, known)?;
    }
    if delta.refusal.is_some_and(|refusal| !refusal.is_empty()) {
        return Err(ChatError::Refused("it does not want to answer this".to_owned()));
    }
    match delta.content {
        Some(text) if !text.is_empty() => Ok(Heard::Text(text)),
        _ if !calls.is_empty() => Ok(Heard::Work),
        _ if is_something(&delta.reasoning_content) || is_something(&delta.reasoning) => Ok(Heard::Work),
        _ => Ok(Heard::Nothing),
    }
}

fn called(call: &CallPart, known: &mut Known) -> Result<(), ChatError> {
    let function = call.function.as_ref();
    let arguments = match function.and_then(|function| function.arguments.as_ref()) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let tool = function.and_then(|function| function.name.as_deref()).unwrap_or_default();
    let id = call.id.as_deref().unwrap_or_default();
    known.calls.hear(Part { index: call.index, id, tool, arguments: &arguments })
}

fn stop(reason: &str) -> Result<Stop, ChatError> {
    match reason {
        "length" => Ok(Stop::CutOff),
        "tool_calls" | "function_call" => Ok(Stop::Calls),
        "content_filter" => Err(ChatError::Refused("content_filter".to_owned())),
        _ => Ok(Stop::Whole),
    }
}
