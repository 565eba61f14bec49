//! The handlers of settings: who, what, call, answer. Most are read here and set elsewhere; what the house is called and how it
//! looks is set here where its file does not say; the models are asked whether they are there.

use std::fmt::Display;
use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::State;
use retrieval::ports::{Embedder, Purpose};
use serde_json::json;

use super::Desk;
use super::audit::Doing;
use super::error::ApiError;
use super::handlers::{Body, malformed};
use super::who::Asker;
use super::wire::{ConnectionReply, ConnectionsReply, HouseReply, SettingsChange, SettingsReply};
use crate::audit::{Thing, What};
use crate::branding::{Branding, BrandingError};
use crate::chat::trial;

/// What is embedded to see whether the embedder is there.
const TRIAL: &str = "Is anybody there?";

pub async fn list(State(desk): State<Desk>, _: Asker) -> Result<Json<SettingsReply>, ApiError> {
    let house = branding(&desk).all().await?;
    Ok(Json(SettingsReply::new(&desk.settings, house)))
}

/// What every page shows of the house, before anybody has signed in.
pub async fn house(State(desk): State<Desk>) -> Result<Json<HouseReply>, ApiError> {
    Ok(Json(branding(&desk).look().await?.into()))
}

pub async fn change(
    State(desk): State<Desk>,
    _: Asker,
    doing: Doing,
    body: Body<SettingsChange>,
) -> Result<Json<SettingsReply>, ApiError> {
    let changes = body.map_err(malformed)?.0.changes();
    if changes.is_empty() {
        return Err(ApiError::bad_request("say what to change: name, accent, greeting or persona"));
    }
    let named: Vec<&str> = changes.iter().map(|(name, _)| name.as_str()).collect();
    let detail = json!({"names": named});
    let branding = branding(&desk);
    branding.change(changes).await?;
    doing.done(What::SettingsChanged, Thing::House, "", detail).await?;
    Ok(Json(SettingsReply::new(&desk.settings, branding.all().await?)))
}

fn branding(desk: &Desk) -> Branding {
    let (store, workspace) = (desk.answerer.store.clone(), desk.library.workspace);
    Branding { store, workspace, file: Arc::clone(&desk.branding) }
}

impl From<BrandingError> for ApiError {
    fn from(error: BrandingError) -> Self {
        match error {
            BrandingError::Store(error) => error.into(),
            BrandingError::InFile(_) => Self::conflict(error.to_string()),
            BrandingError::Wrong(..) => Self::bad_request(error.to_string()),
        }
    }
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
