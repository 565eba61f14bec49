//! Keys, as they cross the wire: what is wished for, what is shown of one, and the one telling of its secret.

use std::collections::BTreeSet;
use std::time::Duration;

use retrieval::access::{AccessLabel, Scope};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::people::{WishError, groups, names};
use crate::people::{ApiKey, KeyWish};

const DAY: Duration = Duration::from_secs(24 * 3_600);
/// Ten years.
const LONGEST_DAYS: u32 = 3_650;

/// Whose keys to list: one's own, unless it says more.
#[derive(Serialize, Deserialize, Default, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeysQuery {
    /// The id of a person, or `all`.
    pub owner: Option<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewKeyRequest {
    pub name: String,
    pub scopes: Vec<String>,
    /// The id of a person; one's own unless it says more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// It reads only what this tier and these groups admit, of what its owner reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_in_days: Option<u32>,
}

impl NewKeyRequest {
    pub fn wish(self) -> Result<KeyWish, WishError> {
        let within = match self.tier {
            Some(tier) => Some(AccessLabel { tier: tier.parse()?, groups: groups(&self.groups)? }),
            None if self.groups.is_empty() => None,
            None => return Err(WishError::Malformed("name a tier with the groups that the key is for")),
        };
        let lasts = match self.expires_in_days {
            None => None,
            Some(days @ 1..=LONGEST_DAYS) => Some(DAY * days),
            Some(_) => return Err(WishError::Malformed("a key ends after 1 to 3650 days, or not at all")),
        };
        let scopes: BTreeSet<Scope> = self.scopes.iter().map(|scope| scope.parse()).collect::<Result<_, _>>()?;
        if within.is_some() && scopes.contains(&Scope::Manage) {
            return Err(WishError::Malformed("a key for a tier and groups cannot manage: leave one or the other away"));
        }
        Ok(KeyWish { name: self.name, scopes, within, lasts })
    }
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct KeyReply {
    pub id: String,
    pub owner: String,
    pub owner_login: String,
    pub name: String,
    /// Its first letters, by which a person knows it again.
    pub prefix: String,
    pub scopes: Vec<String>,
    /// `null` for a key that reads whatever its owner reads.
    pub tier: Option<String>,
    pub groups: Vec<String>,
    pub ends_ms: Option<i64>,
    pub used_ms: Option<i64>,
    pub created_ms: i64,
}

impl From<ApiKey> for KeyReply {
    fn from(key: ApiKey) -> Self {
        let ApiKey { id, owner, owner_login, name, prefix, scopes, within, ends_ms, used_ms, created_ms } = key;
        Self {
            id: id.to_string(),
            owner: owner.to_string(),
            owner_login,
            name,
            prefix,
            scopes: scopes.iter().map(ToString::to_string).collect(),
            tier: within.as_ref().map(|within| within.tier.to_string()),
            groups: within.as_ref().map(names).unwrap_or_default(),
            ends_ms,
            used_ms,
            created_ms,
        }
    }
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct KeysReply {
    pub keys: Vec<KeyReply>,
}

/// A key and its secret, which is told this once.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct KeyMade {
    #[serde(flatten)]
    pub key: KeyReply,
    pub secret: String,
}
