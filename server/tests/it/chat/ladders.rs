//! Which model is asked: the first of the list that begins to answer, and none that rests.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use prompts::chat::{ChatError, ChatModel};
use server::chat::{Ladder, Price};
use server::clock::Clock;

use super::{PATIENT, asked, ladder, remote, rung};
use crate::models::{Act, Format, ModelServer};

const REST: u64 = 30_000;

/// A server that wants to be left alone: nobody asks it a second time for the same.
fn refusing() -> Act {
    Act::Status(429, vec![("Retry-After", "3600".into())], String::new())
}

fn model(server: &ModelServer, name: &str) -> Arc<dyn ChatModel> {
    remote(&server.url(), Format::OpenAi, name, PATIENT)
}

#[tokio::test]
async fn the_first_that_answers_answers_alone() {
    let servers =
        [ModelServer::doing([refusing()]).await, ModelServer::saying("b").await, ModelServer::saying("c").await];
    let [a, b, c] = &servers;
    let models = ladder([model(a, "a"), model(b, "b"), model(c, "c")], &Clock::system());
    assert_eq!(models.name(), "a");
    assert_eq!(asked(&models).await.0, "b");
    assert_eq!(servers.each_ref().map(|server| server.heard().len()), [1, 1, 0]);
    let [(_, body)] = &b.heard()[..] else { panic!("asked once") };
    assert_eq!(body["model"], "b");
}

#[tokio::test]
async fn when_all_fail_the_last_says_why() {
    let (a, b) = (ModelServer::doing([refusing()]).await, ModelServer::doing([Act::status(401)]).await);
    let models = ladder([model(&a, "a"), model(&b, "b")], &Clock::system());
    assert_eq!(asked(&models).await, (String::new(), Err(ChatError::Refused("401 Unauthorized".into()))));
    assert!(Ladder::new(Vec::new()).is_none());
}

/// The same would be too long tomorrow; whoever asked has to send less.
#[tokio::test]
async fn too_long_is_for_whoever_asked() {
    let (a, b) = (ModelServer::doing([Act::status(413)]).await, ModelServer::saying("b").await);
    let models = ladder([model(&a, "a"), model(&b, "b")], &Clock::system());
    for _ in 0..10 {
        assert!(matches!(asked(&models).await.1, Err(ChatError::TooLong(_))));
    }
    assert_eq!((a.heard().len(), b.heard().len()), (10, 0), "and it rests for nothing");
}

#[tokio::test]
async fn a_model_that_fails_in_a_row_is_left_alone_and_tried_again() {
    let dial = Arc::new(AtomicU64::new(1_000_000));
    let turned = Arc::clone(&dial);
    let clock = Clock::from_fn(move || UNIX_EPOCH + Duration::from_millis(turned.load(Ordering::SeqCst)));
    let script = std::iter::repeat_n(refusing(), 6).chain([Act::say("a")]);
    let (a, b) = (ModelServer::doing(script).await, ModelServer::saying("b").await);
    let (models, alone) = (ladder([model(&a, "a"), model(&b, "b")], &clock), ladder([model(&a, "a")], &clock));
    for _ in 0..20 {
        assert_eq!(asked(&models).await.0, "b");
    }
    assert_eq!((a.heard().len(), b.heard().len()), (5, 20));
    dial.fetch_add(REST, Ordering::SeqCst);
    for _ in 0..3 {
        assert_eq!(asked(&models).await.0, "b", "the one that tried failed again");
    }
    assert_eq!(a.heard().len(), 6);
    dial.fetch_add(REST, Ordering::SeqCst);
    for _ in 0..3 {
        assert_eq!(asked(&models).await.0, "a", "it is back");
    }
    assert_eq!(asked(&alone).await.0, "a", "what one ladder knows is not what another knows");
}

#[tokio::test]
async fn a_house_whose_only_model_rests_says_so_at_once() {
    let server = ModelServer::doing([refusing()]).await;
    let models = ladder([model(&server, "a")], &Clock::from_fn(|| UNIX_EPOCH));
    for _ in 0..9 {
        assert!(asked(&models).await.1.is_err());
    }
    let error = asked(&models).await.1.unwrap_err().to_string();
    assert!(error.contains("left alone for a while"), "{error}");
    assert_eq!(server.heard().len(), 5);
}

#[tokio::test]
async fn whoever_answered_has_a_price_or_none() {
    let price = Price { input_micros: 1_000_000, output_micros: 2_000_000 };
    let (a, b) = (ModelServer::doing([refusing()]).await, ModelServer::saying("b").await);
    let cost = async |prices: [Option<Price>; 2]| {
        let rungs = [(&a, prices[0]), (&b, prices[1])];
        let rungs = rungs.map(|(server, price)| rung(model(server, "m"), price, &Clock::system()));
        let models: Arc<dyn ChatModel> = Arc::new(Ladder::new(rungs.into()).unwrap());
        asked(&models).await.1.unwrap().cost_micros
    };
    assert_eq!(cost([None, Some(price)]).await, Some(7 + 2 * 3));
    assert_eq!(cost([Some(price), None]).await, None, "unknown, and not the price of somebody else");
    assert_eq!(cost([Some(price), Some(Price::default())]).await, Some(0), "which somebody said");
}
