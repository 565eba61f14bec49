//! Why a person reads a document, or does not: the rules that decide, one by one, in the order in which they are asked.
//!
//! The verdict is the clearance's, and each ground is asked of the label that decides: nothing is decided here.

use retrieval::access::{AccessLabel, Principal, Reach};
use retrieval::model::WorkspaceId;

use super::door::{Door, DoorError};
use crate::store::{Person, StoreError};

/// What was decided, and by what.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verdict {
    pub reads: bool,
    pub grounds: Vec<Ground>,
}

/// One rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ground {
    pub rule: &'static str,
    /// Whether it lets them read on.
    pub holds: bool,
    pub sentence: String,
}

/// What decides about this person and what carries this label in this workspace.
pub fn explain(workspace: WorkspaceId, person: &Person, document: &AccessLabel) -> Result<Verdict, StoreError> {
    let name = &person.login;
    let state =
        |holds, sentence: &str| ground("state", holds, format!("{name} is {}: {sentence}", person.state.as_str()));
    match Door::somebody(workspace, person) {
        Ok(principal) => Ok(decided(name, state(true, "they may come in"), &principal, document)),
        Err(DoorError::Refused) => {
            Ok(Verdict { reads: false, grounds: vec![state(false, "they may not come in, whatever they could read")] })
        }
        Err(DoorError::Store(error)) => Err(error),
    }
}

fn decided(name: &str, state: Ground, principal: &Principal, document: &AccessLabel) -> Verdict {
    let Ok(clearance) = principal.clearance() else {
        let nothing = ground("role", false, format!("{name} may read nothing"));
        return Verdict { reads: false, grounds: vec![state, nothing] };
    };
    let mut grounds = vec![state];
    match clearance.reach() {
        Reach::Everything => {
            let sentence =
                format!("{name} is {} and reads everything in the workspace", article(principal.role().as_str()));
            grounds.push(ground("role", true, sentence));
        }
        Reach::UpTo(own) => {
            let sentence =
                format!("{name} is {} and reads what tier and groups admit", article(principal.role().as_str()));
            grounds.push(ground("role", true, sentence));
            let held = own.grounds(document);
            grounds.push(ground("tier", held.tier, tiers(name, own, document, held.tier)));
            grounds.push(ground("groups", held.groups, groups(name, own, document)));
        }
    }
    Verdict { reads: clearance.admits(principal.workspace(), document), grounds }
}

fn ground(rule: &'static str, holds: bool, sentence: String) -> Ground {
    Ground { rule, holds, sentence }
}

fn article(role: &str) -> String {
    match role.starts_with(['a', 'e']) {
        true => format!("an {role}"),
        false => format!("a {role}"),
    }
}

fn tiers(name: &str, own: &AccessLabel, document: &AccessLabel, holds: bool) -> String {
    let relation = if holds { "not above" } else { "above" };
    format!("the document is {}, {relation} what {name} reads up to: {}", document.tier, own.tier)
}

fn groups(name: &str, own: &AccessLabel, document: &AccessLabel) -> String {
    let list = |names: Vec<&str>| names.join(", ");
    let all = |label: &AccessLabel| list(label.groups.iter().map(|group| group.as_str()).collect());
    if document.groups.is_empty() {
        return "the document is kept for no group: every reader of its tier reads it".into();
    }
    let shared = list(own.groups.intersection(&document.groups).map(|group| group.as_str()).collect());
    match (shared.as_str(), own.groups.is_empty()) {
        ("", true) => format!("the document is kept for {}; {name} is in no group", all(document)),
        ("", false) => format!("the document is kept for {}; {name} is only in {}", all(document), all(own)),
        _ => format!("the document is kept for {}, and {name} is in {shared}", all(document)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use retrieval::access::{AccessTier, Group, Role};
    use retrieval::model::PersonId;
    use uuid::Uuid;

    use super::*;
    use crate::store::PersonState;

    const HERE: WorkspaceId = WorkspaceId(Uuid::from_u128(1));

    fn person(role: Role, state: PersonState, label: AccessLabel) -> Person {
        let (id, login, name) = (PersonId(Uuid::from_u128(2)), "ada".to_owned(), "Ada".to_owned());
        let (created_ms, updated_ms, has_password) = (0, 0, true);
        Person { id, workspace: HERE, login, name, role, label, state, has_password, created_ms, updated_ms }
    }

    /// Four tiers by every set of three groups.
    fn labels() -> Vec<AccessLabel> {
        let names: [Group; 3] = ["billing", "hr", "web"].map(|name| name.parse().unwrap());
        let sets = (0..8).map(|bits| -> BTreeSet<Group> {
            names.iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1).map(|(_, group)| group.clone()).collect()
        });
        let sets: Vec<_> = sets.collect();
        AccessTier::ALL
            .into_iter()
            .flat_map(|tier| sets.iter().map(move |set| AccessLabel { tier, groups: set.clone() }))
            .collect()
    }

    #[test]
    fn the_verdict_is_the_clearances() {
        for own in labels() {
            for role in Role::ALL {
                for state in PersonState::ALL {
                    let person = person(role, state, own.clone());
                    let clearance = Door::somebody(HERE, &person).ok().map(|principal| principal.clearance().unwrap());
                    for document in labels() {
                        let verdict = explain(HERE, &person, &document).unwrap();
                        let admits = clearance.as_ref().is_some_and(|clearance| clearance.admits(HERE, &document));
                        assert_eq!(verdict.reads, admits, "{person:?} {document:?}");
                        // Whoever reads the grounds comes to the same end.
                        let all_hold = verdict.grounds.iter().all(|ground| ground.holds);
                        assert_eq!(all_hold, admits, "{verdict:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn somebody_of_another_workspace_reads_nothing_here() {
        let person = person(Role::Admin, PersonState::Active, labels().remove(0));
        let elsewhere = WorkspaceId(Uuid::from_u128(9));
        assert!(!explain(elsewhere, &person, &labels()[0]).unwrap().reads);
    }

    #[test]
    fn the_rules_are_told_as_sentences() {
        let label = |tier, groups: &[&str]| AccessLabel {
            tier,
            groups: groups.iter().map(|name| name.parse().unwrap()).collect(),
        };
        let told = |person: &Person, document: &AccessLabel| -> Vec<String> {
            explain(HERE, person, document).unwrap().grounds.into_iter().map(|ground| ground.sentence).collect()
        };
        let ada = person(Role::Reader, PersonState::Active, label(AccessTier::Internal, &["hr"]));
        assert_eq!(
            told(&ada, &label(AccessTier::Restricted, &["web"])),
            [
                "ada is active: they may come in",
                "ada is a reader and reads what tier and groups admit",
                "the document is restricted, above what ada reads up to: internal",
                "the document is kept for web; ada is only in hr",
            ]
        );
        let admin = person(Role::Admin, PersonState::Active, label(AccessTier::Public, &[]));
        assert_eq!(
            told(&admin, &label(AccessTier::Restricted, &["web"]))[1..],
            ["ada is an admin and reads everything in the workspace"]
        );
        let gone = person(Role::Admin, PersonState::Suspended, label(AccessTier::Public, &[]));
        assert_eq!(
            told(&gone, &label(AccessTier::Public, &[])),
            ["ada is suspended: they may not come in, whatever they could read"]
        );
    }
}
