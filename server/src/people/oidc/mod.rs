//! Signing in with a company's own provider: a browser sets out on an errand, comes back with an answer, and whoever the
//! provider's word is about comes in with the rights that the rules give them, each time anew.
//!
//! The subject is the identity. An address of mail finds an account once at most, and only if the configuration says so.

mod errand;
mod line;
mod provider;
mod rules;
mod word;

use retrieval::access::AccessLabel;
use retrieval::model::PersonId;
use url::Url;

use super::name::is_unseen;
use super::secret::{self, NoChance};
use super::{Login, People, PeopleError, Person, PersonChange, PersonError, PersonState, Whence};
use crate::config::Secret;
use crate::config::oidc::OidcConfig;
use crate::store::{Identity, NewPerson, StoreError};
use errand::Errand;
use rules::Rights;
use word::Word;

pub use errand::LASTS;
pub use line::LineError;
pub use provider::Provider;

const WAY: &str = "oidc";
const LONGEST_NAME: usize = 200;
/// Of the hash in a login that nobody types.
const SHOWN: usize = 16;

/// What a browser brings back in its address.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    pub code: Option<&'a str>,
    pub state: Option<&'a str>,
    pub error: Option<&'a str>,
    pub issuer: Option<&'a str>,
}

/// Why somebody does not come in by way of the provider. What is said here is for the log.
#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    #[error("whoever was to sign in said no")]
    Cancelled,
    #[error("nobody set out so, or too long ago, or came back already")]
    Stale,
    #[error("the provider is not believed: {0}")]
    Untrue(String),
    #[error("the provider does not answer: {0}")]
    Unavailable(String),
    #[error("known there, and not let in here")]
    NotLetIn,
    #[error(transparent)]
    People(#[from] PeopleError),
}

impl OidcError {
    /// For the page that people land on; stable.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::Stale => "stale",
            Self::Untrue(_) => "refused",
            Self::Unavailable(_) | Self::People(PeopleError::Person(PersonError::Store(_))) => "unavailable",
            Self::NotLetIn | Self::People(PeopleError::Person(PersonError::LastAdmin)) => "not_let_in",
            Self::People(_) => "refused",
        }
    }
}

impl From<StoreError> for OidcError {
    fn from(error: StoreError) -> Self {
        Self::People(error.into())
    }
}

impl From<PersonError> for OidcError {
    fn from(error: PersonError) -> Self {
        Self::People(error.into())
    }
}

impl From<NoChance> for OidcError {
    fn from(error: NoChance) -> Self {
        Self::People(error.into())
    }
}

impl People {
    /// Where a browser goes, and what it holds until it is back.
    pub async fn set_out(&self, provider: &Provider) -> Result<(Url, Secret), OidcError> {
        let errand = Errand::begin()?;
        let address = provider.address(&errand).await?;
        self.door.store.errand_insert(self.door.workspace, errand.hash(), LASTS).await?;
        Ok((address, errand.secret().clone()))
    }

    /// The cookie of a new stay, for whoever comes back to the browser that set out.
    pub async fn come_back(
        &self,
        provider: &Provider,
        held: Option<&str>,
        answer: &Answer<'_>,
        whence: &Whence,
    ) -> Result<(PersonId, Secret), OidcError> {
        let is_its = |errand: &Errand| answer.state.is_some_and(|state| secret::is_same(state, &errand.state()));
        let errand = held.and_then(Errand::brought).filter(is_its).ok_or(OidcError::Stale)?;
        if !self.door.store.errand_take(self.door.workspace, errand.hash()).await? {
            return Err(OidcError::Stale);
        }
        let word = provider.word(answer, &errand).await?;
        let person = self.admit(provider.config(), &word).await?;
        Ok((person, self.stay(person, WAY, whence).await?))
    }

    /// Who it is here, with the rights that the rules give them now.
    async fn admit(&self, config: &OidcConfig, word: &Word) -> Result<PersonId, OidcError> {
        let identity = Identity { issuer: &config.issuer, subject: &word.subject };
        let known = self.door.store.identity_person(self.door.workspace, identity).await?;
        match (known, rules::rights(config, &word.groups)) {
            (Some(person), Some(rights)) => self.renew(&person, rights).await,
            (Some(person), None) => {
                self.let_go(&person).await?;
                Err(OidcError::NotLetIn)
            }
            (None, Some(rights)) => self.welcome(config, word, identity, rights).await,
            (None, None) => Err(OidcError::NotLetIn),
        }
    }

