//! Who asks, what they may do, and what they may read before any doubt is raised.
//!
//! A principal is made where a request or a command comes in, from what is true at that moment. Nothing here narrows by
//! itself, and nothing ever widens.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use super::AccessError;
use super::clearance::{Clearance, Reach};
use super::label::AccessLabel;
use crate::model::{GuestId, KeyId, PersonId, WorkspaceId};

/// What one may *do*. What one may *read* is tier and groups; the two never mix.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Role {
    Reader,
    Editor,
    Admin,
}

impl Role {
    pub const ALL: [Self; 3] = [Self::Reader, Self::Editor, Self::Admin];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Editor => "editor",
            Self::Admin => "admin",
        }
    }
}

/// What a credential may be used for, whatever its owner may do besides.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Scope {
    /// Asking, searching, reading documents.
    Read,
    /// Looking after documents, sources and jobs.
    Write,
    /// People, groups, keys, the audit log.
    Manage,
}

impl Scope {
    pub const ALL: [Self; 3] = [Self::Read, Self::Write, Self::Manage];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Manage => "manage",
        }
    }
}

macro_rules! spelt {
    ($name:ident, $unknown:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = AccessError;

            fn from_str(text: &str) -> Result<Self, AccessError> {
                let found = Self::ALL.into_iter().find(|one| one.as_str() == text);
                found.ok_or_else(|| AccessError::$unknown(text.to_owned()))
            }
        }
    };
}

spelt!(Role, UnknownRole);
spelt!(Scope, UnknownScope);

/// How somebody came to ask.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// A visitor who did not sign in.
    Anonymous,
    /// A visitor whom another site vouches for.
    Guest(GuestId),
    /// Somebody with an account.
    Person(PersonId),
    /// A program that holds a key of this person.
    Key(KeyId, PersonId),
    /// The owner of the data directory, at its command line.
    Operator,
    /// The house itself, with the reason that stands in the log.
    Upkeep(&'static str),
}

/// What the asker may read before any doubt is raised.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Rights {
    Nothing,
    UpTo(AccessLabel),
    Everything,
}

/// Who asks. Made at the edges only (`tidy` lists the call sites).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Principal {
    workspace: WorkspaceId,
    origin: Origin,
    role: Role,
    scopes: BTreeSet<Scope>,
    rights: Rights,
    /// Whether somebody looks through eyes that are not their own.
    simulated: bool,
}

impl Principal {
    /// A visitor: the public tier and no group.
    pub fn anonymous(workspace: WorkspaceId) -> Self {
        let rights = Rights::UpTo(AccessLabel::tier(super::AccessTier::Public));
        Self::new(workspace, Origin::Anonymous, Role::Reader, rights)
    }

    /// A visitor whom another site vouches for, as far as it vouches. They have no account, and do what visitors do.
    pub fn guest(workspace: WorkspaceId, guest: GuestId, label: AccessLabel) -> Self {
        Self::new(workspace, Origin::Guest(guest), Role::Reader, Rights::UpTo(label))
    }

    /// A visitor where visitors are turned away: may read nothing, so has no clearance.
    pub fn turned_away(workspace: WorkspaceId) -> Self {
        Self::new(workspace, Origin::Anonymous, Role::Reader, Rights::Nothing)
    }

    /// Somebody with an account, as their row has them now. An admin reads everything in the workspace.
    pub fn person(workspace: WorkspaceId, person: PersonId, role: Role, label: AccessLabel) -> Self {
        let rights = match role {
            Role::Admin => Rights::Everything,
            Role::Editor | Role::Reader => Rights::UpTo(label),
        };
        Self::new(workspace, Origin::Person(person), role, rights)
    }

    /// The owner of the data directory, who reads everything in it.
    pub fn operator(workspace: WorkspaceId) -> Self {
        Self::new(workspace, Origin::Operator, Role::Admin, Rights::Everything)
    }

    /// The house looking after itself; the reason says why it may see everything.
    pub fn upkeep(workspace: WorkspaceId, reason: &'static str) -> Self {
        Self::new(workspace, Origin::Upkeep(reason), Role::Admin, Rights::Everything)
    }

