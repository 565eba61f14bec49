//! Language models over real HTTP: what is asked, what is heard, and what becomes of it when a server fails.
//!
//! Everything runs on loopback, in both wire formats. No test looks at a clock; limits of time are short where silence is
//! to end, and long everywhere else.

mod budgets;
mod configured;
mod faults;
mod ladders;
mod leaving;
mod measured;
mod retries;
mod rewriting;
mod secrets;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use prompts::chat::{ChatError, ChatModel, Ending, Message, Payer, Request, Said, Streaming};
use server::chat::{Api, Breaker, Ladder, Patience, Price, RemoteModel, RemoteSettings, Rung};
use server::clock::Clock;

use crate::models::Format;
pub use rewriting::rewriter;

pub const KEY: &str = "hush-7f3a";

const LONG: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_secs(1);

/// For servers that answer, however slow the machine.
pub const PATIENT: Patience = Patience { connect: LONG, first_token: LONG, idle: LONG, total: Duration::from_secs(60) };
/// For servers that never say a word.
pub const HASTY: Patience = Patience { first_token: SHORT, ..PATIENT };
/// For servers that fall silent; their first word may take its time.
pub const RESTLESS: Patience = Patience { idle: SHORT, ..PATIENT };

pub fn remote(url: &str, format: Format, model: &str, patience: Patience) -> Arc<dyn ChatModel> {
    let _ = rustls::crypto::ring::default_provider().install_default(); // once in the process, whoever comes first
    let api = match format {
        Format::OpenAi => Api::OpenAi,
        Format::Anthropic => Api::Anthropic,
    };
    let api_key = Some(KEY.to_owned().into());
    let settings = RemoteSettings { api, url: url.parse().unwrap(), model: model.into(), api_key, patience };
    Arc::new(RemoteModel::new(settings).unwrap())
}

pub fn rung(model: Arc<dyn ChatModel>, price: Option<Price>, clock: &Clock) -> Rung {
    Rung { model, price, breaker: Arc::new(Breaker::default()), clock: clock.clone() }
}

/// These models in this order, without prices.
pub fn ladder(models: impl IntoIterator<Item = Arc<dyn ChatModel>>, clock: &Clock) -> Arc<dyn ChatModel> {
    Arc::new(Ladder::new(models.into_iter().map(|model| rung(model, None, clock)).collect()).unwrap())
}

pub fn question() -> Request {
    let model = Message::Model { text: "yes?".into(), calls: Vec::new() };
    let messages = vec![Message::Person("hello".into()), model, Message::Person("why?".into())];
    Request { system: "rules".into(), messages, tools: Vec::new(), max_tokens: 70 }
}

/// All that was said before the end, and how it ended.
pub async fn heard(mut streaming: Streaming) -> (String, Result<Ending, ChatError>) {
    let mut text = String::new();
    let end = loop {
        match streaming.next().await.expect("a stream ends with an ending or an error") {
            Ok(Said::Piece(piece)) => {
                assert!(!piece.is_empty());
                text.push_str(&piece);
            }
            Ok(Said::Call(call)) => panic!("no tool was offered: {call:?}"),
            Ok(Said::End(ending)) => break Ok(ending),
            Err(error) => break Err(error),
        }
    };
    assert_eq!(streaming.next().await, None, "nothing comes after the end");
    (text, end)
}

pub async fn asked(model: &Arc<dyn ChatModel>) -> (String, Result<Ending, ChatError>) {
    heard(model.stream(&question(), &Payer::House)).await
}
