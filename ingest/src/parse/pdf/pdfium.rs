//! The engine that reads best: PDFium, a library that is loaded where it is present.
//!
//! It says of each character where it stands and how it looks, so hidden text can be told from text. It is written in
//! C++ and made for hostile files; it runs in a process that may die. One file at a time: the library keeps its last
//! error in one place.

use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};

use pdfium_render::prelude::*;

use super::guard::{attempt, guarded};
use super::hidden::{self, Backdrop};
use super::pen::{Glyph, Hint, Pen};
use super::sheet::{Document, Info, Sheet};
use super::{ParseError, too_many_pages};

pub(super) fn read(library: &Path, bytes: &[u8]) -> Result<Document, ParseError> {
    with_file(library, bytes, read_file)
}

/// Open a file and do something with it, alone with the library.
pub(super) fn with_file<T: Send>(
    library: &Path,
    bytes: &[u8],
    work: impl FnOnce(&PdfDocument) -> Result<T, ParseError> + Send,
) -> Result<T, ParseError> {
    static ALONE: Mutex<()> = Mutex::new(());
    let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let pdfium = loaded(library)?;
    let done = guarded(|| work(&pdfium.load_pdf_from_byte_slice(bytes, None).map_err(refusal)?));
    drop(alone);
    done.unwrap_or_else(|reason| Err(ParseError::Damaged(reason)))
}

/// The library can be loaded only once in the life of a process; the first path counts.
fn loaded(library: &Path) -> Result<&'static Pdfium, ParseError> {
    static LOADED: OnceLock<Option<Pdfium>> = OnceLock::new();
    let pdfium = LOADED.get_or_init(|| Pdfium::bind_to_library(library).ok().map(Pdfium::new));
    pdfium.as_ref().ok_or_else(|| ParseError::Damaged("the PDFium library cannot be loaded".to_owned()))
}

fn refusal(error: PdfiumError) -> ParseError {
    match error {
        PdfiumError::PdfiumLibraryInternalError(
            PdfiumInternalError::PasswordError | PdfiumInternalError::SecurityError,
        ) => ParseError::Protected,
        _ => ParseError::Damaged("its structure makes no sense".to_owned()),
    }
}

fn read_file(file: &PdfDocument) -> Result<Document, ParseError> {
    let page_count = file.pages().len() as usize;
    too_many_pages(page_count)?;
    let mut document = Document { info: info(file), ..Document::default() };
    let mut hidden_letters = 0;
    for index in file.pages().as_range() {
        let sheet = attempt(|| file.pages().get(index).ok().and_then(|page| sheet(&page))).flatten();
        let (sheet, hidden) = sheet.unwrap_or_else(|| {
            document.lost.push(index as usize + 1);
            Default::default()
        });
        hidden_letters += hidden;
        document.sheets.push(sheet);
    }
    if document.lost.len() == page_count {
        return Err(ParseError::Damaged("no page can be read".to_owned()));
    }
    document.problems.extend(hidden::problem(hidden_letters));
    Ok(document)
}

fn info(file: &PdfDocument) -> Info {
    let text = |tag| file.metadata().get(tag).map(|found| found.value().to_owned());
    Info {
        title: text(PdfDocumentMetadataTagType::Title),
        author: text(PdfDocumentMetadataTagType::Author),
        created: text(PdfDocumentMetadataTagType::CreationDate),
        modified: text(PdfDocumentMetadataTagType::ModificationDate),
    }
}

/// A page, and how many of its letters nobody would see.
fn sheet(page: &PdfPage) -> Option<(Sheet, usize)> {
    let text = page.text().ok()?;
    let backdrop = Backdrop::of(page);
    let mut pen = Pen::trusting_breaks();
    let (mut look, mut hidden_letters, mut high) = (None, 0, None);
    for char in text.chars().iter() {
        let Some(c) = unit(char.unicode_value(), &mut high) else { continue };
        if c.is_whitespace() {
            look = None;
            match c {
                '\r' | '\n' => pen.hint(Hint::Line),
                _ if char.is_generated().unwrap_or(false) => pen.hint(Hint::Space),
                _ => pen.space(),
            }
            continue;
        }
        let look = look.get_or_insert_with(|| Look::of(&char));
        let Ok(bounds) = char.loose_bounds() else { continue };
        if look.is_hidden(&bounds, &backdrop) {
            hidden_letters += usize::from(c.is_alphanumeric());
            continue;
        }
        pen.write(c.encode_utf8(&mut [0; 4]), look.glyph(&char, &bounds));
    }
    Some((Sheet { lines: pen.finish(), has_picture: backdrop.has_picture() }, hidden_letters))
}

