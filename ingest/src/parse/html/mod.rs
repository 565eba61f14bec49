//! HTML: the title, the language and the main content of a page, as Markdown.
//!
//! `tree` builds the page within limits, `main` finds the part that people came for, `visible` judges what of it they
//! would see, and `render` writes that down. Every walk here is a loop: the depth of a stranger's page is never the
//! depth of our stack. Knows nothing of the network; `url` is only what links are made absolute against.
//!
//! Rendering is our own and not htmd's, which was measured: it loses the cells beside a row's header, pads tables (195 KB
//! with one long cell became 250 MB), recurses, escapes nearly every `_` and `[`, which then stand in quotes as
//! backslashes, and parses the page a second time. On the WCXB pages word F1 is 0.68, with htmd 0.64.

mod escape;
mod frame;
mod inline;
mod main;
mod render;
mod table;
mod tree;
mod visible;

use scraper::{ElementRef, Html};
use url::Url;

use super::{ParseError, Parsed, plain_text};

pub(super) fn parse(text: &str, url: Option<&str>) -> Result<Parsed, ParseError> {
    let page = tree::build(text)?;
    let main = main::content(&page);
    let rendered = render::markdown(main, base(&page, url).as_ref());
    let mut problems = Vec::new();
    if rendered.hidden > 0 {
        problems.push(format!("hidden elements left out: {}", rendered.hidden));
    }
    if rendered.markdown.is_empty() {
        problems.push("the page shows no text".to_owned());
    }
    Ok(Parsed {
        title: title(&page, main),
        language: language(&page),
        markdown: rendered.markdown,
        problems,
        ..Parsed::default()
    })
}

/// What relative links are relative to. A page may move its own base, as seen from its address.
fn base(page: &Html, url: Option<&str>) -> Option<Url> {
    let url = Url::parse(url?).ok()?;
    let moved = tree::first(page, |e| e.value().name() == "base").and_then(|e| url.join(e.attr("href")?).ok());
    Some(moved.unwrap_or(url))
}

/// `<title>` mostly reads "Refund policy | Acme". Where the first heading stands in it, the heading is the better name.
fn title(page: &Html, main: ElementRef) -> Option<String> {
    let title = tree::first(page, |e| e.value().name() == "title").map(tree::words).filter(|words| !words.is_empty());
    let heading = tree::first_in(main, |e| e.value().name() == "h1" && visible::is_shown(*e));
    let heading = heading.map(|e| plain_text(&render::markdown(e, None).markdown)).filter(|words| !words.is_empty());
    match (title, heading) {
        (Some(title), Some(heading)) if !title.contains(&heading) => Some(title),
        (title, heading) => heading.or(title),
    }
}

fn language(page: &Html) -> Option<String> {
    let root = page.root_element();
    let language = root.attr("lang").or_else(|| root.attr("xml:lang"))?;
    Some(language.trim().replace('_', "-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_title(html: &str, expected: Option<&str>) {
        assert_eq!(parse(html, None).unwrap().title.as_deref(), expected);
    }

    #[test]
    fn the_heading_names_a_page_better_than_its_title() {
        check_title("<title>Refunds | Acme</title><h1>Refunds</h1>", Some("Refunds"));
        check_title("<title>Refunds</title><h1>Welcome</h1>", Some("Refunds"));
        check_title("<h1>Only <b>a</b>\n heading</h1>", Some("Only a heading"));
        check_title("<title> </title><p>x", None);
    }

    #[test]
    fn a_page_may_move_its_base() {
        let html = "<base href='/docs/'><p><a href=a>x</a>";
        assert_eq!(parse(html, Some("https://e.org/p")).unwrap().markdown, "[x](https://e.org/docs/a)");
        assert_eq!(parse(html, Some("not a url")).unwrap().markdown, "[x](a)");
    }

    #[test]
    fn what_is_missing_is_told() {
        let parsed = parse("<html lang='de_CH'><p hidden>secret</p><nav>menu</nav>", None).unwrap();
        assert_eq!(parsed.problems, ["hidden elements left out: 1", "the page shows no text"]);
        assert_eq!(parsed.language.as_deref(), Some("de-CH"));
    }
}
