//! The handlers of settings: who, what, call, answer. They are read here and set elsewhere; the models are asked whether they
//! are there.

use std::fmt::Display;
use std::time::Instant;

use axum::Json;
use axum::extract::State;
use retrieval::ports::{Embedder, Purpose};

use super::Desk;
use super::error::ApiError;
use super::who::Asker;
use super::wire::{ConnectionReply, ConnectionsReply, SettingsReply};
use crate::chat::trial;

/// What is embedded to see whether the embedder is there.
const TRIAL: &str = "Is anybody there?";

pub async fn list(State(desk): State<Desk>, _: Asker) -> Result<Json<SettingsReply>, ApiError> {
    Ok(Json(SettingsReply::new(&desk.settings)))
}

/// Each is asked something short, at the house's cost.
pub async fn test(State(desk): State<Desk>, _: Asker) -> Result<Json<ConnectionsReply>, ApiError> {
    let mut connections = vec![embeds(&*desk.library.live().embedder).await];
    if let Some(voice) = &desk.answerer.voice {
        let started = Instant::now();
        connections.push(speaks("answers", voice.model.name(), trial(&*voice.model).await, started));
    }
    if let Some(model) = &desk.answerer.rewriter.model {
        let started = Instant::now();
        connections.push(speaks("rewrites", model.name(), trial(&**model).await, started));
    }
    Ok(Json(ConnectionsReply { connections }))
}

async fn embeds(embedder: &dyn Embedder) -> ConnectionReply {
    let started = Instant::now();
    let embedded = embedder.embed(Purpose::Evidence, vec![TRIAL.to_owned()]).await;
    let note = embedded.as_ref().map_or_else(ToString::to_string, |_| format!("{} dimensions", embedder.dimensions()));
    reply("embedding", embedder.name(), embedded.is_ok(), started, Some(note))
}

fn speaks<E: Display>(role: &str, model: &str, said: Result<String, E>, started: Instant) -> ConnectionReply {
    let works = said.is_ok();
    reply(role, model, works, started, Some(said.unwrap_or_else(|error| error.to_string())))
}

fn reply(role: &str, model: &str, works: bool, started: Instant, note: Option<String>) -> ConnectionReply {
    let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    ConnectionReply { role: role.to_owned(), model: model.to_owned(), works, took_ms, note }
}
