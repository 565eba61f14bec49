//! Mending cuts: what leads in stays with what it leads to.
//!
//! The splitter fills chunks from the front, so a heading before a long list, a fence before long code or the head of a
//! long table can end up alone. Here the two chunks around such a cut become one, or, where that would be too large,
//! are cut anew near their middle. Knows sizes only through the marks.

use std::ops::Range;

use super::outline::Outline;
use super::ruler::Marks;
use super::{first_word, settled};

/// What a text looks like to the one who mends its cuts.
pub(super) struct Mender<'a> {
    pub(super) text: &'a str,
    /// Its line ends are the places between blocks, items, rows and lines of code.
    pub(super) shadow: &'a str,
    pub(super) outline: &'a Outline,
    pub(super) marks: &'a Marks,
    pub(super) max_tokens: usize,
}

impl Mender<'_> {
    pub(super) fn mend(&self, spans: Vec<Range<usize>>) -> Vec<Range<usize>> {
        let mut mended: Vec<Range<usize>> = Vec::with_capacity(spans.len());
        for span in spans {
            match mended.last().map(|last| last.start..span.end).filter(|_| self.parts_a_lead_in(&span)) {
                Some(both) => {
                    let last = mended.pop();
                    let pieces = self.rejoined(both).unwrap_or_else(|| last.into_iter().chain([span]).collect());
                    mended.extend(pieces);
                }
                None => mended.push(span),
            }
        }
        mended
    }

    /// Whether what stands at the start of a span belongs to what is before it.
    fn parts_a_lead_in(&self, span: &Range<usize>) -> bool {
        self.outline.is_led_in(first_word(self.text, span))
    }

    /// The two as one span, or as two that are cut better; `None` where there is no better place.
    fn rejoined(&self, both: Range<usize>) -> Option<Vec<Range<usize>>> {
        if self.marks.within(both.clone()) <= self.max_tokens {
            return Some(vec![both]);
        }
        let cut = self.places(&both).min_by_key(|cut| self.badness(&both, *cut))?;
        let pieces = [both.start..cut, cut..both.end];
        Some(pieces.into_iter().filter_map(|piece| settled(self.text, piece)).collect())
    }

    /// The lines and sentences before which a span may be cut in two that fit.
    fn places(&self, both: &Range<usize>) -> impl Iterator<Item = usize> {
        let (start, end) = (both.start, both.end);
        let pairs = self.shadow.as_bytes()[start..end].windows(2).zip(start + 1..);
        let ends = pairs.filter(|(pair, at)| match pair {
            [b'\n', _] => true,
            [b'.' | b'?' | b'!', b' '] => !self.is_in_row(*at),
            _ => false,
        });
        ends.map(|(_, at)| at).filter(move |cut| {
            let sizes = [self.marks.within(start..*cut), self.marks.within(*cut..end)];
            sizes.iter().all(|size| (1..=self.max_tokens).contains(size)) && !self.parts_a_lead_in(&(*cut..end))
        })
    }

    /// A row of a table is one fact, however many sentences it has.
    fn is_in_row(&self, place: usize) -> bool {
        self.shadow[..place].rsplit('\n').next().is_some_and(|line| line.trim_start().starts_with('|'))
    }

    /// The middle is best; between blocks a good deal off it, between lines a little.
    fn badness(&self, both: &Range<usize>, cut: usize) -> usize {
        let off = self.marks.within(both.start..cut).abs_diff(self.marks.within(cut..both.end));
        let (before, after) = self.shadow.as_bytes().split_at(cut);
        if before.ends_with(b"\n\n") || after.starts_with(b"\n") {
            off
        } else if before.ends_with(b"\n") {
            off + self.max_tokens / 4
        } else {
            off + self.max_tokens / 2
        }
    }
}
