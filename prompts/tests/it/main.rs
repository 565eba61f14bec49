//! Tests of prompts from outside: what a page shows of hostile answers, what the checker does to real texts, and that
//! where a stream was cut never matters.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed test is a panic")]

mod answers;
mod cuts;
mod hostile;
mod paraphrase;
mod signs;
