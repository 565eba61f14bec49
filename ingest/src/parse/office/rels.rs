//! Relationships: which part of an Office file another part means by an id.
//!
//! A relationship may lead out of the file, as links do; it is kept as an address to show and never followed. Knows
//! nothing of what the parts hold.

use std::collections::HashMap;

use super::super::ParseError;
use super::super::xml::{Node, Step, walk};
use super::super::zipped::Zipped;

/// More would be an attack on memory.
const MOST_RELS: usize = 100_000;

/// The relationships of one part, by id.
#[derive(Debug, Default)]
pub(super) struct Rels(HashMap<String, Rel>);

#[derive(Debug)]
struct Rel {
    /// The last word of the type: `hyperlink`, `slide`, `notesSlide`.
    sort: String,
    /// The name of a part, or an address outside.
    target: String,
    is_outside: bool,
}

impl Rels {
    /// Those of a part; none if it has none or they are broken.
    pub(super) fn of(archive: &mut Zipped, part: &str) -> Self {
        let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
        let name = format!("{folder}/_rels/{file}.rels");
        let mut rels = HashMap::new();
        let Ok(Some(xml)) = archive.read_xml(&name) else { return Self::default() };
        // A relationship that could not be read is one that is not there.
        let _ = walk(&xml, &mut |node| {
            if let Node::Open(tag) = node
                && tag.name() == "Relationship"
                && let (Some(id), Some(target)) = (tag.attr("Id"), tag.attr("Target"))
            {
                let is_outside = tag.attr("TargetMode").as_deref() == Some("External");
                let sort = tag.attr("Type").unwrap_or_default();
                let sort = sort.rsplit('/').next().unwrap_or_default().to_owned();
                let target = if is_outside { target } else { resolved(folder, &target) };
                rels.insert(id, Rel { sort, target, is_outside });
            }
            if rels.len() < MOST_RELS { Step::On } else { Step::Stop }
        });
        Self(rels)
    }

    /// The part that an id means.
    pub(super) fn part(&self, id: &str) -> Option<&str> {
        self.0.get(id).filter(|rel| !rel.is_outside).map(|rel| rel.target.as_str())
    }

    /// The address outside that an id means.
    pub(super) fn address(&self, id: &str) -> Option<&str> {
        self.0.get(id).filter(|rel| rel.is_outside).map(|rel| rel.target.as_str())
    }

    /// The parts of a sort, in the order of their names.
    pub(super) fn parts(&self, sort: &str) -> Vec<String> {
        let found = self.0.values().filter(|rel| !rel.is_outside && rel.sort == sort);
        let mut found: Vec<String> = found.map(|rel| rel.target.clone()).collect();
        found.sort_unstable();
        found
    }
}

/// The part that the file is about.
pub(super) fn main_part(archive: &mut Zipped) -> Result<String, ParseError> {
    let named = Rels::of(archive, "").parts("officeDocument").into_iter().next();
    let usual = ["word/document.xml", "ppt/presentation.xml", "xl/workbook.xml"];
    named
        .filter(|name| archive.has(name))
        .or_else(|| usual.into_iter().find(|name| archive.has(name)).map(str::to_owned))
        .ok_or_else(|| ParseError::Damaged("the main part is missing".to_owned()))
}

/// A target as seen from a folder.
fn resolved(folder: &str, target: &str) -> String {
    let mut parts: Vec<&str> = match target.starts_with('/') {
        true => Vec::new(),
        false => folder.split('/').filter(|part| !part.is_empty()).collect(),
    };
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_seen_from_their_folder() {
        assert_eq!(resolved("ppt/slides", "../notesSlides/n1.xml"), "ppt/notesSlides/n1.xml");
        assert_eq!(resolved("xl", "/xl/a.xml"), "xl/a.xml");
        assert_eq!(resolved("", "../../../etc/passwd"), "etc/passwd");
    }
}
