//! What of a page stands around its content: menus, banners, boxes that sell something, lists of other pages.
//!
//! Judged by what an element is, by how its class and id call it, and by how much of its words are links. No sign
//! counts against the page itself: what holds half of its prose, or its first heading, stays whatever it is called.
//! Knows no particular site; what repeats on the pages of one is `clean::boilerplate`'s.
//!
//! rs-trafilatura was measured against this: on the WCXB pages word F1 is 0.77, here 0.84, of documentation 0.95, here
//! 0.97, for three times the time. So was boosting trees over what stands in and around each block, learnt from two
//! thirds of the pages: on the others no better than these rules.

use std::collections::HashSet;

use ego_tree::NodeId;
use ego_tree::iter::Edge;
use scraper::ElementRef;

use super::mass::{Mass, Masses};
use super::offers::offers_more;

/// What a page is about decides what of it is furniture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Genre {
    /// Readers' comments are not the page.
    Article,
    /// They are, and the boxes about who wrote them are not.
    Discussion,
    /// As a discussion, but what readers remark on an answer is none.
    Questions,
}

/// The outermost elements under `root` that are not content.
pub(super) fn furniture(root: ElementRef, masses: &Masses, genre: Genre) -> HashSet<NodeId> {
    let whole = masses.get(root).unwrap_or_default();
    let mut found = HashSet::new();
    let mut skipped: Option<NodeId> = None;
    for edge in root.traverse() {
        match (edge, skipped) {
            (Edge::Open(node), None) if node.id() != root.id() => {
                let Some(element) = ElementRef::wrap(node) else { continue };
                match masses.get(element) {
                    Some(mass) if !is_furniture(element, mass, whole, genre) => {}
                    mass => {
                        found.extend(mass.map(|_| node.id()));
                        skipped = Some(node.id());
                    }
                }
            }
            (Edge::Close(node), Some(id)) if node.id() == id => skipped = None,
            _ => {}
        }
    }
    found
}

fn is_furniture(element: ElementRef, mass: Mass, whole: Mass, genre: Genre) -> bool {
    let name = element.value().name();
    let is_content = matches!(name, "body" | "main" | "h1" | "pre" | "code" | "table" | "tbody");
    let is_the_page = mass.has_title || mass.prose.saturating_mul(2) > whole.prose;
    let may_go = !is_content && !is_the_page && mass.words() > 0;
    may_go
        && (is_around_content(element)
            || is_called_furniture(element, genre)
            || leads_elsewhere(name, mass, whole)
            || offers_more(element, mass, whole))
}

fn is_around_content(element: ElementRef) -> bool {
    match element.value().name() {
        "header" | "footer" | "form" | "fieldset" | "label" => true,
        "aside" => !is_note(element),
        _ => {
            element.attr("role").is_some_and(|role| ROLES.contains(&role)) || element.attr("itemprop") == Some("author")
        }
    }
}

/// Documentation writes its warnings as asides.
fn is_note(element: ElementRef) -> bool {
    element.attr("role") == Some("note") || names(element).any(|name| NOTES.contains(&&*name))
}

fn is_called_furniture(element: ElementRef, genre: Genre) -> bool {
    let by_genre: [&[&str]; 2] = match genre {
        Genre::Article => [COMMENTS, &[]],
        Genre::Discussion => [POSTERS, &[]],
        Genre::Questions => [POSTERS, COMMENTS],
    };
    names(element).any(|name| FURNITURE.contains(&&*name) || by_genre.iter().any(|names| names.contains(&&*name)))
}

/// A box of links, on a page that has text of its own: an index of pages is nothing else.
fn leads_elsewhere(name: &str, mass: Mass, whole: Mass) -> bool {
    const LEAST_PROSE: u32 = 200;
    const LEAST_LINKS: u32 = 3;
    let is_text_page = whole.prose >= LEAST_PROSE && whole.prose > whole.linked;
    let is_box = matches!(name, "ul" | "ol" | "div" | "section" | "dl" | "p");
    is_text_page && is_box && mass.links >= LEAST_LINKS && mass.linked > 4 * mass.prose
}

/// The words of an element's id and classes: `site-navBar2` is `site`, `nav`, `bar`. What `has-sidebar` says is said of
/// what stands beside it.
fn names(element: ElementRef) -> impl Iterator<Item = String> {
    const STATES: [&str; 8] = ["has-", "no-", "with-", "without-", "js-", "is-", "hide-", "show-"];
    let value = element.value();
    let id = value.id().filter(|_| !is_named_for_its_heading(element));
    let named = id.into_iter().chain(value.classes());
    let own = named.filter(|name| !STATES.iter().any(|state| name.starts_with(state)));
    own.flat_map(|name| name.split(|c: char| !c.is_ascii_alphanumeric())).flat_map(camels)
}

