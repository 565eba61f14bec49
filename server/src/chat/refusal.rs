//! Why a model's server did not reply, in the words of the port: by status, and by what it says of itself.
//!
//! What a server says may hold what was asked, or the key, so nothing of it is repeated but a code. Knows no network.

use std::time::Duration;

use prompts::chat::ChatError;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use serde_json::Value;

/// The rest is for its own log.
const MOST_CODE: usize = 60;
/// There is no status for a request that is too long, and no common code.
const TOO_LONG: [&str; 4] =
    ["context_length_exceeded", "exceed_context_size_error", "request_too_large", "string_above_max_length"];
const TOO_LONG_IN_WORDS: [&str; 4] = ["context length", "context size", "context window", "prompt is too long"];
/// A status that says "later", for an account that is empty.
const OUT_OF_MONEY: [&str; 2] = ["insufficient_quota", "billing_error"];

/// What went wrong with one try, and whether another may do better.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    pub error: ChatError,
    pub again: Again,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Again {
    Never,
    Soon,
    /// As the server asks for it.
    After(Duration),
}

impl Fault {
    pub fn last(error: ChatError) -> Self {
        Self { error, again: Again::Never }
    }

    /// An error within a stream may pass, one of what stands in it will not.
    pub fn passing_if_unavailable(error: ChatError) -> Self {
        match error {
            ChatError::Unavailable(_) => Self::passing(error),
            _ => Self::last(error),
        }
    }

    pub fn passing(error: ChatError) -> Self {
        Self { error, again: Again::Soon }
    }
}

/// A reply that is none, by its status.
pub fn of(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Fault {
    let said: Value = serde_json::from_slice(body).unwrap_or_default();
    let told = Told::of(&said["error"]);
    let why = format!("{status} {}", told.code).trim().to_owned();
    match status {
        _ if told.is_too_long() => Fault::last(ChatError::TooLong(why)),
        StatusCode::PAYLOAD_TOO_LARGE => Fault::last(ChatError::TooLong(why)),
        StatusCode::TOO_MANY_REQUESTS if OUT_OF_MONEY.contains(&told.code.as_str()) => {
            Fault::last(ChatError::Refused(why))
        }
        status if is_passing(status) => {
            let again = wait(headers).map_or(Again::Soon, Again::After);
            Fault { error: ChatError::Unavailable(why), again }
        }
        _ => Fault::last(ChatError::Refused(why)),
    }
}

/// An error within a stream, which has no status of its own any more.
pub fn within(error: &Value) -> ChatError {
    let told = Told::of(error);
    match told.code.as_str() {
        _ if told.is_too_long() => ChatError::TooLong(told.code),
        "" => ChatError::Unavailable("it failed while it answered".to_owned()),
        code => ChatError::Unavailable(format!("it failed while it answered: {code}")),
    }
}

/// What a server says of an error, in whichever format.
struct Told {
    /// Plain and short.
    code: String,
    reason: String,
}

impl Told {
    fn of(error: &Value) -> Self {
        let code = error["code"].as_str().or(error["type"].as_str()).unwrap_or_default();
        let reason = error["message"].as_str().or(error.as_str()).unwrap_or_default();
        let is_plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        Self { code: code.chars().filter(is_plain).take(MOST_CODE).collect(), reason: reason.to_lowercase() }
    }

    fn is_too_long(&self) -> bool {
        TOO_LONG.contains(&self.code.as_str()) || TOO_LONG_IN_WORDS.iter().any(|words| self.reason.contains(words))
    }
}

fn is_passing(status: StatusCode) -> bool {
    let is_asked_too_early = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS].contains(&status);
    is_asked_too_early || status.is_server_error()
}

/// In seconds. A date is passed over: it would have to be compared with a clock that is not the server's.
fn wait(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?;
    text.trim().parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(status: u16, body: &Value, expected: Fault) {
        let status = StatusCode::from_u16(status).unwrap();
        assert_eq!(of(status, &HeaderMap::new(), body.to_string().as_bytes()), expected, "{status} {body}");
    }

    #[test]
    fn a_refusal_is_told_by_what_to_do_next() {
        let error = |code: &str, message: &str| json!({"error": {"code": code, "message": message}});
        let last = |kind: fn(String) -> ChatError, why: &str| Fault::last(kind(why.to_owned()));
        let passing = |why: &str| Fault::passing(ChatError::Unavailable(why.to_owned()));
        check(429, &error("", "slow down"), passing("429 Too Many Requests"));
        check(
            529,
            &json!({"type": "error", "error": {"type": "overloaded_error"}}),
            passing("529 <unknown status code> overloaded_error"),
        );
        check(500, &Value::Null, passing("500 Internal Server Error"));
        check(
            429,
            &error("insufficient_quota", ""),
            last(ChatError::Refused, "429 Too Many Requests insufficient_quota"),
        );
        check(401, &error("who are \u{1b} you?", ""), last(ChatError::Refused, "401 Unauthorized whoareyou"));
        check(413, &Value::Null, last(ChatError::TooLong, "413 Payload Too Large"));
        check(
            400,
            &error("context_length_exceeded", ""),
            last(ChatError::TooLong, "400 Bad Request context_length_exceeded"),
        );
        check(400, &json!({"error": "exceeds the context length"}), last(ChatError::TooLong, "400 Bad Request"));
        let anthropic = json!({"error": {"type": "invalid_request_error", "message": "Prompt is too long: 9 > 8"}});
        check(400, &anthropic, last(ChatError::TooLong, "400 Bad Request invalid_request_error"));
        let llama = json!({"error": {"code": 400, "type": "exceed_context_size_error", "message": ""}});
        check(400, &llama, last(ChatError::TooLong, "400 Bad Request exceed_context_size_error"));
    }

    #[test]
    fn a_wait_is_a_number_of_seconds() {
        let check = |text: &str, expected: Option<u64>| {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]);
            assert_eq!(wait(&headers), expected.map(Duration::from_secs), "{text}");
        };
        check("7", Some(7));
        check(" 0 ", Some(0));
        check("-1", None);
        check("Sun, 22 Nov 2026 07:28:00 GMT", None);
        assert_eq!(wait(&HeaderMap::new()), None);
    }
}
