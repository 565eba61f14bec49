//! Chunking: from a cleaned text to spans that fit the embedder, each with the headings above it.
//!
//! The `ruler` tokenises a text once; `places` says where it may be cut and what each cut would cost its reader, with
//! the help of `sentences`; `cuts` chooses among the places; the `outline` knows which headings a chunk stands under. A
//! chunk is always an exact span of the text. Knows nothing of embedding; the tokenizer is handed in.

mod cuts;
mod outline;
mod places;
mod ruler;
mod sentences;

use std::ops::Range;

use retrieval::model::{Chunk, Cut};
use tokenizers::Tokenizer;

use self::cuts::Cutter;
use self::outline::Outline;
use self::ruler::{Marks, Ruler};

/// How large chunks are, in tokens without the embedder's special ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkSettings {
    /// Chunks are about this large, as far as headings, blocks and sentences allow.
    pub target_tokens: usize,
    /// No chunk is larger.
    pub max_tokens: usize,
    /// How much of a chunk its successor repeats.
    pub overlap_tokens: usize,
}

impl Default for ChunkSettings {
    /// For encoders that read 256 tokens, such as MiniLM: the rest is for the title and the headings. No overlap, since
    /// neighbours of a hit are joined when an answer is packed, and repeated text is embedded twice.
    fn default() -> Self {
        Self { target_tokens: 200, max_tokens: 220, overlap_tokens: 0 }
    }
}

/// Why a chunker cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ChunkerError {
    #[error("the tokenizer cannot be read: {0}")]
    Tokenizer(String),
    #[error("chunks need 0 < target <= max and an overlap under half the target, not {0:?}")]
    Settings(ChunkSettings),
}

/// Cuts texts into chunks. Cheap to share, and the same text always gives the same chunks.
pub struct Chunker {
    ruler: Ruler,
    settings: ChunkSettings,
    /// Whose ordinals the chunks have.
    cut: Cut,
}

impl Chunker {
    /// A chunker that counts as the embedder does, from the bytes of its `tokenizer.json`.
    pub fn from_tokenizer_json(json: &[u8], settings: ChunkSettings) -> Result<Self, ChunkerError> {
        let tokenizer = Tokenizer::from_bytes(json).map_err(|e| ChunkerError::Tokenizer(e.to_string()))?;
        Self::from_tokenizer(tokenizer, settings)
    }

    pub fn from_tokenizer(tokenizer: Tokenizer, settings: ChunkSettings) -> Result<Self, ChunkerError> {
        let ruler = Ruler::tokens(tokenizer).map_err(|e| ChunkerError::Tokenizer(e.to_string()))?;
        Self::new(ruler, settings)
    }

    /// A chunker that takes each character for a token, where there is no tokenizer.
    pub fn by_characters(settings: ChunkSettings) -> Result<Self, ChunkerError> {
        Self::new(Ruler::Characters, settings)
    }

    fn new(ruler: Ruler, settings: ChunkSettings) -> Result<Self, ChunkerError> {
        let ChunkSettings { target_tokens, max_tokens, overlap_tokens } = settings;
        match (1..=max_tokens).contains(&target_tokens) && overlap_tokens <= target_tokens / 2 {
            true => Ok(Self { ruler, settings, cut: Cut::default() }),
            false => Err(ChunkerError::Settings(settings)),
        }
    }

    /// The same, for another cut of the same texts.
    pub fn for_cut(self, cut: Cut) -> Self {
        Self { cut, ..self }
    }

    /// The chunks of a text, in order; `text[chunk.bytes]` is `chunk.text`.
    pub fn chunk(&self, text: &str) -> Vec<Chunk> {
        let marks = self.ruler.marks(text);
        let outline = Outline::read(text);
        let spans = match marks.within(0..text.len()) <= self.settings.max_tokens {
            true => settled(text, 0..text.len()).into_iter().collect(),
            false => self.spans(text, &outline, &marks),
        };
        let chunk = |(ordinal, bytes): (u32, Range<usize>)| Chunk {
            ordinal,
            heading: outline.context_at(first_word(text, &bytes)),
            page: None,
            text: text[bytes.clone()].to_owned(),
            bytes,
        };
        (self.cut.first_ordinal()..).zip(spans).map(chunk).collect()
    }

    fn spans(&self, text: &str, outline: &Outline, marks: &Marks) -> Vec<Range<usize>> {
        let cutter = Cutter { text, marks, settings: self.settings };
        // The embedder reads the head of a table again before its rows, and that takes some of its room.
        let head = |place| outline.head_above(place).map_or(0, |head| marks.within(head));
        let room = |place| self.settings.max_tokens - head(place).min(self.settings.max_tokens / 4);
        cutter.cut(&places::read(text), room).into_iter().filter_map(|span| settled(text, span)).collect()
    }
}

/// The span without white space around it, but with the indentation of its first line; `None` if it has no words.
fn settled(text: &str, span: Range<usize>) -> Option<Range<usize>> {
    let first = first_word(text, &span);
    let indentation = &text[span.start..first];
    let starts_line = span.start == 0 || text[..span.start].ends_with('\n');
    let start = match indentation.rfind('\n') {
        Some(end) => span.start + end + 1,
        None if starts_line => span.start,
        None => first,
    };
    let end = span.start + text[span].trim_end().len();
    text.get(start..end)?.contains(char::is_alphanumeric).then_some(start..end)
}

/// Where the first thing that is not white space stands.
fn first_word(text: &str, span: &Range<usize>) -> usize {
    span.end - text[span.clone()].trim_start().len()
}
