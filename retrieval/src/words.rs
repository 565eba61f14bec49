//! Which words of a question a text holds: lower-cased, stripped of plural and tense, common ones left out.
//!
//! Deliberately crude: it feeds features and sentence choice, where both sides are treated alike. The index has its own,
//! better tokenizer. English endings only; other languages lose nothing but the stripping.

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
pub struct Asked(Vec<String>);

/// Which of the words of one question a text holds.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Held(u128);

impl Asked {
    pub fn new(question: &str) -> Self {
        let mut words: Vec<String> = Vec::new();
        for_each_word(question, |word| {
            if words.len() < COUNTED && !words.iter().any(|known| known == word) {
                words.push(word.to_owned());
            }
        });
        Self(words)
    }

    pub fn held_by(&self, text: &str) -> Held {
        self.runs(text, usize::MAX).into_iter().fold(Held::default(), Held::or)
    }

    /// What each run of so many content words holds, in order.
    pub fn runs(&self, text: &str, words: usize) -> Vec<Held> {
        let (mut runs, mut left) = (Vec::new(), 0);
        for_each_word(text, |word| {
            if left == 0 {
                runs.push(Held::default());
                left = words;
            }
            left -= 1;
            if let (Some(run), Some(at)) = (runs.last_mut(), self.0.iter().position(|known| known == word)) {
                run.0 |= 1 << at;
            }
        });
        runs
    }
}

impl Held {
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn has(self, at: usize) -> bool {
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
        Self((0..asked.0.len()).map(weight).collect())
    }

    /// The share of the question's weight that is held, 0 to 1.
    pub fn coverage(&self, held: Held) -> f32 {
        let all: f32 = self.0.iter().sum();
        let covered: f32 = self.0.iter().enumerate().filter(|(at, _)| held.has(*at)).map(|(_, weight)| weight).sum();
        if all > 0.0 { covered / all } else { 0.0 }
    }
}

/// The content words of a text in order. One buffer serves them all: fifty passages are ten thousand words.
fn for_each_word(text: &str, mut each: impl FnMut(&str)) {
    let mut word = String::new();
    for written in text.split(|c: char| !c.is_alphanumeric()).filter(|written| !written.is_empty()) {
        word.clear();
        word.extend(written.chars().flat_map(char::to_lowercase));
        if COMMON.binary_search(&word.as_str()).is_err() {
            each(stem(&word));
        }
    }
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
        for_each_word(text, |word| words.push(word.to_owned()));
        assert_eq!(words, expected);
    }

    #[test]
    fn words_lose_case_endings_and_the_common_ones() {
        check("How long do Refunds take?", &["refund"]);
        check("refunded, refunding and a refund", &["refund", "refund", "refund"]);
        check("policies and a policy", &["polic", "polic"]);
        check("LX-4012 passes", &["lx", "4012", "pass"]);
        check("", &[]);
        assert!(COMMON.is_sorted());
    }

    #[test]
    fn a_text_holds_words_of_the_question_in_runs() {
        let asked = Asked::new("plan refund plan");
        assert_eq!(asked.0, ["plan", "refund"]);
        let runs = asked.runs("One plan, many seats; two refunds of some plans.", 3);
        assert_eq!(runs, [Held(0b01), Held(0b11)]);
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
        assert_eq!(asked.0.len(), COUNTED);
        assert_eq!(asked.held_by("word127 word128"), Held(1 << 127));
    }
}
