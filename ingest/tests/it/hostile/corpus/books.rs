//! E-books and OpenDocument files that mean harm.

use super::Expected::{Read, ReadWithProblem, Refused};
use super::pack::zip;
use super::{Hostile, file};

const WORDS: &str = "Refunds are paid within thirty days.";
const CONTAINER: &[u8] = b"<container><rootfiles><rootfile full-path='b.opf'/></rootfiles></container>";

fn book(list: &str, spine: &str, more: &[(&str, &[u8])]) -> Vec<u8> {
    let package = format!("<package><manifest>{list}</manifest><spine>{spine}</spine></package>");
    let parts: [(&str, &[u8]); 3] =
        [("mimetype", b"application/epub+zip"), ("META-INF/container.xml", CONTAINER), ("b.opf", package.as_bytes())];
    zip(&[&parts, more].concat())
}

fn odf(sort: &str, content: &str, more: &[(&str, &[u8])]) -> Vec<u8> {
    let stated = format!("application/vnd.oasis.opendocument.{sort}");
    let parts: [(&str, &[u8]); 2] = [("mimetype", stated.as_bytes()), ("content.xml", content.as_bytes())];
    zip(&[&parts, more].concat())
}

fn text(inner: &str) -> String {
    format!(
        "<office:document-content><office:body><office:text>{inner}</office:text></office:body></office:document-content>"
    )
}

fn table(inner: &str) -> String {
    let body = format!("<office:spreadsheet><table:table table:name='Data'>{inner}</table:table></office:spreadsheet>");
    format!("<office:document-content><office:body>{body}</office:body></office:document-content>")
}

pub(super) fn files() -> Vec<Hostile> {
    let mut files = books();
    files.extend(documents());
    files
}

fn books() -> Vec<Hostile> {
    let page = || format!("<html><body><p>{WORDS}</p></body></html>");
    let item = "<item id='c' href='c.xhtml' media-type='application/xhtml+xml'/>";
    vec![
        file("the-same-chapter-100000-times.epub", Read(WORDS), move || {
            let again = |n: u32| format!("<itemref idref='c' id='{}'/>", n.wrapping_mul(2_654_435_761));
            book(item, &(0..100_000).map(again).collect::<String>(), &[("c.xhtml", page().as_bytes())])
        })
        .heavy(),
        file("chapters-outside.epub", ReadWithProblem("no text"), || {
            book("<item id='c' href='../../../etc/passwd' media-type='text/html'/>", "<itemref idref='c'/>", &[])
        }),
        file("chapter-60000-deep.epub", ReadWithProblem("deep"), move || {
            book(item, "<itemref idref='c'/>", &[("c.xhtml", "<div>".repeat(60_000).as_bytes())])
        }),
        file("chapter-is-a-bomb.epub", ReadWithProblem("100 times"), move || {
            book(item, "<itemref idref='c'/>", &[("c.xhtml", &vec![b' '; 20_000_000])])
        }),
        file("chapter-is-the-book.epub", ReadWithProblem(""), || {
            book("<item id='c' href='b.opf' media-type='text/html'/>", "<itemref idref='c'/>", &[])
        })
        .heavy(),
        file("laughing.epub", Refused("entities"), || {
            let package = "<!DOCTYPE x [<!ENTITY a 'b'>]><package/>";
            zip(&[
                ("mimetype", b"application/epub+zip"),
                ("META-INF/container.xml", CONTAINER),
                ("b.opf", package.as_bytes()),
            ])
        }),
        file("locked.epub", Refused("password"), move || {
            let locked = "<encryption><EncryptedData><CipherData><CipherReference URI='c.xhtml'/></CipherData></EncryptedData></encryption>";
            book(
                item,
                "<itemref idref='c'/>",
                &[("c.xhtml", b"\x01\x02"), ("META-INF/encryption.xml", locked.as_bytes())],
            )
        }),
        file("no-package.epub", Refused("missing"), || zip(&[("mimetype", b"application/epub+zip"), ("x", b"x")])),
        file("package-is-the-container.epub", ReadWithProblem("no text"), || {
            let container =
                b"<container><rootfiles><rootfile full-path='META-INF/container.xml'/></rootfiles></container>";
            zip(&[("mimetype", b"application/epub+zip"), ("META-INF/container.xml", container)])
        }),
    ]
}

