//! Leases: a worker that is not heard of loses its job, and what it still writes changes nothing, whatever the clock.

use ingest::ports::{Catalog, CatalogError, Change, Outcome, Settlement};
use server::store::{Fault, Hold, JobKind, LEASE, StageLine};

use crate::ground::{Ground, HOUR_MS, MODEL, draft, label, on_both};

on_both!(
    a_running_job_is_left_alone_until_its_lease_ends,
    a_beat_keeps_the_job,
    the_late_settle_of_a_dead_worker_changes_nothing,
    the_late_relabel_of_a_dead_worker_changes_nothing,
    the_late_end_of_a_dead_worker_changes_nothing,
    the_late_words_of_a_dead_worker_change_nothing,
    what_goes_with_its_owner_is_for_anybody_at_once,
    a_clock_that_jumps_ahead_hands_the_job_on_and_fences_the_first,
    a_clock_that_jumps_back_neither_loses_nor_doubles_the_job,
    a_restart_takes_its_own_jobs_up_at_once_and_no_others,
    a_job_that_was_never_closed_goes_when_its_owner_comes_back,
);

fn lease_ms() -> i64 {
    i64::try_from(LEASE.as_millis()).unwrap()
}

async fn a_running_job_is_left_alone_until_its_lease_ends(ground: Ground) {
    let (lease, _) = ground.job(&[("a.md", "public")]).await;
    ground.turn(lease_ms());
    assert_eq!(ground.store.job_claim(JobKind::Ingest, "b").await.unwrap(), None);
    ground.turn(1);
    let taken = ground.store.job_claim(JobKind::Ingest, "b").await.unwrap().unwrap();
    assert_eq!(taken.job, lease.job);
    assert!(taken.fence > lease.fence);
    assert!(!ground.store.job_beat(&lease).await.unwrap());
    assert!(ground.store.job_beat(&taken).await.unwrap());
}

async fn a_beat_keeps_the_job(ground: Ground) {
    let (lease, _) = ground.job(&[("a.md", "public")]).await;
    for _ in 0..5 {
        ground.turn(lease_ms() - 1);
        assert!(ground.store.job_beat(&lease).await.unwrap());
        assert_eq!(ground.store.job_claim(JobKind::Ingest, "b").await.unwrap(), None);
    }
}

async fn the_late_settle_of_a_dead_worker_changes_nothing(ground: Ground) {
    let (dead, items) = ground.job(&[("a.md", "public")]).await;
    ground.turn(lease_ms() + 1);
    let alive = ground.store.job_claim(JobKind::Ingest, "b").await.unwrap().unwrap();
    let late = Settlement {
        item: items[0].clone(),
        change: Change::Publish(Box::new(draft(&items[0], "too late"))),
        outcome: Outcome::Indexed { document: items[0].document, chunks: 1 },
        inside: None,
    };
    let refused = ground.catalog(&dead).await.settle(MODEL, std::slice::from_ref(&late)).await;
    assert!(matches!(refused, Err(CatalogError::LeaseLost)), "{refused:?}");
    assert_eq!(ground.store.document_count(&ground.everything()).await.unwrap(), 0);
    assert_eq!(ground.store.job_items_queued(&alive).await.unwrap(), items);
    ground.catalog(&alive).await.settle(MODEL, &[late]).await.unwrap();
    assert_eq!(ground.store.document_count(&ground.everything()).await.unwrap(), 1);
}

async fn the_late_relabel_of_a_dead_worker_changes_nothing(ground: Ground) {
    let published = ground.publish("a.md", "internal", "secret").await;
    let (dead, _) = ground.job(&[("b.md", "public")]).await;
    ground.turn(lease_ms() + 1);
    ground.store.job_claim(JobKind::Ingest, "b").await.unwrap().unwrap();
    let refused = ground.catalog(&dead).await.relabel(published.document, &label("public")).await;
    assert!(matches!(refused, Err(CatalogError::LeaseLost)), "{refused:?}");
    assert_eq!(ground.store.document_count(&ground.reader("public")).await.unwrap(), 0);
}

async fn the_late_end_of_a_dead_worker_changes_nothing(ground: Ground) {
    let (dead, _) = ground.job(&[("a.md", "public")]).await;
    ground.turn(lease_ms() + 1);
    let alive = ground.store.job_claim(JobKind::Ingest, "b").await.unwrap().unwrap();
    ground.store.job_finish(&dead).await.unwrap();
    ground.store.job_release(&dead).await.unwrap();
    ground.turn(1);
    assert_eq!(
        ground.store.job_claim(JobKind::Ingest, "c").await.unwrap(),
        None,
        "the dead worker gave away what is not its own"
    );
    let status = ground.store.job_status(ground.workspace, alive.job).await.unwrap().unwrap();
    assert_eq!(status.state, "running");
}

