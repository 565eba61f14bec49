//! Jobs: taken in, worked on one after another, every item ending once.

use ingest::ports::{Catalog, Change, Outcome, Settlement};
use retrieval::model::{DocumentId, JobId, WorkspaceId};
use server::store::{JobKind, NewItem};
use uuid::Uuid;

use crate::ground::{Ground, MODEL, draft, label, on_both};

on_both!(
    nobody_works_on_a_job_that_is_still_open,
    jobs_are_claimed_oldest_first_and_once,
    what_is_settled_is_not_queued_again,
    every_outcome_reads_back_as_it_ended,
    a_foreign_or_absent_job_is_nothing,
    items_keep_the_ids_they_were_accepted_with,
);

async fn nobody_works_on_a_job_that_is_still_open(ground: Ground) {
    let job = ground.store.job_begin(ground.workspace, JobKind::Ingest, None, "tester").await.unwrap();
    assert_eq!(ground.store.job_claim(JobKind::Ingest, "a").await.unwrap(), None);
    ground.store.job_close(job).await.unwrap();
    assert_eq!(ground.store.job_claim(JobKind::Ingest, "a").await.unwrap().unwrap().job, job);
}

async fn jobs_are_claimed_oldest_first_and_once(ground: Ground) {
    let mut jobs = Vec::new();
    for _ in 0..6 {
        let job = ground.store.job_begin(ground.workspace, JobKind::Ingest, None, "tester").await.unwrap();
        ground.store.job_close(job).await.unwrap();
        ground.turn(1);
        jobs.push(job);
    }
    assert_eq!(ground.store.job_claim(JobKind::Ingest, "a").await.unwrap().unwrap().job, jobs[0]);
    // Eight at once want the other five: a claim that lost a race may come back empty, but no job is handed out twice.
    let mut claimed = vec![];
    for _ in 0..8 {
        let claims = futures_util::future::join_all((0..8).map(|_| ground.store.job_claim(JobKind::Ingest, "b"))).await;
        claimed.extend(claims.into_iter().filter_map(|lease| lease.unwrap().map(|lease| lease.job)));
    }
    claimed.sort_unstable();
    let mut expected = jobs[1..].to_vec();
    expected.sort_unstable();
    assert_eq!(claimed, expected);
}

async fn what_is_settled_is_not_queued_again(ground: Ground) {
    let (lease, items) = ground.job(&[("a.md", "public"), ("b.md", "public"), ("c.md", "public")]).await;
    ground.settle(&lease, &items[1], Change::Publish(Box::new(draft(&items[1], "b")))).await;
    let left = ground.store.job_items_queued(&lease).await.unwrap();
    assert_eq!(left, [items[0].clone(), items[2].clone()]);
    ground.store.job_release(&lease).await.unwrap();
    ground.turn(1);
    let taken_up = ground.store.job_claim(JobKind::Ingest, "another").await.unwrap().unwrap();
    assert_eq!(ground.store.job_items_queued(&taken_up).await.unwrap(), left);
}

async fn every_outcome_reads_back_as_it_ended(ground: Ground) {
    let document = DocumentId(Uuid::from_u128(7));
    let outcomes = [
        (Outcome::Indexed { document, chunks: 3 }, "indexed", Some(document), 3, None),
        (Outcome::Unchanged { document, chunks: 2 }, "unchanged", Some(document), 2, None),
        (Outcome::Relabelled { document, chunks: 1 }, "relabelled", Some(document), 1, None),
        (Outcome::Duplicate { document }, "duplicate", Some(document), 0, None),
        (Outcome::Failed { reason: "no 'text'; -- é".into() }, "failed", None, 0, Some("no 'text'; -- é".to_owned())),
    ];
    let (lease, items) =
        ground.job(&[("a", "public"), ("b", "public"), ("c", "public"), ("d", "public"), ("e", "public")]).await;
    let settlements: Vec<Settlement> = items
        .iter()
        .zip(&outcomes)
        .map(|(item, (outcome, ..))| Settlement {
            item: item.clone(),
            change: Change::None,
            outcome: outcome.clone(),
            inside: None,
        })
        .collect();
    ground.catalog(&lease).await.settle(MODEL, &settlements).await.unwrap();
    ground.store.job_finish(&lease).await.unwrap();
    let status = ground.store.job_status(ground.workspace, lease.job).await.unwrap().unwrap();
    assert_eq!(status.state, "done");
    for (line, (_, state, document, chunks, reason)) in status.items.iter().zip(outcomes) {
        assert_eq!((line.state.as_str(), line.document, line.chunks), (state, document, chunks));
        assert_eq!(line.reason, reason);
    }
    assert_eq!(status.items.iter().map(|line| line.origin.as_str()).collect::<Vec<_>>(), ["a", "b", "c", "d", "e"]);
}

async fn a_foreign_or_absent_job_is_nothing(ground: Ground) {
    let (lease, _) = ground.job(&[("a.md", "public")]).await;
    let elsewhere = WorkspaceId(Uuid::from_u128(1));
    assert_eq!(ground.store.job_status(elsewhere, lease.job).await.unwrap(), None);
    assert_eq!(ground.store.job_status(ground.workspace, JobId(Uuid::from_u128(1))).await.unwrap(), None);
}

async fn items_keep_the_ids_they_were_accepted_with(ground: Ground) {
    let job = ground.store.job_begin(ground.workspace, JobKind::Ingest, None, "tester").await.unwrap();
    for first in [0, 300] {
        let item = |at: usize| NewItem {
            origin: format!("{at}.md"),
            original: "0".repeat(64),
            label: label("internal,groups=hr+billing"),
        };
        let items: Vec<NewItem> = (first..first + 300).map(item).collect();
        ground.store.job_add(job, first, &items).await.unwrap();
    }
    ground.store.job_close(job).await.unwrap();
    let lease = ground.store.job_claim(JobKind::Ingest, "a").await.unwrap().unwrap();
    let once = ground.store.job_items_queued(&lease).await.unwrap();
    assert_eq!(once, ground.store.job_items_queued(&lease).await.unwrap());
    assert_eq!(once.len(), 600);
    assert!(once.iter().zip(0..).all(|(item, at)| item.ordinal == at && item.origin == format!("{at}.md")));
    assert!(once.iter().all(|item| item.label == label("internal,groups=billing+hr")));
    let mut ids: Vec<Uuid> = once.iter().flat_map(|item| [item.document.0, item.version.0]).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 1_200);
}
