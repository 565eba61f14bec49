//! A collection of the test server: an embedded shard in a directory of its own, and what it was created with.

use std::collections::HashMap;
use std::sync::Mutex;

use qdrant_client::qdrant as wire;
use qdrant_edge::{
    CreateIndex, Distance, EdgeConfig, EdgeShard, EdgeSparseVectorParams, EdgeVectorParams, FieldIndexOperations,
    Modifier, PayloadFieldSchema, UpdateOperation,
};
use serde_json::json;
use tempfile::TempDir;
use tonic::Status;
use wire::payload_index_params::IndexParams;
use wire::vectors_config::Config;

use super::{poisoned, translate};

pub struct Shard {
    pub engine: EdgeShard,
    request: wire::CreateCollection,
    indexes: Mutex<HashMap<String, wire::PayloadSchemaInfo>>,
    // Declared after the engine, which flushes into it when it is dropped.
    _directory: TempDir,
}

impl Shard {
    pub fn create(request: wire::CreateCollection) -> Result<Self, Status> {
        let directory = TempDir::new().map_err(|error| Status::internal(error.to_string()))?;
        let engine = EdgeShard::new(directory.path(), config(&request)?).map_err(translate::failure)?;
        Ok(Self { engine, request, indexes: Mutex::default(), _directory: directory })
    }

    pub fn create_index(&self, request: wire::CreateFieldIndexCollection) -> Result<(), Status> {
        let params = request.field_index_params.and_then(|params| params.index_params);
        let (schema, kind) = match &params {
            Some(IndexParams::KeywordIndexParams(_)) => {
                (json!({ "type": "keyword" }), wire::PayloadSchemaType::Keyword)
            }
            Some(IndexParams::UuidIndexParams(id)) => {
                (json!({ "type": "uuid", "is_tenant": id.is_tenant }), wire::PayloadSchemaType::Uuid)
            }
            Some(IndexParams::IntegerIndexParams(integer)) => {
                let schema = json!({ "type": "integer", "lookup": integer.lookup, "range": integer.range });
                (schema, wire::PayloadSchemaType::Integer)
            }
            _ => return Err(Status::unimplemented("an index of this kind")),
        };
        let schema = serde_json::from_value(schema).map_err(|error| Status::invalid_argument(error.to_string()))?;
        let operation = FieldIndexOperations::CreateIndex(CreateIndex {
            field_name: translate::path(&request.field_name)?,
            field_schema: Some(PayloadFieldSchema::FieldParams(schema)),
        });
        self.engine.update(UpdateOperation::FieldIndexOperation(operation)).map_err(translate::failure)?;
        let index_params = Some(wire::PayloadIndexParams { index_params: params });
        let info = wire::PayloadSchemaInfo { data_type: kind.into(), params: index_params, points: None };
        self.indexes.lock().map_err(poisoned)?.insert(request.field_name, info);
        Ok(())
    }

    pub fn info(&self) -> Result<wire::CollectionInfo, Status> {
        let params = wire::CollectionParams {
            vectors_config: self.request.vectors_config.clone(),
            sparse_vectors_config: self.request.sparse_vectors_config.clone(),
            ..Default::default()
        };
        let optimizer_config = self.request.optimizers_config;
        let config = wire::CollectionConfig { params: Some(params), optimizer_config, ..Default::default() };
        Ok(wire::CollectionInfo {
            status: wire::CollectionStatus::Green.into(),
            config: Some(config),
            payload_schema: self.indexes.lock().map_err(poisoned)?.clone(),
            points_count: Some(self.engine.info().points_count as u64),
            ..Default::default()
        })
    }
}

fn config(request: &wire::CreateCollection) -> Result<EdgeConfig, Status> {
    let Some(Config::ParamsMap(dense)) = request.vectors_config.clone().and_then(|vectors| vectors.config) else {
        return Err(Status::unimplemented("a collection without named vectors"));
    };
    let sparse = request.sparse_vectors_config.clone().unwrap_or_default();
    let dense = dense.map.into_iter().map(|(name, params)| Ok((name, dense_params(&params)?)));
    let sparse = sparse.map.into_iter().map(|(name, params)| (name, sparse_params(params)));
    Ok(EdgeConfig {
        vectors: dense.collect::<Result<_, Status>>()?,
        sparse_vectors: sparse.collect(),
        ..EdgeConfig::default()
    })
}

fn dense_params(params: &wire::VectorParams) -> Result<EdgeVectorParams, Status> {
    let distance = match params.distance() {
        wire::Distance::Cosine => Distance::Cosine,
        wire::Distance::Dot => Distance::Dot,
        _ => return Err(Status::unimplemented("this distance")),
    };
    Ok(EdgeVectorParams::builder(params.size as usize, distance).build())
}

fn sparse_params(params: wire::SparseVectorParams) -> EdgeSparseVectorParams {
    let modifier = match params.modifier() {
        wire::Modifier::Idf => Some(Modifier::Idf),
        wire::Modifier::None => None,
    };
    EdgeSparseVectorParams { modifier, ..EdgeSparseVectorParams::default() }
}
