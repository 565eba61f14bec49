//! The handler of questions to begin with: who, what, call, answer.

use axum::Json;
use axum::extract::State;

use super::Desk;
use super::error::ApiError;
use super::who::Asker;
use super::wire::SuggestionsReply;

pub async fn list(State(desk): State<Desk>, asker: Asker) -> Result<Json<SuggestionsReply>, ApiError> {
    Ok(Json(desk.answerer.suggestions(&asker.principal).await?.into()))
}
