//! Tests: Outlook messages, made by hand.

use std::io::{Cursor, Write};

use proptest::prelude::*;

use super::*;

/// A compound file with these streams; storages come from their paths.
fn file(streams: &[(&str, &[u8])]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    for (path, bytes) in streams {
        let (folder, _) = path.rsplit_once('/').unwrap();
        if !folder.is_empty() {
            file.create_storage_all(folder).unwrap();
        }
        file.create_stream(path).unwrap().write_all(bytes).unwrap();
    }
    file.flush().unwrap();
    file.into_inner().into_inner()
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn properties(head: usize, entries: &[(u32, u64)]) -> Vec<u8> {
    let mut bytes = vec![0; head];
    for (tag, value) in entries {
        bytes.extend(tag.to_le_bytes());
        bytes.extend([6, 0, 0, 0]);
        bytes.extend(value.to_le_bytes());
    }
    bytes
}

/// 2026-11-20T10:30:00Z, as Windows counts.
const SENT: u64 = (1_795_170_600 + 11_644_473_600) * 10_000_000;

fn message() -> Vec<u8> {
    file(&[
        ("/__properties_version1.0", &properties(32, &[(0x0039_0040, SENT), (0x3ffd_0003, 1251)])),
        ("/__substg1.0_0037001F", &wide("Rückgabe")),
        ("/__substg1.0_0C1A001F", &wide("Ann Lee")),
        ("/__substg1.0_0C1F001F", &wide("/O=HOUSE/CN=ANN")),
        ("/__substg1.0_5D01001F", &wide("ann@example.org")),
        ("/__substg1.0_1000001E", b"\xcf\xf0\xe8\xe2\xe5\xf2\0"),
        ("/__recip_version1.0_#00000000/__substg1.0_3001001F", &wide("Bob")),
        ("/__recip_version1.0_#00000000/__substg1.0_39FE001F", &wide("bob@example.org")),
        ("/__attach_version1.0_#00000000/__properties_version1.0", &properties(8, &[])),
        ("/__attach_version1.0_#00000000/__substg1.0_3707001F", &wide("C:\\x\\price.pdf")),
        ("/__attach_version1.0_#00000000/__substg1.0_37010102", b"%PDF-"),
        ("/__attach_version1.0_#00000001/__substg1.0_3707001F", &wide("logo.png")),
        ("/__attach_version1.0_#00000001/__substg1.0_370E001F", &wide("image/png")),
        ("/__attach_version1.0_#00000001/__substg1.0_3712001F", &wide("logo")),
        ("/__attach_version1.0_#00000001/__substg1.0_37010102", b"PNG"),
        (
            "/__attach_version1.0_#00000002/__substg1.0_3701000D/__properties_version1.0",
            &properties(24, &[(0x0039_0040, SENT)]),
        ),
        ("/__attach_version1.0_#00000002/__substg1.0_3701000D/__substg1.0_0037001F", &wide("Old a/b")),
        ("/__attach_version1.0_#00000002/__substg1.0_3701000D/__substg1.0_1000001F", &wide("Old words.")),
        (
            "/__attach_version1.0_#00000002/__substg1.0_3701000D/__attach_version1.0_#00000000/__substg1.0_3704001E",
            b"in.txt",
        ),
        (
            "/__attach_version1.0_#00000002/__substg1.0_3701000D/__attach_version1.0_#00000000/__substg1.0_37010102",
            b"inner",
        ),
    ])
}

#[test]
fn a_message_is_a_page() {
    let parsed = parse(&message()).unwrap();
    assert_eq!(parsed.title.as_deref(), Some("Rückgabe"));
    assert_eq!(parsed.author.as_deref(), Some("Ann Lee <ann@example.org>"));
    assert_eq!(parsed.dated.as_deref(), Some("2026-11-20T10:30:00Z"));
    assert_eq!(
        parsed.markdown,
        "From: Ann Lee \\<ann@example.org>  \nTo: Bob \\<bob@example.org>  \nDate: 2026-11-20 10:30  \nAttached: \
         price.pdf, Old a b.eml  \n\nПривет\n"
    );
    assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
}

#[test]
fn attachments_are_parts() {
    let mut parts = Vec::new();
    let problems = unpack(&message(), &mut |part| parts.push(part)).unwrap();
    let names: Vec<&str> = parts.iter().map(|part| part.name.as_str()).collect();
    assert_eq!(names, ["price.pdf", "Old a b.eml", "Old a b/in.txt"]);
    assert_eq!(parts[0].bytes, b"%PDF-");
    let inner = super::super::mail::parse(&parts[1].bytes).unwrap();
    assert_eq!(inner.title.as_deref(), Some("Old a/b"));
    assert_eq!(inner.dated.as_deref(), Some("2026-11-20T10:30:00Z"));
    assert!(inner.markdown.ends_with("\n\nOld words.\n"), "{}", inner.markdown);
    assert_eq!(problems, [""; 0]);
}

#[test]
fn other_bodies_are_read() {
    let check = |name: &str, body: &[u8], expected: &str| {
        let parsed = parse(&file(&[("/__properties_version1.0", &[0; 32]), (name, body)])).unwrap();
        assert_eq!(parsed.markdown.trim(), expected);
    };
    check("/__substg1.0_10130102", b"<p>caf\xe9</p>", "café");
    check("/__substg1.0_1013001F", &wide("<p>words</p>"), "words");
    let packed =
        b"\0\0\0\0\0\0\0\0LZFu\0\0\0\0\x03\x00\x0a\x00rcpg125B2\x0a\xf3 hel\x09\x00 bw\x05\xb0ld}\x0a\x80\x0f\xa0";
    check("/__substg1.0_10090102", packed, "hello world");
    let secret = [("/__properties_version1.0", &[0; 32][..]), ("/__substg1.0_001A001F", &wide("IPM.Note.SMIME"))];
    assert_eq!(parse(&file(&secret)), Err(ParseError::Protected));
}

#[test]
fn what_is_no_message_is_refused() {
    assert_eq!(parse(b""), Err(ParseError::Empty));
    assert!(matches!(parse(b"\xd0\xcf\x11\xe0"), Err(ParseError::Damaged(_))));
    let said = parse(&file(&[("/WordDocument", b"x")])).unwrap_err().to_string();
    assert_eq!(said, "it is damaged or not what it seems: no message of Outlook");
}

#[test]
fn messages_in_messages_are_bounded() {
    let mut path = String::new();
    let mut streams = vec![("/__properties_version1.0".to_owned(), vec![0; 32])];
    for _ in 0..40 {
        path.push_str("/__attach_version1.0_#00000000/__substg1.0_3701000D");
        streams.push((format!("{path}/__properties_version1.0"), vec![0; 24]));
    }
    let streams: Vec<(&str, &[u8])> = streams.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
    let mut parts = 0;
    let problems = unpack(&file(&streams), &mut |_| parts += 1).unwrap();
    assert_eq!((parts, problems), (10, vec!["attachments that could not be opened: 1".to_owned()]));
}

proptest! {
    #[test]
    fn damaged_files_never_panic(at in 0..8192_usize, bytes in prop::collection::vec(any::<u8>(), 1..16)) {
        let mut file = message();
        let at = at % file.len();
        let end = (at + bytes.len()).min(file.len());
        file[at..end].copy_from_slice(&bytes[..end - at]);
        let _ = parse(&file);
        let _ = unpack(&file, &mut |_| ());
    }

    #[test]
    fn cut_files_never_panic(length in 0..10_000_usize) {
        let file = message();
        let _ = parse(&file[..length.min(file.len())]);
    }
}
