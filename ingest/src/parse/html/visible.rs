//! What of a page its readers see: the verdict on one element.
//!
//! Furniture (menus, page headers, forms, scripts) is left out silently. Hidden elements are left out and counted,
//! since hidden words are how a page tells a model what it does not tell people. Style sheets are not evaluated: that
//! needs a browser.

use scraper::ElementRef;

use super::tree::{first_in, has_words};

/// What to do with an element and everything in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Shown,
    Furniture,
    Hidden,
}

pub(super) fn verdict(element: ElementRef) -> Verdict {
    if is_never_content(element) {
        Verdict::Furniture
    } else if is_hidden(element) {
        if has_words(element) { Verdict::Hidden } else { Verdict::Furniture }
    } else if is_around_content(element) && !holds_the_page(element) {
        Verdict::Furniture
    } else {
        Verdict::Shown
    }
}

/// Whether neither the element nor anything around it is hidden.
pub(super) fn is_shown(element: ElementRef) -> bool {
    !is_hidden(element) && !element.ancestors().filter_map(ElementRef::wrap).any(is_hidden)
}

fn is_never_content(element: ElementRef) -> bool {
    match element.value().name() {
        "script" | "style" | "noscript" | "template" | "head" | "iframe" | "object" | "embed" | "svg" | "canvas" => {
            true
        }
        "audio" | "video" | "map" | "input" | "button" | "select" | "textarea" | "datalist" | "dialog" | "nav" => true,
        "a" => is_permalink(element),
        _ => matches!(element.attr("role"), Some("navigation" | "search" | "dialog")),
    }
}

/// The `#` or `¶` that documentation puts beside its headings.
fn is_permalink(element: ElementRef) -> bool {
    element.attr("href").is_some_and(|href| href.starts_with('#'))
        && !has_words(element)
        && first_in(element, |e| e.value().name() == "img").is_none()
}

fn is_around_content(element: ElementRef) -> bool {
    matches!(element.value().name(), "header" | "footer" | "aside" | "form")
        || matches!(element.attr("role"), Some("banner" | "contentinfo" | "complementary" | "form"))
}

/// An article's `header` holds its heading, and some servers wrap the whole page in one `form`.
fn holds_the_page(element: ElementRef) -> bool {
    first_in(element, |e| matches!(e.value().name(), "h1" | "main" | "article")).is_some()
}

fn is_hidden(element: ElementRef) -> bool {
    // `until-found` is shown as soon as somebody searches for it.
    let hidden = element.attr("hidden").is_some_and(|value| !value.eq_ignore_ascii_case("until-found"));
    let from_readers = element.attr("aria-hidden").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    hidden || from_readers || element.attr("style").is_some_and(hides)
}

fn hides(style: &str) -> bool {
    style.split(';').filter_map(|rule| rule.split_once(':')).any(|(property, value)| {
        let value = value.trim().to_ascii_lowercase();
        match property.trim().to_ascii_lowercase().as_str() {
            "display" => value.starts_with("none"),
            "visibility" => value.starts_with("hidden") || value.starts_with("collapse"),
            "opacity" | "font-size" => value.trim_end_matches("!important").trim_end().trim_end_matches("px") == "0",
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use scraper::Html;

    fn check(html: &str, expected: Verdict) {
        let page = Html::parse_fragment(html);
        let element = page.root_element().child_elements().next().unwrap();
        assert_eq!(verdict(element), expected, "{html}");
    }

    #[test]
    fn hidden_is_hidden_however_it_is_said() {
        check("<p hidden>x", Verdict::Hidden);
        check("<p hidden=until-found>x", Verdict::Shown);
        check("<p aria-hidden=TRUE>x", Verdict::Hidden);
        check("<p aria-hidden=false>x", Verdict::Shown);
        check("<p style='color:red; Display : none !important'>x", Verdict::Hidden);
        check("<p style='visibility:hidden'>x", Verdict::Hidden);
        check("<p style='font-size:0px'>x", Verdict::Hidden);
        check("<p style='font-size:0.8em;display:block'>x", Verdict::Shown);
    }

    #[test]
    fn what_hides_no_words_is_only_furniture() {
        check("<span aria-hidden=true>→</span>", Verdict::Furniture);
        check("<a href=#s>¶</a>", Verdict::Furniture);
        check("<a href=#s>see</a>", Verdict::Shown);
    }

    #[test]
    fn furniture_may_hold_the_page() {
        check("<header>Acme</header>", Verdict::Furniture);
        check("<header><h1>Refunds</h1></header>", Verdict::Shown);
        check("<form><input></form>", Verdict::Furniture);
        check("<form><div><main>x</main></div></form>", Verdict::Shown);
        check("<nav><h1>x</h1></nav>", Verdict::Furniture);
    }
}
