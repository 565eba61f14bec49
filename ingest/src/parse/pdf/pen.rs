//! From single characters with places to lines of words.
//!
//! Engines write characters in the order of the file, and spaces where they know of any. Everything else is seen by
//! the eye's rule: a step down or back begins a line, a gap begins a word. Knows nothing of what lines mean.

use unicode_normalization::UnicodeNormalization;

use super::sheet::{Line, Word};

/// One character on a page, in the frame in which it stands upright.
#[derive(Clone, Copy, Debug)]
pub(super) struct Glyph {
    pub(super) left: f32,
    pub(super) right: f32,
    pub(super) baseline: f32,
    pub(super) size: f32,
    pub(super) is_bold: bool,
    pub(super) turns: u8,
}

/// In parts of the size of the font: letters that stand further apart than this begin a word.
const WORD_GAP: f32 = 0.12;
/// The same on a page that writes its spaces: there a gap is mostly a wrong width.
const SPACED_WORD_GAP: f32 = 0.6;
/// The same where the engine thinks so too; engines also see words in exponents.
const HINTED_WORD_GAP: f32 = 0.07;
/// A step down or up that leaves the line; superscripts stay within it.
const LINE_STEP: f32 = 0.65;
/// A step back by more than this is no kerning.
const BACK_STEP: f32 = 0.5;

/// What an engine believes to be between two characters; exponents and indexes deceive it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Hint {
    #[default]
    None,
    Space,
    Line,
}

/// Writes the lines of one page.
#[derive(Debug, Default)]
pub(super) struct Pen {
    lines: Vec<Line>,
    last: Option<Glyph>,
    last_text: String,
    in_word: bool,
    hint: Hint,
    bold_letters: usize,
    letters: usize,
    trusts_breaks: bool,
    is_spaced: bool,
}

impl Pen {
    /// For an engine that tells where lines end: vertical writing, for one, then stays together.
    pub(super) fn trusting_breaks() -> Self {
        Self { trusts_breaks: true, ..Self::default() }
    }

    /// For a page that writes the spaces between its words.
    pub(super) fn spaced() -> Self {
        Self { is_spaced: true, ..Self::default() }
    }

    /// What stands at a place: mostly one character, but a ligature may be several.
    pub(super) fn write(&mut self, text: &str, glyph: Glyph) {
        if text.trim().is_empty() {
            return self.space();
        }
        if self.repeats(text, glyph) {
            return;
        }
        match self.step(glyph) {
            Step::Line => self.end_line(),
            Step::Word => self.space(),
            Step::None => {}
        }
        self.letters += 1;
        self.bold_letters += usize::from(glyph.is_bold);
        self.place(text, glyph);
        self.last = Some(glyph);
        self.hint = Hint::None;
        text.clone_into(&mut self.last_text);
    }

    pub(super) fn space(&mut self) {
        self.in_word = false;
    }

    /// There may be a space here, or a line may end.
    pub(super) fn hint(&mut self, hint: Hint) {
        self.hint = self.hint.max(hint);
    }

    pub(super) fn end_line(&mut self) {
        if let Some(line) = self.lines.last_mut().filter(|_| self.last.is_some()) {
            line.is_bold = self.bold_letters * 10 >= self.letters * 8;
        }
        (self.last, self.in_word, self.hint, self.letters, self.bold_letters) = (None, false, Hint::None, 0, 0);
    }

    pub(super) fn finish(mut self) -> Vec<Line> {
        self.end_line();
        self.lines
    }

    /// Bold made by drawing twice, a hair apart.
    fn repeats(&self, text: &str, glyph: Glyph) -> bool {
        let near = |a: f32, b: f32| (a - b).abs() < 0.1 * glyph.size;
        !self.trusts_breaks
            && text == self.last_text
            && self.last.is_some_and(|last| near(last.left, glyph.left) && near(last.baseline, glyph.baseline))
    }

