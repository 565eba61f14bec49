//! Pages whose structure means harm: depth, mass, markup that multiplies, walks that turn quadratic.

use super::Expected::{Anything, Read, ReadWithProblem, Refused};
use super::{Hostile, file};

const WORDS: &str = "<p>Refunds are paid within thirty days of the request.</p>";
const SAID: &str = "Refunds are paid";

/// The same tag, opened and never closed.
fn open(tag: &str, count: usize) -> String {
    format!("<html><body>{WORDS}{}", tag.repeat(count))
}

fn page(inner: &str) -> String {
    format!("<!doctype html><html><body>{WORDS}{inner}</body></html>")
}

pub(super) fn files() -> Vec<Hostile> {
    let mut files = depths();
    files.extend(explosions());
    files.extend(masses());
    files
}

fn depths() -> Vec<Hostile> {
    let deep = |tag: &'static str, count: usize| {
        let name: String = tag.chars().filter(char::is_ascii_alphanumeric).collect();
        file(&format!("{name}-{count}-deep.html"), Refused("deep"), move || open(tag, count))
    };
    vec![
        deep("<div>", 4_000),
        deep("<div>", 60_000),
        deep("<span>", 60_000),
        deep("<ul><li>", 30_000),
        deep("<blockquote>", 60_000),
        deep("<table><tr><td>", 20_000),
        deep("<dl><dd>", 30_000),
        deep("<section>", 2_000_000).heavy(),
        deep("<svg>", 60_000),
        deep("<math><mi>", 60_000),
        deep("<object>", 60_000),
        deep("<ruby><rt>", 60_000),
        file("512-kb-of-lists.html", Refused("deep"), || "<ul><li>".repeat(65_536)),
        file("div-300-deep.html", Read(SAID), || format!("{}{WORDS}{}", "<div>".repeat(300), "</div>".repeat(300))),
        file("templates-60000-deep.html", Anything, || open("<template>", 60_000)).heavy(),
        file("forms-and-buttons.html", Anything, || open("<form><button>", 60_000)).heavy(),
        file("options-60000-deep.html", Anything, || open("<select><option>", 60_000)).heavy(),
        file("frames-60000-deep.html", Anything, || "<frameset>".repeat(60_000)).heavy(),
        file("headings-60000-deep.html", Anything, || open("<h1><h2>", 60_000)).heavy(),
    ]
}

/// What the parser must open again, move or look up, over and over.
fn explosions() -> Vec<Hostile> {
    let ids = |tag: &str, count: usize| (0..count).map(|n| format!("<{tag} id={n}>")).collect::<String>();
    vec![
        file("bold-opened-again.html", Refused("more than"), move || {
            "<p>".to_owned() + &ids("b", 400) + &"<p>x".repeat(100_000)
        }),
        file("bold-opened-again-everywhere.html", Refused("more than"), move || {
            "<p>".to_owned() + &ids("font", 400) + &"<p>x".repeat(1_000_000)
        })
        .heavy(),
        file("adoption-agency.html", Anything, || page(&"<a><b><i><p>".repeat(20_000))).heavy(),
        file("adoption-agency-closed-crosswise.html", Anything, || page(&"<b><i><p></b></i></p>".repeat(20_000)))
            .heavy(),
        file("links-in-tables.html", Anything, || page(&"<a><table><a>".repeat(5_000))).heavy(),
        file("foster-children.html", Read(SAID), || page(&format!("<table>{}", "<p>x".repeat(20_000)))),
        file("foster-tables.html", Anything, || page(&"<table>x<b>".repeat(20_000))).heavy(),
        file("ends-without-starts.html", Read(SAID), || page(&"</p></b></table></div>".repeat(100_000))),
        file("bodies.html", Read(SAID), || page(&"<html a=b><body c=d>".repeat(100_000))),
        file("bodies-with-new-attributes.html", Read(SAID), || {
            page(&(0..20_000).map(|n| format!("<body a{n}=b>")).collect::<String>())
        })
        .heavy(),
        file("paragraphs-in-buttons.html", Anything, || page(&"<button><p>".repeat(10_000))).heavy(),
        file("nobr.html", Anything, || page(&"<nobr>x".repeat(50_000))).heavy(),
        file("tables-between-rows.html", Anything, || page(&"<table><tr><td>a</td></tr>".repeat(400))).heavy(),
        file("spans-of-columns.html", Read(SAID), || {
            page(&format!("<table>{}</table>", "<tr><td colspan=1000 rowspan=65534>x</td></tr>".repeat(2_000)))
        }),
        file("a-table-as-wide-as-high.html", Read(SAID), || {
            page(&format!("<table>{}</table>", format!("<tr>{}</tr>", "<td>x".repeat(300)).repeat(300)))
        }),
        file("one-long-cell.html", Read(SAID), || {
            let rows = "<tr><td>a<td>b</tr>".repeat(2_000);
            page(&format!("<table>{rows}<tr><td>{}</table>", "long ".repeat(40_000)))
        }),
    ]
}

