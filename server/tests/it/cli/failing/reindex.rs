//! Another index: begun, filled, compared, made live, gone back from, and the one too many put away.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use server::faults::{Manner, Protocol, Step};

use super::cells;
use super::house::House;
use crate::cli::crash::caller::Caller;

#[test]
fn whatever_a_build_meets_one_whole_index_answers() {
    let mut house = House::new(None);
    let server = house.serve(None);
    build(&house.caller(&server));
    house.settle(&server, "at the begin");
    house.stop(server);
    for cell in cells(Protocol::Reindex, &Manner::FAULTS) {
        let mut server = house.serve(Some(cell));
        let caller = house.caller(&server);
        match cell.step {
            Step::RolledBack => go_back(&caller),
            _ => build(&caller),
        }
        if cell.is_survived_by(&mut server) {
            house.answers(&caller);
            house.lets_go(&caller, "reindex");
            house.stop(server);
        }
        let server = house.serve(None);
        house.settle(&server, &cell.name());
        stands(&house, &house.caller(&server), &cell.name());
        // What waits for the next start was made up for by this one.
        house.stop(server);
    }
    let server = house.serve(None);
    house.was_in_step(&server, "after all of them");
}

/// It may break off at any moment, and says so as a fault of ours or not at all.
fn build(caller: &Caller) {
    if let Some(reply) = caller.call("POST", "/api/v1/generations", &json!({})) {
        assert!(reply.status == 202 || reply.status >= 500, "{reply:?}");
    }
}

fn go_back(caller: &Caller) {
    if let Some(reply) = caller.call("POST", "/api/v1/generations/rollback", &json!({})) {
        assert!(reply.status == 200 || reply.status >= 500, "{reply:?}");
    }
}

/// One is live, nothing is half built, no more are kept than should be, and of the rest nothing is left on the disk.
fn stands(house: &House, caller: &Caller, when: &str) {
    let list = caller.call("GET", "/api/v1/generations", &Value::Null).expect("nobody kills it now");
    let mut many: BTreeMap<&str, usize> = BTreeMap::new();
    let builds = list.body["generations"].as_array().unwrap();
    builds.iter().for_each(|build| *many.entry(build["state"].as_str().unwrap()).or_default() += 1);
    let of = |state: &str| many.get(state).copied().unwrap_or(0);
    assert_eq!((of("live"), of("building"), of("ready")), (1, 0, 1), "{when}: {many:?}");
    let left = std::fs::read_dir(house.lectern.data().join("index")).unwrap().count();
    assert_eq!(left, 2, "{when}: {many:?}");
}
