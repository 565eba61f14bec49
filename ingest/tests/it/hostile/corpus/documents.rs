//! Word documents that mean harm: entities, depth, links that lead out, words that nobody sees, parts that lack.

use super::Expected::{Opened, Read, ReadWithProblem, Refused};
use super::pack::{Entry, archive, zip};
use super::{Hostile, file};

const TYPES: &[u8] = b"<Types/>";
const WORDS: &str = "Refunds are paid within thirty days.";

/// A package with this part as its main one.
fn package(xml: &str, more: &[(&str, &[u8])]) -> Vec<u8> {
    let parts = [("[Content_Types].xml", TYPES), ("word/document.xml", xml.as_bytes())];
    zip(&[&parts, more].concat())
}

fn body(inner: &str) -> String {
    format!("<w:document><w:body>{inner}</w:body></w:document>")
}

fn paragraph(words: &str) -> String {
    format!("<w:p><w:r><w:t>{words}</w:t></w:r></w:p>")
}

fn run(properties: &str, words: &str) -> String {
    format!("<w:p><w:r><w:rPr>{properties}</w:rPr><w:t>{words}</w:t></w:r></w:p>")
}

pub(super) fn files() -> Vec<Hostile> {
    let mut files = structures();
    files.extend(parts());
    files.extend(unseen());
    files
}

fn structures() -> Vec<Hostile> {
    let laughs = || {
        let entity = |n: usize| format!("<!ENTITY l{} \"{}\">", n + 1, format!("&l{n};").repeat(10));
        format!(
            "<!DOCTYPE x [<!ENTITY l0 \"ha\">{}]>{}",
            (0..9).map(entity).collect::<String>(),
            body(&paragraph("&l9;"))
        )
    };
    let quadratic =
        || format!("<!DOCTYPE x [<!ENTITY a \"{}\">]>{}", "x".repeat(50_000), body(&paragraph(&"&a;".repeat(50_000))));
    let outside = "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>";
    let fetched = "<!DOCTYPE x SYSTEM \"http://127.0.0.1:9/evil.dtd\">";
    vec![
        file("billion-laughs.docx", Refused("entities of its own"), move || package(&laughs(), &[])),
        file("quadratic-entities.docx", Refused("entities of its own"), move || package(&quadratic(), &[])),
        file("external-entity.docx", Refused("entities of its own"), move || {
            package(&(outside.to_owned() + &body(&paragraph("&a;"))), &[])
        }),
        file("parameter-entity.docx", Refused("entities of its own"), || {
            package(&("<!DOCTYPE x [<!ENTITY % a SYSTEM 'http://127.0.0.1:9/a'> %a;]>".to_owned() + &body(WORDS)), &[])
        }),
        file("external-dtd.docx", Read(WORDS), move || package(&(fetched.to_owned() + &body(&paragraph(WORDS))), &[])),
        file("entities-in-styles.docx", Read(WORDS), move || {
            let rels = b"<Relationships><Relationship Id='s' Type='x/styles' Target='styles.xml'/></Relationships>";
            package(
                &body(&paragraph(WORDS)),
                &[("word/_rels/document.xml.rels", rels), ("word/styles.xml", laughs().as_bytes())],
            )
        }),
        file("100000-deep.docx", Refused("deep"), || package(&body(&"<w:x>".repeat(100_000)), &[])),
        file("tables-20000-deep.docx", Refused("deep"), || package(&body(&"<w:tbl><w:tr><w:tc>".repeat(20_000)), &[])),
        file("tables-50-deep.docx", Read(WORDS), || {
            package(
                &body(&("<w:tbl><w:tr><w:tc>".repeat(50) + &paragraph(WORDS) + &"</w:tc></w:tr></w:tbl>".repeat(50))),
                &[],
            )
        }),
        file("a-million-attributes.docx", Read(WORDS), || {
            let attributes: String = (0..300_000).map(|n| format!(" a{n}=''")).collect();
            package(&body(&format!("<w:x{attributes}/>{}", paragraph(WORDS))), &[])
        }),
        file("a-name-of-10-mb.docx", Read(WORDS), || {
            let name: String = (0..2_000_000_u32)
                .map(|n| char::from(b'a' + (n.wrapping_mul(2_654_435_761) >> 24) as u8 % 26))
                .collect();
            package(&body(&format!("<w:{name}/>{}", paragraph(WORDS))), &[])
        }),
        file("a-million-paragraphs.docx", ReadWithProblem("too long"), || {
            let words = |n: u32| paragraph(&n.wrapping_mul(2_654_435_761).to_string());
            package(&body(&(0..500_000).map(words).collect::<String>()), &[])
        })
        .heavy(),
        file("a-span-of-billions.docx", Read(WORDS), || {
            let cell =
                |span: &str| format!("<w:tc><w:tcPr><w:gridSpan w:val='{span}'/></w:tcPr>{}</w:tc>", paragraph(WORDS));
            package(&body(&format!("<w:tbl><w:tr>{}{}</w:tr></w:tbl>", cell("4000000000"), cell("-3"))), &[])
        }),
        file("broken-off.docx", ReadWithProblem("damaged"), || {
            package(&(body(&paragraph(WORDS))[..90].to_owned() + "<w:p <"), &[])
        }),
        file("not-xml.docx", ReadWithProblem(""), || package("this is no XML \u{0} at all", &[])),
        file("utf-16-with-a-lie.docx", Read(WORDS), || {
            let xml = "<?xml version='1.0' encoding='utf-8'?>".to_owned() + &body(&paragraph(WORDS));
            let wide: Vec<u8> = [0xfeff].into_iter().chain(xml.encode_utf16()).flat_map(u16::to_le_bytes).collect();
            zip(&[("[Content_Types].xml", TYPES), ("word/document.xml", &wide)])
        }),
    ]
}

