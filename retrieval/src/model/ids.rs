//! The ids of the house, one type each, so that a document's id never lands where a version's is meant.
//!
//! Rows carry UUIDv7 (they sort by birth); a point's id is a UUIDv5 of what it stands for, so that a replay writes
//! the same point again. Knows nothing of clocks: whoever makes a v7 id passes it in.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// The namespace of point ids; changing it orphans every index ever built.
const POINT_NAMESPACE: Uuid = Uuid::from_u128(0x6c65_6374_6572_6e00_706f_696e_7473_0001);

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    };
}

id!(
    /// A tenant: its own collection, its own sparse statistics, its own people.
    WorkspaceId
);
id!(
    /// One build of the index.
    GenerationId
);
id!(
    /// One document, whatever its versions.
    DocumentId
);
id!(
    /// One immutable state of a document's text.
    VersionId
);
id!(
    /// One chunk as the index knows it.
    PointId
);
id!(
    /// A piece of work with a lease.
    JobId
);
id!(
    /// Where documents come from by themselves.
    SourceId
);
id!(
    /// Somebody with an account.
    PersonId
);
id!(
    /// An API key of a person.
    KeyId
);
id!(
    /// Somebody whom another site vouches for.
    GuestId
);
id!(
    /// One stay of a person who signed in.
    SignInId
);
id!(
    /// What was answered, from what, to whom.
    RecordId
);

id!(
    /// What somebody asked, one question after the other.
    ConversationId
);

impl PointId {
    /// The id of the chunk at `ordinal` of a version: the same words give the same id for ever.
    pub fn of(workspace: WorkspaceId, document: DocumentId, version: VersionId, ordinal: u32) -> Self {
        let name = format!("{workspace}/{document}/{version}/{ordinal}");
        Self(Uuid::new_v5(&POINT_NAMESPACE, name.as_bytes()))
    }
}
