//! Who may read what: the words, the one rule, and the proof.
//!
//! Permission is a value you hold. [`Clearance`] has private fields and one maker, [`Principal::clearance`]; everything
//! that returns text, ids or counts asks for one. Nothing here knows of SQL, indexes or HTTP: those carry out the rule
//! that [`Clearance::admits`] states.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use crate::model::WorkspaceId;

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

impl AccessLabel {
    pub fn tier(tier: AccessTier) -> Self {
        Self { tier, groups: BTreeSet::new() }
    }

    /// Whether everyone who may read under `self` may read under `next` too. Decides which of SQL and index goes first.
    pub fn only_loosens_to(&self, next: &Self) -> bool {
        let groups_loosen = next.groups.is_empty() || (!self.groups.is_empty() && self.groups.is_subset(&next.groups));
        next.tier <= self.tier && groups_loosen
    }
}

/// What one may *do*. What one may *read* is tier and groups; the two never mix.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Role {
    Reader,
    Editor,
    Admin,
}

/// How somebody came to ask.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Origin {
    /// A visitor who did not sign in.
    Anonymous,
    /// The owner of the data directory, at its command line.
    Operator,
    /// The operator asking as somebody who may read less.
    Simulated,
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
#[derive(Clone, Debug)]
pub struct Principal {
    workspace: WorkspaceId,
    origin: Origin,
    role: Role,
    rights: Rights,
}

impl Principal {
    /// A visitor: the public tier and no group.
    pub fn anonymous(workspace: WorkspaceId) -> Self {
        let rights = Rights::UpTo(AccessLabel::tier(AccessTier::Public));
        Self { workspace, origin: Origin::Anonymous, role: Role::Reader, rights }
    }

    /// A visitor where visitors are turned away: may read nothing, so has no clearance.
    pub fn turned_away(workspace: WorkspaceId) -> Self {
        Self { workspace, origin: Origin::Anonymous, role: Role::Reader, rights: Rights::Nothing }
    }

    /// The owner of the data directory, who reads everything in it.
    pub fn operator(workspace: WorkspaceId) -> Self {
        Self { workspace, origin: Origin::Operator, role: Role::Admin, rights: Rights::Everything }
    }

    /// The house looking after itself; the reason says why it may see everything.
    pub fn upkeep(workspace: WorkspaceId, reason: &'static str) -> Self {
        Self { workspace, origin: Origin::Upkeep(reason), role: Role::Admin, rights: Rights::Everything }
    }

    /// The same asker with the eyes of somebody of this tier and these groups. Never widens.
    pub fn seeing_as(&self, label: AccessLabel) -> Result<Self, AccessError> {
        let within = match &self.rights {
            Rights::Everything => true,
            Rights::UpTo(own) => label.tier <= own.tier && label.groups.is_subset(&own.groups),
            Rights::Nothing => false,
        };
        match within {
            true => {
                let origin = match &self.origin {
                    Origin::Anonymous => Origin::Anonymous,
                    Origin::Operator | Origin::Simulated | Origin::Upkeep(_) => Origin::Simulated,
                };
                Ok(Self { origin, role: Role::Reader, rights: Rights::UpTo(label), ..self.clone() })
            }
            false => Err(AccessError::Widening),
        }
    }

    pub fn role(&self) -> Role {
        self.role
    }

    pub fn origin(&self) -> &Origin {
        &self.origin
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
        Ok(Clearance { workspace: self.workspace, reach })
    }
}

/// How far a clearance reaches; what an index turns into its filter.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Reach {
    /// Documents of at most this tier that have no groups or share one of these.
    UpTo(AccessLabel),
    /// The whole workspace.
    Everything,
}

/// The proof of what one principal may read now, in one workspace.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Clearance {
    workspace: WorkspaceId,
    reach: Reach,
}

impl Clearance {
    pub fn workspace(&self) -> WorkspaceId {
        self.workspace
    }

    pub fn reach(&self) -> &Reach {
        &self.reach
    }

    /// The rule: same tier or lower, and no groups or a shared one.
    pub fn admits(&self, workspace: WorkspaceId, label: &AccessLabel) -> bool {
        let within = match &self.reach {
            Reach::Everything => true,
            Reach::UpTo(own) => {
                label.tier <= own.tier && (label.groups.is_empty() || !label.groups.is_disjoint(&own.groups))
            }
        };
        workspace == self.workspace && within
    }

    /// Everything about this clearance that decides what it admits, and nothing else.
    pub fn fingerprint(&self) -> Fingerprint {
        // Taken apart, so that whatever is added to a clearance has to be thought of here.
        let Self { workspace, reach } = self;
        Fingerprint(match reach {
            Reach::Everything => format!("{workspace}/everything"),
            Reach::UpTo(AccessLabel { tier, groups }) => {
                let groups: Vec<&str> = groups.iter().map(Group::as_str).collect();
                format!("{workspace}/{tier}/{}", groups.join(","))
            }
        })
    }
}

/// What two clearances have in common when they admit the same: the key of whatever is remembered for a reader.
///
/// Spelt out and not hashed, so that two that differ never meet. A workspace's id is of one length, tiers have names without
/// `/`, the groups are sorted and their names hold no comma.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Fingerprint(String);

