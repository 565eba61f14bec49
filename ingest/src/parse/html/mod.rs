//! HTML: the title, the language and the main content of a page, as Markdown.
//!
//! `tree` builds the page within limits, `main` finds the part that people came for with what `furniture` tells from
//! the `mass` of its elements, or as the owner's `rules` say; `visible` and `style` judge what of it they would see, and
//! `render` writes that down. `metadata` reads what a page says of itself, and `survey` what it says to crawlers. Every
//! walk here is a loop: the depth of a stranger's page is never the depth of our stack. Knows nothing of the network;
//! `url` is only what links are made absolute against.
//!
//! Rendering is our own and not htmd's, which was measured: it loses the cells beside a row's header, pads tables (195 KB
//! with one long cell became 250 MB), recurses, escapes nearly every `_` and `[`, which then stand in quotes as
//! backslashes, and parses the page a second time.

mod escape;
mod frame;
mod furniture;
mod inline;
mod main;
mod mass;
mod metadata;
mod offers;
mod render;
mod repeated;
mod rules;
mod shell;
mod style;
mod survey;
mod table;
mod tree;
mod visible;

use scraper::Html;
use url::Url;

use self::main::Content;
pub(super) use self::metadata::date as iso_date;
use self::rules::Rules;
pub use self::survey::survey;
use super::{PageRules, ParseError, Parsed};

/// A page of a site.
pub(super) fn parse(text: &str, url: Option<&str>, rules: &PageRules) -> Result<Parsed, ParseError> {
    let mut problems = Vec::new();
    let rules = Rules::read(rules, &mut problems);
    let page = tree::build(text)?;
    let content = main::content(&page, url, &rules);
    if rules.keeps_some() && content.prose < u32::MAX {
        problems.push("nothing of the page matches what is to be kept: its main content was looked for".to_owned());
    }
    // A page that only a script would fill may say in `noscript` what it has to say.
    let plain = main::without_scripts(&page, content.prose).and_then(|text| tree::build(&text).ok());
    let plain_content = plain.as_ref().map(|plain| main::content(plain, url, &rules));
    let is_fuller = plain_content.as_ref().is_some_and(|plain| plain.prose / 5 > content.prose);
    let content = plain_content.filter(|_| is_fuller).unwrap_or(content);
    Ok(read(&page, &content, url, problems))
}

/// A document that is no page of a site, as in a mail or a book: all of it is content.
pub(super) fn document(text: &str) -> Result<Parsed, ParseError> {
    let page = tree::build(text)?;
    Ok(read(&page, &main::whole(&page), None, Vec::new()))
}

fn read(page: &Html, content: &Content, url: Option<&str>, mut problems: Vec<String>) -> Parsed {
    let base = base(page, url);
    let pieces: Vec<_> =
        content.roots.iter().map(|root| render::markdown(*root, base.as_ref(), &content.view)).collect();
    let hidden: usize = pieces.iter().map(|piece| piece.hidden).sum();
    let written = pieces.into_iter().map(|piece| piece.markdown).filter(|markdown| !markdown.is_empty());
    let markdown = written.collect::<Vec<_>>().join("\n\n");
    if hidden > 0 {
        problems.push(format!("hidden elements left out: {hidden}"));
    }
    if markdown.is_empty() {
        problems.push("the page shows no text".to_owned());
    }
    let metadata::Metadata { title, language, author, dated } = metadata::metadata(page, &content.roots);
    Parsed { title, language, author, dated, markdown, problems, ..Parsed::default() }
}

/// What relative links are relative to. A page may move its own base, as seen from its address.
fn base(page: &Html, url: Option<&str>) -> Option<Url> {
    let url = Url::parse(url?).ok()?;
    let moved = tree::first(page, |e| e.value().name() == "base").and_then(|e| url.join(e.attr("href")?).ok());
    Some(moved.unwrap_or(url))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn markdown(html: &str, url: Option<&str>) -> String {
        parse(html, url, &PageRules::default()).unwrap().markdown
    }

    #[test]
    fn a_page_may_move_its_base() {
        let html = "<base href='/docs/'><p><a href=a>x</a>";
        assert_eq!(markdown(html, Some("https://e.org/p")), "[x](https://e.org/docs/a)");
        assert_eq!(markdown(html, Some("not a url")), "[x](a)");
    }

    #[test]
    fn what_is_missing_is_told() {
        let parsed = parse("<p hidden>secret</p><nav>menu</nav>", None, &PageRules::default()).unwrap();
        assert_eq!(parsed.problems, ["hidden elements left out: 1", "the page shows no text"]);
    }

    #[test]
    fn pages_for_scripts_may_speak_without_them() {
        let text = "Words that a reader without scripts is given. ".repeat(40);
        let html = format!("<div id=app>Loading</div><noscript><h1>Topic</h1><p>{text}</noscript>");
        assert!(markdown(&html, None).starts_with("# Topic\n\nWords"));
        let html = format!("<p>{text}<noscript><p>enable scripts</noscript>");
        assert_eq!(markdown(&html, None), text.trim_end());
    }

    #[test]
    fn documents_are_taken_whole() {
        let html =
            "<header>From the desk of</header><p>Dear all</p><aside>1. A note</aside><img alt='a map'><nav>x</nav>";
        assert_eq!(document(html).unwrap().markdown, "From the desk of\n\nDear all\n\n1\\. A note\n\na map");
    }
}
