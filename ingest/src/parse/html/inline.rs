//! The small pieces: links, code spans, code blocks.
//!
//! Knows Markdown's fences and which links may stand in an answer; nothing of the walk around them.

use scraper::ElementRef;
use url::Url;

/// Longer addresses carry state or tracking; nobody could check where they lead.
const LONGEST_LINK_BYTES: usize = 2000;

/// `[text](target)`, or the text alone where there is no target that a person could follow.
pub(super) fn link(text: &str, href: &str, base: Option<&Url>) -> String {
    match target(href.trim(), base) {
        // A link around paragraphs, as cards have it, cannot be written down.
        Some(target) if !text.is_empty() && !text.contains('\n') => format!("[{text}]({target})"),
        _ => text.to_owned(),
    }
}

/// Where a link leads. Jumps within the page lead nowhere once the page is cut into chunks; scripts and data are none.
fn target(href: &str, base: Option<&Url>) -> Option<String> {
    if href.is_empty() || href.starts_with('#') {
        return None;
    }
    let target = match (Url::parse(href), base) {
        (Ok(url), _) => is_followed(&url).then(|| url.to_string()),
        (Err(_), Some(base)) => base.join(href).ok().filter(is_followed).map(String::from),
        (Err(_), None) => Some(href.to_owned()),
    }?;
    let target: String = target.chars().map(encoded).collect();
    (target.len() <= LONGEST_LINK_BYTES).then_some(target)
}

fn is_followed(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https" | "mailto" | "tel" | "ftp")
}

/// What would end a Markdown link early.
fn encoded(c: char) -> String {
    match c {
        ' ' | '(' | ')' | '<' | '>' | '\n' | '\r' | '\t' | '\\' => format!("%{:02X}", u32::from(c)),
        c => c.to_string(),
    }
}

/// A code span whose fence is longer than any run of backticks in it.
pub(super) fn code_span(code: &str) -> String {
    let code = one_line(code);
    if code.is_empty() {
        return code;
    }
    let fence = "`".repeat(longest_run(&code) + 1);
    let pad = if code.starts_with('`') || code.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{code}{pad}{fence}")
}

/// A code block, likewise.
pub(super) fn fenced(code: &str, language: Option<&str>) -> String {
    let code = code.trim_matches('\n').trim_end();
    if code.is_empty() {
        return String::new();
    }
    let fence = "`".repeat((longest_run(code) + 1).max(3));
    format!("{fence}{}\n{code}\n{fence}", language.unwrap_or_default())
}

fn longest_run(code: &str) -> usize {
    code.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// The language that a `pre`, or the `code` or `div` next to it, names in its class as highlighters do.
pub(super) fn language(pre: ElementRef) -> Option<String> {
    let inner = pre.child_elements().next();
    let around = pre.parent().and_then(ElementRef::wrap);
    [Some(pre), inner, around].into_iter().flatten().find_map(named_language)
}

fn named_language(element: ElementRef) -> Option<String> {
    const PREFIXES: [&str; 4] = ["language-", "lang-", "highlight-source-", "brush:"];
    let named = |class: &str| PREFIXES.iter().find_map(|prefix| class.strip_prefix(prefix)).map(str::to_owned);
    let language =
        element.value().classes().find_map(named).or_else(|| element.attr("data-lang").map(str::to_owned))?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '#' | '-' | '.' | '_');
    (!language.is_empty() && language.len() <= 30 && language.chars().all(is_name)).then_some(language)
}

/// The words on one line.
pub(super) fn one_line(text: &str) -> String {
    text.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_link(href: &str, expected: &str) {
        let base = Url::parse("https://e.org/docs/page").unwrap();
        assert_eq!(link("x", href, Some(&base)), expected);
    }

    #[test]
    fn links_lead_somewhere_or_are_words() {
        check_link("../a b(1)", "[x](https://e.org/a%20b%281%29)");
        check_link("mailto:a@e.org", "[x](mailto:a@e.org)");
        check_link("javascript:alert(1)", "x");
        check_link("JAVA\tSCRIPT:alert(1)", "x");
        check_link("data:text/html,x", "x");
        check_link("#part", "x");
        check_link(&format!("/{}", "x".repeat(3000)), "x");
        assert_eq!(link("x", "a/b.html", None), "[x](a/b.html)");
        assert_eq!(link("", "a", None), "");
    }

    #[test]
    fn fences_outlast_their_code() {
        assert_eq!(code_span(" a\n b "), "`a b`");
        assert_eq!(code_span("a `b`"), "`` a `b` ``");
        assert_eq!(fenced("\n  a\n```\n\n", Some("rust")), "````rust\n  a\n```\n````");
    }
}
