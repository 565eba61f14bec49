//! The rule, tier by tier and group by group, and what never widens.

use super::*;
use crate::model::{KeyId, PersonId, WorkspaceId};
use uuid::Uuid;

const HERE: WorkspaceId = WorkspaceId(Uuid::from_u128(1));
const ELSEWHERE: WorkspaceId = WorkspaceId(Uuid::from_u128(2));

fn label(tier: AccessTier, groups: &[&str]) -> AccessLabel {
    AccessLabel { tier, groups: groups.iter().map(|g| g.parse().unwrap()).collect() }
}

fn check(reader: AccessLabel, document: AccessLabel, expected: bool) {
    let clearance = Principal::operator(HERE).seeing_as(reader).unwrap().clearance().unwrap();
    assert_eq!(clearance.admits(HERE, &document), expected);
    assert!(!clearance.admits(ELSEWHERE, &document));
}

#[test]
fn a_tier_reads_itself_and_below() {
    for reader in AccessTier::ALL {
        for document in AccessTier::ALL {
            check(label(reader, &[]), label(document, &[]), document <= reader);
        }
    }
}

#[test]
fn groups_narrow_within_the_tier() {
    use AccessTier::{Internal, Restricted};
    check(label(Internal, &[]), label(Internal, &["billing"]), false);
    check(label(Internal, &["billing"]), label(Internal, &["billing", "hr"]), true);
    check(label(Internal, &["billing"]), label(Internal, &[]), true);
    check(label(Internal, &["billing"]), label(Restricted, &["billing"]), false);
}

/// Every reach over three groups, in two workspaces.
fn clearances() -> Vec<Clearance> {
    let subsets = |bits: usize| ["a", "a-b", "b"].into_iter().enumerate().filter(move |(at, _)| bits >> at & 1 == 1);
    let label_of = |tier, bits| label(tier, &subsets(bits).map(|(_, group)| group).collect::<Vec<_>>());
    let labels = AccessTier::ALL.into_iter().flat_map(|tier| (0..8).map(move |bits| (tier, bits)));
    let reaches = labels.map(|(tier, bits)| Reach::UpTo(label_of(tier, bits))).chain([Reach::Everything]);
    let in_both = |reach: Reach| [HERE, ELSEWHERE].map(|workspace| Clearance::new(workspace, reach.clone()));
    reaches.flat_map(in_both).collect()
}

#[test]
fn one_fingerprint_is_one_set_of_readable_labels() {
    let clearances = clearances();
    // A group that no reader is in tells an operator from whoever is in all groups.
    let nobodys = AccessTier::ALL.map(|tier| label(tier, &["nobodys"]));
    let reach_of = |clearance: &Clearance| match clearance.reach() {
        Reach::UpTo(label) => vec![label.clone()],
        Reach::Everything => Vec::new(),
    };
    let labels: Vec<AccessLabel> = clearances.iter().flat_map(reach_of).chain(nobodys).collect();
    let admitted = |clearance: &Clearance| -> Vec<bool> {
        let admits = |workspace| labels.iter().map(move |label| clearance.admits(workspace, label));
        admits(HERE).chain(admits(ELSEWHERE)).collect()
    };
    let read: Vec<_> = clearances.iter().map(|found| (found.fingerprint(), admitted(found))).collect();
    for (fingerprint, admitted) in &read {
        for (other, others) in &read {
            assert_eq!(fingerprint == other, admitted == others, "{fingerprint:?} {other:?}");
        }
    }
}

#[test]
fn a_fingerprint_is_of_what_may_be_read_and_not_of_who_asks() {
    let visitor = Principal::anonymous(HERE).clearance().unwrap();
    let pretended = Principal::operator(HERE).seeing_as(label(AccessTier::Public, &[])).unwrap();
    assert_eq!(visitor.fingerprint(), pretended.clearance().unwrap().fingerprint());
    let sorted = |groups| Clearance::new(HERE, Reach::UpTo(label(AccessTier::Public, groups)));
    assert_eq!(sorted(&["b", "a"]).fingerprint(), sorted(&["a", "b"]).fingerprint());
    let house = Principal::upkeep(HERE, "test").clearance().unwrap();
    assert_eq!(house.fingerprint(), Principal::operator(HERE).clearance().unwrap().fingerprint());
}

#[test]
fn rights_to_nothing_are_an_error() {
    assert_eq!(Principal::turned_away(HERE).clearance(), Err(AccessError::NothingReadable));
}

#[test]
fn seeing_as_never_widens() {
    let visitor = Principal::anonymous(HERE);
    assert!(visitor.seeing_as(label(AccessTier::Customer, &[])).is_err());
    assert!(visitor.seeing_as(label(AccessTier::Public, &["billing"])).is_err());
    assert!(visitor.seeing_as(label(AccessTier::Public, &[])).is_ok());
}

#[test]
fn loosening_is_for_everyone_or_it_is_not() {
    use AccessTier::{Internal, Public};
    let check = |from: AccessLabel, to: AccessLabel, expected| assert_eq!(from.only_loosens_to(&to), expected);
    check(label(Internal, &[]), label(Public, &[]), true);
    check(label(Public, &[]), label(Internal, &[]), false);
    check(label(Public, &["a"]), label(Public, &[]), true);
    check(label(Public, &[]), label(Public, &["a"]), false);
    check(label(Public, &["a"]), label(Public, &["a", "b"]), true);
    check(label(Public, &["a"]), label(Public, &["b"]), false);
    check(label(Internal, &[]), label(Public, &["a"]), false);
}