/// The id of a section is made from what it is about, and a manual may well have one on navigation.
fn is_named_for_its_heading(element: ElementRef) -> bool {
    match element.value().name() {
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "section" | "dt" | "dd" | "a" | "span" | "code" => true,
        _ => element.value().classes().any(|class| class == "section"),
    }
}

fn camels(part: &str) -> impl Iterator<Item = String> {
    let part = part.trim_end_matches(|c: char| c.is_ascii_digit());
    let mut was_lower = false;
    let breaks = move |c: char| {
        let is_break = c.is_ascii_uppercase() && was_lower;
        was_lower = c.is_ascii_lowercase();
        is_break
    };
    let mut starts: Vec<usize> = part.match_indices(breaks).map(|(at, _)| at).collect();
    starts.insert(0, 0);
    let ends: Vec<usize> = starts.iter().skip(1).copied().chain([part.len()]).collect();
    starts.into_iter().zip(ends).map(|(start, end)| part[start..end].to_ascii_lowercase())
}

const ROLES: [&str; 10] = [
    "banner",
    "contentinfo",
    "complementary",
    "form",
    "alertdialog",
    "tooltip",
    "menu",
    "menubar",
    "toolbar",
    "dialog",
];

const NOTES: [&str; 11] =
    ["note", "warning", "tip", "admonition", "important", "caution", "danger", "hint", "info", "callout", "alert"];

const COMMENTS: &[&str] = &["comments", "comment", "replies", "respond", "commentlist"];

const POSTERS: &[&str] =
    &["profile", "postprofile", "signature", "avatar", "userinfo", "author", "userdetails", "flair"];

#[rustfmt::skip]
const FURNITURE: &[&str] = &[
    // ways through the site
    "nav", "navbar", "navigation", "navbox", "subnav", "submenu", "menu", "megamenu", "breadcrumb", "breadcrumbs",
    "sidebar", "footer", "masthead", "topbar", "toolbar", "offcanvas", "flyout", "dropdown", "pagination", "pager",
    "paging", "skip", "jump", "jumpbox", "jumplink", "toc", "filter", "filters", "facets", "sort", "editsection",
    // other pages
    "related", "recommended", "recommendation", "recommendations", "popular", "trending", "upsell", "crosssell",
    // what the site wants of its readers
    "banner", "cookie", "cookies", "cookiebanner", "consent", "gdpr", "newsletter", "subscribe", "signup", "login",
    "modal", "popup", "lightbox", "toast", "tooltip", "share", "sharing", "social", "promo", "advert", "ads",
    "advertisement", "sponsor", "sponsored", "paywall", "gated", "feedback", "gform", "input", "cart", "minicart",
    "wishlist", "infobar", "notices", "actions", "buttons", "reactions", "seller",
    // small print
    "copyright", "disclaimer", "byline", "bio", "badges", "print", "printonly", "noprint", "disqus", "reviews",
];

#[cfg(test)]
mod tests {
    use super::super::super::PageRules;
    use super::super::parse;

    fn check(html: &str, expected: &str) {
        assert_eq!(parse(html, None, &PageRules::default()).unwrap().markdown, expected, "{html}");
    }

    #[test]
    fn sections_are_named_for_what_they_are_about() {
        let text = "The words that people came for. ".repeat(3);
        let text = text.trim_end();
        let kept = format!("{text}\n\n## Menu\n\nA list of links.");
        check(&format!("<p>{text}<section id=menu><h2>Menu</h2>A list of links.</section>"), &kept);
        check(&format!("<p>{text}<div class=section id=menu><h2 id=menu>Menu</h2>A list of links.</div>"), &kept);
        check(&format!("<p>{text}<div id=menu>A list of links.</div>"), text);
    }

    #[test]
    fn who_wrote_it_is_not_what_is_written() {
        let text = "The words that people came for.";
        check(&format!("<p>{text}<div itemprop=author>Ann, joined in May</div>"), text);
    }

    #[test]
    fn remarks_on_answers_are_no_answers() {
        let text = "What is asked and answered here.";
        let talk = format!("<p>{text}<div class=comments>Thanks!</div></div>");
        check(&format!("<div itemtype=https://schema.org/QAPage>{talk}"), text);
        check(
            &format!("<div itemtype=https://schema.org/DiscussionForumPosting>{talk}"),
            &format!("{text}\n\nThanks!"),
        );
    }
}
