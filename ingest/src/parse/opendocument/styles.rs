//! Styles of OpenDocument: what is hidden, what is a title, which lists count.
//!
//! A style has a parent; the chain is followed a few steps, for it may be a circle. Knows nothing of the content.

use std::collections::HashMap;

use super::super::ParseError;
use super::super::xml::{Node, Step, Tag, walk};

/// Longer chains are circles.
const LONGEST_CHAIN: usize = 20;

#[derive(Debug, Default)]
pub(super) struct Styles {
    styles: HashMap<String, Style>,
    /// Lists whose first level counts.
    counting: HashMap<String, bool>,
}

#[derive(Debug, Default)]
struct Style {
    parent: Option<String>,
    is_hidden: bool,
}

impl Styles {
    /// Add the styles of one file.
    pub(super) fn read(&mut self, xml: &str) -> Result<(), ParseError> {
        let mut current: Option<(String, Style)> = None;
        let mut list: Option<String> = None;
        walk(xml, &mut |node| {
            match node {
                Node::Open(tag) => match tag.name() {
                    "body" => return Step::Stop,
                    "style" => current = named(tag),
                    "list-style" => list = tag.attr("style:name"),
                    name @ ("list-level-style-number" | "list-level-style-bullet" | "list-level-style-image") => {
                        let counts = name.ends_with("number") && tag.attr("num-format").is_some_and(|f| !f.is_empty());
                        if let Some(list) = &list {
                            self.counting.entry(list.clone()).or_insert(counts);
                        }
                    }
                    _ => current.iter_mut().for_each(|(_, style)| style.is_hidden |= hides(tag)),
                },
                Node::Close("style") => self.styles.extend(current.take()),
                Node::Close("list-style") => list = None,
                _ => {}
            }
            Step::On
        })?;
        Ok(())
    }

    pub(super) fn is_hidden(&self, name: &str) -> bool {
        self.chain(name).any(|(_, style)| style.is_hidden)
    }

    /// Whether paragraphs of a style are the title of the document.
    pub(super) fn is_title(&self, name: &str) -> bool {
        name == "Title" || self.chain(name).any(|(_, style)| style.parent.as_deref() == Some("Title"))
    }

    pub(super) fn counts(&self, list: &str) -> bool {
        self.counting.get(list).copied().unwrap_or(false)
    }

    fn chain<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (&'a str, &'a Style)> {
        let get = |name: &'a str| self.styles.get(name).map(|style| (name, style));
        std::iter::successors(get(name), move |(_, style)| style.parent.as_deref().and_then(get)).take(LONGEST_CHAIN)
    }
}

fn named(tag: &Tag) -> Option<(String, Style)> {
    let style = Style { parent: tag.attr("parent-style-name"), is_hidden: false };
    Some((tag.attr("style:name")?, style))
}

/// Whether the properties of a style hide what has it: texts, sheets, slides.
fn hides(tag: &Tag) -> bool {
    match tag.name() {
        "text-properties" => tag.attr("display").as_deref() == Some("none"),
        "table-properties" => tag.attr("display").as_deref() == Some("false"),
        "drawing-page-properties" => tag.attr("visibility").as_deref() == Some("hidden"),
        _ => false,
    }
}
