//! Files that are not what they are called: polyglots, wrong endings, what nobody reads here.

use super::Expected::{Anything, Opened, Read, Refused};
use super::pack::{gzip_zeros, zip, zlib_zeros};
use super::papers::worded;
use super::{Hostile, file, times};

const PAGE: &[u8] = b"<html><body><p>Refunds are paid within thirty days.</p></body></html>";

pub(super) fn files() -> Vec<Hostile> {
    let mut files = polyglots();
    files.extend(strangers());
    files.extend(misnamed());
    files
}

fn polyglots() -> Vec<Hostile> {
    vec![
        file("pdf-and-zip.pdf", Read("Refunds"), || [worded("", &[]), zip(&[("a.txt", b"A letter.")])].concat())
            .heavy(),
        file("zip-and-pdf.zip", Opened { parts: 1 }, || [zip(&[("a.txt", b"A letter.")]), worded("", &[])].concat()),
        file("gif-and-html.html", Refused("a GIF image"), || [b"GIF89a/*".as_slice(), PAGE].concat()),
        file("png-and-html.html", Refused("a PNG image"), || [b"\x89PNG\r\n\x1a\n".as_slice(), PAGE].concat()),
        file("html-and-pdf.html", Read("Refunds"), || [PAGE, &worded("", &[])].concat()),
        file("pdf-in-a-page.html", Read("Refunds"), || {
            [b"<html><p>Refunds\n%PDF-1.7\n1 0 obj\n".as_slice(), PAGE].concat()
        }),
        file("html-and-zip.html", Refused("binary"), || [PAGE, &zip(&[("a.txt", b"A letter.")])].concat()),
        file("script-and-zip.sh", Anything, || {
            [b"#!/bin/sh\nunzip $0\nexit\n".as_slice(), &zip(&[("a.txt", b"A letter.")])].concat()
        }),
        file("rtf-and-html.rtf", Read("Refunds"), || [b"{\\rtf1 Refunds are paid.}\n".as_slice(), PAGE].concat()),
        file("mail-and-html.eml", Read("Refunds"), || {
            [b"From: a@b.c\nTo: d@e.f\nSubject: Refunds\nMessage-ID: <1>\n\n".as_slice(), PAGE].concat()
        }),
        file("jpeg-with-words.txt", Refused("a JPEG image"), || [b"\xff\xd8\xff\xfe".as_slice(), PAGE].concat()),
        file("blank-then-png.txt", Refused("a PNG image"), || [b"\n\n  \x89PNG\r\n\x1a\n".as_slice(), PAGE].concat()),
    ]
}

/// Refused by name, bombs among them without being opened.
fn strangers() -> Vec<Hostile> {
    let starts: [(&str, &'static [u8], &'static str); 16] = [
        ("xz", b"\xfd7zXZ\0\0\x04", "an xz archive"),
        ("7z", b"7z\xbc\xaf\x27\x1c\0\x04", "a 7z archive"),
        ("rar", b"Rar!\x1a\x07\x01\0", "a RAR archive"),
        ("bz2", b"BZh91AY&SY\0\0", "a bzip2 archive"),
        ("zst", b"\x28\xb5\x2f\xfd\xff\xff", "a zstd archive"),
        ("elf", b"\x7fELF\x02\x01\x01\0", "a program"),
        ("exe", b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff", "a program"),
        ("class", b"\xca\xfe\xba\xbe\0\0\0\x34", "a program"),
        ("wasm", b"\0asm\x01\0\0\0", "a program"),
        ("png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\x7f\xff\xff\xff\x7f\xff\xff\xff", "a PNG image"),
        ("tiff", b"II*\0\x08\0\0\0", "a TIFF image"),
        ("webp", b"RIFF\xff\xff\xff\xffWEBPVP8 ", "a WebP image"),
        ("mp4", b"\0\0\0\x20ftypisom\0\0\x02\0", "a video file"),
        ("sqlite", b"SQLite format 3\0\x10\0", "an SQLite database"),
        ("ps", b"%!PS-Adobe-3.0\n{ {} loop } exec", "a PostScript file"),
        ("mkv", b"\x1a\x45\xdf\xa3\xff", "a video file"),
    ];
    let each = starts.into_iter().map(|(end, start, what)| {
        file(&format!("refused.{end}"), Refused(what), move || [start, &times([0, 0xff], 5_000)].concat())
    });
    let others = [
        file("bomb.gz", Refused("a gzip archive"), || gzip_zeros(200)),
        file("bomb.svgz", Refused("a gzip archive"), || gzip_zeros(10)),
        file("bomb.tar.gz", Refused("a gzip archive"), || gzip_zeros(50)),
        file("bomb.z", Refused("binary"), || zlib_zeros(50)),
        file("laughs.svg", Refused("an SVG image"), || "<?xml version='1.0'?><svg xmlns='x'><use href='#a'/></svg>"),
        file("laughs.xml", Refused("an XML file"), || {
            "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'ha'>]><a>&b;</a>"
                .replace("<!DOCTYPE a [<!ENTITY b 'ha'>]>", "")
                + &"<b>".repeat(1_000)
        }),
        file("a-program.jar", Refused("a program"), || zip(&[("META-INF/MANIFEST.MF", b"Main-Class: X")])),
        file("a-program.apk", Refused("a program"), || zip(&[("AndroidManifest.xml", b"x")])),
        file("a-drawing.vsdx", Refused("Visio"), || {
            zip(&[("[Content_Types].xml", b"<Types/>"), ("visio/document.xml", b"x")])
        }),
        file("a-deck.key", Refused("Keynote"), || zip(&[("Index/Document.iwa", b"x")])),
    ];
    each.chain(others).collect()
}

fn misnamed() -> Vec<Hostile> {
    vec![
        file("a-page-called.pdf", Read("Refunds"), || PAGE),
        file("a-page-called.docx", Read("Refunds"), || PAGE),
        file("a-page-called.zip", Read("Refunds"), || PAGE),
        file("a-page-called.jpg", Read("Refunds"), || PAGE),
        file("a-paper-called.html", Read("Refunds"), || worded("", &[])).heavy(),
        file("an-archive-called.txt", Opened { parts: 1 }, || zip(&[("a.txt", b"A letter.")])),
        file("a-text-called.docx", Read("Refunds"), || "Refunds are paid within thirty days."),
        file("a-text-called.png", Read("Refunds"), || "Refunds are paid within thirty days."),
        file("a-program-called.md", Refused("a program"), || [b"\x7fELF\x02".as_slice(), &[0; 5_000]].concat()),
        file("noise-called.docx", Refused("binary"), || times([1, 2, 3, 0, 0, 5], 1_000)),
        file("../../../../etc/passwd.md", Read("only a name"), || "A name is only a name."),
        file("", Read("No name"), || "No name at all."),
        file("https://127.0.0.1:9/%2e%2e/page.html", Read("Refunds"), || PAGE),
        file("name\0with\nodd\u{202e}characters.md", Read("odd"), || "An odd name."),
    ]
}
