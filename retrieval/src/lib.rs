//! Retrieval: the words of the house, who may read what, and finding the right passage.
//!
//! This crate knows what a document, a chunk and a clearance are, and how to find passages through its ports. It does
//! not know where text comes from (`ingest`), how an answer is worded (`prompts`), or anything of SQL and HTTP
//! (`server`). Adapters know their engines; nobody outside wiring and tests knows the adapters.

pub mod access;
pub mod adapters;
pub mod cache;
pub mod evaluate;
pub mod followup;
pub mod fuse;
pub mod model;
pub mod pace;
pub mod ports;
pub mod rerank;
pub mod search;
pub mod words;