fn masses() -> Vec<Hostile> {
    vec![
        file("a-million-nodes.html", Refused("elements and texts"), || page(&"<i>x</i>".repeat(600_000))).heavy(),
        file("900000-nodes.html", Read(SAID), || page(&"<p>x".repeat(440_000))).heavy(),
        file("a-million-links.html", Anything, || {
            page(&(0..300_000).map(|n| format!("<a href=/{n}>x</a> ")).collect::<String>())
        })
        .heavy(),
        file("an-attribute-of-10-mb.html", Read(SAID), || {
            page(&format!("<p title=\"{}\">x</p>", "a".repeat(10_000_000)))
        }),
        file("a-style-of-10-mb.html", Read(SAID), || {
            page(&format!("<p style=\"{}\">x</p>", "color:red;".repeat(1_000_000)))
        }),
        file("a-class-of-10-mb.html", Read(SAID), || page(&format!("<p class=\"{}\">x</p>", "a ".repeat(5_000_000)))),
        file("10000-attributes.html", Read(SAID), || {
            page(&format!("<p{}>x</p>", (0..10_000).map(|n| format!(" a{n}=1")).collect::<String>()))
        }),
        file("100000-attributes.html", Anything, || {
            page(&format!("<p{}>x</p>", (0..100_000).map(|n| format!(" a{n}=1")).collect::<String>()))
        })
        .heavy(),
        file("elements-of-many-attributes.html", Anything, || {
            let names: String = ('a'..='z').flat_map(|one| [format!(" {one}"), format!(" {one}{one}")]).collect();
            format!("<html><body>{}", format!("<p{names}>x").repeat(330_000))
        })
        .heavy(),
        file("10-mb-on-one-line.html", Read(SAID), || page(&"word ".repeat(2_000_000))),
        file("10-mb-one-word.html", Read(SAID), || page(&"w".repeat(10_000_000))),
        file("a-comment-without-end.html", Read(SAID), || page(&format!("<!-- {}", "x".repeat(1_000_000)))),
        file("a-million-comments.html", Read(SAID), || page(&"<!---->".repeat(400_000))),
        file("comments-that-never-quite-end.html", Read(SAID), || page(&format!("<!--{}", "--!".repeat(500_000)))),
        file("a-script-without-end.html", Read(SAID), || page(&format!("<script>{}", "<!--<script>".repeat(100_000)))),
        file("a-title-without-end.html", Anything, || format!("<title>{}", "<p>x".repeat(500_000))),
        file("plaintext.html", Read(SAID), || page(&format!("<plaintext>{}", "</body>".repeat(100_000)))),
        file("a-tag-without-end.html", Read(SAID), || page(&format!("<p {}", "x=y ".repeat(3_000)))),
        file("million-entities.html", Read(SAID), || {
            page(&"&amp;&notit;&#x110000;&#0;&CounterClockwiseContourIntegral;".repeat(50_000))
        }),
        file("styles-by-the-thousand.html", Read(SAID), || {
            page(&(0..20_000).map(|n| format!("<style>.a{n},#b{n}{{display:none}}</style>")).collect::<String>())
        }),
        file("a-sheet-of-selectors.html", Read(SAID), || {
            page(&format!(
                "<style>{}{{display:none}}</style>",
                (0..20_000).map(|n| format!(".a{n},")).collect::<String>()
            ))
        }),
        file("blocks-in-blocks.html", Read(SAID), || page(&format!("<style>{}", "@media a{".repeat(20_000)))),
        file("a-picture-in-the-page.html", Read(SAID), || {
            page(&format!("<img src='data:image/png;base64,{}'>", "QUJD".repeat(2_000_000)))
        }),
        file("a-base-of-nonsense.html", Read(SAID), || {
            page("<base href='javascript://%0aalert(1)//'><a href='x'>y</a>")
        }),
        file("links-of-scripts.html", Read(SAID), || {
            page("<a href='javascript:alert(1)'>a</a><a href='data:text/html,x'>b</a><a href='vbscript:x'>c</a>")
        }),
        file("shows-nothing.html", ReadWithProblem("no text"), || "<html><body><script>x()</script></body></html>"),
    ]
}
