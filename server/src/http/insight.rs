//! The handlers of insight: who, what, call, answer. For editors; what was asked, as far as they read as much as its asker.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State;

use super::documents::{Asked, asked, page_size, passed};
use super::error::ApiError;
use super::who::Asker;
use super::wire::{GapsReply, InsightQuery, InsightReply, ProblemsReply, ReliabilityReply, UnusedQuery, UnusedReply};
use super::{Desk, cursor};
use crate::insight::Insight;

const DAYS: u32 = 30;
const UNUSED_DAYS: u32 = 90;
const MOST_DAYS: u32 = 366;

pub async fn overview(
    State(desk): State<Desk>,
    asker: Asker,
    query: Asked<InsightQuery>,
) -> Result<Json<InsightReply>, ApiError> {
    let (days, clearance) = (days(asked(query)?.days, DAYS)?, asker.principal.clearance()?);
    let overview = insight(&desk).overview(&clearance, days).await?;
    let sources = desk.library.sources_for(&clearance).await?.into_iter().map(|status| status.source);
    let named: HashMap<String, String> = sources.map(|source| (source.id.to_string(), source.address)).collect();
    Ok(Json(InsightReply::new(overview, &named)))
}

pub async fn questions(
    State(desk): State<Desk>,
    asker: Asker,
    query: Asked<InsightQuery>,
) -> Result<Json<GapsReply>, ApiError> {
    let days = days(asked(query)?.days, DAYS)?;
    Ok(Json(insight(&desk).gaps(&asker.principal.clearance()?, days).await?.into()))
}

pub async fn reliability(
    State(desk): State<Desk>,
    asker: Asker,
    query: Asked<InsightQuery>,
) -> Result<Json<ReliabilityReply>, ApiError> {
    let days = days(asked(query)?.days, DAYS)?;
    Ok(Json(insight(&desk).reliability(&asker.principal.clearance()?, days).await?.into()))
}

pub async fn problems(State(desk): State<Desk>, asker: Asker) -> Result<Json<ProblemsReply>, ApiError> {
    Ok(Json(insight(&desk).problems(&asker.principal.clearance()?).await?.into()))
}

pub async fn unused(
    State(desk): State<Desk>,
    asker: Asker,
    query: Asked<UnusedQuery>,
) -> Result<Json<UnusedReply>, ApiError> {
    let UnusedQuery { days: many, after, limit } = asked(query)?;
    let (days, limit) = (days(many, UNUSED_DAYS)?, page_size(limit)?);
    let list = format!("documents unused for {days} days");
    let after = after.as_deref().map(|after| cursor::open(&list, after).and_then(passed)).transpose()?;
    let clearance = asker.principal.clearance()?;
    let mut lines = insight(&desk).unused(&clearance, days, after.as_ref(), limit + 1).await?;
    let more = lines.len() > limit;
    lines.truncate(limit);
    let last = lines.last().filter(|_| more);
    let next = last.map(|line| cursor::seal(&list, &(line.updated_ms, &line.title, line.document.to_string())));
    Ok(Json(UnusedReply::new(lines, next.transpose()?)))
}

fn days(asked: Option<u32>, usual: u32) -> Result<u32, ApiError> {
    match asked.unwrap_or(usual) {
        days @ 1..=MOST_DAYS => Ok(days),
        _ => Err(ApiError::bad_request("days is 1 to 366")),
    }
}

fn insight(desk: &Desk) -> Insight {
    Insight { store: desk.answerer.store.clone(), embedder: desk.library.live().embedder.clone() }
}