/// Why access could not be decided; the sentence is for the person who typed it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccessError {
    #[error("unknown tier \"{0}\": use public, customer, internal or restricted")]
    UnknownTier(String),
    #[error("\"{0}\" is not a group: use lower-case letters, digits, - and _, at most 64")]
    BadGroup(String),
    #[error("nothing is readable for this asker")]
    NothingReadable,
    #[error("one can only ask as somebody who may read less")]
    Widening,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::WorkspaceId;
    use uuid::Uuid;

    const HERE: WorkspaceId = WorkspaceId(Uuid::from_u128(1));
    const ELSEWHERE: WorkspaceId = WorkspaceId(Uuid::from_u128(2));

    fn label(tier: AccessTier, groups: &[&str]) -> AccessLabel {
        AccessLabel { tier, groups: groups.iter().map(|g| g.parse().unwrap()).collect() }
    }

    fn check(reader: AccessLabel, document: AccessLabel, expected: bool) {
        let clearance = Principal::operator(HERE).seeing_as(reader).unwrap().clearance().unwrap();
        assert_eq!(clearance.admits(HERE, &document), expected);
        assert!(!clearance.admits(ELSEWHERE, &document));
    }

    #[test]
    fn a_tier_reads_itself_and_below() {
        for reader in AccessTier::ALL {
            for document in AccessTier::ALL {
                check(label(reader, &[]), label(document, &[]), document <= reader);
            }
        }
    }

    #[test]
    fn groups_narrow_within_the_tier() {
        use AccessTier::{Internal, Restricted};
        check(label(Internal, &[]), label(Internal, &["billing"]), false);
        check(label(Internal, &["billing"]), label(Internal, &["billing", "hr"]), true);
        check(label(Internal, &["billing"]), label(Internal, &[]), true);
        check(label(Internal, &["billing"]), label(Restricted, &["billing"]), false);
    }

    /// Every reach over three groups, in two workspaces.
    fn clearances() -> Vec<Clearance> {
        let subsets =
            |bits: usize| ["a", "a-b", "b"].into_iter().enumerate().filter(move |(at, _)| bits >> at & 1 == 1);
        let label_of = |tier, bits| label(tier, &subsets(bits).map(|(_, group)| group).collect::<Vec<_>>());
        let labels = AccessTier::ALL.into_iter().flat_map(|tier| (0..8).map(move |bits| (tier, bits)));
        let reaches = labels.map(|(tier, bits)| Reach::UpTo(label_of(tier, bits))).chain([Reach::Everything]);
        let in_both = |reach: Reach| [HERE, ELSEWHERE].map(|workspace| Clearance { workspace, reach: reach.clone() });
        reaches.flat_map(in_both).collect()
    }

    #[test]
    fn one_fingerprint_is_one_set_of_readable_labels() {
        let clearances = clearances();
        // A group that no reader is in tells an operator from whoever is in all groups.
        let nobodys = AccessTier::ALL.map(|tier| label(tier, &["nobodys"]));
        let reach_of = |clearance: &Clearance| match clearance.reach() {
            Reach::UpTo(label) => vec![label.clone()],
            Reach::Everything => Vec::new(),
        };
        let labels: Vec<AccessLabel> = clearances.iter().flat_map(reach_of).chain(nobodys).collect();
        let admitted = |clearance: &Clearance| -> Vec<bool> {
            let admits = |workspace| labels.iter().map(move |label| clearance.admits(workspace, label));
            admits(HERE).chain(admits(ELSEWHERE)).collect()
        };
        let read: Vec<_> = clearances.iter().map(|found| (found.fingerprint(), admitted(found))).collect();
        for (fingerprint, admitted) in &read {
            for (other, others) in &read {
                assert_eq!(fingerprint == other, admitted == others, "{fingerprint:?} {other:?}");
            }
        }
    }

    #[test]
    fn a_fingerprint_is_of_what_may_be_read_and_not_of_who_asks() {
        let visitor = Principal::anonymous(HERE).clearance().unwrap();
        let pretended = Principal::operator(HERE).seeing_as(label(AccessTier::Public, &[])).unwrap();
        assert_eq!(visitor.fingerprint(), pretended.clearance().unwrap().fingerprint());
        let sorted = |groups| Clearance { workspace: HERE, reach: Reach::UpTo(label(AccessTier::Public, groups)) };
        assert_eq!(sorted(&["b", "a"]).fingerprint(), sorted(&["a", "b"]).fingerprint());
        let house = Principal::upkeep(HERE, "test").clearance().unwrap();
        assert_eq!(house.fingerprint(), Principal::operator(HERE).clearance().unwrap().fingerprint());
    }

    #[test]
    fn rights_to_nothing_are_an_error() {
        assert_eq!(Principal::turned_away(HERE).clearance(), Err(AccessError::NothingReadable));
    }

    #[test]
    fn seeing_as_never_widens() {
        let visitor = Principal::anonymous(HERE);
        assert!(visitor.seeing_as(label(AccessTier::Customer, &[])).is_err());
        assert!(visitor.seeing_as(label(AccessTier::Public, &["billing"])).is_err());
        assert!(visitor.seeing_as(label(AccessTier::Public, &[])).is_ok());
    }

    #[test]
    fn loosening_is_for_everyone_or_it_is_not() {
        use AccessTier::{Internal, Public};
        let check = |from: AccessLabel, to: AccessLabel, expected| assert_eq!(from.only_loosens_to(&to), expected);
        check(label(Internal, &[]), label(Public, &[]), true);
        check(label(Public, &[]), label(Internal, &[]), false);
        check(label(Public, &["a"]), label(Public, &[]), true);
        check(label(Public, &[]), label(Public, &["a"]), false);
        check(label(Public, &["a"]), label(Public, &["a", "b"]), true);
        check(label(Public, &["a"]), label(Public, &["b"]), false);
        check(label(Internal, &[]), label(Public, &["a"]), false);
    }
}
