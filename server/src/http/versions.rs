//! The handlers of what became of a document, and of reading it again: who, what, call, answer.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::Desk;
use super::documents::{Asked, Id, asked, document_id};
use super::error::ApiError;
use super::jobs::onlooker;
use super::who::Asker;
use super::wire::{Accepted, VersionQuery, Versions};

pub async fn list(State(desk): State<Desk>, asker: Asker, id: Id) -> Result<Json<Versions>, ApiError> {
    let versions = desk.library.versions(&asker.principal.clearance()?, document_id(id)?).await?;
    Ok(Json(versions.ok_or_else(ApiError::not_found)?.into()))
}

/// Of the version that is seen, unless another is named.
pub async fn text(
    State(desk): State<Desk>,
    asker: Asker,
    id: Id,
    query: Asked<VersionQuery>,
) -> Result<Response, ApiError> {
    let (document, query, clearance) = (document_id(id)?, asked(query)?, asker.principal.clearance()?);
    let text = match query.version {
        None => desk.library.text(&clearance, document).await?,
        Some(version) => {
            let version = version.parse().map_err(|_| ApiError::not_found())?;
            desk.library.version_text(&clearance, document, version).await?
        }
    };
    Ok(text.ok_or_else(ApiError::not_found)?.into_response())
}

pub async fn read_again(
    State(desk): State<Desk>,
    asker: Asker,
    id: Id,
) -> Result<(StatusCode, Json<Accepted>), ApiError> {
    let (document, clearance) = (document_id(id)?, asker.principal.clearance()?);
    let job = desk.library.read_again(onlooker(&asker, &clearance), document).await?;
    let job = job.ok_or_else(ApiError::not_found)?.to_string();
    Ok((StatusCode::ACCEPTED, Json(Accepted { job })))
}
