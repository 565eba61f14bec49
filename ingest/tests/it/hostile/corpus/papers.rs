//! A PDF writer that keeps no rule, and the files that harm by their size: bombs, repetition, depth.

use super::Expected::{Anything, Read, Refused};
use super::pack::{zlib, zlib_zeros};
use super::{Hostile, file, times};

/// Objects in order, numbered from 1, the catalog first; the trailer gets these entries.
pub(super) fn pdf_with(objects: &[Vec<u8>], trailer: &str) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut places = Vec::new();
    for (n, object) in objects.iter().enumerate() {
        places.push(out.len());
        out.extend(format!("{} 0 obj\n", n + 1).bytes());
        out.extend(object);
        out.extend(b"\nendobj\n");
    }
    let list = out.len();
    out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).bytes());
    places.iter().for_each(|place| out.extend(format!("{place:010} 00000 n \n").bytes()));
    let count = objects.len() + 1;
    out.extend(format!("trailer\n<</Size {count}/Root 1 0 R {trailer}>>\nstartxref\n{list}\n%%EOF\n").bytes());
    out
}

pub(super) fn pdf(objects: &[Vec<u8>]) -> Vec<u8> {
    pdf_with(objects, "")
}

pub(super) fn stream(entries: &str, data: &[u8]) -> Vec<u8> {
    let head = format!("<<{entries}/Length {}>>\nstream\n", data.len());
    [head.as_bytes(), data, b"\nendstream"].concat()
}

pub(super) const CATALOG: &str = "<</Type/Catalog/Pages 2 0 R>>";
pub(super) const PAGES: &str = "<</Type/Pages/Kids[3 0 R]/Count 1>>";
pub(super) const PAGE: &str = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>/XObject<</X 6 0 R>>>>>>";
pub(super) const FONT: &str = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>";
pub(super) const WORDS: &str = "Refunds are paid within thirty days of the request.";

/// Instructions that draw the words.
pub(super) fn drawn(words: &str) -> String {
    format!("BT /F 12 Tf 50 700 Td ({words}) Tj ET\n")
}

/// One page with this content, then further objects from number 6 on.
pub(super) fn paper(content: Vec<u8>, more: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut objects = vec![CATALOG.into(), PAGES.into(), PAGE.into(), content, FONT.into()];
    objects.extend_from_slice(more);
    objects
}

/// One page of words, with what an attack adds to it.
pub(super) fn worded(extra: &str, more: &[Vec<u8>]) -> Vec<u8> {
    pdf(&paper(stream("", (drawn(WORDS) + extra).as_bytes()), more))
}

pub(super) fn files() -> Vec<Hostile> {
    let mut files = bombs();
    files.extend(masses());
    files
}

fn bombs() -> Vec<Hostile> {
    vec![
        file("bomb-flate.pdf", Refused("bytes when unpacked"), || {
            pdf(&paper(stream("/Filter/FlateDecode", &zlib_zeros(300)), &[]))
        }),
        file("bomb-in-many-streams.pdf", Refused("bytes when unpacked"), || {
            let zeros = stream("/Filter/FlateDecode", &zlib_zeros(10));
            pdf(&paper(stream("", drawn(WORDS).as_bytes()), &vec![zeros; 40]))
        }),
        file("bomb-under-two-filters.pdf", Anything, || {
            pdf(&paper(stream("/Filter[/FlateDecode/FlateDecode]", &zlib(&zlib_zeros(1000))), &[]))
        })
        .heavy(),
        file("bomb-under-twenty-filters.pdf", Anything, || {
            let packed = (0..19).fold(zlib_zeros(20), |bytes, _| zlib(&bytes));
            pdf(&paper(stream(&format!("/Filter[{}]", "/FlateDecode".repeat(20)), &packed), &[]))
        })
        .heavy(),
        file("bomb-in-hex.pdf", Anything, || {
            let hex: String = zlib_zeros(300).iter().map(|byte| format!("{byte:02x}")).collect();
            pdf(&paper(stream("/Filter[/ASCIIHexDecode/FlateDecode]", hex.as_bytes()), &[]))
        })
        .heavy(),
        file("bomb-of-run-lengths.pdf", Anything, || {
            pdf(&paper(stream("/Filter/RunLengthDecode", &times([129, b' '], 2_000_000)), &[]))
        })
        .heavy(),
        file("bomb-as-picture.pdf", Anything, || {
            let size = "/Type/XObject/Subtype/Image/Width 30000/Height 30000/BitsPerComponent 8/ColorSpace/DeviceRGB";
            let picture = stream(&format!("{size}/Filter/FlateDecode"), &zlib_zeros(300));
            worded("q 500 0 0 500 0 0 cm /X Do Q", &[picture])
        })
        .heavy(),
        file("bomb-predictor.pdf", Anything, || {
            let odd = "/Filter/FlateDecode/DecodeParms<</Predictor 15/Columns 2147483647/Colors 2147483647>>";
            pdf(&paper(stream(odd, &zlib(drawn(WORDS).as_bytes())), &[]))
        })
        .heavy(),
        file("bomb-of-instructions.pdf", Anything, || {
            pdf(&paper(stream("/Filter/FlateDecode", &zlib(&times("q Q 1 0 0 1 0 0 cm ", 2_000_000))), &[]))
        })
        .heavy(),
        file("bomb-of-words.pdf", Anything, || {
            pdf(&paper(stream("/Filter/FlateDecode", &zlib(drawn(WORDS).repeat(100_000).as_bytes())), &[]))
        })
        .heavy(),
    ]
}

