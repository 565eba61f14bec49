//! The way to a Qdrant cluster, and the collections that a workspace has there.
//!
//! Knows addresses, keys, names and aliases. Does not know points or questions, and holds no state: which generation is
//! live is decided in SQL, the alias follows.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use qdrant_client::qdrant::{CreateAlias, DeleteCollection};
use qdrant_client::{Qdrant, QdrantError};

use super::errors::index_error;
use super::{QdrantIndex, schema, version};
use crate::adapters::bm25::{Bm25, Bm25Settings};
use crate::model::{Generation, GenerationId, WorkspaceId};
use crate::ports::IndexError;

/// A secret that the cluster asks for. Never shown: not by `Debug`, not in an error.
#[derive(Clone)]
pub struct ApiKey(String);

impl FromStr for ApiKey {
    type Err = IndexError;

    /// Refuses what no header can carry. The client would too, but its error repeats the key.
    fn from_str(text: &str) -> Result<Self, IndexError> {
        match !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            true => Ok(Self(text.to_owned())),
            false => {
                Err(IndexError::Refused("the Qdrant API key is empty or has characters that cannot be sent".to_owned()))
            }
        }
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(..)")
    }
}

/// Where a cluster is.
#[derive(Clone, Debug)]
pub struct ClusterAddress {
    /// Of the gRPC interface, such as `http://qdrant:6334`.
    pub url: String,
    pub api_key: Option<ApiKey>,
    /// How long one request may take, writes that wait for the cluster included.
    pub timeout: Duration,
}

/// A cluster that answered and is new enough.
#[derive(Clone)]
pub struct Cluster {
    client: Qdrant,
}

impl Cluster {
    /// Connect, and refuse a server that is known to lose writes.
    pub async fn connect(address: &ClusterAddress) -> Result<Self, IndexError> {
        let client = client(address)?;
        let health = client.health_check().await.map_err(no_answer)?;
        version::check(&health.version)?;
        Ok(Self { client })
    }

    /// Whether there is an index of this generation, or [`open`](Self::open) would begin it.
    pub async fn holds(&self, generation: &Generation) -> Result<bool, IndexError> {
        let collection = collection_name(generation.workspace, generation.id);
        self.client.collection_exists(&collection).await.map_err(index_error)
    }

    /// The index of a generation. Its collection is made if it is not there, and refused if it is another kind.
    pub async fn open(
        &self,
        generation: &Generation,
        bm25: &Bm25Settings,
        is_quantised: bool,
    ) -> Result<QdrantIndex, IndexError> {
        let bm25 = Bm25::new(bm25).map_err(|error| IndexError::Refused(error.to_string()))?;
        let collection = collection_name(generation.workspace, generation.id);
        schema::ensure(&self.client, &collection, (generation.dimensions, is_quantised)).await?;
        let (client, workspace, dimensions) = (self.client.clone(), generation.workspace, generation.dimensions);
        Ok(QdrantIndex { client, collection, workspace, dimensions, bm25: Arc::new(bm25) })
    }

    /// Point the workspace's alias at this generation, in one step: nobody meets a moment without it.
    pub async fn make_live(&self, workspace: WorkspaceId, generation: GenerationId) -> Result<(), IndexError> {
        // Creating an alias that exists moves it; deleting it first would leave the gap.
        let alias =
            CreateAlias { alias_name: alias_name(workspace), collection_name: collection_name(workspace, generation) };
        let reply = self.client.create_alias(alias).await.map_err(index_error)?;
        done(reply.result, "the alias was not moved")
    }

    /// The generation that the alias points at, if there is an alias and it points at one of ours.
    pub async fn live(&self, workspace: WorkspaceId) -> Result<Option<GenerationId>, IndexError> {
        let reply = self.client.list_aliases().await.map_err(index_error)?;
        let name = alias_name(workspace);
        let alias = reply.aliases.into_iter().find(|alias| alias.alias_name == name);
        Ok(alias.and_then(|alias| generation_of(workspace, &alias.collection_name)))
    }

    /// Remove a generation with all its points. One that is not there is no error.
    pub async fn remove(&self, workspace: WorkspaceId, generation: GenerationId) -> Result<(), IndexError> {
        let collection = collection_name(workspace, generation);
        if !self.client.collection_exists(&collection).await.map_err(index_error)? {
            return Ok(());
        }
        let request = DeleteCollection { collection_name: collection, ..Default::default() };
        let reply = self.client.delete_collection(request).await.map_err(index_error)?;
        done(reply.result, "the collection was not removed")
    }
}

fn client(address: &ClusterAddress) -> Result<Qdrant, IndexError> {
    let url = &address.url;
    if !(url.starts_with("http://") || url.starts_with("https://")) {
        return Err(IndexError::Refused(format!("\"{url}\" is no address of Qdrant: write http://host:6334")));
    }
    if url.contains('@') {
        // Not repeated: what stands before the @ is a password.
        return Err(IndexError::Refused("Qdrant's address has a password in it: set the API key instead".to_owned()));
    }
    let mut config = Qdrant::from_url(url).timeout(address.timeout).connect_timeout(address.timeout);
    config.api_key = address.api_key.as_ref().map(|key| key.0.clone());
    // The client's own check prints to standard output, which belongs to the command's result.
    config.skip_compatibility_check().build().map_err(index_error)
}

/// The first request failed. Most often the address is wrong, and most often the port: 6333 speaks HTTP only.
fn no_answer(error: QdrantError) -> IndexError {
    match index_error(error) {
        IndexError::Unavailable(cause) => {
            IndexError::Unavailable(format!("Qdrant does not answer over gRPC (usually port 6334): {cause}"))
        }
        other => other,
    }
}

fn done(result: bool, otherwise: &str) -> Result<(), IndexError> {
    match result {
        true => Ok(()),
        false => Err(IndexError::Unavailable(otherwise.to_owned())),
    }
}

fn alias_name(workspace: WorkspaceId) -> String {
    format!("lectern_{workspace}")
}

fn collection_name(workspace: WorkspaceId, generation: GenerationId) -> String {
    format!("lectern_{workspace}_{generation}")
}

fn generation_of(workspace: WorkspaceId, collection: &str) -> Option<GenerationId> {
    let rest = collection.strip_prefix(&alias_name(workspace))?.strip_prefix('_')?;
    rest.parse().ok()
}
