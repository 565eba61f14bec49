//! Language models behind the port of `prompts`: how each is spoken to over the network.
//!
//! Knows addresses, keys, patience and sizes; not what is asked, nor of whom. What a model says is handed on as it is,
//! and what it says in an error is kept short, because it ends up in a log line.

mod openai;

pub use openai::{OpenAi, OpenAiSettings};
