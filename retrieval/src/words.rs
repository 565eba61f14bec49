//! Which words of a question a text holds: lower-cased, stripped of plural and tense, common ones left out.
//!
//! Deliberately crude: it feeds features and sentence choice, where both sides are treated alike. The index has its own,
//! better tokenizer. English endings only; other languages lose nothing but the stripping.

use std::collections::HashMap;

/// No more words of a question count: one bit each.
const COUNTED: usize = u128::BITS as usize;

/// In the order of the alphabet, to be searched.
const COMMON: &[&str] = &[
    "a", "about", "after", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by",
    "can", "could", "did", "do", "does", "for", "from", "get", "had", "has", "have", "how", "i", "if", "in", "into",
    "is", "it", "its", "just", "long", "may", "me", "much", "my", "no", "not", "of", "on", "one", "or", "our", "out",
    "shall", "should", "so", "some", "take", "than", "that", "the", "their", "them", "then", "there", "these", "they",
    "this", "to", "up", "us", "was", "we", "were", "what", "when", "where", "which", "who", "whom", "why", "will",
    "with", "would", "you", "your",
];

/// The distinct content words of a question, against which texts are held.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asked {
    words: Vec<String>,
    places: HashMap<String, usize>,
}

/// Which of the words of one question a text holds.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Held(u128);

/// A word of a text as a question sees it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Met {
    /// Its place among the question's words; `None` for one that was not asked for.
    pub asked: Option<usize>,
    /// Which sentence of the text it stands in, from 0.
    pub sentence: usize,
}

impl Asked {
    pub fn new(question: &str) -> Self {
        let (mut words, mut places) = (Vec::new(), HashMap::new());
        for_each_word(question, |word, _| {
            if words.len() < COUNTED && !places.contains_key(word) {
                places.insert(word.to_owned(), words.len());
                words.push(word.to_owned());
            }
        });
        Self { words, places }
    }

    /// In the order in which they were first asked.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    pub fn held_by(&self, text: &str) -> Held {
        self.meet(text).into_iter().filter_map(|met| met.asked).fold(Held::default(), Held::with)
    }

    /// The content words of a text, in order.
    pub fn meet(&self, text: &str) -> Vec<Met> {
        let mut met = Vec::new();
        for_each_word(text, |word, sentence| met.push(Met { asked: self.places.get(word).copied(), sentence }));
        met
    }
}

impl Held {
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    #[must_use]
    pub fn with(self, at: usize) -> Self {
        Self(self.0 | 1 << at)
    }

    pub fn has(self, at: usize) -> bool {
        self.0 & (1 << at) != 0
    }
}

/// How telling each word of a question is among a set of texts: rare ones weigh more.
pub struct Weights(Vec<f32>);

impl Weights {
    /// Weights learned from the texts at hand, which is enough to tell "refund" from "customer" among fifty passages.
    pub fn among(asked: &Asked, texts: &[Held]) -> Self {
        let total = texts.len() as f32;
        let weight = |at: usize| {
            let containing = texts.iter().filter(|text| text.has(at)).count() as f32;
            (1.0 + (total - containing + 0.5) / (containing + 0.5)).ln()
        };
        Self((0..asked.words.len()).map(weight).collect())
    }

    /// The share of the question's weight that is held, 0 to 1.
    pub fn coverage(&self, held: Held) -> f32 {
        let all: f32 = self.0.iter().sum();
        let covered: f32 = self.0.iter().enumerate().filter(|(at, _)| held.has(*at)).map(|(_, weight)| weight).sum();
        if all > 0.0 { covered / all } else { 0.0 }
    }
}

/// The content words of a text in order, each with the number of its sentence. One buffer serves them all: fifty passages
/// are ten thousand words.
pub(crate) fn for_each_word(text: &str, mut each: impl FnMut(&str, usize)) {
    let (mut word, mut sentence, mut after) = (String::new(), 0, After::Word);
    for c in text.chars() {
        if c.is_alphanumeric() {
            sentence += usize::from(after == After::Sentence);
            after = After::Word;
            if word.chars().next().is_some_and(|first| is_unspaced(first) != is_unspaced(c)) {
                emit(&word, |part| each(part, sentence));
                word.clear();
            }
            word.extend(c.to_lowercase());
        } else {
            emit(&word, |part| each(part, sentence));
            word.clear();
            after = after.then(c);
        }
    }
    emit(&word, |part| each(part, sentence));
}

