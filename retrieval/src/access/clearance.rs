//! The proof of what one principal may read, and the rule that decides it.

use super::label::{AccessLabel, Group};
use crate::model::WorkspaceId;

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
    /// For [`super::Principal::clearance`] alone.
    pub(super) fn new(workspace: WorkspaceId, reach: Reach) -> Self {
        Self { workspace, reach }
    }

    pub fn workspace(&self) -> WorkspaceId {
        self.workspace
    }

    pub fn reach(&self) -> &Reach {
        &self.reach
    }

    /// Whether this reader may read what carries this label in that workspace.
    pub fn admits(&self, workspace: WorkspaceId, label: &AccessLabel) -> bool {
        let within = match &self.reach {
            Reach::Everything => true,
            Reach::UpTo(own) => own.admits(label),
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

impl Fingerprint {
    /// As it is written down beside what was held under it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
