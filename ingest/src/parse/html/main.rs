//! Finding the part of a page that people came for: what the page marks as main, else all of it.
//!
//! Pages that mark nothing need statistics over their text; that is another extractor's job. Knows nothing of how the
//! part is written down.

use scraper::{ElementRef, Html};

use super::tree::{first, has_words};
use super::visible::is_shown;

/// The element that holds the main content: `main`, `[role=main]`, the article that is most of the page, or `body`.
pub(super) fn content(page: &Html) -> ElementRef<'_> {
    let holds = |element: &ElementRef| is_shown(*element) && has_words(*element);
    first(page, |e| e.value().name() == "main" && holds(e))
        .or_else(|| first(page, |e| e.attr("role") == Some("main") && holds(e)))
        .or_else(|| leading_article(page))
        .or_else(|| first(page, |e| e.value().name() == "body"))
        .unwrap_or_else(|| page.root_element())
}

/// The longest article, if it has half of the page's words: of ten teasers in a list none is the page.
fn leading_article(page: &Html) -> Option<ElementRef<'_>> {
    let body = first(page, |e| e.value().name() == "body")?;
    let articles = body.descendants().filter_map(ElementRef::wrap);
    let outermost = articles.filter(|e| e.value().name() == "article" && !is_within_article(*e) && is_shown(*e));
    let (length, article) = outermost.map(|e| (letters(e), e)).max_by_key(|(length, _)| *length)?;
    (length * 2 > letters(body)).then_some(article)
}

fn is_within_article(element: ElementRef) -> bool {
    element.ancestors().filter_map(ElementRef::wrap).any(|e| e.value().name() == "article")
}

/// Letters in texts that could be content; scripts and menus are not.
fn letters(element: ElementRef) -> usize {
    let texts = element.descendants().filter(|node| {
        let parent = node.parent().and_then(ElementRef::wrap);
        node.value().is_text()
            && parent.is_none_or(|e| !matches!(e.value().name(), "script" | "style" | "noscript" | "a"))
    });
    texts
        .filter_map(|node| node.value().as_text())
        .map(|text| text.chars().filter(|c| c.is_alphanumeric()).count())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::super::tree::words;
    use super::*;

    fn check(html: &str, expected: &str) {
        assert_eq!(words(content(&Html::parse_document(html))), expected);
    }

    #[test]
    fn the_page_says_what_is_main() {
        check("<body>top<main>a</main><article>b</article>", "a");
        check("top<div role=main>a</div>", "a");
        check("<main hidden>app</main><main> </main><main>a</main>", "a");
        check("just text", "just text");
    }

    #[test]
    fn an_article_is_main_when_it_is_most_of_the_page() {
        check("<p>side</p><article>a rather long text</article><article>other</article>", "a rather long text");
        check("<article>one</article><article>two</article><article>three</article>", "onetwothree");
        check("<article>post <article>comment</article></article>", "post comment");
    }
}
