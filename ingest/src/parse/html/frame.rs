//! An unfinished piece of Markdown: its text so far and the gap before whatever comes next.
//!
//! White space in HTML is a wish, not a character: wishes are collected, the greatest one wins, and none is granted at
//! the beginning or the end. Knows nothing of elements.

use ego_tree::NodeId;

use super::escape::escape_into;

/// What stands between two things, from least to most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Gap {
    None,
    Space,
    Break,
    Line,
    Blank,
}

impl Gap {
    fn as_str(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Space => " ",
            Self::Break => "  \n",
            Self::Line => "\n",
            Self::Blank => "\n\n",
        }
    }
}

/// What a frame's text will become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Root,
    Heading(u8),
    Pre,
    Code,
    Link,
    Quote,
    Item,
    Cell,
    Caption,
}

#[derive(Debug)]
pub(super) struct Frame {
    pub(super) owner: NodeId,
    pub(super) piece: Piece,
    pub(super) text: String,
    pub(super) gap: Gap,
    /// A space at the very beginning stands before the piece, not in it: `a<a> b</a>`.
    gap_before: Gap,
}

impl Frame {
    pub(super) fn new(owner: NodeId, piece: Piece) -> Self {
        Self { owner, piece, text: String::new(), gap: Gap::None, gap_before: Gap::None }
    }

    /// Whether text goes in as it stands.
    pub(super) fn is_verbatim(&self) -> bool {
        matches!(self.piece, Piece::Pre | Piece::Code)
    }

    /// Ask for a gap.
    pub(super) fn part(&mut self, gap: Gap) {
        self.gap = self.gap.max(gap);
    }

    /// Add Markdown after the gap.
    pub(super) fn push(&mut self, markdown: &str) {
        if !self.text.is_empty() {
            self.text.push_str(self.gap.as_str());
        }
        self.gap = Gap::None;
        self.text.push_str(markdown);
    }

    /// Add Markdown that stands by itself.
    pub(super) fn block(&mut self, markdown: &str) {
        self.part(Gap::Blank);
        if !markdown.is_empty() {
            self.push(markdown);
            self.part(Gap::Blank);
        }
    }

    /// Add a piece within the line, made from this frame, between the gaps that the frame began and ended with.
    pub(super) fn inline(&mut self, frame: &Frame, markdown: &str) {
        self.part(frame.gap_before);
        if !markdown.is_empty() {
            self.push(markdown);
        }
        self.part(frame.gap);
    }

    /// Add text of the page: white space becomes gaps, and what Markdown would misread is escaped.
    pub(super) fn text(&mut self, text: &str) {
        let (starts_open, ends_open) = (!text.starts_with(is_space), !text.ends_with(is_space));
        if !starts_open {
            self.part(Gap::Space);
        }
        if self.text.is_empty() {
            self.gap_before = self.gap_before.max(self.gap.min(Gap::Space));
        }
        if self.is_verbatim() {
            self.gap = if ends_open { Gap::None } else { Gap::Space };
            return self.text.push_str(text);
        }
        let mut words = text.split_ascii_whitespace().peekable();
        while let Some(word) = words.next() {
            let is_line_start = self.text.is_empty() || self.gap >= Gap::Break;
            self.push("");
            escape_into(&mut self.text, word, is_line_start, words.peek().is_none() && ends_open);
            if words.peek().is_some() || !ends_open {
                self.part(Gap::Space);
            }
        }
    }
}

fn is_space(c: char) -> bool {
    c.is_ascii_whitespace()
}
