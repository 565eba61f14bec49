//! What of a page its readers see: the verdict on one element.
//!
//! What is never content (scripts, menus, buttons) is left out silently. Hidden elements are left out and counted,
//! since hidden words are how a page tells a model what it does not tell people. Whether an element is the page's main
//! content is not decided here; others put it into the [`View`].

use std::collections::HashSet;

use ego_tree::NodeId;
use scraper::ElementRef;

use super::style::{Sheet, has_background, hides, is_white};
use super::tree::{first_in, has_words};

/// What to do with an element and everything in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Shown,
    Furniture,
    Hidden,
}

/// How one page is looked at: what was decided about it besides what each element says of itself.
#[derive(Debug, Default)]
pub(super) struct View {
    /// Not content, whatever they are.
    pub(super) dropped: HashSet<NodeId>,
    /// Hidden until a script of the page shows them.
    pub(super) lifted: HashSet<NodeId>,
    pub(super) sheet: Sheet,
    /// Whether what pictures show is told, in the words of who put them there. Of those on web pages most are decoration;
    /// there it is told only of a picture that stands within a text.
    pub(super) tells_pictures: bool,
}

impl View {
    pub(super) fn verdict(&self, element: ElementRef) -> Verdict {
        if self.dropped.contains(&element.id()) || is_never_content(element) || is_for_screen_readers(element) {
            Verdict::Furniture
        } else if self.hides(element) && !self.lifted.contains(&element.id()) {
            if has_words(element) { Verdict::Hidden } else { Verdict::Furniture }
        } else {
            Verdict::Shown
        }
    }

    /// Whether an element hides itself, or the page hides it.
    pub(super) fn hides(&self, element: ElementRef) -> bool {
        is_hidden(element) || self.sheet.hides(element)
    }
}

/// Whether neither the element nor anything around it is hidden.
pub(super) fn is_shown(element: ElementRef) -> bool {
    !is_hidden(element) && !element.ancestors().filter_map(ElementRef::wrap).any(is_hidden)
}

/// Whether an element hides itself.
fn is_hidden(element: ElementRef) -> bool {
    // `until-found` is shown as soon as somebody searches for it.
    let hidden = element.attr("hidden").is_some_and(|value| !value.eq_ignore_ascii_case("until-found"));
    let from_readers = element.attr("aria-hidden").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    hidden
        || from_readers
        || element.attr("style").is_some_and(|style| hides(style) || is_white_on_white(element, style))
}

/// White words with nothing behind them but the page.
fn is_white_on_white(element: ElementRef, style: &str) -> bool {
    const MOST_GROUNDS: usize = 16;
    let has_ground = |e: ElementRef| e.attr("bgcolor").is_some() || e.attr("style").is_some_and(has_background);
    is_white(style)
        && !has_ground(element)
        && !element.ancestors().filter_map(ElementRef::wrap).take(MOST_GROUNDS).any(has_ground)
}

/// Said by screen readers in place of what others see: "opens in a new window".
fn is_for_screen_readers(element: ElementRef) -> bool {
    const NAMES: [&str; 6] =
        ["sr-only", "visually-hidden", "visuallyhidden", "screen-reader-text", "screenreader-only", "a11y-hidden"];
    element.value().classes().any(|class| NAMES.contains(&class))
}

fn is_never_content(element: ElementRef) -> bool {
    match element.value().name() {
        "script" | "style" | "noscript" | "template" | "head" | "iframe" | "object" | "embed" | "svg" | "canvas" => {
            true
        }
        "audio" | "video" | "map" | "input" | "select" | "textarea" | "datalist" | "dialog" | "nav" => true,
        "a" => is_permalink(element),
        "button" => !is_heading(element),
        _ => matches!(element.attr("role"), Some("navigation" | "search" | "dialog")),
    }
}

/// A question that is pressed to see its answer is a heading, around the button or within it.
fn is_heading(button: ElementRef) -> bool {
    let is_heading = |e: &ElementRef| matches!(e.value().name(), "h2" | "h3" | "h4" | "h5" | "h6" | "summary" | "dt");
    let mut around = button.ancestors().filter_map(ElementRef::wrap).take(2);
    around.any(|e| is_heading(&e)) || first_in(button, is_heading).is_some()
}

/// The `#` or `¶` that documentation puts beside its headings.
fn is_permalink(element: ElementRef) -> bool {
    element.attr("href").is_some_and(|href| href.starts_with('#'))
        && !has_words(element)
        && first_in(element, |e| e.value().name() == "img").is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use scraper::Html;

    fn check(html: &str, expected: Verdict) {
        let page = Html::parse_fragment(html);
        let element = page.root_element().child_elements().next().unwrap();
        assert_eq!(View::default().verdict(element), expected, "{html}");
    }

    #[test]
    fn hidden_is_hidden_however_it_is_said() {
        check("<p hidden>x", Verdict::Hidden);
        check("<p hidden=until-found>x", Verdict::Shown);
        check("<p aria-hidden=TRUE>x", Verdict::Hidden);
        check("<p aria-hidden=false>x", Verdict::Shown);
        check("<p style='display:none'>x", Verdict::Hidden);
        check("<p style='display:block'>x", Verdict::Shown);
        check("<p style='color:white'>x", Verdict::Hidden);
        check("<p style='color:white;background:navy'>x", Verdict::Shown);
    }

    #[test]
    fn what_hides_no_words_is_only_furniture() {
        check("<span aria-hidden=true>→</span>", Verdict::Furniture);
        check("<span class=sr-only>opens in a new window</span>", Verdict::Furniture);
        check("<a href=#s>¶</a>", Verdict::Furniture);
        check("<a href=#s>see</a>", Verdict::Shown);
    }

    #[test]
    fn buttons_are_furniture_unless_they_are_headings() {
        check("<button>Order now</button>", Verdict::Furniture);
        check("<button><h3>How do I order?</h3></button>", Verdict::Shown);
    }
}
