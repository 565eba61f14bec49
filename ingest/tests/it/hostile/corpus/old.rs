//! Old Office files and Outlook messages: containers that turn in circles, streams that are not what their names say.

use super::Expected::{Anything, Opened, Read, ReadWithProblem, Refused};
use super::compound::{Node, SECTOR, compound, patched};
use super::{Hostile, file, times};

/// Where the table of sectors and the directory of a small file begin.
const TABLE_AT: usize = SECTOR;
const DIRECTORY_AT: usize = SECTOR * 2;

pub(super) fn files() -> Vec<Hostile> {
    let mut files = containers();
    files.extend(contents());
    files.extend(messages());
    files
}

fn containers() -> Vec<Hostile> {
    let names = [
        ("doc", "WordDocument"),
        ("xls", "Workbook"),
        ("ppt", "PowerPoint Document"),
        ("msg", "__properties_version1.0"),
    ];
    let each = names.into_iter().flat_map(|(end, name)| {
        let whole = move || compound(&[Node::Stream(name, times("noise", 5_000)), Node::Stream("Zz", vec![7; 5_000])]);
        let list = |trouble: &str| format!("{trouble}.{end}");
        [
            file(&list("sectors-in-a-ring"), Anything, move || patched(whole(), TABLE_AT + 4 * 4, 2)).heavy(),
            file(&list("sector-after-itself"), Anything, move || patched(whole(), TABLE_AT + 4 * 3, 3)).heavy(),
            file(&list("sectors-beyond-the-end"), Anything, move || patched(whole(), TABLE_AT + 4 * 3, 0x00ff_ffff))
                .heavy(),
            file(&list("directory-in-a-ring"), Anything, move || patched(whole(), TABLE_AT + 4, 1)).heavy(),
            file(&list("entry-beside-itself"), Anything, move || patched(whole(), DIRECTORY_AT + 128 + 72, 1)).heavy(),
            file(&list("entry-below-itself"), Anything, move || patched(whole(), DIRECTORY_AT + 128 + 76, 0)).heavy(),
            file(&list("stream-of-exabytes"), Anything, move || {
                patched(whole(), DIRECTORY_AT + 128 + 124, 0x7fff_ffff)
            })
            .heavy(),
            file(&list("only-a-head"), Anything, move || whole()[..SECTOR].to_vec()).heavy(),
            file(&list("half"), Anything, move || {
                let bytes = whole();
                bytes[..bytes.len() / 2].to_vec()
            })
            .heavy(),
            file(&list("table-of-billions"), Anything, move || patched(whole(), 44, 0xffff_fff0)).heavy(),
            file(&list("sectors-of-2-to-the-255"), Anything, move || patched(whole(), 30, 0x00ff_00ff)).heavy(),
        ]
    });
    each.collect()
}

