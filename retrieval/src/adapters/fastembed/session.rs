//! How every session is opened: one thread, no arena, in the one environment of this process.
//!
//! Knows fastembed's options for both kinds of model, and nothing of pools and queues.

use std::path::Path;

use fastembed::{
    EmbeddingModel, Error, ExecutionProviderDispatch, InitOptionsUserDefined, RerankInitOptions,
    RerankInitOptionsUserDefined, RerankerModel, TextEmbedding, TextInitOptions, TextRerank, UserDefinedEmbeddingModel,
    UserDefinedRerankingModel,
};

use super::folder::{Companions, LocalModel, read};
use super::{LoadError, Runtime};

/// The arena keeps the peak of every shape it has seen; without it a session's memory is its weights.
fn processor() -> Vec<ExecutionProviderDispatch> {
    vec![ort::ep::CPU::default().with_arena_allocator(false).build()]
}

pub(super) fn embedding(
    runtime: &Runtime,
    model: &LocalModel,
    companions: &Companions,
) -> Result<TextEmbedding, LoadError> {
    let options = InitOptionsUserDefined::new()
        .with_environment(runtime.environment())
        .with_execution_providers(processor())
        .with_max_length(companions.max_tokens)
        .with_intra_threads(1);
    let user_defined = UserDefinedEmbeddingModel::new(read(&model.graph)?, companions.tokenizer.clone())
        .with_pooling(companions.pooling.clone());
    TextEmbedding::try_new_from_user_defined(user_defined, options).map_err(|cause| blame(model, cause))
}

pub(super) fn hub_embedding(
    runtime: &Runtime,
    model: &EmbeddingModel,
    cache: &Path,
) -> Result<TextEmbedding, LoadError> {
    let options = TextInitOptions::new(model.clone())
        .with_environment(runtime.environment())
        .with_execution_providers(processor())
        .with_cache_dir(cache.to_owned())
        .with_show_download_progress(false)
        .with_intra_threads(1);
    TextEmbedding::try_new(options).map_err(|cause| unfetched(&model.to_string(), cause))
}

pub(super) fn reranking(
    runtime: &Runtime,
    model: &LocalModel,
    companions: &Companions,
) -> Result<TextRerank, LoadError> {
    let options = RerankInitOptionsUserDefined::new()
        .with_environment(runtime.environment())
        .with_execution_providers(processor())
        .with_max_length(companions.max_tokens)
        .with_intra_threads(1);
    let user_defined = UserDefinedRerankingModel::new(read(&model.graph)?, companions.tokenizer.clone());
    TextRerank::try_new_from_user_defined(user_defined, options).map_err(|cause| blame(model, cause))
}

pub(super) fn hub_reranking(runtime: &Runtime, model: &RerankerModel, cache: &Path) -> Result<TextRerank, LoadError> {
    let options = RerankInitOptions::new(model.clone())
        .with_environment(runtime.environment())
        .with_execution_providers(processor())
        .with_cache_dir(cache.to_owned())
        .with_show_download_progress(false)
        .with_intra_threads(1);
    TextRerank::try_new(options).map_err(|cause| unfetched(&model.to_string(), cause))
}

/// The file behind a failure: the graph when ONNX Runtime complains, the tokenizer's folder otherwise.
fn blame(model: &LocalModel, cause: Error) -> LoadError {
    match cause {
        Error::Ort(_) | Error::OrtBuilder(_) | Error::OrtSession(_) => LoadError::damaged(&model.graph, cause),
        other => LoadError::damaged(model.folder(), other),
    }
}

fn unfetched(name: &str, cause: Error) -> LoadError {
    LoadError::Hub { name: name.to_owned(), cause: with_sources(&cause) }
}

/// fastembed names the file in the outer error and the reason in the inner ones; a person needs both.
fn with_sources(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut inner = error.source();
    while let Some(cause) = inner {
        text = format!("{text}: {cause}");
        inner = cause.source();
    }
    text
}
