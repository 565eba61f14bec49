//! Answers that attack the page: made from parts, each cut at every byte, and whatever comes out is read by a strict
//! reader of its own that knows only the tags that may be there.

use prompts::render::{Allowed, html, plain};

const URL: &str = "https://docs.example/a?b=1&c=2";
/// Tags without attributes.
const BARE: [&str; 33] = [
    "p",
    "/p",
    "ul",
    "/ul",
    "ol",
    "/ol",
    "li",
    "/li",
    "strong",
    "/strong",
    "em",
    "/em",
    "code",
    "/code",
    "pre",
    "/pre",
    "blockquote",
    "/blockquote",
    "table",
    "/table",
    "thead",
    "/thead",
    "tbody",
    "/tbody",
    "tr",
    "/tr",
    "th",
    "/th",
    "td",
    "/td",
    "br",
    "hr",
    "/a",
];

/// Every way to write what must not get through, in every place where Markdown may take it up.
fn payloads() -> Vec<String> {
    let schemes = [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "&#106;avascript:alert(1)",
        "javascript&colon;alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "//evil.example/x.png",
        "http://evil.example/?q=1",
        "\u{1}javascript:alert(1)",
        "file:///etc/passwd",
        "https://docs.example/a?b=1&c=2#x",
        "/\\evil.example",
    ];
    let carriers = [
        "[a]({})",
        "![a]({})",
        "<{}>",
        "[a](<{}>)",
        "[a]({} \"t\")",
        "[a][b]\n\n[b]: {}",
        "[1]({})",
        "[1]: {}\n\n[1]",
        "[![a]({})]({})",
        "<a href=\"{}\">x</a>",
        "<img src='{}' onerror=alert(1)>",
        "> - [a]({})",
        "| [a]({}) |\n|---|\n| ![b]({}) |",
    ];
    let tags = [
        "<script>alert(1)</script>",
        "<ScRiPt src=x>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "<svg><animate onbegin=alert(1)>",
        "<iframe src=javascript:alert(1)>",
        "<body onload=alert(1)>",
        "<a href=javascript:x>y</a>",
        "<math><mi xlink:href=x>",
        "<style>@import 'x'</style>",
        "<!--><img src=x>-->",
        "<![CDATA[<script>]]>",
        "<?xml ?><script>",
        "</p><script>",
        "<details open ontoggle=alert(1)>",
        "\u{202e}<script>",
        "<scr<script>ipt>",
        "&lt;script&gt;",
        "&#60;script&#62;",
        "<\u{0}script>",
        "\u{ff1c}script\u{ff1e}",
        "\" onmouseover=\"alert(1)",
        "' autofocus onfocus='x",
    ];
    let places = [
        "{}",
        "**{}**",
        "`{}`",
        "```{}\n{}\n```",
        "~~~ {}\nx",
        "# {}",
        "> {}",
        "- {}\n  1. {}",
        "    {}",
        "| {} | b |\n|---|---|\n| {} | d |",
        "[{}](https://docs.example/a?b=1&c=2)",
        "![{}](x)",
        "[x]({})",
        "[1] {} [2]",
        "&#91;9&#93;{}",
        "\\{}",
        "a\n{}\n===",
        "*[{}](x)*",
    ];
    let links = schemes.iter().flat_map(|scheme| carriers.iter().map(move |carrier| carrier.replace("{}", scheme)));
    let markup = tags.iter().flat_map(|tag| places.iter().map(move |place| place.replace("{}", tag)));
    links.chain(markup).collect()
}

/// Fails on a tag, an attribute or an address that is not one of ours.
fn judge(page: &str, payload: &str) {
    let mut open: Vec<&str> = Vec::new();
    for part in page.split('<').skip(1) {
        let (tag, _) = part.split_once('>').unwrap_or_else(|| panic!("half a tag in {page:?} of {payload:?}"));
        let heading =
            tag.trim_start_matches('/').strip_prefix('h').is_some_and(|level| ["3", "4", "5", "6"].contains(&level));
        let cite = tag.strip_prefix("a class=\"cite\" href=\"#cite-").and_then(|rest| rest.strip_suffix('"'));
        let cited = cite.is_some_and(|n| ["1", "2"].contains(&n));
        let link = tag == format!("a href=\"{}\" rel=\"noopener noreferrer nofollow\"", URL.replace('&', "&amp;"));
        let start = tag
            .strip_prefix("ol start=\"")
            .and_then(|rest| rest.strip_suffix('"'))
            .is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()));
        assert!(BARE.contains(&tag) || heading || cited || link || start, "<{tag}> of {payload:?}");
        let name = tag.split(' ').next().unwrap_or_default();
        match name.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "{page:?} of {payload:?}"),
            None if ["br", "hr"].contains(&name) => {}
            None => open.push(name),
        }
    }
    assert!(open.is_empty(), "{open:?} left open in {page:?} of {payload:?}");
    let text: String = page.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect();
    assert!(!text.contains(['"', '\'', '>']), "{text:?} of {payload:?}");
    assert!(!page.chars().any(prompts::unseen::is_turning), "{page:?}");
}

#[test]
fn nothing_hostile_gets_through_however_it_is_cut() {
    let (urls, payloads) = ([URL.to_owned()], payloads());
    assert!(payloads.len() >= 200, "{}", payloads.len());
    let allowed = Allowed { urls: &urls, cited: &[1, 2] };
    for payload in &payloads {
        for cut in (0..=payload.len()).filter(|at| payload.is_char_boundary(*at)) {
            for part in [&payload[..cut], &payload[cut..]] {
                judge(&html(part, allowed), part);
                let shown = plain(part, allowed);
                assert!(!shown.chars().any(|c| c.is_control() && c != '\n' && c != '\t'), "{shown:?}");
            }
        }
    }
}

#[test]
fn the_judge_can_say_no() {
    for page in [
        "<p>x",
        "<script>",
        "<a href=\"x\">y</a>",
        "<p onclick=x>y</p>",
        "<p>a > b</p>",
        "<p",
        "<img>",
        "<a class=\"cite\" href=\"#cite-9\"></a>",
    ] {
        assert!(std::panic::catch_unwind(|| judge(page, page)).is_err(), "{page}");
    }
}

#[test]
fn depth_and_length_are_borne() {
    let allowed = Allowed::default();
    for text in [
        ">".repeat(20_000),
        "- ".repeat(5_000),
        "[".repeat(20_000),
        "`".repeat(20_000),
        "*a **b".repeat(3_000),
        "![".repeat(9_000),
        "<".repeat(20_000),
        "(source ".repeat(5_000),
        "[1](".repeat(5_000),
        "`a``b".repeat(3_000),
    ] {
        judge(&html(&text, allowed), &text[..8]);
    }
}
