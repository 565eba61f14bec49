//! How jobs end that do not come to their end: stopped by somebody, or set back for a while.

use std::collections::BTreeMap;

use ingest::ports::{Catalog, CatalogError, Change, Outcome, Settlement};
use server::store::{Fault, Hold, JobFilter, JobKind, JobState, Lease, Onlooker, StageLine};

use crate::ground::{Ground, HOUR_MS, MODEL, draft, label, on_both};

on_both!(
    a_job_that_waits_ends_when_it_is_stopped,
    a_job_that_runs_is_told_and_ends_in_its_own_hand,
    a_job_that_still_takes_items_ends_when_it_is_closed,
    what_is_over_cannot_be_stopped,
    what_was_stopped_is_tried_again_by_its_name_alone,
    what_was_stopped_gets_the_readers_of_its_document,
    each_setback_waits_longer_and_progress_ends_them,
    a_clock_that_jumps_back_makes_nobody_wait_longer,
    what_people_handed_in_goes_first,
    numbers_are_for_those_whom_they_tell_nothing_new,
    a_list_is_narrowed_and_a_job_is_read_page_by_page,
    jobs_of_the_house_are_forgotten_and_others_are_not,
    the_log_tells_what_happened_and_stays_short,
);

async fn states(ground: &Ground, lease: &Lease) -> (String, Vec<(String, Option<String>)>) {
    let status = ground.store.job_status(ground.workspace, lease.job).await.unwrap().unwrap();
    (status.state, status.items.into_iter().map(|line| (line.state, line.reason)).collect())
}

fn cancelled() -> (String, Option<String>) {
    ("cancelled".into(), Some("the job was cancelled before it was read".into()))
}

/// A job that nobody has claimed.
async fn queued(ground: &Ground, items: &[(&str, &str)]) -> Lease {
    let (lease, _) = ground.job(items).await;
    ground.store.job_release(&lease).await.unwrap();
    lease
}

async fn a_job_that_waits_ends_when_it_is_stopped(ground: Ground) {
    let lease = queued(&ground, &[("a.md", "public"), ("b.md", "public")]).await;
    assert!(ground.store.job_stop(ground.workspace, lease.job).await.unwrap());
    assert_eq!(states(&ground, &lease).await, ("cancelled".into(), vec![cancelled(), cancelled()]));
    assert_eq!(ground.store.job_claim(JobKind::Ingest, "b").await.unwrap(), None);
}

async fn a_job_that_runs_is_told_and_ends_in_its_own_hand(ground: Ground) {
    let (lease, items) = ground.job(&[("a.md", "public"), ("b.md", "public")]).await;
    ground.settle(&lease, &items[0], Change::Publish(Box::new(draft(&items[0], "done")))).await;
    assert!(ground.store.job_stop(ground.workspace, lease.job).await.unwrap());
    assert_eq!(states(&ground, &lease).await.0, "running", "it is its worker's to end");
    assert_eq!(ground.store.job_look(&lease).await.unwrap(), Hold::StopAsked);
    assert_eq!(ground.store.job_progress(&lease, &[]).await.unwrap(), Hold::StopAsked);
    ground.store.job_cancel(&lease).await.unwrap();
    let (state, lines) = states(&ground, &lease).await;
    assert_eq!((state.as_str(), lines[0].0.as_str(), &lines[1]), ("cancelled", "indexed", &cancelled()));
    assert_eq!(ground.store.document_count(&ground.everything()).await.unwrap(), 1, "what was done stays");

    // What it still had in hand comes too late.
    let late = Settlement {
        item: items[1].clone(),
        change: Change::Publish(Box::new(draft(&items[1], "late"))),
        outcome: Outcome::Indexed { document: items[1].document, chunks: 1 },
        inside: None,
    };
    let refused = ground.catalog(&lease).await.settle(MODEL, &[late]).await;
    assert!(matches!(refused, Err(CatalogError::LeaseLost)), "{refused:?}");
    assert_eq!(ground.store.document_count(&ground.everything()).await.unwrap(), 1);
}