/// How far it is, where to go on, what is in hand, how it ended: none of it counts from somebody without the lease.
async fn the_late_words_of_a_dead_worker_change_nothing(ground: Ground) {
    let (dead, items) = ground.job(&[("a.md", "public")]).await;
    let store = &ground.store;
    let stage = |done| [StageLine { name: "read".into(), done, total: 9 }];
    assert_eq!(store.job_progress(&dead, &stage(1)).await.unwrap(), Hold::Held);
    assert!(store.job_keep_checkpoint(&dead, "early").await.unwrap());
    ground.turn(lease_ms() + 1);
    let alive = store.job_claim(JobKind::Ingest, "b").await.unwrap().unwrap();
    assert_eq!(store.job_checkpoint(&alive).await.unwrap(), "early", "whoever takes over goes on there");
    let before = ground.row_of(alive.job).await;

    assert_eq!(store.job_look(&dead).await.unwrap(), Hold::Lost);
    assert_eq!(store.job_progress(&dead, &stage(7)).await.unwrap(), Hold::Lost);
    assert!(!store.job_keep_checkpoint(&dead, "late").await.unwrap());
    assert!(!store.job_take_in_hand(&dead, &[0]).await.unwrap());
    store.job_set_back(&dead, Fault::Job, "late").await.unwrap();
    store.job_fail(&dead, "late").await.unwrap();
    store.job_cancel(&dead).await.unwrap();
    assert_eq!(ground.row_of(alive.job).await, before);
    assert_eq!(store.job_items_queued(&alive).await.unwrap(), items);
    assert_eq!(store.job_look(&alive).await.unwrap(), Hold::Held);
}

async fn what_goes_with_its_owner_is_for_anybody_at_once(ground: Ground) {
    let (own, _) = ground.job(&[("a.md", "public")]).await;
    assert_eq!(ground.store.jobs_release("another").await.unwrap(), 0);
    assert_eq!(ground.store.jobs_release("tester").await.unwrap(), 1);
    assert_eq!(ground.store.job_look(&own).await.unwrap(), Hold::Lost);
    let next = ground.store.job_claim(JobKind::Ingest, "another").await.unwrap().unwrap();
    assert_eq!((next.job, next.faults), (own.job, 0), "whoever goes in order is not to blame");
}

async fn a_clock_that_jumps_ahead_hands_the_job_on_and_fences_the_first(ground: Ground) {
    let (first, items) = ground.job(&[("a.md", "public")]).await;
    ground.turn(HOUR_MS);
    let second = ground.store.job_claim(JobKind::Ingest, "b").await.unwrap().unwrap();
    ground.turn(-HOUR_MS);
    // The first is alive and its clock is right again; still only the higher fence may write.
    assert!(!ground.store.job_beat(&first).await.unwrap());
    ground.settle(&second, &items[0], Change::Publish(Box::new(draft(&items[0], "once")))).await;
    ground.store.job_finish(&second).await.unwrap();
    assert_eq!(ground.store.job_claim(JobKind::Ingest, "a").await.unwrap(), None);
    assert_eq!(ground.store.document_count(&ground.everything()).await.unwrap(), 1);
}

async fn a_clock_that_jumps_back_neither_loses_nor_doubles_the_job(ground: Ground) {
    let (lease, items) = ground.job(&[("a.md", "public")]).await;
    ground.turn(-HOUR_MS);
    assert!(ground.store.job_beat(&lease).await.unwrap());
    ground.settle(&lease, &items[0], Change::Publish(Box::new(draft(&items[0], "once")))).await;
    // It dies here; others wait for the lease as they see it, and no longer.
    ground.turn(lease_ms() + 1);
    let next = ground.store.job_claim(JobKind::Ingest, "b").await.unwrap().unwrap();
    assert_eq!(ground.store.job_items_queued(&next).await.unwrap(), []);
    // A job begun under the slow clock is claimed all the same.
    ground.store.job_finish(&next).await.unwrap();
    ground.job(&[("b.md", "public")]).await;
}

async fn a_restart_takes_its_own_jobs_up_at_once_and_no_others(ground: Ground) {
    let (own, _) = ground.job(&[("a.md", "public")]).await;
    let other = ground.store.job_begin(ground.workspace, JobKind::Ingest, None, "other").await.unwrap();
    ground.store.job_close(other).await.unwrap();
    assert_eq!(ground.store.job_claim(JobKind::Ingest, "other").await.unwrap().unwrap().job, other);
    // The clock fell back an hour over the restart: the own lease seems to last, and must not matter.
    ground.turn(-HOUR_MS);
    ground.store.job_recover("tester").await.unwrap();
    assert_eq!(ground.store.job_claim(JobKind::Ingest, "tester").await.unwrap().unwrap().job, own.job);
    assert_eq!(ground.store.job_claim(JobKind::Ingest, "tester").await.unwrap(), None);
}

async fn a_job_that_was_never_closed_goes_when_its_owner_comes_back(ground: Ground) {
    let own = ground.store.job_begin(ground.workspace, JobKind::Ingest, None, "tester").await.unwrap();
    let other = ground.store.job_begin(ground.workspace, JobKind::Ingest, None, "other").await.unwrap();
    ground.store.job_recover("tester").await.unwrap();
    assert_eq!(ground.store.job_status(ground.workspace, own).await.unwrap(), None);
    assert_eq!(ground.store.job_status(ground.workspace, other).await.unwrap().unwrap().state, "open");
    assert_eq!(ground.store.job_claim(JobKind::Ingest, "tester").await.unwrap(), None);
}
