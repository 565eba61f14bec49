//! The engine for where the library is missing: the `pdftotext` command.
//!
//! It keeps the layout by columns of characters, which become places. It says nothing of pictures, fonts and titles.

use std::path::Path;

use super::sheet::{Document, Sheet};
use super::{ParseError, command, too_many_pages};

pub(super) fn read(program: &Path, bytes: &[u8]) -> Result<Document, ParseError> {
    let text = command::run(program, &["-layout", "-enc", "UTF-8", "-", "-"], bytes)
        .ok_or_else(|| ParseError::Damaged("no page can be read".to_owned()))?;
    // A form feed ends each page.
    let pages: Vec<&str> = text.strip_suffix('\u{c}').unwrap_or(&text).split('\u{c}').collect();
    too_many_pages(pages.len())?;
    let sheets = pages.into_iter().map(Sheet::of_text).collect();
    Ok(Document { sheets, ..Document::default() })
}
