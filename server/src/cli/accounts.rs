//! People, groups and keys, wherever the work is done: on the rows of the data directory, or by the running server. No
//! model and no index is opened for it.

use std::time::Duration;

use retrieval::access::Group;
use retrieval::model::{KeyId, PersonId};

use super::remote::Remote;
use super::{Context, Failure, desk};
use crate::audit::{Audit, Deed, Occasion, Thing, What};
use crate::datadir::{DataDir, Held, HoldError};
use crate::http::wire::{
    GroupReply, Invited, KeyMade, KeyReply, LinkMade, NewKeyRequest, NewPersonRequest, PersonChangeRequest,
    PersonReply, WishError,
};
use crate::people::door::{Door, Stay};
use crate::people::secret::{Purpose, mint};
use crate::people::{Login, People, PeopleError, Person};
use crate::wiring;

/// The accounts here, or a server that has them.
pub enum Accounts {
    Here(Box<Here>),
    There(Remote),
}

pub struct Here {
    people: People,
    /// Where a server of this configuration would answer.
    url: String,
    _held: Held,
}

impl Accounts {
    pub async fn open(context: &Context) -> Result<Self, Failure> {
        let data = DataDir::new(&context.config.data_dir);
        let held = match data.hold() {
            Ok(held) => held,
            Err(HoldError::InUse) => return Ok(Self::There(Remote::connect(&data)?)),
            Err(error) => return Err(error.into()),
        };
        let (store, workspace) = wiring::rows(&context.config, &data).await?;
        // Nobody comes in by this door: it stands here for its rows.
        let stay = Stay { idle: Duration::ZERO, longest: Duration::ZERO };
        let door = Door { store, workspace, operator: mint(Purpose::Operator)?.text, visitors: false, stay };
        let url = format!("http://{}", context.config.listen);
        Ok(Self::Here(Box::new(Here { people: People::new(door), url, _held: held })))
    }

    /// Put everything down in order.
    pub async fn close(self) {
        match self {
            Self::Here(here) => here.people.door.store.close().await,
            Self::There(_) => {}
        }
    }

    /// The whole address of a link.
    pub fn address(&self, link: &LinkMade) -> String {
        let server = match self {
            Self::Here(here) => &here.url,
            Self::There(server) => server.url(),
        };
        format!("{}{}", server.trim_end_matches('/'), link.url)
    }

    /// In the order of their logins.
    pub async fn people(&self) -> Result<Vec<PersonReply>, Failure> {
        let (mut people, mut after): (Vec<PersonReply>, _) = (Vec::new(), String::new());
        loop {
            let page = match self {
                Self::There(server) => server.people(&after).await?.people,
                Self::Here(here) => {
                    let door = &here.people.door;
                    let found = door.store.people(door.workspace, &after, PAGE).await?;
                    found.into_iter().map(PersonReply::from).collect()
                }
            };
            match page.last() {
                Some(last) => after.clone_from(&last.login),
                None => return Ok(people),
            }
            people.extend(page);
        }
    }

    /// Whoever signs in by this name.
    pub async fn person(&self, login: &Login) -> Result<PersonReply, Failure> {
        let found = match self {
            Self::There(server) => server.person_named(login.as_str()).await?,
            Self::Here(here) => {
                let door = &here.people.door;
                door.store.person_named(door.workspace, login.as_str()).await?.map(PersonReply::from)
            }
        };
        let nobody = || format!("nobody signs in as \"{}\"; `lectern users list` shows everybody", login.as_str());
        found.ok_or_else(|| desk::gone(&nobody()))
    }

    pub async fn invite(&self, request: NewPersonRequest) -> Result<Invited, Failure> {
        match self {
            Self::There(server) => server.invite(&request).await,
            Self::Here(here) => {
                let (person, link) = here.people.invite(request.invitation().map_err(unclear)?).await.map_err(told)?;
                here.note(What::PersonInvited, Thing::Person, person).await?;
                Ok(Invited { person: here.read(&person.to_string()).await?.into(), link: link.into() })
            }
        }
    }

    pub async fn change(&self, id: &str, request: PersonChangeRequest) -> Result<PersonReply, Failure> {
        match self {
            Self::There(server) => server.change(id, &request).await,
            Self::Here(here) => {
                let person = here.read(id).await?.id;
                here.people.change(person, request.change().map_err(unclear)?).await.map_err(told)?;
                here.note(What::PersonChanged, Thing::Person, person).await?;
                Ok(here.read(id).await?.into())
            }
        }
    }

    pub async fn remove(&self, id: &str) -> Result<bool, Failure> {
        match self {
            Self::There(server) => server.remove_person(id).await,
            Self::Here(here) => {
                let person = here.read(id).await?.id;
                let removed = here.people.remove(person).await.map_err(told)?;
                here.note(What::PersonRemoved, Thing::Person, person).await.map(|()| removed)
            }
        }
    }

