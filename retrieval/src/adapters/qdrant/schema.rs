//! What a collection must be, and making it so.
//!
//! Knows the parameters of vectors and payload indexes; does not know points.

use std::collections::HashMap;

use qdrant_client::Qdrant;
use qdrant_client::qdrant as wire;
use wire::payload_index_params::IndexParams;
use wire::vectors_config::Config;

use super::errors::{completed, index_error};
use super::layout;
use crate::ports::IndexError;

/// Make the collection if it is missing, check it if it is there, and complete its payload indexes.
pub(super) async fn ensure(
    client: &Qdrant,
    collection: &str,
    (dimensions, is_quantised): (usize, bool),
) -> Result<(), IndexError> {
    if !exists(client, collection).await? {
        create(client, collection, dimensions, is_quantised).await?;
    }
    let info = client.collection_info(collection).await.map_err(index_error)?.result;
    let info = info.ok_or_else(|| IndexError::Unavailable(format!("the cluster does not describe {collection}")))?;
    check(collection, info.config.unwrap_or_default(), dimensions)?;
    for (field, params) in payload_indexes() {
        if !info.payload_schema.contains_key(field) {
            create_payload_index(client, collection, field, params).await?;
        }
    }
    Ok(())
}

async fn exists(client: &Qdrant, collection: &str) -> Result<bool, IndexError> {
    client.collection_exists(collection).await.map_err(index_error)
}

async fn create(client: &Qdrant, collection: &str, dimensions: usize, is_quantised: bool) -> Result<(), IndexError> {
    let dense = HashMap::from([(layout::DENSE.to_owned(), dense_params(dimensions))]);
    let sparse = HashMap::from([(layout::SPARSE.to_owned(), sparse_params())]);
    let request = wire::CreateCollection {
        collection_name: collection.to_owned(),
        vectors_config: Some(Config::from(wire::VectorParamsMap { map: dense }).into()),
        sparse_vectors_config: Some(wire::SparseVectorConfig { map: sparse }),
        quantization_config: is_quantised.then(bytes),
        ..Default::default()
    };
    match client.create_collection(request).await {
        Ok(_) => Ok(()),
        // Another replica of ours may have been faster; then it made the same one, and `check` will see.
        Err(_) if exists(client, collection).await? => Ok(()),
        Err(error) => Err(index_error(error)),
    }
}

/// One byte a number, as in an embedded shard.
fn bytes() -> wire::QuantizationConfig {
    let r#type = wire::QuantizationType::Int8.into();
    let scalar = wire::ScalarQuantization { r#type, quantile: Some(0.99), ..Default::default() };
    wire::quantization_config::Quantization::Scalar(scalar).into()
}

fn dense_params(dimensions: usize) -> wire::VectorParams {
    wire::VectorParams { size: dimensions as u64, distance: wire::Distance::Cosine.into(), ..Default::default() }
}

/// The cluster multiplies by how rare a term is, in this collection alone.
fn sparse_params() -> wire::SparseVectorParams {
    wire::SparseVectorParams { modifier: Some(wire::Modifier::Idf.into()), ..Default::default() }
}

/// Searching a collection of another kind would give plausible nonsense, so it is refused with both kinds named.
fn check(collection: &str, config: wire::CollectionConfig, dimensions: usize) -> Result<(), IndexError> {
    let found = describe(config.params.unwrap_or_default());
    let expected = kind(Some(dense_params(dimensions)), Some(sparse_params()));
    if found != expected {
        let problem = format!("collection {collection} is not for this embedder: it has {found}; needed is {expected}");
        return Err(IndexError::Refused(problem));
    }
    // With it, confirmed points stay unseen until they are optimised, and go unseen again after a restart.
    if config.optimizer_config.is_some_and(|optimizers| optimizers.prevent_unoptimized == Some(true)) {
        let problem =
            format!("collection {collection} sets prevent_unoptimized, which hides confirmed writes; unset it");
        return Err(IndexError::Refused(problem));
    }
    Ok(())
}

fn describe(params: wire::CollectionParams) -> String {
    let dense = match params.vectors_config.and_then(|vectors| vectors.config) {
        Some(Config::ParamsMap(mut named)) => named.map.remove(layout::DENSE),
        Some(Config::Params(_)) | None => None,
    };
    let sparse = params.sparse_vectors_config.and_then(|mut named| named.map.remove(layout::SPARSE));
    kind(dense, sparse)
}

/// What matters of a collection, in words; two of one kind read the same.
fn kind(dense: Option<wire::VectorParams>, sparse: Option<wire::SparseVectorParams>) -> String {
    let dense = dense.map(|dense| format!("{} dimensions ({})", dense.size, dense.distance().as_str_name()));
    let sparse = sparse.map(|sparse| format!("weights ({})", sparse.modifier().as_str_name()));
    let or_none = |vector: Option<String>| vector.unwrap_or_else(|| "nothing".to_owned());
    format!("{} in {}, {} in {}", or_none(dense), layout::DENSE, or_none(sparse), layout::SPARSE)
}

/// One for every field that a condition names. A filter without its index is a scan, or refused in strict mode.
fn payload_indexes() -> [(&'static str, IndexParams); 5] {
    let id = || IndexParams::UuidIndexParams(wire::UuidIndexParams::default());
    let keyword = IndexParams::KeywordIndexParams(wire::KeywordIndexParams::default());
    // Points of one tenant are stored side by side, should somebody ever put several workspaces in one collection.
    let tenant = wire::UuidIndexParams { is_tenant: Some(true), ..Default::default() };
    let range = wire::IntegerIndexParams { lookup: Some(false), range: Some(true), ..Default::default() };
    [
        (layout::WORKSPACE, IndexParams::UuidIndexParams(tenant)),
        (layout::DOCUMENT, id()),
        (layout::VERSION, id()),
        (layout::GROUPS, keyword),
        (layout::TIER, IndexParams::IntegerIndexParams(range)),
    ]
}

async fn create_payload_index(
    client: &Qdrant,
    collection: &str,
    field: &str,
    params: IndexParams,
) -> Result<(), IndexError> {
    let kind = match params {
        IndexParams::IntegerIndexParams(_) => wire::FieldType::Integer,
        IndexParams::UuidIndexParams(_) => wire::FieldType::Uuid,
        _ => wire::FieldType::Keyword,
    };
    let request = wire::CreateFieldIndexCollection {
        collection_name: collection.to_owned(),
        wait: Some(true),
        field_name: field.to_owned(),
        field_type: Some(kind.into()),
        field_index_params: Some(wire::PayloadIndexParams { index_params: Some(params) }),
        ..Default::default()
    };
    completed(client.create_field_index(request).await)
}
