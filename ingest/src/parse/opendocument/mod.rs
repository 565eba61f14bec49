//! OpenDocument: texts, presentations and sheets, as LibreOffice and others write them.
//!
//! All three keep their content in one XML file; text and presentations share one walk, sheets have another. Notes
//! follow the paragraph that refers to them. Deleted text, comments and tables of contents are not text; what is hidden
//! is left out and counted. Drawings and formulas are not read, and nothing outside the file is fetched.

mod meta;
mod sheets;
mod styles;
mod text;

use self::styles::Styles;
use super::xml::{Node, Step, walk};
use super::zipped::Zipped;
use super::{ParseError, Parsed};

pub(super) fn parse(bytes: &[u8]) -> Result<Parsed, ParseError> {
    let mut archive = Zipped::open(bytes)?;
    if is_encrypted(&mut archive) {
        return Err(ParseError::Protected);
    }
    let missing = || ParseError::Damaged("the content is missing".to_owned());
    let content = archive.read_xml("content.xml")?.ok_or_else(missing)?;
    let named = archive.read_xml("styles.xml").ok().flatten().unwrap_or_default();
    let mut styles = Styles::default();
    styles.read(&named)?;
    styles.read(&content)?;
    let mut parsed = match body(&content)? {
        Body::Sheets => sheets::parse(&content, &styles)?,
        Body::Slides => text::parse_slides(&content, &styles)?,
        Body::Text => text::parse(&content, &styles)?,
    };
    if parsed.markdown.is_empty() && parsed.pages.iter().all(|page| page.text.is_empty()) {
        parsed.problems.push("the document shows no text".to_owned());
    }
    meta::describe(&mut archive, &mut parsed);
    Ok(parsed)
}

enum Body {
    Text,
    Slides,
    Sheets,
}

fn body(content: &str) -> Result<Body, ParseError> {
    let mut body = Body::Text;
    walk(content, &mut |node| {
        let Node::Open(tag) = node else { return Step::On };
        match tag.name() {
            "automatic-styles" | "font-face-decls" | "scripts" => return Step::Over,
            "spreadsheet" => body = Body::Sheets,
            "presentation" => body = Body::Slides,
            "text" | "drawing" => {}
            _ => return Step::On,
        }
        Step::Stop
    })?;
    Ok(body)
}

/// Encrypted files are listed with how they were encrypted.
fn is_encrypted(archive: &mut Zipped) -> bool {
    let Ok(Some(manifest)) = archive.read_xml("META-INF/manifest.xml") else { return false };
    let mut is_encrypted = false;
    let _ = walk(&manifest, &mut |node| match node {
        Node::Open(tag) if tag.name() == "encryption-data" => {
            is_encrypted = true;
            Step::Stop
        }
        _ => Step::On,
    });
    is_encrypted
}

#[cfg(test)]
mod tests {
    use super::super::zipped::tests::archive;
    use super::*;

    #[test]
    fn passwords_and_damage_are_told() {
        let manifest = b"<manifest:manifest><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>";
        let bytes = archive(&[("content.xml", b"noise"), ("META-INF/manifest.xml", manifest)]);
        assert_eq!(parse(&bytes), Err(ParseError::Protected));
        assert!(matches!(parse(&archive(&[("mimetype", b"x")])), Err(ParseError::Damaged(_))));
    }
}
