//! A crowd that asks: people whose rights change while they are signed in, and keys of theirs. What each may read is
//! worked out here anew, from nothing but the sentences of the design, and never from the code that is judged.

use std::collections::BTreeSet;
use std::time::Duration;

use retrieval::access::{AccessLabel, AccessTier, Group, Principal, Role, Scope};
use retrieval::model::{KeyId, PersonId, WorkspaceId};
use server::config::Secret;
use server::people::door::{Door, Held, Stay};
use server::people::{KeyWish, People, PersonChange, PersonError, PersonState, Whence};
use server::store::{NewPerson, Store};

use super::dice::{Dice, GROUPS};

const PEOPLE: usize = 10;
const OPERATOR: &str = "the-operators-own-token";

pub struct Crowd {
    people: People,
    workspace: WorkspaceId,
    everybody: Vec<Somebody>,
}

/// A person as this test remembers to have made them.
struct Somebody {
    id: PersonId,
    role: Role,
    label: AccessLabel,
    state: PersonState,
    cookie: Option<Secret>,
    keys: Vec<(KeyId, Secret, Option<AccessLabel>)>,
}

/// What an asker may read, in the words of the design.
#[derive(Clone, Debug)]
pub enum Readable {
    Nothing,
    UpTo(Vec<AccessLabel>),
    Everything,
}

impl Readable {
    /// Same tier or lower; without groups, or one that the reader and everything that narrows them is in.
    pub fn holds(&self, document: &AccessLabel) -> bool {
        match self {
            Self::Nothing => false,
            Self::Everything => true,
            Self::UpTo(limits) => {
                let in_all = |group: &Group| limits.iter().all(|limit| limit.groups.contains(group));
                limits.iter().all(|limit| document.tier <= limit.tier)
                    && (document.groups.is_empty() || document.groups.iter().any(in_all))
            }
        }
    }
}

impl Crowd {
    pub async fn gather(store: Store, workspace: WorkspaceId, dice: &mut Dice, name: u64) -> Self {
        let day = Duration::from_secs(24 * 3_600);
        let operator = Secret::from(OPERATOR.to_owned());
        let people =
            People::new(Door { store, workspace, operator, visitors: true, stay: Stay { idle: day, longest: day } });
        let mut crowd = Self { people, workspace, everybody: Vec::new() };
        crowd.make_groups().await;
        for number in 0..PEOPLE {
            crowd.welcome(&format!("p{name}-{number}"), dice).await;
        }
        crowd
    }

    async fn make_groups(&self) {
        for group in GROUPS {
            self.store().group_insert(self.workspace, &group.parse().unwrap()).await.unwrap();
        }
    }

    fn store(&self) -> &Store {
        &self.people.door.store
    }

    async fn welcome(&mut self, login: &str, dice: &mut Dice) {
        let (role, label) = (dice.one_of(&[Role::Reader, Role::Reader, Role::Editor, Role::Admin]), dice.label());
        let (login, name, state) = (login.to_owned(), "Somebody".to_owned(), PersonState::Active);
        let new = NewPerson { login, name, role, label: label.clone(), state, password: None };
        let id = self.store().person_insert(self.workspace, &new).await.unwrap();
        let mut somebody = Somebody { id, role, label, state, cookie: Some(self.cookie(id).await), keys: Vec::new() };
        for within in [None, Some(dice.label()), Some(dice.label())] {
            let wish = KeyWish { name: "k".into(), scopes: [Scope::Read].into(), within: within.clone(), lasts: None };
            let (key, minted) = self.people.make_key(id, &wish).await.unwrap();
            somebody.keys.push((key, minted.text, within));
        }
        self.everybody.push(somebody);
    }

    async fn cookie(&self, person: PersonId) -> Secret {
        let whence = Whence { address: "here".into(), agent: "test".into() };
        self.people.stay(person, "password", &whence).await.unwrap()
    }

    /// Rights come and go, as it falls.
    pub async fn change(&mut self, dice: &mut Dice) {
        for _ in 0..4 {
            let at = dice.below(self.everybody.len() as u64) as usize;
            match dice.below(6) {
                0 => self.suspend_or_not(at, dice).await,
                1 => self.lose_a_group(dice).await,
                2 => self.revoke(at, dice).await,
                _ => self.relabel(at, dice).await,
            }
        }
    }

