//! Prompts: how an answer is worded, packed and checked.
//!
//! Depends on none of ours, so it can never see a tier, an id or a text that was not cleared: what comes in are strings
//! that somebody may read, what goes out are strings. Knows no model, no network, no clock.

pub mod answer;
pub mod chat;
pub mod cite;
pub mod fence;
pub mod fit;
pub mod mask;
pub mod pack;
pub mod persona;
pub mod render;
pub mod rewrite;
pub mod ruler;
pub mod shorten;
pub mod template;
pub mod unseen;
