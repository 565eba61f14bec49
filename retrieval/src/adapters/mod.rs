//! The parts behind the ports, one engine each. Named by `server/src/wiring` and by tests, by nobody else.

pub mod bm25;
mod condition;
pub mod edge;
pub mod fastembed;
pub mod hashing;
mod languages;
mod layout;
pub mod memory;
pub mod qdrant;
mod unspaced;
