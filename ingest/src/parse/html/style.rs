//! Styles that hide: what of a `style` attribute, or of a simple rule in a `<style>`, keeps words from readers' eyes.
//!
//! Not a browser: no cascade, no units but the plain ones, no external sheets, and of a page's own sheets only rules
//! for one class or one id. Knows nothing of what is hidden.

use std::collections::HashSet;

use scraper::{ElementRef, Html};

/// Longer sheets are frameworks; they hide nothing that a page's text could be in.
const MOST_SHEET_BYTES: usize = 256 * 1024;
/// As far as a style is searched for a background; it is searched for each element in it.
const MOST_GROUND_BYTES: usize = 512;
/// Farther than any screen.
const OFF_SCREEN_PX: f32 = 900.0;

/// Whether what has this style cannot be seen.
pub(super) fn hides(style: &str) -> bool {
    let rules = Declarations::read(style);
    rules.0.iter().any(|(property, value)| hides_alone(property, value))
        || rules.is_off_screen()
        || rules.is_too_small()
        || rules.is_in_its_background_color()
}

/// Whether this style puts a background behind words, whatever it is.
pub(super) fn has_background(style: &str) -> bool {
    style[..style.floor_char_boundary(MOST_GROUND_BYTES)].to_ascii_lowercase().contains("background")
}

/// Whether words in this style are white, so that only a background would show them.
pub(super) fn is_white(style: &str) -> bool {
    Declarations::read(style).get("color").is_some_and(|color| self::color(color) == "white")
}

/// The classes and ids that a page's own sheets hide.
#[derive(Debug, Default)]
pub(super) struct Sheet(HashSet<String>);

impl Sheet {
    pub(super) fn of(page: &Html) -> Self {
        let mut hidden = HashSet::new();
        let elements = page.root_element().descendants().filter_map(ElementRef::wrap);
        for sheet in elements.filter(|e| e.value().name() == "style" && is_for_all_screens(*e)) {
            let text: String = sheet.text().collect();
            if text.len() <= MOST_SHEET_BYTES {
                read_sheet(&text, &mut hidden);
            }
        }
        Self(hidden)
    }

    pub(super) fn hides(&self, element: ElementRef) -> bool {
        let value = element.value();
        !self.0.is_empty()
            && (value.classes().any(|class| self.0.contains(&format!(".{class}")))
                || value.id().is_some_and(|id| self.0.contains(&format!("#{id}"))))
    }
}

/// A sheet for some widths, or for paper, hides only there.
fn is_for_all_screens(sheet: ElementRef) -> bool {
    sheet.attr("media").is_none_or(|media| matches!(media.trim(), "" | "all" | "screen"))
}

/// Notes the simple selectors whose rule hides, and forgets those that a later rule shows. Blocks within blocks (media
/// queries and the like) hold only sometimes, so they are passed over.
fn read_sheet(sheet: &str, hidden: &mut HashSet<String>) {
    let mut depth = 0usize;
    let mut selectors = "";
    let mut start = 0;
    for (at, brace) in sheet.match_indices(['{', '}']) {
        let text = &sheet[start..at];
        start = at + 1;
        match brace {
            "{" => {
                selectors = if depth == 0 { text } else { "" };
                depth += 1;
            }
            _ => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    note(selectors, text, hidden);
                }
                selectors = "";
            }
        }
    }
}

fn note(selectors: &str, style: &str, hidden: &mut HashSet<String>) {
    let selectors = selectors.rsplit("*/").next().unwrap_or_default();
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let (hides, is_shown) = (hides(style), Declarations::read(style).get("display").is_some());
    for selector in selectors.split(',').map(str::trim) {
        let is_simple = selector.len() > 1 && selector.starts_with(['.', '#']) && selector[1..].chars().all(is_name);
        if is_simple && hides {
            hidden.insert(selector.to_owned());
        } else if is_simple && is_shown {
            hidden.remove(selector);
        }
    }
}

/// Properties and values, in lower case.
struct Declarations(Vec<(String, String)>);

impl Declarations {
    fn read(style: &str) -> Self {
        const MOST: usize = 100;
        let pairs = style.split(';').filter_map(|declaration| declaration.split_once(':')).take(MOST);
        let plain = |text: &str| text.trim().to_ascii_lowercase();
        Self(pairs.map(|(name, value)| (plain(name), plain(&value.replace("!important", "")))).collect())
    }

    /// The last one counts.
    fn get(&self, property: &str) -> Option<&str> {
        self.0.iter().rev().find(|(name, _)| name == property).map(|(_, value)| value.as_str())
    }

    fn px(&self, property: &str) -> Option<f32> {
        self.get(property).and_then(px)
    }

