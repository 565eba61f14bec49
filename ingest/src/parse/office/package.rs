//! What an Office file says of itself: title, author, language, dates.
//!
//! The title that a template or a program left behind names no document; then the first heading does, which the readers
//! of the formats have already put there.

use super::super::Parsed;
use super::super::xml::{Node, Step, walk};
use super::super::zipped::Zipped;

/// Put what is stated into what was read. Properties that cannot be read are none.
pub(super) fn describe(archive: &mut Zipped, parsed: &mut Parsed) {
    let Ok(Some(xml)) = archive.read_xml("docProps/core.xml") else { return };
    let mut stated = Stated::default();
    let mut name = String::new();
    let _ = walk(&xml, &mut |node| {
        match node {
            Node::Open(tag) => tag.name().clone_into(&mut name),
            Node::Close(_) => name.clear(),
            Node::Text(text) => stated.read(&name, text),
        }
        Step::On
    });
    stated.put_into(parsed);
}

/// Properties as they stand in a file; OpenDocument has the same ones.
#[derive(Debug, Default)]
pub(in super::super) struct Stated {
    pub(in super::super) title: String,
    pub(in super::super) author: String,
    pub(in super::super) language: String,
    pub(in super::super) created: String,
    pub(in super::super) modified: String,
}

impl Stated {
    fn read(&mut self, name: &str, text: &str) {
        match name {
            "title" => self.title.push_str(text),
            "creator" => self.author.push_str(text),
            "language" => self.language.push_str(text),
            "created" => self.created.push_str(text),
            "modified" => self.modified.push_str(text),
            _ => {}
        }
    }

    pub(in super::super) fn put_into(self, parsed: &mut Parsed) {
        let filled = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        if let Some(title) = filled(self.title).filter(|title| is_meant(title)) {
            parsed.title = Some(title);
        }
        parsed.author =
            filled(self.author).filter(|author| !matches!(author.as_str(), "python-docx" | "python-pptx" | "openpyxl"));
        parsed.language = filled(self.language).or(parsed.language.take());
        let is_date = |date: &String| date.len() >= 10 && date.bytes().take(4).all(|b| b.is_ascii_digit());
        parsed.dated = filled(self.modified).filter(is_date).or_else(|| filled(self.created).filter(is_date));
    }
}

/// Whether somebody wrote this title for this document.
fn is_meant(title: &str) -> bool {
    let lower = title.to_lowercase();
    let is_a_file =
        [".doc", ".docx", ".dot", ".dotx", ".ppt", ".pptx", ".xls", ".xlsx"].iter().any(|end| lower.ends_with(end));
    let is_a_default = [
        "powerpoint presentation",
        "presentation",
        "powerpoint-präsentation",
        "présentation powerpoint",
        "untitled",
        "slide 1",
        "folie 1",
        "word document",
    ]
    .contains(&lower.as_str());
    !is_a_file && !is_a_default && title.contains(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_no_titles() {
        let check = |title, expected| assert_eq!(is_meant(title), expected, "{title}");
        check("Refund policy", true);
        check("Microsoft Word - refunds.docx", false);
        check("PowerPoint Presentation", false);
        check("--", false);
    }
}
