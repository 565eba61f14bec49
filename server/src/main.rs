//! `lectern`: one binary that keeps a library and answers from it.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::cli::run()
}