/// What has been read since the last letter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    Word,
    /// A mark that ends a sentence if white space follows.
    Mark,
    Sentence,
}

impl After {
    fn then(self, c: char) -> Self {
        match (self, c) {
            (Self::Sentence, _) | (_, '\n' | '。' | '！' | '？') => Self::Sentence,
            (Self::Mark, c) if c.is_whitespace() => Self::Sentence,
            (_, '.' | '!' | '?') => Self::Mark,
            (after, _) => after,
        }
    }
}

/// A word of one script as it counts: without its ending, not at all if it is common, in pairs of characters where the
/// script leaves no spaces between words.
fn emit(written: &str, mut each: impl FnMut(&str)) {
    let Some(first) = written.chars().next() else { return };
    if !is_unspaced(first) {
        if COMMON.binary_search(&written).is_err() {
            each(stem(written));
        }
        return;
    }
    let places: Vec<usize> = written.char_indices().map(|(at, _)| at).chain([written.len()]).collect();
    let pair = 2.min(places.len() - 1);
    places.windows(pair + 1).for_each(|pair| each(&written[pair[0]..pair[pair.len() - 1]]));
}

/// Kana and the ideographs of Chinese and Japanese.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{3134f}')
}

fn stem(word: &str) -> &str {
    let ends = |ending: &str, left: usize| word.strip_suffix(ending).filter(|stem| stem.len() >= left);
    if word.chars().any(|c| c.is_ascii_digit()) || !word.is_ascii() {
        return word;
    }
    None.or_else(|| ends("ations", 3))
        .or_else(|| ends("ation", 3))
        .or_else(|| ends("ings", 3))
        .or_else(|| ends("ing", 3))
        .or_else(|| ends("ies", 2))
        .or_else(|| ends("ed", 3))
        .or_else(|| ends("es", 3))
        .or_else(|| ends("s", 3).filter(|stem| !stem.ends_with('s')))
        .or_else(|| ends("y", 2))
        .or_else(|| ends("e", 3))
        .unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let mut words = Vec::new();
        for_each_word(text, |word, _| words.push(word.to_owned()));
        assert_eq!(words, expected);
    }

    #[test]
    fn words_lose_case_endings_and_the_common_ones() {
        check("How long do Refunds take?", &["refund"]);
        check("refunded, refunding and a refund", &["refund", "refund", "refund"]);
        check("policies and a policy", &["polic", "polic"]);
        check("LX-4012 passes", &["lx", "4012", "pass"]);
        check("", &[]);
        check("退款 Lectern 要多久", &["退款", "lectern", "要多", "多久"]);
        check("日", &["日"]);
        check("Excel表格 v2版", &["excel", "表格", "v2", "版"]);
        check("Größe", &["größe"]);
        assert!(COMMON.is_sorted());
    }

    #[test]
    fn a_text_is_met_word_by_word() {
        let asked = Asked::new("plan refund plan");
        assert_eq!(asked.words(), ["plan", "refund"]);
        let met = asked.meet("One plan, many seats. Two refunds\nof some plans at v1.5 each.");
        let places: Vec<(Option<usize>, usize)> = met.iter().map(|met| (met.asked, met.sentence)).collect();
        let (plan, refund) = (Some(0), Some(1));
        assert_eq!(places[..4], [(plan, 0), (None, 0), (None, 0), (None, 1)]);
        assert_eq!(places[4..], [(refund, 1), (plan, 2), (None, 2), (None, 2), (None, 2)]);
        assert_eq!(asked.held_by("the refund"), Held(0b10));
        assert_eq!(asked.held_by(""), Held::default());
    }

    #[test]
    fn coverage_weighs_rare_words_more() {
        let asked = Asked::new("plan refund");
        let texts = ["plan price", "plan seats", "plan refund"].map(|text| asked.held_by(text));
        let weights = Weights::among(&asked, &texts);
        assert!(weights.coverage(texts[2]) > 0.99);
        assert!(weights.coverage(texts[0]) < 0.3);
        assert_eq!(Weights::among(&Asked::new(""), &texts).coverage(texts[0]), 0.0);
    }

    #[test]
    fn a_question_of_many_words_counts_its_first() {
        let question: String = (0..300).map(|n| format!("word{n} ")).collect();
        let asked = Asked::new(&question);
        assert_eq!(asked.words().len(), COUNTED);
        assert_eq!(asked.held_by("word127 word128"), Held(1 << 127));
    }
}
