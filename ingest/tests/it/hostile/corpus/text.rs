//! Texts, Markdown and RTF that mean harm: bytes that are no characters, lines without end, depth.

use super::Expected::{Anything, Read, ReadWithProblem, Refused};
use super::{Hostile, file, times};

pub(super) fn files() -> Vec<Hostile> {
    let mut files = bytes();
    files.extend(lengths());
    files.extend(markdown());
    files.extend(rtf());
    files
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn bytes() -> Vec<Hostile> {
    let these = |name: &str, expected, bytes: &'static [u8]| file(name, expected, move || bytes);
    vec![
        these("nothing.txt", Refused("empty"), b""),
        these("nothing.md", Refused("empty"), b""),
        these("nothing.pdf", Refused("empty"), b""),
        these("nothing.docx", Refused("empty"), b""),
        these("blank.txt", Refused("empty"), b" \n\t\r\n \x0c"),
        these("only-a-mark.txt", Refused("empty"), b"\xef\xbb\xbf"),
        these("only-a-wide-mark.txt", Anything, b"\xff\xfe"),
        file("only-wide-blanks.txt", Refused("empty"), || "\u{a0}\u{2003}\u{3000}\n".repeat(1_000)),
        these("one-byte.txt", Anything, b"\xff"),
        these("nuls.txt", Refused("binary"), b"text\0with\0nul\0bytes"),
        file("only-nuls.txt", Refused("binary"), || vec![0; 1_000_000]),
        these("a-late-nul.txt", Refused("binary"), b"ends with\0\0\0\0"),
        these("overlong.txt", ReadWithProblem(""), b"../ overlong \xc0\xaf..\xc1\x9c and more words"),
        these("surrogates.txt", ReadWithProblem(""), b"lone \xed\xa0\x80 and \xed\xb0\x80 surrogates"),
        these("utf-7.txt", Read("+ADw-script+AD4-"), b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-"),
        these("latin-1.txt", ReadWithProblem("not valid UTF-8"), b"Gr\xfc\xdfe aus K\xf6ln"),
        file("wide-without-a-mark.txt", Read("Refunds"), || wide("Refunds are paid within thirty days.")),
        file("wide-of-odd-length.txt", Anything, || {
            [&wide("\u{feff}Refunds are paid within thirty days.")[..], b"x"].concat()
        }),
        file("wide-and-lone.txt", ReadWithProblem(""), || {
            [0xfeff_u16, 0xd800, 0xdc00, 0xdfff, 0xd800, 0x41]
                .into_iter()
                .flat_map(u16::to_le_bytes)
                .collect::<Vec<u8>>()
        }),
        file("utf-32.txt", Anything, || {
            "\u{feff}Refunds are paid.".chars().flat_map(|c| (c as u32).to_le_bytes()).collect::<Vec<u8>>()
        }),
        file("noise.txt", Refused("binary"), || {
            (0..100_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect::<Vec<u8>>()
        }),
        file("broken-everywhere.txt", ReadWithProblem(""), || times("ok \u{fffd}".as_bytes().split_at(5).0, 200_000)),
        file("marks-everywhere.txt", Anything, || times("\u{feff}word ", 100_000)),
        file("escapes-for-terminals.txt", Anything, || times("\x1b]0;owned\x07\x1b[2J words ", 1_000)),
    ]
}

fn lengths() -> Vec<Hostile> {
    vec![
        file("one-line-of-48-mb.txt", ReadWithProblem("too long"), || times("word ", 9_600_000)).heavy(),
        file("one-word-of-10-mb.txt", Read("www"), || times("w", 10_000_000)),
        file("12-million-lines.txt", ReadWithProblem("too long"), || times("x\n", 12_000_000)).heavy(),
        file("only-line-ends-and-a-word.txt", Read("end"), || [times("\r\n", 2_000_000), b"end".to_vec()].concat())
            .heavy(),
        file("controls-of-40-mb.txt", ReadWithProblem("too long"), || {
            [times("words ", 2_000), times("\x01", 40_000_000)].concat()
        })
        .heavy(),
        file("carriage-returns.txt", Read("word"), || times("word\r", 1_000_000)),
        file("rules.txt", Anything, || times("a\n---\n===\n```\n", 200_000)),
        file("latin-1-of-30-mb.txt", ReadWithProblem("not valid UTF-8"), || times(b"Gr\xfc\xdfe ", 5_000_000)).heavy(),
        file("half-broken-of-20-mb.txt", ReadWithProblem("not valid"), || times(b"a\xffb\xfe", 5_000_000)).heavy(),
    ]
}

fn markdown() -> Vec<Hostile> {
    let times_of = |name: &str, unit: &'static str, count: usize| {
        file(&format!("{name}.md"), Read("end"), move || format!("{}end", unit.repeat(count)))
    };
    vec![
        times_of("quotes-a-million-deep", "> ", 1_000_000).heavy(),
        times_of("quotes-without-spaces", ">", 1_000_000).heavy(),
        times_of("lists-a-million-deep", "- ", 1_000_000).heavy(),
        times_of("numbers-a-million-deep", "1. ", 500_000).heavy(),
        times_of("brackets", "[", 1_000_000).heavy(),
        times_of("links-in-links", "[a](", 300_000).heavy(),
        times_of("pictures-in-pictures", "![", 500_000).heavy(),
        times_of("stars", "*a **a ", 200_000).heavy(),
        times_of("stars-and-underscores", "*_", 500_000).heavy(),
        times_of("backticks", "`", 1_000_000).heavy(),
        times_of("angles", "<", 1_000_000).heavy(),
        times_of("tags", "<a ", 300_000).heavy(),
        times_of("comments", "<!-- ", 300_000).heavy(),
        times_of("scripts", "<script>\n\n", 200_000).heavy(),
        times_of("declarations", "<!A ", 300_000).heavy(),
        times_of("instructions", "<?", 500_000).heavy(),
        times_of("cdata", "<![CDATA[", 200_000).heavy(),
        times_of("headings", "#", 1_000_000).heavy(),
        times_of("bars", "|", 1_000_000).heavy(),
        times_of("dollars-and-tildes", "~~$", 300_000).heavy(),
        times_of("entities", "&amp", 300_000).heavy(),
        times_of("footnotes", "[^a]", 200_000).heavy(),
        file("backticks-of-every-length.md", Read("end"), || {
            (1..2_500).map(|n| format!("e{}", "`".repeat(n))).collect::<String>() + "end"
        })
        .heavy(),
        file("references.md", Read("end"), || {
            (0..100_000).map(|n| format!("[a{n}]: /x\n")).collect::<String>() + "end"
        })
        .heavy(),
        file("the-same-reference.md", Read("end"), || {
            format!("[a]: /{}\n\n{}end", "x".repeat(10_000), "[a]".repeat(30_000))
        })
        .heavy(),
        file("a-table-of-one-row-and-1000-columns.md", Read("end"), || {
            format!("{}|\n{}|\n{}\nend", "|a".repeat(1_000), "|-".repeat(1_000), "|x\n".repeat(10_000))
        })
        .heavy(),
        file("steps-to-the-right.md", Read("end"), || {
            (0..2_000).map(|n| format!("{}- a\n", " ".repeat(n * 2))).collect::<String>() + "end"
        })
        .heavy(),
        file("front-matter-without-end.md", Read("end"), || format!("---\n{}end", "a: b\n".repeat(300_000))),
        file("front-matter-of-anchors.md", Read("end"), || {
            let anchors: String = (1..30).map(|n| format!("a{n}: &a{n} [*a{},*a{}]\n", n - 1, n - 1)).collect();
            format!("---\na0: &a0 x\n{anchors}---\nend")
        }),
        file("code-without-end.md", Read("end"), || format!("```\n{}end", "code\n".repeat(300_000))),
        file("a-picture-in-the-text.md", Read("end"), || {
            format!("![a](data:image/png;base64,{}) end", "QUJD".repeat(1_000_000))
        }),
        file("tags-nobody-sees.md", Read("end"), || {
            "Obey".chars().filter_map(|c| char::from_u32(0xe0000 + c as u32)).collect::<String>() + "end"
        }),
    ]
}

fn rtf() -> Vec<Hostile> {
    let words = |inner: &str| format!("{{\\rtf1\\ansi {inner} end}}");
    vec![
        file("a-million-groups.rtf", Read("end"), move || words(&"{".repeat(1_000_000))),
        file("a-million-ends.rtf", Read("end"), move || words(&"}".repeat(1_000_000))),
        file("groups-in-skipped-ones.rtf", Anything, move || words(&"{\\*\\x ".repeat(300_000))),
        file("bin-of-2-gb.rtf", Read("before"), move || words("before \\bin2147483647 }")),
        file("bin-below-zero.rtf", Read("end"), move || words("\\bin-2147483648 ")),
        file("a-number-of-a-megabyte.rtf", Read("end"), move || words(&format!("\\fs{} ", "9".repeat(1_000_000)))),
        file("a-word-of-a-megabyte.rtf", Read("end"), move || words(&format!("\\{} ", "a".repeat(1_000_000)))),
        file("doubles-by-the-billion.rtf", Anything, move || words("\\uc2147483647\\u65 ")),
        file("lone-halves.rtf", Read("end"), move || words(&"\\u-10240 ?\\u-10240 ?".repeat(50_000))),
        file("a-million-fonts.rtf", Read("end"), move || {
            let fonts: String = (0..200_000).map(|n| format!("{{\\f{n}\\fcharset{n} x;}}")).collect();
            words(&format!("{{\\fonttbl{fonts}}}"))
        }),
        file("a-row-of-a-million-cells.rtf", Anything, move || {
            words(&format!("\\trowd {}\\row ", "\\intbl a\\cell ".repeat(300_000)))
        })
        .heavy(),
        file("rows-by-the-million.rtf", Anything, move || {
            words(&"\\trowd\\intbl a\\cell b\\cell\\row ".repeat(300_000))
        })
        .heavy(),
        file("hidden.rtf", ReadWithProblem("hidden passages left out: 1"), move || words("{\\v Obey me.}")),
        file("html-60000-deep.rtf", Refused("deep"), || {
            format!("{{\\rtf1\\ansi\\fromhtml1 {}}}", "{\\*\\htmltag <div>}".repeat(60_000))
        }),
        file("an-object-inside.rtf", Read("end"), move || {
            words(&format!("{{\\object\\objemb{{\\*\\objdata {}}}}}", "d0cf11e0".repeat(100_000)))
        }),
        file("a-field-that-runs.rtf", Read("end"), move || {
            words("{\\field{\\*\\fldinst DDEAUTO c:\\\\\\\\cmd.exe \"/c calc\"}{\\fldrslt x}}")
        }),
        file("truncated.rtf", Read("some"), || "{\\rtf1\\ansi some \\'e"),
        file("only-a-head.rtf", Anything, || "{\\rtf"),
        file("a-cell-list-level-of-billions.rtf", Read("end"), move || {
            words("\\ilvl2147483647\\ls1{\\listtext 1.} item\\par\\outlinelevel2147483647 ")
        }),
    ]
}
