//! What points to a person, in answers: shown, or masked where the operator wants it so.
//!
//! A model's words are masked for everybody. A quote is evidence: whoever signed in gets it to the letter, because they
//! check an answer by it and may open its document anyway. Whoever reads as a visitor gets it masked; it keeps its place in
//! the document, to the byte, so that it can still be checked by somebody who may see what stands there. What is searched
//! for, and what a model is given, is not masked.

use prompts::mask;
use retrieval::access::{AccessTier, Origin, Principal, Reach};

use super::{Citation, Source};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Masking {
    pub words: bool,
    pub quotes: bool,
}

impl Masking {
    /// For this reader, where the operator wants any.
    pub fn of(is_wanted: bool, principal: &Principal) -> Self {
        Self { words: is_wanted, quotes: is_wanted && reads_as_visitor(principal) }
    }

    pub fn quoted(self, text: String) -> String {
        if self.quotes { mask::masked(&text) } else { text }
    }

    pub fn citation(self, citation: Citation) -> Citation {
        Citation {
            title: self.quoted(citation.title),
            heading: self.quoted(citation.heading),
            quote: self.quoted(citation.quote),
            passage: self.quoted(citation.passage),
            ..citation
        }
    }

    pub fn source(self, source: Source) -> Source {
        Source { title: self.quoted(source.title), heading: self.quoted(source.heading), ..source }
    }
}

/// Also whoever looks through a visitor's eyes: they look to see what a visitor is shown.
fn reads_as_visitor(principal: &Principal) -> bool {
    let is_visitor = matches!(principal.origin(), Origin::Anonymous | Origin::Guest(_));
    let sees_as_one = || match principal.clearance() {
        Ok(clearance) => match clearance.reach() {
            Reach::UpTo(label) => label.tier == AccessTier::Public && label.groups.is_empty(),
            Reach::Everything => false,
        },
        Err(_) => true,
    };
    is_visitor || (principal.is_simulated() && sees_as_one())
}
