//! Building a page's tree within limits, and looking things up in it.
//!
//! A few kilobytes of HTML can ask for a billion elements (each open `<b>` is opened again in every following `<p>`),
//! and checks that look up the chain of open elements make deep pages slow. So a page is parsed in growing prefixes:
//! the first that breaks a limit ends it, for at most twice the price of parsing it once.

use ego_tree::iter::Edge;
use scraper::{ElementRef, Html};

use super::super::ParseError;

pub(super) const DEEPEST: usize = 512;
const MOST_NODES: usize = 1_000_000;
/// Small enough that the worst page of this size is built in milliseconds.
const FIRST_PREFIX_BYTES: usize = 8 * 1024;

/// The tree of a page, or the limit that it breaks.
pub(super) fn build(html: &str) -> Result<Html, ParseError> {
    let mut length = FIRST_PREFIX_BYTES;
    while length < html.len() {
        check_limits(&Html::parse_document(&html[..html.floor_char_boundary(length)]))?;
        length *= 2;
    }
    let page = Html::parse_document(html);
    check_limits(&page)?;
    Ok(page)
}

fn check_limits(page: &Html) -> Result<(), ParseError> {
    if page.tree.nodes().len() > MOST_NODES {
        return Err(ParseError::TooManyNodes { limit: MOST_NODES });
    }
    let mut depth = 0;
    for edge in page.tree.root().traverse() {
        match edge {
            Edge::Open(_) => depth += 1,
            Edge::Close(_) => depth -= 1,
        }
        if depth > DEEPEST {
            return Err(ParseError::TooDeep { limit: DEEPEST });
        }
    }
    Ok(())
}

/// The first element of a page that this is true of.
pub(super) fn first(page: &Html, is_it: impl FnMut(&ElementRef) -> bool) -> Option<ElementRef<'_>> {
    first_in(page.root_element(), is_it)
}

/// The first element within another, or itself.
pub(super) fn first_in<'a>(within: ElementRef<'a>, is_it: impl FnMut(&ElementRef) -> bool) -> Option<ElementRef<'a>> {
    within.descendants().filter_map(ElementRef::wrap).find(is_it)
}

/// The words of an element on one line, seen or not.
pub(super) fn words(element: ElementRef) -> String {
    let text: String = element.text().collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether there is anything to read in an element.
pub(super) fn has_words(element: ElementRef) -> bool {
    element.text().any(|text| text.contains(char::is_alphanumeric))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_that_explode_are_refused() {
        let deep = "<div>".repeat(2_000_000);
        assert_eq!(build(&deep).err(), Some(ParseError::TooDeep { limit: DEEPEST }));
        let wide = "<i>x</i>".repeat(600_000);
        assert_eq!(build(&wide).err(), Some(ParseError::TooManyNodes { limit: MOST_NODES }));
        let open: String = (0..400).map(|n| format!("<b id={n}>")).collect();
        assert!(build(&(open + &"<p>x".repeat(1_000_000))).is_err());
    }

    #[test]
    fn pages_up_to_the_limit_are_read() {
        let depth = DEEPEST - 5; // the document, html, body and the text stand above and below
        assert!(build(&("<div>".repeat(depth) + "x")).is_ok());
        assert!(build(&"<p>é".repeat(10_000)).is_ok());
    }
}