    fn new(workspace: WorkspaceId, origin: Origin, role: Role, rights: Rights) -> Self {
        Self { workspace, origin, role, scopes: Scope::ALL.into(), rights, simulated: false }
    }

    /// The same person by way of a key: for these purposes, within this label. Never widens; whoever has no account has
    /// no keys and stays as they are.
    #[must_use]
    pub fn by_key(self, key: KeyId, scopes: &BTreeSet<Scope>, within: Option<&AccessLabel>) -> Self {
        let origin = match self.origin {
            Origin::Person(person) => Origin::Key(key, person),
            Origin::Anonymous | Origin::Guest(_) | Origin::Key(..) | Origin::Operator | Origin::Upkeep(_) => {
                return self;
            }
        };
        let rights = match (self.rights, within) {
            (Rights::Everything, Some(within)) => Rights::UpTo(within.clone()),
            (Rights::UpTo(own), Some(within)) => Rights::UpTo(own.meet(within)),
            (rights, None) | (rights @ Rights::Nothing, Some(_)) => rights,
        };
        Self { origin, rights, scopes: self.scopes.intersection(scopes).copied().collect(), ..self }
    }

    /// The same asker with the eyes of somebody of this tier and these groups, for reading alone. Never widens.
    pub fn seeing_as(&self, label: AccessLabel) -> Result<Self, AccessError> {
        self.with_rights(Rights::UpTo(label))
    }

    /// The same asker with the eyes of somebody else, for reading alone: what these see now, and nothing that the asker
    /// does not see. It stays the asker who asks.
    pub fn with_eyes_of(&self, other: &Self) -> Result<Self, AccessError> {
        match other.workspace == self.workspace {
            true => self.with_rights(other.rights.clone()),
            false => Err(AccessError::Widening),
        }
    }

    fn with_rights(&self, rights: Rights) -> Result<Self, AccessError> {
        let within = match (&self.rights, &rights) {
            (Rights::Everything, Rights::UpTo(_) | Rights::Everything | Rights::Nothing) => true,
            (Rights::UpTo(own), Rights::UpTo(label)) => label.tier <= own.tier && label.groups.is_subset(&own.groups),
            (Rights::UpTo(_), Rights::Nothing) => true,
            (Rights::UpTo(_), Rights::Everything) | (Rights::Nothing, _) => false,
        };
        if !within {
            return Err(AccessError::Widening);
        }
        let scopes = self.scopes.intersection(&[Scope::Read].into()).copied().collect();
        Ok(Self { role: Role::Reader, scopes, rights, simulated: true, ..self.clone() })
    }

    /// Whether a document may be given this label: by nobody who could not read it afterwards.
    pub fn may_label(&self, label: &AccessLabel) -> bool {
        match &self.rights {
            Rights::Nothing => false,
            Rights::UpTo(own) => own.admits(label),
            Rights::Everything => true,
        }
    }

    /// What this asker is let do: at most what the role says, and what the credential is for.
    pub fn may_act(&self, least: Role, scope: Scope) -> bool {
        self.role >= least && self.scopes.contains(&scope)
    }

    pub fn role(&self) -> Role {
        self.role
    }

    pub fn scopes(&self) -> &BTreeSet<Scope> {
        &self.scopes
    }

    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// Whose account it is, by whatever credential.
    pub fn whose(&self) -> Option<PersonId> {
        match self.origin {
            Origin::Person(person) | Origin::Key(_, person) => Some(person),
            Origin::Anonymous | Origin::Guest(_) | Origin::Operator | Origin::Upkeep(_) => None,
        }
    }

    pub fn is_simulated(&self) -> bool {
        self.simulated
    }

    pub fn workspace(&self) -> WorkspaceId {
        self.workspace
    }

    /// The proof of what this principal may read now. Rights that come to nothing are an error, never "all".
    pub fn clearance(&self) -> Result<Clearance, AccessError> {
        let reach = match &self.rights {
            Rights::Nothing => return Err(AccessError::NothingReadable),
            Rights::UpTo(label) => Reach::UpTo(label.clone()),
            Rights::Everything => Reach::Everything,
        };
        if !self.scopes.contains(&Scope::Read) {
            return Err(AccessError::NothingReadable);
        }
        Ok(Clearance::new(self.workspace, reach))
    }
}
