//! What the owner of a source says of its pages: CSS selectors of what to keep and what to drop.
//!
//! A selector that cannot be read, or a page that has nothing of what is to be kept, is a problem and not an error.

use std::collections::HashSet;

use ego_tree::NodeId;
use scraper::{ElementRef, Html, Selector};

use super::super::PageRules;
use super::tree::has_words;
use super::visible::{View, is_shown};

/// The selectors that can be used.
#[derive(Debug, Default)]
pub(super) struct Rules {
    keep: Vec<Selector>,
    drop: Vec<Selector>,
}

impl Rules {
    pub(super) fn read(rules: &PageRules, problems: &mut Vec<String>) -> Self {
        let mut read = |selectors: &[String]| {
            let mut good = Vec::new();
            for selector in selectors {
                match Selector::parse(selector) {
                    Ok(selector) => good.push(selector),
                    Err(_) => problems.push(format!("not a CSS selector, left out: {selector}")),
                }
            }
            good
        };
        Self { keep: read(&rules.keep), drop: read(&rules.drop) }
    }

    pub(super) fn keeps_some(&self) -> bool {
        !self.keep.is_empty()
    }

    pub(super) fn dropped(&self, page: &Html) -> HashSet<NodeId> {
        self.drop.iter().flat_map(|selector| page.select(selector)).map(|element| element.id()).collect()
    }

    /// The outermost elements that are to be kept, in the order of the page; those that say nothing do not count.
    pub(super) fn kept<'a>(&self, page: &'a Html, view: &View) -> Vec<ElementRef<'a>> {
        if self.keep.is_empty() {
            return Vec::new();
        }
        let named: HashSet<NodeId> = self.keep.iter().flat_map(|s| page.select(s)).map(|e| e.id()).collect();
        let elements = page.root_element().descendants().filter_map(ElementRef::wrap);
        let outermost = elements.filter(|e| named.contains(&e.id()) && !e.ancestors().any(|a| named.contains(&a.id())));
        outermost.filter(|e| !view.dropped.contains(&e.id()) && is_shown(*e) && has_words(*e)).collect()
    }
}
