//! Whoever leaves takes the call with them: the server sees its connection close.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::join_all;
use prompts::chat::{ChatModel, Payer, Said};
use server::chat::Patience;
use server::clock::Clock;

use super::{PATIENT, asked, ladder, question, remote};
use crate::models::{Act, Format, ModelServer};

const ENDLESS: &str = "mock-ttft0-itl5-len1000000";

fn model(server: &ModelServer, format: Format, name: &str) -> Arc<dyn ChatModel> {
    ladder([remote(&server.url(), format, name, PATIENT)], &Clock::system())
}

#[tokio::test]
async fn a_reader_who_leaves_ends_the_call() {
    for format in Format::BOTH {
        let server = ModelServer::new().await;
        let mut streaming = model(&server, format, ENDLESS).stream(&question(), &Payer::House);
        for _ in 0..3 {
            assert!(matches!(streaming.next().await, Some(Ok(Said::Piece(_)))));
        }
        assert_eq!(server.open(), 1);
        drop(streaming);
        assert!(server.comes_to(0).await, "{format:?}");
    }
}

#[tokio::test]
async fn so_does_one_who_leaves_before_the_first_word() {
    for format in Format::BOTH {
        for act in [Act::Silence, Act::SilenceWithin] {
            let server = ModelServer::doing([act]).await;
            let mut streaming = model(&server, format, "m").stream(&question(), &Payer::House);
            tokio::select! {
                said = streaming.next() => panic!("{said:?}"),
                there = server.comes_to(1) => assert!(there),
            }
            // Long enough for the head of a reply.
            let waits = tokio::time::timeout(Duration::from_millis(50), streaming.next()).await;
            assert!(waits.is_err(), "it said something: {waits:?}");
            drop(streaming);
            assert!(server.comes_to(0).await, "{format:?}");
        }
    }
}

#[tokio::test]
async fn a_crowd_that_leaves_ends_all_of_its_calls() {
    const CROWD: usize = 200;
    let server = ModelServer::new().await;
    let model = model(&server, Format::OpenAi, ENDLESS);
    let readers = join_all((0..CROWD).map(|_| async {
        let mut streaming = model.stream(&question(), &Payer::House);
        assert!(matches!(streaming.next().await, Some(Ok(Said::Piece(_)))));
        streaming
    }))
    .await;
    assert_eq!(server.open(), CROWD);
    drop(readers);
    assert!(server.comes_to(0).await);
}

/// Only silence that somebody listens to counts: the model here is silent for longer than it may be, its reader waits for
/// less than that.
#[tokio::test]
async fn a_reader_who_takes_their_time_is_no_silence_of_the_model() {
    let idle = Duration::from_secs(2);
    let server = ModelServer::new().await;
    let model = remote(&server.url(), Format::OpenAi, "mock-ttft0-itl3000-len9", Patience { idle, ..PATIENT });
    let mut streaming = model.stream(&question(), &Payer::House);
    assert_eq!(streaming.next().await, Some(Ok(Said::Piece("word1 ".into()))));
    tokio::time::sleep(idle).await;
    assert_eq!(streaming.next().await, Some(Ok(Said::Piece("word2 ".into()))));
}

/// Many at once hear every word, each its own.
#[tokio::test]
async fn a_crowd_hears_all() {
    let server = ModelServer::new().await;
    let model = model(&server, Format::OpenAi, "mock-ttft5-itl1-len50");
    let expected: String = (1..=50).map(|at| format!("word{at} ")).collect();
    for (text, end) in join_all((0..200).map(|_| asked(&model))).await {
        assert_eq!((text.as_str(), end.is_ok()), (expected.as_str(), true), "{end:?}");
    }
}
