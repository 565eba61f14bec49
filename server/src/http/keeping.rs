//! The handlers of looking after documents: who, what, call, answer.

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use retrieval::access::{AccessLabel, Role};
use retrieval::model::JobId;

use super::Desk;
use super::error::ApiError;
use super::handlers::{Body, malformed};
use super::who::Operator;
use super::wire::{
    Accepted, InspectReply, JobReply, Name, NewDocument, NewDocuments, Removed, Retried, Retry, SyncReply, SyncRequest,
};
use crate::library::{LARGEST_FILE_BYTES, Upload};

/// What an index of Postgres can hold; longer names are addresses with somebody's session in them.
const LONGEST_NAME: usize = 2_000;

pub async fn add_documents(
    State(desk): State<Desk>,
    Operator(principal): Operator,
    body: Body<NewDocuments>,
) -> Result<(StatusCode, Json<Accepted>), ApiError> {
    debug_assert_eq!(principal.role(), Role::Admin);
    let documents = body.map_err(malformed)?.0.documents;
    // Megabytes of base64: not for the threads that answer.
    let decoded = tokio::task::spawn_blocking(|| documents.into_iter().map(upload).collect::<Result<Vec<_>, _>>());
    let uploads = decoded.await.map_err(ApiError::internal)??;
    let mut intake = desk.library.intake().await?;
    intake.add(uploads).await?;
    let job = intake.close().await?.to_string();
    Ok((StatusCode::ACCEPTED, Json(Accepted { job })))
}

pub async fn remove_document(
    State(desk): State<Desk>,
    Operator(principal): Operator,
    body: Body<Name>,
) -> Result<Json<Removed>, ApiError> {
    let name = body.map_err(malformed)?.0.name;
    let found = desk.library.find(&principal.clearance()?, &name).await?;
    let removed = desk.library.remove(&found).await?;
    Ok(Json(Removed { removed: removed > 0 }))
}

pub async fn job(
    State(desk): State<Desk>,
    Operator(_): Operator,
    job: Result<Path<String>, PathRejection>,
) -> Result<Json<JobReply>, ApiError> {
    let job = job.ok().and_then(|Path(job)| job.parse().ok()).ok_or_else(ApiError::not_found)?;
    let status = desk.library.job(job).await?.ok_or_else(ApiError::not_found)?;
    Ok(Json(status.into()))
}

pub async fn retry(
    State(desk): State<Desk>,
    Operator(_): Operator,
    body: Body<Retry>,
) -> Result<(StatusCode, Json<Retried>), ApiError> {
    let job = body.map_err(malformed)?.0.job.map(|job| job.parse::<JobId>()).transpose();
    let job = job.map_err(|_| ApiError::not_found())?;
    let job = desk.library.retry(job).await?.map(|job| job.to_string());
    Ok((StatusCode::ACCEPTED, Json(Retried { job })))
}

pub async fn sync(
    State(desk): State<Desk>,
    Operator(_): Operator,
    body: Body<SyncRequest>,
) -> Result<Json<SyncReply>, ApiError> {
    let SyncRequest { folder, present, confirmed } = body.map_err(malformed)?.0;
    if folder.trim_matches('/').is_empty() {
        return Err(ApiError::bad_request("folder is not the path of a folder"));
    }
    Ok(Json(desk.library.sync_folder(&folder, &present, confirmed).await?.into()))
}

pub async fn inspect(
    State(desk): State<Desk>,
    Operator(principal): Operator,
    name: Result<Query<Name>, QueryRejection>,
) -> Result<Json<InspectReply>, ApiError> {
    let name = name.map_err(|_| ApiError::bad_request("name the document: ?name=ID or where it came from"))?.0.name;
    let found = desk.library.inspect(&principal.clearance()?, &name).await?.ok_or_else(ApiError::not_found)?;
    Ok(Json(found.into()))
}

fn upload(document: NewDocument) -> Result<Upload, ApiError> {
    if document.origin.trim().is_empty()
        || document.origin.len() > LONGEST_NAME
        || document.origin.chars().any(char::is_control)
    {
        return Err(ApiError::bad_request("origin is not a name: give a path or a URL, at most 2,000 bytes long"));
    }
    let tier = document.tier.parse()?;
    let groups = document.groups.iter().map(|group| group.parse()).collect::<Result<_, _>>()?;
    let bytes = BASE64.decode(&document.content).map_err(|_| ApiError::bad_request("content is not base64"))?;
    if bytes.len() > LARGEST_FILE_BYTES {
        return Err(ApiError::bad_request(format!("{} is larger than 50 MB", document.origin)));
    }
    Ok(Upload { origin: document.origin, bytes, label: AccessLabel { tier, groups } })
}
