//! The handlers of looking after documents: who, what, call, answer.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::json;

use super::Desk;
use super::audit::Doing;
use super::documents::label_of;
use super::error::ApiError;
use super::handlers::{Body, malformed};
use super::who::Asker;
use super::wire::{Accepted, InspectReply, Name, NewDocument, NewDocuments, Removed, SyncReply, SyncRequest};
use crate::audit::{Thing, What};
use crate::library::{LARGEST_FILE_BYTES, Naming, Upload, bare_origin};

/// What an index of Postgres can hold; longer names are addresses with somebody's session in them.
const LONGEST_NAME: usize = 2_000;

pub async fn add_documents(
    State(desk): State<Desk>,
    asker: Asker,
    doing: Doing,
    body: Body<NewDocuments>,
) -> Result<(StatusCode, Json<Accepted>), ApiError> {
    let documents = body.map_err(malformed)?.0.documents;
    // Megabytes of base64: not for the threads that answer.
    let decoded = tokio::task::spawn_blocking(|| documents.into_iter().map(upload).collect::<Result<Vec<_>, _>>());
    let uploads = decoded.await.map_err(ApiError::internal)??;
    if uploads.iter().any(|upload| !asker.principal.may_label(&upload.label)) {
        return Err(ApiError::label_beyond());
    }
    let wanted: Vec<_> = uploads.iter().map(|upload| (upload.origin.clone(), upload.label.clone())).collect();
    let origins = desk.library.origins_for(&asker.principal.clearance()?, Naming::Place, &wanted).await?;
    let uploads = uploads.into_iter().zip(origins).map(|(upload, origin)| Upload { origin, ..upload }).collect();
    let mut intake = desk.library.intake().await?;
    intake.begun_by(asker.principal.whose()).await?;
    intake.add(uploads).await?;
    let job = intake.close().await?.to_string();
    doing.done(What::DocumentsAdded, Thing::Job, &job, json!({"files": wanted.len()})).await?;
    Ok((StatusCode::ACCEPTED, Json(Accepted { job })))
}

pub async fn remove_document(
    State(desk): State<Desk>,
    asker: Asker,
    doing: Doing,
    body: Body<Name>,
) -> Result<Json<Removed>, ApiError> {
    let name = body.map_err(malformed)?.0.name;
    let found = desk.library.find(&asker.principal.clearance()?, &name).await?;
    let removed = desk.library.remove(&found).await?;
    if removed > 0 {
        doing.done(What::DocumentRemoved, Thing::Document, &name, json!({"documents": removed})).await?;
    }
    let documents = found.iter().map(ToString::to_string).collect();
    Ok(Json(Removed { removed: removed > 0, documents }))
}

pub async fn sync(
    State(desk): State<Desk>,
    _: Asker,
    doing: Doing,
    body: Body<SyncRequest>,
) -> Result<Json<SyncReply>, ApiError> {
    let SyncRequest { folder, present, confirmed } = body.map_err(malformed)?.0;
    if folder.trim_matches('/').is_empty() {
        return Err(ApiError::bad_request("folder is not the path of a folder"));
    }
    let synced: SyncReply = desk.library.sync_folder(&folder, &present, confirmed).await?.into();
    doing.done(What::FolderSynced, Thing::Folder, &folder, json!({"confirmed": confirmed})).await?;
    Ok(Json(synced))
}

pub async fn inspect(
    State(desk): State<Desk>,
    asker: Asker,
    name: Result<Query<Name>, QueryRejection>,
) -> Result<Json<InspectReply>, ApiError> {
    let name = name.map_err(|_| ApiError::bad_request("name the document: ?name=ID or where it came from"))?.0.name;
    let found = desk.library.inspect(&asker.principal.clearance()?, &name).await?.ok_or_else(ApiError::not_found)?;
    Ok(Json(found.into()))
}

fn upload(document: NewDocument) -> Result<Upload, ApiError> {
    if document.origin.trim().is_empty()
        || document.origin.len() > LONGEST_NAME
        || document.origin.chars().any(char::is_control)
        || bare_origin(&document.origin) != document.origin
    {
        return Err(ApiError::bad_request("origin is not a name: give a path or a URL, at most 2,000 bytes long"));
    }
    let label = label_of(&document.tier, &document.groups)?;
    let bytes = BASE64.decode(&document.content).map_err(|_| ApiError::bad_request("content is not base64"))?;
    if bytes.len() > LARGEST_FILE_BYTES {
        return Err(ApiError::bad_request(format!("{} is larger than 50 MB", document.origin)));
    }
    Ok(Upload { origin: document.origin, bytes, label })
}
