//! Empty shells: pages that a script would have filled, of which only their furniture was sent.
//!
//! Its crumbs (a line of small print, the name of a country) are no content, and would be found for every page of a site.

use ego_tree::NodeId;
use ego_tree::iter::Edge;
use scraper::ElementRef;

use super::mass::Masses;
use super::tree::first_in;
use super::visible::View;

/// Whether only crumbs are left of a page, without a heading, and most of what was sent is furniture.
pub(super) fn is_shell(body: ElementRef, masses: &Masses, view: &View) -> bool {
    const MOST_CRUMBS: u32 = 100;
    const LEAST_WORDS: usize = 100;
    let says = |e: &ElementRef| masses.get(*e).is_some_and(|mass| mass.words() > 0);
    let is_heading = |e: &ElementRef| matches!(e.value().name(), "h1" | "h2" | "h3") && says(e);
    let crumbs = masses.get(body).unwrap_or_default().words();
    if crumbs >= MOST_CRUMBS || first_in(body, is_heading).is_some() {
        return false;
    }
    let words = words(body, view);
    words >= LEAST_WORDS && words >= 2 * crumbs as usize
}

/// How many stand in an element, furniture or not, that are not hidden.
fn words(within: ElementRef, view: &View) -> usize {
    let mut words = 0;
    let mut skipped: Option<NodeId> = None;
    for edge in within.traverse() {
        match (edge, skipped) {
            (Edge::Open(node), None) => match (node.value().as_text(), ElementRef::wrap(node)) {
                (Some(text), _) => words += text.split_ascii_whitespace().count(),
                (_, Some(element)) if is_code(element) || view.hides(element) => skipped = Some(node.id()),
                _ => {}
            },
            (Edge::Close(node), Some(id)) if node.id() == id => skipped = None,
            _ => {}
        }
    }
    words
}

/// What is written in an element, seen or not; scripts and the like apart.
pub(super) fn texts(within: ElementRef<'_>) -> impl Iterator<Item = &str> {
    let texts = within.descendants().filter(move |node| !node.parent().and_then(ElementRef::wrap).is_some_and(is_code));
    texts.filter_map(|node| node.value().as_text().map(|text| &**text))
}

fn is_code(element: ElementRef) -> bool {
    matches!(element.value().name(), "script" | "style" | "noscript" | "template")
}

#[cfg(test)]
mod tests {
    use super::super::super::PageRules;
    use super::super::parse;

    fn check(html: &str, expected: &str) {
        assert_eq!(parse(html, None, &PageRules::default()).unwrap().markdown, expected, "{html}");
    }

    #[test]
    fn crumbs_are_no_page() {
        let menu = format!("<nav>{}</nav>", "<a href=x>Somewhere else</a> ".repeat(60));
        check(&format!("{menu}<div id=app></div><p>Small print of Acme, Inc."), "");
        check(&format!("{menu}<h2>Refunds</h2><p>Within a week."), "## Refunds\n\nWithin a week.");
        check(&format!("{menu}<main><p>Within a week.</main>"), "Within a week.");
        check("<nav>Home</nav><p>Within a week.", "Within a week.");
    }
}