    fn is_off_screen(&self) -> bool {
        let is_placed = self.get("position").is_some_and(|value| matches!(value, "absolute" | "fixed"));
        let is_far = |property| self.px(property).is_some_and(|px| px.abs() >= OFF_SCREEN_PX);
        let is_far_back = |property| self.px(property).is_some_and(|px| px <= -OFF_SCREEN_PX);
        (is_placed && ["left", "right", "top", "bottom"].into_iter().any(is_far_back))
            || ["text-indent", "margin-left", "margin-top"].into_iter().any(is_far_back)
            || (is_placed && ["left", "top"].into_iter().any(|side| is_far(side) && self.px(side) >= Some(9000.0)))
    }

    fn is_too_small(&self) -> bool {
        let is_cut = ["overflow", "overflow-x", "overflow-y"].into_iter().any(|name| self.get(name) == Some("hidden"));
        let sizes = ["width", "height", "max-width", "max-height"];
        is_cut && sizes.into_iter().any(|size| self.px(size).is_some_and(|px| px <= 1.0))
    }

    fn is_in_its_background_color(&self) -> bool {
        let behind = self.get("background-color").or_else(|| self.get("background"));
        self.get("color").zip(behind).is_some_and(|(text, behind)| color(text) == color(behind))
    }
}

fn hides_alone(property: &str, value: &str) -> bool {
    match property {
        "display" => value == "none",
        "visibility" => matches!(value, "hidden" | "collapse"),
        "opacity" => value.trim_end_matches('%').parse::<f32>().is_ok_and(|opacity| opacity <= 0.01),
        "font-size" => px(value).is_some_and(|px| px <= 1.0) || value.trim_end_matches(char::is_alphabetic) == "0",
        "color" => value == "transparent" || color(value).ends_with(",0)"),
        "clip" => {
            value.replace([' ', ','], "").starts_with("rect(0")
                || value.replace([' ', ','], "").starts_with("rect(1px1px1px1px")
        }
        "clip-path" => {
            matches!(value.replace(' ', "").as_str(), "inset(50%)" | "inset(100%)" | "circle(0)" | "circle(0px)")
        }
        "transform" => matches!(value.replace(' ', "").as_str(), "scale(0)" | "scale(0,0)" | "scalex(0)" | "scaley(0)"),
        _ => false,
    }
}

fn px(value: &str) -> Option<f32> {
    value.strip_suffix("px").or_else(|| value.strip_suffix("pt")).unwrap_or(value).trim().parse().ok()
}

/// One spelling for the colors that have many.
fn color(value: &str) -> String {
    let value = value.replace(' ', "");
    match value.as_str() {
        "#fff" | "#ffffff" | "#ffff" | "#ffffffff" | "rgb(255,255,255)" | "rgba(255,255,255,1)" => "white".to_owned(),
        "#000" | "#000000" | "rgb(0,0,0)" | "rgba(0,0,0,1)" => "black".to_owned(),
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(style: &str, expected: bool) {
        assert_eq!(hides(style), expected, "{style}");
    }

    #[test]
    fn there_are_many_ways_to_hide() {
        check("color:red; Display : none !important", true);
        check("visibility:hidden", true);
        check("opacity: 0", true);
        check("opacity:.0%", true);
        check("font-size:0px", true);
        check("font-size:1px", true);
        check("font-size:0em", true);
        check("position:absolute;left:-9999px", true);
        check("text-indent:-9999px", true);
        check("position:absolute; clip: rect(0, 0, 0, 0)", true);
        check("clip-path: inset(50%)", true);
        check("transform:scale(0)", true);
        check("height:0;overflow:hidden", true);
        check("color:#FFF;background:white", true);
        check("color:transparent", true);
    }

    #[test]
    fn most_styles_hide_nothing() {
        check("", false);
        check("font-size:0.8em;display:block", false);
        check("opacity:0.5", false);
        check("position:absolute;left:-4px", false);
        check("height:0", false);
        check("color:#fff;background:#000", false);
        check("transform:scale(1)", false);
        check("clip-path:inset(0)", false);
    }

    #[test]
    fn a_sheet_hides_by_class_and_id() {
        let html = "<style>/* x */ .a, #b{display:none} .c .d{display:none} .e{display:none} .e{display:block}
            @media print {.f{display:none}} .g{color:red}</style><style media='(max-width: 700px)'>.f{display:none}</style>
            <p class=a><p id=b><p class='c d'><p class=e><p class=f>";
        let page = Html::parse_document(html);
        let sheet = Sheet::of(&page);
        let paragraphs =
            page.root_element().descendants().filter_map(ElementRef::wrap).filter(|e| e.value().name() == "p");
        assert_eq!(paragraphs.map(|p| sheet.hides(p)).collect::<Vec<_>>(), [true, true, false, false, false]);
    }
}
