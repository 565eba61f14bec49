//! The handlers of looking after documents: who, what, call, answer.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use retrieval::access::Clearance;
use retrieval::model::JobId;
use serde_json::json;

use super::audit::Doing;
use super::documents::{Asked, Id, asked, label_of, page_size};
use super::error::ApiError;
use super::handlers::{Body, malformed};
use super::who::Asker;
use super::wire::{
    Accepted, InspectReply, JobLineReply, JobReply, Jobs, Name, NewDocument, NewDocuments, PageQuery, Removed, Retried,
    Retry, SyncReply, SyncRequest,
};
use super::{Desk, cursor};
use crate::audit::{Thing, What};
use crate::library::{JobPassed, LARGEST_FILE_BYTES, Naming, Onlooker, Upload, bare_origin};

/// What an index of Postgres can hold; longer names are addresses with somebody's session in them.
const LONGEST_NAME: usize = 2_000;
const JOBS: &str = "jobs";

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
    Ok(Json(Removed { removed: removed > 0 }))
}

/// The newest first: those in which the asker sees something, and those they began.
pub async fn jobs(State(desk): State<Desk>, asker: Asker, query: Asked<PageQuery>) -> Result<Json<Jobs>, ApiError> {
    let (query, clearance) = (asked(query)?, asker.principal.clearance()?);
    let passed = |(created_ms, job): (i64, String)| match job.parse() {
        Ok(job) => Ok(JobPassed { created_ms, job }),
        Err(_) => Err(ApiError::bad_request("after is not a cursor of this list")),
    };
    let after = query.after.as_deref().map(|after| cursor::open(JOBS, after).and_then(passed)).transpose()?;
    let (lines, next) = desk.library.jobs(onlooker(&asker, &clearance), after, page_size(query.limit)?).await?;
    let next = next.map(|next| cursor::seal(JOBS, &(next.created_ms, next.job.to_string()))).transpose()?;
    Ok(Json(Jobs { jobs: lines.into_iter().map(JobLineReply::from).collect(), next }))
}

pub async fn job(State(desk): State<Desk>, asker: Asker, job: Id) -> Result<Json<JobReply>, ApiError> {
    let job = job.ok().and_then(|Path(job)| job.parse().ok()).ok_or_else(ApiError::not_found)?;
    let clearance = asker.principal.clearance()?;
    let status = desk.library.job_seen(onlooker(&asker, &clearance), job).await?.ok_or_else(ApiError::not_found)?;
    Ok(Json(status.into()))
}

/// What of it the asker sees.
pub async fn retry(
    State(desk): State<Desk>,
    asker: Asker,
    body: Body<Retry>,
) -> Result<(StatusCode, Json<Retried>), ApiError> {
    let job = body.map_err(malformed)?.0.job.map(|job| job.parse::<JobId>()).transpose();
    let (job, clearance) = (job.map_err(|_| ApiError::not_found())?, asker.principal.clearance()?);
    let job = desk.library.retry(onlooker(&asker, &clearance), job).await?.map(|job| job.to_string());
    Ok((StatusCode::ACCEPTED, Json(Retried { job })))
}

fn onlooker<'a>(asker: &Asker, clearance: &'a Clearance) -> Onlooker<'a> {
    Onlooker { clearance, person: asker.principal.whose() }
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
