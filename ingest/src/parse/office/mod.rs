//! Office files: Word, PowerPoint and Excel, as XML in an archive and as the older compound files.
//!
//! The newer ones are read here part by part: hidden text must not come in, a sheet with a million cells must not fill
//! the memory, and one broken part must not cost the document, which no reader at hand offers together. The older ones
//! are left to a library. Macros, embedded files and comments are not read, and nothing outside the file is fetched.

mod cells;
mod old;
mod package;
mod rels;
mod sheets;
mod slides;
mod styles;
mod word;

pub(super) use self::package::Stated;
pub(super) use self::sheets::write as write_sheet;
use super::zipped::Zipped;
use super::{ParseError, Parsed};

pub(super) fn parse(bytes: &[u8]) -> Result<Parsed, ParseError> {
    if bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return old::parse(bytes);
    }
    let mut archive = Zipped::open(bytes)?;
    let main = rels::main_part(&mut archive)?;
    let mut parsed = match main.rsplit('/').next().unwrap_or_default() {
        name if main.starts_with("word/") || name.starts_with("document") => word::parse(&mut archive, &main)?,
        name if main.starts_with("ppt/") || name.starts_with("presentation") => slides::parse(&mut archive, &main)?,
        name if main.starts_with("xl/") || name.starts_with("workbook") => sheets::parse(&mut archive, &main)?,
        _ => return Err(ParseError::Unsupported("an Office file of an unknown sort")),
    };
    package::describe(&mut archive, &mut parsed);
    Ok(parsed)
}
