//! Archives: bombs of every make, names that want to leave, links, locks, lies and damage.

use super::Expected::{Opened, Read, ReadWithProblem, Refused};
use super::pack::{Entry, archive, archive_of, zip};
use super::{Hostile, file, times};

const ZEROS: usize = 20_000_000;

pub(super) fn files() -> Vec<Hostile> {
    let mut files = bombs();
    files.extend(lies());
    files.extend(names());
    files
}

fn bombs() -> Vec<Hostile> {
    vec![
        file("bomb-plain.zip", ReadWithProblem("100 times its size"), || zip(&[("zeros.txt", &vec![0; ZEROS])])),
        file("bomb-of-words.zip", ReadWithProblem("100 times"), || zip(&[("a.txt", &times("words ", 8_000_000))])),
        file("bomb-beside-a-letter.zip", Opened { parts: 1 }, || {
            zip(&[("zeros.txt", &vec![0; ZEROS]), ("letter.txt", b"Still handed out.")])
        }),
        file("bomb-42.zip", Opened { parts: 42 }, || nested(3)),
        file("bomb-of-archives.zip", Opened { parts: 16 }, || {
            let inner = zip(&[("zeros.txt", &vec![0; 2_000_000])]);
            archive(&(0..16).map(|n| Entry::stored(&format!("{n}.zip"), &inner)).collect::<Vec<_>>())
        }),
        file("bomb-just-below-the-ratio.zip", ReadWithProblem("100 times"), || {
            let mut bytes = vec![0; 3_000_000];
            bytes.extend((0..20_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8));
            zip(&[("a.txt", &bytes), ("zeros.txt", &vec![0; 2_000_000])])
        }),
        file("entry-of-51-mb.zip", ReadWithProblem("bytes when unpacked"), || {
            archive(&[Entry::stored("large.txt", &times("line\n", 10_200_000))])
        })
        .heavy(),
        file("600-mb-in-all.zip", ReadWithProblem("fills the limit"), || {
            // Each unpacks to fifty times its size, which is allowed.
            let mut bytes = vec![b' '; 40_000_000];
            (0..800_000_usize).for_each(|n| bytes[n * 50] = (n.wrapping_mul(2_654_435_761) >> 9) as u8 | 1);
            let entry = Entry::deflated("0.txt", &bytes);
            archive(&(0..16).map(|n| Entry { name: format!("{n}.bin").into(), ..entry.clone() }).collect::<Vec<_>>())
        })
        .heavy(),
        file("overlapping.zip", Refused("share the same bytes"), overlapping),
        file("every-entry-the-same.zip", Refused("share the same bytes"), || {
            let kernel = Entry::deflated("0.txt", &times("words ", 10_000));
            let again = |n: usize| Entry {
                name: format!("{n}.txt").into(),
                is_listed_only: true,
                at: Some(0),
                ..kernel.clone()
            };
            archive(&[vec![kernel.clone()], (1..5000).map(again).collect()].concat())
        }),
        file("quine.zip", Refused("share the same bytes"), || {
            // Its entry claims for its bytes the list of the archive, and with it the entry.
            let mut bytes = archive(&[Entry::stored("quine.zip", b"")]);
            for place in [18, 22, 39 + 20, 39 + 24] {
                bytes[place..place + 4].copy_from_slice(&77_u32.to_le_bytes());
            }
            bytes
        }),
        file("the-same-twice.zip", Refused("share the same bytes"), || {
            let entry = Entry::stored("a.zip", &zip(&[("a.txt", b"A letter.")]));
            archive(&[entry.clone(), Entry { is_listed_only: true, at: Some(0), name: b"b.zip".to_vec(), ..entry }])
        }),
        file("100000-entries.zip", Refused("files inside"), || many(100_000)),
        file("10001-entries.zip", Refused("files inside"), || many(10_001)),
        file("claims-60000-entries.zip", Refused("files inside"), || {
            archive_of(&[Entry::stored("a.txt", b"alone")], 60_000)
        }),
        file("10000-empty-files.zip", Opened { parts: 0 }, || many(10_000)),
    ]
}

fn lies() -> Vec<Hostile> {
    let one = || Entry::deflated("a.txt", &times("Words of a file. ", 400));
    vec![
        file("claims-less.zip", ReadWithProblem("left out: a.txt"), || {
            archive(&[Entry { size: 10, ..Entry::deflated("a.txt", &vec![0; ZEROS]) }])
        }),
        file("claims-4-gb.zip", Opened { parts: 1 }, move || archive(&[Entry { size: u32::MAX - 1, ..one() }])),
        file("claims-nothing.zip", ReadWithProblem("larger than its declared"), move || {
            archive(&[Entry { size: 0, ..one() }])
        }),
        file("wrong-check.zip", ReadWithProblem("left out: a.txt"), move || archive(&[Entry { crc: 7, ..one() }])),
        file("place-beyond-the-end.zip", Refused("damaged"), move || archive(&[Entry { at: Some(1 << 30), ..one() }])),
        file("place-of-nothing.zip", Refused("damaged"), move || archive(&[Entry { at: Some(7), ..one() }])),
        file("odd-method.zip", ReadWithProblem("not supported"), move || archive(&[Entry { method: 99, ..one() }])),
        file("stored-that-is-packed.zip", ReadWithProblem("left out"), move || {
            archive(&[Entry { method: 0, ..one() }])
        }),
        file("noise-as-packed.zip", ReadWithProblem("left out"), || {
            archive(&[Entry { method: 8, ..Entry::stored("a.txt", &[0xff; 5000]) }])
        }),
        file("locked.zip", Refused("password"), move || archive(&[Entry { flags: 1, ..one() }])),
        file("locked-in-part.zip", Opened { parts: 1 }, move || {
            archive(&[Entry { flags: 1, ..one() }, Entry::stored("open.txt", b"Open.")])
        }),
        file("truncated.zip", Refused("damaged"), move || {
            let bytes = archive(&[one()]);
            bytes[..bytes.len() - 40].to_vec()
        }),
        file("first-half.zip", Refused("damaged"), move || archive(&[one()])[..30].to_vec()),
        file("only-an-end.zip", Opened { parts: 0 }, || archive(&[])),
        file("only-a-head.zip", Refused("damaged"), || b"PK\x03\x04".to_vec()),
        file("two-ends.zip", Opened { parts: 1 }, move || [archive(&[one()]), b"PK\x05\x06".to_vec()].concat()),
        file("letter-before-it.zip.txt", Read("Dear reader"), move || {
            [b"Dear reader, ".repeat(2000), archive(&[one()])].concat()
        }),
        file("a-million-claimed-in-64.zip", Refused("damaged"), || {
            let mut bytes = archive_of(&[], u16::MAX);
            let end = bytes.split_off(0);
            let mut long = b"PK\x06\x06\x2c\0\0\0\0\0\0\0\x2d\0\x2d\0\0\0\0\0\0\0\0\0".to_vec();
            (0..4).for_each(|_| long.extend((u64::MAX >> 1).to_le_bytes()));
            long.extend(b"PK\x06\x07\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0");
            [b"PK\x03\x04".to_vec(), long, end].concat()
        }),
    ]
}

