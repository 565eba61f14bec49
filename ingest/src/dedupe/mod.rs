//! Whether a text is new, known, changed or a copy: one decision, made from what the catalog already holds.
//!
//! Never looks across access labels: the same text in a public and an internal document is two documents, because one
//! of them may be deleted, re-labelled or quoted without the other. Knows nothing of how the catalog finds twins.

mod near;

use std::collections::HashSet;

use retrieval::access::AccessLabel;
use retrieval::model::{ContentHash, DocumentId};

pub use self::near::{Fingerprint, fingerprint, is_near_duplicate, resemblance};

/// The document that an origin led to so far.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Known {
    pub document: DocumentId,
    pub content_hash: ContentHash,
    pub label: AccessLabel,
    /// Whether no other origin leads to it: only then may it change under this one.
    pub sole_origin: bool,
}

/// What the catalog holds that matters for one incoming text.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Standing {
    pub known: Option<Known>,
    /// A live document with the same content under the same label, from whatever origin.
    pub twin: Option<DocumentId>,
}

/// What to do with an incoming text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decision {
    /// Nothing changed.
    Keep(DocumentId),
    /// Same text, other readers.
    Relabel(DocumentId),
    /// Another origin of a document that is there already.
    Join(DocumentId),
    /// A new version of a document.
    Revise(DocumentId),
    /// A new document.
    Create,
}

pub fn decide(standing: &Standing, content_hash: ContentHash, label: &AccessLabel) -> Decision {
    let Some(known) = &standing.known else {
        return standing.twin.map_or(Decision::Create, Decision::Join);
    };
    let same_text = known.content_hash == content_hash;
    match (same_text, known.label == *label, standing.twin, known.sole_origin) {
        (true, true, _, _) => Decision::Keep(known.document),
        (_, _, Some(twin), _) => Decision::Join(twin),
        (true, false, None, true) => Decision::Relabel(known.document),
        (false, _, None, true) => Decision::Revise(known.document),
        (_, _, None, false) => Decision::Create,
    }
}

/// What the decisions of one pass rest on and have not settled yet. A decision that would pull the ground from under
/// another waits for the next pass and is made anew: a copy must not join a document that is being rewritten.
#[derive(Debug, Default)]
pub struct Claims {
    texts: HashSet<(ContentHash, AccessLabel)>,
    changing: HashSet<DocumentId>,
    leaving: HashSet<DocumentId>,
    joined: HashSet<DocumentId>,
}

impl Claims {
    /// Whether this decision may be carried out in this pass; if so, it is claimed.
    pub fn grant(&mut self, standing: &Standing, decision: Decision, text: (ContentHash, AccessLabel)) -> bool {
        let left = standing.known.as_ref().map(|known| known.document);
        let (changed, left, joined) = match decision {
            Decision::Keep(_) => return true,
            Decision::Relabel(document) | Decision::Revise(document) => (Some(document), None, None),
            Decision::Join(document) => (None, left, Some(document)),
            Decision::Create => (None, left, None),
        };
        let new_text = joined.is_none().then_some(text);
        let free = changed
            .is_none_or(|document| !self.changing.contains(&document) && !self.joined.contains(&document))
            && left.is_none_or(|document| !self.joined.contains(&document))
            && joined.is_none_or(|document| !self.changing.contains(&document) && !self.leaving.contains(&document))
            && new_text.as_ref().is_none_or(|text| !self.texts.contains(text));
        if free {
            self.texts.extend(new_text);
            self.changing.extend(changed);
            self.leaving.extend(left);
            self.joined.extend(joined);
        }
        free
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use retrieval::access::AccessTier;
    use uuid::Uuid;

    const OWN: DocumentId = DocumentId(Uuid::from_u128(1));
    const TWIN: DocumentId = DocumentId(Uuid::from_u128(2));
    const OLD: ContentHash = ContentHash([1; 32]);
    const NEW: ContentHash = ContentHash([2; 32]);

    fn known(label: AccessTier, sole_origin: bool) -> Option<Known> {
        Some(Known { document: OWN, content_hash: OLD, label: AccessLabel::tier(label), sole_origin })
    }

    fn check(known: Option<Known>, twin: Option<DocumentId>, hash: ContentHash, expected: Decision) {
        let standing = Standing { known, twin };
        assert_eq!(decide(&standing, hash, &AccessLabel::tier(AccessTier::Public)), expected);
    }

    #[test]
    fn a_new_origin_creates_or_joins() {
        check(None, None, NEW, Decision::Create);
        check(None, Some(TWIN), NEW, Decision::Join(TWIN));
    }

    #[test]
    fn a_known_origin_keeps_revises_or_relabels() {
        check(known(AccessTier::Public, true), None, OLD, Decision::Keep(OWN));
        check(known(AccessTier::Public, false), Some(OWN), OLD, Decision::Keep(OWN));
        check(known(AccessTier::Public, true), None, NEW, Decision::Revise(OWN));
        check(known(AccessTier::Internal, true), None, OLD, Decision::Relabel(OWN));
        check(known(AccessTier::Internal, true), None, NEW, Decision::Revise(OWN));
    }

    #[test]
    fn a_shared_document_never_changes_under_one_of_its_origins() {
        check(known(AccessTier::Public, false), None, NEW, Decision::Create);
        check(known(AccessTier::Internal, false), None, OLD, Decision::Create);
        check(known(AccessTier::Internal, false), Some(TWIN), OLD, Decision::Join(TWIN));
    }

    /// A second decision beside a first one, on another text.
    fn check_beside(first: (Option<Known>, Decision), second: (Option<Known>, Decision), expected: bool) {
        let mut claims = Claims::default();
        let standing = |known| Standing { known, twin: None };
        let label = AccessLabel::tier(AccessTier::Public);
        assert!(claims.grant(&standing(first.0), first.1, (OLD, label.clone())));
        assert_eq!(claims.grant(&standing(second.0), second.1, (NEW, label)), expected);
    }

    #[test]
    fn nothing_joins_what_is_being_changed_or_left() {
        let own = || known(AccessTier::Public, true);
        check_beside((own(), Decision::Revise(OWN)), (None, Decision::Join(OWN)), false);
        check_beside((None, Decision::Join(OWN)), (own(), Decision::Revise(OWN)), false);
        check_beside((own(), Decision::Relabel(OWN)), (None, Decision::Join(OWN)), false);
        check_beside((own(), Decision::Join(TWIN)), (None, Decision::Join(OWN)), false);
        check_beside((None, Decision::Join(OWN)), (own(), Decision::Create), false);
        check_beside((own(), Decision::Revise(OWN)), (None, Decision::Join(TWIN)), true);
    }

    #[test]
    fn copies_join_side_by_side_and_a_new_text_is_made_once() {
        check_beside((None, Decision::Join(TWIN)), (None, Decision::Join(TWIN)), true);
        let shared = || known(AccessTier::Public, false);
        check_beside((shared(), Decision::Join(TWIN)), (shared(), Decision::Join(TWIN)), true);
        check_beside((None, Decision::Create), (None, Decision::Create), true);
        let (mut claims, text) = (Claims::default(), (OLD, AccessLabel::tier(AccessTier::Public)));
        assert!(claims.grant(&Standing::default(), Decision::Create, text.clone()));
        assert!(!claims.grant(&Standing::default(), Decision::Create, text));
    }
}
