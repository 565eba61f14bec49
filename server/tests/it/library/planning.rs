//! What begins by itself, by a clock that goes on, stands still for a while, and jumps.

use retrieval::access::Clearance;
use server::library::{Ending, JobKind, LibraryError, OfTheHouse, Plan, Planned, Scope, Wish};

use super::{Home, IndexKind};
use crate::ground::{Ground, HOUR_MS, label, on_both};

on_both!(
    the_house_begins_its_own_work_by_the_clock,
    what_was_missed_is_made_up_for_once,
    a_clock_that_jumps_ahead_and_back_begins_no_heap_and_leaves_nothing_out,
    a_clock_that_jumps_back_leaves_nothing_out,
    what_is_off_begins_nothing,
    a_source_is_crawled_by_its_schedule,
    what_cannot_parse_changes_nothing,
    schedules_are_shown_to_those_who_read_what_comes,
);

const MINUTE_MS: i64 = 60_000;

async fn home(ground: Ground) -> Home {
    let home = Home::new(ground, IndexKind::Memory);
    home.library.ensure_schedules().await.unwrap();
    home
}

/// Look every minute for so long, and do what began; how many jobs of this kind that were.
async fn passes(home: &Home, minutes: i64, kind: JobKind) -> usize {
    let mut begun = 0;
    for _ in 0..minutes {
        home.ground.turn(MINUTE_MS);
        begun += looks(home, kind).await;
    }
    begun
}

async fn looks(home: &Home, kind: JobKind) -> usize {
    home.library.begin_due().await.unwrap();
    let mut done = 0;
    for one in [JobKind::Reconcile, JobKind::Expire] {
        while let Some((_, ending)) = home.library.run(one).await.unwrap() {
            assert_eq!(ending, Ending::Done(()));
            done += usize::from(one == kind);
        }
    }
    done
}

async fn the_house_begins_its_own_work_by_the_clock(ground: Ground) {
    let home = home(ground).await;
    assert_eq!(looks(&home, JobKind::Reconcile).await, 0, "its time has not come");
    assert_eq!(passes(&home, 59, JobKind::Reconcile).await, 0);
    assert_eq!(passes(&home, 60, JobKind::Reconcile).await, 1);
    assert_eq!(passes(&home, 120, JobKind::Reconcile).await, 2);
    home.ground.turn(24 * HOUR_MS);
    assert_eq!(looks(&home, JobKind::Expire).await, 1);
    assert_eq!(looks(&home, JobKind::Expire).await, 0);
}

async fn what_was_missed_is_made_up_for_once(ground: Ground) {
    let home = home(ground).await;
    looks(&home, JobKind::Reconcile).await;
    home.ground.turn(100 * HOUR_MS + 30 * MINUTE_MS);
    assert_eq!(looks(&home, JobKind::Reconcile).await, 1, "the server was off for four days");
    assert_eq!(looks(&home, JobKind::Reconcile).await, 0);
    assert_eq!(passes(&home, 29, JobKind::Reconcile).await, 0);
    assert_eq!(passes(&home, 1, JobKind::Reconcile).await, 1, "then its own times again");
}

async fn a_clock_that_jumps_ahead_and_back_begins_no_heap_and_leaves_nothing_out(ground: Ground) {
    let home = home(ground).await;
    looks(&home, JobKind::Reconcile).await;
    assert_eq!(passes(&home, 60, JobKind::Reconcile).await, 1);
    for _ in 0..10 {
        home.ground.turn(HOUR_MS);
        assert!(looks(&home, JobKind::Reconcile).await <= 1, "one at most");
        home.ground.turn(-HOUR_MS);
        assert_eq!(looks(&home, JobKind::Reconcile).await, 0, "its time has not come");
    }
    assert_eq!(passes(&home, 60, JobKind::Reconcile).await, 1, "within its own hour");
}

