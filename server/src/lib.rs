//! The server: everything with a socket, a file or a row in it.
//!
//! `main` reads the command line (`cli`), `config` what is set, `wiring` puts the parts together. `answer` is the read
//! path, `conversation` what was said, `library` the write path, `store` the SQL, `http` the wire, `chat` the way to
//! language models, `backup` what is brought back after the worst, `branding` what it is called, `setup` what must be on the
//! machine, `worker` where parsers may die, `faults` what fails when a test wants it to. Only `wiring` knows concrete
//! adapters.

pub mod answer;
pub mod audit;
pub mod backup;
pub mod branding;
pub mod canary;
pub mod chat;
pub mod cli;
pub mod clock;
pub mod config;
pub mod conversation;
pub mod datadir;
pub mod evaluation;
pub mod faults;
pub mod fetch;
pub mod generations;
pub mod http;
pub mod insight;
pub mod library;
pub mod people;
pub mod review;
pub mod setup;
pub mod store;
pub mod wiring;
pub mod worker;
