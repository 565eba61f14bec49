//! Boxes that offer more: other articles under "Related", other goods under "You may also like".
//!
//! Judged by the heading that a box begins with, in English only, and by how many of its words are links. Knows nothing
//! of what a box is called.

use scraper::ElementRef;

use super::mass::Mass;
use super::tree::words;

/// Whether an element is such a box, and not most of the page.
pub(super) fn offers_more(element: ElementRef, mass: Mass, whole: Mass) -> bool {
    const LONGEST_HEADING_BYTES: usize = 60;
    let is_box = matches!(element.value().name(), "div" | "section");
    // "Related work" is a text with links in it.
    let leads_on = mass.links >= 2 && mass.linked.saturating_mul(3) >= mass.prose;
    if !is_box || !leads_on || mass.prose.saturating_mul(3) > whole.prose {
        return false;
    }
    let heading = opening(element).map(|heading| words(heading).to_lowercase()).unwrap_or_default();
    heading.len() < LONGEST_HEADING_BYTES && OFFERS.iter().any(|offer| heading.starts_with(offer))
}

/// The heading that an element begins with.
fn opening(element: ElementRef) -> Option<ElementRef> {
    const MOST_NODES: usize = 40;
    let is_heading = |e: ElementRef| matches!(e.value().name(), "h2" | "h3" | "h4" | "h5" | "h6");
    let mut nodes = element.descendants().skip(1).take(MOST_NODES);
    let first = nodes.find(|node| match node.value().as_text() {
        Some(text) => text.contains(char::is_alphanumeric),
        None => ElementRef::wrap(*node).is_some_and(is_heading),
    });
    first.and_then(ElementRef::wrap)
}

/// How their headings begin, in lower case.
const OFFERS: [&str; 15] = [
    "related",
    "recommended",
    "you may",
    "you might",
    "more from",
    "more like",
    "more in",
    "similar",
    "featured products",
    "people also",
    "customers also",
    "recently viewed",
    "frequently bought",
    "suggested",
    "read next",
];

#[cfg(test)]
mod tests {
    use super::super::super::PageRules;
    use super::super::parse;

    fn check(html: &str, expected: &str) {
        assert_eq!(parse(html, None, &PageRules::default()).unwrap().markdown, expected, "{html}");
    }

    #[test]
    fn offers_go() {
        let text = "The words that people came for. ".repeat(9);
        let text = text.trim_end();
        let links = "<a href=a>One thing</a> at $5 <a href=b>Another thing</a> at $6";
        check(&format!("<p>{text}<div><h3>You may also like</h3>{links}</div>"), text);
        check(&format!("<p>{text}<section><div><h4>Related posts</h4></div>{links}</section>"), text);
    }

    #[test]
    fn what_only_sounds_like_an_offer_stays() {
        let text = "The words that people came for. ".repeat(3);
        let cited = "Others <a href=a>tried</a> this before with far less success, as we <a href=b>found</a>.";
        let kept = "Others [tried](a) this before with far less success, as we [found](b).";
        let html = format!("<p>{text}</p><div><h2>Related work</h2><p>{cited}</div>");
        check(&html, &format!("{}\n\n## Related work\n\n{kept}", text.trim_end()));
    }
}
