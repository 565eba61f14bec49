//! Words as a language has them: few often, most seldom (Zipf and Mandelbrot), for texts that only an index reads.
//!
//! The words mean nothing and have no stop words among them: the encoder drops those, and the law is flattened at its
//! head as that of the words that stay, so the most frequent one stands in somewhat under half of the chunks.

use super::dice::Dice;

const WORDS: usize = 50_000;
const FLATTENING: f64 = 30.0;
const STEEPNESS: f64 = 1.05;
const CONSONANTS: &[u8] = b"bdfgklmnprstvz";
const VOWELS: &[u8] = b"aeiou";

/// A made-up vocabulary with the frequency of each word.
pub struct Vocabulary {
    words: Vec<String>,
    /// The share of all text that a word and those before it make up.
    up_to: Vec<f64>,
}

impl Vocabulary {
    pub fn new() -> Self {
        let weights = (0..WORDS).map(|rank| (rank as f64 + FLATTENING).powf(-STEEPNESS));
        let mut sum = 0.0;
        let mut up_to: Vec<f64> = weights
            .map(|weight| {
                sum += weight;
                sum
            })
            .collect();
        up_to.iter_mut().for_each(|share| *share /= sum);
        Self { words: (0..WORDS).map(spelled).collect(), up_to }
    }

    /// A word of the language at large.
    pub fn word(&self, dice: &mut Dice) -> &str {
        let thrown = dice.unit();
        &self.words[self.up_to.partition_point(|share| *share < thrown).min(WORDS - 1)]
    }

    /// A word of one subject's own forty, the first of them the most frequent.
    pub fn word_about(&self, subject: usize, dice: &mut Dice) -> &str {
        let place = (dice.unit() * dice.unit() * 40.0) as u64;
        &self.words[Dice::of(&[subject as u64, place]).below(WORDS)]
    }

    /// Several words, a fifth of them of the subject.
    pub fn text(&self, subject: usize, words: usize, dice: &mut Dice) -> String {
        let mut text = String::with_capacity(words * 8);
        for at in 0..words {
            let word = if dice.below(5) == 0 { self.word_about(subject, dice) } else { self.word(dice) };
            text.push_str(word);
            text.push_str(if at % 14 == 13 { ". " } else { " " });
        }
        text.truncate(text.trim_end().len());
        text
    }
}

/// A rank in syllables: each rank another word.
fn spelled(rank: usize) -> String {
    let syllables = CONSONANTS.len() * VOWELS.len();
    let (mut rest, mut word) = (rank + syllables, String::new());
    while rest > 0 {
        let syllable = rest % syllables;
        word.push(char::from(CONSONANTS[syllable / VOWELS.len()]));
        word.push(char::from(VOWELS[syllable % VOWELS.len()]));
        rest /= syllables;
    }
    word
}
