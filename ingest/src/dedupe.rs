//! Whether a text is new, known, changed or a copy: one decision, made from what the catalog already holds.
//!
//! Never looks across access labels: the same text in a public and an internal document is two documents, because one
//! of them may be deleted, re-labelled or quoted without the other. Knows nothing of how the catalog finds twins.

use retrieval::access::AccessLabel;
use retrieval::model::{ContentHash, DocumentId};

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
}
