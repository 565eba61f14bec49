//! The adapter for a cluster: the contract of every index over the wire, and what only a cluster can get wrong.
//!
//! It runs against the in-process server, and the contract on a real cluster too where `LECTERN_TEST_QDRANT_URL` names
//! one (with `LECTERN_TEST_QDRANT_API_KEY`, if that asks for a key).

mod answers;
mod collections;
mod requests;

use std::sync::Mutex;
use std::time::Duration;

use retrieval::access::{AccessLabel, AccessTier};
use retrieval::adapters::bm25::Bm25Settings;
use retrieval::adapters::qdrant::{Cluster, ClusterAddress, QdrantIndex};
use retrieval::model::{Cut, Generation, GenerationId, WorkspaceId};
use retrieval::ports::{IndexError, Point};
use uuid::Uuid;

use crate::contract::{self, DIMENSIONS, HERE};
use crate::qdrant_server::TestServer;

/// The suite, with a generation of its own for every index, which is removed in the end.
async fn keeps_the_contract(cluster: &Cluster) {
    let made = Mutex::new(Vec::new());
    let make = async |workspace: WorkspaceId| {
        // A cluster may hold what an earlier run has left.
        let id = GenerationId(Uuid::new_v4());
        made.lock().unwrap().push((workspace, id));
        let generation = Generation {
            id,
            workspace,
            embedder: "test".to_owned(),
            dimensions: DIMENSIONS,
            language: "english".to_owned(),
            cut: Cut::default(),
        };
        cluster.open(&generation, &Bm25Settings::default(), false).await.unwrap()
    };
    contract::check(make).await;
    for (workspace, id) in made.into_inner().unwrap() {
        cluster.remove(workspace, id).await.unwrap();
    }
}

#[tokio::test]
async fn keeps_the_contract_over_the_wire() {
    let server = TestServer::start().await;
    keeps_the_contract(&connect(&server).await).await;
}

#[tokio::test]
async fn keeps_the_contract_on_a_real_cluster() {
    let Some(url) = variable("LECTERN_TEST_QDRANT_URL") else {
        println!("skipped: LECTERN_TEST_QDRANT_URL names no cluster");
        return;
    };
    let api_key = variable("LECTERN_TEST_QDRANT_API_KEY").map(|key| key.parse().unwrap());
    let address = ClusterAddress { url, api_key, timeout: Duration::from_secs(60) };
    keeps_the_contract(&Cluster::connect(&address).await.unwrap()).await;
}

#[allow(clippy::disallowed_methods, reason = "which cluster a test may use is the runner's to say, not a setting")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn address(server: &TestServer) -> ClusterAddress {
    ClusterAddress { url: server.url.clone(), api_key: None, timeout: Duration::from_secs(20) }
}

fn generation(number: u128, dimensions: usize) -> Generation {
    let id = GenerationId(Uuid::from_u128(number));
    Generation {
        id,
        workspace: HERE,
        embedder: "test".to_owned(),
        dimensions,
        language: "english".to_owned(),
        cut: Cut::default(),
    }
}

async fn connect(server: &TestServer) -> Cluster {
    Cluster::connect(&address(server)).await.unwrap()
}

async fn try_open(cluster: &Cluster, number: u128, dimensions: usize) -> Result<QdrantIndex, IndexError> {
    cluster.open(&generation(number, dimensions), &Bm25Settings::default(), false).await
}

async fn open(server: &TestServer) -> QdrantIndex {
    try_open(&connect(server).await, 1, DIMENSIONS).await.unwrap()
}

fn point(number: u128) -> Point {
    contract::point(number, AccessLabel::tier(AccessTier::Public), "how refunds are paid")
}

/// The sentence of a refusal; anything else is a failed test.
fn refusal<T>(result: Result<T, IndexError>) -> String {
    match result {
        Err(IndexError::Refused(sentence)) => sentence,
        Err(other) => panic!("{other:?} is no refusal"),
        Ok(_) => panic!("nothing was refused"),
    }
}
