//! Language models behind the port of `prompts`: how each is spoken to, which is asked, and what it may cost.
//!
//! From the inside out: `remote` asks one model over HTTP and `reading` hears it (`sse`, then `openai` or `anthropic`, with
//! `heard` and `calls` for what both say);
//! `retry` and `refusal` say when it is asked again. `ladder` goes on to the next where one fails, `breaker` leaves one
//! alone that fails often, `spending` keeps to the budgets and `book` shows what was spent. Knows addresses, keys, patience, sizes and prices; not what is
//! asked, nor of whom. What a model says is handed on as it is, and what it says in an error is kept short, because it
//! ends up in a log line.

mod anthropic;
mod book;
mod breaker;
mod calls;
mod heard;
mod ladder;
mod openai;
mod price;
mod reading;
mod refusal;
mod remote;
mod retry;
mod spending;
mod sse;
mod trial;

pub use book::{Day, Spent};
pub use breaker::Breaker;
pub use ladder::{Ladder, Rung};
pub use price::Price;
pub use remote::{Api, Patience, RemoteModel, RemoteSettings};
pub use spending::{Budgets, Counted, Till};
pub use trial::trial;
