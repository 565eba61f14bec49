//! Collections and aliases: the wrong kind is refused, the live one moves, generations keep apart.

use qdrant_client::qdrant as wire;
use retrieval::ports::{IndexError, VectorIndex};

use super::{connect, generation, open, point, refusal, try_open};
use crate::contract::{DIMENSIONS, HERE, everything};
use crate::qdrant_server::TestServer;

#[tokio::test]
async fn another_kind_of_collection_is_refused_with_both_named() {
    let server = TestServer::start().await;
    open(&server).await.upsert(vec![point(0)]).await.unwrap();
    let cluster = connect(&server).await;
    let sentence = refusal(try_open(&cluster, 1, 384).await);
    assert!(sentence.contains("16 dimensions") && sentence.contains("384 dimensions"), "{sentence}");
    let again = try_open(&cluster, 1, DIMENSIONS).await.unwrap();
    assert_eq!(again.count(&everything()).await.unwrap(), 1);
}

#[tokio::test]
async fn foreign_parameters_are_refused() {
    let create = async |change: fn(&mut wire::CreateCollection)| {
        let server = TestServer::start().await;
        let raw = qdrant_client::Qdrant::from_url(&server.url).skip_compatibility_check().build().unwrap();
        let mut request = like_ours();
        change(&mut request);
        raw.create_collection(request).await.unwrap();
        try_open(&connect(&server).await, 1, DIMENSIONS).await.map(drop)
    };
    create(|_| ()).await.unwrap();
    let sentence = refusal(create(|request| dense(request).distance = wire::Distance::Dot.into()).await);
    assert!(sentence.contains("Dot") && sentence.contains("Cosine"), "{sentence}");
    let sentence = refusal(create(|request| request.sparse_vectors_config = None).await);
    assert!(sentence.contains("nothing in bm25"), "{sentence}");
    let sentence = refusal(
        create(|request| {
            let optimizers = wire::OptimizersConfigDiff { prevent_unoptimized: Some(true), ..Default::default() };
            request.optimizers_config = Some(optimizers);
        })
        .await,
    );
    assert!(sentence.contains("prevent_unoptimized"), "{sentence}");
}

fn like_ours() -> wire::CreateCollection {
    let dense =
        wire::VectorParams { size: DIMENSIONS as u64, distance: wire::Distance::Cosine.into(), ..Default::default() };
    let dense = wire::VectorParamsMap { map: [("dense".to_owned(), dense)].into() };
    let sparse = wire::SparseVectorParams { modifier: Some(wire::Modifier::Idf.into()), ..Default::default() };
    wire::CreateCollection {
        collection_name: format!("lectern_{HERE}_{}", generation(1, DIMENSIONS).id),
        vectors_config: Some(wire::vectors_config::Config::from(dense).into()),
        sparse_vectors_config: Some(wire::SparseVectorConfig { map: [("bm25".to_owned(), sparse)].into() }),
        ..Default::default()
    }
}

fn dense(request: &mut wire::CreateCollection) -> &mut wire::VectorParams {
    match request.vectors_config.as_mut().unwrap().config.as_mut().unwrap() {
        wire::vectors_config::Config::ParamsMap(named) => named.map.get_mut("dense").unwrap(),
        wire::vectors_config::Config::Params(_) => panic!("ours are named"),
    }
}

#[tokio::test]
async fn the_alias_moves_and_generations_keep_apart() {
    let server = TestServer::start().await;
    let cluster = connect(&server).await;
    let (old, new) = (generation(1, DIMENSIONS), generation(2, DIMENSIONS + 1));
    let before = try_open(&cluster, 1, old.dimensions).await.unwrap();
    before.upsert(vec![point(0)]).await.unwrap();
    assert_eq!(cluster.live(HERE).await.unwrap(), None);
    assert!(matches!(cluster.make_live(HERE, new.id).await, Err(IndexError::Damaged(_))));

    let after = try_open(&cluster, 2, new.dimensions).await.unwrap();
    cluster.make_live(HERE, old.id).await.unwrap();
    assert_eq!(cluster.live(HERE).await.unwrap(), Some(old.id));
    cluster.make_live(HERE, new.id).await.unwrap();
    assert_eq!(cluster.live(HERE).await.unwrap(), Some(new.id));
    assert_eq!((before.count(&everything()).await.unwrap(), after.count(&everything()).await.unwrap()), (1, 0));

    assert!(cluster.holds(&old).await.unwrap());
    cluster.remove(HERE, old.id).await.unwrap();
    assert!(!cluster.holds(&old).await.unwrap());
    cluster.remove(HERE, old.id).await.unwrap();
    assert_eq!(cluster.live(HERE).await.unwrap(), Some(new.id));
    assert!(before.count(&everything()).await.is_err());
}
