//! The model's own tokenizer: how long a text is, and its ids for a session that runs bare.
//!
//! Neither pads nor cuts off; whoever asks keeps the texts shorter than the model's limit.

use std::path::Path;

use anyhow::{Context as _, anyhow};
use tokenizers::Tokenizer;

pub struct Tokens(Tokenizer);

impl Tokens {
    /// The tokenizer that lies beside the graph.
    pub fn beside(graph: &Path) -> anyhow::Result<Self> {
        let file = graph.with_file_name("tokenizer.json");
        let bytes = std::fs::read(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        let mut tokenizer = Tokenizer::from_bytes(bytes).map_err(|error| anyhow!("{error}"))?;
        tokenizer.with_padding(None);
        tokenizer.with_truncation(None).map_err(|error| anyhow!("{error}"))?;
        Ok(Self(tokenizer))
    }

    /// With the special tokens, as the model reads it.
    pub fn ids(&self, text: &str) -> anyhow::Result<Vec<i64>> {
        let encoding = self.0.encode_fast(text, true).map_err(|error| anyhow!("{error}"))?;
        Ok(encoding.get_ids().iter().map(|id| i64::from(*id)).collect())
    }

    pub fn count(&self, text: &str) -> anyhow::Result<usize> {
        Ok(self.ids(text)?.len())
    }

    pub fn count_all(&self, texts: &[String]) -> anyhow::Result<usize> {
        texts.iter().map(|text| self.count(text)).sum()
    }

    /// The start of the text that fills this many tokens; all of it, if it is shorter.
    pub fn cut(&self, text: &str, tokens: usize) -> anyhow::Result<String> {
        let encoding = self.0.encode(text, true).map_err(|error| anyhow!("{error}"))?;
        // The last place belongs to the special token that ends every text.
        let last = tokens.checked_sub(2).and_then(|last| encoding.get_offsets().get(last));
        let end = if encoding.len() <= tokens { text.len() } else { last.map_or(0, |(_, end)| *end) };
        Ok(text[..text.floor_char_boundary(end)].to_owned())
    }
}