    async fn suspend_or_not(&mut self, at: usize, dice: &mut Dice) {
        let state = dice.one_of(&[PersonState::Active, PersonState::Suspended]);
        let id = self.everybody[at].id;
        let change = PersonChange { state: Some(state), ..PersonChange::default() };
        match self.store().person_change(self.workspace, id, &change).await {
            Ok(known) => assert!(known),
            Err(PersonError::LastAdmin) => return,
            Err(error) => panic!("{error}"),
        }
        if state == PersonState::Suspended {
            self.everybody[at].cookie = None; // every stay ended with it
        } else if self.everybody[at].cookie.is_none() {
            self.everybody[at].cookie = Some(self.cookie(id).await);
        }
        self.everybody[at].state = state;
    }

    /// The group is taken away as a whole, and made again with nobody in it.
    async fn lose_a_group(&mut self, dice: &mut Dice) {
        let group: Group = dice.one_of(&GROUPS).parse().unwrap();
        assert!(self.store().group_remove(self.workspace, &group).await.unwrap());
        self.make_groups().await;
        for somebody in &mut self.everybody {
            somebody.label.groups.remove(&group);
        }
    }

    async fn revoke(&mut self, at: usize, dice: &mut Dice) {
        let keys = &mut self.everybody[at].keys;
        if keys.is_empty() {
            return;
        }
        let (key, ..) = keys.swap_remove(dice.below(keys.len() as u64) as usize);
        assert!(self.store().key_remove(key).await.unwrap());
    }

    async fn relabel(&mut self, at: usize, dice: &mut Dice) {
        let (label, role) = (dice.label(), dice.one_of(&Role::ALL));
        let groups: BTreeSet<Group> = label.groups.clone();
        let change =
            PersonChange { role: Some(role), tier: Some(label.tier), groups: Some(groups), ..PersonChange::default() };
        match self.store().person_change(self.workspace, self.everybody[at].id, &change).await {
            Ok(known) => assert!(known),
            Err(PersonError::LastAdmin) => return,
            Err(error) => panic!("{error}"),
        }
        (self.everybody[at].label, self.everybody[at].role) = (label, role);
    }

    /// Somebody comes to the door; `None` for who is not let in. And what they should be able to read.
    pub async fn somebody(&self, dice: &mut Dice) -> (Option<Principal>, Readable) {
        let asker = dice.one_of(&self.everybody.iter().collect::<Vec<_>>());
        let own = match (asker.state, asker.role) {
            (PersonState::Suspended | PersonState::Invited, _) => Readable::Nothing,
            (PersonState::Active, Role::Admin) => Readable::Everything,
            (PersonState::Active, Role::Reader | Role::Editor) => Readable::UpTo(vec![asker.label.clone()]),
        };
        let (held, readable) = match (dice.below(8), &asker.cookie) {
            (0, _) => (Held::Nothing, Readable::UpTo(vec![AccessLabel::tier(AccessTier::Public)])),
            (1, _) => (Held::Bearer(OPERATOR), Readable::Everything),
            (2..=4, Some(cookie)) => (Held::Cookie(cookie.reveal()), own),
            _ if asker.keys.is_empty() => (Held::Bearer("lak_"), Readable::Nothing),
            _ => {
                let (_, key, within) = &asker.keys[dice.below(asker.keys.len() as u64) as usize];
                (Held::Bearer(key.reveal()), narrowed(own, within.as_ref()))
            }
        };
        let entered = self.people.door.enter(held).await.ok().map(|entered| entered.principal);
        assert_eq!(entered.is_some(), !matches!(readable, Readable::Nothing), "{held:?} {readable:?}");
        simulating(entered, readable, dice)
    }
}

fn narrowed(own: Readable, within: Option<&AccessLabel>) -> Readable {
    match (own, within) {
        (own, None) | (own @ Readable::Nothing, Some(_)) => own,
        (Readable::Everything, Some(within)) => Readable::UpTo(vec![within.clone()]),
        (Readable::UpTo(limits), Some(within)) => Readable::UpTo(limits.into_iter().chain([within.clone()]).collect()),
    }
}

/// Some who may see everything look through lesser eyes.
fn simulating(entered: Option<Principal>, readable: Readable, dice: &mut Dice) -> (Option<Principal>, Readable) {
    match (entered, &readable) {
        (Some(principal), Readable::Everything) if dice.below(2) == 0 => {
            let eyes = dice.label();
            (Some(principal.seeing_as(eyes.clone()).unwrap()), Readable::UpTo(vec![eyes]))
        }
        (entered, _) => (entered, readable),
    }
}
