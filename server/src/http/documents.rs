//! The handlers of documents as their readers see them: who, what, call, answer. What is hidden is not there.

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use retrieval::access::{AccessError, AccessLabel};
use retrieval::model::{DocumentId, SourceId};
use serde_json::{Value, json};

use super::audit::Doing;
use super::error::ApiError;
use super::etag::{self, Etag};
use super::handlers::{Body, malformed, viewer};
use super::who::Asker;
use super::wire::{
    Chunks, DocumentLineReply, DocumentReply, Documents, DocumentsQuery, PageQuery, PassageReply, Relabel, Viewer,
};
use super::{Desk, cursor};
use crate::audit::{Thing, What};
use crate::library::{DocumentRead, Narrowing, Passed, Places, Sorting};

const PAGE: usize = 50;
const MOST_A_PAGE: usize = 200;
const LONGEST_WORDS: usize = 200;
const LONGEST_PROBLEM: usize = 500;
/// A document that changes under one's hands so often is somebody else's at the moment.
const TRIES: usize = 3;

pub(super) type Id = Result<Path<String>, PathRejection>;
pub(super) type Asked<T> = Result<Query<T>, QueryRejection>;

pub async fn list(
    State(desk): State<Desk>,
    asker: Asker,
    query: Asked<DocumentsQuery>,
) -> Result<Json<Documents>, ApiError> {
    let (query, clearance, viewer) = (asked(query)?, asker.principal.clearance()?, viewer(&asker));
    let (sorting, list) = match query.sort.as_deref() {
        None | Some("newest") => (Sorting::Newest, "documents, newest first"),
        Some("title") => (Sorting::Title, "documents by title"),
        Some(_) => return Err(ApiError::bad_request("sort is newest or title")),
    };
    let after = query.after.as_deref().map(|after| cursor::open(list, after).and_then(passed)).transpose()?;
    let limit = page_size(query.limit)?;
    let Some(narrowing) = narrowing(&desk, &asker, query, viewer).await? else { return Ok(Json(nothing(viewer))) };
    let mut lines = desk.library.documents(&clearance, &narrowing, sorting, after.as_ref(), limit + 1).await?;
    let more = lines.len() > limit;
    lines.truncate(limit);
    let last = lines.last().filter(|_| more);
    let next = last.map(|line| cursor::seal(list, &(line.updated_ms, &line.title, line.document.to_string())));
    let total = match viewer {
        Viewer::Editor => Some(desk.library.documents_total(&clearance, &narrowing).await?),
        Viewer::Reader => None,
    };
    let documents = lines.into_iter().map(|line| DocumentLineReply::new(line, viewer)).collect();
    Ok(Json(Documents { documents, next: next.transpose()?, total }))
}

pub async fn get(State(desk): State<Desk>, asker: Asker, headers: HeaderMap, id: Id) -> Result<Response, ApiError> {
    let read = found(&desk, &asker, document_id(id)?).await?;
    etag::marked(&headers, &DocumentReply::new(read, viewer(&asker)))
}

pub async fn chunks(
    State(desk): State<Desk>,
    asker: Asker,
    id: Id,
    query: Asked<PageQuery>,
) -> Result<Json<Chunks>, ApiError> {
    let (document, query) = (document_id(id)?, asked(query)?);
    let limit = page_size(query.limit)?;
    let read = found(&desk, &asker, document).await?;
    // Of one version: after a change the parts are others, and a cursor of the former ones would skip some.
    let list = format!("chunks of {}", read.version);
    let after = query.after.as_deref().map_or(Ok(-1), |after| cursor::open(&list, after))?;
    let (clearance, of) = (asker.principal.clearance()?, (document, read.version));
    let mut chunks = desk.library.chunks(&clearance, of, after, limit + 1).await?;
    let more = chunks.len() > limit;
    chunks.truncate(limit);
    let next = chunks.last().filter(|_| more).map(|chunk| cursor::seal(&list, &chunk.ordinal)).transpose()?;
    Ok(Json(Chunks { chunks: chunks.into_iter().map(PassageReply::from).collect(), next }))
}

