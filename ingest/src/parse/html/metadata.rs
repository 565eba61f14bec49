//! What a page says of itself: its title, language, author and date.
//!
//! Asked in the order in which pages are right: for machines that cite it (JSON-LD), for networks that show it
//! (`meta`), then what its readers see. Knows nothing of whether any of it is true.

use scraper::{ElementRef, Html};
use serde_json::Value;

use super::super::plain_text;
use super::render;
use super::tree::{first, first_in, words};
use super::visible::{View, is_shown};

/// Longer descriptions list a shop's goods.
const MOST_JSON_BYTES: usize = 256 * 1024;
const MOST_JSON_SCRIPTS: usize = 20;
const MOST_JSON_VALUES: usize = 1000;

#[derive(Debug, Default)]
pub(super) struct Metadata {
    pub(super) title: Option<String>,
    pub(super) language: Option<String>,
    pub(super) author: Option<String>,
    pub(super) dated: Option<String>,
}

pub(super) fn metadata(page: &Html, main: &[ElementRef]) -> Metadata {
    let described = described(page);
    Metadata {
        title: title(page, main),
        language: language(page),
        author: author(page, &described),
        dated: dated(page, main, &described),
    }
}

/// `<title>` mostly reads "Refund policy | Acme". Where the first heading stands in it, the heading is the better name.
fn title(page: &Html, main: &[ElementRef]) -> Option<String> {
    let title = first(page, |e| e.value().name() == "title").map(words).filter(|words| !words.is_empty());
    let heading = main.iter().find_map(|root| first_in(*root, |e| e.value().name() == "h1" && is_shown(*e)));
    let heading = heading.map(|e| plain_text(&render::markdown(e, None, &View::default()).markdown));
    match (title, heading.filter(|words| !words.is_empty())) {
        (Some(title), Some(heading)) if !title.contains(&heading) => Some(title),
        (title, heading) => heading.or(title),
    }
}

fn language(page: &Html) -> Option<String> {
    let root = page.root_element();
    let language = root.attr("lang").or_else(|| root.attr("xml:lang")).map(str::to_owned);
    let language = language.filter(|language| !language.trim().is_empty());
    let language = language.or_else(|| meta(page, &["og:locale", "content-language", "language"]))?;
    Some(language.trim().replace('_', "-"))
}

fn author(page: &Html, described: &[Value]) -> Option<String> {
    let is_name = |name: &String| !name.is_empty() && !name.starts_with("http") && name.len() < 200;
    let named = described.iter().find_map(|thing| thing.get("author").and_then(name)).filter(is_name);
    meta(page, &["author"]).filter(is_name).or(named).or_else(|| meta(page, &["article:author"]).filter(is_name))
}

/// Of one author or of several.
fn name(author: &Value) -> Option<String> {
    match author {
        Value::String(name) => Some(name.trim().to_owned()),
        Value::Array(authors) => {
            let names: Vec<&str> = authors.iter().filter_map(|author| author.get("name")?.as_str()).take(5).collect();
            (!names.is_empty()).then(|| names.join(", "))
        }
        author => Some(author.get("name")?.as_str()?.trim().to_owned()),
    }
}

/// When it was last changed, else published.
fn dated(page: &Html, main: &[ElementRef], described: &[Value]) -> Option<String> {
    let stated = |key: &str| described.iter().find_map(|thing| date(thing.get(key)?.as_str()?));
    let said = |names: &[&str]| meta(page, names).as_deref().and_then(date);
    stated("dateModified")
        .or_else(|| said(&["article:modified_time", "og:updated_time", "dcterms.modified", "last-modified", "revised"]))
        .or_else(|| stated("datePublished"))
        .or_else(|| said(&["article:published_time", "dcterms.date", "dc.date", "date", "publish_date"]))
        .or_else(|| main.iter().find_map(|root| shown_date(*root)))
}

/// The first date of the content that is marked as one.
fn shown_date(root: ElementRef) -> Option<String> {
    let times = root.descendants().filter_map(ElementRef::wrap).filter(|e| e.value().name() == "time");
    times.filter_map(|time| time.attr("datetime")).find_map(date)
}

/// A date as ISO 8601 writes it, perhaps with a time; others could be read in two ways.
pub(in super::super) fn date(text: &str) -> Option<String> {
    const LONGEST: usize = 35;
    let text = text.trim();
    let is_part = |part: Option<&str>, most: u16| {
        part.filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|digits| digits.parse::<u16>().ok())
            .is_some_and(|number| (1..=most).contains(&number))
    };
    let is_date = is_part(text.get(..4), 2200)
        && is_part(text.get(5..7), 12)
        && is_part(text.get(8..10), 31)
        && text.get(4..5) == Some("-")
        && text.get(7..8) == Some("-");
    let is_rest = |c: char| c.is_ascii_digit() || matches!(c, 'T' | 'Z' | ':' | '.' | '+' | '-' | ' ');
    let is_whole = text.len() <= LONGEST && text.get(10..)?.chars().all(is_rest);
    is_date.then(|| if is_whole { text } else { &text[..10] }.to_owned())
}