/// Names that are no names; each comes out under one that is, or not at all.
fn names() -> Vec<Hostile> {
    let slips = [
        "../../../../etc/passwd",
        "/etc/passwd",
        "..\\..\\..\\windows\\system32\\drivers\\etc\\hosts",
        "C:\\Windows\\win.ini",
        "\\\\host\\share\\x.txt",
        "//host/share/x.txt",
        "a/../../../b.txt",
        "....//....//etc/passwd",
        "..%2f..%2fetc%2fpasswd",
        "./././x.txt",
        "a\0b.txt",
        "\u{1b}[2J\u{7}.txt",
        "line\nbreak.txt",
        "\u{202e}txt.exe",
        "CON",
        "aux.txt:stream",
        "~/.ssh/authorized_keys/x",
        "$(reboot).txt",
        "'; DROP TABLE x; --.txt",
        "<img src=x onerror=y>.txt",
        " ",
        "...",
    ];
    let mut files: Vec<Hostile> = slips
        .into_iter()
        .enumerate()
        .map(|(n, slip)| {
            // Hidden files are left out, and so is what has no name.
            let is_hidden = slip.contains("/.ssh") || slip.starts_with("...") || slip.starts_with("..%");
            let parts = usize::from(!is_hidden && !slip.trim().is_empty());
            file(&format!("slip-{n}.zip"), Opened { parts }, move || archive(&[Entry::stored(slip, b"A letter.")]))
        })
        .collect();
    files.extend([
        file("slips-together.zip", Opened { parts: 2000 }, || {
            let name = |n: usize| format!("{}{n}.txt", "../".repeat(n % 300));
            archive(&(0..2000).map(|n| Entry::stored(&name(n), b"A letter.")).collect::<Vec<_>>())
        }),
        file("name-of-65535-bytes.zip", Opened { parts: 1 }, || {
            archive(&[Entry::stored(&"x".repeat(65_535), b"A letter.")])
        }),
        file("name-of-30000-folders.zip", Opened { parts: 1 }, || {
            archive(&[Entry::stored(&("d/".repeat(30_000) + "a.txt"), b"A letter.")])
        }),
        file("name-of-no-characters.zip", Opened { parts: 1 }, || {
            archive(&[Entry { name: vec![0xff, 0xfe, 0xc0, 0xaf], ..Entry::stored("", b"A letter.") }])
        }),
        file("nameless.zip", ReadWithProblem("no name"), || archive(&[Entry::stored("", b"A letter.")])),
        file("twice-the-same-name.zip", Opened { parts: 2 }, || {
            archive(&[Entry::stored("a.txt", b"One."), Entry::stored("b.txt", b"Two.")])
        }),
        file("links.zip", ReadWithProblem("a link"), || {
            let link = |name: &str, to: &str| Entry { mode: 0o120777, ..Entry::stored(name, to.as_bytes()) };
            archive(&[link("passwd", "/etc/passwd"), link("up", ".."), link("self", "self")])
        }),
        file("device.zip", Opened { parts: 1 }, || {
            archive(&[Entry { mode: 0o020666, ..Entry::stored("zero", b"A letter.") }])
        }),
        file("folder-with-bytes.zip", Opened { parts: 0 }, || archive(&[Entry::stored("folder/", b"A letter.")])),
    ]);
    files
}

/// An archive of archives of archives of zeros.
fn nested(depth: usize) -> Vec<u8> {
    match depth {
        0 => vec![0; 1_000_000],
        _ => {
            let inner = nested(depth - 1);
            archive(&(0..42).map(|n| Entry::deflated(&format!("{n}.zip"), &inner)).collect::<Vec<_>>())
        }
    }
}

fn many(count: usize) -> Vec<u8> {
    archive_of(&(0..count).map(|n| Entry::stored(&n.to_string(), b"")).collect::<Vec<_>>(), count.min(65_535) as u16)
}

/// The first entry's bytes hold the second entry as well.
fn overlapping() -> Vec<u8> {
    let inner = Entry::stored("inner.txt", b"Seen twice.");
    let body = archive(std::slice::from_ref(&inner));
    let outer = Entry::stored("outer.txt", &body);
    archive(&[outer, Entry { at: Some(39), is_listed_only: true, ..inner }])
}
