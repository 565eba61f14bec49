//! Where documents come from. A source lists what there is; it does not read, parse or decide.

mod folder;

pub use folder::{Found, Listing, Unreadable, list};
