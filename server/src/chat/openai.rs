//! Any server that speaks OpenAI's chat completions: Ollama, llama.cpp, vLLM, OpenAI itself.
//!
//! One request, one reply, read whole within a limit of time and size. The key goes to the configured address and nowhere
//! else: redirects are not followed, and no proxy is taken from the environment.

use std::error::Error;
use std::time::Duration;

use prompts::chat::{ChatError, ChatModel, Completing, Message, Reply, Request, Speaker};
use reqwest::{Response, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use crate::config::Secret;

const CONNECT: Duration = Duration::from_secs(5);
/// Far more than any model says at once.
const MOST_BYTES: usize = 1024 * 1024;
/// Of what a server says went wrong; the rest is for its own log.
const MOST_CODE: usize = 60;

#[derive(Clone, Debug)]
pub struct OpenAiSettings {
    /// What stands before `/chat/completions`, as in `http://127.0.0.1:11434/v1`.
    pub url: Url,
    pub model: String,
    pub api_key: Option<Secret>,
    /// For the whole of a reply.
    pub timeout: Duration,
}

pub struct OpenAi {
    client: reqwest::Client,
    settings: OpenAiSettings,
    address: Url,
}

#[derive(Deserialize)]
struct Completion {
    choices: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    message: Said,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Said {
    content: Option<String>,
}

impl OpenAi {
    pub fn new(settings: OpenAiSettings) -> Result<Self, ChatError> {
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .timeout(settings.timeout)
            .build()
            .map_err(|error| ChatError::Refused(innermost(&error)))?;
        let mut address = settings.url.clone();
        address.set_path(&format!("{}/chat/completions", settings.url.path().trim_end_matches('/')));
        Ok(Self { client, settings, address })
    }

    async fn ask(&self, request: &Request) -> Result<Reply, ChatError> {
        let mut asked = self.client.post(self.address.clone()).json(&self.body(request));
        if let Some(key) = &self.settings.api_key {
            asked = asked.bearer_auth(key.reveal());
        }
        let response = asked.send().await.map_err(|error| silent(&error))?;
        let status = response.status();
        let body = body(response).await?;
        if status.is_success() { reply(&body) } else { Err(refusal(status, &body)) }
    }

    fn body(&self, request: &Request) -> Value {
        let system = json!({"role": "system", "content": request.system});
        let messages: Vec<Value> = [system].into_iter().chain(request.messages.iter().map(message)).collect();
        json!({
            "model": self.settings.model,
            "messages": messages,
            "max_tokens": request.max_tokens,
            "temperature": 0,
            "stream": false,
        })
    }
}

impl ChatModel for OpenAi {
    fn name(&self) -> &str {
        &self.settings.model
    }

    fn complete<'a>(&'a self, request: &'a Request) -> Completing<'a> {
        Box::pin(self.ask(request))
    }
}

fn message(message: &Message) -> Value {
    let role = match message.speaker {
        Speaker::Person => "user",
        Speaker::Model => "assistant",
    };
    json!({"role": role, "content": message.text})
}

async fn body(mut response: Response) -> Result<Vec<u8>, ChatError> {
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(|error| silent(&error))? {
        if body.len() + piece.len() > MOST_BYTES {
            return Err(ChatError::Garbled(format!("it is larger than {MOST_BYTES} bytes")));
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

fn reply(body: &[u8]) -> Result<Reply, ChatError> {
    let garbled = |why: &str| ChatError::Garbled(why.to_owned());
    let completion: Completion = serde_json::from_slice(body).map_err(|_| garbled("it is no chat completion"))?;
    let choice = completion.choices.into_iter().next().ok_or_else(|| garbled("it holds no choice"))?;
    let text = choice.message.content.ok_or_else(|| garbled("it holds no text"))?;
    Ok(Reply { text, cut_off: choice.finish_reason.as_deref() == Some("length") })
}

/// By the status, and for a request that is too long by what the server says of it: there is no status for that.
fn refusal(status: StatusCode, body: &[u8]) -> ChatError {
    let said: Value = serde_json::from_slice(body).unwrap_or_default();
    let error = &said["error"];
    let reason = error["message"].as_str().or(error.as_str()).unwrap_or_default();
    // Its sentence may hold what was asked, or the key: only a code is repeated.
    let code = error["code"].as_str().or(error["type"].as_str()).unwrap_or_default();
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let why =
        format!("{status} {}", code.chars().filter(is_plain).take(MOST_CODE).collect::<String>()).trim().to_owned();
    let too_long = error["code"] == "context_length_exceeded" || reason.contains("context length");
    match status {
        _ if too_long => ChatError::TooLong(why),
        StatusCode::PAYLOAD_TOO_LARGE => ChatError::TooLong(why),
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => ChatError::Unavailable(why),
        status if status.is_server_error() => ChatError::Unavailable(why),
        _ => ChatError::Refused(why),
    }
}

fn silent(error: &reqwest::Error) -> ChatError {
    if error.is_timeout() {
        return ChatError::Unavailable("it took too long".to_owned());
    }
    ChatError::Unavailable(innermost(error))
}

/// The cause without the address, which stands in the outer error.
fn innermost(error: &dyn Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
