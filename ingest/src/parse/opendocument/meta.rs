//! What an OpenDocument file says of itself: title, author, language, dates.

use super::super::Parsed;
use super::super::office::Stated;
use super::super::xml::{Node, Step, walk};
use super::super::zipped::Zipped;

/// Put what is stated into what was read. What cannot be read is not stated.
pub(super) fn describe(archive: &mut Zipped, parsed: &mut Parsed) {
    let Ok(Some(xml)) = archive.read_xml("meta.xml") else { return };
    let mut name = String::new();
    let mut stated = Stated::default();
    let mut last_author = String::new();
    let _ = walk(&xml, &mut |node| {
        match node {
            Node::Open(tag) => tag.name().clone_into(&mut name),
            Node::Close(_) => name.clear(),
            Node::Text(text) => match name.as_str() {
                "title" => stated.title.push_str(text),
                "initial-creator" => stated.author.push_str(text),
                "creator" => last_author.push_str(text),
                "date" => stated.modified.push_str(text),
                "creation-date" => stated.created.push_str(text),
                "language" => stated.language.push_str(text),
                _ => {}
            },
        }
        Step::On
    });
    if stated.author.trim().is_empty() {
        stated.author = last_author;
    }
    stated.put_into(parsed);
}
