//! Text that a person who looks at the page does not see: left out, and told.
//!
//! It is how instructions to machines are smuggled into documents, and how search engines are fed. Invisible text over
//! a picture of the page is the exception: that is a scan with its recognised text. White text counts as hidden only
//! with nothing but white behind it. The order of painting is not asked, so text below a picture is not found out.

use pdfium_render::prelude::*;

/// In points; nobody reads what is smaller.
pub(super) const SMALLEST_SIZE: f32 = 1.0;
/// A picture of at least this part of the page may be the page.
const SCAN_SHARE: f32 = 0.5;
/// Smaller pictures are ornaments: lines, bullets, logos.
const PICTURE_SHARE: f32 = 0.02;
/// A page of more objects than this is drawn, not written: then white text is left alone.
const MOST_OBJECTS: usize = 20_000;

/// What is behind the text of a page.
pub(super) struct Backdrop {
    page: Option<PdfRect>,
    /// Whatever is not white: pictures, shadings, filled paths.
    coloured: Vec<PdfRect>,
    largest_picture_share: f32,
    is_complete: bool,
}

impl Backdrop {
    pub(super) fn of(page: &PdfPage) -> Self {
        let bounds = page.boundaries().bounding().ok().map(|found| found.bounds);
        let page_area = bounds.as_ref().map_or(0.0, area_of).max(1.0);
        let objects = page.objects();
        let is_complete = objects.len() <= MOST_OBJECTS;
        let mut backdrop = Self { page: bounds, coloured: Vec::new(), largest_picture_share: 0.0, is_complete };
        for object in objects.iter().take(MOST_OBJECTS) {
            let kind = object.object_type();
            let is_behind = match kind {
                PdfPageObjectType::Text => false,
                PdfPageObjectType::Path => object.fill_color().is_ok_and(|fill| !is_white(&fill)),
                _ => true,
            };
            if let Some(bounds) = is_behind.then(|| object.bounds().ok()).flatten().map(|quad| quad.to_rect()) {
                if kind != PdfPageObjectType::Path {
                    backdrop.largest_picture_share = backdrop.largest_picture_share.max(area_of(&bounds) / page_area);
                }
                backdrop.coloured.push(bounds);
            }
        }
        backdrop
    }

    pub(super) fn has_picture(&self) -> bool {
        self.largest_picture_share >= PICTURE_SHARE
    }

    /// Whether the page may be a picture of text.
    pub(super) fn is_scan(&self) -> bool {
        self.largest_picture_share >= SCAN_SHARE
    }

    /// Whether any of the box is on the page.
    pub(super) fn reaches(&self, bounds: &PdfRect) -> bool {
        self.page.as_ref().is_none_or(|page| overlaps(page, bounds))
    }

    pub(super) fn is_blank_behind(&self, bounds: &PdfRect) -> bool {
        self.is_complete && !self.coloured.iter().any(|rect| overlaps(rect, bounds))
    }
}

fn area_of(rect: &PdfRect) -> f32 {
    rect.width().value.abs() * rect.height().value.abs()
}

fn overlaps(one: &PdfRect, other: &PdfRect) -> bool {
    one.left().value < other.right().value
        && other.left().value < one.right().value
        && one.bottom().value < other.top().value
        && other.bottom().value < one.top().value
}

pub(super) fn is_white(colour: &PdfColor) -> bool {
    [colour.red(), colour.green(), colour.blue()].iter().all(|part| *part >= 250)
}

pub(super) fn problem(letters: usize) -> Option<String> {
    (letters > 0).then(|| format!("{letters} letters that no reader of the page can see were left out"))
}
