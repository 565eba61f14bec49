//! Rights taken away while requests are on their way. Whatever is asked after the change was acknowledged knows of it:
//! by every route that reads, with every credential, however many ask at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use retrieval::access::{AccessTier, Role};
use retrieval::model::PersonId;
use server::people::{PersonChange, PersonState};

use crate::http::{Holding, Reply, Served, served};

/// Of the document that is taken away, and of no other.
const MARK: &str = "thirty business days";
const AT_ONCE: usize = 8;
/// Of each of the askers, before and after.
const BEFORE: usize = 5;
const AFTER: usize = 20;

/// Somebody who reads `pay.md`, with a cookie and with a key.
async fn reader(served: &Served) -> (PersonId, Vec<Holding>) {
    served.person("boss", Role::Admin, "restricted").await;
    let (person, cookie) = served.person("ada", Role::Reader, "internal,groups=hr").await;
    let (_, key) = served.key(person, None).await;
    (person, vec![cookie, key])
}

async fn read(served: &Served, holding: &Holding, number: usize) -> Reply {
    match number % 2 {
        0 => served.by(holding, "POST", "/api/v1/search", r#"{"query":"refunds of wages"}"#).await,
        _ => served.by(holding, "POST", "/api/v1/ask", r#"{"question":"How long do refunds of wages take?"}"#).await,
    }
}

/// Ask from all sides, let `change` happen in the midst of it, and go on: 200 requests at least, most of them begun after
/// the change was acknowledged.
async fn race(served: Served, holdings: Vec<Holding>, change: impl AsyncFnOnce(&Served), is_stale: fn(&Reply) -> bool) {
    let (served, acknowledged) = (Arc::new(served), Arc::new(AtomicBool::new(false)));
    let (seen_before, begun) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut askers = tokio::task::JoinSet::new();
    for asker in 0..AT_ONCE {
        let (served, acknowledged, holding) =
            (Arc::clone(&served), Arc::clone(&acknowledged), holdings[asker % holdings.len()].clone());
        let (seen_before, begun) = (Arc::clone(&seen_before), Arc::clone(&begun));
        askers.spawn(async move {
            let (mut number, mut after) = (asker, 0);
            while after < AFTER {
                let is_after = acknowledged.load(Ordering::SeqCst);
                let reply = read(&served, &holding, number).await;
                assert!(!is_after || !is_stale(&reply), "stale after the change was acknowledged: {reply:?}");
                seen_before.fetch_add(usize::from(!is_after && reply.body.contains(MARK)), Ordering::SeqCst);
                begun.fetch_add(1, Ordering::SeqCst);
                (number, after) = (number + 1, after + usize::from(is_after));
            }
        });
    }
    while begun.load(Ordering::SeqCst) < AT_ONCE * BEFORE {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    change(&served).await;
    acknowledged.store(true, Ordering::SeqCst);
    while let Some(ended) = askers.join_next().await {
        ended.unwrap();
    }
    assert!(seen_before.load(Ordering::SeqCst) > 0, "nothing was to be lost");
    assert!(begun.load(Ordering::SeqCst) >= 200);
}

fn is_shown(reply: &Reply) -> bool {
    reply.body.contains(MARK) || reply.body.contains("pay.md")
}

fn is_let_in(reply: &Reply) -> bool {
    reply.status.is_success()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_document_is_gone_at_once() {
    let served = served().await;
    let (_, holdings) = reader(&served).await;
    let change = async |served: &Served| {
        let store = &served.library.store;
        let everything = served.library.clearance.clone();
        let document = store.document_by_name(&everything, "pay.md").await.unwrap().unwrap();
        // The row alone: the index is not told, and must not be needed.
        assert!(store.document_remove(served.library.workspace, document).await.unwrap().is_some());
    };
    race(served, holdings, change, is_shown).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_of_a_higher_tier_is_gone_at_once() {
    let served = served().await;
    let (_, holdings) = reader(&served).await;
    let change = async |served: &Served| {
        let store = &served.library.store;
        let everything = served.library.clearance.clone();
        let document = store.document_by_name(&everything, "pay.md").await.unwrap().unwrap();
        let label = crate::ground::label("restricted,groups=hr");
        assert!(store.document_relabel(served.library.workspace, document, &label).await.unwrap());
    };
    race(served, holdings, change, is_shown).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_that_is_gone_lets_nobody_in() {
    let served = served().await;
    let (_, holdings) = reader(&served).await;
    let change = async |served: &Served| {
        let group = "hr".parse().unwrap();
        assert!(served.library.store.group_remove(served.library.workspace, &group).await.unwrap());
    };
    race(served, holdings, change, is_shown).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lowered_person_reads_less_at_once() {
    let served = served().await;
    let (person, holdings) = reader(&served).await;
    let change = async |served: &Served| {
        let change = PersonChange { tier: Some(AccessTier::Public), ..PersonChange::default() };
        assert!(served.people.change(person, change).await.unwrap());
    };
    race(served, holdings, change, is_shown).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_suspended_person_is_outside_with_all_they_hold() {
    let served = served().await;
    let (person, holdings) = reader(&served).await;
    let change = async |served: &Served| {
        let change = PersonChange { state: Some(PersonState::Suspended), ..PersonChange::default() };
        assert!(served.people.change(person, change).await.unwrap());
    };
    race(served, holdings, change, is_let_in).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_key_opens_nothing() {
    let served = served().await;
    let (person, _) = reader(&served).await;
    let (key, holding) = served.key(person, None).await;
    let change = async |served: &Served| assert!(served.library.store.key_remove(key).await.unwrap());
    race(served, vec![holding], change, is_let_in).await;
}
