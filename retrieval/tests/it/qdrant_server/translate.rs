//! Protobuf to the engine's types and back, for the requests that the adapter makes.
//!
//! Whatever has no translation is declined aloud, so that a new kind of request cannot pass by being ignored.

use std::collections::HashMap;

use qdrant_client::qdrant as wire;
use qdrant_edge as edge;
use serde_json::{Map, Value, json};
use tonic::Status;
use uuid::Uuid;
use wire::condition::ConditionOneOf;
use wire::r#match::MatchValue;
use wire::point_id::PointIdOptions;
use wire::vectors::VectorsOptions;
use wire::with_payload_selector::SelectorOptions;

pub fn failure(error: edge::OperationError) -> Status {
    match error {
        edge::OperationError::ServiceError { description, .. } => Status::internal(description),
        other => Status::invalid_argument(other.to_string()),
    }
}

pub fn path(field: &str) -> Result<edge::JsonPath, Status> {
    field.parse().map_err(|()| Status::invalid_argument(format!("{field} is no field")))
}

pub fn id(id: wire::PointId) -> Result<edge::PointId, Status> {
    match id.point_id_options {
        Some(PointIdOptions::Uuid(text)) => {
            Uuid::parse_str(&text).map(edge::PointId::Uuid).map_err(|e| Status::invalid_argument(e.to_string()))
        }
        Some(PointIdOptions::Num(_)) | None => Err(Status::unimplemented("an id that is no UUID")),
    }
}

pub fn wire_id(id: edge::PointId) -> wire::PointId {
    match id {
        edge::PointId::Uuid(uuid) => uuid.to_string().into(),
        edge::PointId::NumId(number) => number.into(),
    }
}

pub fn payload(fields: HashMap<String, wire::Value>) -> Result<edge::Payload, Status> {
    serde_json::from_value(json!(fields)).map_err(|error| Status::invalid_argument(error.to_string()))
}

fn wire_payload(payload: Option<edge::Payload>) -> HashMap<String, wire::Value> {
    payload.into_iter().flat_map(|payload| payload.0).map(|(field, value)| (field, value.into())).collect()
}

pub fn point(point: wire::PointStruct) -> Result<edge::PointStructPersisted, Status> {
    let Some(VectorsOptions::Vectors(vectors)) = point.vectors.and_then(|vectors| vectors.vectors_options) else {
        return Err(Status::unimplemented("a point without named vectors"));
    };
    let named = vectors.vectors.into_iter().map(|(name, vector)| Ok((name, stored_vector(vector)?)));
    let named = named.collect::<Result<Vec<(String, edge::Vector)>, Status>>()?;
    let id = id(point.id.ok_or_else(|| Status::invalid_argument("a point without an id"))?)?;
    let mut translated: edge::PointStructPersisted = edge::PointStruct::new(id, named, json!({})).into();
    translated.payload = Some(payload(point.payload)?);
    Ok(translated)
}

fn stored_vector(vector: wire::Vector) -> Result<edge::Vector, Status> {
    match vector.vector {
        Some(wire::vector::Vector::Dense(dense)) => Ok(edge::Vector::new_dense(dense.data)),
        Some(wire::vector::Vector::Sparse(sparse)) => {
            edge::Vector::new_sparse(sparse.indices, sparse.values).map_err(failure)
        }
        _ => Err(Status::unimplemented("a vector of this kind")),
    }
}

/// By way of the REST form, which the engine reads itself.
pub fn filter(filter: &wire::Filter) -> Result<edge::Filter, Status> {
    serde_json::from_value(rest_filter(filter)?).map_err(|error| Status::invalid_argument(error.to_string()))
}

fn rest_filter(filter: &wire::Filter) -> Result<Value, Status> {
    let wire::Filter { should, must, must_not, min_should } = filter;
    if min_should.is_some() {
        return Err(Status::unimplemented("min_should"));
    }
    let mut rest = Map::new();
    for (clause, conditions) in [("should", should), ("must", must), ("must_not", must_not)] {
        if !conditions.is_empty() {
            rest.insert(clause.to_owned(), conditions.iter().map(rest_condition).collect::<Result<_, _>>()?);
        }
    }
    Ok(Value::Object(rest))
}

