//! The integration tests of `retrieval`: one contract for every index, and what is each engine's own.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed test is a panic")]

mod contract;
mod edge;
mod memory;
mod qdrant;
mod qdrant_server;
mod recall;