/// A character; those beyond the first 65,536 may come in two halves.
fn unit(value: u32, high: &mut Option<u32>) -> Option<char> {
    match value {
        0 => None,
        0xd800..=0xdbff => {
            *high = Some(value);
            None
        }
        0xdc00..=0xdfff => {
            high.take().and_then(|high| char::from_u32(0x10000 + ((high - 0xd800) << 10) + (value - 0xdc00)))
        }
        _ => char::from_u32(value),
    }
}

/// What the characters of a word have in common; asked once a word, because each question costs.
struct Look {
    size: f32,
    is_bold: bool,
    is_drawn: bool,
    is_white: bool,
    angle: f32,
}

impl Look {
    fn of(char: &PdfPageTextChar) -> Self {
        let size = char.scaled_font_size().value.abs();
        // Letters of negative size are drawn by turning them round.
        let turn = if char.unscaled_font_size().value < 0.0 { std::f32::consts::PI } else { 0.0 };
        let fill = char.fill_color().ok();
        let mode = char.render_mode().unwrap_or(PdfPageTextRenderMode::FilledUnstroked);
        let is_filled = mode == PdfPageTextRenderMode::FilledUnstroked;
        Self {
            size,
            is_bold: is_bold(char),
            is_drawn: mode != PdfPageTextRenderMode::Invisible && !(is_filled && fill.is_some_and(|f| f.alpha() == 0)),
            is_white: is_filled && fill.is_some_and(|fill| hidden::is_white(&fill)),
            angle: char.angle_radians().unwrap_or(0.0) + turn,
        }
    }

    fn is_hidden(&self, bounds: &PdfRect, backdrop: &Backdrop) -> bool {
        let is_dot = self.size < hidden::SMALLEST_SIZE && bounds.height().value < hidden::SMALLEST_SIZE;
        is_dot
            || !backdrop.reaches(bounds)
            || (!self.is_drawn && !backdrop.is_scan())
            || (self.is_white && backdrop.is_blank_behind(bounds))
    }

    /// Turned into the frame in which the text stands upright.
    fn glyph(&self, char: &PdfPageTextChar, bounds: &PdfRect) -> Glyph {
        let (sin, cos) = self.angle.sin_cos();
        let along = |x: f32, y: f32| x * cos + y * sin;
        let (left, right) = (bounds.left().value, bounds.right().value);
        let (bottom, top) = (bounds.bottom().value, bounds.top().value);
        let ends = [along(left, bottom), along(left, top), along(right, bottom), along(right, top)];
        let (x, y) = char.origin().map_or((left, bottom), |(x, y)| (x.value, y.value));
        Glyph {
            left: ends.into_iter().fold(f32::INFINITY, f32::min),
            right: ends.into_iter().fold(f32::NEG_INFINITY, f32::max),
            baseline: y * cos - x * sin,
            size: if self.size > 0.0 { self.size } else { bounds.height().value },
            is_bold: self.is_bold,
            turns: (self.angle / std::f32::consts::FRAC_PI_2).round().rem_euclid(4.0) as u8,
        }
    }
}

/// By weight, or by name: fonts inside a file often carry no weight.
fn is_bold(char: &PdfPageTextChar) -> bool {
    let heavy = match char.font_weight() {
        Some(
            PdfFontWeight::Weight600
            | PdfFontWeight::Weight700Bold
            | PdfFontWeight::Weight800
            | PdfFontWeight::Weight900,
        ) => true,
        Some(PdfFontWeight::Custom(weight)) => (600..=1000).contains(&weight),
        _ => false,
    };
    let name = char.font_name().to_ascii_lowercase();
    heavy || ["bold", "black", "heavy", "cmbx"].iter().any(|mark| name.contains(mark))
}