async fn a_job_that_still_takes_items_ends_when_it_is_closed(ground: Ground) {
    let job = ground.store.job_begin(ground.workspace, JobKind::Ingest, None, "tester").await.unwrap();
    assert!(ground.store.job_stop(ground.workspace, job).await.unwrap());
    ground.store.job_close(job).await.unwrap();
    let lease = ground.store.job_claim(JobKind::Ingest, "tester").await.unwrap().unwrap();
    assert_eq!(ground.store.job_look(&lease).await.unwrap(), Hold::StopAsked);
}

async fn what_is_over_cannot_be_stopped(ground: Ground) {
    let (done, _) = ground.job(&[]).await;
    ground.store.job_finish(&done).await.unwrap();
    assert!(!ground.store.job_stop(ground.workspace, done.job).await.unwrap());
    assert_eq!(states(&ground, &done).await.0, "done");
    let waiting = queued(&ground, &[]).await;
    let elsewhere = ground.store.workspace_ensure("elsewhere").await.unwrap();
    assert!(!ground.store.job_stop(elsewhere, waiting.job).await.unwrap(), "it is another house's");
    assert!(ground.store.job_stop(ground.workspace, waiting.job).await.unwrap());
    assert!(!ground.store.job_stop(ground.workspace, waiting.job).await.unwrap());
}

async fn what_was_stopped_is_tried_again_by_its_name_alone(ground: Ground) {
    let lease = queued(&ground, &[("a.md", "public")]).await;
    ground.store.job_stop(ground.workspace, lease.job).await.unwrap();
    let everything = ground.everything();
    let onlooker = Onlooker { clearance: &everything, person: None, keeps_house: true };
    ground.turn(1);
    assert_eq!(ground.store.job_retry(onlooker, None, "tester").await.unwrap(), None, "somebody did not want it");
    let retried = ground.store.job_retry(onlooker, Some(lease.job), "tester").await.unwrap().unwrap();
    let again = ground.store.job_claim(JobKind::Ingest, "tester").await.unwrap().unwrap();
    assert_eq!((again.job, ground.store.job_items_queued(&again).await.unwrap().len()), (retried, 1));
}

/// A label that was tightened must not come back by way of a retry.
async fn what_was_stopped_gets_the_readers_of_its_document(ground: Ground) {
    let document = ground.publish("a.md", "public", "text").await.document;
    ground.turn(1);
    let lease = queued(&ground, &[("a.md", "public")]).await;
    ground.store.job_stop(ground.workspace, lease.job).await.unwrap();
    ground.turn(1);
    assert!(ground.store.document_relabel(ground.workspace, document, &label("restricted")).await.unwrap());
    let everything = ground.everything();
    let seen = ground.store.document_read(&everything, document).await.unwrap().unwrap();
    assert!(ground.store.document_relabel_seen(ground.workspace, &seen, &label("internal")).await.unwrap());
    let onlooker = Onlooker { clearance: &everything, person: None, keeps_house: true };
    ground.store.job_retry(onlooker, Some(lease.job), "tester").await.unwrap().unwrap();
    let again = ground.store.job_claim(JobKind::Ingest, "tester").await.unwrap().unwrap();
    assert_eq!(ground.store.job_items_queued(&again).await.unwrap()[0].label, label("internal"));
}

async fn each_setback_waits_longer_and_progress_ends_them(ground: Ground) {
    let (mut lease, _) = ground.job(&[("a.md", "public")]).await;
    for wait_ms in [5_000, 10_000, 20_000, 40_000, 60_000, 60_000] {
        ground.store.job_set_back(&lease, Fault::House, "the index could not be used").await.unwrap();
        ground.turn(wait_ms - 1);
        assert_eq!(ground.store.job_claim(JobKind::Ingest, "b").await.unwrap(), None, "{wait_ms}");
        ground.turn(1);
        lease = ground.store.job_claim(JobKind::Ingest, "b").await.unwrap().unwrap();
        assert_eq!(lease.faults, 0, "it was the house's");
    }
    ground.store.job_progress(&lease, &[]).await.unwrap();
    ground.store.job_release(&lease).await.unwrap();
    let lease = ground.store.job_claim(JobKind::Ingest, "b").await.unwrap().unwrap();
    ground.store.job_set_back(&lease, Fault::House, "the index could not be used").await.unwrap();
    ground.turn(5_000);
    assert!(ground.store.job_claim(JobKind::Ingest, "b").await.unwrap().is_some(), "it begins anew");
}

