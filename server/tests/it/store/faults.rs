//! Faults of a job's own: what was in hand each time goes into quarantine, and everything else goes on.

use ingest::ports::{Catalog, Item, Outcome, Settlement};
use server::store::{Fault, JobKind, LEASE, Lease, Onlooker};

use crate::ground::{Ground, MODEL, on_both};

on_both!(
    what_kills_its_process_three_times_is_quarantined,
    what_was_not_in_hand_bears_no_blame,
    a_fault_of_the_house_is_nobodys,
    what_is_quarantined_is_tried_again_when_somebody_says_so,
    a_job_without_items_is_given_up_where_it_gets_nowhere,
    a_job_without_items_that_gets_on_is_not_given_up,
);

/// Its process dies; another takes the job up.
async fn dies(ground: &Ground, kind: JobKind) -> Option<Lease> {
    ground.turn(i64::try_from(LEASE.as_millis()).unwrap() + 1);
    ground.store.job_claim(kind, "next").await.unwrap()
}

async fn indexed(ground: &Ground, lease: &Lease, item: &Item) {
    let outcome = Outcome::Indexed { document: item.document, chunks: 0 };
    let settlement = Settlement { item: item.clone(), change: ingest::ports::Change::None, outcome, inside: None };
    ground.catalog(lease).await.settle(MODEL, &[settlement]).await.unwrap();
}

async fn states(ground: &Ground, lease: &Lease) -> Vec<String> {
    let status = ground.store.job_status(ground.workspace, lease.job).await.unwrap().unwrap();
    status.items.into_iter().map(|line| line.state).collect()
}

/// Works as the library does: as many in hand as the lease allows, and dead as soon as the poison is among them.
async fn works_until_it_dies(ground: &Ground, lease: &Lease, poison: u32) {
    let items = ground.store.job_items_queued(lease).await.unwrap();
    for in_hand in items.chunks(lease.at_hand().unwrap_or(items.len()).max(1)) {
        let ordinals: Vec<u32> = in_hand.iter().map(|item| item.ordinal).collect();
        if lease.at_hand().is_some() {
            assert!(ground.store.job_take_in_hand(lease, &ordinals).await.unwrap());
        }
        if ordinals.contains(&poison) {
            return;
        }
        for item in in_hand {
            indexed(ground, lease, item).await;
        }
    }
    ground.store.job_finish(lease).await.unwrap();
}

async fn what_kills_its_process_three_times_is_quarantined(ground: Ground) {
    let names: Vec<String> = (0..30).map(|n| format!("{n}.md")).collect();
    let items: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "public")).collect();
    for poison in [0, 13, 29] {
        let (mut lease, _) = ground.job(&items).await;
        let mut deaths = 0;
        loop {
            works_until_it_dies(&ground, &lease, poison).await;
            match dies(&ground, JobKind::Ingest).await {
                Some(next) => (lease, deaths) = (next, deaths + 1),
                None => break,
            }
        }
        assert_eq!(deaths, 3, "poison at {poison}");
        let mut expected = vec!["indexed"; 30];
        expected[poison as usize] = "quarantined";
        assert_eq!(states(&ground, &lease).await, expected);
        let status = ground.store.job_status(ground.workspace, lease.job).await.unwrap().unwrap();
        assert_eq!(status.state, "done");
        assert!(status.items[poison as usize].reason.as_deref().unwrap().contains("lectern retry"));
        ground.turn(1);
    }
}

async fn what_was_not_in_hand_bears_no_blame(ground: Ground) {
    let (first, _) = ground.job(&[("a.md", "public"), ("b.md", "public")]).await;
    let mut lease = first;
    // After the first two deaths it is written down what is in hand: the second item never is.
    for _ in 0..5 {
        if lease.at_hand().is_some() {
            assert!(ground.store.job_take_in_hand(&lease, &[0]).await.unwrap());
        }
        lease = dies(&ground, JobKind::Ingest).await.unwrap();
    }
    assert_eq!(states(&ground, &lease).await, ["quarantined", "queued"]);
}

async fn a_fault_of_the_house_is_nobodys(ground: Ground) {
    let (mut lease, _) = ground.job(&[("a.md", "public")]).await;
    for _ in 0..6 {
        ground.store.job_set_back(&lease, Fault::House, "the disk is full").await.unwrap();
        lease = dies(&ground, JobKind::Ingest).await.unwrap();
        assert_eq!((lease.faults, lease.at_hand()), (0, None));
    }
    assert_eq!(states(&ground, &lease).await, ["queued"]);
}

async fn what_is_quarantined_is_tried_again_when_somebody_says_so(ground: Ground) {
    let (mut lease, _) = ground.job(&[("a.md", "public")]).await;
    for _ in 0..3 {
        if lease.at_hand().is_some() {
            assert!(ground.store.job_take_in_hand(&lease, &[0]).await.unwrap());
        }
        ground.store.job_set_back(&lease, Fault::Job, "something in it stopped the work").await.unwrap();
        lease = dies(&ground, JobKind::Ingest).await.unwrap();
    }
    assert_eq!(states(&ground, &lease).await, ["quarantined"]);
    ground.store.job_finish(&lease).await.unwrap();
    let everything = ground.everything();
    let onlooker = Onlooker { clearance: &everything, person: None, keeps_house: false };
    let retried = ground.store.job_retry(onlooker, None, "tester").await.unwrap().unwrap();
    let again = ground.store.job_claim(JobKind::Ingest, "tester").await.unwrap().unwrap();
    assert_eq!((again.job, again.faults), (retried, 0));
    assert_eq!(states(&ground, &again).await, ["queued"]);
}

async fn a_job_without_items_is_given_up_where_it_gets_nowhere(ground: Ground) {
    let job = ground.store.job_queue(ground.workspace, JobKind::Expire, None, "tester").await.unwrap();
    assert_eq!(ground.store.job_claim(JobKind::Expire, "tester").await.unwrap().unwrap().job, job);
    assert_eq!(dies(&ground, JobKind::Expire).await.unwrap().faults, 1);
    assert_eq!(dies(&ground, JobKind::Expire).await.unwrap().faults, 2);
    assert_eq!(dies(&ground, JobKind::Expire).await, None);
    assert_eq!(ground.store.job_status(ground.workspace, job).await.unwrap().unwrap().state, "failed");
    let next = ground.store.job_queue(ground.workspace, JobKind::Expire, None, "tester").await.unwrap();
    assert_ne!(next, job, "another begins when it is due");
}

async fn a_job_without_items_that_gets_on_is_not_given_up(ground: Ground) {
    ground.store.job_queue(ground.workspace, JobKind::Reconcile, None, "tester").await.unwrap();
    let mut lease = ground.store.job_claim(JobKind::Reconcile, "tester").await.unwrap().unwrap();
    for _ in 0..6 {
        ground.store.job_progress(&lease, &[]).await.unwrap();
        lease = dies(&ground, JobKind::Reconcile).await.unwrap();
    }
}
