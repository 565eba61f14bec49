//! Finding the part of a page that people came for: what its owner says it is, else what the page marks as main, else
//! its body; less what stands around the content.
//!
//! Knows nothing of how the part is written down.

use std::collections::HashSet;

use ego_tree::NodeId;
use ego_tree::iter::Edge;
use scraper::{ElementRef, Html};

use super::furniture::{Genre, furniture};
use super::mass::Masses;
use super::repeated::repeated;
use super::rules::Rules;
use super::shell::is_shell;
use super::style::Sheet;
use super::tree::{first, first_in};
use super::visible::View;

/// What to write down.
pub(super) struct Content<'a> {
    /// In the order of the page, none within another.
    pub(super) roots: Vec<ElementRef<'a>>,
    pub(super) view: View,
    /// Words outside links.
    pub(super) prose: u32,
}

/// The main content of a page.
pub(super) fn content<'a>(page: &'a Html, url: Option<&str>, rules: &Rules) -> Content<'a> {
    let view = View { dropped: rules.dropped(page), sheet: Sheet::of(page), ..View::default() };
    let kept = rules.kept(page, &view);
    if kept.is_empty() { found(page, url, view) } else { Content { roots: kept, view, prose: u32::MAX } }
}

/// Everything in the body: of a document that is no page of a site.
pub(super) fn whole(page: &Html) -> Content<'_> {
    Content { roots: vec![body(page)], view: View { tells_pictures: true, ..View::default() }, prose: u32::MAX }
}

fn found<'a>(page: &'a Html, url: Option<&str>, mut view: View) -> Content<'a> {
    let body = body(page);
    let mut masses = Masses::of(body, &view);
    view.lifted = veils(body, &view, masses.prose(body));
    if !view.lifted.is_empty() {
        masses = Masses::of(body, &view);
    }
    let around = furniture(body, &masses, genre(page, url));
    view.dropped.extend(around);
    let masses = Masses::of(body, &view);
    let root = marked(page, body, &masses).unwrap_or(body);
    if root.id() == body.id() && is_shell(body, &masses, &view) {
        return Content { roots: Vec::new(), view, prose: 0 };
    }
    let repeated = repeated(root, &masses);
    view.dropped.extend(repeated);
    Content { roots: vec![root], prose: masses.prose(root), view }
}

pub(super) fn body(page: &Html) -> ElementRef<'_> {
    first(page, |e| e.value().name() == "body").unwrap_or_else(|| page.root_element())
}

/// `main`, `[role=main]` or the one article, unless most of the page stands beside it.
fn marked<'a>(page: &'a Html, body: ElementRef<'a>, masses: &Masses) -> Option<ElementRef<'a>> {
    let whole = masses.prose(body);
    let is_enough =
        |e: &ElementRef| masses.get(*e).is_some_and(|m| m.words() > 0 && m.prose.saturating_mul(3) >= whole);
    first(page, |e| e.value().name() == "main" && is_enough(e))
        .or_else(|| first(page, |e| e.attr("role") == Some("main") && is_enough(e)))
        .or_else(|| leading_article(body, masses))
}

/// The longest article, if it has half of the page's words: of ten teasers in a list none is the page.
fn leading_article<'a>(body: ElementRef<'a>, masses: &Masses) -> Option<ElementRef<'a>> {
    let articles = body.descendants().filter_map(ElementRef::wrap).filter(|e| e.value().name() == "article");
    // Of equal ones `max_by_key` takes the last, which is the innermost.
    let longest = articles.max_by_key(|e| masses.prose(*e))?;
    (masses.prose(longest).saturating_mul(2) > masses.prose(body)).then_some(longest)
}

fn genre(page: &Html, url: Option<&str>) -> Genre {
    const WORDS: [&str; 17] = [
        "forum",
        "forums",
        "community",
        "discuss",
        "discussion",
        "discussions",
        "thread",
        "threads",
        "topic",
        "t",
        "questions",
        "boards",
        "talk",
        "answers",
        "viewtopic",
        "comments",
        "post",
    ];
    let named = url.is_some_and(|url| url.split(|c: char| !c.is_ascii_alphabetic()).any(|word| WORDS.contains(&word)));
    let declares =
        |kind: &str| first(page, |e| e.attr("itemtype").is_some_and(|declared| declared.ends_with(kind))).is_some();
    if declares("QAPage") {
        Genre::Questions
    } else if named || declares("DiscussionForumPosting") {
        Genre::Discussion
    } else {
        Genre::Article
    }
}

/// Hidden elements that are the page: a script of it fades it in, or puts it where it belongs.
fn veils(body: ElementRef, view: &View, shown_prose: u32) -> HashSet<NodeId> {
    const LEAST_PROSE: u32 = 100;
    let is_page = |e: &ElementRef| matches!(e.value().name(), "h1" | "main" | "article");
    let mut veils = HashSet::new();
    let mut skipped: Option<NodeId> = None;
    for edge in body.traverse() {
        match (edge, skipped) {
            (Edge::Open(node), None) => {
                let Some(element) = ElementRef::wrap(node).filter(|e| view.hides(*e)) else { continue };
                let prose = Masses::of(element, &View::default()).prose(element);
                if prose >= LEAST_PROSE && prose / 5 > shown_prose && first_in(element, is_page).is_some() {
                    veils.insert(element.id());
                }
                skipped = Some(element.id());
            }
            (Edge::Close(node), Some(id)) if node.id() == id => skipped = None,
            _ => {}
        }
    }
    veils
}

