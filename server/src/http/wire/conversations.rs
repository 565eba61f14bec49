//! Conversations as they cross the wire: one's own, each turn as far as it may be read now.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{HandoffReply, ReplyLine, SourceLine, Viewer, link, place};
use crate::config::Secret;
use crate::conversation::{Begun, Cited as KeptCitation, Conversation, Listed, MASKED, Mark, Said, Told, Turn};

/// How many of a list one reply holds, where the request does not say, and at most.
const LISTED: usize = 50;
const MOST_LISTED: usize = 200;

/// Which part of a list is asked for.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Behind {
    /// Where the reply before ended: its `next`.
    pub after: Option<String>,
    pub limit: Option<usize>,
}

impl Behind {
    pub fn limit(&self) -> usize {
        listed(self.limit)
    }
}

fn listed(limit: Option<usize>) -> usize {
    limit.unwrap_or(LISTED).clamp(1, MOST_LISTED)
}

/// Which part of one's conversations is asked for, or which of them.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Sought {
    /// In the title, in a question, or in an answer that may still be read.
    pub q: Option<String>,
    /// Where the reply before ended: its `next`.
    pub after: Option<String>,
    pub limit: Option<usize>,
}

impl Sought {
    pub fn limit(&self) -> usize {
        listed(self.limit)
    }
}

/// Another title; an empty one is the one that it has by itself.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rename {
    pub title: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ConversationLine {
    pub id: String,
    /// As its owner called it, else as its first question begins; empty before that.
    pub title: String,
    pub turns: i64,
    pub created_ms: i64,
    pub used_ms: i64,
    /// When it is forgotten, unless something is asked in it before.
    pub ends_ms: i64,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ConversationMade {
    #[serde(flatten)]
    pub conversation: ConversationLine,
    /// For a visitor, this once: whoever holds it goes on with the conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ConversationList {
    pub conversations: Vec<ConversationLine>,
    /// For `after`, when there may be more.
    pub next: Option<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ConversationReply {
    #[serde(flatten)]
    pub conversation: ConversationLine,
    pub said: Vec<TurnReply>,
    /// What people said who took it over, the oldest first.
    pub replies: Vec<ReplyLine>,
    /// That it waits for a person, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handoff: Option<HandoffReply>,
    /// For `after`, when there may be more.
    pub next: Option<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct TurnReply {
    pub turn: i64,
    pub question: String,
    pub answer: String,
    /// The answer rested on something that is no longer readable, and stands here no longer.
    pub masked: bool,
    pub declined: bool,
    /// Asked with eyes that are not the asker's own.
    pub simulated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked_as: Option<String>,
    pub citations: Vec<RememberedCitation>,
    pub record_id: Option<String>,
    pub asked_ms: i64,
    /// `extractive`, `generated` and so on; this and what follows: while the answer may be read and its record is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Why it is not in the language model's words, where it would have been.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    /// It was stopped, or broke off for want of room.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub interrupted: bool,
    /// Its sentences that are not simply borne out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<MarkReply>,
    /// The documents that were looked at for it and may be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<SourceLine>,
    /// What its asker said of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub helpful: Option<bool>,
}

/// A sentence of an answer that is not simply borne out.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct MarkReply {
    /// In bytes of the answer.
    pub start: usize,
    pub end: usize,
    /// `unsupported` or `conflict`, as the event `checked` has them.
    pub standing: String,
}

/// A citation of an earlier answer: the quote as it was, the document as it is called now.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct RememberedCitation {
    pub n: usize,
    pub document_id: String,
    pub title: String,
    pub url: String,
    /// For a document on the web: opens it at the quote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    pub page: Option<u32>,
    pub heading: String,
    /// When its author says that the document was last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dated: Option<String>,
    pub quote: String,
    pub start: usize,
    pub end: usize,
}

impl From<Conversation> for ConversationLine {
    fn from(conversation: Conversation) -> Self {
        let title = conversation.title();
        let Conversation { id, turns, created_ms, used_ms, ends_ms, .. } = conversation;
        Self { id: id.to_string(), title, turns, created_ms, used_ms, ends_ms }
    }
}

impl From<Begun> for ConversationMade {
    fn from(begun: Begun) -> Self {
        let secret = begun.secret.as_ref().map(Secret::reveal).map(str::to_owned);
        Self { conversation: begun.conversation.into(), secret }
    }
}

impl From<Listed> for ConversationList {
    fn from(Listed { conversations, next }: Listed) -> Self {
        let conversations = conversations.into_iter().map(ConversationLine::from).collect();
        Self { conversations, next: next.map(|next| next.to_string()) }
    }
}

impl ConversationReply {
    pub fn new(said: Said, limit: usize, viewer: Viewer) -> Self {
        let Said { conversation, turns, replies, handoff } = said;
        let last = turns.last().filter(|_| turns.len() == limit).map(|last| last.ordinal.to_string());
        Self {
            conversation: conversation.into(),
            said: turns.into_iter().map(|turn| TurnReply::new(turn, viewer)).collect(),
            replies: replies.into_iter().map(ReplyLine::from).collect(),
            handoff: handoff.map(HandoffReply::from),
            next: last,
        }
    }
}

impl TurnReply {
    pub fn new(turn: Turn, viewer: Viewer) -> Self {
        let Turn { ordinal, question, answer, asked_as, declined, record, simulated, asked_ms, told } = turn;
        let masked = answer.is_none();
        let (answer, citations) =
            answer.map_or_else(|| (MASKED.to_owned(), Vec::new()), |answer| (answer.text, answer.citations));
        Self {
            turn: ordinal,
            question,
            answer,
            masked,
            declined,
            simulated,
            asked_as,
            citations: citations.into_iter().map(|cited| RememberedCitation::new(cited, viewer)).collect(),
            record_id: record.map(|record| record.to_string()),
            asked_ms,
            mode: None,
            model: None,
            notice: None,
            interrupted: false,
            marks: Vec::new(),
            sources: Vec::new(),
            helpful: None,
        }
        .with_telling(told, viewer)
    }

    fn with_telling(self, told: Option<Told>, viewer: Viewer) -> Self {
        let Some(Told { mode, model, notice, is_cut, marks, looked, is_helpful }) = told else { return self };
        Self {
            mode: Some(mode),
            model: Some(model),
            notice,
            interrupted: is_cut,
            marks: marks.into_iter().map(MarkReply::from).collect(),
            sources: looked.into_iter().map(|looked| SourceLine::of(looked, viewer)).collect(),
            helpful: is_helpful,
            ..self
        }
    }
}

impl From<Mark> for MarkReply {
    fn from(Mark { bytes, standing }: Mark) -> Self {
        Self { start: bytes.start, end: bytes.end, standing }
    }
}

impl RememberedCitation {
    fn new(cited: KeptCitation, viewer: Viewer) -> Self {
        let KeptCitation { document, title, origin, dated, quoted } = cited;
        Self {
            n: quoted.n,
            document_id: document.to_string(),
            title,
            link: link(&origin, &quoted.quote, quoted.page),
            url: place(origin, viewer),
            page: quoted.page,
            heading: quoted.heading,
            dated,
            quote: quoted.quote,
            start: quoted.bytes.start,
            end: quoted.bytes.end,
        }
    }
}
