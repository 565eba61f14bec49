//! Near duplicates: whether two texts are one text with small edits.
//!
//! A text is the set of its shingles, every three words in a row, and two texts are compared by the share that they have
//! in common. To find whom to compare with, a text has a fingerprint: a SimHash, each of whose 64 bits is the majority
//! of that bit among the shingles' hashes, and MinHashes, the smallest of the hashes under several seeds. Both are kept
//! as bands; texts with a band in common are candidates. A small distance between SimHashes alone would miss most edited
//! copies: of texts with one word in a hundred changed, three in ten are within three bits. Knows nothing of where
//! fingerprints are kept, nor of access labels: the caller looks within one.

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

const WORDS_IN_SHINGLE: usize = 3;
/// Shorter texts are alike by chance: two notices about opening hours are not copies of each other.
const FEWEST_WORDS: usize = 50;
/// Of two such texts four shingles in five are common. One changed word changes three shingles, one changed date some
/// five; pages of one template with a fifth of their words changed share two thirds.
const LEAST_RESEMBLANCE: f64 = 0.8;
/// So many smallest hashes make a band: of texts that resemble each other by .9, .5 and .1, so many have one of four
/// bands in common: .995, .41 and .004.
const MINIMA_IN_BAND: usize = 3;

/// What a text is found by. Kept in databases: the same text must always give the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fingerprint {
    simhash: u64,
    minima: [u16; 4],
}

impl Fingerprint {
    /// What to look candidates up by: a text with any of these in common may be a near duplicate. Each says by its
    /// higher half which band it is, so that all can stand in one column. SimHashes that differ in three bits or fewer
    /// have one of the first four in common.
    pub fn bands(self) -> [u32; 8] {
        let [a, b, c, d] = [48, 32, 16, 0].map(|shift| (self.simhash >> shift) as u16);
        let [e, f, g, h] = self.minima;
        let bands = [a, b, c, d, e, f, g, h];
        std::array::from_fn(|number| (number as u32) << 16 | u32::from(bands[number]))
    }

    pub fn simhash(self) -> u64 {
        self.simhash
    }

    /// In how many bits the SimHashes differ.
    pub fn hamming(self, other: Self) -> u32 {
        (self.simhash ^ other.simhash).count_ones()
    }
}

/// The fingerprint of a text, for finding its near duplicates; `None` where it has too few words to tell.
pub fn fingerprint(text: &str) -> Option<Fingerprint> {
    let words = word_hashes(text);
    let shingles = shingles(&words);
    let band = |number| minima(&shingles, number);
    (words.len() >= FEWEST_WORDS).then(|| Fingerprint { simhash: simhash(&shingles), minima: [0, 1, 2, 3].map(band) })
}

/// The share of the shingles of both that they have in common, from 0 to 1.
pub fn resemblance(a: &str, b: &str) -> f64 {
    let [a, b] = [a, b].map(|text| shingles(&word_hashes(text)));
    let common = a.iter().filter(|shingle| b.binary_search(shingle).is_ok()).count();
    let all = a.len() + b.len() - common;
    if all == 0 { 0.0 } else { common as f64 / all as f64 }
}

/// Whether one may stand for the other. Texts too short for a fingerprint are near duplicates of nothing.
pub fn is_near_duplicate(a: &str, b: &str) -> bool {
    let is_long = |text: &str| words(text).nth(FEWEST_WORDS - 1).is_some();
    is_long(a) && is_long(b) && resemblance(a, b) >= LEAST_RESEMBLANCE
}

fn simhash(shingles: &[u64]) -> u64 {
    let mut balance = [0_i64; 64];
    for shingle in shingles {
        for (bit, balance) in balance.iter_mut().enumerate() {
            *balance += if shingle >> bit & 1 == 1 { 1 } else { -1 };
        }
    }
    (0..64).filter(|bit| balance[*bit] > 0).fold(0, |all, bit| all | 1 << bit)
}

/// A hash of the shingles' smallest hashes under the seeds of a band.
fn minima(shingles: &[u64], band: usize) -> u16 {
    let smallest = |seed: usize| {
        let hashes = shingles.iter().map(|shingle| xxh3_64_with_seed(&shingle.to_le_bytes(), seed as u64));
        hashes.min().unwrap_or_default().to_le_bytes()
    };
    let first = band * MINIMA_IN_BAND;
    let bytes: Vec<u8> = (first..first + MINIMA_IN_BAND).flat_map(smallest).collect();
    xxh3_64(&bytes) as u16
}