/// What a page tells readers without scripts, as HTML, if that is far more than it shows.
pub(super) fn without_scripts(page: &Html, shown_prose: u32) -> Option<String> {
    const LEAST_BYTES: usize = 1000;
    const BYTES_A_WORD: usize = 20;
    let elements = page.root_element().descendants().filter_map(ElementRef::wrap);
    let texts = elements.filter(|e| e.value().name() == "noscript").map(|e| e.text().collect::<String>());
    let longest = texts.max_by_key(String::len)?;
    (longest.len() > LEAST_BYTES && longest.len() / BYTES_A_WORD > shown_prose as usize).then_some(longest)
}

#[cfg(test)]
mod tests {
    use super::super::super::PageRules;
    use super::super::parse;

    fn check(html: &str, expected: &str) {
        check_rules(html, &[], &[], expected, &[]);
    }

    fn check_rules(html: &str, keep: &[&str], drop: &[&str], expected: &str, problems: &[&str]) {
        let owned = |selectors: &[&str]| selectors.iter().map(|selector| (*selector).to_owned()).collect();
        let parsed = parse(html, None, &PageRules { keep: owned(keep), drop: owned(drop) }).unwrap();
        assert_eq!(parsed.markdown, expected, "{html}");
        assert_eq!(parsed.problems, problems);
    }

    #[test]
    fn the_page_says_what_is_main() {
        check("<body>top<main>a</main><article>b</article>", "a");
        check("top<div role=main>a</div>", "a");
        check("<main> </main><main>a</main>", "a");
        check("just text", "just text");
    }

    #[test]
    fn an_article_is_main_when_it_is_most_of_the_page() {
        check("<p>side</p><article>a rather long text</article><article>other</article>", "a rather long text");
        check("<article>one</article><article>two</article><article>three</article>", "one\n\ntwo\n\nthree");
        check("<article>post <article>comment</article></article>", "post\n\ncomment");
    }

    #[test]
    fn a_small_main_is_not_the_page() {
        let text = "The words that people came for. ".repeat(9);
        check(&format!("<main>Loading</main><div>{text}</div>"), &format!("Loading\n\n{}", text.trim_end()));
    }

    #[test]
    fn what_stands_around_goes() {
        let text = "We refund within thirty days.";
        check(&format!("<header>Acme</header><p>{text}<footer>Imprint</footer><form>mail</form>"), text);
        check(&format!("<div class=site-sidebar>Offers</div><p>{text}<div id=cookieBanner>OK?</div>"), text);
        check(
            &format!("<p>{text}<aside>Offers</aside><aside class='note'>Not gifts.</aside>"),
            &format!("{text}\n\nNot gifts."),
        );
        check(&format!("<div class=has-sidebar>Yes.</div><p>{text}"), &format!("Yes.\n\n{text}"));
    }

    #[test]
    fn what_holds_the_page_stays_whatever_its_name() {
        check("<form class=modal><h1>Refunds</h1>We refund.</form>", "# Refunds\n\nWe refund.");
        check("<header><h1>Refunds</h1></header><p>We refund.", "# Refunds\n\nWe refund.");
    }

    #[test]
    fn lists_of_links_go_where_there_is_text() {
        let text = "The words that people came for. ".repeat(40);
        let links = "<ul><li><a href=a>one</a><li><a href=b>two</a><li><a href=c>three</a></ul>";
        check(&format!("<p>{text}</p>{links}"), text.trim_end());
        check(links, "- [one](a)\n- [two](b)\n- [three](c)");
    }

    #[test]
    fn comments_are_the_page_only_where_people_talk() {
        let html = "<p>A question that somebody asks.</p><div class=comments>An answer.</div>";
        check(html, "A question that somebody asks.");
        let parsed = parse(html, Some("https://forum.e.org/t/1"), &PageRules::default()).unwrap();
        assert_eq!(parsed.markdown, "A question that somebody asks.\n\nAn answer.");
    }

    #[test]
    fn a_veil_is_lifted() {
        let text = "The words that people came for. ".repeat(20);
        let html = format!("<div style='opacity:0'><main>{text}</main></div><p>Loading");
        check(&html, text.trim_end());
        let html = format!("<p>Some words.<div style='opacity:0'>{text}</div>");
        check_rules(&html, &[], &[], "Some words.", &["hidden elements left out: 1"]);
    }

    #[test]
    fn owners_know_better() {
        let html = "<main>a b<i>x</i></main><div class=k>b<p class=k>c</div><p class=k>d";
        check_rules(html, &[".k"], &[], "b\n\nc\n\nd", &[]);
        check_rules(html, &[".k"], &["p"], "b", &[]);
        check_rules(html, &[], &["i"], "a b", &[]);
        let missing = "nothing of the page matches what is to be kept: its main content was looked for";
        check_rules(html, &["#none"], &[], "a bx", &[missing]);
        check_rules(html, &["a:("], &[], "a bx", &["not a CSS selector, left out: a:("]);
    }
}