async fn a_clock_that_jumps_back_makes_nobody_wait_longer(ground: Ground) {
    let (lease, _) = ground.job(&[("a.md", "public")]).await;
    ground.store.job_set_back(&lease, Fault::House, "the disk is full").await.unwrap();
    ground.turn(-HOUR_MS);
    assert!(ground.store.job_claim(JobKind::Ingest, "b").await.unwrap().is_some());
}

async fn what_people_handed_in_goes_first(ground: Ground) {
    let plan =
        ingest::crawl::plan::Plan::new("http://docs.example/".parse().unwrap(), ingest::crawl::plan::Scope::Site);
    let source = ground.store.source_put(ground.workspace, &plan, &label("public")).await.unwrap();
    let mut jobs = Vec::new();
    for source in [Some(source.id), Some(source.id), None] {
        let job = ground.store.job_begin(ground.workspace, JobKind::Ingest, source, "tester").await.unwrap();
        ground.store.job_close(job).await.unwrap();
        ground.turn(1);
        jobs.push(job);
    }
    for expected in [jobs[2], jobs[0], jobs[1]] {
        assert_eq!(ground.store.job_claim(JobKind::Ingest, "a").await.unwrap().unwrap().job, expected);
    }
}

/// The totals of a job that somebody else began may count what is hidden.
async fn numbers_are_for_those_whom_they_tell_nothing_new(ground: Ground) {
    let (lease, _) = ground.job(&[("a.md", "public"), ("b.md", "internal,groups=hr")]).await;
    let stage = StageLine { name: "read".into(), done: 1, total: 2 };
    ground.store.job_progress(&lease, std::slice::from_ref(&stage)).await.unwrap();
    let house = ground.store.job_queue(ground.workspace, JobKind::Reconcile, None, "tester").await.unwrap();
    let (internal, everything) = (ground.reader("internal"), ground.everything());
    let line = async |clearance, keeps_house, job| {
        let onlooker = Onlooker { clearance, person: None, keeps_house };
        ground.store.job_line(onlooker, job).await.unwrap()
    };
    let seen = line(&internal, true, lease.job).await.unwrap();
    assert_eq!((seen.items, seen.stages), (BTreeMap::from([("queued".to_owned(), 1)]), Vec::new()));
    let seen = line(&everything, false, lease.job).await.unwrap();
    assert_eq!((seen.items, seen.stages), (BTreeMap::from([("queued".to_owned(), 2)]), vec![stage]));
    assert!(line(&internal, false, house).await.is_none());
    assert!(line(&internal, true, house).await.is_some());
}

async fn a_list_is_narrowed_and_a_job_is_read_page_by_page(ground: Ground) {
    let origins: Vec<String> = (0..450).map(|n| format!("{n:03}.md")).collect();
    let who = |n: usize| if n.is_multiple_of(3) { "internal,groups=hr" } else { "public" };
    let items: Vec<(&str, &str)> = origins.iter().enumerate().map(|(n, origin)| (origin.as_str(), who(n))).collect();
    let (lease, _) = ground.job(&items).await;
    let reader = ground.reader("internal");
    let onlooker = Onlooker { clearance: &reader, person: None, keeps_house: false };
    let (mut after, mut read) = (-1, Vec::new());
    loop {
        let seen = ground.store.job_seen(onlooker, lease.job, (after, 100)).await.unwrap().unwrap();
        assert!(seen.items.len() == 100 || seen.next.is_none());
        read.extend(seen.items.into_iter().map(|item| item.origin));
        let Some(next) = seen.next else { break };
        after = next;
    }
    let expected: Vec<&String> =
        origins.iter().enumerate().filter(|(n, _)| !n.is_multiple_of(3)).map(|(_, o)| o).collect();
    assert_eq!(read.iter().collect::<Vec<_>>(), expected);
    // Behind the last that is seen there is nothing, however much is hidden there.
    let all = ground.store.job_seen(onlooker, lease.job, (-1, 300)).await.unwrap().unwrap();
    assert_eq!((all.items.len(), all.next), (300, None));

    let (done, _) = ground.job(&[("z.md", "public")]).await;
    ground.store.job_finish(&done).await.unwrap();
    let listed = async |kind, state| {
        let (lines, _) = ground.store.jobs(onlooker, JobFilter { kind, state }, None, 10).await.unwrap();
        lines.into_iter().map(|line| line.job).collect::<Vec<_>>()
    };
    assert_eq!(listed(None, Some(JobState::Done)).await, [done.job]);
    assert_eq!(listed(Some(JobKind::Ingest), Some(JobState::Running)).await, [lease.job]);
    assert_eq!(listed(Some(JobKind::Crawl), None).await, []);
    let all = listed(None, None).await;
    assert!(all.len() == 2 && all.contains(&done.job) && all.contains(&lease.job));
}