pub async fn text(State(desk): State<Desk>, asker: Asker, headers: HeaderMap, id: Id) -> Result<Response, ApiError> {
    let text = desk.library.text(&asker.principal.clearance()?, document_id(id)?).await?;
    let text = text.ok_or_else(ApiError::not_found)?;
    let etag = Etag::of(text.as_bytes());
    let given = [(header::ETAG, etag.as_header()?)];
    match etag.is_known(&headers) {
        true => Ok((StatusCode::NOT_MODIFIED, given).into_response()),
        false => Ok((given, text).into_response()),
    }
}

/// Other readers, in force when this returns.
pub async fn relabel(
    State(desk): State<Desk>,
    asker: Asker,
    doing: Doing,
    headers: HeaderMap,
    id: Id,
    body: Body<Relabel>,
) -> Result<Response, ApiError> {
    let (document, wish) = (document_id(id)?, Wish::parse(body.map_err(malformed)?.0)?);
    for _ in 0..TRIES {
        let seen = found(&desk, &asker, document).await?;
        let label = wish.over(&seen.line.label);
        may_give(&desk, &asker, &seen.line.label, &label).await?;
        etag::mark(&DocumentReply::new(seen.clone(), viewer(&asker)))?.must_match(&headers)?;
        if label != seen.line.label && desk.library.is_crawled(document).await? {
            return Err(ApiError::conflict("a source brings this document: change the readers of the source"));
        }
        if label == seen.line.label || desk.library.relabel(&seen, &label).await? {
            let change = json!({"from": spelt(&seen.line.label), "to": spelt(&label)});
            doing.done(What::DocumentRelabelled, Thing::Document, document, change).await?;
            let read = found(&desk, &asker, document).await?;
            return etag::marked(&HeaderMap::new(), &DocumentReply::new(read, viewer(&asker)));
        }
    }
    Err(ApiError::conflict("it is being changed by somebody else: try again"))
}