async fn a_clock_that_jumps_back_leaves_nothing_out(ground: Ground) {
    let home = home(ground).await;
    looks(&home, JobKind::Reconcile).await;
    for jump in [1, 5, 100] {
        home.ground.turn(-jump * HOUR_MS);
        assert_eq!(looks(&home, JobKind::Reconcile).await, 0);
        assert_eq!(passes(&home, 60, JobKind::Reconcile).await, 1, "{jump} hours back");
    }
}

async fn what_is_off_begins_nothing(ground: Ground) {
    let home = home(ground).await;
    let off = Wish { expression: "every 5 min", is_on: false };
    home.library.plan_upkeep(JobKind::Reconcile, off).await.unwrap();
    assert_eq!(passes(&home, 90, JobKind::Reconcile).await, 0);
    home.library.ensure_schedules().await.unwrap();
    assert_eq!(passes(&home, 90, JobKind::Reconcile).await, 0, "a start does not switch it on");
    home.library.plan_upkeep(JobKind::Reconcile, Wish { is_on: true, ..off }).await.unwrap();
    assert_eq!(passes(&home, 20, JobKind::Reconcile).await, 4);
}

async fn planned(home: &Home, who: &str, expression: &str) -> Result<Planned, LibraryError> {
    let plan = Plan::new("http://127.0.0.1:1/".parse().unwrap(), Scope::Page);
    let clearance: &Clearance = &home.library.clearance;
    let (source, _) = home.library.crawl_later(clearance, &plan, &label(who)).await?;
    home.library.plan_crawls(&source, Wish { expression, is_on: true }).await
}

async fn a_source_is_crawled_by_its_schedule(ground: Ground) {
    let home = Home::new(ground, IndexKind::Memory);
    let set = planned(&home, "public", "every 30 min").await.unwrap();
    let first = home.library.crawl(&|_| {}).await.unwrap().unwrap();
    assert!(home.library.crawl(&|_| {}).await.unwrap().is_none());
    home.ground.turn(31 * MINUTE_MS);
    let begun = home.library.begin_due().await.unwrap();
    assert_eq!(begun.len(), 1);
    home.ground.turn(31 * MINUTE_MS);
    assert_eq!(home.library.begin_due().await.unwrap(), [], "the one before has not been done yet");
    let second = home.library.crawl(&|_| {}).await.unwrap().unwrap();
    assert_eq!((second.job, second.source.unwrap().id), (begun[0], first.source.unwrap().id));
    assert_eq!(Some(set.schedule.name), set.schedule.source.map(|source| source.to_string()));
}

async fn what_cannot_parse_changes_nothing(ground: Ground) {
    let home = home(ground).await;
    let before = home.library.schedules(&home.library.clearance, OfTheHouse::Too).await.unwrap();
    for wrong in ["", "sometimes", "61 * * * *", "0 0 31 2 *", "every 0 min"] {
        let refused = home.library.plan_upkeep(JobKind::Reconcile, Wish { expression: wrong, is_on: true }).await;
        assert!(matches!(refused, Err(LibraryError::Plan(_))), "{wrong}: {refused:?}");
    }
    assert_eq!(home.library.schedules(&home.library.clearance, OfTheHouse::Too).await.unwrap(), before);
    // One that somebody else wrote into the rows holds up none of the others.
    home.ground.sql("UPDATE schedules SET expression = 'whenever' WHERE name = 'expire'").await;
    looks(&home, JobKind::Reconcile).await;
    assert_eq!(passes(&home, 60, JobKind::Reconcile).await, 1);
}

async fn schedules_are_shown_to_those_who_read_what_comes(ground: Ground) {
    let home = home(ground).await;
    planned(&home, "internal", "0 3 * * mon").await.unwrap();
    for (who, of_the_house, expected) in [
        ("internal", OfTheHouse::Too, 3),
        ("internal", OfTheHouse::Not, 1),
        ("customer", OfTheHouse::Too, 2),
        ("customer", OfTheHouse::Not, 0),
    ] {
        let seen = home.library.schedules(&home.ground.reader(who), of_the_house).await.unwrap();
        assert_eq!(seen.len(), expected, "{who} {of_the_house:?}");
        assert!(seen.iter().all(|planned| planned.schedule.source.is_some() == planned.address.is_some()));
    }
}