async fn jobs_of_the_house_are_forgotten_and_others_are_not(ground: Ground) {
    let house = ground.store.job_queue(ground.workspace, JobKind::Expire, None, "tester").await.unwrap();
    let again = ground.store.job_queue(ground.workspace, JobKind::Expire, None, "tester").await.unwrap();
    assert_eq!(house, again, "one of a kind waits");
    let lease = ground.store.job_claim(JobKind::Expire, "tester").await.unwrap().unwrap();
    ground.store.job_finish(&lease).await.unwrap();
    let (uploads, _) = ground.job(&[("a.md", "public")]).await;
    ground.store.job_finish(&uploads).await.unwrap();
    assert_eq!(ground.store.jobs_sweep().await.unwrap(), 0);
    ground.turn(8 * 24 * HOUR_MS);
    assert_eq!(ground.store.jobs_sweep().await.unwrap(), 1);
    assert!(ground.store.job_status(ground.workspace, uploads.job).await.unwrap().is_some());
}

async fn the_log_tells_what_happened_and_stays_short(ground: Ground) {
    let (lease, _) = ground.job(&[("a.md", "public")]).await;
    let store = &ground.store;
    store.job_set_back(&lease, Fault::House, "the disk\nis full").await.unwrap();
    ground.turn(HOUR_MS);
    store.job_claim(JobKind::Ingest, "b").await.unwrap().unwrap();
    ground.turn(HOUR_MS);
    let lease = store.job_claim(JobKind::Ingest, "c").await.unwrap().unwrap();
    store.job_release(&lease).await.unwrap();
    let lease = store.job_claim(JobKind::Ingest, "c").await.unwrap().unwrap();
    store.job_stop(ground.workspace, lease.job).await.unwrap();
    store.job_cancel(&lease).await.unwrap();
    let everything = ground.everything();
    let onlooker = Onlooker { clearance: &everything, person: None, keeps_house: true };
    let log = store.job_seen(onlooker, lease.job, (-1, 10)).await.unwrap().unwrap().log;
    let events: Vec<&str> = log.iter().map(|line| line.event.as_str()).collect();
    let expected = ["begun", "set_back", "begun", "taken_over", "handed_back", "begun", "stop_asked", "cancelled"];
    assert_eq!(events, expected);
    assert_eq!(log[1].why.as_deref(), Some("the disk is full"));
    assert_eq!(log[2].at_ms - log[1].at_ms, HOUR_MS);

    let (mut lease, _) = ground.job(&[("b.md", "public")]).await;
    for _ in 0..200 {
        store.job_set_back(&lease, Fault::House, &"the index could not be used ".repeat(3)).await.unwrap();
        ground.turn(HOUR_MS);
        lease = store.job_claim(JobKind::Ingest, "b").await.unwrap().unwrap();
    }
    let log = store.job_log(lease.job).await.unwrap();
    assert!((20..80).contains(&log.len()), "{}", log.len());
    assert_eq!(log.last().unwrap().event, "begun");
}