/// In order, each once: a line that a page repeats says no more about it than one that it does not.
fn shingles(words: &[u64]) -> Vec<u64> {
    let shingle = |window: &[u64]| {
        let mut bytes = [0; 8 * WORDS_IN_SHINGLE];
        bytes.chunks_exact_mut(8).zip(window).for_each(|(bytes, word)| bytes.copy_from_slice(&word.to_le_bytes()));
        xxh3_64(&bytes)
    };
    let mut shingles: Vec<u64> = words.windows(WORDS_IN_SHINGLE).map(shingle).collect();
    shingles.sort_unstable();
    shingles.dedup();
    shingles
}

fn word_hashes(text: &str) -> Vec<u64> {
    words(text).map(|word| xxh3_64(word.to_lowercase().as_bytes())).collect()
}

/// What stands between spaces and marks; of scripts that write no spaces, each character.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let pieces = text.split(|c: char| !c.is_alphanumeric()).filter(|piece| !piece.is_empty());
    pieces.flat_map(|piece| {
        let mut rest = piece;
        std::iter::from_fn(move || {
            let first = rest.chars().next()?;
            let end = match is_unspaced(first) {
                true => first.len_utf8(),
                false => rest.find(is_unspaced).unwrap_or(rest.len()),
            };
            let (word, after) = rest.split_at(end);
            rest = after;
            Some(word)
        })
    })
}

/// Chinese and Japanese characters, and the scripts of South-East Asia.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}')
        || matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Made-up prose of so many different words.
    fn prose(words: usize, of: &str) -> Vec<String> {
        (0..words).map(|number| format!("{of}{number}")).collect()
    }

    fn with_changes(words: &[String], every: usize) -> String {
        let change = |(at, word): (usize, &String)| if at % every == 7 { "changed".to_owned() } else { word.clone() };
        words.iter().enumerate().map(change).collect::<Vec<_>>().join(" ")
    }

    fn check(a: &str, b: &str, expected: bool) {
        assert_eq!(is_near_duplicate(a, b), expected, "{}", resemblance(a, b));
        let [a, b] = [a, b].map(|text| fingerprint(text).unwrap());
        let is_candidate = a.bands().iter().any(|band| b.bands().contains(band));
        assert!(is_candidate || !expected);
    }

    #[test]
    fn small_edits_make_a_near_duplicate() {
        for count in [100, 300, 1000] {
            let words = prose(count, "word");
            let text = words.join(" ");
            check(&text, &text.to_uppercase().replace(' ', ",\n**"), true);
            check(&text, &with_changes(&words, 100), true);
            check(&text, &format!("{text} {}", prose(count / 10, "more").join(" ")), true);
            check(&text, &text.replace("word40 word41 word42 ", "the 17 November "), true);
        }
    }

    #[test]
    fn pages_of_one_template_are_none() {
        let template = prose(200, "word").join(" ");
        let [a, b] = ["this", "that"].map(|product| format!("{template} {}", prose(50, product).join(" ")));
        check(&a, &b, false);
        check(&prose(100, "word").join(" "), &prose(100, "other").join(" "), false);
    }

    #[test]
    fn a_short_text_has_no_fingerprint() {
        let short = prose(49, "word").join(" ");
        assert_eq!(fingerprint(&short), None);
        assert!(!is_near_duplicate(&short, &short));
        assert_eq!(resemblance("", ""), 0.0);
        assert!(fingerprint(&"中文字没有空格".repeat(8)).is_some());
    }

    #[test]
    fn a_fingerprint_is_for_ever() {
        let found = fingerprint(&prose(60, "word").join(" ")).unwrap();
        assert_eq!((found.simhash(), found.minima), (6_458_579_564_927_386_372, [31_039, 54_212, 9_713, 17_866]));
    }

    proptest! {
        #[test]
        fn three_bits_leave_a_band(simhash: u64, flips in prop::array::uniform3(0_u32..64)) {
            let a = Fingerprint { simhash, minima: [1; 4] };
            let b = Fingerprint { simhash: flips.iter().fold(simhash, |all, bit| all ^ 1 << bit), minima: [2; 4] };
            prop_assert!(a.hamming(b) <= 3);
            prop_assert!(a.bands().iter().any(|band| b.bands().contains(band)));
        }

        #[test]
        fn resemblance_is_fair(a in "([a-c] ){0,60}", b in "([a-c] ){0,60}") {
            prop_assert_eq!(resemblance(&a, &b), resemblance(&b, &a));
            prop_assert!((0.0..=1.0).contains(&resemblance(&a, &b)));
            prop_assert!(fingerprint(&a).is_none() || resemblance(&a, &a) == 1.0);
        }
    }
}
