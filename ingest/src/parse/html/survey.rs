//! What a page says to crawlers: where it leads, where it really is, and whether it may be kept.
//!
//! Never fails: of a page that cannot be read nothing is said. Knows nothing of which links a crawl follows.

use std::collections::HashSet;

use scraper::{ElementRef, Html};
use url::Url;

use super::super::{Survey, decode};
use super::main::{body, without_scripts};
use super::shell::texts;
use super::tree::{build, first};

/// A page with more links is a map of a site or a trap.
const MOST_LINKS: usize = 1000;
const LONGEST_LINK_BYTES: usize = 2000;

/// Look a page over, as far as it can be read.
pub fn survey(bytes: &[u8], url: &str) -> Survey {
    let page = decode::decode_html(bytes).ok().and_then(|decoded| build(&decoded.text).ok());
    page.zip(Url::parse(url).ok()).map(|(page, url)| look_over(&page, &url)).unwrap_or_default()
}

fn look_over(page: &Html, url: &Url) -> Survey {
    let base = super::base(page, Some(url.as_str())).unwrap_or_else(|| url.clone());
    let orders = orders(page);
    let says = |order: &str| orders.iter().any(|said| said == order || said == "none");
    Survey {
        links: links(page, url, &base),
        canonical: first(page, |e| is_link(e, "canonical"))
            .and_then(|e| target(e.attr("href")?, &base))
            .map(String::from),
        refresh: refresh(page, &base),
        noindex: says("noindex"),
        nofollow: says("nofollow"),
        needs_scripts: needs_scripts(page),
    }
}

/// Each once, without itself.
fn links(page: &Html, url: &Url, base: &Url) -> Vec<String> {
    let mut seen = HashSet::from([without_fragment(url.clone()).to_string()]);
    let elements = page.root_element().descendants().filter_map(ElementRef::wrap);
    let hrefs = elements.filter(leads).filter_map(|e| e.attr("href"));
    let targets = hrefs.filter_map(|href| target(href, base)).map(|target| without_fragment(target).to_string());
    targets.filter(|target| seen.insert(target.clone())).take(MOST_LINKS).collect()
}

fn leads(element: &ElementRef) -> bool {
    match element.value().name() {
        "a" | "area" => !has_word(*element, "rel", &["nofollow", "ugc", "sponsored"]),
        "link" => is_link(element, "next") || is_link(element, "prev"),
        _ => false,
    }
}

fn is_link(element: &ElementRef, kind: &str) -> bool {
    element.value().name() == "link" && has_word(*element, "rel", &[kind])
}

fn has_word(element: ElementRef, attribute: &str, words: &[&str]) -> bool {
    let value = element.attr(attribute).unwrap_or_default();
    value.split_ascii_whitespace().any(|said| words.iter().any(|word| said.eq_ignore_ascii_case(word)))
}

/// From file to file, and on the web: never from one to the other.
fn target(href: &str, base: &Url) -> Option<Url> {
    let url = base.join(href.trim()).ok()?;
    let leads = if base.scheme() == "file" { url.scheme() == "file" } else { matches!(url.scheme(), "http" | "https") };
    (leads && url.as_str().len() <= LONGEST_LINK_BYTES).then_some(url)
}

fn without_fragment(mut url: Url) -> Url {
    url.set_fragment(None);
    url
}

/// `content="0; url=/new"`. A page that only renews itself leads nowhere.
fn refresh(page: &Html, base: &Url) -> Option<String> {
    let is_refresh = |e: &ElementRef| {
        e.value().name() == "meta" && e.attr("http-equiv").is_some_and(|what| what.eq_ignore_ascii_case("refresh"))
    };
    let content = first(page, is_refresh)?.attr("content")?;
    let (_, order) = content.split_once([';', ','])?;
    let (key, href) = order.split_once('=')?;
    let is_url = key.trim().eq_ignore_ascii_case("url");
    let href = href.trim().trim_matches(['"', '\'']);
    target(href, base).filter(|_| is_url && !href.is_empty()).map(String::from)
}

