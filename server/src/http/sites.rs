//! The handlers of crawled sites: who, what, call, answer.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::json;

use super::Desk;
use super::audit::Doing;
use super::documents::spelt;
use super::error::ApiError;
use super::handlers::{Body, malformed};
use super::who::Asker;
use super::wire::{
    Confirmed, ExplainReply, ExplainRequest, LedgerReply, PageReply, Queued, SiteError, SiteRequest, SourceReply,
    Sources,
};
use crate::audit::{Thing, What};
use crate::library::SourceStatus;
use crate::people::policy::{Kind, Relation, Verb};

type Named = Result<Path<String>, PathRejection>;

pub async fn crawl(
    State(desk): State<Desk>,
    asker: Asker,
    doing: Doing,
    body: Body<SiteRequest>,
) -> Result<(StatusCode, Json<Queued>), ApiError> {
    let request = body.map_err(malformed)?.0;
    let is_bare = request.is_bare();
    let (plan, label) = request.plan(desk.library.web.delay)?;
    if plan.is_of_files() {
        // Whoever sets it up says who reads what lies on the server's disk, and that may be more than they read.
        asker.must(Verb::Change, Kind::House, Relation::Others)?;
    }
    if !asker.principal.may_label(&label) {
        return Err(ApiError::label_beyond());
    }
    let clearance = asker.principal.clearance()?;
    let plan = if is_bare { desk.library.known_plan(&clearance, plan, &label).await? } else { plan };
    let (source, job) = desk.library.crawl_later(&clearance, &plan, &label).await?;
    doing.done(What::SourceMade, Thing::Source, source.id, json!({"label": spelt(&label)})).await?;
    Ok((StatusCode::ACCEPTED, Json(Queued { source: source.id.to_string(), job: job.to_string() })))
}

pub async fn list(State(desk): State<Desk>, asker: Asker) -> Result<Json<Sources>, ApiError> {
    let sources =
        desk.library.sources_for(&asker.principal.clearance()?).await?.into_iter().map(SourceReply::from).collect();
    Ok(Json(Sources { sources }))
}

pub async fn source(State(desk): State<Desk>, asker: Asker, name: Named) -> Result<Json<SourceReply>, ApiError> {
    Ok(Json(named(&desk, &asker, name).await?.into()))
}

pub async fn pages(State(desk): State<Desk>, asker: Asker, name: Named) -> Result<Json<LedgerReply>, ApiError> {
    let found = named(&desk, &asker, name).await?;
    let lines = desk.library.ledger(&found.source, None).await?;
    Ok(Json(LedgerReply { pages: lines.into_iter().map(PageReply::from).collect() }))
}

pub async fn confirm(
    State(desk): State<Desk>,
    asker: Asker,
    doing: Doing,
    name: Named,
) -> Result<Json<Confirmed>, ApiError> {
    let found = named(&desk, &asker, name).await?;
    let retired = desk.library.confirm(&found.source).await?;
    doing.done(What::SourceChanged, Thing::Source, found.source.id, json!({"retired": retired})).await?;
    Ok(Json(Confirmed { retired }))
}

pub async fn forget(
    State(desk): State<Desk>,
    asker: Asker,
    doing: Doing,
    name: Named,
) -> Result<Json<Confirmed>, ApiError> {
    let found = named(&desk, &asker, name).await?;
    let retired = desk.library.forget(&found.source).await?;
    doing.done(What::SourceRemoved, Thing::Source, found.source.id, json!({"retired": retired})).await?;
    Ok(Json(Confirmed { retired }))
}

pub async fn explain(
    State(desk): State<Desk>,
    asker: Asker,
    name: Named,
    body: Body<ExplainRequest>,
) -> Result<Json<ExplainReply>, ApiError> {
    let url = body.map_err(malformed)?.0.url;
    let found = named(&desk, &asker, name).await?;
    Ok(Json(desk.library.explain(&found.source, &url).await?.into()))
}

/// The source with this id, if what comes from it is the asker's to read: the one way to it.
async fn named(desk: &Desk, asker: &Asker, name: Named) -> Result<SourceStatus, ApiError> {
    // A letter that no database keeps: one of them calls it an error.
    let name = name.ok().map(|Path(name)| name).filter(|name| !name.contains('\0')).ok_or_else(ApiError::not_found)?;
    desk.library.source(&asker.principal.clearance()?, &name).await?.ok_or_else(ApiError::not_found)
}

impl From<SiteError> for ApiError {
    fn from(error: SiteError) -> Self {
        Self::bad_request(error.to_string())
    }
}
