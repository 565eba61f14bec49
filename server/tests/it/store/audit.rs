//! The audit log on both databases: what is noted stays as it was noted, and whatever is done to it is found.

use retrieval::access::{AccessLabel, AccessTier, Principal, Role};
use retrieval::model::{KeyId, PersonId};
use serde_json::json;
use server::audit::{Audit, AuditFilter, AuditHead, Broken, Deed, Occasion, Thing, What};
use uuid::Uuid;

use crate::ground::{Ground, HOUR_MS, on_both};

on_both!(
    deeds_are_told_newest_first,
    deeds_are_found_by_what_is_known_of_them,
    many_writers_make_one_chain,
    every_tampering_is_found,
    a_new_chain_is_not_the_one_that_is_known,
    a_key_is_noted_once_a_day
);

const ADA: PersonId = PersonId(Uuid::from_u128(7));

fn ada(ground: &Ground) -> Principal {
    Principal::person(ground.workspace, ADA, Role::Admin, AccessLabel::tier(AccessTier::Public))
}

fn occasion() -> Occasion {
    Occasion { address: "192.0.2.7".into(), request: "r-1".into() }
}

fn audit(ground: &Ground) -> Audit {
    Audit::new(ground.store.clone(), ground.workspace)
}

/// So many deeds, about groups of these numbers.
async fn noted(ground: &Ground, many: usize) -> Audit {
    let audit = audit(ground);
    for number in 0..many {
        let deed = Deed::new(What::GroupAdded, occasion()).to(Thing::Group, format!("g{number}"));
        audit.note(&ada(ground), deed.with(json!({"n": number}))).await.unwrap();
    }
    audit
}

async fn deeds_are_told_newest_first(ground: Ground) {
    let audit = audit(&ground);
    assert_eq!(audit.verify(None).await.unwrap().unwrap().head.number, 0);
    noted(&ground, 3).await;
    ground.turn(HOUR_MS);
    let strange = Deed::new(What::SignInFailed, Occasion { address: "a\0b".into(), request: String::new() });
    audit.note(&Principal::anonymous(ground.workspace), strange.with(json!({"x": "\0 ' -- \u{202e}"}))).await.unwrap();
    let rows = audit.newest(&AuditFilter::default(), i64::MAX, 2).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), [4, 3]);
    assert_eq!((rows[0].actor.as_str(), rows[0].person_id.as_str()), ("visitor", ""));
    assert_eq!(rows[0].address, "a\u{fffd}b");
    let ada = (rows[1].actor.as_str(), rows[1].person_id.clone(), rows[1].object_id.as_str(), rows[1].detail.as_str());
    assert_eq!(ada, ("person", ADA.to_string(), "g2", r#"{"n":2}"#));
    assert_eq!((rows[1].address.as_str(), rows[1].request_id.as_str()), ("192.0.2.7", "r-1"));
    assert_eq!(rows[0].previous_hash, rows[1].hash);
    let rest = audit.newest(&AuditFilter::default(), 3, 100).await.unwrap();
    assert_eq!(rest.iter().map(|row| row.number).collect::<Vec<_>>(), [2, 1]);
    let verified = audit.verify(None).await.unwrap().unwrap();
    assert_eq!(verified.head, audit.head().await.unwrap().unwrap());
}

async fn deeds_are_found_by_what_is_known_of_them(ground: Ground) {
    let audit = noted(&ground, 2).await;
    ground.turn(HOUR_MS);
    let now = ground.store.clock().now_ms();
    audit
        .note(&Principal::operator(ground.workspace), Deed::new(What::GroupRemoved, occasion()).to(Thing::Group, "g1"))
        .await
        .unwrap();
    let all = AuditFilter::default;
    let check = async |filter: AuditFilter, expected: &[i64]| {
        let rows = audit.onward(&filter, 0).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), expected, "{filter:?}");
    };
    check(all(), &[1, 2, 3]).await;
    check(AuditFilter { actor: "operator".into(), ..all() }, &[3]).await;
    check(AuditFilter { actor: ADA.to_string(), ..all() }, &[1, 2]).await;
    check(AuditFilter { what: "group_removed".into(), ..all() }, &[3]).await;
    check(AuditFilter { object: "g1".into(), ..all() }, &[2, 3]).await;
    check(AuditFilter { object: "group".into(), ..all() }, &[1, 2, 3]).await;
    check(AuditFilter { object: "' OR 1=1 --".into(), ..all() }, &[]).await;
    check(AuditFilter { since_ms: now, ..all() }, &[3]).await;
    check(AuditFilter { until_ms: now, ..all() }, &[1, 2]).await;
    // Another workspace has a log of its own.
    let other = ground.store.workspace_ensure("other").await.unwrap();
    assert!(Audit::new(ground.store.clone(), other).newest(&all(), i64::MAX, 10).await.unwrap().is_empty());
}

