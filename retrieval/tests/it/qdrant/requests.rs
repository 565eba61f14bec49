//! What goes over the wire: the filter on every ranking, and as many pages as it takes.

use qdrant_client::qdrant as wire;
use retrieval::access::Principal;
use retrieval::model::{PointId, VersionId};
use retrieval::ports::{Mode, Point, Query, VectorIndex};
use uuid::Uuid;

use super::{open, point};
use crate::contract::{HERE, everything, question};
use crate::qdrant_server::TestServer;

#[tokio::test]
async fn every_ranking_carries_the_filter() {
    let server = TestServer::start().await;
    let index = open(&server).await;
    let (near, wordy) = (Point { text: "holidays".to_owned(), ..point(1) }, point(2));
    index.upsert(vec![near, wordy.clone()]).await.unwrap();
    let visitor = Principal::anonymous(HERE).clearance().unwrap();
    for mode in [Mode::Dense, Mode::Sparse, Mode::Hybrid] {
        let query = Query { candidates: 1, ..question(mode, 1_000, "refunds", 5) };
        index.search(&visitor, &query).await.unwrap();
    }
    let [dense, sparse, hybrid_dense, hybrid_sparse, cosine] = server.queries().try_into().unwrap();
    assert!(dense.filter.is_some());
    for ranking in [sparse, hybrid_dense, hybrid_sparse] {
        assert_eq!(ranking.filter, dense.filter);
    }
    // Even the look-up of what was found already.
    let [readable, ids] = cosine.filter.unwrap().must.try_into().unwrap();
    assert_eq!(vec![readable], dense.filter.unwrap().must);
    assert_eq!(ids, wire::Condition::has_id([wordy.id.to_string()]));
}

#[tokio::test]
async fn a_long_scroll_is_whole_whatever_the_pages() {
    let server = TestServer::start().await;
    let index = open(&server).await;
    let version = VersionId(Uuid::from_u128(7));
    let points: Vec<_> = (0..2_500).map(|number| Point { version, ..point(number) }).collect();
    let mut ids: Vec<_> = points.iter().map(|point| point.id).collect();
    ids.sort();
    index.upsert(points).await.unwrap();

    let all = index.scroll(&everything(), None, usize::MAX).await.unwrap();
    assert!(all.iter().map(|stored| stored.id).eq(ids.iter().copied()));
    let some = index.scroll(&everything(), Some(ids[99]), 1_200).await.unwrap();
    assert!(some.iter().map(|stored| stored.id).eq(ids[100..1_300].iter().copied()));
    assert!(index.scroll(&everything(), Some(PointId(Uuid::max())), 5).await.unwrap().is_empty());
    assert_eq!(index.points_of(&everything(), version).await.unwrap().len(), 2_500);
}
