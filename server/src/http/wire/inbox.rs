//! Conversations that are passed on to a person, as they cross the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{TurnReply, Viewer};
use crate::conversation::{Handoff, Reply, Transcript};

/// That a conversation waits for a person, or did.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct HandoffReply {
    pub id: String,
    /// `open` or `resolved`.
    pub state: String,
    /// `asked` for a person; `failures`, one after the other; `frustration`; a `matter` of the configuration.
    pub reason: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub matter: String,
    pub begun_ms: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_ms: Option<i64>,
}

/// What a person said in a conversation.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ReplyLine {
    /// It was said when there were so many turns.
    pub after_turn: i64,
    pub text: String,
    pub said_ms: i64,
}

/// Which part of the inbox is asked for.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InboxQuery {
    /// `open` if nothing is said, or `resolved`.
    pub state: Option<String>,
    /// Where the reply before ended: its `next`.
    pub after: Option<String>,
    pub limit: Option<usize>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct InboxReply {
    pub handoffs: Vec<HandoffReply>,
    /// For `after`, when there may be more.
    pub next: Option<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct TranscriptReply {
    #[serde(flatten)]
    pub handoff: HandoffReply,
    pub said: Vec<TurnReply>,
    pub replies: Vec<ReplyLine>,
}

/// What a person says to whoever began the conversation.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplyRequest {
    pub text: String,
}

impl From<Handoff> for HandoffReply {
    fn from(handoff: Handoff) -> Self {
        let Handoff { id, reason, matter, is_open, begun_ms, resolved_ms, .. } = handoff;
        let state = if is_open { "open" } else { "resolved" };
        Self { id: id.to_string(), state: state.to_owned(), reason, matter, begun_ms, resolved_ms }
    }
}

impl From<Reply> for ReplyLine {
    fn from(Reply { after_turn, text, said_ms }: Reply) -> Self {
        Self { after_turn, text, said_ms }
    }
}

impl InboxReply {
    pub fn new(found: Vec<Handoff>, limit: usize) -> Self {
        let next = found.last().filter(|_| found.len() == limit).map(|last| last.id.to_string());
        Self { handoffs: found.into_iter().map(HandoffReply::from).collect(), next }
    }
}

impl From<Transcript> for TranscriptReply {
    fn from(Transcript { handoff, turns, replies }: Transcript) -> Self {
        Self {
            handoff: handoff.into(),
            said: turns.into_iter().map(|turn| TurnReply::new(turn, Viewer::Editor)).collect(),
            replies: replies.into_iter().map(ReplyLine::from).collect(),
        }
    }
}
