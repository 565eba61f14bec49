//! Words as a question and a text share them: lower-cased, stripped of plural and tense, common ones left out.
//!
//! Deliberately crude: it feeds features and sentence choice, where both sides are treated alike. The index has its own,
//! better tokenizer. English endings only; other languages lose nothing but the stripping.

use std::collections::{HashMap, HashSet};

const COMMON: &[&str] = &[
    "a", "about", "after", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by",
    "can", "could", "did", "do", "does", "for", "from", "get", "had", "has", "have", "how", "i", "if", "in", "into",
    "is", "it", "its", "just", "long", "may", "me", "much", "my", "no", "not", "of", "on", "one", "or", "our", "out",
    "shall", "should", "so", "some", "take", "than", "that", "the", "their", "them", "then", "there", "these", "they",
    "this", "to", "up", "us", "was", "we", "were", "what", "when", "where", "which", "who", "whom", "why", "will",
    "with", "would", "you", "your",
];

/// The words of a text in order, common ones left out.
pub fn content_words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .filter(|word| !COMMON.contains(&word.as_str()))
        .map(|word| stem(&word).to_owned())
        .collect()
}

/// How telling each word is among a set of texts: rare ones weigh more.
pub struct Weights(HashMap<String, f32>, f32);

impl Weights {
    /// Weights learned from the texts at hand, which is enough to tell "refund" from "customer" among fifty passages.
    pub fn among<'a>(texts: impl IntoIterator<Item = &'a HashSet<String>>) -> Self {
        let (mut containing, mut total) = (HashMap::<&str, f32>::new(), 0.0);
        for text in texts {
            total += 1.0;
            text.iter().for_each(|word| *containing.entry(word).or_default() += 1.0);
        }
        let weight = |count: f32| (1.0 + (total - count + 0.5) / (count + 0.5)).ln();
        let weights = containing.into_iter().map(|(word, count)| (word.to_owned(), weight(count))).collect();
        Self(weights, weight(0.0))
    }

    pub fn of(&self, word: &str) -> f32 {
        self.0.get(word).copied().unwrap_or(self.1)
    }

    /// The share of the question's weight that the text covers, 0 to 1.
    pub fn coverage(&self, question: &[String], text: &HashSet<String>) -> f32 {
        let (mut all, mut covered) = (0.0, 0.0);
        for word in question {
            let weight = self.of(word);
            all += weight;
            if text.contains(word) {
                covered += weight;
            }
        }
        if all > 0.0 { covered / all } else { 0.0 }
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
        assert_eq!(content_words(text), expected);
    }

    #[test]
    fn words_lose_case_endings_and_the_common_ones() {
        check("How long do Refunds take?", &["refund"]);
        check("refunded, refunding and a refund", &["refund", "refund", "refund"]);
        check("policies and a policy", &["polic", "polic"]);
        check("LX-4012 passes", &["lx", "4012", "pass"]);
        check("", &[]);
    }

    #[test]
    fn coverage_weighs_rare_words_more() {
        let set = |text| content_words(text).into_iter().collect::<HashSet<_>>();
        let texts = [set("plan price"), set("plan seats"), set("plan refund")];
        let weights = Weights::among(&texts);
        let question = content_words("plan refund");
        assert!(weights.coverage(&question, &texts[2]) > 0.99);
        assert!(weights.coverage(&question, &texts[0]) < 0.3);
        assert_eq!(weights.coverage(&[], &texts[0]), 0.0);
    }
}