fn masses() -> Vec<Hostile> {
    let many = |count: usize| {
        let kids: String = (0..count).map(|n| format!("{} 0 R ", n + 6)).collect();
        let mut objects = paper(stream("", drawn(WORDS).as_bytes()), &vec![PAGE.into(); count]);
        objects[1] = format!("<</Type/Pages/Kids[{kids}]/Count {count}>>").into_bytes();
        pdf(&objects)
    };
    vec![
        file("100000-pages.pdf", Refused("pages"), move || many(100_000)).heavy(),
        file("5001-pages.pdf", Refused("pages"), move || many(5_001)).heavy(),
        file("claims-a-billion-pages.pdf", Anything, || {
            let pages = "<</Type/Pages/Kids[3 0 R]/Count 1000000000>>";
            let words = stream("", drawn(WORDS).as_bytes());
            pdf(&[CATALOG.into(), pages.into(), PAGE.into(), words, FONT.into()])
        })
        .heavy(),
        file("claims-negative-pages.pdf", Anything, || {
            let pages = "<</Type/Pages/Kids[3 0 R]/Count -7>>";
            let words = stream("", drawn(WORDS).as_bytes());
            pdf(&[CATALOG.into(), pages.into(), PAGE.into(), words, FONT.into()])
        })
        .heavy(),
        file("arrays-100000-deep.pdf", Anything, || worded("", &[[times("[", 100_000), times("]", 100_000)].concat()]))
            .heavy(),
        file("arrays-never-closed.pdf", Anything, || worded("", &[times("[", 1_000_000)])).heavy(),
        file("dictionaries-100000-deep.pdf", Anything, || {
            worded("", &[[times("<</A ", 100_000), b"1".to_vec(), times(">>", 100_000)].concat()])
        })
        .heavy(),
        file("array-in-the-content-100000-deep.pdf", Anything, || {
            worded(&format!("{} 1 {} TJ", "[".repeat(100_000), "]".repeat(100_000)), &[])
        })
        .heavy(),
        file("states-never-restored.pdf", Anything, || worded(&"q ".repeat(1_000_000), &[])).heavy(),
        file("brackets-in-a-text.pdf", Anything, || {
            worded(&format!("({}{}) Tj", "(".repeat(500_000), ")".repeat(500_000)), &[])
        })
        .heavy(),
        file("a-name-of-a-megabyte.pdf", Anything, || worded(&format!("/{} gs", "N".repeat(1_000_000)), &[])).heavy(),
        file("a-million-objects.pdf", Anything, || {
            let more: Vec<Vec<u8>> = (0..300_000).map(|n| n.to_string().into_bytes()).collect();
            worded("", &more)
        })
        .heavy(),
        file("words-on-one-point.pdf", Read("Refunds"), || {
            worded(&"BT /F 12 Tf 50 600 Td (again and again and again) Tj ET\n".repeat(200), &[])
        }),
    ]
}