    fn step(&self, glyph: Glyph) -> Step {
        let Some(last) = self.last else { return Step::None };
        let size = last.size.max(glyph.size).max(0.1);
        let gap = (glyph.left - last.right) / size;
        let back = (last.left - glyph.right) / size;
        let fall = (glyph.baseline - last.baseline).abs() / size;
        let is_ahead = gap > -BACK_STEP;
        let leaves_line = match self.trusts_breaks {
            true => (self.hint == Hint::Line || self.ends_with_hyphen()) && !(is_ahead && fall <= LINE_STEP),
            false => fall > LINE_STEP || (fall > 0.3 && !is_ahead),
        };
        let word_gap = match self.hint {
            Hint::None if self.is_spaced => SPACED_WORD_GAP,
            Hint::None => WORD_GAP,
            _ => HINTED_WORD_GAP,
        };
        match () {
            () if last.turns != glyph.turns || leaves_line => Step::Line,
            () if fall > LINE_STEP && self.hint == Hint::None => Step::None,
            () if fall > LINE_STEP || gap > word_gap || back > word_gap => Step::Word,
            () => Step::None,
        }
    }

    /// Engines join what a hyphen breaks, without a word.
    fn ends_with_hyphen(&self) -> bool {
        self.last_text.ends_with(['-', '\u{2}', '\u{ad}', '\u{2010}', '\u{fffe}'])
    }

    fn place(&mut self, text: &str, glyph: Glyph) {
        if self.last.is_none() || self.lines.is_empty() {
            let Glyph { baseline, size, turns, .. } = glyph;
            self.lines.push(Line { words: Vec::new(), baseline, size, is_bold: false, turns });
        }
        let Some(line) = self.lines.last_mut() else { return };
        if glyph.size > line.size {
            (line.size, line.baseline) = (glyph.size, glyph.baseline);
        }
        if !self.in_word || line.words.is_empty() {
            line.words.push(Word { text: String::new(), left: glyph.left, right: glyph.right });
        }
        self.in_word = true;
        if let Some(word) = line.words.last_mut() {
            text.chars().for_each(|c| push_plain(&mut word.text, c));
            (word.left, word.right) = (word.left.min(glyph.left), word.right.max(glyph.right));
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Step {
    None,
    Word,
    Line,
}

/// Ligatures and presentation forms as the letters that they stand for; bullets of symbol fonts as bullets.
fn push_plain(text: &mut String, c: char) {
    match c {
        '\u{fb00}'..='\u{fb4f}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' => {
            text.extend(c.to_string().nfkc())
        }
        '\u{f0a7}' | '\u{f0a8}' | '\u{f0b7}' | '\u{f0d8}' | '\u{f0fc}' | '\u{f076}' => text.push('•'),
        '\u{2}' | '\u{ad}' | '\u{fffe}' => text.push('-'),
        c if c.is_control() => {}
        c => text.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Characters of 5 points each, at columns and rows.
    fn written(mut pen: Pen, glyphs: &[(char, f32, f32)]) -> Vec<String> {
        for &(c, left, baseline) in glyphs {
            pen.write(
                &c.to_string(),
                Glyph { left, right: left + 5.0, baseline, size: 10.0, is_bold: false, turns: 0 },
            );
        }
        pen.finish().iter().map(Line::text).collect()
    }

    fn check(glyphs: &[(char, f32, f32)], expected: &[&str]) {
        assert_eq!(written(Pen::default(), glyphs), expected);
    }

    #[test]
    fn gaps_begin_words_and_steps_begin_lines() {
        check(&[('a', 0.0, 0.0), ('b', 5.5, 0.0), ('c', 13.0, 0.0)], &["ab c"]);
        check(&[('a', 0.0, 0.0), ('b', 5.0, 0.0), ('c', 0.0, -12.0)], &["ab", "c"]);
        check(&[('x', 0.0, 0.0), ('2', 5.0, 4.0), ('y', 10.0, 0.0)], &["x2y"]);
    }

    #[test]
    fn what_is_drawn_twice_is_read_once() {
        check(&[('a', 0.0, 0.0), ('a', 0.3, 0.0), ('a', 5.0, 0.0)], &["aa"]);
    }

    #[test]
    fn ligatures_are_letters() {
        check(&[('\u{fb01}', 0.0, 0.0), ('x', 5.0, 0.0)], &["fix"]);
        check(&[('\u{f0b7}', 0.0, 0.0), ('x', 9.0, 0.0)], &["• x"]);
    }

    #[test]
    fn a_hint_takes_a_smaller_gap() {
        let glyph = |left| Glyph { left, right: left + 5.0, baseline: 0.0, size: 10.0, is_bold: false, turns: 0 };
        for (second, expected) in [(5.2, "R2"), (6.0, "R 2")] {
            let mut pen = Pen::default();
            pen.write("R", glyph(0.0));
            pen.hint(Hint::Space);
            pen.write("2", glyph(second));
            assert_eq!(pen.finish()[0].text(), expected);
        }
    }
}
