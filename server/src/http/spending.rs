//! The handler of what language models cost: who, what, call, answer.

use axum::Json;
use axum::extract::State;

use super::Desk;
use super::error::ApiError;
use super::who::Asker;
use super::wire::SpendingReply;

pub async fn list(State(desk): State<Desk>, _: Asker) -> Result<Json<SpendingReply>, ApiError> {
    Ok(Json(SpendingReply::new(desk.till.book().await?, desk.till.budgets)))
}
