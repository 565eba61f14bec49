//! Pages that are pictures: drawn by PDFium, read by `tesseract`.
//!
//! Only pages without text are read so, and only so many: recognition takes seconds a page. What it reads is a guess,
//! and the problems say which pages were guessed.

use std::path::Path;

use pdfium_render::prelude::*;

use super::guard::attempt;
use super::sheet::{Document, Sheet};
use super::{ParseError, command, pdfium};
use crate::parse::Tools;

/// A page with fewer letters has no text to speak of: a stamp, a page number.
const FEWEST_LETTERS: usize = 20;
const MOST_PAGES: usize = 50;
const DOTS_PER_INCH: f32 = 200.0;
const POINTS_PER_INCH: f32 = 72.0;
/// Four bytes each, twice, must fit into the memory of the process beside everything else.
const MOST_PIXELS: f32 = 20e6;
/// PDFium counts pixels of a side in 16 bits.
const LONGEST_SIDE: f32 = 16_000.0;

/// Read what only a picture shows, and tell what was read so and what was not.
pub(super) fn complete(document: &mut Document, bytes: &[u8], tools: &Tools) -> Result<(), ParseError> {
    let pictures = pictures(document);
    if pictures.is_empty() {
        return Ok(());
    }
    let read = match (&tools.pdfium, &tools.tesseract) {
        (Some(library), Some(program)) => recognise(library, program, bytes, &pictures, tools),
        _ => Vec::new(),
    };
    let unread = pictures.len() - read.len();
    let reason = match (&tools.pdfium, &tools.tesseract) {
        (_, None) => "no text recognition is installed",
        (None, _) => "the PDFium library that would draw them is not installed",
        _ => "text recognition found nothing in them",
    };
    let numbers = |filter: &dyn Fn(&usize) -> bool| {
        listed(&pictures.iter().copied().filter(filter).map(|index| index + 1).collect::<Vec<_>>())
    };
    let is_read = |index: &usize| read.iter().any(|(found, _)| found == index);
    if !read.is_empty() {
        document.problems.push(format!("{} read by text recognition: expect errors", numbers(&is_read)));
    }
    if unread > 0 && unread < document.sheets.len() {
        let pages = numbers(&|index| !is_read(index));
        let what = if unread == 1 { "a picture" } else { "pictures" };
        document.problems.push(format!("{pages} {what} of text, and {reason}"));
    }
    for (index, sheet) in read {
        document.sheets[index] = sheet;
    }
    match document.sheets.iter().all(|sheet| sheet.weight() == 0) {
        true => Err(ParseError::PicturesOnly(reason)),
        false => Ok(()),
    }
}

/// The indexes of pages whose text, if they have any, is in a picture.
fn pictures(document: &Document) -> Vec<usize> {
    let is_picture = |sheet: &Sheet| sheet.has_picture && sheet.weight() < FEWEST_LETTERS;
    document.sheets.iter().enumerate().filter(|(_, sheet)| is_picture(sheet)).map(|(index, _)| index).collect()
}

/// The pages in which some text was found.
fn recognise(library: &Path, program: &Path, bytes: &[u8], pictures: &[usize], tools: &Tools) -> Vec<(usize, Sheet)> {
    let languages = tools.ocr_languages.as_deref().filter(|languages| is_language_list(languages)).unwrap_or("eng");
    let pages = pdfium::with_file(library, bytes, |file| {
        let read = |index: &usize| {
            let drawing = attempt(|| drawing(&file.pages().get(*index as _).ok()?)).flatten()?;
            let resolution = (DOTS_PER_INCH as u32).to_string();
            let text = command::run(program, &["-", "-", "-l", languages, "--dpi", &resolution], &drawing)?;
            let sheet = Sheet { has_picture: true, ..Sheet::of_text(&text) };
            (sheet.weight() > 0).then_some((*index, sheet))
        };
        Ok(pictures.iter().take(MOST_PAGES).filter_map(read).collect())
    });
    pages.unwrap_or_default()
}

/// Never an option of the program.
fn is_language_list(languages: &str) -> bool {
    let is_part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic())
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"_/".contains(&b))
    };
    languages.split('+').all(is_part)
}

/// A page in grey, as a PGM file.
fn drawing(page: &PdfPage) -> Option<Vec<u8>> {
    let (width, height) = (page.width().value, page.height().value);
    let scale = scale(width, height)?;
    let config = PdfRenderConfig::new()
        .set_fixed_size(((width * scale) as i32).max(1), ((height * scale) as i32).max(1))
        .set_format(PdfBitmapFormat::BGRx)
        .limit_render_image_cache_size(true)
        .render_form_data(true);
    let bitmap = page.render_with_config(&config).ok()?;
    let (columns, rows) = (bitmap.width() as usize, bitmap.height() as usize);
    let pixels = bitmap.as_raw_bytes();
    let mut file = format!("P5\n{columns} {rows}\n255\n").into_bytes();
    // Drawing in grey leaves the page empty with some versions of the library, so it is made grey here.
    file.extend(pixels.chunks_exact(4).take(columns * rows).map(|bgr| {
        let [blue, green, red] = [0, 1, 2].map(|part| u32::from(bgr[part]));
        ((red * 299 + green * 587 + blue * 114) / 1000) as u8
    }));
    Some(file)
}

/// Pixels for a point: what recognition likes, or less where the page is huge.
fn scale(width: f32, height: f32) -> Option<f32> {
    if !(width > 0.0 && height > 0.0) {
        return None;
    }
    let wanted = DOTS_PER_INCH / POINTS_PER_INCH;
    Some(wanted.min((MOST_PIXELS / (width * height)).sqrt()).min(LONGEST_SIDE / width.max(height)))
}

/// "page 3 is", "pages 1, 2 and 3 more are": as the start of a sentence about them.
pub(super) fn listed(numbers: &[usize]) -> String {
    const MOST_NAMED: usize = 10;
    let named: Vec<String> = numbers.iter().take(MOST_NAMED).map(ToString::to_string).collect();
    match (numbers.len(), numbers.len().saturating_sub(MOST_NAMED)) {
        (1, _) => format!("page {} is", named.join("")),
        (_, 0) => format!("pages {} are", named.join(", ")),
        (_, more) => format!("pages {} and {more} more are", named.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_named_within_reason() {
        assert_eq!(listed(&[3]), "page 3 is");
        assert_eq!(listed(&[1, 2, 4]), "pages 1, 2, 4 are");
        assert_eq!(listed(&(1..=13).collect::<Vec<_>>()), "pages 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 3 more are");
    }

    #[test]
    fn a_huge_page_is_drawn_small() {
        assert_eq!(scale(595.0, 842.0), Some(200.0 / 72.0));
        let scaled = scale(14_400.0, 14_400.0).unwrap();
        assert!(scaled * scaled * 14_400.0 * 14_400.0 <= MOST_PIXELS * 1.001);
        assert_eq!(scale(0.0, 842.0), None);
    }

    #[test]
    fn languages_are_no_options() {
        for (languages, expected) in [("deu+eng", true), ("chi_sim", true), ("-c x", false), ("", false)] {
            assert_eq!(is_language_list(languages), expected, "{languages}");
        }
    }
}