async fn many_writers_make_one_chain(ground: Ground) {
    let second = ground.open_again().await.unwrap();
    let stores = [ground.store.clone(), second];
    let writers: Vec<_> = (0..8)
        .map(|writer| {
            let audit = Audit::new(stores[writer % 2].clone(), ground.workspace);
            let ada = ada(&ground);
            tokio::spawn(async move {
                for _ in 0..12 {
                    audit.note(&ada, Deed::new(What::SignedIn, occasion())).await.unwrap();
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(audit(&ground).verify(None).await.unwrap().unwrap().head.number, 96);
}

async fn every_tampering_is_found(ground: Ground) {
    // More than a page of them.
    let audit = noted(&ground, 520).await;
    let check = async |tamper: &[&str], mend: &[&str], expected: Broken| {
        for statement in tamper {
            ground.sql(statement).await;
        }
        assert_eq!(audit.verify(None).await.unwrap().unwrap_err(), expected, "{tamper:?}");
        for statement in mend {
            ground.sql(statement).await;
        }
        assert!(audit.verify(None).await.unwrap().is_ok(), "{mend:?}");
    };
    for (column, number) in [
        ("detail", 510),
        ("actor", 3),
        ("object_id", 4),
        ("address", 5),
        ("what", 6),
        ("person_id", 7),
        ("request_id", 8),
        ("object_kind", 9),
    ] {
        check(
            &[&format!("UPDATE audit SET {column} = {column} || 'x' WHERE number = {number}")],
            &[&format!(
                "UPDATE audit SET {column} = SUBSTR({column}, 1, LENGTH({column}) - 1) WHERE number = {number}"
            )],
            Broken::Altered(number),
        )
        .await;
    }
    check(
        &["UPDATE audit SET at_ms = at_ms + 1 WHERE number = 2"],
        &["UPDATE audit SET at_ms = at_ms - 1 WHERE number = 2"],
        Broken::Altered(2),
    )
    .await;
    check(
        &["UPDATE audit SET number = 1000000 WHERE number = 10"],
        &["UPDATE audit SET number = 10 WHERE number = 1000000"],
        Broken::Beyond(1_000_000),
    )
    .await;
    // A pair that is swapped, numbers and all.
    let swap = [
        "UPDATE audit SET number = -1 WHERE number = 20",
        "UPDATE audit SET number = 20 WHERE number = 21",
        "UPDATE audit SET number = 21 WHERE number = -1",
    ];
    check(&swap, &swap, Broken::Altered(20)).await;
    check(
        &["UPDATE audit_heads SET hash = 'x' || hash"],
        &["UPDATE audit_heads SET hash = SUBSTR(hash, 2)"],
        Broken::Head(520),
    )
    .await;
    check(&["UPDATE audit_heads SET number = 519"], &["UPDATE audit_heads SET number = 520"], Broken::Beyond(520))
        .await;
    // What cannot be mended: a row that is gone, and a tail that is cut.
    ground.sql("DELETE FROM audit WHERE number > 515").await;
    assert_eq!(audit.verify(None).await.unwrap().unwrap_err(), Broken::Missing(516));
    ground.sql("DELETE FROM audit WHERE number = 30").await;
    assert_eq!(audit.verify(None).await.unwrap().unwrap_err(), Broken::Missing(30));
    ground.sql("DELETE FROM audit WHERE number = 1").await;
    assert_eq!(audit.verify(None).await.unwrap().unwrap_err(), Broken::Missing(1));
}

async fn a_new_chain_is_not_the_one_that_is_known(ground: Ground) {
    let audit = noted(&ground, 5).await;
    let head = audit.head().await.unwrap().unwrap();
    noted(&ground, 1).await;
    assert!(audit.verify(Some(&head)).await.unwrap().is_ok());
    // Somebody makes it all anew, without what they did.
    ground.sql("DELETE FROM audit").await;
    ground.sql("DELETE FROM audit_heads").await;
    let known = |number| AuditHead { number, ..head.clone() };
    assert_eq!(audit.verify(Some(&head)).await.unwrap().unwrap_err(), Broken::Missing(5));
    ground.turn(1);
    noted(&ground, 9).await;
    assert!(audit.verify(None).await.unwrap().is_ok());
    assert_eq!(audit.verify(Some(&known(5))).await.unwrap().unwrap_err(), Broken::Unknown(5));
    assert_eq!(audit.verify(Some(&known(50))).await.unwrap().unwrap_err(), Broken::Missing(50));
}

async fn a_key_is_noted_once_a_day(ground: Ground) {
    let (audit, key) = (audit(&ground), KeyId(Uuid::from_u128(9)));
    let holder = ada(&ground).by_key(key, &retrieval::access::Scope::ALL.into(), None);
    let noted = async || {
        let filter = AuditFilter { what: "key_used".into(), ..AuditFilter::default() };
        audit.onward(&filter, 0).await.unwrap().len()
    };
    for _ in 0..5 {
        audit.note_use(&holder, key, occasion()).await.unwrap();
    }
    assert_eq!(noted().await, 1);
    // After a start anew.
    Audit::new(ground.store.clone(), ground.workspace).note_use(&holder, key, occasion()).await.unwrap();
    assert_eq!(noted().await, 1);
    ground.turn(24 * HOUR_MS);
    audit.note_use(&holder, key, occasion()).await.unwrap();
    assert_eq!(noted().await, 2);
    let rows = audit.newest(&AuditFilter::default(), i64::MAX, 1).await.unwrap();
    assert_eq!((rows[0].actor.clone(), rows[0].person_id.clone()), (format!("key {key}"), ADA.to_string()));
}