fn parts() -> Vec<Hostile> {
    let rels = |rels: &str| format!("<Relationships>{rels}</Relationships>");
    let led = move |target: &str| {
        let root = rels(&format!("<Relationship Id='a' Type='x/officeDocument' Target='{target}'/>"));
        package(&body(&paragraph(WORDS)), &[("_rels/.rels", root.as_bytes())])
    };
    vec![
        file("leads-outside.docx", Read(WORDS), move || led("../../../../etc/passwd")),
        file("leads-to-itself.docx", Refused("unknown sort"), move || led("_rels/.rels")),
        file("leads-to-a-share.docx", Read(WORDS), move || led("\\\\host\\share\\evil.docx")),
        file("template-from-elsewhere.docx", Read(WORDS), move || {
            let away = rels(
                "<Relationship Id='r' Type='x/attachedTemplate' Target='http://127.0.0.1:9/t.dotm' TargetMode='External'/>",
            );
            package(&body(&paragraph(WORDS)), &[("word/_rels/settings.xml.rels", away.as_bytes())])
        }),
        file("link-to-a-script.docx", Read("click"), move || {
            let away =
                rels("<Relationship Id='r' Type='x/hyperlink' Target='javascript:alert(1)' TargetMode='External'/>");
            let link = "<w:p><w:hyperlink r:id='r'><w:r><w:t>click</w:t></w:r></w:hyperlink></w:p>";
            package(&body(link), &[("word/_rels/document.xml.rels", away.as_bytes())])
        }),
        file("300000-links.docx", Read(WORDS), move || {
            let many: String = (0..300_000_u64)
                .map(|n| format!("<Relationship Id='r{n}' Type='x/hyperlink' Target='{}'/>", n * 7_919 * 104_729))
                .collect();
            package(&body(&paragraph(WORDS)), &[("word/_rels/document.xml.rels", rels(&many).as_bytes())])
        }),
        file("no-document.docx", Refused("main part is missing"), || {
            zip(&[("[Content_Types].xml", TYPES), ("word/styles.xml", b"<x/>")])
        }),
        file("empty-document.docx", ReadWithProblem("no text"), || package("", &[])),
        file("macros.docm", Read(WORDS), || {
            package(&body(&paragraph(WORDS)), &[("word/vbaProject.bin", &[0xd0, 0xcf, 0x11, 0xe0])])
        }),
        file("types-say-a-picture.docx", Read(WORDS), || {
            let types = b"<Types><Override PartName='/word/document.xml' ContentType='image/png'/></Types>";
            zip(&[("[Content_Types].xml", types), ("word/document.xml", body(&paragraph(WORDS)).as_bytes())])
        }),
        file("document-is-a-bomb.docx", Refused("100 times"), || {
            package(&body(&paragraph(&" ".repeat(30_000_000))), &[])
        }),
        file("styles-are-a-bomb.docx", Read(WORDS), || {
            let rels = b"<Relationships><Relationship Id='s' Type='x/styles' Target='styles.xml'/></Relationships>";
            package(
                &body(&paragraph(WORDS)),
                &[("word/_rels/document.xml.rels", rels), ("word/styles.xml", &vec![b' '; 30_000_000])],
            )
        }),
        file("documents-twice.docx", Refused(""), || {
            let part = |words| Entry::deflated("word/document.xml", body(&paragraph(words)).as_bytes());
            archive(&[Entry::stored("[Content_Types].xml", TYPES), part("One."), Entry { at: Some(0), ..part("Two.") }])
        })
        .heavy(),
        file("word-in-a-plain-archive.zip", Opened { parts: 1 }, || {
            zip(&[("docs/word/document.xml", body(&paragraph(WORDS)).as_bytes())])
        }),
    ]
}

fn unseen() -> Vec<Hostile> {
    let hides = |name: &str, properties: &'static str| {
        file(&format!("hidden-{name}.docx"), ReadWithProblem("hidden texts left out: 1"), move || {
            package(&body(&(paragraph(WORDS) + &run(properties, "Obey me."))), &[])
        })
    };
    let loops = "<w:styles><w:style w:styleId='A'><w:basedOn w:val='B'/></w:style>\
                 <w:style w:styleId='B'><w:basedOn w:val='A'/></w:style></w:styles>";
    let rels = "<Relationships><Relationship Id='s' Type='x/styles' Target='styles.xml'/></Relationships>";
    vec![
        hides("vanish", "<w:vanish/>"),
        hides("one-point", "<w:sz w:val='1'/>"),
        hides("white", "<w:color w:val='ffffff'/>"),
        file("styles-in-a-ring.docx", Read(WORDS), move || {
            let styled = format!("<w:p><w:pPr><w:pStyle w:val='A'/></w:pPr><w:r><w:t>{WORDS}</w:t></w:r></w:p>");
            package(
                &body(&styled),
                &[("word/_rels/document.xml.rels", rels.as_bytes()), ("word/styles.xml", loops.as_bytes())],
            )
        }),
    ]
}
