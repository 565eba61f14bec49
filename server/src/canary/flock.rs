//! Who asks: somebody of every tier, inside and outside the groups, by every kind of credential.

use std::collections::BTreeSet;

use retrieval::access::{AccessLabel, AccessTier, Group, Role, Scope};
use retrieval::model::PersonId;

use super::marks::Marked;
use super::{CanaryError, Credential};
use crate::people::{KeyWish, People, PersonError, PersonState, Whence};
use crate::store::{NewPerson, PersonChange};

/// Somebody who asks.
pub struct Bird {
    pub name: String,
    pub credential: Credential,
    /// Up to which they read; `None` for who reads nothing.
    pub tier: Option<AccessTier>,
    pub groups: BTreeSet<Group>,
}

impl Bird {
    #[cfg(test)]
    pub fn of(tier: Option<AccessTier>, groups: BTreeSet<Group>) -> Self {
        Self { name: "somebody".into(), credential: Credential::Nothing, tier, groups }
    }
}

/// Everybody, each with what they hold.
pub async fn gather(people: &People, marked: &Marked) -> Result<Vec<Bird>, CanaryError> {
    let visitor = people.door.visitors.then_some(AccessTier::Public);
    let mut birds = vec![
        Bird { name: "a visitor".into(), credential: Credential::Nothing, tier: visitor, groups: BTreeSet::new() },
        Bird {
            name: "a stranger with a key that is none".into(),
            credential: Credential::Bearer(marked.nowhere().into()),
            tier: None,
            groups: BTreeSet::new(),
        },
    ];
    let sets = [("no group", BTreeSet::new()), ("the first group", marked.groups.iter().take(1).cloned().collect())];
    for tier in AccessTier::ALL {
        for (of, groups) in &sets {
            for role in [Role::Reader, Role::Editor] {
                let label = AccessLabel { tier, groups: groups.clone() };
                let person = hatch(people, marked, birds.len(), role, &label).await?;
                let credential = Credential::Cookie(people.stay(person, "link", &nowhere()).await?);
                let name = format!("a {role} of tier {tier} in {of}").replace("a editor", "an editor");
                birds.push(Bird { name, credential, tier: Some(tier), groups: groups.clone() });
            }
        }
    }
    birds.push(by_key(people, marked, birds.len()).await?);
    birds.push(suspended(people, marked, birds.len()).await?);
    Ok(birds)
}

/// The key of an admin that reads only within a label.
async fn by_key(people: &People, marked: &Marked, at: usize) -> Result<Bird, CanaryError> {
    let label = AccessLabel { tier: AccessTier::Customer, groups: marked.groups.iter().skip(1).cloned().collect() };
    let admin = hatch(people, marked, at, Role::Admin, &AccessLabel::tier(AccessTier::Public)).await?;
    let scopes = [Scope::Read, Scope::Write].into();
    let wish = KeyWish { name: "canary".into(), scopes, within: Some(label.clone()), lasts: None };
    let (_, minted) = people.make_key(admin, &wish).await?;
    let (name, credential) = ("a key within a label".into(), Credential::Bearer(minted.text));
    Ok(Bird { name, credential, tier: Some(label.tier), groups: label.groups })
}

/// Somebody who read everything until a moment ago.
async fn suspended(people: &People, marked: &Marked, at: usize) -> Result<Bird, CanaryError> {
    let label = AccessLabel { tier: AccessTier::Restricted, groups: marked.groups.iter().cloned().collect() };
    let person = hatch(people, marked, at, Role::Editor, &label).await?;
    let credential = Credential::Cookie(people.stay(person, "link", &nowhere()).await?);
    people.change(person, PersonChange { state: Some(PersonState::Suspended), ..PersonChange::default() }).await?;
    Ok(Bird { name: "somebody suspended".into(), credential, tier: None, groups: BTreeSet::new() })
}

async fn hatch(
    people: &People,
    marked: &Marked,
    at: usize,
    role: Role,
    label: &AccessLabel,
) -> Result<PersonId, CanaryError> {
    let login = format!("{}-{at}", marked.nowhere());
    let new = NewPerson {
        name: login.clone(),
        login,
        role,
        label: label.clone(),
        state: PersonState::Active,
        password: None,
    };
    let made = people.door.store.person_insert(people.door.workspace, &new).await;
    made.map_err(|error| match error {
        PersonError::Store(error) => error.into(),
        other => CanaryError::NotPlanted(other.to_string()),
    })
}

fn nowhere() -> Whence {
    Whence { address: "canary".into(), agent: String::new() }
}
