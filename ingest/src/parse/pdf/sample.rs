//! Small PDF files, written by code, for the tests of this folder.

use std::fmt::Write as _;
use std::io::Write as _;

/// A file under construction: its objects, from number 1 on.
pub(super) struct Sample {
    objects: Vec<Vec<u8>>,
    trailer: String,
}

const CATALOG: &str = "<< /Type /Catalog /Pages 2 0 R >>";
const FONTS: &str = "<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>";
/// Objects before those of the pages: catalog, tree of pages, font.
const FIRST_PAGE: usize = 4;

impl Sample {
    /// A page for each content stream, in a font whose letters are 0.6 of its size wide.
    pub(super) fn of_pages(contents: &[String]) -> Self {
        let kids: String = (0..contents.len()).map(|page| format!("{} 0 R ", FIRST_PAGE + 2 * page)).collect();
        let tree = format!("<< /Type /Pages /Kids [ {kids}] /Count {} >>", contents.len());
        let mut sample = Self { objects: Vec::new(), trailer: String::new() };
        sample.object(CATALOG).object(&tree).object(FONTS);
        for (page, content) in contents.iter().enumerate() {
            let stream = FIRST_PAGE + 2 * page + 1;
            sample.object(&format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {stream} 0 R \
                 /Resources << /Font << /F1 3 0 R >> >> >>"
            ));
            sample.stream("", content.as_bytes());
        }
        sample
    }

    pub(super) fn object(&mut self, object: &str) -> &mut Self {
        self.objects.push(object.as_bytes().to_vec());
        self
    }

    pub(super) fn stream(&mut self, entries: &str, data: &[u8]) -> &mut Self {
        let mut object = format!("<< {entries} /Length {} >>\nstream\n", data.len()).into_bytes();
        object.extend(data);
        object.extend(b"\nendstream");
        self.objects.push(object);
        self
    }

    /// Replace an object, by its number.
    pub(super) fn replace(&mut self, number: usize, object: &str) -> &mut Self {
        self.objects[number - 1] = object.as_bytes().to_vec();
        self
    }

    /// More entries for the trailer.
    pub(super) fn trailer(&mut self, entries: &str) -> &mut Self {
        self.trailer.push_str(entries);
        self
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = b"%PDF-1.4\n".to_vec();
        let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", self.objects.len() + 1);
        for (index, object) in self.objects.iter().enumerate() {
            writeln!(table, "{:010} 00000 n ", bytes.len()).unwrap();
            writeln!(bytes, "{} 0 obj", index + 1).unwrap();
            bytes.extend(object);
            bytes.extend(b"\nendobj\n");
        }
        let start = bytes.len();
        let count = self.objects.len() + 1;
        write!(bytes, "{table}trailer\n<< /Size {count} /Root 1 0 R {} >>\nstartxref\n{start}\n%%EOF\n", self.trailer)
            .unwrap();
        bytes
    }
}

/// A content stream that writes lines of 10 points from the top, an empty one for each empty string.
pub(super) fn lines(lines: &[&str]) -> String {
    block(lines, 72, 770, 10)
}

/// The same at a place and in a size.
pub(super) fn block(lines: &[&str], left: u32, top: u32, size: u32) -> String {
    let mut content = format!("BT /F1 {size} Tf {} TL {left} {top} Td\n", size + 2);
    for line in lines {
        let text = line.replace('\\', "\\\\").replace('(', "\\(").replace(')', "\\)");
        writeln!(content, "({text}) Tj T*").unwrap();
    }
    content + "ET\n"
}

/// Packed as streams are.
pub(super) fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
