//! What those who ask leave behind: a conversation that waits for a person and a word on an answer, full of what they read.
//!
//! Whoever reads less finds none of it.

use serde_json::{Value, json};

use super::flock::Bird;
use super::marks::Marked;
use super::requests::{get, post, send};
use super::{Cage, Request};

/// By the ids under which others look for it.
#[derive(Default)]
pub struct Left {
    handoffs: Vec<String>,
    records: Vec<String>,
}

impl Left {
    /// All of it, asked for by this bird.
    pub fn sought_by(&self, bird: &Bird) -> Vec<Request> {
        let who = &bird.credential;
        let handoffs =
            self.handoffs.iter().map(|id| get(who, "/api/v1/inbox/{handoff}", format!("/api/v1/inbox/{id}")));
        let record = |id| get(who, "/api/v1/answers/{answer}", format!("/api/v1/answers/{id}"));
        handoffs.chain(self.records.iter().map(record)).collect()
    }
}

impl Cage {
    /// Say everything that this bird reads where others might come upon it.
    pub(super) async fn leave(&self, bird: &Bird, marked: &Marked, left: &mut Left) {
        let who = &bird.credential;
        let read = marked.documents.iter().filter(|planted| bird.may_read(&planted.label));
        let tokens: Vec<&str> = read.map(|planted| planted.body.as_str()).collect();
        let begun = self.told(post(who, "/api/v1/conversations", "{}".into())).await;
        let (conversation, secret) = (&begun["id"], &begun["secret"]);
        let asked = json!({
            "question": format!("I want to talk to a human about {}", tokens.join(" and ")),
            "conversation": conversation, "conversation_secret": secret,
        });
        let told = self.told(post(who, "/api/v1/ask", asked.to_string())).await;
        left.handoffs.extend(told["handoff"]["id"].as_str().map(str::to_owned));
        // Nobody knows: it stays open.
        let open = json!({"question": format!("What does a clerk at the gate think of {}?", tokens.join(" and of "))});
        self.told(post(who, "/api/v1/ask", open.to_string())).await;
        for token in tokens {
            let asked = json!({"question": format!("What is written of {token}?")}).to_string();
            let told = self.told(post(who, "/api/v1/ask", asked)).await;
            let Some(record) = told["record_id"].as_str() else { continue };
            let (path, comment) =
                (format!("/api/v1/answers/{record}/feedback"), json!({"helpful": true, "comment": token}));
            self.told(send(who, "PUT", "/api/v1/answers/{answer}/feedback", path, comment.to_string())).await;
            left.records.push(record.to_owned());
        }
    }

    /// Nothing where it was not JSON, or refused.
    async fn told(&self, request: Request) -> Value {
        let heard = self.mouth.answer(&request).await;
        serde_json::from_slice(&heard.bytes).unwrap_or_default()
    }
}
