//! What becomes of what is told to nobody, by whoever breaks down, or to too many.

use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::*;

const HERE: WorkspaceId = WorkspaceId(Uuid::from_u128(1));

fn visitor() -> Principal {
    Principal::anonymous(HERE)
}

fn open<F>(streams: &Streams, tell: impl FnOnce(Pen) -> F) -> Reader
where
    F: Future<Output = Ending> + Send + 'static,
{
    streams.open(&visitor(), SeenWith::new(&visitor(), None), tell).unwrap()
}

async fn all(reader: &Reader) -> Vec<(u64, &'static str, Value)> {
    let (mut told, mut after) = (Vec::new(), 0);
    while let Some(line) = reader.line(after).await {
        after = line.number;
        told.push((line.number, line.name, serde_json::from_str(&line.data).unwrap()));
    }
    told
}

#[tokio::test]
async fn every_reader_reads_all_of_it_at_their_own_pace() {
    let streams = Streams::default();
    let (go, gone) = oneshot::channel::<()>();
    let reader = open(&streams, |pen| async move {
        pen.say("delta", &json!(1));
        gone.await.unwrap();
        pen.say("delta", &json!(2));
        Ending::done(&json!(3))
    });
    assert_eq!(reader.line(0).await.unwrap().number, 1);
    let late = streams.join(&visitor(), &reader.id().to_string()).unwrap();
    go.send(()).unwrap();
    let expected = vec![(1, "delta", json!(1)), (2, "delta", json!(2)), (3, "done", json!(3))];
    assert_eq!(all(&late).await, expected);
    assert_eq!(all(&reader).await, expected);
}

#[tokio::test(start_paused = true)]
async fn whoever_tells_nobody_learns_it_and_may_end() {
    let streams = Streams::default();
    let (said, heard) = oneshot::channel();
    let reader = open(&streams, |pen| async move {
        pen.enough().cancelled().await;
        pen.say("delta", &json!("the end of a thought"));
        said.send(()).unwrap();
        Ending::done(&json!(null))
    });
    let id = reader.id().to_string();
    drop(reader);
    // Back in time: it goes on.
    tokio::time::sleep(GRACE / 2).await;
    let back = streams.join(&visitor(), &id).unwrap();
    tokio::time::sleep(GRACE * 4).await;
    assert!(!back.0.enough.is_cancelled());
    drop(back);
    heard.await.unwrap();
    let late = streams.join(&visitor(), &id).unwrap();
    assert_eq!(all(&late).await.len(), 2);
}

#[tokio::test]
async fn a_panic_is_an_end() {
    let streams = Streams::default();
    let reader = open(&streams, |pen| async move {
        pen.say("delta", &json!(1));
        assert!(pen.stream().is_empty(), "told by a test");
        Ending::done(&json!(null))
    });
    let told = all(&reader).await;
    assert_eq!((told.len(), told[1].1), (2, "failed"));
    assert_eq!(told[1].2["error"]["code"], "internal");
}

#[tokio::test]
async fn what_is_revoked_is_gone_at_once_and_for_good() {
    let streams = Streams::default();
    static TOLD_ON: AtomicBool = AtomicBool::new(false);
    let reader = open(&streams, |pen| async move {
        pen.say("delta", &json!("a secret"));
        pen.enough().cancelled().await;
        pen.say("delta", &json!("another secret"));
        TOLD_ON.store(true, Ordering::SeqCst);
        Ending::done(&json!("all secrets"))
    });
    assert_eq!(reader.line(0).await.unwrap().number, 1);
    reader.revoke();
    let check = |told: Vec<(u64, &str, Value)>| {
        assert_eq!((told.len(), told[0].0, told[0].1), (1, 2, "failed"));
        assert_eq!(told[0].2["error"]["code"], "revoked");
    };
    check(all(&reader).await);
    streams.ended().await;
    assert!(TOLD_ON.load(Ordering::SeqCst));
    check(all(&reader).await);
    reader.revoke();
    check(all(&streams.join(&visitor(), &reader.id().to_string()).unwrap()).await);
}

#[tokio::test]
async fn a_house_that_closes_waits_for_answers_and_not_for_what_can_be_made_up_for() {
    let streams = Streams::default();
    static KEPT_ON: AtomicBool = AtomicBool::new(false);
    streams.meanwhile(async {
        std::future::pending::<()>().await;
    });
    let closing = streams.closing.clone();
    streams.beside(async move {
        closing.cancelled().await;
        tokio::task::yield_now().await;
        KEPT_ON.store(true, Ordering::SeqCst);
    });
    // Would never return if it waited for both.
    streams.ended().await;
    assert!(KEPT_ON.load(Ordering::SeqCst));
}

#[tokio::test]
async fn a_stream_is_its_askers_and_of_their_workspace() {
    let streams = Streams::default();
    let reader = open(&streams, |_| async { Ending::done(&json!(null)) });
    let id = reader.id().to_string();
    let person = Principal::operator(HERE);
    let elsewhere = Principal::anonymous(WorkspaceId(Uuid::from_u128(2)));
    for other in [person, elsewhere] {
        assert!(streams.join(&other, &id).is_err());
    }
    assert!(streams.join(&visitor(), &id).is_ok());
}

#[tokio::test]
async fn what_ended_long_ago_is_not_kept() {
    let streams = Streams::default();
    let reader = open(&streams, |_| async { Ending::done(&json!(null)) });
    assert_eq!(all(&reader).await.len(), 1);
    reader.0.told().ended = Instant::now().checked_sub(KEPT);
    assert!(streams.join(&visitor(), &reader.id().to_string()).is_err());
    open(&streams, |_| async { Ending::done(&json!(null)) });
    assert_eq!(streams.shelf().len(), 1);
}

#[tokio::test]
async fn the_shelf_is_bounded_and_what_ended_first_goes_first() {
    let streams = Streams::default();
    let first = open(&streams, |_| async { Ending::done(&json!(null)) });
    assert_eq!(all(&first).await.len(), 1);
    let running = open(&streams, |pen| async move {
        pen.enough().cancelled().await;
        Ending::done(&json!(null))
    });
    for _ in 2..MOST {
        all(&open(&streams, |_| async { Ending::done(&json!(null)) })).await;
    }
    assert!(streams.join(&visitor(), &first.id().to_string()).is_ok());
    open(&streams, |_| async { Ending::done(&json!(null)) });
    assert!(streams.join(&visitor(), &first.id().to_string()).is_err());
    assert!(streams.join(&visitor(), &running.id().to_string()).is_ok());
    assert_eq!(streams.shelf().len(), MOST);
}
