//! `make bench-ingest`: what is read of real files and real sites, against what people say stands in them.
//!
//! The files are not ours to hand out: they lie in a folder that is named (`--data`), each part in a folder of its own. A
//! part whose folder is missing is an error that says so.

pub mod chunking;
pub mod pages;
pub mod papers;
pub mod site;
pub mod vectors;
mod words;
