//! The port to a language model: messages in, text out piece by piece.
//!
//! What is sent leaves the house, so whoever calls answers for it that everything in a request is the asker's to read.
//! Knows no address, no key, no clock: how long to wait, how much to take and what it may cost is the adapter's to know.

use std::fmt;
use std::pin::Pin;

use futures_util::{Stream, StreamExt as _};
use serde_json::{Map, Value};

/// What was said so far, and by whom.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Message {
    Person(String),
    /// Its text may be empty where it only called.
    Model {
        text: String,
        calls: Vec<Call>,
    },
    /// What came of a call, behind the message that made it.
    Outcome {
        /// The call's id.
        call: String,
        text: String,
    },
}

/// What a model may ask to be done for it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tool {
    /// Letters, digits, `_` and `-`: neither wire format takes more.
    pub name: String,
    /// When to call it, for the model.
    pub about: String,
    /// The JSON schema of an object.
    pub parameters: Map<String, Value>,
}

/// A model's wish to have something done. Nothing happens by itself: whoever offered the tool decides.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Call {
    /// As the model named it, for its outcome.
    pub id: String,
    /// Of a tool that was offered.
    pub tool: String,
    /// Any object: that it follows the tool's schema is not promised.
    pub arguments: Map<String, Value>,
}

/// What a model is asked; it is to answer as evenly as it can, the same to the same.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Request {
    /// The rules, which no message may overrule.
    pub system: String,
    pub messages: Vec<Message>,
    pub tools: Vec<Tool>,
    pub max_tokens: u32,
}

impl Message {
    pub fn text(&self) -> &str {
        match self {
            Self::Person(text) | Self::Model { text, .. } | Self::Outcome { text, .. } => text,
        }
    }
}

impl Request {
    /// One question, without tools.
    pub fn asking(system: String, text: String, max_tokens: u32) -> Self {
        Self { system, messages: vec![Message::Person(text)], tools: Vec::new(), max_tokens }
    }
}

/// Whose budget a call is counted against, besides the one of all together.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Payer {
    /// What the house does for itself: titles, summaries, evaluations.
    House,
    /// Somebody, by a name that only whoever counts understands. It is sent nowhere.
    Somebody(String),
}

/// What comes of a model: any number of pieces and calls, and the ending.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Said {
    /// Never empty.
    Piece(String),
    /// Whole, and of a tool that was offered. Calls come behind all text.
    Call(Call),
    /// All was said: nothing comes after it, and a reply without it is not whole.
    End(Ending),
}

/// How a reply ended, and what is known of its making.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ending {
    /// The one that really answered, as it calls itself; as the configuration names it where it says nothing.
    pub model: String,
    /// Whether it ended for want of tokens and not because all was said.
    pub cut_off: bool,
    /// `None` where the model did not say; nothing is guessed.
    pub usage: Option<Usage>,
    /// In millionths of the currency that prices are given in. `None` is unknown, which is not free.
    pub cost_micros: Option<u64>,
}

/// What a model counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Usage {
    pub input_tokens: u64,
    pub output_tokens: u64,
}

/// A reply in one piece.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reply {
    pub text: String,
    pub calls: Vec<Call>,
    pub ending: Ending,
}

/// Why there is no reply, or no more of it, by what to do about it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ChatError {
    /// Go on without it, or try again later.
    #[error("the language model does not answer: {0}")]
    Unavailable(String),
    /// Send less.
    #[error("the request is too long for the language model: {0}")]
    TooLong(String),
    /// Tell the operator: no later try will do better.
    #[error("the language model refuses: {0}")]
    Refused(String),
    /// Go on without it: what came back is no reply.
    #[error("the language model's reply cannot be read: {0}")]
    Garbled(String),
    /// Tell the person, and go on without it until tomorrow.
    #[error("{0}")]
    BudgetSpent(Purse),
}

/// Which budget is spent. Its sentence is for the person who asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purse {
    /// That of all together.
    Everybody,
    /// That of the one who asks.
    Yours,
}

impl fmt::Display for Purse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whose = match self {
            Self::Everybody => "this workspace's",
            Self::Yours => "your",
        };
        write!(f, "{whose} budget for language models is spent for today: it begins anew at midnight UTC")
    }
}

/// A reply on its way. Dropping it ends the call, also on the other side. After an error nothing comes.
pub type Streaming = Pin<Box<dyn Stream<Item = Result<Said, ChatError>> + Send>>;

/// The same in one piece. What `async fn` would return, written out so that the port can be a trait object.
pub type Completing = Pin<Box<dyn Future<Output = Result<Reply, ChatError>> + Send>>;

/// A language model. The swap: a server beside this one, one on the internet, a scripted one for tests.
pub trait ChatModel: Send + Sync {
    /// As the configuration names it, for the record.
    fn name(&self) -> &str;

    /// Nothing is sent before it is polled.
    fn stream(&self, request: &Request, payer: &Payer) -> Streaming;

    fn complete(&self, request: &Request, payer: &Payer) -> Completing {
        Box::pin(collected(self.stream(request, payer)))
    }
}

/// The whole of a reply, or why it is not whole.
async fn collected(mut streaming: Streaming) -> Result<Reply, ChatError> {
    let (mut text, mut calls) = (String::new(), Vec::new());
    while let Some(said) = streaming.next().await {
        match said? {
            Said::Piece(piece) => text.push_str(&piece),
            Said::Call(call) => calls.push(call),
            Said::End(ending) => return Ok(Reply { text, calls, ending }),
        }
    }
    Err(ChatError::Garbled("it has no end".to_owned()))
}
