//! PDF: pages of placed characters, read by the best engine at hand.
//!
//! Three engines can deliver the text, each with a file here: PDFium, `pdf-extract` and the `pdftotext` command. They
//! are asked in this order until a text passes the gate; if none does, the one that reads most like words is taken,
//! with a problem. PDFium comes first although it is optional, because it was measured to read better and to fail on
//! less; without it, everything else still works. Pages that are pictures go to text recognition. From there on all
//! is one: furniture is removed, rows become paragraphs, headings and tables, and those Markdown.
//!
//! An engine that overflows its stack or exhausts memory takes the process with it. So the caller may say how many
//! processes a file has ended before: each takes the first engine off the list.

mod bomb;
mod command;
mod extract;
mod flow;
mod furniture;
mod gate;
mod guard;
mod hidden;
mod hyphen;
mod info;
mod ocr;
mod pdfium;
mod pdftotext;
mod pen;
mod rows;
mod sheet;
mod table;
mod tame;
mod write;

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;

use self::flow::Body;
use self::gate::Doubt;
use self::hyphen::Vocabulary;
use self::sheet::Document;
use super::{Page, ParseError, Parsed, Tools};

const MOST_PAGES: usize = 5_000;
/// A file that was saved again and again holds its pages as often.
const REVISIONS: usize = 4;
/// Readers accept a header this far into the file.
const HEADER_BYTES: usize = 1024;

/// `deaths` is how many processes have ended over this file before.
pub(super) fn parse(bytes: &[u8], tools: &Tools, deaths: usize) -> Result<Parsed, ParseError> {
    let head = &bytes[..bytes.len().min(HEADER_BYTES)];
    if !head.windows(5).any(|window| window == b"%PDF-") {
        return Err(ParseError::Damaged("it has no PDF header".to_owned()));
    }
    if plain_pages(bytes) > MOST_PAGES * REVISIONS {
        return Err(ParseError::TooMuch { what: "pages", limit: MOST_PAGES as u64 });
    }
    let unpacked_bytes = bomb::unpacked(bytes)?;
    let mut document = read(bytes, &engines(tools, unpacked_bytes, deaths))?;
    let survivors = if deaths == 0 { tools.clone() } else { Tools { pdfium: None, ..tools.clone() } };
    ocr::complete(&mut document, bytes, &survivors)?;
    Ok(parsed(document))
}

/// Pages whose objects stand plainly in the file, those of earlier revisions too. Readers build a tree of all of them
/// before they could be asked how many there are.
fn plain_pages(bytes: &[u8]) -> usize {
    let is_page = |window: &[u8]| {
        let name = window.strip_prefix(b"/Type").map(|rest| rest.strip_prefix(b" ").unwrap_or(rest));
        let rest = name.and_then(|name| name.strip_prefix(b"/Page"));
        rest.is_some_and(|rest| rest.first().is_some_and(|next| !next.is_ascii_alphanumeric()))
    };
    bytes.windows(b"/Type /Page>".len()).filter(|window| is_page(window)).count()
}

#[derive(Clone, Copy, Debug)]
enum Engine<'a> {
    Pdfium(&'a std::path::Path),
    Extract,
    Pdftotext(&'a std::path::Path),
}

/// `pdf-extract` holds every operation of a page in memory at once, at many times its size.
const MOST_BYTES_TO_EXTRACT: u64 = 48 << 20;

fn engines(tools: &Tools, unpacked_bytes: u64, deaths: usize) -> Vec<Engine<'_>> {
    let extract = (unpacked_bytes <= MOST_BYTES_TO_EXTRACT).then_some(Engine::Extract);
    let pdfium = tools.pdfium.as_deref().map(Engine::Pdfium);
    let pdftotext = tools.pdftotext.as_deref().map(Engine::Pdftotext);
    pdfium.into_iter().chain(extract).chain(pdftotext).skip(deaths).collect()
}

/// The text of the first engine that passes the gate, or the best of those that do not.
fn read(bytes: &[u8], engines: &[Engine]) -> Result<Document, ParseError> {
    let mut best: Option<(Document, Doubt)> = None;
    let mut reason = None;
    for engine in engines {
        let read = match engine {
            Engine::Pdfium(library) => pdfium::read(library, bytes),
            Engine::Extract => extract::read(bytes),
            Engine::Pdftotext(program) => pdftotext::read(program, bytes),
        };
        match read {
            Ok(document) => match gate::doubt(&document) {
                None => return Ok(document),
                Some(doubt) => {
                    let is_better = |(best, _): &(Document, Doubt)| gate::worth(best) < gate::worth(&document);
                    if best.as_ref().is_none_or(is_better) {
                        best = Some((document, doubt));
                    }
                }
            },
            Err(error @ (ParseError::Protected | ParseError::TooMuch { .. })) => return Err(error),
            Err(error) => {
                reason.get_or_insert(error);
            }
        }
    }
    let Some((mut document, doubt)) = best else {
        return Err(reason.unwrap_or_else(|| ParseError::Damaged("every reader fails on it".to_owned())));
    };
    match doubt {
        Doubt::TooLittle => {}
        Doubt::Incomplete => document.problems.push(format!("{} damaged and left out", ocr::listed(&document.lost))),
        Doubt::Torn => document.problems.push("many words are torn apart".to_owned()),
        Doubt::Unreadable => document.problems.push("many signs of its fonts stand for no known letter".to_owned()),
    }
    Ok(document)
}

fn too_many_pages(count: usize) -> Result<(), ParseError> {
    match count > MOST_PAGES {
        true => Err(ParseError::TooMuch { what: "pages", limit: MOST_PAGES as u64 }),
        false => Ok(()),
    }
}

fn parsed(document: Document) -> Parsed {
    let Document { mut sheets, info, problems, .. } = document;
    for sheet in &mut sheets {
        sheet.lines = rows::rows(std::mem::take(&mut sheet.lines));
    }
    furniture::remove(&mut sheets);
    let (body, words) = (Body::of(&sheets), Vocabulary::of(&sheets));
    let blocks: Vec<_> = sheets.iter().map(|sheet| flow::blocks(&sheet.lines, &body, &words)).collect();
    let page = |(index, blocks): (usize, &Vec<_>)| Page { number: index as u32 + 1, text: write::markdown(blocks) };
    Parsed {
        title: info::title(&info, blocks.first().map_or(&[], Vec::as_slice)),
        author: info::author(&info),
        dated: info::dated(&info),
        pages: blocks.iter().enumerate().map(page).collect(),
        problems,
        ..Parsed::default()
    }
}
