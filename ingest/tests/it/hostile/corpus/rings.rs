//! PDF files that turn in circles: pages, forms, fonts and colours that contain themselves, or each other, or too often.

use super::Expected::{Anything, Read};
use super::papers::{CATALOG, FONT, PAGE, PAGES, WORDS, drawn, paper, pdf, stream, worded};
use super::pdf::{with_page, with_pages, words};
use super::{Hostile, file};

pub(super) fn files() -> Vec<Hostile> {
    let form = |resources: &str, content: &str| {
        stream(&format!("/Type/XObject/Subtype/Form/BBox[0 0 600 800]{resources}"), content.as_bytes())
    };
    vec![
        file("kids-are-their-parents.pdf", Anything, || with_pages("<</Type/Pages/Kids[2 0 R]/Count 1>>")).heavy(),
        file("kids-in-a-ring.pdf", Anything, || {
            let ring =
                |next: usize| format!("<</Type/Pages/Parent 2 0 R/Kids[{next} 0 R 3 0 R]/Count 9>>").into_bytes();
            pdf(&[CATALOG.into(), ring(6), PAGE.into(), words(), FONT.into(), ring(7), ring(2)])
        })
        .heavy(),
        file("kids-that-double.pdf", Anything, || {
            let mut objects = paper(words(), &[]);
            objects[1] = b"<</Type/Pages/Kids[6 0 R 6 0 R]/Count 2>>".to_vec();
            objects.extend((7..40).map(|n| format!("<</Type/Pages/Kids[{n} 0 R {n} 0 R]/Count 2>>").into_bytes()));
            objects.push(PAGE.into());
            pdf(&objects)
        })
        .heavy(),
        file("a-page-is-its-own-parent.pdf", Anything, || {
            with_page("<</Type/Page/Parent 3 0 R/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>")
        })
        .heavy(),
        file("parents-in-a-ring.pdf", Anything, || {
            let pages = |parent: usize| format!("<</Type/Pages/Kids[3 0 R]/Count 1/Parent {parent} 0 R>>").into_bytes();
            pdf(&[CATALOG.into(), pages(6), PAGE.into(), words(), FONT.into(), pages(2)])
        })
        .heavy(),
        file("catalog-is-its-pages.pdf", Anything, || pdf(&[b"<</Type/Catalog/Pages 1 0 R/Kids[1 0 R]>>".to_vec()]))
            .heavy(),
        file("content-is-itself.pdf", Anything, || pdf(&paper(b"4 0 R".to_vec(), &[]))).heavy(),
        file("content-in-a-ring.pdf", Anything, || pdf(&paper(b"[4 0 R 4 0 R]".to_vec(), &[]))).heavy(),
        file("form-draws-itself.pdf", Read("Refunds"), move || {
            worded("/X Do", &[form("/Resources<</XObject<</X 6 0 R>>>>", "/X Do /X Do")])
        })
        .heavy(),
        file("form-without-resources-draws-itself.pdf", Read("Refunds"), move || worded("/X Do", &[form("", "/X Do")]))
            .heavy(),
        file("forms-in-a-ring.pdf", Read("Refunds"), move || {
            let to = |n: usize| form(&format!("/Resources<</XObject<</X {n} 0 R>>>>"), "/X Do /X Do");
            worded("/X Do", &[to(7), to(8), to(6)])
        })
        .heavy(),
        file("forms-that-double.pdf", Anything, move || {
            let to = |n: usize| form(&format!("/Resources<</XObject<</X {n} 0 R>>/Font<</F 5 0 R>>>>"), "/X Do /X Do");
            let last = form("/Resources<</Font<</F 5 0 R>>>>", &drawn("laugh"));
            worded("/X Do", &[(7..37).map(to).collect(), vec![last]].concat())
        })
        .heavy(),
        file("forms-that-double-in-vain.pdf", Anything, move || {
            let to = |n: usize| form(&format!("/Resources<</XObject<</X {n} 0 R>>>>"), "/X Do /X Do");
            worded("/X Do", &(7..40).map(to).collect::<Vec<_>>())
        })
        .heavy(),
        file("font-of-itself.pdf", Anything, || {
            with_font("<</Type/Font/Subtype/Type0/BaseFont/F/Encoding/Identity-H/DescendantFonts[5 0 R]>>", &[])
        })
        .heavy(),
        file("font-drawn-with-itself.pdf", Anything, || {
            let font = "<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix[1 0 0 1 0 0]/FirstChar 0/LastChar 255\
                        /CharProcs<</a 6 0 R>>/Encoding<</Differences[65/a/a/a/a]>>/Resources<</Font<</F 5 0 R>>>>>>";
            with_font(font, &[stream("", drawn("AAAA").as_bytes())])
        })
        .heavy(),
        file("cmap-uses-itself.pdf", Anything, || {
            let font = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>";
            with_font(font, &[stream("/Type/CMap/UseCMap 6 0 R", b"begincmap /X usecmap endcmap")])
        })
        .heavy(),
        file("cmap-of-four-billion.pdf", Anything, || {
            let font = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>";
            let map = "begincmap 1 begincodespacerange <00000000><ffffffff> endcodespacerange\n\
                       1 beginbfrange <00000000><ffffffff><00000000> endbfrange endcmap";
            with_font(font, &[stream("", map.as_bytes())])
        })
        .heavy(),
        file("font-of-two-billion-widths.pdf", Anything, || {
            with_font(
                "<</Type/Font/Subtype/Type1/BaseFont/F/FirstChar -2147483648/LastChar 2147483647/Widths[1]>>",
                &[],
            )
        })
        .heavy(),
        file("colours-of-themselves.pdf", Anything, || {
            let page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R\
                        /Resources<</Font<</F 5 0 R>>/ColorSpace<</C 6 0 R>>>>>>";
            let content = stream("", format!("/C cs 1 sc {}", drawn(WORDS)).as_bytes());
            pdf(&[CATALOG.into(), PAGES.into(), page.into(), content, FONT.into(), b"[/Indexed 6 0 R 1 <00>]".to_vec()])
        })
        .heavy(),
        file("length-of-itself.pdf", Anything, || {
            pdf(&paper([b"<</Length 4 0 R>>\nstream\n", drawn(WORDS).as_bytes(), b"\nendstream"].concat(), &[]))
        })
        .heavy(),
        file("outlines-in-a-ring.pdf", Read("Refunds"), || {
            let catalog = "<</Type/Catalog/Pages 2 0 R/Outlines 6 0 R>>";
            let outline = b"<</Title(x)/First 6 0 R/Last 6 0 R/Next 6 0 R/Parent 6 0 R/Count 9>>".to_vec();
            pdf(&[catalog.into(), PAGES.into(), PAGE.into(), words(), FONT.into(), outline])
        }),
        file("names-in-a-ring.pdf", Read("Refunds"), || {
            let catalog = "<</Type/Catalog/Pages 2 0 R/Names<</Dests 6 0 R>>>>";
            let names = b"<</Kids[6 0 R 6 0 R]/Limits[(a)(z)]>>".to_vec();
            pdf(&[catalog.into(), PAGES.into(), PAGE.into(), words(), FONT.into(), names])
        }),
    ]
}

fn with_font(font: &str, more: &[Vec<u8>]) -> Vec<u8> {
    let mut objects = vec![CATALOG.into(), PAGES.into(), PAGE.into(), words(), font.into()];
    objects.extend_from_slice(more);
    pdf(&objects)
}