/// What the page orders all crawlers, the best known one, or us.
fn orders(page: &Html) -> Vec<String> {
    let elements = page.root_element().descendants().filter_map(ElementRef::wrap);
    let is_for_us = |e: &ElementRef| {
        e.value().name() == "meta"
            && e.attr("name").is_some_and(|name| {
                ["robots", "googlebot", "lectern"].iter().any(|crawler| name.trim().eq_ignore_ascii_case(crawler))
            })
    };
    let contents = elements.filter(is_for_us).filter_map(|e| e.attr("content"));
    contents.flat_map(|content| content.split(',')).map(|order| order.trim().to_ascii_lowercase()).collect()
}

/// Whether next to nothing is said where scripts, or a place for them to fill, stand.
fn needs_scripts(page: &Html) -> bool {
    const LEAST_CHARS: usize = 200;
    let is_filled = |e: ElementRef| {
        let is_root = e.value().id().is_some_and(|id| matches!(id, "root" | "app" | "__next" | "__nuxt"));
        let is_data = e.attr("type").is_some_and(|kind| kind.contains("json"));
        (e.value().name() == "script" && !is_data) || is_root || e.attr("data-reactroot").is_some()
    };
    let mut chars = 0;
    let says_little = texts(body(page)).all(|text| {
        chars += text.split_whitespace().map(str::len).sum::<usize>();
        chars < LEAST_CHARS
    });
    let says_more_in_noscript = || without_scripts(page, u32::try_from(chars / 5).unwrap_or(0)).is_some();
    says_little && first(page, |e| is_filled(*e)).is_some() && !says_more_in_noscript()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(html: &str) -> Survey {
        survey(html.as_bytes(), "https://e.org/docs/page?x=1#top")
    }

    #[test]
    fn links_are_absolute_and_each_is_told_once() {
        let html = "<a href=a>1</a><a href='/docs/a#part'>2</a><a href='#x'>self</a><a href=mailto:x@e.org>3</a>
            <a rel='noopener NoFollow' href=b>4</a><a href=c rel=ugc>5</a><area href=//f.org/><link rel=next href='?p=2'>
            <link rel=stylesheet href=d.css><a href='javascript:x()'>6</a>";
        assert_eq!(look(html).links, ["https://e.org/docs/a", "https://f.org/", "https://e.org/docs/page?p=2"]);
        let many: String = (0..2000).map(|n| format!("<a href='{n}'>x</a>")).collect();
        assert_eq!(look(&many).links.len(), MOST_LINKS);
    }

    #[test]
    fn a_page_may_be_elsewhere() {
        let page = look("<link rel=canonical href=/real><meta http-equiv=Refresh content=\"0; URL='/new'\">");
        assert_eq!(page.canonical.as_deref(), Some("https://e.org/real"));
        assert_eq!(page.refresh.as_deref(), Some("https://e.org/new"));
        assert_eq!(look("<meta http-equiv=refresh content=30>").refresh, None);
    }

    #[test]
    fn orders_are_heard() {
        let heard = |html| (look(html).noindex, look(html).nofollow);
        assert_eq!(heard("<meta name=robots content='NoIndex, follow'>"), (true, false));
        assert_eq!(heard("<meta name=Lectern content=none>"), (true, true));
        assert_eq!(heard("<meta name=bingbot content=none>"), (false, false));
    }

    #[test]
    fn empty_shells_need_scripts() {
        let needs = |html: &str| look(html).needs_scripts;
        assert!(needs("<div id=root></div><script src=app.js></script><noscript>Please enable JavaScript.</noscript>"));
        assert!(!needs(&format!("<div id=root><p>{}</div><script src=app.js></script>", "word ".repeat(50))));
        assert!(!needs("<p>A short page."));
    }

    #[test]
    fn nothing_is_said_of_what_cannot_be_read() {
        assert_eq!(survey(b"", "https://e.org/"), Survey::default());
        assert_eq!(survey("<div>".repeat(2000).as_bytes(), "https://e.org/"), Survey::default());
        assert_eq!(survey(b"<a href=/x>x</a>", "no url"), Survey::default());
    }
}
