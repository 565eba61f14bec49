//! Anthropic's messages as words on the wire: what is sent, and what is heard.
//!
//! The sibling of `openai`, with the same verbs. Knows no network.

use prompts::chat::{ChatError, Message, Request, Speaker};
use reqwest::header::HeaderName;
use serde::Deserialize;
use serde_json::{Value, json};

use super::heard::{Heard, Known, Stop, asked_for_a_tool, garbled};
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
    json!({
        "model": model,
        "system": request.system,
        "messages": request.messages.iter().map(message).collect::<Vec<_>>(),
        "max_tokens": request.max_tokens,
        "temperature": 0,
        "stream": true,
    })
}

fn message(message: &Message) -> Value {
    let role = match message.speaker {
        Speaker::Person => "user",
        Speaker::Model => "assistant",
    };
    json!({"role": role, "content": message.text})
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Told {
    MessageStart {
        message: Start,
    },
    ContentBlockStart {
        content_block: Block,
    },
    ContentBlockDelta {
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
        Told::ContentBlockStart { content_block: block } | Told::ContentBlockDelta { delta: block } => said(block),
        Told::MessageDelta { delta, usage } => {
            known.stop = delta.stop_reason.as_deref().map(stop).transpose()?.or(known.stop);
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
    known.stop = whole.stop_reason.as_deref().map(stop).transpose()?;
    known.count(whole.usage.as_ref().and_then(Count::input), whole.usage.and_then(|count| count.output_tokens));
    let mut text = String::new();
    for block in whole.content {
        if let Heard::Text(piece) = said(block)? {
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

fn said(block: Block) -> Result<Heard, ChatError> {
    match block.kind.as_str() {
        "text" | "text_delta" => Ok(Heard::Text(block.text.unwrap_or_default())),
        "tool_use" | "input_json_delta" => Err(asked_for_a_tool()),
        // Thoughts, their signatures, and kinds to come.
        _ => Ok(Heard::Work),
    }
}

fn stop(reason: &str) -> Result<Stop, ChatError> {
    match reason {
        "max_tokens" | "model_context_window_exceeded" => Ok(Stop::CutOff),
        "tool_use" => Err(asked_for_a_tool()),
        "refusal" => Err(ChatError::Refused("it does not want to answer this".to_owned())),
        _ => Ok(Stop::Whole),
    }
}