    pub async fn link(&self, id: &str) -> Result<LinkMade, Failure> {
        match self {
            Self::There(server) => server.link(id).await,
            Self::Here(here) => {
                let person = here.read(id).await?;
                let link = here.people.link_again(&person).await.map_err(told)?;
                here.note(What::PersonChanged, Thing::Person, person.id).await.map(|()| link.into())
            }
        }
    }

    pub async fn groups(&self) -> Result<Vec<GroupReply>, Failure> {
        match self {
            Self::There(server) => server.groups().await,
            Self::Here(here) => {
                let door = &here.people.door;
                let found = door.store.groups(&desk::operator_of(door.workspace).clearance()?).await?;
                Ok(found.into_iter().map(GroupReply::from).collect())
            }
        }
    }

    pub async fn add_group(&self, group: &Group) -> Result<(), Failure> {
        match self {
            Self::There(server) => server.add_group(group.as_str()).await,
            Self::Here(here) => {
                here.people.add_group(group).await.map_err(told)?;
                here.note(What::GroupAdded, Thing::Group, group).await
            }
        }
    }

    pub async fn remove_group(&self, group: &Group) -> Result<bool, Failure> {
        match self {
            Self::There(server) => server.remove_group(group.as_str()).await,
            Self::Here(here) => {
                let removed = here.people.remove_group(group).await.map_err(told)?;
                here.note(What::GroupRemoved, Thing::Group, group).await.map(|()| removed)
            }
        }
    }

    /// Of one person, or of everybody.
    pub async fn keys(&self, owner: Option<&str>) -> Result<Vec<KeyReply>, Failure> {
        match self {
            Self::There(server) => server.keys(owner.unwrap_or("all")).await,
            Self::Here(here) => {
                let owner = match owner {
                    Some(id) => Some(here.read(id).await?.id),
                    None => None,
                };
                let door = &here.people.door;
                Ok(door.store.keys(door.workspace, owner).await?.into_iter().map(KeyReply::from).collect())
            }
        }
    }

    pub async fn make_key(&self, owner: &str, request: NewKeyRequest) -> Result<KeyMade, Failure> {
        match self {
            Self::There(server) => server.make_key(&NewKeyRequest { owner: Some(owner.to_owned()), ..request }).await,
            Self::Here(here) => {
                let (owner, wish) = (here.read(owner).await?.id, request.wish().map_err(unclear)?);
                let (key, minted) = here.people.make_key(owner, &wish).await.map_err(told)?;
                let key = here.people.key(key).await.map_err(told)?.ok_or_else(no_key)?;
                here.note(What::KeyMade, Thing::Key, key.id).await?;
                Ok(KeyMade { key: key.into(), secret: minted.text.reveal().to_owned() })
            }
        }
    }

    pub async fn revoke(&self, id: &KeyId) -> Result<bool, Failure> {
        match self {
            Self::There(server) => server.revoke(&id.to_string()).await,
            Self::Here(here) => {
                let key = here.people.key(*id).await.map_err(told)?.ok_or_else(no_key)?;
                let removed = here.people.door.store.key_remove(key.id).await?;
                here.note(What::KeyRevoked, Thing::Key, key.id).await.map(|()| removed)
            }
        }
    }
}

const PAGE: usize = 200;

impl Here {
    /// The operator did it, at the command line.
    async fn note(&self, what: What, thing: Thing, id: impl ToString) -> Result<(), Failure> {
        let door = &self.people.door;
        let audit = Audit::new(door.store.clone(), door.workspace);
        let deed = Deed::new(what, Occasion::here()).to(thing, id);
        Ok(audit.note(&desk::operator_of(door.workspace), deed).await?)
    }

    async fn read(&self, id: &str) -> Result<Person, Failure> {
        let (door, id) = (&self.people.door, id.parse::<PersonId>());
        let found = match id {
            Ok(id) => door.store.person(door.workspace, id).await?,
            Err(_) => None,
        };
        found.ok_or_else(|| desk::gone("there is no such person any more"))
    }
}

pub fn no_key() -> Failure {
    desk::gone("there is no such key; `lectern keys list` shows them")
}

fn told(error: PeopleError) -> Failure {
    match error {
        PeopleError::Malformed(_) | PeopleError::Unfit(_) => Failure::Usage(error.to_string()),
        other => Failure::Work(other.into()),
    }
}

fn unclear(error: WishError) -> Failure {
    match error {
        WishError::Access(_) | WishError::Malformed(_) => Failure::Usage(error.to_string()),
        WishError::People(error) => told(error),
    }
}
