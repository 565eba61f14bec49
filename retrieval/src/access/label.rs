//! Labels: the tier and the groups that a document carries and that a reader has.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use super::AccessError;

/// How far a document may travel. The order is fixed, the names that people see are configuration.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum AccessTier {
    Public,
    Customer,
    Internal,
    Restricted,
}

impl AccessTier {
    pub const ALL: [Self; 4] = [Self::Public, Self::Customer, Self::Internal, Self::Restricted];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Customer => "customer",
            Self::Internal => "internal",
            Self::Restricted => "restricted",
        }
    }

    /// Place in the order, for indexes and rows that store a number.
    pub fn rank(self) -> u8 {
        match self {
            Self::Public => 0,
            Self::Customer => 1,
            Self::Internal => 2,
            Self::Restricted => 3,
        }
    }

    /// The tier of a stored rank; `None` for a number that no tier has.
    pub fn from_rank(rank: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| i64::from(tier.rank()) == rank)
    }
}

impl fmt::Display for AccessTier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for AccessTier {
    type Err = AccessError;

    fn from_str(text: &str) -> Result<Self, AccessError> {
        Self::ALL
            .into_iter()
            .find(|tier| tier.as_str() == text)
            .ok_or_else(|| AccessError::UnknownTier(text.to_owned()))
    }
}

/// A label such as `billing`: lower-case letters, digits, `-` and `_`, at most 64.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Group(String);

impl Group {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Group {
    type Err = AccessError;

    fn from_str(text: &str) -> Result<Self, AccessError> {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        match !text.is_empty() && text.len() <= 64 && text.chars().all(fits) {
            true => Ok(Self(text.to_owned())),
            false => Err(AccessError::BadGroup(text.to_owned())),
        }
    }
}

/// What a document says about its readers. No groups: everyone of its tier. With groups: their members only.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct AccessLabel {
    pub tier: AccessTier,
    pub groups: BTreeSet<Group>,
}

/// Why a reader reads a document, or does not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Grounds {
    /// The document's tier is the reader's, or lower.
    pub tier: bool,
    /// The document is kept for no group, or for one of the reader's.
    pub groups: bool,
}

impl Grounds {
    /// Neither half is enough.
    pub fn hold(self) -> bool {
        self.tier && self.groups
    }
}

impl AccessLabel {
    pub fn tier(tier: AccessTier) -> Self {
        Self { tier, groups: BTreeSet::new() }
    }

    /// The rule: a reader with this label reads what is of the same tier or lower, without groups or with a shared one.
    pub fn admits(&self, document: &Self) -> bool {
        self.grounds(document).hold()
    }

    /// The two halves of the rule, each by itself: for whoever explains a verdict and must not make up another.
    pub fn grounds(&self, document: &Self) -> Grounds {
        Grounds {
            tier: document.tier <= self.tier,
            groups: document.groups.is_empty() || !document.groups.is_disjoint(&self.groups),
        }
    }

    /// The label of whoever is within both: never more than either.
    #[must_use]
    pub fn meet(&self, other: &Self) -> Self {
        Self { tier: self.tier.min(other.tier), groups: self.groups.intersection(&other.groups).cloned().collect() }
    }

    /// Whether everyone who may read under `self` may read under `next` too. Decides which of SQL and index goes first.
    pub fn only_loosens_to(&self, next: &Self) -> bool {
        let groups_loosen = next.groups.is_empty() || (!self.groups.is_empty() && self.groups.is_subset(&next.groups));
        next.tier <= self.tier && groups_loosen
    }
}
