//! Ingestion: from bytes that somebody handed in to chunks that can be found.
//!
//! `pipeline` tells the story top to bottom. This crate knows the shape of documents and the order in which a write
//! becomes visible; it does not know SQL, HTTP, which index or model it writes to (`retrieval::ports`), how an answer
//! is made, or who will read. `parse`, `clean`, `dedupe` and `chunk` are text in, text and problems out: no clock, no
//! network, no tasks.

pub mod chunk;
pub mod clean;
pub mod crawl;
pub mod dedupe;
pub mod draft;
pub mod origin;
pub mod parse;
pub mod pipeline;
pub mod ports;
pub mod source;
pub mod timing;
