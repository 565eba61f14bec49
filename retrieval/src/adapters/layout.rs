//! What a point looks like in Qdrant, embedded or in a cluster: the names of its vectors and payload fields, and how much
//! may be asked of a ranking.
//!
//! Both adapters use these names, so that a point, a filter and a ranking mean the same in both. Knows no engine.

use crate::access::{AccessLabel, AccessTier, Group};
use crate::ports::{IndexError, Mode, Query};

/// The named vectors.
pub(crate) const DENSE: &str = "dense";
pub(crate) const SPARSE: &str = "bm25";

/// The payload fields. Ids and access only: the text lives in SQL.
pub(crate) const WORKSPACE: &str = "ws";
pub(crate) const DOCUMENT: &str = "doc";
pub(crate) const VERSION: &str = "ver";
pub(crate) const TIER: &str = "tier";
pub(crate) const GROUPS: &str = "groups";

/// Stands in `groups` for "everyone of the tier". No group can be called so, and a point whose groups were lost is
/// therefore seen by nobody, where an empty list would be read as "no restriction".
pub(crate) const EVERYONE: &str = "*";

/// More candidates than this are never asked for: engines reserve memory for the number, whatever they find.
pub(crate) const MAX_CANDIDATES: usize = 10_000;

/// Checked before anything is written or sent: a batch must not be half in when its last vector is found wrong.
pub(crate) fn check_vector(dense: &[f32], dimensions: usize) -> Result<(), IndexError> {
    match dense.len() == dimensions && dense.iter().all(|value| value.is_finite()) {
        true => Ok(()),
        false => Err(IndexError::Refused(format!("a vector is not {dimensions} finite numbers"))),
    }
}

/// How many of the best of each ranking a search needs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Depths {
    pub dense: usize,
    pub sparse: usize,
}

impl Depths {
    pub(crate) fn of(query: &Query) -> Self {
        let (limit, candidates) = (query.limit.min(MAX_CANDIDATES), query.candidates.min(MAX_CANDIDATES));
        match query.mode {
            _ if limit == 0 => Self { dense: 0, sparse: 0 },
            // A walk over a graph ends the later the more is asked of it: the best ten shall be the same whether ten were
            // asked for or a hundred.
            Mode::Dense => Self { dense: limit.max(candidates), sparse: 0 },
            Mode::Sparse => Self { dense: 0, sparse: limit },
            Mode::Hybrid => Self { dense: candidates, sparse: candidates },
        }
    }
}

/// A question by keywords alone needs no vector.
pub(crate) fn check_query(query: &Query, dimensions: usize) -> Result<(), IndexError> {
    match query.mode {
        Mode::Sparse => Ok(()),
        Mode::Dense | Mode::Hybrid => check_vector(&query.dense, dimensions),
    }
}

/// What stands in the `groups` field of a document with this label.
pub(crate) fn groups_field(label: &AccessLabel) -> Vec<String> {
    match label.groups.is_empty() {
        true => vec![EVERYONE.to_owned()],
        false => label.groups.iter().map(|group| group.as_str().to_owned()).collect(),
    }
}

/// The label that a stored point carries; `None` where it carries none that we wrote.
pub(crate) fn stored_label<'a>(tier: i64, groups: impl IntoIterator<Item = &'a str>) -> Option<AccessLabel> {
    let tier = AccessTier::from_rank(tier)?;
    let mut marked = groups.into_iter().peekable();
    marked.peek()?;
    let groups =
        marked.filter(|name| *name != EVERYONE).map(|name| name.parse::<Group>().ok()).collect::<Option<_>>()?;
    Some(AccessLabel { tier, groups })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(groups: &[&str]) -> AccessLabel {
        AccessLabel { tier: AccessTier::Internal, groups: groups.iter().map(|g| g.parse().unwrap()).collect() }
    }

    #[test]
    fn a_label_comes_back_as_it_went() {
        for label in [label(&[]), label(&["billing"]), label(&["billing", "hr"])] {
            let groups = groups_field(&label);
            assert_eq!(stored_label(2, groups.iter().map(String::as_str)), Some(label));
        }
    }

    #[test]
    fn what_we_did_not_write_is_no_label() {
        assert_eq!(stored_label(9, ["*"]), None);
        assert_eq!(stored_label(1, []), None);
        assert_eq!(stored_label(1, ["No Group"]), None);
    }
}
