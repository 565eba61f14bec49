//! Coming in, and who one is then, as they cross the wire.

use retrieval::access::{Principal, Reach, Role, Scope};
use retrieval::model::SignInId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::people::{LinkPurpose, Person, SignIn};

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInRequest {
    pub login: String,
    pub password: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordRequest {
    pub present: String,
    pub next: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkRequest {
    pub link: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RedeemRequest {
    pub link: String,
    /// For the first admin; others have theirs.
    pub login: Option<String>,
    pub name: Option<String>,
    pub password: String,
}

/// What a link is for, told to who holds it.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct LinkReply {
    pub purpose: String,
    pub login: Option<String>,
    pub name: Option<String>,
}

impl LinkReply {
    pub fn new(purpose: LinkPurpose, person: Option<Person>) -> Self {
        let (login, name) = person.map(|person| (person.login, person.name)).unzip();
        Self { purpose: purpose.as_str().into(), login, name }
    }
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct SignedIn {
    pub id: String,
    pub login: String,
    pub name: String,
    pub role: String,
}

impl From<Person> for SignedIn {
    fn from(person: Person) -> Self {
        let Person { id, login, name, role, .. } = person;
        Self { id: id.to_string(), login, name, role: role.to_string() }
    }
}

/// Who one is to the house, and what one may read.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Me {
    /// `null` for a visitor, and for the operator.
    pub person: Option<SignedIn>,
    pub role: String,
    /// What the credential is for.
    pub scopes: Vec<String>,
    /// `null` for who reads everything, and for who reads nothing.
    pub tier: Option<String>,
    pub groups: Vec<String>,
    pub reads_everything: bool,
    pub has_password: bool,
}

impl Me {
    pub fn new(principal: &Principal, person: Option<Person>) -> Self {
        let reach = principal.clearance().ok().map(|clearance| clearance.reach().clone());
        let label = match &reach {
            Some(Reach::UpTo(label)) => Some(label),
            Some(Reach::Everything) | None => None,
        };
        Self {
            role: Role::to_string(&principal.role()),
            scopes: principal.scopes().iter().map(Scope::to_string).collect(),
            tier: label.map(|label| label.tier.to_string()),
            groups: label.into_iter().flat_map(|label| &label.groups).map(ToString::to_string).collect(),
            reads_everything: reach == Some(Reach::Everything),
            has_password: person.as_ref().is_some_and(|person| person.has_password),
            person: person.map(SignedIn::from),
        }
    }
}

/// A stay in a browser.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct SessionReply {
    pub id: String,
    /// The one that this request came with.
    pub current: bool,
    /// `password`, `link` or `oidc`.
    pub way: String,
    pub address: String,
    pub agent: String,
    pub created_ms: i64,
    pub seen_ms: i64,
}

impl SessionReply {
    pub fn new(stay: SignIn, current: Option<SignInId>) -> Self {
        let SignIn { id, way, address, agent, created_ms, seen_ms } = stay;
        Self { id: id.to_string(), current: current == Some(id), way, address, agent, created_ms, seen_ms }
    }
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Sessions {
    pub sessions: Vec<SessionReply>,
}
