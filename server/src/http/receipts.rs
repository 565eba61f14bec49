//! The handlers of what left the library: who, what, call, answer. Whoever could read it reads that it is gone.

use axum::Json;
use axum::extract::State;

use super::documents::{Asked, Id, asked, document_id, page_size};
use super::error::ApiError;
use super::who::Asker;
use super::wire::{PageQuery, ReceiptReply, Receipts};
use super::{Desk, cursor};

const LIST: &str = "receipts, newest first";

pub async fn list(State(desk): State<Desk>, asker: Asker, query: Asked<PageQuery>) -> Result<Json<Receipts>, ApiError> {
    let (query, clearance) = (asked(query)?, asker.principal.clearance()?);
    let limit = page_size(query.limit)?;
    let after: Option<(i64, String)> = query.after.as_deref().map(|after| cursor::open(LIST, after)).transpose()?;
    let mut receipts = desk.library.receipts(&clearance, after.as_ref(), limit + 1).await?;
    let more = receipts.len() > limit;
    receipts.truncate(limit);
    let last = receipts.last().filter(|_| more);
    let next = last.map(|last| cursor::seal(LIST, &(last.removed_ms, last.document.to_string()))).transpose()?;
    Ok(Json(Receipts { receipts: receipts.into_iter().map(ReceiptReply::from).collect(), next }))
}

pub async fn get(State(desk): State<Desk>, asker: Asker, id: Id) -> Result<Json<ReceiptReply>, ApiError> {
    let receipt = desk.library.receipt(&asker.principal.clearance()?, document_id(id)?).await?;
    Ok(Json(receipt.ok_or_else(ApiError::not_found)?.into()))
}
