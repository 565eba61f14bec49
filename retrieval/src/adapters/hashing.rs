//! An embedder for tests: words hashed into signed buckets, so that texts which share words lie near each other.
//!
//! Knows no meaning, no language and no files. Never the answer to a real question; it exists so that everything around
//! a model can be tested without one, and it gives the same bits on every machine.

use async_trait::async_trait;

use crate::ports::{EmbedError, Embedder, Embedding, Purpose};

/// Buckets of [`HashEmbedder::default`]: few enough to be quick, enough that two words seldom share one.
const DIMENSIONS: usize = 256;

/// FNV-1a, written out because the standard hasher promises nothing between releases.
const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

/// A bag of hashed words.
#[derive(Clone, Debug)]
pub struct HashEmbedder {
    name: String,
    dimensions: usize,
}

impl HashEmbedder {
    /// An embedder with this many buckets; none at all is read as one.
    pub fn new(dimensions: usize) -> Self {
        let dimensions = dimensions.max(1);
        Self { name: format!("hash-of-words/{dimensions}"), dimensions }
    }

    fn vector(&self, text: &str) -> Embedding {
        let mut buckets = vec![0.0_f32; self.dimensions];
        for word in words(text) {
            let hash = fnv1a(&word);
            // The top bit is the sign: two words that fall into one bucket cancel as often as they add up.
            let sign = if hash >> 63 == 0 { 1.0 } else { -1.0 };
            buckets[(hash % self.dimensions as u64) as usize] += sign;
        }
        normalise(&mut buckets);
        buckets.into()
    }
}

impl Default for HashEmbedder {
    fn default() -> Self {
        Self::new(DIMENSIONS)
    }
}

#[async_trait]
impl Embedder for HashEmbedder {
    fn name(&self) -> &str {
        &self.name
    }

    fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// A hash knows every language alike.
    fn knows(&self, _: &str) -> f32 {
        1.0
    }

    async fn embed(&self, _purpose: Purpose, texts: Vec<String>) -> Result<Vec<Embedding>, EmbedError> {
        Ok(texts.iter().map(|text| self.vector(text)).collect())
    }
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

fn fnv1a(word: &str) -> u64 {
    word.bytes().fold(FNV_OFFSET, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME))
}

/// A text without words (or whose words cancel) still needs a direction: the first axis.
fn normalise(vector: &mut [f32]) {
    let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    if length > 0.0 {
        vector.iter_mut().for_each(|value| *value /= length);
    } else {
        vector[0] = 1.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cosine(left: &str, right: &str) -> f32 {
        let embedder = HashEmbedder::default();
        embedder.vector(left).iter().zip(embedder.vector(right).iter()).map(|(l, r)| l * r).sum()
    }

    #[test]
    fn shared_words_bring_texts_together() {
        assert!(cosine("How long do refunds take?", "refunds take ten days") > 0.3);
        assert!(cosine("How long do refunds take?", "single sign-on setup").abs() < 0.3);
        assert!((cosine("Refunds, take!", "refunds TAKE") - 1.0).abs() < 1e-6);
    }

    #[test]
    fn every_vector_has_length_one() {
        for text in ["", "...", "one", "a longer text with Wörter and 数字 12"] {
            let length: f32 = HashEmbedder::new(64).vector(text).iter().map(|value| value * value).sum();
            assert!((length - 1.0).abs() < 1e-5, "{text:?} has length {length}");
        }
    }
}
