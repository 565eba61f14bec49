//! Which points a request may touch, said once and spoken in two dialects.
//!
//! Embedded Qdrant reads the REST form, a cluster reads protobuf. Both are written from one [`Condition`], so that the
//! rule of access cannot drift apart between them. Knows the layout of a point and the clearance; does not know which
//! request carries the filter (every prefetch must, and the adapters see to it).

use qdrant_client::qdrant as wire;
use serde_json::{Value, json};

use super::layout;
use crate::access::{Clearance, Reach};
use crate::model::{DocumentId, VersionId, WorkspaceId};

/// A condition on points. Only what the adapters need; each leaf is a field with an index.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Condition {
    All(Vec<Condition>),
    /// The field holds one of these values; with no values, no point fits.
    AnyOf {
        field: &'static str,
        values: Vec<String>,
    },
    AtMost {
        field: &'static str,
        value: u8,
    },
}

impl Condition {
    /// What this clearance may see: [`Clearance::admits`] as a filter.
    pub(crate) fn readable(clearance: &Clearance) -> Self {
        let workspace = Self::in_workspace(clearance.workspace());
        match clearance.reach() {
            Reach::Everything => Self::All(vec![workspace]),
            Reach::UpTo(own) => {
                let tier = Self::AtMost { field: layout::TIER, value: own.tier.rank() };
                let own_groups = own.groups.iter().map(|group| group.as_str().to_owned());
                let values = std::iter::once(layout::EVERYONE.to_owned()).chain(own_groups).collect();
                Self::All(vec![workspace, tier, Self::AnyOf { field: layout::GROUPS, values }])
            }
        }
    }

    pub(crate) fn in_workspace(workspace: WorkspaceId) -> Self {
        Self::AnyOf { field: layout::WORKSPACE, values: vec![workspace.to_string()] }
    }

    pub(crate) fn of_document(document: DocumentId) -> Self {
        Self::AnyOf { field: layout::DOCUMENT, values: vec![document.to_string()] }
    }

    pub(crate) fn of_versions(versions: &[VersionId]) -> Self {
        Self::AnyOf { field: layout::VERSION, values: versions.iter().map(ToString::to_string).collect() }
    }

    /// Both at once.
    pub(crate) fn and(self, other: Self) -> Self {
        Self::All(vec![self, other])
    }

    /// A filter as Qdrant's REST interface and the embedded engine read it.
    pub(crate) fn to_rest_filter(&self) -> Value {
        json!({ "must": [self.to_rest()] })
    }

    /// A filter as the gRPC interface reads it.
    pub(crate) fn to_wire_filter(&self) -> wire::Filter {
        wire::Filter::must([self.to_wire()])
    }

    fn to_rest(&self) -> Value {
        match self {
            Self::All(parts) => json!({ "must": parts.iter().map(Self::to_rest).collect::<Vec<_>>() }),
            Self::AnyOf { field, values } => match values.as_slice() {
                [value] => json!({ "key": field, "match": { "value": value } }),
                values => json!({ "key": field, "match": { "any": values } }),
            },
            Self::AtMost { field, value } => json!({ "key": field, "range": { "lte": value } }),
        }
    }

    fn to_wire(&self) -> wire::Condition {
        match self {
            Self::All(parts) => wire::Filter::must(parts.iter().map(Self::to_wire)).into(),
            Self::AnyOf { field, values } => match values.as_slice() {
                [value] => wire::Condition::matches(*field, value.clone()),
                values => wire::Condition::matches(*field, values.to_vec()),
            },
            Self::AtMost { field, value } => {
                let range = wire::Range { lte: Some(f64::from(*value)), ..Default::default() };
                wire::Condition::range(*field, range)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::access::{AccessLabel, AccessTier, Principal};

    const HERE: WorkspaceId = WorkspaceId(Uuid::from_u128(1));

    fn readable(tier: AccessTier, groups: &[&str]) -> Condition {
        let label = AccessLabel { tier, groups: groups.iter().map(|g| g.parse().unwrap()).collect() };
        Condition::readable(&Principal::operator(HERE).seeing_as(label).unwrap().clearance().unwrap())
    }

    #[test]
    fn a_reader_is_held_to_workspace_tier_and_groups() {
        let filter = readable(AccessTier::Internal, &["billing"]).to_rest_filter();
        let expected = json!({ "must": [{ "must": [
            { "key": "ws", "match": { "value": HERE.to_string() } },
            { "key": "tier", "range": { "lte": 2 } },
            { "key": "groups", "match": { "any": ["*", "billing"] } },
        ] }] });
        assert_eq!(filter, expected);
    }

    #[test]
    fn everything_still_ends_at_the_workspace() {
        let everything = Condition::readable(&Principal::operator(HERE).clearance().unwrap());
        assert_eq!(everything, Condition::All(vec![Condition::in_workspace(HERE)]));
    }

    #[test]
    fn the_embedded_engine_reads_every_form() {
        let versions = Condition::of_versions(&[VersionId(Uuid::from_u128(7))]);
        let all = readable(AccessTier::Public, &[]).and(versions);
        serde_json::from_value::<qdrant_edge::Filter>(all.to_rest_filter()).unwrap();
    }

    #[test]
    fn the_wire_form_nests_the_same_parts() {
        let wire = readable(AccessTier::Public, &[]).to_wire_filter();
        let wire::condition::ConditionOneOf::Filter(all) = wire.must[0].condition_one_of.clone().unwrap() else {
            panic!("the parts of a condition are a filter of their own");
        };
        assert_eq!((all.must.len(), all.should.len(), all.must_not.len()), (3, 0, 0));
    }
}
