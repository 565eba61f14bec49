//! Anthropic's messages as words on the wire: what is sent, and what is heard.
//!
//! The sibling of `openai`, with the same verbs. Knows no network.

use prompts::chat::{Call, ChatError, Message, Request, Tool};
use reqwest::header::HeaderName;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::calls::Part;
use super::heard::{Heard, Known, Stop, garbled};
use super::refusal;
use crate::config::Secret;

/// Behind the configured address.
pub const PATH: &str = "messages";
/// What is said below was said in this one.
pub const VERSION: (&str, &str) = ("anthropic-version", "2023-06-01");

/// The header that opens the door, and what it says.
pub fn key(key: &Secret) -> (HeaderName, String) {
    (HeaderName::from_static("x-api-key"), key.reveal().to_owned())
}

pub fn body(model: &str, request: &Request) -> Value {
    let mut body = json!({
        "model": model,
        "system": request.system,
        "messages": request.messages.iter().map(message).collect::<Vec<_>>(),
        "max_tokens": request.max_tokens,
        "temperature": 0,
        "stream": true,
    });
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
            // A block without text is refused.
            let text = Some(text).filter(|text| !text.is_empty()).map(|text| json!({"type": "text", "text": text}));
            json!({"role": "assistant", "content": text.into_iter().chain(calls.iter().map(call)).collect::<Vec<_>>()})
        }
        // Several in a row are read as one message.
        Message::Outcome { call, text } => {
            json!({"role": "user", "content": [{"type": "tool_result", "tool_use_id": call, "content": text}]})
        }
    }
}

fn tool(tool: &Tool) -> Value {
    json!({"name": tool.name, "description": tool.about, "input_schema": tool.parameters})
}

fn call(call: &Call) -> Value {
    json!({"type": "tool_use", "id": call.id, "name": call.tool, "input": call.arguments})
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Told {
    MessageStart {
        message: Start,
    },
    ContentBlockStart {
        index: Option<u64>,
        content_block: Block,
    },
    ContentBlockDelta {
        index: Option<u64>,
        delta: Block,
    },
    MessageDelta {
        delta: Stopped,
        usage: Option<Count>,
    },
    MessageStop,
    Error {
        error: Value,
    },
    /// Pings, and what they may add: the format asks to pass over what is not known.
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Start {
    model: Option<String>,
    usage: Option<Count>,
}

/// A block at its start, a piece of one, or a whole one: each says its type.
#[derive(Deserialize)]
struct Block {
    #[serde(rename = "type")]
    kind: String,
    text: Option<String>,
    /// Of a call: what it is called, and of which tool it is.
    id: Option<String>,
    name: Option<String>,
    /// What the tool is given, whole; empty at the start of a stream,
    input: Option<Map<String, Value>>,
    /// which goes on with pieces of text.
    partial_json: Option<String>,
}

#[derive(Deserialize)]
struct Stopped {
    stop_reason: Option<String>,
}

#[derive(Deserialize)]
struct Count {
    input_tokens: Option<u64>,
    cache_creation_input_tokens: Option<u64>,
    cache_read_input_tokens: Option<u64>,
    output_tokens: Option<u64>,
}

/// A reply in one piece.
#[derive(Deserialize)]
struct Whole {
    content: Vec<Block>,
    stop_reason: Option<String>,
    model: Option<String>,
    usage: Option<Count>,
}

/// The data of one event.
pub fn event(data: &str, known: &mut Known) -> Result<Heard, ChatError> {
    let told: Told = serde_json::from_str(data).map_err(|_| garbled("a piece of it is no message"))?;
    match told {
        Told::MessageStart { message } => {
            known.name(message.model.as_deref());
            // The tokens that it has said by now are counted again at the end.
            known.count(message.usage.as_ref().and_then(Count::input), None);
            Ok(Heard::Nothing)
        }
        Told::ContentBlockStart { index, content_block: block } | Told::ContentBlockDelta { index, delta: block } => {
            said(block, index, known)
        }
        Told::MessageDelta { delta, usage } => {
            if let Some(reason) = delta.stop_reason {
                known.stopped(stop(&reason)?)?;
            }
            known.count(usage.as_ref().and_then(Count::input), usage.and_then(|count| count.output_tokens));
            Ok(Heard::Nothing)
        }
        Told::MessageStop => Ok(Heard::All),
        Told::Error { error } => Err(refusal::within(&error)),
        Told::Other => Ok(Heard::Nothing),
    }
}

/// A reply in one piece, from a server that does not stream.
pub fn whole(body: &[u8], known: &mut Known) -> Result<String, ChatError> {
    let whole: Whole = serde_json::from_slice(body).map_err(|_| garbled("it is no message"))?;
    known.name(whole.model.as_deref());
    if let Some(reason) = whole.stop_reason {
        known.stopped(stop(&reason)?)?;
    }
    known.count(whole.usage.as_ref().and_then(Count::input), whole.usage.and_then(|count| count.output_tokens));
    let mut text = String::new();
    for (index, block) in (0..).zip(whole.content) {
        if let Heard::Text(piece) = said(block, Some(index), known)? {
            text.push_str(&piece);
        }
    }
    Ok(text)
}

impl Count {
    /// What was read from a cache, or put there, was sent too.
    fn input(&self) -> Option<u64> {
        let cached = [self.cache_creation_input_tokens, self.cache_read_input_tokens].into_iter().flatten();
        self.input_tokens.map(|tokens| cached.fold(tokens, u64::saturating_add))
    }
}

fn said(block: Block, index: Option<u64>, known: &mut Known) -> Result<Heard, ChatError> {
    match block.kind.as_str() {
        "text" | "text_delta" => Ok(Heard::Text(block.text.unwrap_or_default())),
        "tool_use" | "input_json_delta" => called(block, index, known),
        // Thoughts, their signatures, and kinds to come.
        _ => Ok(Heard::Work),
    }
}

fn called(block: Block, index: Option<u64>, known: &mut Known) -> Result<Heard, ChatError> {
    let Block { id, name, input, partial_json, .. } = block;
    let (id, tool) = (id.unwrap_or_default(), name.unwrap_or_default());
    let input = input.filter(|input| !input.is_empty()).map(|input| Value::Object(input).to_string());
    let arguments = partial_json.or(input).unwrap_or_default();
    known.calls.hear(Part { index, id: &id, tool: &tool, arguments: &arguments })?;
    Ok(Heard::Work)
}

fn stop(reason: &str) -> Result<Stop, ChatError> {
    match reason {
        "max_tokens" | "model_context_window_exceeded" => Ok(Stop::CutOff),
        "tool_use" => Ok(Stop::Calls),
        "refusal" => Err(ChatError::Refused("it does not want to answer this".to_owned())),
        _ => Ok(Stop::Whole),
    }
}
