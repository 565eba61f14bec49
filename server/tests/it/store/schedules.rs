//! Schedules in their rows: one due time begins one job, whoever sees it.

use ingest::crawl::plan::{Plan, Scope};
use server::store::{JobKind, NewSchedule, Schedule};

use crate::ground::{Ground, label, on_both};

on_both!(
    two_who_see_it_due_begin_one_job,
    what_still_runs_is_not_begun_again,
    one_that_was_changed_meanwhile_begins_nothing,
    setting_it_up_again_keeps_one,
    what_is_of_a_source_goes_with_it,
);

fn hourly(kind: JobKind) -> NewSchedule {
    NewSchedule { kind, source: None, expression: "every 1 h".into(), is_on: true }
}

/// Due at once.
async fn due(ground: &Ground, kind: JobKind) -> Schedule {
    let schedule = ground.store.schedule_put(ground.workspace, &hourly(kind)).await.unwrap();
    assert!(ground.store.schedule_set_next(ground.workspace, &schedule, 1).await.unwrap());
    ground.store.schedules(ground.workspace).await.unwrap().into_iter().find(|one| one.kind == kind).unwrap()
}

async fn two_who_see_it_due_begin_one_job(ground: Ground) {
    let other = ground.open_again().await.unwrap();
    for round in 0..5 {
        let seen = due(&ground, JobKind::Reconcile).await;
        let stores = [&ground.store, &other];
        let claims = (0..8).map(|n| stores[n % 2].schedule_begin(ground.workspace, &seen, 1_000 + round, "tester"));
        let begun: Vec<_> = futures_util::future::join_all(claims).await;
        let begun: Vec<_> = begun.into_iter().filter_map(|begun| begun.unwrap()).collect();
        assert_eq!(begun.len(), 1);
        let stands = ground.store.schedules(ground.workspace).await.unwrap().remove(0);
        assert_eq!((stands.next_ms, stands.last_job), (1_000 + round, Some(begun[0])));
        let lease = ground.store.job_claim(JobKind::Reconcile, "tester").await.unwrap().unwrap();
        assert_eq!(lease.job, begun[0]);
        ground.store.job_finish(&lease).await.unwrap();
    }
}

async fn what_still_runs_is_not_begun_again(ground: Ground) {
    ground.store.job_queue(ground.workspace, JobKind::Reconcile, None, "tester").await.unwrap();
    let seen = due(&ground, JobKind::Reconcile).await;
    assert_eq!(ground.store.schedule_begin(ground.workspace, &seen, 2_000, "tester").await.unwrap(), None);
    let stands = ground.store.schedules(ground.workspace).await.unwrap().remove(0);
    assert_eq!((stands.next_ms, stands.last_ms), (2_000, 0), "its turn is over all the same");
    let seen = due(&ground, JobKind::Expire).await;
    assert!(ground.store.schedule_begin(ground.workspace, &seen, 2_000, "tester").await.unwrap().is_some());
}

async fn one_that_was_changed_meanwhile_begins_nothing(ground: Ground) {
    let seen = due(&ground, JobKind::Reconcile).await;
    let off = NewSchedule { is_on: false, ..hourly(JobKind::Reconcile) };
    ground.store.schedule_put(ground.workspace, &off).await.unwrap();
    assert_eq!(ground.store.schedule_begin(ground.workspace, &seen, 2_000, "tester").await.unwrap(), None);
    assert!(!ground.store.schedule_set_next(ground.workspace, &seen, 2_000).await.unwrap());
    assert_eq!(ground.store.job_claim(JobKind::Reconcile, "tester").await.unwrap(), None);
}

async fn setting_it_up_again_keeps_one(ground: Ground) {
    let first = ground.store.schedule_put(ground.workspace, &hourly(JobKind::Expire)).await.unwrap();
    ground.turn(10);
    let daily = NewSchedule { expression: "every 1 d".into(), ..hourly(JobKind::Expire) };
    ground.store.schedule_ensure(ground.workspace, &daily).await.unwrap();
    let stands = ground.store.schedules(ground.workspace).await.unwrap();
    assert_eq!((stands.len(), stands[0].expression.as_str()), (1, "every 1 h"), "what somebody chose stays");
    let second = ground.store.schedule_put(ground.workspace, &daily).await.unwrap();
    assert_eq!((second.expression.as_str(), second.anchor_ms), ("every 1 d", first.anchor_ms));
    assert_eq!(ground.store.schedules(ground.workspace).await.unwrap().len(), 1);
    assert!(ground.store.schedule_remove(ground.workspace, "expire").await.unwrap());
    assert!(!ground.store.schedule_remove(ground.workspace, "expire").await.unwrap());
}

async fn what_is_of_a_source_goes_with_it(ground: Ground) {
    let plan = Plan::new("http://docs.example/".parse().unwrap(), Scope::Site);
    let source = ground.store.source_put(ground.workspace, &plan, &label("public")).await.unwrap();
    let nightly =
        NewSchedule { kind: JobKind::Crawl, source: Some(source.id), expression: "0 3 * * *".into(), is_on: true };
    let set = ground.store.schedule_put(ground.workspace, &nightly).await.unwrap();
    assert_eq!((set.name, set.source), (source.id.to_string(), Some(source.id)));
    ground.store.source_remove(source.id).await.unwrap();
    assert_eq!(ground.store.schedules(ground.workspace).await.unwrap(), []);
}
