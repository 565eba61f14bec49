//! Prompts: how an answer is worded, packed and checked.
//!
//! Depends on none of ours, so it can never see a tier, an id or a text that was not cleared: what comes in are strings
//! that somebody may read, what goes out are strings. Knows no model, no network, no clock.

pub mod chat;
pub mod cite;
pub mod pack;
pub mod rewrite;
pub mod template;
