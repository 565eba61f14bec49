//! The write protocol: from the first byte that is handed in to the last word to the index.

use server::faults::{Manner, Protocol, Step};

use super::house::House;
use super::{Cell, cells};
use crate::postgres;

#[test]
fn whatever_a_write_meets_nothing_is_lost_and_nothing_is_half() {
    walk(None, &Manner::FAULTS);
}

#[test]
fn nor_on_postgres_when_it_is_killed() {
    walk(Some(other_database()), &[Manner::Kill]);
}

#[test]
#[ignore = "takes minutes: make failpoints"]
fn nor_on_postgres_in_any_manner() {
    walk(Some(other_database()), &[Manner::Panic, Manner::Io]);
}

fn other_database() -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(postgres::database())
}

fn walk(database: Option<String>, manners: &[Manner]) {
    let mut house = House::new(database);
    let mut before = "at the begin".to_owned();
    for cell in cells(Protocol::Write, manners) {
        let mut server = house.serve(Some(cell));
        house.was_in_step(&server, &before);
        let caller = house.caller(&server);
        house.change(&caller);
        if cell.is_survived_by(&mut server) {
            house.answers(&caller);
            house.lets_go(&caller, "ingest");
            house.stop(server);
        }
        let server = house.serve(None);
        house.settle(&server, &cell.name());
        house.stop(server);
        before = format!("after {}", cell.name());
    }
    let server = house.serve(None);
    house.was_in_step(&server, &before);
}

/// Nobody has to start anything anew.
#[test]
fn what_it_survives_it_makes_up_for_by_itself() {
    let mut house = House::new(None);
    for (step, manner) in [
        (Step::JobBegun, Manner::Panic),
        (Step::Claimed, Manner::Io),
        (Step::Parsed, Manner::Panic),
        (Step::Flushed, Manner::Io),
        (Step::FlipUncommitted, Manner::Panic),
        (Step::OutboxTold, Manner::Panic),
    ] {
        let cell = Cell { step, manner, passing: 1 };
        let mut server = house.serve(Some(cell));
        let caller = house.caller(&server);
        house.change(&caller);
        assert!(cell.is_survived_by(&mut server));
        house.settle(&server, &cell.name());
        let blamed = manner == Manner::Panic;
        let said = server.log().contains("panicked");
        assert_eq!(said, blamed, "{}", server.log());
        house.stop(server);
    }
    let server = house.serve(None);
    house.was_in_step(&server, "after all of them");
}
