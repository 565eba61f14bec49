//! A point on the wire and back.
//!
//! Knows how ids, labels and vectors are written in protobuf; does not know requests.

use std::collections::HashMap;

use qdrant_client::qdrant as wire;
use uuid::Uuid;
use wire::point_id::PointIdOptions;
use wire::with_payload_selector::SelectorOptions;

use super::layout;
use crate::access::AccessLabel;
use crate::adapters::bm25::Bm25;
use crate::model::{DocumentId, PointId, VersionId, WorkspaceId};
use crate::ports::{IndexError, Point, StoredPoint};

type Payload = HashMap<String, wire::Value>;

/// The fields that make a candidate, and those that make a stored point.
pub(super) const CANDIDATE_FIELDS: [&str; 2] = [layout::DOCUMENT, layout::VERSION];
pub(super) const STORED_FIELDS: [&str; 4] = [layout::DOCUMENT, layout::VERSION, layout::TIER, layout::GROUPS];

pub(super) fn to_wire(workspace: WorkspaceId, bm25: &Bm25, point: &Point) -> wire::PointStruct {
    let sparse = bm25.document(&point.text);
    let mut vectors =
        wire::NamedVectors::default().add_vector(layout::DENSE, wire::Vector::new_dense(point.dense.to_vec()));
    // A passage of stop words alone has no sparse side, rather than one of length zero.
    if !sparse.is_empty() {
        vectors = vectors.add_vector(layout::SPARSE, wire::Vector::new_sparse(sparse.indices, sparse.values));
    }
    let ids = [
        (layout::WORKSPACE, workspace.to_string()),
        (layout::DOCUMENT, point.document.to_string()),
        (layout::VERSION, point.version.to_string()),
    ];
    let ids = ids.into_iter().map(|(field, id)| (field.to_owned(), id.into()));
    wire::PointStruct {
        id: Some(point.id.to_string().into()),
        payload: ids.chain(label_fields(&point.label)).collect(),
        vectors: Some(vectors.into()),
    }
}

/// The part of the payload that says who may read.
pub(super) fn label_fields(label: &AccessLabel) -> impl Iterator<Item = (String, wire::Value)> {
    let tier = i64::from(label.tier.rank()).into();
    let groups = layout::groups_field(label).into();
    [(layout::TIER.to_owned(), tier), (layout::GROUPS.to_owned(), groups)].into_iter()
}

/// Ask for these fields of the payload.
pub(super) fn only(fields: &[&str]) -> wire::WithPayloadSelector {
    let fields = fields.iter().map(|field| (*field).to_owned()).collect::<Vec<_>>();
    let options = match fields.is_empty() {
        true => SelectorOptions::Enable(false),
        false => SelectorOptions::Include(wire::PayloadIncludeSelector { fields }),
    };
    wire::WithPayloadSelector { selector_options: Some(options) }
}

/// The least id after this one; `None` after the last.
pub(super) fn successor(id: PointId) -> Option<wire::PointId> {
    let next = id.0.as_u128().checked_add(1)?;
    Some(Uuid::from_u128(next).to_string().into())
}

pub(super) fn id(id: Option<&wire::PointId>) -> Result<PointId, IndexError> {
    match id.and_then(|id| id.point_id_options.as_ref()) {
        Some(PointIdOptions::Uuid(text)) => text.parse().map_err(|_| foreign(text)),
        Some(PointIdOptions::Num(number)) => Err(foreign(&number.to_string())),
        None => Err(IndexError::Damaged("a point has no id".to_owned())),
    }
}

pub(super) fn stored(point: &wire::RetrievedPoint) -> Result<StoredPoint, IndexError> {
    let id = id(point.id.as_ref())?;
    let (document, version) = document_and_version(id, &point.payload)?;
    let label = label(&point.payload).ok_or_else(|| foreign(&id.to_string()))?;
    Ok(StoredPoint { id, document, version, label })
}

pub(super) fn document_and_version(id: PointId, payload: &Payload) -> Result<(DocumentId, VersionId), IndexError> {
    let text = |field: &str| payload.get(field)?.as_str().map(String::as_str);
    let document = text(layout::DOCUMENT).and_then(|text| text.parse().ok());
    let version = text(layout::VERSION).and_then(|text| text.parse().ok());
    document.zip(version).ok_or_else(|| foreign(&id.to_string()))
}

fn label(payload: &Payload) -> Option<AccessLabel> {
    let tier = payload.get(layout::TIER)?.as_integer()?;
    let groups = payload.get(layout::GROUPS)?.as_list()?;
    let groups = groups.iter().map(|group| group.as_str().map(String::as_str)).collect::<Option<Vec<_>>>()?;
    layout::stored_label(tier, groups)
}

/// Somebody else writes into our collection, or a payload was cut: in both cases only a rebuild helps.
fn foreign(id: &str) -> IndexError {
    IndexError::Damaged(format!("point {id} is not one that we wrote"))
}
