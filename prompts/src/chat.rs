//! The port to a language model: messages in, one text out.
//!
//! What is sent leaves the house, so whoever calls answers for it that everything in a request is the asker's to read.
//! Knows no address, no key, no clock: how long to wait and how much to take is the adapter's to know.

use std::pin::Pin;

/// Which of the two a message comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Speaker {
    Person,
    Model,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Message {
    pub speaker: Speaker,
    pub text: String,
}

/// What a model is asked; it is to answer as evenly as it can, the same to the same.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Request {
    /// The rules, which no message may overrule.
    pub system: String,
    pub messages: Vec<Message>,
    pub max_tokens: u32,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reply {
    pub text: String,
    /// Whether it ended for want of tokens and not because all was said.
    pub cut_off: bool,
}

/// Why there is no reply, by what to do about it.
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
}

/// A reply on its way. What `async fn` would return, written out so that the port can be a trait object.
pub type Completing<'a> = Pin<Box<dyn Future<Output = Result<Reply, ChatError>> + Send + 'a>>;

/// A language model. The swap: a server beside this one, one on the internet, a scripted one for tests.
pub trait ChatModel: Send + Sync {
    /// As the configuration names it, for the record.
    fn name(&self) -> &str;

    fn complete<'a>(&'a self, request: &'a Request) -> Completing<'a>;
}
