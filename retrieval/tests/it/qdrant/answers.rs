//! What the adapter makes of the cluster's answers: unfinished writes, error codes, old versions, no answer, a wrong key.

use std::time::Duration;

use qdrant_client::qdrant::UpdateStatus;
use retrieval::access::{AccessLabel, AccessTier};
use retrieval::adapters::qdrant::{ApiKey, Cluster, ClusterAddress};
use retrieval::ports::{IndexError, Mode, VectorIndex};
use tonic::Code;

use super::{address, connect, open, point, refusal, try_open};
use crate::contract::{DIMENSIONS, everything, question};
use crate::qdrant_server::TestServer;

#[tokio::test]
async fn a_write_counts_only_when_it_is_completed() {
    let server = TestServer::start().await;
    let index = open(&server).await;
    index.upsert(vec![point(0)]).await.unwrap();
    let unfinished = [
        UpdateStatus::Acknowledged,
        UpdateStatus::WaitTimeout,
        UpdateStatus::ClockRejected,
        UpdateStatus::UnknownUpdateStatus,
    ];
    for status in unfinished {
        server.faults().write_status = Some(status);
        let label = AccessLabel::tier(AccessTier::Internal);
        let answers = [
            index.upsert(vec![point(1)]).await,
            index.relabel(point(0).document, &label).await,
            index.delete_versions(&[point(0).version]).await,
            index.delete_points(&[point(0).id]).await,
        ];
        for answer in answers {
            assert!(matches!(answer, Err(IndexError::Unavailable(_))), "{status:?} gave {answer:?}");
        }
    }
    server.faults().write_status = None;
    index.upsert(vec![point(1)]).await.unwrap();
    assert_eq!(index.count(&everything()).await.unwrap(), 2);
}

#[tokio::test]
async fn an_index_that_was_only_acknowledged_is_not_opened() {
    let server = TestServer::start().await;
    let cluster = connect(&server).await;
    server.faults().write_status = Some(UpdateStatus::Acknowledged);
    let opened = try_open(&cluster, 1, DIMENSIONS).await;
    assert!(matches!(opened, Err(IndexError::Unavailable(_))));
    server.faults().write_status = None;
    try_open(&cluster, 1, DIMENSIONS).await.unwrap();
}

#[tokio::test]
async fn error_codes_say_what_to_do_next() {
    let server = TestServer::start().await;
    let index = open(&server).await;
    let check = async |code: Code, expected: fn(&IndexError) -> bool| {
        server.faults().refusal = Some(code);
        for error in [
            index.search(&everything(), &question(Mode::Hybrid, 1, "refunds", 5)).await.unwrap_err(),
            index.upsert(vec![point(0)]).await.unwrap_err(),
            index.count(&everything()).await.unwrap_err(),
            index.scroll(&everything(), None, 1).await.unwrap_err(),
        ] {
            assert!(expected(&error), "{code:?} became {error:?}");
        }
    };
    for code in [Code::Unavailable, Code::DeadlineExceeded, Code::ResourceExhausted, Code::Internal, Code::Unknown] {
        check(code, |error| matches!(error, IndexError::Unavailable(_))).await;
    }
    for code in [Code::InvalidArgument, Code::PermissionDenied, Code::Unauthenticated, Code::Unimplemented] {
        check(code, |error| matches!(error, IndexError::Refused(_))).await;
    }
    for code in [Code::NotFound, Code::DataLoss] {
        check(code, |error| matches!(error, IndexError::Damaged(_))).await;
    }
}

#[tokio::test]
async fn a_collection_that_is_gone_is_damage() {
    let server = TestServer::start().await;
    let index = open(&server).await;
    server.wipe();
    assert!(matches!(index.count(&everything()).await, Err(IndexError::Damaged(_))));
    assert!(matches!(index.upsert(vec![point(0)]).await, Err(IndexError::Damaged(_))));
}

#[tokio::test]
async fn an_old_server_is_refused_in_a_sentence() {
    let server = TestServer::start().await;
    server.faults().version = "1.18.3";
    let sentence = refusal(Cluster::connect(&address(&server)).await);
    assert!(sentence.contains("1.18.3") && sentence.contains("1.19.0"), "{sentence}");
    for fine in ["1.19.0", ""] {
        server.faults().version = fine;
        Cluster::connect(&address(&server)).await.unwrap();
    }
}

#[tokio::test]
async fn nobody_there_is_unavailable_and_nonsense_is_refused() {
    let connect = async |url: &str| {
        let address = ClusterAddress { url: url.to_owned(), api_key: None, timeout: Duration::from_secs(2) };
        Cluster::connect(&address).await
    };
    let server = TestServer::start().await;
    let url = server.url.clone();
    drop(server);
    tokio::task::yield_now().await;
    assert!(matches!(connect(&url).await, Err(IndexError::Unavailable(_))));
    assert!(refusal(connect("localhost:6334").await).contains("http://"));
    let sentence = refusal(connect("http://me:secret@localhost:6334").await);
    assert!(!sentence.contains("secret"), "{sentence}");
}

#[tokio::test]
async fn the_key_is_sent_and_never_shown() {
    let server = TestServer::start().await;
    server.faults().api_key = Some("s3cr3t-key");
    let with_key = |key: &str| ClusterAddress { api_key: Some(key.parse().unwrap()), ..address(&server) };
    let cluster = Cluster::connect(&with_key("s3cr3t-key")).await.unwrap();
    try_open(&cluster, 1, DIMENSIONS).await.unwrap();

    let other = Cluster::connect(&with_key("wr0ng-key")).await.unwrap();
    let sentence = refusal(try_open(&other, 1, DIMENSIONS).await);
    assert!(!sentence.contains("wr0ng-key"), "{sentence}");
    assert!(!format!("{:?}", with_key("s3cr3t-key")).contains("s3cr3t"));
    let sentence = refusal("s3cr3t\nkey".parse::<ApiKey>());
    assert!(!sentence.contains("s3cr3t"), "{sentence}");
}
