//! Office files from before 2007: compound files in formats of their own, which undoc knows.
//!
//! Its model is written down here, for its Markdown repeats headings between rules and escapes every bracket of a cell.
//! It does not say which sheets are hidden, so that is looked up here. It may use as much memory as it likes; the process around it bounds that.

use std::io::{Cursor, Read};

use undoc::render::{RenderOptions, to_markdown};
use undoc::{Block, Document, FormatType, Metadata, Section, Table};

use super::super::draft::{Draft, Inline};
use super::super::grid::{Budget, Grid};
use super::super::{Page, ParseError, Parsed};
use super::package::Stated;
use super::sheets;
use super::word::heading_name;

pub(super) fn parse(bytes: &[u8]) -> Result<Parsed, ParseError> {
    let damaged = |error: std::io::Error| ParseError::Damaged(error.to_string());
    cfb::CompoundFile::open(Cursor::new(bytes)).map_err(damaged)?;
    let mut document = undoc::parse_bytes(bytes).map_err(refused)?;
    let metadata = std::mem::take(&mut document.metadata);
    let mut parsed = match document.format {
        FormatType::Xls | FormatType::Xlsx => workbook(&document, &hidden_sheets(bytes)),
        FormatType::Ppt | FormatType::Pptx => slides(&document)?,
        FormatType::Doc | FormatType::Docx => text(document)?,
    };
    stated(metadata).put_into(&mut parsed);
    if parsed.markdown.is_empty() && parsed.pages.iter().all(|page| page.text.is_empty()) {
        parsed.problems.push("the document shows no text".to_owned());
    }
    Ok(parsed)
}

fn text(mut document: Document) -> Result<Parsed, ParseError> {
    let first = document.sections.iter().flat_map(|section| &section.content).find_map(heading);
    document.resources.clear();
    let options = RenderOptions::default().with_images(false).with_max_heading(6);
    let markdown = to_markdown(&document, &options).map_err(refused)?;
    Ok(Parsed { title: first, markdown, ..Parsed::default() })
}

/// The words of a heading.
fn heading(block: &Block) -> Option<String> {
    match block {
        Block::Paragraph(paragraph) if paragraph.heading.is_heading() => Some(paragraph.plain_text()),
        _ => None,
    }
}

fn slides(document: &Document) -> Result<Parsed, ParseError> {
    let mut parsed = Parsed::default();
    for (number, section) in (1..).zip(&document.sections) {
        let slide = slide(section)?;
        parsed.title = parsed.title.or(section.content.iter().find_map(heading));
        parsed.problems.extend(slide.problems.into_iter().map(|problem| format!("slide {number}: {problem}")));
        parsed.pages.push(Page { number, text: slide.markdown });
    }
    Ok(parsed)
}

fn slide(section: &Section) -> Result<Parsed, ParseError> {
    let mut draft = Draft::default();
    for block in &section.content {
        let Block::Paragraph(paragraph) = block else { continue };
        let mut line = Inline::default();
        line.text(&paragraph.plain_text());
        match (paragraph.heading.level(), &paragraph.list_info) {
            (0, Some(item)) => draft.item(item.level.into(), None, &line.take()),
            (0, None) => draft.block("p", &line.take()),
            (level, _) => draft.block(heading_name(level.max(2)), &line.take()),
        }
    }
    draft.end_lists();
    let notes = section.notes.iter().flatten().map(|note| note.plain_text()).filter(|note| !note.trim().is_empty());
    for (n, note) in notes.enumerate() {
        if n == 0 {
            draft.block("h3", "Notes");
        }
        let mut line = Inline::default();
        line.text(&note);
        draft.block("p", &line.take());
    }
    draft.finish()
}

fn workbook(document: &Document, hidden: &[bool]) -> Parsed {
    let mut parsed = Parsed::default();
    let mut budget = Budget::default();
    for (number, section) in document.sections.iter().enumerate() {
        if hidden.get(number) == Some(&true) {
            let name = section.name.as_deref().unwrap_or_default();
            parsed.problems.push(format!("sheet \"{name}\" is hidden and left out"));
            continue;
        }
        for block in &section.content {
            if let Block::Table(table) = block {
                let read = grid(table, &mut budget).markdown();
                sheets::write(&mut parsed, section.name.as_deref().unwrap_or_default(), read);
            }
        }
    }
    parsed
}