pub async fn remove(
    State(desk): State<Desk>,
    asker: Asker,
    doing: Doing,
    headers: HeaderMap,
    id: Id,
) -> Result<StatusCode, ApiError> {
    let seen = found(&desk, &asker, document_id(id)?).await?;
    let document = seen.line.document;
    etag::mark(&DocumentReply::new(seen, viewer(&asker)))?.must_match(&headers)?;
    if desk.library.remove(&[document]).await? == 0 {
        return Err(ApiError::not_found());
    }
    doing.done(What::DocumentRemoved, Thing::Document, document, json!({})).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// For the log.
pub(super) fn spelt(label: &AccessLabel) -> Value {
    let groups: Vec<&str> = label.groups.iter().map(|group| group.as_str()).collect();
    json!({"tier": label.tier.as_str(), "groups": groups})
}

/// A label as it was wished for: what was left out is as it was.
struct Wish {
    tier: Option<retrieval::access::AccessTier>,
    groups: Option<std::collections::BTreeSet<retrieval::access::Group>>,
}

impl Wish {
    fn parse(Relabel { tier, groups }: Relabel) -> Result<Self, ApiError> {
        if tier.is_none() && groups.is_none() {
            return Err(ApiError::bad_request("say which tier or which groups"));
        }
        let groups = groups.map(|groups| groups.iter().map(|group| group.parse()).collect());
        Ok(Self { tier: tier.map(|tier| tier.parse()).transpose()?, groups: groups.transpose()? })
    }

    fn over(&self, label: &AccessLabel) -> AccessLabel {
        AccessLabel {
            tier: self.tier.unwrap_or(label.tier),
            groups: self.groups.clone().unwrap_or_else(|| label.groups.clone()),
        }
    }
}

/// Refused, unless the asker reads under the label and there are such groups. What it had already, it may keep.
pub(super) async fn may_give(
    desk: &Desk,
    asker: &Asker,
    former: &AccessLabel,
    label: &AccessLabel,
) -> Result<(), ApiError> {
    if !asker.principal.may_label(label) {
        return Err(ApiError::label_beyond());
    }
    let fresh = AccessLabel { tier: label.tier, groups: label.groups.difference(&former.groups).cloned().collect() };
    match desk.library.unknown_group(&asker.principal.clearance()?, &fresh).await? {
        Some(group) => Err(ApiError::bad_request(format!("there is no group \"{group}\": add it first"))),
        None => Ok(()),
    }
}

/// The one way to a document by its id.
pub(super) async fn found(desk: &Desk, asker: &Asker, document: DocumentId) -> Result<DocumentRead, ApiError> {
    desk.library.document(&asker.principal.clearance()?, document).await?.ok_or_else(ApiError::not_found)
}

/// What is no id is of nothing.
pub(super) fn document_id(id: Id) -> Result<DocumentId, ApiError> {
    id.ok().and_then(|Path(id)| id.parse().ok()).ok_or_else(ApiError::not_found)
}

pub(super) fn asked<T>(query: Asked<T>) -> Result<T, ApiError> {
    query
        .map(|Query(query)| query)
        .map_err(|_| ApiError::bad_request("the address asks for what this route does not know"))
}

pub(super) fn page_size(limit: Option<usize>) -> Result<usize, ApiError> {
    match limit.unwrap_or(PAGE) {
        limit @ 1..=MOST_A_PAGE => Ok(limit),
        _ => Err(ApiError::bad_request("limit is 1 to 200")),
    }
}

pub(super) fn passed((updated_ms, title, document): (i64, String, String)) -> Result<Passed, ApiError> {
    let document = document.parse().map_err(|_| ApiError::bad_request("after is not a cursor of this list"))?;
    Ok(Passed { updated_ms, title, document })
}

/// What a list is narrowed to; `None` when nothing can be in it, as of a source that is not there, or hidden.
async fn narrowing(
    desk: &Desk,
    asker: &Asker,
    query: DocumentsQuery,
    viewer: Viewer,
) -> Result<Option<Narrowing>, ApiError> {
    let DocumentsQuery { tier, group, source, q, problems, problem, state, .. } = query;
    let with_problems = problems.unwrap_or(false);
    if (with_problems || problem.is_some() || state.is_some()) && viewer == Viewer::Reader {
        return Err(ApiError::bad_request("what became of a document on the way in is told to editors"));
    }
    if problem.as_ref().is_some_and(|words| words.chars().count() > LONGEST_PROBLEM || words.contains('\0')) {
        return Err(ApiError::bad_request("problem is at most 500 letters long"));
    }
    let unknown = |_| ApiError::bad_request("state is ready, waiting or failed");
    let state = state.map(|state| state.parse().map_err(unknown)).transpose()?;
    let words = q.filter(|words| !words.trim().is_empty());
    if words.as_ref().is_some_and(|words| words.chars().count() > LONGEST_WORDS || words.contains('\0')) {
        return Err(ApiError::bad_request("q is at most 200 letters long"));
    }
    let tier = tier.map(|tier| tier.parse()).transpose()?;
    let group = group.map(|group| group.parse()).transpose()?;
    let source = match source {
        None => None,
        Some(source) => {
            let known = match source.parse::<SourceId>() {
                Ok(_) => desk.library.source(&asker.principal.clearance()?, &source).await?,
                Err(_) => None,
            };
            let Some(status) = known else { return Ok(None) };
            Some(status.source.id)
        }
    };
    let places = match viewer {
        Viewer::Editor => Places::Whole,
        Viewer::Reader => Places::Shown,
    };
    Ok(Some(Narrowing { tier, group, source, words, places, with_problems, problem, state }))
}

fn nothing(viewer: Viewer) -> Documents {
    Documents { documents: Vec::new(), next: None, total: (viewer == Viewer::Editor).then_some(0) }
}

/// A label as forms and queries spell it.
pub(super) fn label_of(tier: &str, groups: &[String]) -> Result<AccessLabel, AccessError> {
    let groups = groups.iter().map(|group| group.parse()).collect::<Result<_, _>>()?;
    Ok(AccessLabel { tier: tier.parse()?, groups })
}
