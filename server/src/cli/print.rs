//! Printing: the one place that writes to a person's terminal.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is where printing belongs")]

use std::io::Write;

use serde::Serialize;

/// One line of output. A reader that has hung up, as `head` does, is no error.
pub fn line(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// One JSON object on one line.
pub fn json(value: &impl Serialize) {
    match serde_json::to_string(value) {
        Ok(text) => line(&text),
        Err(error) => complain(&format!("this cannot be written as JSON: {error}")),
    }
}

/// What went on, for who watches; not part of the output.
pub fn note(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

pub fn complain(sentence: &str) {
    note(&format!("lectern: {sentence}"));
}
