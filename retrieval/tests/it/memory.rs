//! The index in memory against the contract.

use retrieval::adapters::bm25::Bm25Settings;
use retrieval::adapters::memory::MemoryIndex;
use retrieval::model::WorkspaceId;

use crate::contract;

#[tokio::test]
async fn keeps_the_contract() {
    let make = |workspace: WorkspaceId| MemoryIndex::new(workspace, contract::DIMENSIONS, &Bm25Settings::default());
    contract::check(async |workspace| make(workspace).unwrap()).await;
}
