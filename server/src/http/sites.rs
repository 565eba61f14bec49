//! The handlers of crawled sites: who, what, call, answer.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;

use super::Desk;
use super::error::ApiError;
use super::handlers::{Body, malformed};
use super::who::Operator;
use super::wire::{
    Confirmed, ExplainReply, ExplainRequest, LedgerReply, PageReply, Queued, SiteError, SiteRequest, SourceReply,
    Sources,
};
use crate::library::SourceStatus;

type Named = Result<Path<String>, PathRejection>;

pub async fn crawl(
    State(desk): State<Desk>,
    Operator(_): Operator,
    body: Body<SiteRequest>,
) -> Result<(StatusCode, Json<Queued>), ApiError> {
    let request = body.map_err(malformed)?.0;
    let is_bare = request.is_bare();
    let (plan, label) = request.plan(desk.library.web.delay)?;
    let plan = if is_bare { desk.library.known_plan(plan).await? } else { plan };
    let (source, job) = desk.library.crawl_later(&plan, &label).await?;
    Ok((StatusCode::ACCEPTED, Json(Queued { source: source.id.to_string(), job: job.to_string() })))
}

pub async fn list(State(desk): State<Desk>, Operator(_): Operator) -> Result<Json<Sources>, ApiError> {
    let sources = desk.library.sources().await?.into_iter().map(SourceReply::from).collect();
    Ok(Json(Sources { sources }))
}

pub async fn source(
    State(desk): State<Desk>,
    Operator(_): Operator,
    name: Named,
) -> Result<Json<SourceReply>, ApiError> {
    Ok(Json(named(&desk, name).await?.into()))
}

pub async fn pages(
    State(desk): State<Desk>,
    Operator(_): Operator,
    name: Named,
) -> Result<Json<LedgerReply>, ApiError> {
    let found = named(&desk, name).await?;
    let lines = desk.library.ledger(&found.source, None).await?;
    Ok(Json(LedgerReply { pages: lines.into_iter().map(PageReply::from).collect() }))
}

pub async fn confirm(
    State(desk): State<Desk>,
    Operator(_): Operator,
    name: Named,
) -> Result<Json<Confirmed>, ApiError> {
    let found = named(&desk, name).await?;
    Ok(Json(Confirmed { retired: desk.library.confirm(&found.source).await? }))
}

pub async fn forget(State(desk): State<Desk>, Operator(_): Operator, name: Named) -> Result<Json<Confirmed>, ApiError> {
    let found = named(&desk, name).await?;
    Ok(Json(Confirmed { retired: desk.library.forget(&found.source).await? }))
}

pub async fn explain(
    State(desk): State<Desk>,
    Operator(_): Operator,
    name: Named,
    body: Body<ExplainRequest>,
) -> Result<Json<ExplainReply>, ApiError> {
    let url = body.map_err(malformed)?.0.url;
    let found = named(&desk, name).await?;
    Ok(Json(desk.library.explain(&found.source, &url).await?.into()))
}

/// The source with this id.
async fn named(desk: &Desk, name: Named) -> Result<SourceStatus, ApiError> {
    let Ok(Path(name)) = name else { return Err(ApiError::not_found()) };
    desk.library.source(&name).await?.ok_or_else(ApiError::not_found)
}

impl From<SiteError> for ApiError {
    fn from(error: SiteError) -> Self {
        Self::bad_request(error.to_string())
    }
}
