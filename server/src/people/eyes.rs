//! Looking through other eyes: those of a tier and its groups, or those that a person has now.
//!
//! A person's eyes are made by the door's one constructor, so that whoever cannot come in lends none. The rule that nobody
//! sees more than they do is the principal's own.

use retrieval::access::{AccessError, AccessLabel, Principal};
use retrieval::model::WorkspaceId;

use super::door::{Door, DoorError};
use crate::store::{Person, PersonState, Store, StoreError};

const PERSON: &str = "person:";

/// Whose eyes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Eyes {
    Label(AccessLabel),
    /// By the name that they sign in by, or their id.
    Person(String),
}

impl Eyes {
    /// What stands behind `person:`, if a text begins so.
    pub fn of_person(text: &str) -> Option<Self> {
        text.strip_prefix(PERSON).map(|name| Self::Person(name.to_owned()))
    }
}

/// Why there are no such eyes.
#[derive(Debug, thiserror::Error)]
pub enum EyesError {
    #[error("there is nobody of that name")]
    Nobody,
    #[error("this person cannot come in, so there is nothing to see: they are {}", .0.as_str())]
    Outside(PersonState),
    #[error(transparent)]
    Access(#[from] AccessError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The asker with these eyes, for reading alone; and whose they are, for the log.
pub async fn through(store: &Store, asker: &Principal, eyes: Eyes) -> Result<(Principal, Option<Person>), EyesError> {
    match eyes {
        Eyes::Label(label) => Ok((asker.seeing_as(label)?, None)),
        Eyes::Person(name) => {
            let person = find(store, asker.workspace(), &name).await?.ok_or(EyesError::Nobody)?;
            let theirs = match Door::somebody(asker.workspace(), &person) {
                Ok(theirs) => theirs,
                Err(DoorError::Refused) => return Err(EyesError::Outside(person.state)),
                Err(DoorError::Store(error)) => return Err(error.into()),
            };
            Ok((asker.with_eyes_of(&theirs)?, Some(person)))
        }
    }
}

/// Somebody by the name that they sign in by, or their id.
pub async fn find(store: &Store, workspace: WorkspaceId, name: &str) -> Result<Option<Person>, StoreError> {
    if let Ok(id) = name.trim().parse() {
        return store.person(workspace, id).await;
    }
    let found = store.person_by_login(workspace, &name.trim().to_lowercase()).await?;
    Ok(found.map(|(person, _)| person))
}
