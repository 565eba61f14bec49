//! People: who may come in, by what, and what they may do there.
//!
//! Whatever somebody holds becomes a principal at the [`door`]; what a principal may do stands in the [`policy`]. Knows no
//! SQL and no HTTP, and nothing of documents.

pub mod door;
pub mod eyes;
pub mod guest;
mod name;
pub mod oidc;
mod password;
pub mod policy;
pub mod secret;
mod throttle;
pub mod verdict;

use std::collections::BTreeSet;
use std::time::Duration;

use retrieval::access::{AccessLabel, Group, Role, Scope};
use retrieval::model::{KeyId, PersonId, SignInId};

use crate::config::Secret;
use door::Door;
use name::display_name;
use password::{Chosen, PasswordError, Passwords};
use secret::{Minted, NoChance, Purpose, mint};
use throttle::{Against, Throttle};

pub use crate::store::{
    ApiKey, GroupLine, Link, LinkPurpose, Person, PersonChange, PersonError, PersonState, SignIn, StoreError,
};
use crate::store::{NewKey, NewPerson, NewSignIn, Redemption};
pub use name::Login;
pub use password::Unfit;
pub use throttle::Wait;

const FIRST_ADMIN_LASTS: Duration = Duration::from_secs(24 * 3_600);
const INVITATION_LASTS: Duration = Duration::from_secs(7 * 24 * 3_600);
const RESET_LASTS: Duration = Duration::from_secs(24 * 3_600);
/// Keys of one person: more than anybody uses, and no way to fill the disk.
const MOST_KEYS: usize = 100;

