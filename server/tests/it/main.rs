//! The integration tests of `server`: real SQLite files, a real Postgres, real indexes and the real binary.
//!
//! `ground` is a database under one's feet, `library` a house without a model, `models` a server of language models, `cli`
//! the program as a person starts it. `setup` provisions the model that the last of them needs; `tidy` reads the sources
//! and nothing else.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed test is a panic")]

mod answers;
mod backup;
mod canary;
mod chat;
mod cli;
mod fetch;
mod ground;
mod guards;
mod hostile;
mod http;
mod liars;
mod library;
mod models;
mod oidc;
mod oracle;
mod postgres;
mod races;
mod serving;
mod setup;
mod store;
mod tidy;
mod who_sees_what;
mod wiring;
mod worker;
