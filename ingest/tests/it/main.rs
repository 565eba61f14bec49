//! The crate's one integration binary: what a person would notice, data in and data out.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed test is a panic")]

mod chunk;
mod clean;
mod crawl;
mod folder;
mod hostile;
mod parse;