fn contents() -> Vec<Hostile> {
    let one = |name: &'static str, bytes: Vec<u8>| compound(&[Node::Stream(name, bytes)]);
    let record = |kind: u16, body: &[u8]| [&kind.to_le_bytes()[..], &(body.len() as u16).to_le_bytes(), body].concat();
    let begin = move |kind: u8| record(0x0809, &[0, 6, kind, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let book = move |state: u8, place: u32, sheet: Vec<u8>| {
        let listed = [&place.to_le_bytes()[..], &[state, 0, 4, 0], b"Data"].concat();
        let globals = [begin(5), record(0x0085, &listed), record(0x000a, &[])].concat();
        one("Workbook", [globals, begin(0x10), sheet, record(0x000a, &[])].concat())
    };
    let label = move |row: u16, column: u16, words: &str| {
        let place = [row.to_le_bytes(), column.to_le_bytes(), [0, 0], (words.len() as u16).to_le_bytes()].concat();
        record(0x0204, &[place.as_slice(), &[0], words.as_bytes()].concat())
    };
    const SHEET_AT: u32 = 20 + 16 + 4;
    vec![
        file("encrypted.docx", Refused("password"), move || one("EncryptedPackage", vec![7; 9_000])),
        file("noise.doc", Anything, move || one("WordDocument", times([0xec, 0xa5, 0xff, 0x7f], 20_000))).heavy(),
        file("noise.ppt", Anything, move || one("PowerPoint Document", times([0x0f, 0, 0xe8, 3], 20_000))).heavy(),
        file("records-in-records.ppt", Anything, move || {
            // Each is a container that says it holds all the rest.
            let head = |n: u32| [&[0x0f, 0, 0xe8, 3][..], &(8 * (50_000 - n)).to_le_bytes()].concat();
            one("PowerPoint Document", (1..50_000).flat_map(head).collect())
        })
        .heavy(),
        file("noise.xls", Anything, move || one("Workbook", times([0x09, 0x08, 0xff, 0xff], 20_000))).heavy(),
        file("records-of-nothing.xls", Anything, move || one("Workbook", vec![0; 2_000_000])).heavy(),
        file("a-good-one.xls", Read("Refunds"), move || {
            book(0, SHEET_AT, [label(0, 0, "Refunds"), label(1, 1, "thirty days")].concat())
        }),
        file("hidden.xls", ReadWithProblem("is hidden"), move || book(1, SHEET_AT, label(0, 0, "Refunds"))),
        file("the-farthest-cell.xls", Anything, move || book(0, SHEET_AT, label(65_535, 65_535, "far"))).heavy(),
        file("sheet-beyond-the-end.xls", Anything, move || book(0, 0x7fff_ffff, label(0, 0, "Refunds"))).heavy(),
        file("sheet-is-the-list-of-sheets.xls", Anything, move || book(0, 0, label(0, 0, "Refunds"))).heavy(),
        file("unknown.ole", Refused("unknown sort"), move || one("Notebook", b"x".to_vec())),
    ]
}

/// Properties of a message, none of them known.
fn properties() -> Node {
    Node::Stream("__properties_version1.0", vec![0; 4_096])
}

fn wide(name: &'static str, words: &str) -> Node {
    Node::Stream(name, words.encode_utf16().flat_map(u16::to_le_bytes).collect())
}

fn message(words: &str, inside: Vec<Node>) -> Vec<Node> {
    [vec![properties(), wide("__substg1.0_1000001F", words)], inside].concat()
}

fn nested(depth: usize) -> Vec<Node> {
    let inner = match depth {
        0 => Vec::new(),
        _ => vec![Node::Storage(
            "__attach_version1.0_#00000000".into(),
            vec![properties(), Node::Storage("__substg1.0_3701000D".into(), nested(depth - 1))],
        )],
    };
    message("Within.", inner)
}

fn attached(number: usize, name: &str) -> Node {
    let file = vec![
        properties(),
        wide("__substg1.0_3707001F", name),
        Node::Stream("__substg1.0_37010102", b"A letter.".to_vec()),
    ];
    Node::Storage(format!("__attach_version1.0_#{number:08X}"), file)
}

fn messages() -> Vec<Hostile> {
    vec![
        file("nested-100-deep.msg", ReadWithProblem("could not be opened"), || compound(&nested(100))),
        file("nested-5-deep.msg", Opened { parts: 5 }, || compound(&nested(5))),
        file("attached-outside.msg", Opened { parts: 3 }, || {
            let names = ["../../../../etc/passwd", "C:\\Windows\\win.ini", "/etc/shadow"];
            compound(&message("See attached.", names.iter().enumerate().map(|(n, name)| attached(n, name)).collect()))
        }),
        file("100000-attachments.msg", Opened { parts: 500 }, || {
            compound(&message("See attached.", (0..500).map(|n| attached(n, "a.txt")).collect()))
        }),
        file("bomb-of-rtf.msg", Anything, || {
            let packed = [&[0; 8][..], b"LZFu", &[0; 4], &times([0xff, 0x0d, 0x0f], 3_000_000)].concat();
            compound(&[properties(), Node::Stream("__substg1.0_10090102", packed)])
        })
        .heavy(),
        file("half-characters.msg", Read("lone"), || {
            let bytes: Vec<u8> = [0xd800_u16, 0xdc00, 0xdfff, 0xd800]
                .into_iter()
                .chain("lone".encode_utf16())
                .flat_map(u16::to_le_bytes)
                .collect();
            compound(&[properties(), Node::Stream("__substg1.0_1000001F", bytes)])
        }),
        file("no-properties.msg", Anything, || {
            compound(&[Node::Storage("__properties_version1.0".into(), Vec::new())])
        }),
    ]
}
