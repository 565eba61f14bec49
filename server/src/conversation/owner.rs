//! Whose a conversation is: decided by who really asks, whatever eyes they look through.
//!
//! A key's conversations are the key's, not its person's: a program that holds a narrow key must not read what the
//! person typed elsewhere.

use retrieval::access::{Origin, Principal};
use retrieval::model::ConversationId;
use uuid::Uuid;

use crate::people::secret::{self, Purpose};
use crate::store::Owner;

/// Of the name that the operator gives to a conversation.
pub const LONGEST_NAME: usize = 64;

/// A conversation that somebody says is theirs.
#[derive(Clone, Copy)]
pub struct Claim<'a> {
    pub principal: &'a Principal,
    /// An id; the operator may call theirs by any name.
    pub name: &'a str,
    /// What a visitor was told when it began.
    pub secret: Option<&'a str>,
}

impl Claim<'_> {
    /// `None` when it cannot be anybody's.
    pub fn parse(&self) -> Option<(Owner, ConversationId)> {
        let hash = self.secret.and_then(|secret| secret::lookup(Purpose::Conversation, secret));
        Some((of(self.principal, hash)?, self.id()?))
    }

    /// Whether a conversation is made under a name that nobody has used.
    pub fn may_name(&self) -> bool {
        self.principal.origin() == Origin::Operator
    }

    /// Ids stand in one way: what else Uuid takes for one is not looked up.
    fn id(&self) -> Option<ConversationId> {
        let is_spelt = |id: &ConversationId| id.to_string() == self.name;
        let id = self.name.parse().ok().filter(is_spelt);
        id.or_else(|| self.may_name().then(|| self.named()).flatten())
    }

    /// The same name is the same conversation, in each workspace another.
    fn named(&self) -> Option<ConversationId> {
        let fits = !self.name.trim().is_empty() && self.name.chars().count() <= LONGEST_NAME;
        let workspace = self.principal.workspace().0;
        fits.then(|| ConversationId(Uuid::new_v5(&workspace, format!("conversation/{}", self.name).as_bytes())))
    }
}

pub fn is_visitor(principal: &Principal) -> bool {
    principal.origin() == Origin::Anonymous
}

/// `None` for who has nothing of their own: a visitor without a secret, and the house itself.
pub fn of(principal: &Principal, secret_hash: Option<String>) -> Option<Owner> {
    let (name, person) = match principal.origin() {
        Origin::Person(person) => (format!("person {person}"), Some(person)),
        Origin::Guest(guest) => (format!("guest {guest}"), None),
        Origin::Key(key, person) => (format!("key {key}"), Some(person)),
        Origin::Operator => ("operator".to_owned(), None),
        Origin::Anonymous => (format!("visitor {}", secret_hash?), None),
        Origin::Upkeep(_) => return None,
    };
    Some(Owner { name, person })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use retrieval::access::{AccessLabel, AccessTier, Role, Scope};
    use retrieval::model::{GuestId, KeyId, PersonId, WorkspaceId};

    use super::*;

    const HERE: WorkspaceId = WorkspaceId(Uuid::from_u128(1));

    fn person(number: u128) -> Principal {
        let label = AccessLabel::tier(AccessTier::Internal);
        Principal::person(HERE, PersonId(Uuid::from_u128(number)), Role::Admin, label)
    }

    #[test]
    fn everybody_has_their_own() {
        let key = person(2).by_key(KeyId(Uuid::from_u128(2)), &Scope::ALL.into(), None);
        let hash = |text: &str| Some(text.to_owned());
        let all = [
            of(&person(2), None),
            of(&person(3), None),
            of(&key, None),
            of(&Principal::operator(HERE), None),
            of(&Principal::guest(HERE, GuestId(Uuid::from_u128(2)), AccessLabel::tier(AccessTier::Public)), hash("a")),
            of(&Principal::anonymous(HERE), hash("a")),
            of(&Principal::anonymous(HERE), hash("b")),
        ];
        let names: BTreeSet<String> = all.iter().flatten().map(|owner| owner.name.clone()).collect();
        assert_eq!(names.len(), all.len());
        for nobody in [Principal::anonymous(HERE), Principal::upkeep(HERE, "test")] {
            assert_eq!(of(&nobody, None), None);
        }
        let eyes = person(2).seeing_as(AccessLabel::tier(AccessTier::Public)).unwrap();
        assert_eq!(of(&eyes, hash("a")), of(&person(2), None), "a borrowed secret opens nothing");
    }

    #[test]
    fn only_the_operator_gives_names() {
        let (operator, person) = (Principal::operator(HERE), person(2));
        let id = "01890a5d-ac96-774b-bcce-b302099a8057";
        let parse = |principal, name| Claim { principal, name, secret: None }.parse().map(|(_, id)| id);
        assert_eq!(parse(&person, id), id.parse().ok());
        assert_eq!(parse(&operator, id), id.parse().ok());
        assert_eq!(parse(&operator, "monday"), parse(&operator, "monday"));
        assert!(parse(&operator, "monday").is_some() && parse(&operator, "monday") != parse(&operator, "Monday"));
        let elsewhere = Principal::operator(WorkspaceId(Uuid::from_u128(9)));
        assert_ne!(parse(&operator, "monday"), parse(&elsewhere, "monday"));
        let upper = id.to_uppercase();
        for odd in ["monday", "", &upper, "01890a5dac96774bbcceb302099a8057", "{01890a5d-ac96-774b-bcce-b302099a8057}"]
        {
            assert_eq!(parse(&person, odd), None, "{odd}");
        }
        for odd in ["", " ", &"x".repeat(65)] {
            assert_eq!(parse(&operator, odd), None, "{odd}");
        }
    }
}
