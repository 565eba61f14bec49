//! Parsing whole files: what is read of realistic ones, and that nothing makes a parser fall over.

use ingest::clean::clean;
use ingest::parse::{Kind, ParseError, Parsed, Setting, parse, plain_text};
use proptest::prelude::*;

fn setting(url: &str) -> Setting {
    Setting { url: Some(url.to_owned()), ..Setting::default() }
}

/// Everything that a person would see of a parsed file.
fn report(parsed: &Parsed) -> String {
    let Parsed { title, language, markdown, pages, problems, .. } = parsed;
    assert!(pages.is_empty());
    let cleaned = clean(markdown);
    format!(
        "title: {title:?}\nlanguage: {language:?}\nproblems: {problems:?} {:?}\n-- markdown\n{}\n-- text\n{}",
        cleaned.problems,
        cleaned.text,
        plain_text(&cleaned.text)
    )
}

fn check(name: &str, bytes: &[u8], kind: Kind) {
    assert_eq!(Kind::sniff(bytes, Some(name)), Ok(kind));
    let parsed = parse(kind, bytes, &setting("https://help.acme.example/billing/refunds.html")).unwrap();
    insta::with_settings!({ prepend_module_to_snapshot => false }, { insta::assert_snapshot!(name, report(&parsed)) });
}

#[test]
fn an_article() {
    check("article.html", include_bytes!("samples/article.html"), Kind::Html);
}

#[test]
fn a_page_from_last_century() {
    check("legacy.html", include_bytes!("samples/legacy.html"), Kind::Html);
}

#[test]
fn a_guide_in_markdown() {
    check("guide.md", include_bytes!("samples/guide.md"), Kind::Markdown);
}

#[test]
fn release_notes_in_text() {
    check("notes.txt", include_bytes!("samples/notes.txt"), Kind::Text);
}

#[test]
fn what_cannot_be_read_says_why() {
    let said = |error: ParseError| error.to_string();
    assert_eq!(said(Kind::sniff(b"", None).unwrap_err()), "the file is empty");
    let gzip = said(Kind::sniff(b"\x1f\x8b\x08 notes.txt", None).unwrap_err());
    assert_eq!(gzip, "this looks like a gzip archive, which cannot be read");
    let deep = parse(Kind::Html, "<ul><li>".repeat(500).as_bytes(), &Setting::default()).unwrap_err();
    assert_eq!(said(deep), "the page nests its elements more than 512 deep");
}

/// HTML as badly as it comes.
fn pages() -> impl Strategy<Value = String> {
    let tags = prop::sample::select(vec![
        "<p>",
        "</p>",
        "<div>",
        "</div>",
        "<b>",
        "</b>",
        "<a href='x y'>",
        "</a>",
        "<ul>",
        "<li>",
        "</ul>",
        "<ol start=9>",
        "</ol>",
        "<table>",
        "<tr>",
        "<td colspan=3>",
        "<th>",
        "</table>",
        "<caption>",
        "<pre>",
        "</pre>",
        "<code>",
        "</code>",
        "<br>",
        "<hr>",
        "<h1>",
        "</h1>",
        "<h3>",
        "<blockquote>",
        "</blockquote>",
        "<main>",
        "<article>",
        "<header>",
        "<form>",
        "<template>",
        "<svg>",
        "<math>",
        "<select>",
        "<textarea>",
        "<script>",
        "</script>",
        "<!--",
        "-->",
        "<img alt='a *b*'>",
        "<p hidden>",
        "<dl><dt>",
        "<frameset>",
        "<plaintext>",
        "&amp;",
        "&lt;",
        "&#0;",
        "<![CDATA[",
        "<?xml",
        "\0",
    ]);
    let piece = prop_oneof![2 => tags.prop_map(str::to_owned), 1 => "[a-z ]{0,8}", 1 => any::<String>()];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1500) })]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300), page in pages()) {
        for bytes in [bytes.as_slice(), page.as_bytes()] {
            let _ = Kind::sniff(bytes, None);
            for kind in [Kind::Markdown, Kind::Text, Kind::Html] {
                let _ = parse(kind, bytes, &setting("https://e.org")).map(|parsed| plain_text(&clean(&parsed.markdown).text));
            }
        }
    }

    /// What stands in a paragraph of a page is read back word for word from the Markdown made of it.
    #[test]
    fn words_of_a_page_survive_as_markdown(words in "([a-z0-9äé中]{0,4}[!-/:-@\\[-`{-~ ]{0,3}){1,12}") {
        let escaped = words.replace('&', "&amp;").replace('<', "&lt;");
        let parsed = parse(Kind::Html, format!("<meta charset=utf-8><p>x<p>{escaped}").as_bytes(), &Setting::default()).unwrap();
        let text = plain_text(&clean(&parsed.markdown).text);
        let read = |text: &str| text.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
        prop_assert_eq!(read(&text), read(&format!("x {words}")), "{}", parsed.markdown);
    }
}
