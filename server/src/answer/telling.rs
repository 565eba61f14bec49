//! What is told of an answer while it is worked out, to whoever listens.

use std::ops::Range;
use std::time::Instant;

use prompts::cite::Standing;
use retrieval::model::{DocumentId, Passage};
use tokio_util::sync::CancellationToken;

use super::Citation;

/// In this order: the sources once, then words and what was checked of them. What it came to is the answer itself, which
/// may say something else than the words that were told: it counts.
#[derive(Clone, PartialEq, Debug)]
pub enum Event {
    Sources { asked_as: Option<String>, sources: Vec<Source> },
    Words(String),
    Checked(Checked),
}

/// A sentence that was told, and what bears it out.
#[derive(Clone, PartialEq, Debug)]
pub struct Checked {
    /// Within all the words that were told.
    pub range: Range<usize>,
    pub standing: Standing,
    pub citations: Vec<Citation>,
}

/// A passage that an answer may rest on.
#[derive(Clone, PartialEq, Debug)]
pub struct Source {
    pub document: DocumentId,
    pub title: String,
    pub origin: String,
    pub page: Option<u32>,
    pub heading: String,
    pub dated: Option<String>,
}

/// Tells somebody, and knows when they have heard enough.
pub struct Teller {
    enough: CancellationToken,
    hear: Box<dyn FnMut(Event) + Send>,
    first_word: Option<Instant>,
}

impl Teller {
    pub fn new(enough: CancellationToken, hear: impl FnMut(Event) + Send + 'static) -> Self {
        Self { enough, hear: Box::new(hear), first_word: None }
    }

    /// For whoever takes the answer in one piece.
    pub fn to_nobody(enough: CancellationToken) -> Self {
        Self::new(enough, |_| {})
    }

    pub fn say(&mut self, event: Event) {
        if matches!(event, Event::Words(_)) {
            self.first_word.get_or_insert_with(Instant::now);
        }
        (self.hear)(event);
    }

    /// Whether words of the answer were told. They cannot be taken back, only replaced by the answer itself.
    pub fn has_spoken(&self) -> bool {
        self.first_word.is_some()
    }

    /// When the first of them were.
    pub fn first_word(&self) -> Option<Instant> {
        self.first_word
    }

    /// Cancelled when nobody listens any more, or whoever does has heard enough.
    pub fn enough(&self) -> CancellationToken {
        self.enough.clone()
    }
}

impl From<&Passage> for Source {
    fn from(passage: &Passage) -> Self {
        let Passage { document, title, origin, page, heading, dated, .. } = passage;
        Self {
            document: *document,
            title: title.clone(),
            origin: origin.clone(),
            page: *page,
            heading: heading.clone(),
            dated: dated.clone(),
        }
    }
}
