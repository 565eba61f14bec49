//! Measuring text in tokens: a text is tokenised once, and every later question is a look into the list of marks.
//!
//! Whoever cuts asks for the size of hundreds of overlapping pieces; tokenising each took most of the time of
//! ingestion. A piece has as many tokens as begin in it, which is exact wherever a cut falls between words. Knows
//! nothing of Markdown.

use std::ops::Range;

use tokenizers::Tokenizer;

/// Tokenizers hold some hundred bytes per token while they work, so a long text is given to them in pieces.
const PIECE_BYTES: usize = 32 * 1024;
/// Where no token begins for this long (a picture in base64 is one unknown word), a mark is set at every step.
const LONGEST_STRETCH_BYTES: usize = 48;
const STEP_BYTES: usize = 16;

pub(super) enum Ruler {
    Tokens(Box<Tokenizer>),
    Characters,
}

impl Ruler {
    /// The tokenizer as it comes cuts and pads to the size of the model; a ruler must do neither.
    pub(super) fn tokens(mut tokenizer: Tokenizer) -> tokenizers::Result<Self> {
        tokenizer.with_truncation(None)?.with_padding(None);
        Ok(Self::Tokens(Box::new(tokenizer)))
    }

    /// Where the tokens of a text begin.
    pub(super) fn marks(&self, text: &str) -> Marks {
        let starts = match self {
            Self::Characters => text.char_indices().map(|(at, _)| at).collect(),
            Self::Tokens(tokenizer) => pieces(text).flat_map(|piece| token_starts(tokenizer, text, piece)).collect(),
        };
        Marks { starts: with_steps(starts, text.len()) }
    }
}

/// The byte offsets at which tokens begin, in order.
pub(super) struct Marks {
    starts: Vec<usize>,
}

impl Marks {
    /// How many tokens begin within.
    pub(super) fn within(&self, bytes: Range<usize>) -> usize {
        self.starts_within(bytes).len()
    }

    /// Where the tokens begin that begin within.
    pub(super) fn starts_within(&self, bytes: Range<usize>) -> &[usize] {
        let before = |end: usize| self.starts.partition_point(|start| *start < end);
        &self.starts[before(bytes.start)..before(bytes.end)]
    }
}

/// Spans of about [`PIECE_BYTES`] that end after a line, else after a word, else anywhere.
fn pieces(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let rest = text.get(start..).filter(|rest| !rest.is_empty())?;
        let window = &rest[..rest.floor_char_boundary(PIECE_BYTES)];
        let end = match window.len() == rest.len() {
            true => rest.len(),
            false => window.rfind('\n').or_else(|| window.rfind(' ')).map_or(window.len(), |at| at + 1),
        };
        start += end;
        Some(start - end..start)
    })
}

/// A tokenizer that gives up on a piece is replaced by a careful guess: chunks become smaller, none is lost.
fn token_starts(tokenizer: &Tokenizer, text: &str, piece: Range<usize>) -> Vec<usize> {
    match tokenizer.encode(&text[piece.clone()], false) {
        Ok(encoding) => encoding.get_offsets().iter().map(|(start, _)| piece.start + start).collect(),
        Err(_) => piece.step_by(2).collect(),
    }
}

fn with_steps(starts: Vec<usize>, length: usize) -> Vec<usize> {
    let mut marks = Vec::with_capacity(starts.len());
    let mut last = 0;
    for start in starts.into_iter().chain([length]) {
        if start - last > LONGEST_STRETCH_BYTES {
            marks.extend((last + STEP_BYTES..start).step_by(STEP_BYTES));
        }
        marks.push(start);
        last = start;
    }
    marks.pop();
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_cover_the_text_and_end_well() {
        let text = format!("{}\n{} {}", "a".repeat(20_000), "é".repeat(10_000), "b".repeat(70_000));
        let pieces: Vec<_> = pieces(&text).collect();
        assert_eq!(pieces[0], 0..20_001);
        assert_eq!(pieces[1], 20_001..40_002);
        assert!(pieces.windows(2).all(|pair| pair[0].end == pair[1].start));
        assert_eq!(pieces.last().unwrap().end, text.len());
    }

    #[test]
    fn a_stretch_without_tokens_has_a_length() {
        assert_eq!(with_steps(vec![0, 5], 10), [0, 5]);
        assert_eq!(with_steps(vec![0, 60], 130), [0, 16, 32, 48, 60, 76, 92, 108, 124]);
        assert_eq!(with_steps(vec![], 10), [0; 0]);
    }

    #[test]
    fn a_piece_has_the_tokens_that_begin_in_it() {
        let marks = Ruler::Characters.marks("aéb");
        assert_eq!([marks.within(0..4), marks.within(1..4), marks.within(2..4)], [3, 2, 1]);
    }
}