/// Why something about people was not done.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// For the person who typed it.
    #[error("{0}")]
    Malformed(&'static str),
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// Unknown, wrong, invited or suspended: the same for all.
    #[error("the name or the password is wrong")]
    WrongPassword,
    #[error("too many wrong guesses: wait {} seconds", .0.seconds)]
    Wait(Wait),
    #[error("this link does not work any more: ask for another")]
    DeadLink,
    #[error(transparent)]
    Person(#[from] PersonError),
    #[error(transparent)]
    Password(#[from] PasswordError),
    #[error(transparent)]
    NoChance(#[from] NoChance),
}

impl From<StoreError> for PeopleError {
    fn from(error: StoreError) -> Self {
        Self::Person(error.into())
    }
}

/// From where somebody signs in, as far as that can be told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Whence {
    pub address: String,
    pub agent: String,
}

/// Somebody to be invited.
pub struct Invitation {
    pub login: Login,
    pub name: Option<String>,
    pub role: Role,
    pub label: AccessLabel,
}

/// A key to be made.
pub struct KeyWish {
    pub name: String,
    pub scopes: BTreeSet<Scope>,
    pub within: Option<AccessLabel>,
    pub lasts: Option<Duration>,
}

/// What the link's holder types.
pub struct Answer<'a> {
    pub login: Option<&'a str>,
    pub name: Option<&'a str>,
    pub password: &'a str,
}

/// Looks after people.
#[derive(Clone)]
pub struct People {
    pub door: Door,
    passwords: Passwords,
    throttle: Throttle,
}

impl People {
    pub fn new(door: Door) -> Self {
        let throttle = Throttle::new(door.store.clock().clone());
        Self { door, passwords: Passwords::default(), throttle }
    }

    /// The cookie of a new stay.
    pub async fn sign_in(
        &self,
        login: &str,
        password: &str,
        whence: &Whence,
    ) -> Result<(PersonId, Secret), PeopleError> {
        let login = Login::parse(login).map_err(|_| PeopleError::WrongPassword)?;
        let names: Vec<Against> =
            [Some(Against::login(&login)), Against::address(&whence.address)].into_iter().flatten().collect();
        self.throttle.guess(&names).map_err(PeopleError::Wait)?;
        let found = self.door.store.person_by_login(self.door.workspace, login.as_str()).await?;
        let (person, kept) = found.map_or((None, None), |(person, kept)| (Some(person), kept));
        let is_theirs = self.passwords.is_theirs(password, kept.clone()).await?;
        let person = person.filter(|person| is_theirs && person.state == PersonState::Active);
        let person = person.ok_or(PeopleError::WrongPassword)?.id;
        names.iter().for_each(|name| self.throttle.forgive(name));
        let (stay, secret) = self.begin(person, "password", whence).await?;
        // Proving takes a while. Whoever was suspended or got another password meanwhile did not end this stay.
        let now = self.door.store.person_by_login(self.door.workspace, login.as_str()).await?;
        if now.is_none_or(|(person, now)| person.state != PersonState::Active || now != kept) {
            self.door.store.sign_in_remove(person, stay).await?;
            return Err(PeopleError::WrongPassword);
        }
        Ok((person, secret))
    }

    /// A new stay of somebody who has proven who they are.
    pub async fn stay(&self, person: PersonId, way: &'static str, whence: &Whence) -> Result<Secret, PeopleError> {
        Ok(self.begin(person, way, whence).await?.1)
    }

    async fn begin(
        &self,
        person: PersonId,
        way: &'static str,
        whence: &Whence,
    ) -> Result<(SignInId, Secret), PeopleError> {
        let Minted { text, hash } = mint(Purpose::SignIn)?;
        let new = NewSignIn { person, secret_hash: &hash, way, address: &whence.address, agent: &whence.agent };
        Ok((self.door.store.sign_in_insert(&new).await?, text))
    }

    /// The link of a workspace that nobody looks after; `None` where somebody does.
    pub async fn first_admin(&self) -> Result<Option<Secret>, PeopleError> {
        match self.door.store.has_admin(self.door.workspace).await? {
            true => Ok(None),
            false => self.link(LinkPurpose::FirstAdmin, None, FIRST_ADMIN_LASTS).await.map(Some),
        }
    }

    /// Somebody new, and the link by which they come in.
    pub async fn invite(&self, invitation: Invitation) -> Result<(PersonId, Secret), PeopleError> {
        let Invitation { login, name, role, label } = invitation;
        let name = name.as_deref().map_or_else(|| Ok(login.as_str().to_owned()), display_name)?;
        let new = NewPerson { login: login.into(), name, role, label, state: PersonState::Invited, password: None };
        let person = self.door.store.person_insert(self.door.workspace, &new).await?;
        Ok((person, self.link(LinkPurpose::Invitation, Some(person), INVITATION_LASTS).await?))
    }

    /// A link by which somebody comes in, or chooses another password.
    pub async fn link_again(&self, person: &Person) -> Result<Secret, PeopleError> {
        let (purpose, lasts) = match person.state {
            PersonState::Invited => (LinkPurpose::Invitation, INVITATION_LASTS),
            PersonState::Active => (LinkPurpose::Reset, RESET_LASTS),
            PersonState::Suspended => return Err(PersonError::NotActive.into()),
        };
        self.link(purpose, Some(person.id), lasts).await
    }

    async fn link(
        &self,
        purpose: LinkPurpose,
        person: Option<PersonId>,
        lasts: Duration,
    ) -> Result<Secret, PeopleError> {
        let Minted { text, hash } = mint(Purpose::Link)?;
        self.door.store.link_insert(self.door.workspace, Link { purpose, person }, &hash, lasts).await?;
        Ok(text)
    }

    /// What a link is for, and whom, while it works.
    pub async fn link_for(&self, link: &str) -> Result<(LinkPurpose, Option<Person>), PeopleError> {
        let hash = secret::lookup(Purpose::Link, link).ok_or(PeopleError::DeadLink)?;
        let (store, workspace) = (&self.door.store, self.door.workspace);
        let found = store.link(workspace, &hash).await?.ok_or(PeopleError::DeadLink)?;
        let person = match found.person {
            Some(person) => Some(store.person(workspace, person).await?.ok_or(PeopleError::DeadLink)?),
            None => None,
        };
        if person.as_ref().is_some_and(|person| person.state == PersonState::Suspended) {
            return Err(PeopleError::DeadLink);
        }
        Ok((found.purpose, person))
    }

    /// Use a link up: a password is chosen, and whoever chose it is in.
    pub async fn redeem(
        &self,
        link: &str,
        answer: Answer<'_>,
        whence: &Whence,
    ) -> Result<(PersonId, Secret), PeopleError> {
        let (purpose, person) = self.link_for(link).await?;
        let login = match (&person, purpose) {
            (Some(person), _) => person.login.clone(),
            (None, _) => Login::parse(answer.login.unwrap_or_default())?.into(),
        };
        let chosen = Chosen::parse(answer.password, &login)?;
        let name = answer.name.map(display_name).transpose()?;
        let redemption = Redemption { login: Some(login), name, password: self.passwords.hash(chosen).await? };
        let hash = secret::lookup(Purpose::Link, link).ok_or(PeopleError::DeadLink)?;
        let redeemed = self.door.store.link_redeem(self.door.workspace, &hash, &redemption).await?;
        let person = redeemed.ok_or(PeopleError::DeadLink)?;
        Ok((person, self.stay(person, "link", whence).await?))
    }

    /// Another password for somebody who knows the present one. All their stays end.
    pub async fn change_password(&self, person: &Person, present: &str, next: &str) -> Result<(), PeopleError> {
        let name = Against::login(&Login::parse(&person.login)?);
        self.throttle.guess(std::slice::from_ref(&name)).map_err(PeopleError::Wait)?;
        let found = self.door.store.person_by_login(self.door.workspace, &person.login).await?;
        if !self.passwords.is_theirs(present, found.and_then(|(_, kept)| kept)).await? {
            return Err(PeopleError::WrongPassword);
        }
        self.throttle.forgive(&name);
        let kept = self.passwords.hash(Chosen::parse(next, &person.login)?).await?;
        Ok(self.door.store.password_set(person.id, &kept).await?)
    }

    /// False when there is no such person.
    pub async fn change(&self, person: PersonId, mut change: PersonChange) -> Result<bool, PeopleError> {
        change.name = change.name.as_deref().map(display_name).transpose()?;
        Ok(self.door.store.person_change(self.door.workspace, person, &change).await?)
    }

    /// False when there is no such person.
    pub async fn remove(&self, person: PersonId) -> Result<bool, PeopleError> {
        Ok(self.door.store.person_remove(self.door.workspace, person).await?)
    }

    pub async fn add_group(&self, group: &Group) -> Result<(), PeopleError> {
        match self.door.store.group_insert(self.door.workspace, group).await? {
            true => Ok(()),
            false => Err(PersonError::GroupTaken(group.clone()).into()),
        }
    }

    /// False when there is no such group.
    pub async fn remove_group(&self, group: &Group) -> Result<bool, PeopleError> {
        Ok(self.door.store.group_remove(self.door.workspace, group).await?)
    }

    /// `None` when there is no such key.
    pub async fn key(&self, key: KeyId) -> Result<Option<ApiKey>, PeopleError> {
        Ok(self.door.store.key(self.door.workspace, key).await?)
    }

    /// A key of this person, told this once.
    pub async fn make_key(&self, owner: PersonId, wish: &KeyWish) -> Result<(KeyId, Minted), PeopleError> {
        if wish.scopes.is_empty() {
            return Err(PeopleError::Malformed("a key needs a scope: read, write or manage"));
        }
        let (store, workspace) = (&self.door.store, self.door.workspace);
        let owner = store.person(workspace, owner).await?.filter(|owner| owner.state == PersonState::Active);
        let owner = owner.ok_or(PersonError::NotActive)?.id;
        if store.keys_count(owner).await? >= MOST_KEYS {
            return Err(PeopleError::Malformed("there are a hundred keys of this person: revoke some first"));
        }
        let (name, minted) = (display_name(&wish.name)?, mint(Purpose::Key)?);
        let lasts = wish.lasts.map(|lasts| i64::try_from(lasts.as_millis()).unwrap_or(i64::MAX));
        let prefix = minted.shown();
        let new = NewKey {
            owner,
            name: &name,
            prefix: &prefix,
            secret_hash: &minted.hash,
            scopes: &wish.scopes,
            within: wish.within.as_ref(),
            ends_ms: lasts.map(|lasts| store.clock().now_ms().saturating_add(lasts)),
        };
        Ok((store.key_insert(&new).await?, minted))
    }

    /// Forget stays and links that nobody can use any more.
    pub async fn sweep(&self) -> Result<u64, PeopleError> {
        let (now, stay) = (self.door.store.clock().now_ms(), self.door.stay);
        let before = |lasts: Duration| now.saturating_sub(i64::try_from(lasts.as_millis()).unwrap_or(i64::MAX));
        let stays = self.door.store.sign_ins_sweep(before(stay.idle), before(stay.longest)).await?;
        Ok(stays + self.door.store.links_sweep().await?)
    }

    /// How many stays that were.
    pub async fn sign_out_everywhere(&self, person: PersonId) -> Result<u64, PeopleError> {
        Ok(self.door.store.sign_ins_remove_others(person, None).await?)
    }
}
