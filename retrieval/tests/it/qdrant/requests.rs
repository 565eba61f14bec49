//! What goes over the wire: the filter on every ranking, and as many pages as it takes.

use retrieval::access::Principal;
use retrieval::model::{PointId, VersionId};
use retrieval::ports::{Mode, Point, VectorIndex};
use uuid::Uuid;

use super::{open, point};
use crate::contract::{HERE, everything, question};
use crate::qdrant_server::TestServer;

#[tokio::test]
async fn every_ranking_carries_the_filter() {
    let server = TestServer::start().await;
    let index = open(&server).await;
    let visitor = Principal::anonymous(HERE).clearance().unwrap();
    for mode in [Mode::Dense, Mode::Sparse, Mode::Hybrid] {
        index.search(&visitor, &question(mode, 1, "refunds", 5)).await.unwrap();
    }
    let [dense, sparse, hybrid] = server.queries().try_into().unwrap();
    assert!(dense.filter.is_some() && dense.prefetch.is_empty());
    assert_eq!(sparse.filter, dense.filter);
    assert_eq!(hybrid.prefetch.len(), 2);
    for prefetch in hybrid.prefetch {
        assert_eq!(prefetch.filter, dense.filter);
    }
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
