//! The collection service of the test server: create, describe, remove, and aliases.

use std::sync::Arc;

use qdrant_client::qdrant as wire;
use tonic::{Request, Response, Status};
use wire::alias_operations::Action;
use wire::collections_server::Collections;

use super::shard::Shard;
use super::{Reply, Shelves, World, poisoned};

fn done(result: bool) -> Reply<wire::CollectionOperationResponse> {
    Ok(Response::new(wire::CollectionOperationResponse { result, time: 0.0 }))
}

impl Shelves {
    /// Like the server's: creating an alias that exists moves it.
    fn change(&mut self, action: wire::AliasOperations) -> Result<(), Status> {
        let Some(Action::CreateAlias(wire::CreateAlias { collection_name, alias_name })) = action.action else {
            return Err(Status::unimplemented("this change of an alias"));
        };
        match self.shards.contains_key(&collection_name) {
            true => self.aliases.insert(alias_name, collection_name),
            false => return Err(Status::not_found(format!("Collection `{collection_name}` doesn't exist!"))),
        };
        Ok(())
    }
}

#[tonic::async_trait]
impl Collections for World {
    async fn create(&self, request: Request<wire::CreateCollection>) -> Reply<wire::CollectionOperationResponse> {
        let request = self.admit(request)?;
        let name = request.collection_name.clone();
        let mut shelves = self.shelves.lock().map_err(poisoned)?;
        if shelves.shards.contains_key(&name) {
            return Err(Status::invalid_argument(format!("Wrong input: Collection `{name}` already exists!")));
        }
        shelves.shards.insert(name, Arc::new(Shard::create(request)?));
        done(true)
    }

    async fn get(&self, request: Request<wire::GetCollectionInfoRequest>) -> Reply<wire::GetCollectionInfoResponse> {
        let request = self.admit(request)?;
        let info = self.shard(&request.collection_name)?.info()?;
        Ok(Response::new(wire::GetCollectionInfoResponse { result: Some(info), time: 0.0 }))
    }

    async fn collection_exists(
        &self,
        request: Request<wire::CollectionExistsRequest>,
    ) -> Reply<wire::CollectionExistsResponse> {
        let request = self.admit(request)?;
        let exists = self.shard(&request.collection_name).is_ok();
        Ok(Response::new(wire::CollectionExistsResponse { result: Some(wire::CollectionExists { exists }), time: 0.0 }))
    }

    async fn delete(&self, request: Request<wire::DeleteCollection>) -> Reply<wire::CollectionOperationResponse> {
        let name = self.admit(request)?.collection_name;
        let mut shelves = self.shelves.lock().map_err(poisoned)?;
        shelves.aliases.retain(|_, collection| *collection != name);
        done(shelves.shards.remove(&name).is_some())
    }

    async fn update_aliases(&self, request: Request<wire::ChangeAliases>) -> Reply<wire::CollectionOperationResponse> {
        let request = self.admit(request)?;
        let mut shelves = self.shelves.lock().map_err(poisoned)?;
        request.actions.into_iter().try_for_each(|action| shelves.change(action))?;
        done(true)
    }

    async fn list_aliases(&self, request: Request<wire::ListAliasesRequest>) -> Reply<wire::ListAliasesResponse> {
        self.admit(request)?;
        let shelves = self.shelves.lock().map_err(poisoned)?;
        let aliases = shelves.aliases.iter().map(|(alias, collection)| wire::AliasDescription {
            alias_name: alias.clone(),
            collection_name: collection.clone(),
        });
        Ok(Response::new(wire::ListAliasesResponse { aliases: aliases.collect(), time: 0.0 }))
    }

    declined! {
        list: wire::ListCollectionsRequest => wire::ListCollectionsResponse,
        update: wire::UpdateCollection => wire::CollectionOperationResponse,
        list_collection_aliases: wire::ListCollectionAliasesRequest => wire::ListAliasesResponse,
        collection_cluster_info: wire::CollectionClusterInfoRequest => wire::CollectionClusterInfoResponse,
        update_collection_cluster_setup:
            wire::UpdateCollectionClusterSetupRequest => wire::UpdateCollectionClusterSetupResponse,
        create_shard_key: wire::CreateShardKeyRequest => wire::CreateShardKeyResponse,
        delete_shard_key: wire::DeleteShardKeyRequest => wire::DeleteShardKeyResponse,
        list_shard_keys: wire::ListShardKeysRequest => wire::ListShardKeysResponse,
    }
}