    /// The rules' rights in place of those that they had.
    async fn renew(&self, person: &Person, Rights { role, label }: Rights) -> Result<PersonId, OidcError> {
        match person.state {
            PersonState::Active | PersonState::Invited => {}
            PersonState::Suspended => return Err(OidcError::NotLetIn),
        }
        self.found(&label).await?;
        let AccessLabel { tier, groups } = label;
        // Their state stays: whoever is suspended in this very moment is not let in again by it.
        let change =
            PersonChange { role: Some(role), tier: Some(tier), groups: Some(groups), ..PersonChange::default() };
        match self.door.store.person_change(self.door.workspace, person.id, &change).await? {
            true => Ok(person.id),
            false => Err(OidcError::NotLetIn),
        }
    }

    /// No rule is for them any more: what they hold still opens to nothing that is kept from anybody.
    async fn let_go(&self, person: &Person) -> Result<(), OidcError> {
        self.sign_out_everywhere(person.id).await?;
        if person.state != PersonState::Suspended {
            self.renew(person, Rights::none()).await?;
        }
        Ok(())
    }

    /// Somebody whom the provider never sent before.
    async fn welcome(
        &self,
        config: &OidcConfig,
        word: &Word,
        identity: Identity<'_>,
        rights: Rights,
    ) -> Result<PersonId, OidcError> {
        let (store, workspace) = (&self.door.store, self.door.workspace);
        let email = word.verified_email.as_deref().and_then(|email| Login::parse(email).ok());
        let namesake = match &email {
            Some(email) => store.person_by_login(workspace, email.as_str()).await?.map(|(person, _)| person),
            None => None,
        };
        match namesake {
            // Not even as somebody new: it is their address, and they were shut out by it.
            Some(person) if person.state == PersonState::Suspended => return Err(OidcError::NotLetIn),
            Some(person) if config.link_by_email && store.identity_link(workspace, identity, person.id).await? => {
                return self.renew(&person, rights).await;
            }
            Some(_) | None => {}
        }
        if !config.create {
            return Err(OidcError::NotLetIn);
        }
        self.make(word, email, identity, rights).await
    }

    async fn make(
        &self,
        word: &Word,
        email: Option<Login>,
        identity: Identity<'_>,
        Rights { role, label }: Rights,
    ) -> Result<PersonId, OidcError> {
        let (store, workspace) = (&self.door.store, self.door.workspace);
        self.found(&label).await?;
        let plain = plain_login(identity);
        let shown = word.name.as_deref().and_then(seen).or(word.verified_email.as_deref().and_then(seen));
        let name = shown.unwrap_or_else(|| plain.clone());
        let state = PersonState::Active;
        let new =
            |login: String| NewPerson { login, name: name.clone(), role, label: label.clone(), state, password: None };
        for login in email.map(String::from).into_iter().chain([plain]) {
            match store.identity_make(workspace, identity, &new(login)).await {
                Ok(Some(person)) => return Ok(person),
                // They came in by another door at the same moment.
                Ok(None) => break,
                // Somebody else signs in by this address, and stays who they are.
                Err(PersonError::LoginTaken(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let known = store.identity_person(workspace, identity).await?.ok_or(OidcError::NotLetIn)?;
        self.renew(&known, Rights { role, label }).await
    }

    /// The groups that the rules name are there.
    async fn found(&self, label: &AccessLabel) -> Result<(), StoreError> {
        for group in &label.groups {
            self.door.store.group_insert(self.door.workspace, group).await?;
        }
        Ok(())
    }
}

/// For whoever has no address that is proven to be theirs and free. Nobody types it.
fn plain_login(identity: Identity<'_>) -> String {
    let hash = blake3::hash(format!("{}\n{}", identity.issuer, identity.subject).as_bytes()).to_hex();
    format!("{WAY}-{}", hash.chars().take(SHOWN).collect::<String>())
}

/// What can be shown of a name; `None` where nothing is left.
fn seen(name: &str) -> Option<String> {
    let fits = |c: &char| !c.is_control() && !is_unseen(*c);
    let name: String = name.trim().chars().filter(fits).take(LONGEST_NAME).collect();
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}
