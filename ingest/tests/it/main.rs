//! The crate's one integration binary: what a person would notice, data in and data out.

mod chunk;
mod clean;
mod parse;
