//! Printing: the one place that writes to a person's terminal.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is where printing belongs")]

use std::io::{ErrorKind, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;

/// Whether a line of output was lost.
static LOST: AtomicBool = AtomicBool::new(false);

/// One line of output. A reader that has hung up, as `head` does, is no error; a full disk is.
pub fn line(text: &str) {
    let written = writeln!(std::io::stdout().lock(), "{text}");
    if written.is_err_and(|error| error.kind() != ErrorKind::BrokenPipe) {
        LOST.store(true, Ordering::Relaxed);
    }
}

/// Whether everything that was printed arrived.
pub fn is_complete() -> bool {
    std::io::stdout().flush().is_ok_and(|()| !LOST.load(Ordering::Relaxed))
}

/// Where in a document that has pages.
pub fn page(number: Option<u32>) -> String {
    number.map_or_else(String::new, |number| format!(", page {number}"))
}

/// Rows below their names, each column as wide as what stands in it.
pub fn table<const N: usize>(names: [&str; N], rows: &[[String; N]]) {
    let widths: [usize; N] = std::array::from_fn(|column| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([names[column].chars().count()]).max().unwrap_or(0)
    });
    let head = names.map(str::to_owned);
    for row in std::iter::once(&head).chain(rows) {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        line(cells.collect::<Vec<_>>().join("  ").trim_end());
    }
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