/// For each sheet of cells whether it is hidden, as the list of sheets at the start of the stream says.
fn hidden_sheets(bytes: &[u8]) -> Vec<bool> {
    const SHEET: u16 = 0x0085;
    const END: u16 = 0x000a;
    let mut hidden = Vec::new();
    let Some(stream) = stream(bytes, "/Workbook").or_else(|| stream(bytes, "/Book")) else { return hidden };
    let mut rest = stream.as_slice();
    while let [kind_low, kind_high, size_low, size_high, after @ ..] = rest {
        let size = usize::from(u16::from_le_bytes([*size_low, *size_high]));
        let Some((body, next)) = after.split_at_checked(size) else { break };
        match (u16::from_le_bytes([*kind_low, *kind_high]), body) {
            (END, _) => break,
            // Charts and macros are no sheets of cells.
            (SHEET, [_, _, _, _, state, 0, ..]) => hidden.push(state & 3 != 0),
            _ => {}
        }
        rest = next;
    }
    hidden
}

fn stream(bytes: &[u8], name: &str) -> Option<Vec<u8>> {
    let mut stream = Vec::new();
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).ok()?;
    file.open_stream(name).ok()?.take(bytes.len() as u64).read_to_end(&mut stream).ok()?;
    Some(stream)
}

fn grid(table: &Table, budget: &mut Budget) -> Grid {
    let mut grid = Grid::default();
    for (columns, row) in table.cell_columns().iter().zip(&table.rows) {
        for (column, cell) in columns.iter().zip(&row.cells) {
            grid.cell(*column, &cell.plain_text(), budget);
        }
        grid.end_row(budget);
    }
    grid
}

fn stated(metadata: Metadata) -> Stated {
    Stated {
        title: metadata.title.unwrap_or_default(),
        author: metadata.author.unwrap_or_default(),
        created: metadata.created.unwrap_or_default(),
        modified: metadata.modified.unwrap_or_default(),
        ..Stated::default()
    }
}

fn refused(error: undoc::Error) -> ParseError {
    match error {
        undoc::Error::Encrypted => ParseError::Protected,
        undoc::Error::UnknownFormat | undoc::Error::UnsupportedFormat(_) => {
            ParseError::Unsupported("an old Office file of an unknown sort")
        }
        error => ParseError::Damaged(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn compound(streams: &[(&str, &[u8])]) -> Vec<u8> {
        let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
        for (name, bytes) in streams {
            file.create_stream(name).unwrap().write_all(bytes).unwrap();
        }
        file.flush().unwrap();
        file.into_inner().into_inner()
    }

    /// A workbook of Excel 97 with one sheet: the records that a reader needs, and no more.
    fn old_workbook(state: u8, cells: &[(u16, u16, &str)]) -> Vec<u8> {
        fn record(kind: u16, body: &[u8]) -> Vec<u8> {
            [&kind.to_le_bytes()[..], &u16::try_from(body.len()).unwrap().to_le_bytes(), body].concat()
        }
        fn begin(kind: u16) -> Vec<u8> {
            let words = [0x0600, kind, 0x0dbb, 0x07cc, 0, 0, 0x0600, 0];
            record(0x0809, &words.iter().flat_map(|word: &u16| word.to_le_bytes()).collect::<Vec<_>>())
        }
        let end = record(0x000a, &[]);
        let globals = |offset: u32| {
            let sheet = [&offset.to_le_bytes()[..], &[state, 0, 4, 0], b"Data"].concat();
            [begin(0x0005), record(0x0085, &sheet), end.clone()].concat()
        };
        let offset = u32::try_from(globals(0).len()).unwrap();
        let mut stream = [globals(offset), begin(0x0010)].concat();
        for (row, column, text) in cells {
            let place = [*row, *column, 0, u16::try_from(text.len()).unwrap()].map(u16::to_le_bytes).concat();
            stream.extend(record(0x0204, &[&place[..], &[0], text.as_bytes()].concat()));
        }
        stream.extend(end);
        compound(&[("/Workbook", &stream)])
    }

    #[test]
    fn an_old_workbook_is_read() {
        let bytes = old_workbook(0, &[(0, 0, "Plan"), (0, 1, "Price"), (1, 0, "Basic"), (1, 1, "5|6")]);
        let parsed = parse(&bytes).unwrap();
        assert_eq!(parsed.markdown, "## Data\n\n| Plan | Price |\n| --- | --- |\n| Basic | 5\\|6 |");
    }

    #[test]
    fn a_hidden_sheet_is_told() {
        let parsed = parse(&old_workbook(1, &[(0, 0, "secret")])).unwrap();
        assert_eq!(parsed.markdown, "");
        assert_eq!(parsed.problems, ["sheet \"Data\" is hidden and left out", "the document shows no text"]);
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let check = |streams: &[(&str, &[u8])], expected| assert_eq!(parse(&compound(streams)), Err(expected));
        check(&[("/EncryptedPackage", b"x"), ("/EncryptionInfo", b"x")], ParseError::Protected);
        check(&[("/Else", b"x")], ParseError::Unsupported("an old Office file of an unknown sort"));
        assert!(matches!(parse(&compound(&[("/WordDocument", b"x")])), Err(ParseError::Damaged(_))));
        assert!(matches!(parse(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 cut"), Err(ParseError::Damaged(_))));
    }
}