/// The content of the first `meta` with one of these names; an earlier name goes before a later one.
fn meta(page: &Html, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| {
        let is_named = |key: Option<&str>| key.is_some_and(|key| key.eq_ignore_ascii_case(name));
        let is_it = |e: &ElementRef| {
            e.value().name() == "meta"
                && ["name", "property", "http-equiv"].into_iter().any(|key| is_named(e.attr(key)))
                && e.attr("content").is_some_and(|content| !content.trim().is_empty())
        };
        first(page, is_it).and_then(|e| e.attr("content")).map(|content| content.trim().to_owned())
    })
}

/// The things that a page's JSON-LD describes, in its order. What is said of them, as reviews, is not looked into.
fn described(page: &Html) -> Vec<Value> {
    let scripts = page.root_element().descendants().filter_map(ElementRef::wrap);
    let scripts = scripts.filter(|e| e.value().name() == "script" && e.attr("type") == Some("application/ld+json"));
    let mut things = Vec::new();
    for script in scripts.take(MOST_JSON_SCRIPTS) {
        let text: String = script.text().collect();
        if text.len() <= MOST_JSON_BYTES {
            things.extend(serde_json::from_str(&text).into_iter().flat_map(opened));
        }
    }
    things
}

/// The objects of a value: of a list, of a graph, and what a page is about.
fn opened(value: Value) -> Vec<Value> {
    let mut waiting = vec![value];
    let mut things = Vec::new();
    while let Some(value) = waiting.pop().filter(|_| things.len() < MOST_JSON_VALUES) {
        match value {
            Value::Array(values) => waiting.extend(values.into_iter().rev()),
            Value::Object(mut fields) => {
                waiting.extend(["mainEntity", "@graph"].into_iter().filter_map(|key| fields.remove(key)));
                things.push(Value::Object(fields));
            }
            _ => {}
        }
    }
    things
}

#[cfg(test)]
mod tests {
    use super::super::super::PageRules;
    use super::super::parse;
    use super::*;

    fn check_title(html: &str, expected: Option<&str>) {
        assert_eq!(parse(html, None, &PageRules::default()).unwrap().title.as_deref(), expected);
    }

    fn check(html: &str, language: Option<&str>, author: Option<&str>, dated: Option<&str>) {
        let page = Html::parse_document(html);
        let read = metadata(&page, &[page.root_element()]);
        assert_eq!(
            (read.language.as_deref(), read.author.as_deref(), read.dated.as_deref()),
            (language, author, dated)
        );
    }

    #[test]
    fn the_heading_names_a_page_better_than_its_title() {
        check_title("<title>Refunds | Acme</title><h1>Refunds</h1>", Some("Refunds"));
        check_title("<title>Refunds</title><h1>Welcome</h1>", Some("Refunds"));
        check_title("<h1>Only <b>a</b>\n heading</h1>", Some("Only a heading"));
        check_title("<title> </title><p>x", None);
    }

    #[test]
    fn pages_say_who_and_when() {
        check("<html lang='de_CH'><meta name=Author content='Ada L'>", Some("de-CH"), Some("Ada L"), None);
        check("<meta property='og:locale' content=fr_FR>", Some("fr-FR"), None, None);
        check("<meta property='article:author' content='https://e.org/ada'>", None, None, None);
        check("<p>On <time datetime='2026-01-02T03:04Z'>Friday</time>", None, None, Some("2026-01-02T03:04Z"));
        let both = "<meta property='article:published_time' content=2026-01-01>
            <meta property='article:modified_time' content='2026-02-01 (late)'>";
        check(both, None, None, Some("2026-02-01"));
        check("<time datetime='02/01/2026'><time datetime=2026-13-01>", None, None, None);
    }

    #[test]
    fn linked_data_is_read() {
        let script = |json: &str| format!("<script type='application/ld+json'>{json}</script>");
        let one =
            r#"{"@type":"Article","author":{"name":"Ada"},"datePublished":"2026-03-01","dateModified":"2026-03-02"}"#;
        check(&script(one), None, Some("Ada"), Some("2026-03-02"));
        let graph = r#"{"@graph":[{"@type":"WebSite"},{"author":[{"name":"Ada"},{"name":"Bo"}]}]}"#;
        check(&script(graph), None, Some("Ada, Bo"), None);
        check(&script(r#"{"review":{"author":"Mallory"}}"#), None, None, None);
        check(&script("{oops"), None, None, None);
        check(&script(&"[".repeat(100_000)), None, None, None);
    }
}
