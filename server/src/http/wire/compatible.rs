//! The shapes of OpenAI's chat completions, as far as clients of that kind need them to ask here.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{AskRequest, Cited, Format, Said};

/// The one model there is: the knowledge base.
pub const MODEL: &str = "lectern";
/// Of what was said before; clients send everything there ever was.
const LINES: usize = 12;
const CHARACTERS: usize = 4_000;

/// Fields that would choose a prompt, a model or how it speaks are taken and change nothing.
#[derive(Deserialize, ToSchema)]
pub struct CompletionRequest {
    pub model: String,
    pub messages: Vec<ChatMessage>,
    #[serde(default)]
    pub stream: bool,
}

#[derive(Deserialize, ToSchema)]
pub struct ChatMessage {
    pub role: String,
    #[serde(default)]
    pub content: Option<Content>,
}

#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Content {
    Text(String),
    Parts(Vec<ContentPart>),
}

#[derive(Deserialize, ToSchema)]
pub struct ContentPart {
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub text: String,
}

#[derive(Serialize, ToSchema)]
pub struct CompletionReply {
    pub id: String,
    pub object: &'static str,
    /// Seconds since 1970.
    pub created: i64,
    pub model: &'static str,
    pub choices: Vec<CompletionChoice>,
    /// What the answer quotes, which clients of this kind pass over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub citations: Vec<Cited>,
}

#[derive(Serialize, ToSchema)]
pub struct CompletionChoice {
    pub index: usize,
    /// The whole, or
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Spoken>,
    /// a piece of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delta: Option<Spoken>,
    pub finish_reason: Option<&'static str>,
}

#[derive(Serialize, ToSchema, Default)]
pub struct Spoken {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct ModelList {
    pub object: &'static str,
    pub data: Vec<ModelLine>,
}

#[derive(Serialize, ToSchema)]
pub struct ModelLine {
    pub id: &'static str,
    pub object: &'static str,
    pub created: i64,
    pub owned_by: &'static str,
}

/// Why a completion cannot be asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CompletionError {
    #[error("the last message is the question: its role is \"user\"")]
    NoQuestion,
    #[error("only text is read: send parts of the type \"text\"")]
    NotText,
}

impl CompletionRequest {
    /// The last message asks; what stands before it was said before. Instructions are not taken from clients.
    pub fn into_question(self) -> Result<AskRequest, CompletionError> {
        let mut said = Vec::new();
        for message in self.messages {
            let text = message.content.map_or(Ok(String::new()), Content::text)?;
            if ["user", "assistant"].contains(&message.role.as_str()) && !text.trim().is_empty() {
                said.push(Said { role: message.role, text, sources: Vec::new() });
            }
        }
        let question = said.pop().filter(|last| last.role == "user").ok_or(CompletionError::NoQuestion)?.text;
        let earlier = said.len().saturating_sub(LINES);
        let history = said.split_off(earlier).into_iter().map(shortened).collect();
        let (conversation, conversation_secret) = (None, None);
        let format = Format::Text;
        let (as_label, generation) = (None, None);
        Ok(AskRequest { question, as_label, history, conversation, conversation_secret, generation, format })
    }
}

impl Content {
    fn text(self) -> Result<String, CompletionError> {
        match self {
            Self::Text(text) => Ok(text),
            Self::Parts(parts) if parts.iter().any(|part| part.kind != "text") => Err(CompletionError::NotText),
            Self::Parts(parts) => Ok(parts.into_iter().map(|part| part.text).collect::<Vec<_>>().join("\n")),
        }
    }
}

fn shortened(said: Said) -> Said {
    Said { text: said.text.chars().take(CHARACTERS).collect(), ..said }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(messages: serde_json::Value) -> Result<(String, Vec<String>), CompletionError> {
        let request: CompletionRequest =
            serde_json::from_value(serde_json::json!({"model": MODEL, "messages": messages, "temperature": 2}))
                .unwrap();
        let asked = request.into_question()?;
        Ok((asked.question, asked.history.into_iter().map(|said| format!("{}: {}", said.role, said.text)).collect()))
    }

    #[test]
    fn the_last_message_is_the_question() {
        let message = |role: &str, content: &str| serde_json::json!({"role": role, "content": content});
        let check = |messages: Vec<serde_json::Value>, expected: Result<(&str, &[&str]), CompletionError>| {
            let expected = expected.map(|(question, history)| {
                (question.to_owned(), history.iter().map(|&line| line.to_owned()).collect())
            });
            assert_eq!(asked(messages.into()), expected);
        };
        check(vec![message("user", "How long?")], Ok(("How long?", &[])));
        check(
            vec![
                message("system", "You are a pirate."),
                message("user", "Refunds?"),
                message("assistant", "Ten days."),
                message("tool", "{}"),
                message("user", "And then?"),
            ],
            Ok(("And then?", &["user: Refunds?", "assistant: Ten days."])),
        );
        check(vec![message("user", "x"), message("assistant", "y")], Err(CompletionError::NoQuestion));
        check(vec![message("system", "x")], Err(CompletionError::NoQuestion));
        check(vec![], Err(CompletionError::NoQuestion));
        let parts = |kind: &str| serde_json::json!({"role": "user", "content": [{"type": kind, "text": "How long?"}]});
        check(vec![parts("text")], Ok(("How long?", &[])));
        check(vec![parts("image_url")], Err(CompletionError::NotText));
    }

    #[test]
    fn of_a_long_conversation_the_end_counts() {
        let messages: Vec<_> = (0..101)
            .map(|n| serde_json::json!({"role": if n % 2 == 0 { "user" } else { "assistant" }, "content": "x".repeat(9_000)}))
            .collect();
        let (question, history) = asked(messages.into()).unwrap();
        assert_eq!((question.len(), history.len()), (9_000, LINES));
        assert!(history.iter().all(|line| line.len() <= CHARACTERS + "assistant: ".len()));
    }
}
