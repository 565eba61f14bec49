//! The house's wording: our templates, or the operator's files in their place.
//!
//! Whatever is wrong with one stops the start: a person is there to mend it, which nobody is when an answer is due.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use prompts::template::{Given, Templates};

/// With the files of this folder, if one is named. What begins with a dot is an editor's or the system's.
pub fn templates(folder: Option<&Path>) -> anyhow::Result<Templates> {
    let Some(folder) = folder else { return Ok(Templates::load()?) };
    let unread = || format!("answers.templates: {} cannot be read", folder.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(unread)? {
        let entry = entry.with_context(unread)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            files.push((fs::read_to_string(entry.path()).with_context(|| format!("{}: {name}", unread()))?, name));
        }
    }
    // In one order everywhere, so that of two mistakes the same one is told each time.
    files.sort_by(|(_, one), (_, other)| one.cmp(other));
    let given: Vec<Given<'_>> = files.iter().map(|(text, file)| Given { file, text }).collect();
    Templates::load_with(&given).with_context(|| format!("answers.templates: {}", folder.display()))
}
