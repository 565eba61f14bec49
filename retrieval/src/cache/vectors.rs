//! An embedder that remembers the vectors of questions: people ask the same, and page through what they found.
//!
//! The same bits as without it. Passages and sentences go straight through: the first have a cache of their own in SQL, the
//! second seldom come twice. A vector holds nothing that the question did not, so readers share it; the price is that some
//! milliseconds less tell who measures them that somebody has asked the same.

use std::sync::Arc;

use async_trait::async_trait;

use super::bounded::{Bounded, Counts};
use crate::ports::{EmbedError, Embedder, Embedding, Purpose};

/// Nobody types this much twice; what does it is a program, which must not fill the memory with it.
const LONGEST_BYTES: usize = 4_000;

/// Another embedder, asked once for each question.
pub struct Remembering {
    inner: Arc<dyn Embedder>,
    vectors: Bounded<String, Embedding>,
}

impl Remembering {
    /// Of at most so many questions; with 384 dimensions each takes 1.5 KB and its text.
    pub fn new(inner: Arc<dyn Embedder>, entries: usize) -> Self {
        Self { inner, vectors: Bounded::new(entries) }
    }

    pub fn counts(&self) -> Counts {
        self.vectors.counts()
    }

    /// Two that ask the same at the same moment both have it made: rare, harmless, and nobody waits for anybody.
    async fn questions(&self, texts: Vec<String>) -> Result<Vec<Embedding>, EmbedError> {
        let known: Vec<Option<Embedding>> = texts.iter().map(|text| self.vectors.get(text, |_| true)).collect();
        let asked = texts.into_iter().zip(&known).filter(|(_, vector)| vector.is_none());
        let asked: Vec<String> = asked.map(|(text, _)| text).collect();
        if asked.is_empty() {
            return Ok(known.into_iter().flatten().collect());
        }
        let made = self.inner.embed(Purpose::Question, asked.clone()).await?;
        if made.len() != asked.len() {
            return Err(EmbedError::Failed(format!("{} vectors for {} questions", made.len(), asked.len())));
        }
        for (text, vector) in asked.into_iter().zip(&made).filter(|(text, _)| text.len() <= LONGEST_BYTES) {
            self.vectors.put(text, Arc::clone(vector));
        }
        let mut made = made.into_iter();
        Ok(known.into_iter().filter_map(|vector| vector.or_else(|| made.next())).collect())
    }
}

#[async_trait]
impl Embedder for Remembering {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn dimensions(&self) -> usize {
        self.inner.dimensions()
    }

    fn knows(&self, text: &str) -> f32 {
        self.inner.knows(text)
    }

    async fn embed(&self, purpose: Purpose, texts: Vec<String>) -> Result<Vec<Embedding>, EmbedError> {
        match purpose {
            Purpose::Question => self.questions(texts).await,
            Purpose::Evidence | Purpose::Passage => self.inner.embed(purpose, texts).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::adapters::hashing::HashEmbedder;

    /// Hashes words, and notes what it was asked for. Out of order on "broken", and one short.
    #[derive(Default)]
    struct Noting {
        inner: HashEmbedder,
        asked: Mutex<Vec<(Purpose, String)>>,
    }

    #[async_trait]
    impl Embedder for Noting {
        fn name(&self) -> &str {
            self.inner.name()
        }

        fn dimensions(&self) -> usize {
            self.inner.dimensions()
        }

        fn knows(&self, text: &str) -> f32 {
            if text == "Frage" { 0.25 } else { 1.0 }
        }

        async fn embed(&self, purpose: Purpose, mut texts: Vec<String>) -> Result<Vec<Embedding>, EmbedError> {
            self.asked.lock().unwrap().extend(texts.iter().map(|text| (purpose, text.clone())));
            texts.retain(|text| text != "broken");
            self.inner.embed(purpose, texts).await
        }
    }

    fn pair(entries: usize) -> (Arc<Noting>, Remembering) {
        let noting = Arc::new(Noting::default());
        let inner: Arc<dyn Embedder> = Arc::<Noting>::clone(&noting);
        (noting, Remembering::new(inner, entries))
    }

    /// The vectors that come are those of the inner one; returns which texts it was asked for.
    async fn ask(pair: &(Arc<Noting>, Remembering), purpose: Purpose, texts: &[&str]) -> Vec<String> {
        let (noting, remembering) = pair;
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        let found = remembering.embed(purpose, texts.clone()).await.unwrap();
        let expected = noting.inner.embed(purpose, texts).await.unwrap();
        let bits = |vectors: &[Embedding]| vectors.iter().map(|v| v.iter().map(|x| x.to_bits()).collect()).collect();
        let (found, expected): (Vec<Vec<u32>>, Vec<Vec<u32>>) = (bits(&found), bits(&expected));
        assert_eq!(found, expected);
        std::mem::take(&mut *noting.asked.lock().unwrap()).into_iter().map(|(_, text)| text).collect()
    }

    #[tokio::test]
    async fn a_question_is_embedded_once() {
        let pair = pair(2);
        assert_eq!(ask(&pair, Purpose::Question, &["a", "b"]).await, ["a", "b"]);
        assert_eq!(ask(&pair, Purpose::Question, &["b", "a"]).await, [""; 0]);
        assert_eq!(ask(&pair, Purpose::Question, &["a", "c", "b"]).await, ["c"]);
        assert_eq!(ask(&pair, Purpose::Question, &["a"]).await, ["a"], "it was not asked for longest");
        assert_eq!(ask(&pair, Purpose::Question, &[]).await, [""; 0]);
        assert_eq!(pair.1.counts(), Counts { hits: 4, misses: 4 });
        assert_eq!((pair.1.name(), pair.1.dimensions()), (pair.0.inner.name(), pair.0.inner.dimensions()));
        assert_eq!((pair.1.knows("Frage"), pair.1.knows("question")), (0.25, 1.0));
    }

    #[tokio::test]
    async fn what_is_no_question_goes_straight_through() {
        let pair = pair(10);
        for purpose in [Purpose::Passage, Purpose::Evidence, Purpose::Passage] {
            assert_eq!(ask(&pair, purpose, &["a"]).await, ["a"]);
        }
        assert_eq!(ask(&pair, Purpose::Question, &["a"]).await, ["a"]);
        assert_eq!(pair.1.counts(), Counts { hits: 0, misses: 1 });
    }

    #[tokio::test]
    async fn what_nobody_types_twice_is_not_kept() {
        let (pair, long) = (pair(10), "word ".repeat(1_000));
        for _ in 0..2 {
            assert_eq!(ask(&pair, Purpose::Question, &[&long]).await, [long.as_str()]);
        }
    }

    #[tokio::test]
    async fn a_vector_that_is_missing_is_an_error_and_mixes_nothing_up() {
        let (_, remembering) = pair(10);
        let broken = remembering.embed(Purpose::Question, vec!["broken".into(), "a".into()]).await;
        assert!(matches!(broken, Err(EmbedError::Failed(_))));
        let noting = Noting::default();
        let again = remembering.embed(Purpose::Question, vec!["a".into()]).await.unwrap();
        assert_eq!(again, noting.inner.embed(Purpose::Question, vec!["a".into()]).await.unwrap());
    }
}
