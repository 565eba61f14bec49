//! Chunking: from a cleaned text to spans that fit the embedder, each with the headings above it.
//!
//! text-splitter cuts along the structure of Markdown. Ours are: the `ruler`, which tokenises a text once instead of
//! once per guess; the `shadow`, a copy of the text in which paragraphs have no inner structure, so that they are cut
//! between sentences; the `outline`, which knows what stands under what; and `mend`, which keeps a heading with what
//! follows it. A chunk is always an exact span of the text. Knows nothing of embedding; the tokenizer is handed in.

mod mend;
mod outline;
mod ruler;
mod shadow;

use std::ops::Range;

use retrieval::model::Chunk;
use text_splitter::{ChunkConfig, MarkdownSplitter};
use tokenizers::Tokenizer;

use self::mend::Mender;
use self::outline::Outline;
use self::ruler::{Marks, Ruler};

/// Some forty chunks: enough that the ends of windows do not matter.
const WINDOW_BYTES: usize = 32 * 1024;

/// How large chunks are, in tokens without the embedder's special ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkSettings {
    /// A chunk ends at the first good place from here on.
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
            true => Ok(Self { ruler, settings }),
            false => Err(ChunkerError::Settings(settings)),
        }
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
            heading: outline.path_at(first_word(text, &bytes)),
            page: None,
            text: text[bytes.clone()].to_owned(),
            bytes,
        };
        (0..).zip(spans).map(chunk).collect()
    }

    /// Where a long text is cut. Cuts are found in the shadow, which is byte for byte as long as the text.
    fn spans(&self, text: &str, outline: &Outline, marks: &Marks) -> Vec<Range<usize>> {
        let shadow = shadow::cast(text);
        let cuts = windows(&shadow, outline).flat_map(|window| self.split(&shadow, window, marks));
        let cuts = cuts.filter_map(|span| settled(text, span)).collect();
        let mender = Mender { text, shadow: &shadow, outline, marks, max_tokens: self.settings.max_tokens };
        mender.mend(cuts)
    }

    fn split(&self, shadow: &str, window: Range<usize>, marks: &Marks) -> Vec<Range<usize>> {
        let target = self.even_target(marks.within(window.clone()));
        let ruler = marks.along(shadow);
        let config = ChunkConfig::new(target..=self.settings.max_tokens).with_sizer(&ruler);
        let config = config.with_overlap(self.settings.overlap_tokens.min(target / 2));
        let splitter = MarkdownSplitter::new(config.expect("the overlap is at most half the target"));
        let cuts = splitter.chunk_indices(&shadow[window.clone()]);
        cuts.map(|(at, cut)| window.start + at..window.start + at + cut.len()).collect()
    }

    /// The size at which chunks come out alike, so that a text a little over the limit does not leave a stub behind.
    fn even_target(&self, total: usize) -> usize {
        total.div_ceil(total.div_ceil(self.settings.target_tokens).max(1)).max(1)
    }
}

/// The splitter looks through all that is left of its text for every chunk, so that a book takes it minutes. It is given
/// one window after the other, cut where the outline has a seam, else after a line, else after a word.
fn windows(shadow: &str, outline: &Outline) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let end = match shadow.len() - start > WINDOW_BYTES {
            true => window_end(shadow, start, outline),
            false => shadow.len(),
        };
        let window = start..end;
        start = end;
        (!window.is_empty()).then_some(window)
    })
}

fn window_end(shadow: &str, start: usize, outline: &Outline) -> usize {
    let middle = shadow.floor_char_boundary(start + WINDOW_BYTES / 2);
    let limit = shadow.floor_char_boundary(start + WINDOW_BYTES);
    let last = |mark: &str| shadow[middle..limit].rfind(mark).map(|at| middle + at + mark.len());
    outline
        .last_seam(middle..limit)
        .or_else(|| last("\n"))
        .or_else(|| last(". "))
        .or_else(|| last(" "))
        .unwrap_or(limit)
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
