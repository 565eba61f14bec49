//! People and groups, as they cross the wire. Knows nothing of who may see or change them.

use std::collections::BTreeSet;

use retrieval::access::{AccessError, AccessLabel, Group};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::config::Secret;
use crate::people::{GroupLine, Invitation, Login, PeopleError, Person, PersonChange, PersonState};

const PAGE: usize = 50;
const LARGEST_PAGE: usize = 200;

/// What somebody typed about people that means nothing.
#[derive(Debug, thiserror::Error)]
pub enum WishError {
    #[error(transparent)]
    Access(#[from] AccessError),
    #[error(transparent)]
    People(#[from] PeopleError),
    #[error("{0}")]
    Malformed(&'static str),
}

/// Which people to list.
#[derive(Serialize, Deserialize, Default, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PeopleQuery {
    /// Those whose logins come after this one.
    pub after: Option<String>,
    pub limit: Option<usize>,
    /// Only whoever signs in by this name.
    pub login: Option<String>,
}

impl PeopleQuery {
    pub fn limit(&self) -> usize {
        self.limit.unwrap_or(PAGE).clamp(1, LARGEST_PAGE)
    }

    /// Databases refuse some letters that no login has.
    pub fn after(&self) -> Result<String, WishError> {
        self.after.as_deref().map_or(Ok(String::new()), |after| Ok(Login::parse(after)?.into()))
    }
}

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPersonRequest {
    pub login: String,
    pub name: Option<String>,
    pub role: String,
    pub tier: String,
    #[serde(default)]
    pub groups: Vec<String>,
}

impl NewPersonRequest {
    pub fn invitation(self) -> Result<Invitation, WishError> {
        let label = AccessLabel { tier: self.tier.parse()?, groups: groups(&self.groups)? };
        Ok(Invitation { login: Login::parse(&self.login)?, name: self.name, role: self.role.parse()?, label })
    }
}

/// What becomes another about somebody; what is not named stays.
#[derive(Serialize, Deserialize, Default, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonChangeRequest {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// All of their groups, in place of those that they have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups: Option<Vec<String>>,
    /// `active` or `suspended`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
}

impl PersonChangeRequest {
    pub fn change(self) -> Result<PersonChange, WishError> {
        let state = match self.state.as_deref() {
            None => None,
            Some("active") => Some(PersonState::Active),
            Some("suspended") => Some(PersonState::Suspended),
            Some(_) => return Err(WishError::Malformed("a person can be set active or suspended")),
        };
        let change = PersonChange {
            name: self.name,
            role: self.role.map(|role| role.parse()).transpose()?,
            tier: self.tier.map(|tier| tier.parse()).transpose()?,
            groups: self.groups.as_deref().map(groups).transpose()?,
            state,
        };
        match change == PersonChange::default() {
            true => Err(WishError::Malformed("say what is to change: name, role, tier, groups or state")),
            false => Ok(change),
        }
    }
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct PersonReply {
    pub id: String,
    pub login: String,
    pub name: String,
    pub role: String,
    pub tier: String,
    pub groups: Vec<String>,
    /// `invited`, `active` or `suspended`.
    pub state: String,
    pub has_password: bool,
    pub created_ms: i64,
    pub updated_ms: i64,
}

impl From<Person> for PersonReply {
    fn from(person: Person) -> Self {
        let Person { id, workspace: _, login, name, role, label, state, has_password, created_ms, updated_ms } = person;
        Self {
            id: id.to_string(),
            login,
            name,
            role: role.to_string(),
            tier: label.tier.to_string(),
            groups: names(&label),
            state: state.as_str().into(),
            has_password,
            created_ms,
            updated_ms,
        }
    }
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct PeopleReply {
    pub people: Vec<PersonReply>,
    /// What to ask for as `after` next; `null` when these were the last.
    pub next: Option<String>,
}

impl PeopleReply {
    /// Of one person more than the page holds, if there are so many.
    pub fn page(mut found: Vec<Person>, limit: usize) -> Self {
        let is_more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| is_more).map(|person| person.login.clone());
        Self { people: found.into_iter().map(PersonReply::from).collect(), next }
    }
}

/// A link, told to whoever made it and to nobody else.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct LinkMade {
    pub link: String,
    /// Below the address of the server. Browsers keep what stands behind the # to themselves.
    pub url: String,
}

impl From<Secret> for LinkMade {
    fn from(link: Secret) -> Self {
        Self { url: format!("/join#{}", link.reveal()), link: link.reveal().to_owned() }
    }
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Invited {
    pub person: PersonReply,
    #[serde(flatten)]
    pub link: LinkMade,
}

/// How many stays were ended.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Ended {
    pub ended: u64,
}

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGroupRequest {
    pub name: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct GroupReply {
    pub name: String,
    pub members: usize,
    pub documents: usize,
}

impl From<GroupLine> for GroupReply {
    fn from(line: GroupLine) -> Self {
        Self { name: line.group.to_string(), members: line.members, documents: line.documents }
    }
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct GroupsReply {
    pub groups: Vec<GroupReply>,
}

/// Groups as they were typed.
pub(super) fn groups(names: &[String]) -> Result<BTreeSet<Group>, AccessError> {
    names.iter().map(|name| name.parse()).collect()
}

pub(super) fn names(label: &AccessLabel) -> Vec<String> {
    label.groups.iter().map(ToString::to_string).collect()
}