fn rest_condition(condition: &wire::Condition) -> Result<Value, Status> {
    match &condition.condition_one_of {
        Some(ConditionOneOf::Filter(filter)) => rest_filter(filter),
        Some(ConditionOneOf::HasId(ids)) => {
            let ids = ids.has_id.iter().map(|point| id(point.clone())).collect::<Result<Vec<_>, Status>>()?;
            Ok(json!({ "has_id": ids }))
        }
        Some(ConditionOneOf::Field(wire::FieldCondition { key, r#match: Some(wanted), range: None, .. })) => {
            match &wanted.match_value {
                Some(MatchValue::Keyword(value)) => Ok(json!({ "key": key, "match": { "value": value } })),
                Some(MatchValue::Keywords(any)) => Ok(json!({ "key": key, "match": { "any": any.strings } })),
                _ => Err(Status::unimplemented("this kind of match")),
            }
        }
        Some(ConditionOneOf::Field(wire::FieldCondition { key, r#match: None, range: Some(range), .. })) => {
            let wire::Range { lt, gt, gte, lte } = range;
            Ok(json!({ "key": key, "range": { "lt": lt, "gt": gt, "gte": gte, "lte": lte } }))
        }
        _ => Err(Status::unimplemented("this kind of condition")),
    }
}

pub fn query(request: wire::QueryPoints) -> Result<edge::QueryRequest, Status> {
    if !request.prefetch.is_empty() {
        return Err(Status::unimplemented("a query of queries"));
    }
    Ok(edge::QueryRequest {
        prefetches: Vec::new(),
        query: request.query.map(|query| scoring(query, request.using)).transpose()?,
        filter: request.filter.as_ref().map(filter).transpose()?,
        score_threshold: None,
        limit: limit(request.limit)?,
        offset: 0,
        params: request.params.map(params),
        with_vector: edge::WithVector::Bool(false),
        with_payload: with_payload(request.with_payload)?,
    })
}

fn scoring(query: wire::Query, using: Option<String>) -> Result<edge::ScoringQuery, Status> {
    match query.variant {
        Some(wire::query::Variant::Nearest(input)) => {
            let nearest = edge::NamedQuery { query: asked_vector(input)?, using };
            Ok(edge::ScoringQuery::Vector(edge::QueryEnum::Nearest(nearest)))
        }
        _ => Err(Status::unimplemented("this kind of query")),
    }
}

fn asked_vector(input: wire::VectorInput) -> Result<edge::VectorInternal, Status> {
    match input.variant {
        Some(wire::vector_input::Variant::Dense(dense)) => Ok(edge::VectorInternal::Dense(dense.data)),
        Some(wire::vector_input::Variant::Sparse(sparse)) => {
            edge::Vector::new_sparse(sparse.indices, sparse.values).map(edge::VectorInternal::from).map_err(failure)
        }
        _ => Err(Status::unimplemented("a question of this kind")),
    }
}

fn params(params: wire::SearchParams) -> edge::SearchParams {
    edge::SearchParams {
        hnsw_ef: params.hnsw_ef.map(|effort| effort as usize),
        exact: params.exact.unwrap_or(false),
        ..edge::SearchParams::default()
    }
}

/// The server refuses to look for nothing.
fn limit(limit: Option<u64>) -> Result<usize, Status> {
    match limit {
        Some(0) => Err(Status::invalid_argument("limit must be 1 or larger")),
        Some(limit) => Ok(limit as usize),
        None => Ok(10),
    }
}

fn with_payload(selector: Option<wire::WithPayloadSelector>) -> Result<edge::WithPayloadInterface, Status> {
    match selector.and_then(|selector| selector.selector_options) {
        None => Ok(edge::WithPayloadInterface::Bool(false)),
        Some(SelectorOptions::Enable(enable)) => Ok(edge::WithPayloadInterface::Bool(enable)),
        Some(SelectorOptions::Include(include)) => {
            let fields = include.fields.iter().map(|field| path(field)).collect::<Result<_, _>>()?;
            Ok(edge::WithPayloadInterface::Fields(fields))
        }
        Some(SelectorOptions::Exclude(_)) => Err(Status::unimplemented("a payload with exceptions")),
    }
}

pub fn scroll(request: wire::ScrollPoints) -> Result<edge::ScrollRequest, Status> {
    Ok(edge::ScrollRequest {
        offset: request.offset.map(id).transpose()?,
        limit: Some(limit(request.limit.map(u64::from))?),
        filter: request.filter.as_ref().map(filter).transpose()?,
        with_payload: Some(with_payload(request.with_payload)?),
        with_vector: edge::WithVector::Bool(false),
        order_by: None,
    })
}

pub fn scored(point: edge::ScoredPoint) -> wire::ScoredPoint {
    wire::ScoredPoint {
        id: Some(wire_id(point.id)),
        payload: wire_payload(point.payload),
        score: point.score,
        version: point.version,
        ..Default::default()
    }
}

pub fn retrieved(record: edge::Record) -> wire::RetrievedPoint {
    let (id, payload) = (Some(wire_id(record.id)), wire_payload(record.payload));
    wire::RetrievedPoint { id, payload, ..Default::default() }
}