#[test]
fn an_admin_reads_everything_and_others_their_label() {
    let somebody = PersonId(Uuid::from_u128(3));
    let reach =
        |role| Principal::person(HERE, somebody, role, label(AccessTier::Internal, &["hr"])).clearance().unwrap();
    assert_eq!(reach(Role::Admin).reach(), &Reach::Everything);
    for role in [Role::Reader, Role::Editor] {
        assert_eq!(reach(role).reach(), &Reach::UpTo(label(AccessTier::Internal, &["hr"])));
    }
}

#[test]
fn a_key_never_widens_its_owner() {
    let (somebody, key) = (PersonId(Uuid::from_u128(3)), KeyId(Uuid::from_u128(4)));
    let own = label(AccessTier::Internal, &["hr", "web"]);
    let check = |role, scopes: &[Scope], within: Option<AccessLabel>, expected: Result<Reach, AccessError>| {
        let owner = Principal::person(HERE, somebody, role, own.clone());
        let held = owner.by_key(key, &scopes.iter().copied().collect(), within.as_ref());
        assert_eq!(held.clearance().map(|clearance| clearance.reach().clone()), expected);
        assert_eq!((held.whose(), held.origin()), (Some(somebody), Origin::Key(key, somebody)));
        assert_eq!(held.may_act(role, Scope::Write), scopes.contains(&Scope::Write));
    };
    let wide = label(AccessTier::Restricted, &["billing", "hr"]);
    check(Role::Reader, &[Scope::Read], None, Ok(Reach::UpTo(own.clone())));
    check(Role::Reader, &[Scope::Read], Some(wide.clone()), Ok(Reach::UpTo(label(AccessTier::Internal, &["hr"]))));
    check(Role::Admin, &[Scope::Read], Some(wide.clone()), Ok(Reach::UpTo(wide)));
    check(Role::Admin, &Scope::ALL, None, Ok(Reach::Everything));
    check(Role::Admin, &[Scope::Write], None, Err(AccessError::NothingReadable));
    check(Role::Admin, &[], None, Err(AccessError::NothingReadable));
    let turned_away = Principal::turned_away(HERE).by_key(key, &Scope::ALL.into(), None);
    assert_eq!(turned_away, Principal::turned_away(HERE));
}

#[test]
fn a_label_is_given_by_whoever_reads_under_it() {
    let check = |role, expected: [bool; 5]| {
        let own = label(AccessTier::Internal, &["hr"]);
        let somebody = Principal::person(HERE, PersonId(Uuid::from_u128(3)), role, own);
        let labels = [
            label(AccessTier::Public, &[]),
            label(AccessTier::Internal, &["hr", "web"]),
            label(AccessTier::Internal, &["web"]),
            label(AccessTier::Restricted, &["hr"]),
            label(AccessTier::Restricted, &[]),
        ];
        assert_eq!(labels.map(|label| somebody.may_label(&label)), expected);
    };
    check(Role::Editor, [true, true, false, false, false]);
    check(Role::Admin, [true; 5]);
    assert!(!Principal::turned_away(HERE).may_label(&label(AccessTier::Public, &[])));
}

#[test]
fn somebodys_eyes_are_theirs_and_never_wider_than_ones_own() {
    let person = |role, groups: &[&str]| {
        Principal::person(HERE, PersonId(Uuid::from_u128(3)), role, label(AccessTier::Internal, groups))
    };
    let check = |asker: &Principal, other: &Principal, expected: bool| {
        let seen = asker.with_eyes_of(other);
        assert_eq!(seen.is_ok(), expected, "{asker:?} {other:?}");
        let Ok(seen) = seen else { return };
        assert_eq!(seen.clearance().unwrap().fingerprint(), other.clearance().unwrap().fingerprint());
        assert!(seen.is_simulated() && seen.origin() == asker.origin());
        assert_eq!((seen.role(), seen.scopes().len()), (Role::Reader, 1));
    };
    let (admin, reader, wider) =
        (person(Role::Admin, &[]), person(Role::Reader, &["hr"]), person(Role::Editor, &["hr", "web"]));
    for asker in [Principal::operator(HERE), admin.clone()] {
        for other in [&admin, &reader, &wider, &Principal::anonymous(HERE)] {
            check(&asker, other, true);
        }
    }
    check(&wider, &reader, true);
    check(&reader, &wider, false);
    check(&wider, &admin, false);
    check(&Principal::anonymous(HERE), &reader, false);
    check(&Principal::turned_away(HERE), &reader, false);
    check(&Principal::operator(HERE), &Principal::operator(ELSEWHERE), false);
    // A key that reads within a label lends no wider eyes, whoever holds it.
    let within = label(AccessTier::Customer, &[]);
    let by_key = admin.by_key(KeyId(Uuid::from_u128(4)), &Scope::ALL.into(), Some(&within));
    check(&by_key, &reader, false);
    check(&by_key, &Principal::anonymous(HERE), true);
    let nobody = Principal::operator(HERE).with_eyes_of(&Principal::turned_away(HERE)).unwrap();
    assert_eq!(nobody.clearance(), Err(AccessError::NothingReadable));
}

#[test]
fn both_grounds_decide_and_nothing_else() {
    let own = label(AccessTier::Internal, &["hr"]);
    let check = |document, tier, groups| {
        assert_eq!(own.grounds(&document), Grounds { tier, groups });
        assert_eq!(own.admits(&document), tier && groups);
    };
    check(label(AccessTier::Internal, &["hr", "web"]), true, true);
    check(label(AccessTier::Restricted, &["hr"]), false, true);
    check(label(AccessTier::Public, &["web"]), true, false);
    check(label(AccessTier::Restricted, &["web"]), false, false);
}
