//! The door: the one place where what somebody holds becomes a principal.
//!
//! Status and rights are read anew every time, whatever the credential: who was suspended, lowered or let go is so from
//! that commit on. A credential that is held and does not open is refused, never taken for a visitor's empty hands.

use std::collections::BTreeSet;
use std::time::Duration;

use retrieval::access::{Principal, Scope};
use retrieval::model::{KeyId, SignInId, WorkspaceId};

use super::guest::Guest;
use super::secret::{self, Purpose};
use crate::config::Secret;
use crate::store::{ApiKey, Person, PersonState, Store, StoreError};

/// Last use and last sight are noted this often at most: a reader must not become a writer with every request.
const NOTED_EVERY_MS: i64 = 60_000;

/// What somebody holds out.
#[derive(Clone, Copy, Debug)]
pub enum Held<'a> {
    Nothing,
    /// From a cookie.
    Cookie(&'a str),
    /// From an `Authorization` header.
    Bearer(&'a str),
    /// The word of another site, which was checked.
    Word(&'a Guest),
}

/// By what they came in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum By {
    Nothing,
    Operator,
    SignIn(SignInId),
    Key(KeyId),
}

/// Somebody inside.
#[derive(Clone, Debug)]
pub struct Entered {
    pub principal: Principal,
    pub by: By,
}

/// Why somebody stays outside.
#[derive(Debug, thiserror::Error)]
pub enum DoorError {
    /// Whatever is wrong with it: unknown, ended, of somebody who may not come in.
    #[error("this credential does not open")]
    Refused,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How long a stay lasts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stay {
    /// Unused.
    pub idle: Duration,
    /// However much it is used.
    pub longest: Duration,
}

#[derive(Clone)]
pub struct Door {
    pub store: Store,
    pub workspace: WorkspaceId,
    /// Whoever can read the data directory can read this: it makes the command line's requests the operator's.
    pub operator: Secret,
    /// Whether people who did not sign in may ask.
    pub visitors: bool,
    pub stay: Stay,
}

impl Door {
    pub async fn enter(&self, held: Held<'_>) -> Result<Entered, DoorError> {
        match held {
            Held::Nothing if self.visitors => Ok(Self::without(Principal::anonymous(self.workspace))),
            Held::Nothing => Ok(Self::without(Principal::turned_away(self.workspace))),
            Held::Word(guest) => Ok(Self::without(Principal::guest(self.workspace, guest.id, guest.label.clone()))),
            Held::Bearer(token) if secret::is_same(token, self.operator.reveal()) => {
                Ok(Entered { principal: Principal::operator(self.workspace), by: By::Operator })
            }
            Held::Bearer(token) => self.by_key(token).await,
            Held::Cookie(cookie) => self.by_sign_in(cookie).await,
        }
    }

    fn without(principal: Principal) -> Entered {
        Entered { principal, by: By::Nothing }
    }

    async fn by_sign_in(&self, cookie: &str) -> Result<Entered, DoorError> {
        let hash = secret::lookup(Purpose::SignIn, cookie).ok_or(DoorError::Refused)?;
        let (stay, person) = self.store.sign_in_by_secret(&hash).await?.ok_or(DoorError::Refused)?;
        let now = self.store.clock().now_ms();
        let is_over = now - stay.seen_ms > millis(self.stay.idle) || now - stay.created_ms > millis(self.stay.longest);
        if is_over {
            return Err(DoorError::Refused);
        }
        let principal = self.principal(&person)?;
        if now - stay.seen_ms > NOTED_EVERY_MS {
            note(self.store.sign_in_seen(stay.id).await);
        }
        Ok(Entered { principal, by: By::SignIn(stay.id) })
    }

    async fn by_key(&self, token: &str) -> Result<Entered, DoorError> {
        let hash = secret::lookup(Purpose::Key, token).ok_or(DoorError::Refused)?;
        let (key, person) = self.store.key_by_secret(&hash).await?.ok_or(DoorError::Refused)?;
        let now = self.store.clock().now_ms();
        if key.ends_ms.is_some_and(|ends| ends <= now) {
            return Err(DoorError::Refused);
        }
        let scopes = scopes(&key);
        let principal = self.principal(&person)?.by_key(key.id, &scopes, key.within.as_ref());
        if key.used_ms.is_none_or(|used| now - used > NOTED_EVERY_MS) {
            note(self.store.key_used(key.id).await);
        }
        Ok(Entered { principal, by: By::Key(key.id) })
    }

    /// Somebody with an account, as their row has them now.
    pub fn principal(&self, person: &Person) -> Result<Principal, DoorError> {
        Self::somebody(self.workspace, person)
    }

    /// The one constructor of somebody with an account; also for who looks through their eyes where there is no door.
    pub fn somebody(workspace: WorkspaceId, person: &Person) -> Result<Principal, DoorError> {
        let is_here = person.workspace == workspace;
        match person.state {
            PersonState::Active if is_here => {
                Ok(Principal::person(person.workspace, person.id, person.role, person.label.clone()))
            }
            PersonState::Active | PersonState::Invited | PersonState::Suspended => Err(DoorError::Refused),
        }
    }
}

/// A key that reads only a part does not manage, whatever its row says: it could make itself another that reads more.
fn scopes(key: &ApiKey) -> BTreeSet<Scope> {
    let is_for = |scope: &&Scope| key.within.is_none() || **scope != Scope::Manage;
    key.scopes.iter().filter(is_for).copied().collect()
}

/// Reading goes on where nothing can be written.
fn note(written: Result<(), StoreError>) {
    if let Err(error) = written {
        tracing::warn!(%error, "the use of a credential was not noted");
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