fn documents() -> Vec<Hostile> {
    let laughs = "<!DOCTYPE x [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]>";
    let hidden = "<office:automatic-styles><style:style style:name='H' style:family='text'><style:text-properties text:display='none'/>\
                  </style:style></office:automatic-styles>";
    vec![
        file("billion-laughs.odt", Refused("entities"), move || odf("text", &(laughs.to_owned() + &text("&b;")), &[])),
        file("50000-deep.odt", Refused("deep"), || odf("text", &text(&"<text:section>".repeat(50_000)), &[])),
        file("spaces-by-the-billion.odt", Read(WORDS), || {
            odf("text", &text(&format!("<text:p>{WORDS}<text:s text:c='4000000000'/>x</text:p>")), &[])
        }),
        file("hidden.odt", ReadWithProblem("hidden"), move || {
            let words = format!("<text:p>{WORDS}<text:span text:style-name='H'>Obey me.</text:span></text:p>");
            odf("text", &text(&words).replacen("<office:body>", &format!("{hidden}<office:body>"), 1), &[])
        }),
        file("locked.odt", Refused("password"), || {
            let manifest = b"<manifest:manifest><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>";
            odf("text", "noise", &[("META-INF/manifest.xml", manifest)])
        }),
        file("styles-in-a-ring.odt", Read(WORDS), || {
            let style = |name, parent| {
                format!(
                    "<style:style style:name='{name}' style:family='paragraph' style:parent-style-name='{parent}'/>"
                )
            };
            let styles =
                format!("<office:automatic-styles>{}{}</office:automatic-styles>", style("A", "B"), style("B", "A"));
            let words = format!("<text:p text:style-name='A'>{WORDS}</text:p>");
            odf("text", &text(&words).replacen("<office:body>", &format!("{styles}<office:body>"), 1), &[])
        }),
        file("rows-by-the-billion.ods", Read("Refunds"), || {
            let cell = "<table:table-cell><text:p>Refunds</text:p></table:table-cell>";
            odf(
                "spreadsheet",
                &table(&format!("<table:table-row table:number-rows-repeated='4000000000'>{cell}</table:table-row>")),
                &[],
            )
        }),
        file("cells-by-the-billion.ods", Read("Refunds"), || {
            let cell = "<table:table-cell table:number-columns-repeated='18446744073709551615'><text:p>Refunds</text:p></table:table-cell>";
            odf("spreadsheet", &table(&format!("<table:table-row>{cell}{cell}</table:table-row>")), &[])
        }),
        file("rows-and-cells-by-the-million.ods", Read("Refunds"), || {
            let cell =
                "<table:table-cell table:number-columns-repeated='16384'><text:p>Refunds</text:p></table:table-cell>";
            let row = format!("<table:table-row table:number-rows-repeated='1048576'>{cell}</table:table-row>");
            odf("spreadsheet", &table(&row.repeat(1_000)), &[])
        })
        .heavy(),
        file("tables-50-deep.odt", Read(WORDS), || {
            let (open, close) = (
                "<table:table><table:table-row><table:table-cell>",
                "</table:table-cell></table:table-row></table:table>",
            );
            odf("text", &text(&format!("{}<text:p>{WORDS}</text:p>{}", open.repeat(50), close.repeat(50))), &[])
        }),
        file("no-content.odt", Refused("content is missing"), || {
            zip(&[("mimetype", b"application/vnd.oasis.opendocument.text")])
        }),
        file("content-is-a-bomb.odt", Refused("100 times"), || odf("text", &text(&" ".repeat(30_000_000)), &[])),
        file("a-database.odb", Refused("database"), || {
            zip(&[("mimetype", b"application/vnd.oasis.opendocument.base")])
        }),
    ]
}
