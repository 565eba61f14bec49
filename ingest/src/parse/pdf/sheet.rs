//! A page as engines deliver it: lines of words with their places.
//!
//! Every engine ends here, so that what follows is written once. Lengths are in points; `x` grows to the right and `y`
//! upwards, in the frame in which the text stands upright. Engines that know no places make some up from columns and
//! rows of characters. Knows nothing of PDF and nothing of Markdown.

/// What an engine read of a whole document.
#[derive(Debug, Default)]
pub(super) struct Document {
    pub(super) sheets: Vec<Sheet>,
    pub(super) info: Info,
    /// The numbers of pages that the engine gave up; their sheets are empty.
    pub(super) lost: Vec<usize>,
    /// Sentences for the person who owns the file.
    pub(super) problems: Vec<String>,
}

/// What the document says of itself, as it says it.
#[derive(Debug, Default)]
pub(super) struct Info {
    pub(super) title: Option<String>,
    pub(super) author: Option<String>,
    pub(super) created: Option<String>,
    pub(super) modified: Option<String>,
}

/// One page.
#[derive(Clone, Debug, Default)]
pub(super) struct Sheet {
    /// In the order in which the page was written, which is nearly always that of reading.
    pub(super) lines: Vec<Line>,
    /// Whether there is a picture on it that may hold text.
    pub(super) has_picture: bool,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Line {
    pub(super) words: Vec<Word>,
    pub(super) baseline: f32,
    /// Of the font, as it appears on the page.
    pub(super) size: f32,
    pub(super) is_bold: bool,
    /// Quarter turns of the text against the page; lines of different turns never belong together.
    pub(super) turns: u8,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) left: f32,
    pub(super) right: f32,
}

impl Sheet {
    /// A page of which only the characters are known: their columns and rows stand in for places.
    pub(super) fn of_text(text: &str) -> Self {
        let lines = text.lines().enumerate().filter_map(|(row, line)| Line::of_text(row, line));
        Self { lines: lines.collect(), has_picture: false }
    }

    /// How many letters and digits there are.
    pub(super) fn weight(&self) -> usize {
        let texts = self.lines.iter().flat_map(|line| &line.words).map(|word| &word.text);
        texts.map(|text| text.chars().filter(|c| c.is_alphanumeric()).count()).sum()
    }
}

/// What a line of characters measures when nothing is known: the usual size, and a column in which two spaces are a gap.
const GUESSED_SIZE: f32 = 10.0;
const GUESSED_COLUMN: f32 = 6.0;
const GUESSED_LEADING: f32 = 12.0;

impl Line {
    fn of_text(row: usize, text: &str) -> Option<Self> {
        let mut words: Vec<Word> = Vec::new();
        let mut in_word = false;
        for (column, c) in text.chars().enumerate() {
            if c.is_whitespace() || c.is_control() {
                in_word = false;
                continue;
            }
            let (left, right) = (column as f32 * GUESSED_COLUMN, (column + 1) as f32 * GUESSED_COLUMN);
            match words.last_mut().filter(|_| in_word) {
                Some(word) => {
                    word.text.push(c);
                    word.right = right;
                }
                None => words.push(Word { text: c.into(), left, right }),
            }
            in_word = true;
        }
        let baseline = -(row as f32) * GUESSED_LEADING;
        (!words.is_empty()).then_some(Self { words, baseline, size: GUESSED_SIZE, is_bold: false, turns: 0 })
    }

    pub(super) fn left(&self) -> f32 {
        self.words.iter().map(|word| word.left).fold(f32::INFINITY, f32::min)
    }

    pub(super) fn right(&self) -> f32 {
        self.words.iter().map(|word| word.right).fold(f32::NEG_INFINITY, f32::max)
    }

    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for word in &self.words {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&word.text);
        }
        text
    }

    /// Whether both stand beside each other, as the cells of a row do.
    pub(super) fn shares_row_with(&self, other: &Self) -> bool {
        let slack = 0.35 * self.size.min(other.size);
        self.turns == other.turns && (self.baseline - other.baseline).abs() <= slack
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_have_places_by_column_and_row() {
        let sheet = Sheet::of_text("\n  Total   12\n");
        assert_eq!(sheet.lines.len(), 1);
        let line = &sheet.lines[0];
        assert_eq!((line.baseline, line.left(), line.right()), (-12.0, 12.0, 72.0));
        assert_eq!(line.words[1], Word { text: "12".to_owned(), left: 60.0, right: 72.0 });
        assert_eq!((line.text().as_str(), sheet.weight()), ("Total 12", 7));
    }
}
