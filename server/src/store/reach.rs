//! How far somebody could read when they asked, as rows keep it.
//!
//! Questions are somebody's own words, and may tell of anything that they could read. So what was asked is there for
//! whoever reads as far: of as high a tier, and of every group of theirs, where for a document one would do.

use retrieval::access::{AccessLabel, Clearance, Reach};

use super::{StoreError, rows};

/// In place of a tier, of somebody who read everything.
const EVERYTHING: i64 = 4;

pub fn to_sql(reach: &Reach) -> (i64, String) {
    match reach {
        Reach::Everything => (EVERYTHING, String::new()),
        Reach::UpTo(label) => (rows::tier_to_sql(label), rows::groups_to_sql(label)),
    }
}

/// What cannot be read is an error, never less.
pub fn from_sql(tier: i64, group_names: &str) -> Result<Reach, StoreError> {
    match tier {
        EVERYTHING => Ok(Reach::Everything),
        _ => Ok(Reach::UpTo(rows::label(tier, group_names)?)),
    }
}

/// As far as both together: of the higher tier, and of every group of either.
pub fn joined(one: &Reach, other: &Reach) -> Reach {
    match (one, other) {
        (Reach::UpTo(one), Reach::UpTo(other)) => Reach::UpTo(AccessLabel {
            tier: one.tier.max(other.tier),
            groups: one.groups.union(&other.groups).cloned().collect(),
        }),
        _ => Reach::Everything,
    }
}

/// Whether this clearance reaches as far.
pub fn is_within(clearance: &Clearance, tier: i64, group_names: &str) -> Result<bool, StoreError> {
    Ok(match (clearance.reach(), from_sql(tier, group_names)?) {
        (Reach::Everything, _) => true,
        (Reach::UpTo(_), Reach::Everything) => false,
        (Reach::UpTo(own), Reach::UpTo(asked)) => own.tier >= asked.tier && own.groups.is_superset(&asked.groups),
    })
}

#[cfg(test)]
mod tests {
    use retrieval::access::{AccessTier, Principal};
    use retrieval::model::WorkspaceId;
    use uuid::Uuid;

    use super::*;

    fn label(tier: AccessTier, groups: &[&str]) -> AccessLabel {
        AccessLabel { tier, groups: groups.iter().map(|group| group.parse().unwrap()).collect() }
    }

    #[test]
    fn whoever_reads_as_far_reads_what_was_asked() {
        use AccessTier::{Internal, Public, Restricted};
        let operator = Principal::operator(WorkspaceId(Uuid::from_u128(1)));
        let check = |own: Option<AccessLabel>, asked: Reach, expected| {
            let principal = own.map_or_else(|| Ok(operator.clone()), |own| operator.seeing_as(own)).unwrap();
            let (tier, groups) = to_sql(&asked);
            assert_eq!(from_sql(tier, &groups).unwrap(), asked);
            assert_eq!(is_within(&principal.clearance().unwrap(), tier, &groups).unwrap(), expected, "{asked:?}");
        };
        let up_to = |tier, groups: &[&str]| Reach::UpTo(label(tier, groups));
        check(None, Reach::Everything, true);
        check(Some(label(Restricted, &["hr", "sales"])), Reach::Everything, false);
        check(Some(label(Internal, &["hr", "sales"])), up_to(Internal, &["hr"]), true);
        check(Some(label(Internal, &["hr"])), up_to(Internal, &["hr", "sales"]), false);
        check(Some(label(Internal, &[])), up_to(Public, &["hr"]), false);
        check(Some(label(Public, &["hr"])), up_to(Internal, &[]), false);
        check(Some(label(Public, &[])), up_to(Public, &[]), true);
        assert!(from_sql(5, "").is_err() && from_sql(-1, "").is_err());
    }
}
