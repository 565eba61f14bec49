//! Who may read what: the words, the one rule, and the proof.
//!
//! Permission is a value you hold. [`Clearance`] has private fields and one maker, [`Principal::clearance`]; everything
//! that returns text, ids or counts asks for one. Nothing here knows of SQL, indexes or HTTP: those carry out the rule
//! that [`Clearance::admits`] states.

mod clearance;
mod label;
mod principal;

pub use clearance::{Clearance, Fingerprint, Reach};
pub use label::{AccessLabel, AccessTier, Grounds, Group};
pub use principal::{Origin, Principal, Role, Scope};

/// Why access could not be decided; the sentence is for the person who typed it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccessError {
    #[error("unknown tier \"{0}\": use public, customer, internal or restricted")]
    UnknownTier(String),
    #[error("\"{0}\" is not a group: use lower-case letters, digits, - and _, at most 64")]
    BadGroup(String),
    #[error("unknown role \"{0}\": use reader, editor or admin")]
    UnknownRole(String),
    #[error("unknown scope \"{0}\": use read, write or manage")]
    UnknownScope(String),
    #[error("nothing is readable for this asker")]
    NothingReadable,
    #[error("one can only ask as somebody who may read less")]
    Widening,
}

#[cfg(test)]
mod tests;
