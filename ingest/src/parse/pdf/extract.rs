//! The engine that is always there: `pdf-extract`, in Rust alone.
//!
//! It decodes fonts and places characters; words and lines are made by our own pen, because its own spacing tears the
//! words of some writers apart. It panics on files that surprise it, so each page is an attempt of its own. It knows
//! no legacy Asian encodings and no right-to-left order; the gate sees what comes of that.

use pdf_extract::{
    Document as File, MediaBox, Object, OutputDev, OutputError, Transform, decode_text_string, output_doc,
    output_doc_page,
};

use super::guard::{attempt, guarded};
use super::pen::{Glyph, Pen};
use super::sheet::{Document, Info, Sheet};
use super::tame::{is_kind, tame};
use super::{ParseError, too_many_pages};

pub(super) fn read(bytes: &[u8]) -> Result<Document, ParseError> {
    guarded(|| read_file(bytes)).unwrap_or_else(|reason| Err(ParseError::Damaged(reason)))
}

fn read_file(bytes: &[u8]) -> Result<Document, ParseError> {
    let mut file = File::load_mem(bytes).map_err(|error| refusal(&error))?;
    if file.is_encrypted() && !file.was_encrypted() {
        file.decrypt("").map_err(|_| ParseError::Protected)?;
    }
    // It looks for the keys in an object of their own only, and takes what is encrypted for the text.
    if file.trailer.get(b"Encrypt").is_ok_and(|keys| keys.as_dict().is_ok()) {
        return Err(ParseError::Protected);
    }
    let has_picture = holds_pictures(&file);
    if !tame(&mut file) {
        return Err(ParseError::Damaged("its pages go in circles".to_owned()));
    }
    let page_count = file.page_iter().take(super::MOST_PAGES + 1).count();
    too_many_pages(page_count)?;
    let (sheets, lost) = sheets(&file, page_count, has_picture);
    if sheets.is_empty() || lost.len() == sheets.len() {
        return Err(ParseError::Damaged("no page can be read".to_owned()));
    }
    Ok(Document { sheets, info: info(&file), lost, problems: Vec::new() })
}

fn refusal(error: &pdf_extract::Error) -> ParseError {
    match error {
        pdf_extract::Error::InvalidPassword | pdf_extract::Error::Decryption(_) => ParseError::Protected,
        _ => ParseError::Damaged("its structure makes no sense".to_owned()),
    }
}

/// Every page, and the numbers of those that were given up. All in one go where possible: page by page the engine
/// walks the tree of pages anew for each.
fn sheets(file: &File, page_count: usize, has_picture: bool) -> (Vec<Sheet>, Vec<usize>) {
    let mut desk = Desk { has_picture, ..Desk::default() };
    let mut lost = Vec::new();
    if !matches!(attempt(|| output_doc(file, &mut desk)), Some(Ok(()))) {
        while desk.sheets.len() < page_count {
            let number = desk.sheets.len() + 1;
            if !matches!(attempt(|| output_doc_page(file, &mut desk, number as u32)), Some(Ok(()))) {
                lost.push(number);
                desk.sheets.resize_with(number, Sheet::default);
            }
        }
    }
    (desk.sheets, lost)
}

/// Which page a picture stands on is not worth asking: the answer matters only for pages without text.
fn holds_pictures(file: &File) -> bool {
    file.objects.values().filter_map(|object| object.as_stream().ok()).any(|stream| is_kind(stream, b"Image"))
}

fn info(file: &File) -> Info {
    let dictionary = file.trailer.get(b"Info").ok().and_then(|info| match info {
        Object::Reference(id) => file.get_dictionary(*id).ok(),
        other => other.as_dict().ok(),
    });
    let text = |key: &[u8]| decode_text_string(file.dereference(dictionary?.get(key).ok()?).ok()?.1).ok();
    Info { title: text(b"Title"), author: text(b"Author"), created: text(b"CreationDate"), modified: text(b"ModDate") }
}

/// Takes the characters of one page after the other.
#[derive(Default)]
struct Desk {
    sheets: Vec<Sheet>,
    /// Of the page at hand.
    glyphs: Vec<(String, Glyph)>,
    has_picture: bool,
}

/// On a page with fewer spaces among its characters, they are accidents.
const FEWEST_SPACES: f32 = 0.12;

/// A page that writes its spaces needs no guessing from widths, which are wrong often enough.
fn pen(glyphs: &[(String, Glyph)]) -> Pen {
    let spaces = glyphs.iter().filter(|(text, _)| text.trim().is_empty()).count();
    match spaces as f32 >= FEWEST_SPACES * glyphs.len() as f32 {
        true => Pen::spaced(),
        false => Pen::default(),
    }
}

impl OutputDev for Desk {
    fn begin_page(&mut self, _: u32, _: &MediaBox, _: Option<(f64, f64, f64, f64)>) -> Result<(), OutputError> {
        self.glyphs.clear();
        Ok(())
    }

    fn end_page(&mut self) -> Result<(), OutputError> {
        let mut pen = pen(&self.glyphs);
        self.glyphs.iter().for_each(|(text, glyph)| pen.write(text, *glyph));
        self.sheets.push(Sheet { lines: pen.finish(), has_picture: self.has_picture });
        Ok(())
    }

    fn output_character(
        &mut self,
        place: &Transform,
        width: f64,
        _: f64,
        font_size: f64,
        text: &str,
    ) -> Result<(), OutputError> {
        self.glyphs.push((text.to_owned(), glyph(place, width, font_size)));
        Ok(())
    }

    fn begin_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}

/// Turned into the frame in which the text stands upright.
fn glyph(place: &Transform, width: f64, font_size: f64) -> Glyph {
    let (across, up) = (place.m11.hypot(place.m12), place.m21.hypot(place.m22));
    // Letters of negative size are drawn by turning them round.
    let across = if font_size < 0.0 { -across } else { across };
    let (cos, sin) = if across == 0.0 { (1.0, 0.0) } else { (place.m11 / across, place.m12 / across) };
    let left = place.m31 * cos + place.m32 * sin;
    let baseline = place.m32 * cos - place.m31 * sin;
    let advance = (width * across * font_size).abs();
    let turns = (sin.atan2(cos) / std::f64::consts::FRAC_PI_2).round().rem_euclid(4.0) as u8;
    Glyph {
        left: left as f32,
        right: (left + advance) as f32,
        baseline: baseline as f32,
        size: (up * font_size).abs() as f32,
        is_bold: false,
        turns,
    }
}
